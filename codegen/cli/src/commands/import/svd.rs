use std::fs::File;
use std::io::Read as _;

use linkwright_codegen::import::svd::{Counts, Imported, MAX_FILE, Options, import};
use linkwright_codegen::import::write::{WriteError, Written, write};

use crate::args::Svd;
use crate::console::{Console, many};
use crate::{Failure, Verdict};

pub(crate) fn run(args: &Svd, console: &Console) -> Result<Verdict, Failure> {
    let name = args.file.display().to_string();
    let text = read(args)?;
    console.progress("Importing");
    let Imported { files, diagnostics, sources, counts } =
        import(&name, &text, &Options { peripherals: args.peripheral.clone() });
    console.done();
    console.findings(&diagnostics, &sources);
    if diagnostics.has_errors() {
        console.say("Nothing was imported.");
        return Ok(Verdict::Findings);
    }
    let written = write(&args.out, &files).map_err(|error| match error {
        WriteError::Foreign(_) => {
            Failure::new(error.to_string()).help("choose another --out, or move the file away; nothing was written")
        }
        WriteError::Io(_) => Failure::new(error.to_string()),
    })?;
    summary(args, &counts, &written, diagnostics.len(), console);
    Ok(Verdict::Clean)
}

fn read(args: &Svd) -> Result<String, Failure> {
    let failed = |why: &dyn std::fmt::Display| Failure::new(format!("cannot read {}: {why}", args.file.display()));
    let mut bytes = Vec::new();
    // What has no length, such as a device, has no end either.
    let file = File::open(&args.file).and_then(|file| file.take(MAX_FILE as u64 + 1).read_to_end(&mut bytes));
    file.map_err(|error| failed(&error))?;
    if bytes.len() > MAX_FILE {
        return Err(failed(&format!("it has more than {MAX_FILE} bytes")).help("is this an SVD file?"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        failed(&format!("byte {at} is no UTF-8"))
            .help("SVD files are XML text; of another encoding `iconv --to-code utf-8` makes UTF-8")
    })
}

fn summary(args: &Svd, counts: &Counts, written: &Written, findings: usize, console: &Console) {
    console.say(&format!(
        "{} of {}: {} with {}",
        many(counts.peripherals, "peripheral"),
        many(counts.blocks, "distinct block"),
        many(counts.registers, "register"),
        many(counts.fields, "field")
    ));
    if counts.mended > 0 {
        console.say(&format!("{} mended, each with a comment in the spec", many(counts.mended, "place")));
    }
    if findings > 0 {
        console.say(&format!("{findings} left out, see above"));
    }
    let unchanged = if written.unchanged > 0 { format!(", {} unchanged", written.unchanged) } else { String::new() };
    console.say(&format!("{} written to {}{unchanged}", many(written.changed, "file"), args.out.display()));
}
