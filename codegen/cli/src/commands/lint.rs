use std::path::{Path, PathBuf};

use linkwright_codegen::baseline::Baseline;
use linkwright_codegen::check::{Levels, Rule, Setting};
use linkwright_codegen::fix::{self, Change};
use linkwright_codegen::front::Reading;
use linkwright_codegen::load::{self, Input, Options};
use linkwright_codegen::project::Project;
use linkwright_codegen::report;
use linkwright_codegen::write;

use super::{files, rules, specs};
use crate::args::{Format, Lint};
use crate::console::{Console, many};
use crate::progress::Bars;
use crate::{Failure, Verdict};

/// Longest baseline in bytes: 100,000 findings have about 20 MB.
const MOST_BASELINE: u64 = 64 << 20;

pub(crate) fn run(args: &Lint, console: &Console) -> Result<Verdict, Failure> {
    let project = match specs::project(&args.path, args.specs.first().map(PathBuf::as_path), console) {
        Ok(project) => project,
        Err(verdict) => return Ok(verdict),
    };
    let named = files::expand(&args.specs, &project, console)?;
    let inputs: Vec<Input> = named.into_iter().map(Input::File).collect();
    let given = Options { spec_paths: args.path.spec_path.clone(), levels: levels(args)?, ..Options::default() };
    let options = project.options(&given);
    let (mut reading, changes) = match args.fix {
        true => fix::fix(&inputs, &options, &Bars::new(console)),
        false => (linkwright_codegen::front::read_watched(&inputs, &options, &Bars::new(console)), Vec::new()),
    };
    if args.fix {
        correct(args, &changes, console)?;
    }
    if reading.allowed > 0 {
        console.detail(&format!("{} allowed by comments", many(reading.allowed, "finding")));
    }
    let baseline = args.baseline.clone().or_else(|| project.baseline.clone());
    if args.write_baseline {
        return write_baseline(baseline, &reading, console);
    }
    let unreadable = specs::verdict(&reading) == Verdict::Unreadable;
    if let Some(path) = &baseline {
        reading.diagnostics = leave_out_known(path, &reading, console)?;
    }
    report(args, &project, &reading, !changes.is_empty(), console)?;
    let strict = args.strict || project.strict;
    Ok(match specs::verdict(&reading) {
        _ if unreadable => Verdict::Unreadable,
        Verdict::Clean if args.dry_run && !changes.is_empty() => Verdict::Findings,
        Verdict::Clean if strict && !reading.diagnostics.is_empty() => Verdict::Findings,
        verdict => verdict,
    })
}

fn report(
    args: &Lint,
    project: &Project,
    reading: &Reading,
    corrected: bool,
    console: &Console,
) -> Result<(), Failure> {
    let (findings, sources) = (&reading.diagnostics, &reading.workspace.sources);
    let format = args.format.unwrap_or(match project.format {
        Some("json") => Format::Json,
        Some("sarif") => Format::Sarif,
        Some("github") => Format::Github,
        _ => Format::Human,
    });
    match format {
        Format::Human => console.findings(findings, sources),
        Format::Json => console.result(report::json(findings, sources).as_bytes())?,
        Format::Sarif => console.result(report::sarif(findings, sources).as_bytes())?,
        Format::Github => console.result(report::github(findings, sources).as_bytes())?,
    }
    if format == Format::Human {
        let correctable = findings.sorted().iter().filter(|finding| finding.fix.is_some()).count();
        if findings.is_empty() {
            let rest = if corrected { "else " } else { "" };
            console.say(&format!("Nothing {rest}wrong: {}", counts(reading)));
        } else if correctable > 0 && !args.fix {
            console.say(&format!("`--fix` corrects {correctable} of them"));
        }
    }
    Ok(())
}

/// The levels that the command line sets; what stands in a later list goes before.
fn levels(args: &Lint) -> Result<Levels, Failure> {
    let mut levels = Levels::default();
    let given = [(&args.allow, Setting::Allow), (&args.warn, Setting::Warn), (&args.deny, Setting::Deny)];
    for (names, setting) in given {
        for name in names {
            let rule = rules::find(name)?;
            levels.set(rule, setting).map_err(|_| lowered(rule))?;
        }
    }
    Ok(levels)
}

fn lowered(rule: &Rule) -> Failure {
    Failure::new(format!("{} {} stays an error: nothing can be generated from what breaks it", rule.id, rule.name))
        .help("correct the specs, or keep the findings that are known in a baseline: --write-baseline")
}

/// Write or show what was corrected.
fn correct(args: &Lint, changes: &[Change], console: &Console) -> Result<(), Failure> {
    let fixes: usize = changes.iter().map(|change| change.fixes).sum();
    let told = format!("{} in {}", many(fixes, "finding"), many(changes.len(), "file"));
    if args.dry_run {
        for change in changes {
            console.difference(&change.path.display().to_string(), &change.before, &change.after)?;
        }
        console.say(&format!("Would correct {told}"));
        return Ok(());
    }
    fix::save(changes).map_err(Failure::new)?;
    if !changes.is_empty() {
        console.say(&format!("Corrected {told}"));
    }
    Ok(())
}

/// Files in a baseline are named as seen from its directory.
fn root(baseline: &Path) -> &Path {
    baseline.parent().unwrap_or(Path::new(""))
}

fn write_baseline(path: Option<PathBuf>, reading: &Reading, console: &Console) -> Result<Verdict, Failure> {
    let Some(path) = path else {
        return Err(Failure::new("no baseline is named").help("say --baseline FILE, or set it in linkwright.toml"));
    };
    if specs::verdict(reading) == Verdict::Unreadable {
        console.findings(&reading.diagnostics, &reading.workspace.sources);
        return Ok(Verdict::Unreadable);
    }
    let baseline = Baseline::of(&reading.diagnostics, &reading.workspace.sources, root(&path));
    write::put(&path, baseline.text().as_bytes()).map_err(|error| Failure::new(error.to_string()))?;
    console.say(&format!("{} in {}", many(baseline.len(), "known finding"), path.display()));
    Ok(Verdict::Clean)
}

fn leave_out_known(
    path: &Path,
    reading: &Reading,
    console: &Console,
) -> Result<linkwright_codegen::report::Diagnostics, Failure> {
    let failed = |why: String| {
        Failure::new(format!("cannot use the baseline {}: {why}", path.display()))
            .help("--write-baseline makes one of what is found now")
    };
    let bytes = load::read_most(path, MOST_BASELINE + 1).map_err(|error| failed(error.to_string()))?;
    if bytes.len() as u64 > MOST_BASELINE {
        return Err(failed(format!("it has more than {MOST_BASELINE} bytes")));
    }
    let text = String::from_utf8(bytes).map_err(|_| failed("it is not UTF-8 text".to_string()))?;
    let baseline = Baseline::parse(&text).map_err(failed)?;
    let (rest, known, gone) = baseline.apply(&reading.diagnostics, &reading.workspace.sources, root(path));
    if known > 0 {
        console.say(&format!("{} left out that {} knows", many(known, "finding"), path.display()));
    }
    if gone > 0 {
        console.say(&format!("{} of it gone; --write-baseline forgets them", many(gone, "finding")));
    }
    Ok(rest)
}

/// What was read.
fn counts(reading: &Reading) -> String {
    let specs = &reading.workspace;
    let kinds = [(specs.socs.len(), "soc"), (specs.ips.len(), "ip"), (specs.subsystems.len(), "subsystem")];
    let told: Vec<String> = kinds.iter().filter(|kind| kind.0 > 0).map(|kind| many(kind.0, kind.1)).collect();
    told.join(", ")
}
