use std::path::Path;

use linkwright_codegen::emit::Targets;
use linkwright_codegen::emit::rust::Runtime;
use linkwright_codegen::front::Reading;
use linkwright_codegen::generate::{Options, Output, Subject, generate, workspace};
use linkwright_codegen::load::Input;
use linkwright_codegen::locate::locate;
use linkwright_codegen::write::{self, Difference, DifferenceKind, Written};

use super::specs;
use crate::args::{Generate, Target};
use crate::console::{Console, many};
use crate::{Failure, Verdict};

pub(crate) fn run(args: &Generate, console: &Console) -> Result<Verdict, Failure> {
    let inputs: Vec<Input> = args.specs.iter().cloned().map(Input::File).collect();
    let reading = specs::read(&inputs, &args.path, console);
    console.findings(&reading.diagnostics, &reading.workspace.sources);
    let Some(model) = &reading.model else {
        console.say("Nothing was generated.");
        return Ok(specs::verdict(&reading));
    };
    console.progress("Generating");
    let options = options(args);
    let output = generate(model, &args.out, &options);
    console.done();
    let output = output.map_err(|error| Failure::new(error.to_string()))?;
    if output.files.is_empty() {
        return Err(Failure::new("there is nothing to generate from these specs")
            .help("crates are made for socs, and for ips with registers or instructions"));
    }
    if args.check {
        let differences =
            write::check(&args.out, &output.files, options.targets).map_err(|error| Failure::new(error.to_string()))?;
        return Ok(report(args, &reading, &output, &differences, console));
    }
    console.progress(&format!("Writing {}", many(output.files.len(), "file")));
    let written = write::write(&args.out, &output.files, options.targets);
    console.done();
    let written = written.map_err(|error| Failure::new(error.to_string()))?;
    summary(args, &output, &written, console);
    Ok(Verdict::Clean)
}

fn options(args: &Generate) -> Options {
    let wants = |target| args.target.is_empty() || args.target.contains(&target);
    Options {
        targets: Targets { rust: wants(Target::Rust), markdown: wants(Target::Markdown) },
        templates: args.templates.clone(),
        runtime: args.runtime.clone(),
    }
}

/// What was made, and what to do with it.
fn summary(args: &Generate, output: &Output, written: &Written, console: &Console) {
    let out = args.out.display();
    let longest = output.subjects.iter().map(|subject| subject.directory.len()).max().unwrap_or(0);
    for subject in &output.subjects {
        console.say(&format!("  {out}/{:longest$}  {}", subject.directory, contents(subject)));
    }
    let mut told = vec![format!("{} written", many(written.changed.len(), "file"))];
    if written.unchanged > 0 {
        told.push(format!("{} unchanged", written.unchanged));
    }
    if !written.removed.is_empty() {
        told.push(format!("{} removed that no spec asks for any more", written.removed.len()));
    }
    console.say(&told.join(", "));
    if options(args).targets.rust {
        console.say("");
        next(args, output, console);
    }
}

fn contents(subject: &Subject) -> String {
    if subject.is_soc {
        format!("{}, {}", many(subject.devices, "device"), many(subject.links, "link"))
    } else {
        let mut told = Vec::new();
        if subject.registers > 0 {
            told.push(format!("{} with {}", many(subject.registers, "register"), many(subject.fields, "field")));
        }
        if subject.instructions > 0 {
            told.push(many(subject.instructions, "instruction"));
        }
        told.join(", ")
    }
}

fn next(args: &Generate, output: &Output, console: &Console) {
    let Some(last) = output.subjects.last() else { return };
    if output.runtime == Runtime::Registry {
        console.say(
            "The crates use the published runtime `linkwright`; for one on disk run this again with --runtime DIR.",
        );
    }
    let package = &last.package;
    let directory = args.out.join(&last.directory);
    match workspace(&args.out) {
        Some(around) if !around.listed => {
            let manifest = around.manifest.display();
            console.say(&format!("Next: add \"{}\" to `members` in {manifest}, then", around.member));
            console.say(&format!("  cargo check -p {package}"));
        }
        Some(_) => {
            console.say("Next:");
            console.say(&format!("  cargo check -p {package}"));
        }
        None => {
            console.say("Next:");
            console.say(&format!("  cd {} && cargo check", quoted(&directory)));
        }
    }
    console.say("and in the Cargo.toml of your firmware, with the path as seen from there:");
    console.say(&format!("  {package} = {{ path = \"{}\" }}", directory.display()));
}

/// A path as a shell reads it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+,@".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// Say which files are not as they would be generated.
fn report(
    args: &Generate,
    reading: &Reading,
    output: &Output,
    differences: &[Difference],
    console: &Console,
) -> Verdict {
    let (all, wrong) = (output.files.len(), differences.len());
    if differences.is_empty() {
        console.say(&format!("{} in {} are what the specs say.", many(all, "file"), args.out.display()));
        return Verdict::Clean;
    }
    for difference in differences {
        let path = args.out.join(&difference.path);
        let path = path.display();
        match &difference.kind {
            DifferenceKind::Missing => console.tell(&format!("{path}: missing, generated from {}", difference.spec)),
            DifferenceKind::Stale => console.tell(&format!("{path}: no spec asks for it any more")),
            DifferenceKind::Changed { line, found, expected, origin } => {
                let place = origin.as_ref().and_then(|origin| {
                    locate(&reading.workspace, &difference.spec, &origin.path)
                        .map(|span| format!("{} ({})", reading.workspace.sources.place(span), origin.path))
                });
                console.tell(&format!("{path}:{line}: not what {} says", place.as_ref().unwrap_or(&difference.spec)));
                console.tell(&format!("    is         {}", shown(found.as_deref())));
                console.tell(&format!("    should be  {}", shown(expected.as_deref())));
            }
        }
    }
    console.tell(&format!("{wrong} of {} differ; to bring them up to date run", many(all, "file")));
    console.tell(&format!("  linkwright generate {}", command(args)));
    Verdict::Findings
}

fn shown(line: Option<&str>) -> String {
    line.map_or_else(|| "(the end of the file)".to_string(), |line| line.trim().to_string())
}

/// The command line again, without `--check`.
fn command(args: &Generate) -> String {
    let mut words: Vec<String> = args.specs.iter().map(|spec| quoted(spec)).collect();
    words.extend(["--out".to_string(), quoted(&args.out)]);
    for target in &args.target {
        let name = match target {
            Target::Rust => "rust",
            Target::Markdown => "markdown",
        };
        words.extend(["--target".to_string(), name.to_string()]);
    }
    for (option, path) in [("--templates", &args.templates), ("--runtime", &args.runtime)] {
        words.extend(path.iter().flat_map(|path| [option.to_string(), quoted(path)]));
    }
    words.extend(args.path.spec_path.iter().flat_map(|path| ["--spec-path".to_string(), quoted(path)]));
    words.join(" ")
}
