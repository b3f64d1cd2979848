//! What the assembler and the disassembler share: whose instructions, and where programs are read.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use linkwright_codegen::load::Input;
use linkwright_codegen::lower::{InstructionSet, Ip};

use super::specs;
use crate::Failure;
use crate::args::IpChoice;
use crate::console::Console;

/// Largest program that is read, in bytes of its file: thousands of times what a controller is ever given.
const LONGEST: u64 = 1 << 20;

/// The block whose instructions are meant, and the instructions; `None` if its spec has errors, which are shown.
pub(super) fn instructions(choice: &IpChoice, console: &Console) -> Result<Option<(Ip, InstructionSet)>, Failure> {
    let path = Path::new(&choice.ip);
    let input = if path.is_file() { Input::File(path.to_path_buf()) } else { Input::Ip(choice.ip.clone()) };
    let reading = specs::read(&[input], &choice.path, console);
    let Some(model) = reading.model else {
        console.findings(&reading.diagnostics, &reading.workspace.sources);
        return Ok(None);
    };
    let found = model.ips.into_iter().find_map(|ip| ip.instructions.clone().map(|set| (ip, set)));
    found.map(Some).ok_or_else(|| {
        Failure::new(format!("`{}` executes no programs", choice.ip))
            .help("an ip that does has `instructions` in its spec")
    })
}

/// Contents of a file, or of standard input.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error: io::Error| Failure::new(format!("cannot read {}: {error}", name_of(path)));
    let mut content = Vec::new();
    let mut limited: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin().lock().take(LONGEST + 1))
    } else {
        Box::new(File::open(path).map_err(failed)?.take(LONGEST + 1))
    };
    limited.read_to_end(&mut content).map_err(failed)?;
    if content.len() as u64 > LONGEST {
        return Err(Failure::new(format!("{} has more than {} KiB", name_of(path), LONGEST >> 10)));
    }
    Ok(content)
}

/// What a file is called in messages.
pub(super) fn name_of(path: &Path) -> String {
    if path == Path::new("-") { "<stdin>".to_string() } else { path.display().to_string() }
}
