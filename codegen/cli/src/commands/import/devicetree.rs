use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use linkwright_codegen::import::devicetree::{
    Blob, Catalog, ImportError, Imported, MOST_BYTES, Misfit, Settings, Summary, compile, import,
};
use linkwright_codegen::import::write::{WriteError, write};
use linkwright_codegen::load::Options;
use linkwright_codegen::report::Diagnostics;

use crate::args::{Dtb, Dts, Trees};
use crate::console::{Console, many};
use crate::{Failure, Verdict};

/// Circles that are told one by one.
const TOLD: usize = 8;

pub(crate) fn compiled(args: &Dtb, console: &Console) -> Result<Verdict, Failure> {
    run(&args.files, &args.trees, console, &|path| {
        let mut bytes = Vec::new();
        let file = File::open(path).and_then(|file| file.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes));
        file.map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))?;
        Ok(bytes)
    })
}

pub(crate) fn source(args: &Dts, console: &Console) -> Result<Verdict, Failure> {
    run(&args.files, &args.trees, console, &|path| {
        File::open(path).map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))?;
        compile(path).map_err(|error| failure(path, &error))
    })
}

fn run(
    files: &[PathBuf],
    args: &Trees,
    console: &Console,
    read: &dyn Fn(&Path) -> Result<Vec<u8>, Failure>,
) -> Result<Verdict, Failure> {
    if args.name.is_some() && files.len() > 1 {
        return Err(Failure::new("one --name for several files").help("import them one by one, or leave it out"));
    }
    let bar = console.bar("Reading trees", files.len());
    let mut trees = Vec::with_capacity(files.len());
    for path in files {
        trees.push(read(path)?);
        bar.step();
    }
    drop(bar);
    let names: Vec<(String, String)> = files
        .iter()
        .map(|path| {
            let part = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
            (args.name.clone().unwrap_or_else(|| part(path.file_stem())), part(path.file_name()))
        })
        .collect();
    let blobs: Vec<Blob<'_>> =
        names.iter().zip(&trees).map(|((name, origin), bytes)| Blob { name, origin, bytes }).collect();
    let mut diagnostics = Diagnostics::new();
    let options = Options { spec_paths: args.path.spec_path.clone(), ..Options::default() };
    let catalog = Catalog::load(&options, &mut diagnostics);
    console.findings(&diagnostics, &catalog.workspace().sources);
    if diagnostics.has_errors() {
        console.say("Nothing was imported.");
        return Ok(Verdict::Findings);
    }
    let imported = import(&blobs, &catalog, Settings { keep_cycles: args.keep_cycles }).map_err(|failures| {
        let Some((first, rest)) = failures.split_first() else { return Failure::new("nothing was imported") };
        rest.iter().for_each(|(at, error)| console.failure(&failure(&files[*at], error)));
        failure(&files[first.0], &first.1)
    })?;
    match &args.out {
        None => console.result(printed(&imported).as_bytes())?,
        Some(out) => put(out, &imported, console)?,
    }
    let shown = |file: &str| args.out.as_ref().map_or(file.to_string(), |out| out.join(file).display().to_string());
    let (sources, findings) = imported.diagnostics(shown);
    console.findings(&findings, &sources);
    imported.boards.iter().for_each(|board| tell(board, console));
    if let (Some(out), Some(board)) = (&args.out, imported.boards.first()) {
        console.say("Next:");
        console.say(&format!("  linkwright lint {}", out.join(format!("soc/{}.yaml", board.name)).display()));
    }
    Ok(Verdict::Clean)
}

fn failure(path: &Path, error: &ImportError) -> Failure {
    let failure = Failure::new(format!("{}: {error}", path.display()));
    if error.help().is_empty() { failure } else { failure.help(error.help()) }
}

/// All specs in one text.
fn printed(imported: &Imported) -> String {
    imported.files.iter().map(|(path, text)| format!("# ---- {path}\n{text}\n")).collect()
}

fn put(out: &Path, imported: &Imported, console: &Console) -> Result<(), Failure> {
    let files: BTreeMap<String, String> = imported.files.iter().cloned().collect();
    let written = write(out, &files).map_err(|error| match error {
        WriteError::Foreign(path) => Failure::new(format!("{} is there with other contents", path.display())).help(
            "nothing was written: boards that share a directory are imported together; else choose another --out",
        ),
        WriteError::Io(_) => Failure::new(error.to_string()),
    })?;
    let unchanged = if written.unchanged > 0 { format!(", {} unchanged", written.unchanged) } else { String::new() };
    console.say(&format!("{} written to {}{unchanged}", many(written.changed, "file"), out.display()));
    Ok(())
}

fn tell(board: &Summary, console: &Console) {
    console.say(&format!(
        "{}: {} ({} disabled), {}",
        board.name,
        many(board.devices, "device"),
        board.disabled,
        many(board.references, "reference")
    ));
    if !board.known.is_empty() {
        console.say(&format!("  described already: {}", board.known.join(", ")));
    }
    if !board.misfits.is_empty() {
        console.say("  made anew, each with a word at its top, though a spec describes such a block:");
    }
    for Misfit { made, ip, why } in &board.misfits {
        console.say(&format!("    {made}: `{ip}` does not fit, {why}"));
    }
    if !board.cuts.is_empty() {
        console.say(&format!("  circles cut by `post_init` at {}:", many(board.cuts.len(), "reference")));
    }
    for cut in board.cuts.iter().take(TOLD) {
        console.say(&format!(
            "    `{}` is probed without `{}` ({}): {}",
            cut.consumer,
            cut.supplier,
            cut.key,
            cut.circle.join(" -> ")
        ));
    }
    if board.cuts.len() > TOLD {
        console.say(&format!("    and {} more, each with a comment in the spec", board.cuts.len() - TOLD));
    }
}
