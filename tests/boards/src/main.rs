//! All device trees of Debian's kernels for armhf and arm64, in one command.
//!
//! `cargo run --release -p boards [-- [--cache DIR] [--compare N] [--compile N] [--show RULE] [FILE…]]`;
//! exit code 1 if anything is wrong. With FILEs, those trees instead of Debian's; RULE: all its findings.
#![forbid(unsafe_code)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use boards::board::{self, Outcome};
use boards::{compile, fetch, pl330, report, second};
use indicatif::{ProgressBar, ProgressStyle};
use linkwright_codegen::import::devicetree::Catalog;
use linkwright_codegen::load::Options;
use linkwright_codegen::parallel;
use linkwright_codegen::report::Diagnostics;

/// So many boards must be compared with the second method, unless fewer are asked for.
const ENOUGH: usize = 20;

/// What to do, from the command line.
struct Arguments {
    cache: PathBuf,
    /// Boards that are compared with the second method; default: all.
    compare: usize,
    /// Boards whose generated crates are compiled; default: 20.
    compile: usize,
    /// Rule whose findings are listed.
    show: Option<String>,
    /// Trees that stand for Debian's.
    files: Vec<PathBuf>,
}

fn arguments() -> Result<Arguments, String> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = target.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"));
    let mut out =
        Arguments { cache: target.join("boards"), compare: usize::MAX, compile: 20, show: None, files: Vec::new() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        let number = |text: String| text.parse().map_err(|_| format!("`{text}` is no number"));
        match word.as_str() {
            "--cache" => out.cache = value()?.into(),
            "--compare" => out.compare = number(value()?)?,
            "--show" => out.show = Some(value()?),
            "--compile" => out.compile = number(value()?)?,
            _ if word.starts_with('-') => {
                return Err(format!(
                    "`{word}` is not known; there are --cache DIR, --compare N, --compile N, --show RULE, FILE…"
                ));
            }
            _ => out.files.push(word.into()),
        }
    }
    std::path::absolute(&out.cache).map(|cache| Arguments { cache, ..out }).map_err(|error| error.to_string())
}

fn main() -> ExitCode {
    match run() {
        Ok(0) => {
            println!("boards: nothing wrong");
            ExitCode::SUCCESS
        }
        Ok(wrong) => {
            println!("boards: {wrong} wrong");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("boards: {error}");
            ExitCode::from(2)
        }
    }
}

/// How much is wrong.
fn run() -> Result<usize, String> {
    let arguments = arguments()?;
    let table = pl330::rows().map_err(|error| format!("the table of PL330 clients: {error}"))?;
    let begin = Instant::now();
    let trees = match arguments.files.as_slice() {
        [] => fetch::trees(&arguments.cache)?,
        files => files.to_vec(),
    };
    println!("trees are there after {:.1} s", begin.elapsed().as_secs_f64());
    let mut diagnostics = Diagnostics::new();
    let catalog = Catalog::load(&Options { above: false, ..Options::default() }, &mut diagnostics);
    if diagnostics.has_errors() {
        return Err("the built-in specs are wrong".to_string());
    }
    let done = all(&trees, &catalog)?;
    let mut wrong = 0;
    let mut good: Vec<(&PathBuf, &Outcome)> = Vec::new();
    for (path, outcome) in trees.iter().zip(&done) {
        let errors = match outcome {
            Ok(outcome) if outcome.soc.is_some() => {
                good.push((path, outcome));
                continue;
            }
            Ok(outcome) => outcome.errors.iter().take(3).cloned().collect(),
            Err(error) => vec![error.clone()],
        };
        wrong += 1;
        println!("WRONG {}: {}", path.display(), errors.join("; "));
    }
    totals(&good);
    for (path, outcome) in good.iter().filter(|_| arguments.show.is_some()) {
        let shown = outcome.findings.iter().filter(|(rule, _)| Some(*rule) == arguments.show.as_deref());
        shown.for_each(|(_, title)| println!("  {}: {title}", stem(path)));
    }
    wrong += clients(&good, &table, arguments.files.is_empty());
    wrong += compared(&good, arguments.compare)?;
    wrong += compiled(&good, arguments.compile, &arguments.cache);
    Ok(wrong)
}

/// Every tree, on all processors, with a bar while a terminal watches.
fn all(trees: &[PathBuf], catalog: &Catalog) -> Result<Vec<Result<Outcome, String>>, String> {
    let bytes: Result<Vec<Vec<u8>>, String> = trees
        .iter()
        .map(|path| std::fs::read(path).map_err(|e| format!("cannot read {}: {e}", path.display())))
        .collect();
    let work: Vec<(&PathBuf, Vec<u8>)> = trees.iter().zip(bytes?).collect();
    let bar = ProgressBar::new(work.len() as u64);
    if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len}, {eta} left") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_message("Importing, judging, ordering");
    let (import, judge) = (AtomicU64::new(0), AtomicU64::new(0));
    let (start, before) = (Instant::now(), processor_time());
    let done = parallel::map(&work, |(path, bytes)| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let outcome = board::run(&name, bytes, catalog);
        if let Ok(outcome) = &outcome {
            import.fetch_add(outcome.times.0.as_micros() as u64, Ordering::Relaxed);
            judge.fetch_add(outcome.times.1.as_micros() as u64, Ordering::Relaxed);
        }
        bar.inc(1);
        outcome
    });
    bar.finish_and_clear();
    let taken = processor_time().zip(before).map(|(after, before)| (after - before) / work.len().max(1) as u32);
    let each = |sum: AtomicU64| Duration::from_micros(sum.into_inner() / work.len().max(1) as u64);
    println!(
        "{} boards in {:.1} s: {:.0} a second; on one thread {:.1?} to import one, {:.1?} to judge and order it",
        work.len(),
        start.elapsed().as_secs_f64(),
        work.len() as f64 / start.elapsed().as_secs_f64(),
        each(import),
        each(judge)
    );
    if let Some(taken) = taken {
        println!("processor time, whoever else is at work: {taken:.1?} a board");
    }
    Ok(done)
}

/// Time that processors have spent on all threads, where the system tells it.
fn processor_time() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // Behind the name, which may have anything in it: user and system time are the 12th and 13th, in hundredths.
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<u64> = fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    Some(Duration::from_millis(10 * fields.iter().sum::<u64>()))
}

fn totals(good: &[(&PathBuf, &Outcome)]) {
    let sum = |of: fn(&Outcome) -> usize| good.iter().map(|(_, outcome)| of(outcome)).sum::<usize>();
    let most = good.iter().map(|(_, outcome)| outcome.devices.0).max().unwrap_or(0);
    println!(
        "{} devices ({} disabled; {most} on the largest board), {} links, {} devices in order",
        sum(|o| o.devices.0),
        sum(|o| o.devices.1),
        sum(|o| o.links),
        sum(|o| o.ordered)
    );
    println!(
        "circles: {} references cut on {} boards",
        sum(|o| o.cuts.len()),
        good.iter().filter(|(_, outcome)| !outcome.cuts.is_empty()).count()
    );
    if let Some((path, outcome)) = good.iter().find(|(_, outcome)| !outcome.cuts.is_empty()) {
        let cut = &outcome.cuts[0];
        println!(
            "  such as {}: {}: `{}` without `{}`",
            stem(path),
            cut.circle.join(" -> "),
            cut.consumer,
            cut.supplier
        );
    }
    let (frequent, rules) = report::frequent(good.iter().map(|(_, outcome)| *outcome));
    println!("{} findings of {rules} rules; the most frequent ones:", sum(|o| o.findings.len()));
    frequent.iter().for_each(|line| println!("{line}"));
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Requests of PL330s against the table, of which some board must have a client if `expected`.
fn clients(good: &[(&PathBuf, &Outcome)], table: &[pl330::Row], expected: bool) -> usize {
    let (mut boards, mut checked, mut same, mut wrong) = (0, 0, 0, 0);
    for (path, outcome) in good {
        let Some(soc) = outcome.soc.as_ref().filter(|soc| pl330::has(soc)) else { continue };
        boards += 1;
        let compared = pl330::compare(soc, &outcome.chip, table);
        checked += usize::from(compared.same + compared.wrong.len() > 0);
        same += compared.same;
        wrong += compared.wrong.len();
        compared.wrong.iter().for_each(|what| println!("WRONG {}: {what}", stem(path)));
    }
    if checked == 0 && expected {
        println!("WRONG: no board has a client of the table, so that nothing of it was compared");
        wrong += 1;
    }
    println!("PL330: {boards} boards; {same} requests on {checked} of them as the table says, {wrong} not");
    wrong
}

/// What the two methods say differently of a board: references, or links that come of them.
fn of_board(outcome: &Outcome, theirs: &[second::Told]) -> Vec<String> {
    let mut differences = second::differences(&outcome.references, theirs);
    let edges = theirs.iter().map(|told| told.edge.clone()).collect();
    let other = |(consumer, supplier, subsystem): &board::Edge| {
        format!("a link for which there is no reference, or none for one: {consumer} -> {supplier} ({subsystem})")
    };
    differences.extend(outcome.edges.symmetric_difference(&edges).map(other));
    differences
}

/// References against the second method: every so-many-th board, and the one with the most devices.
fn compared(good: &[(&PathBuf, &Outcome)], count: usize) -> Result<usize, String> {
    let step = (good.len() / count.max(1)).max(1);
    let mut chosen: Vec<&(&PathBuf, &Outcome)> = good.iter().step_by(step).take(count).collect();
    let largest = good.iter().max_by_key(|(_, outcome)| outcome.devices.0).filter(|_| count > 0);
    chosen.extend(largest.filter(|(path, _)| !chosen.iter().any(|(other, _)| other == path)));
    let start = Instant::now();
    let paths: Vec<PathBuf> = chosen.iter().map(|(path, _)| path.to_path_buf()).collect();
    let halves: Vec<&[PathBuf]> = paths.chunks(paths.len().div_ceil(4).max(1)).collect();
    let mut theirs = std::collections::BTreeMap::new();
    for part in parallel::map(&halves, |paths| second::references(paths)) {
        theirs.extend(part?);
    }
    let (mut same, mut references, mut wrong) = (0, 0, 0);
    for (path, outcome) in chosen {
        let differences = theirs.get(*path).map(|theirs| of_board(outcome, theirs));
        let differences = differences.unwrap_or_else(|| vec!["not told by the second method".to_string()]);
        references += outcome.references.len();
        if differences.is_empty() {
            same += 1;
        } else {
            wrong += 1;
            println!("WRONG {}: {} references differ", stem(path), differences.len());
            differences.iter().take(5).for_each(|difference| println!("    {difference}"));
        }
    }
    let enough = count.min(ENOUGH).min(good.len());
    if same + wrong < enough {
        println!("WRONG: {} boards compared with the second method, not {enough}", same + wrong);
        wrong += 1;
    }
    println!(
        "second method: {same} boards with {references} references and their numbers are the same, one by one, {wrong} not ({:.1} s)",
        start.elapsed().as_secs_f64()
    );
    Ok(wrong)
}

/// Boards spread over the list whose generated crates must compile without a warning.
fn compiled(good: &[(&PathBuf, &Outcome)], count: usize, cache: &Path) -> usize {
    let step = (good.len() / count.max(1)).max(1);
    let (mut right, mut wrong) = (0, 0);
    let start = Instant::now();
    for (path, outcome) in good.iter().skip(step / 2).step_by(step).take(count) {
        let folder = cache.join("compiled").join(stem(path));
        let _ = std::fs::remove_dir_all(&folder);
        match compile::check(&outcome.imported, &folder, &cache.join("compiled/target")) {
            Ok(()) => {
                right += 1;
                println!("compiled {}: {} devices, {} links", stem(path), outcome.devices.0, outcome.links);
            }
            Err(error) => {
                wrong += 1;
                println!("WRONG {}: {}", stem(path), error.lines().take(12).collect::<Vec<_>>().join("\n    "));
            }
        }
    }
    println!("generated crates: {right} boards compile, {wrong} not ({:.1} s)", start.elapsed().as_secs_f64());
    wrong
}
