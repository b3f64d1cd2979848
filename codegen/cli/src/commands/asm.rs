use linkwright_codegen::asm::{Assembled, assemble, control_note, listing};
use linkwright_codegen::lower::{InstructionSet, Ip};
use linkwright_codegen::report::Diagnostics;
use linkwright_codegen::source::SourceMap;
use linkwright_codegen::write;

use super::microcode::{self, name_of};
use crate::args::{Asm, Emit};
use crate::console::{Console, verdict};
use crate::{Failure, Verdict};

pub(crate) fn run(args: &Asm, console: &Console) -> Result<Verdict, Failure> {
    let Some((ip, set)) = microcode::instructions(&args.ip, console)? else { return Ok(Verdict::Findings) };
    let content = microcode::read(&args.file)?;
    let text = String::from_utf8(content).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::new(format!("{} is not text: byte {at} is not UTF-8", name_of(&args.file)))
            .help("`linkwright disasm` reads assembled programs")
    })?;
    let mut sources = SourceMap::new();
    let file = sources.add(name_of(&args.file), Some(&args.file), text);
    let mut findings = Diagnostics::new();
    let program = assemble(&set, &sources, file, &mut findings);
    console.findings(&findings, &sources);
    let Some(program) = program else { return Ok(Verdict::Findings) };
    let emit = args.emit.unwrap_or(if args.output.is_some() { Emit::Binary } else { Emit::Hex });
    let bytes = render(&program, emit, &ip, &set);
    match &args.output {
        Some(path) => {
            write::put(path, &bytes).map_err(|error| Failure::new(error.to_string()))?;
            let (count, size) = (program.statements.len(), program.bytes.len());
            console.say(&format!("{count} statements, {size} bytes: {}", path.display()));
        }
        None => console.result(&bytes)?,
    }
    Ok(verdict(&findings))
}

fn render(program: &Assembled, emit: Emit, ip: &Ip, set: &InstructionSet) -> Vec<u8> {
    match emit {
        Emit::Binary => program.bytes.clone(),
        Emit::Listing => {
            listing(set, &program.bytes, |instruction, values| control_note(ip, instruction, values)).into_bytes()
        }
        Emit::Hex => rows(&program.bytes, "", " ", |byte| format!("{byte:02x}")).into_bytes(),
        Emit::Rust => {
            let rows = rows(&program.bytes, "    ", " ", |byte| format!("0x{byte:02x},"));
            format!("[u8; {}] = [\n{rows}];\n", program.bytes.len()).into_bytes()
        }
    }
}

/// Sixteen a line.
fn rows(bytes: &[u8], indent: &str, between: &str, word: impl Fn(&u8) -> String) -> String {
    let row = |row: &[u8]| format!("{indent}{}\n", row.iter().map(&word).collect::<Vec<_>>().join(between));
    bytes.chunks(16).map(row).collect()
}
