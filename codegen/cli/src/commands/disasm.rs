use linkwright_codegen::asm::Kind;
use linkwright_codegen::asm::{control_note, disassemble, listing, looks_like_hex, parse_hex};
use linkwright_codegen::report::Diagnostics;
use linkwright_codegen::source::SourceMap;

use super::microcode::{self, name_of};
use crate::args::{Disasm, Input};
use crate::console::Console;
use crate::{Failure, Verdict};

pub(crate) fn run(args: &Disasm, console: &Console) -> Result<Verdict, Failure> {
    let Some((ip, set)) = microcode::instructions(&args.ip, console)? else { return Ok(Verdict::Findings) };
    let Some(bytes) = program(args, console)? else { return Ok(Verdict::Findings) };
    let text = listing(&set, &bytes, |instruction, values| control_note(&ip, instruction, values));
    console.result(text.as_bytes())?;
    let undefined = disassemble(&set, &bytes).iter().any(|item| matches!(item.kind, Kind::Bytes(_)));
    Ok(if undefined { Verdict::Findings } else { Verdict::Clean })
}

/// The program's bytes; `None` if they cannot be read as hexadecimal, which is shown.
fn program(args: &Disasm, console: &Console) -> Result<Option<Vec<u8>>, Failure> {
    let (name, content, hex) = if args.hex.is_empty() {
        let content = microcode::read(&args.file)?;
        let hex = match args.input {
            Input::Auto => looks_like_hex(&content),
            Input::Hex => true,
            Input::Binary => false,
        };
        (name_of(&args.file), content, hex)
    } else {
        ("<--hex>".to_string(), args.hex.join(" ").into_bytes(), true)
    };
    if !hex {
        return Ok(Some(content));
    }
    let text = String::from_utf8(content)
        .map_err(|_| Failure::new(format!("{name} is not text")).help("without `--input hex` bytes are recognised"))?;
    let mut sources = SourceMap::new();
    let file = sources.add(name, None, text);
    let mut findings = Diagnostics::new();
    let bytes = parse_hex(&sources, file, &mut findings);
    console.findings(&findings, &sources);
    Ok(bytes)
}
