//! `cargo run --release -p peers [-- FILE.svd…]`: Linkwright, svd2rust and chiptool on the same SVD files, in one table.
//!
//! Needs a network the first time (svd2rust 0.37.1 is installed from the registry) and `rustfmt`.
//! chiptool is in no registry: `CHIPTOOL=/path/to/chiptool` names one that was built by hand, and without it its rows say
//! that it was not measured. Times are CPU seconds, user and system, the least of several runs; memory is the most that
//! was resident at once.
#![forbid(unsafe_code)]

mod crates;
mod measure;
mod rmw;
mod tools;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use measure::{Cost, run};
use tools::Tools;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Runs of a generator, of which the cheapest counts.
const RUNS: usize = 5;

/// What one generator did with one file.
struct Row {
    file: String,
    tool: &'static str,
    /// From the SVD file to Rust; an error is why not.
    made: std::result::Result<Cost, String>,
    lines: usize,
    /// `cargo check` of what was made.
    check: std::result::Result<Cost, String>,
}

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let work = root.join("target/peers");
    fs::create_dir_all(&work)?;
    let tools = Tools::find(&root, &work)?;
    let given: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let files = if given.is_empty() { unpack(&work)? } else { given };
    let mut rows = Vec::new();
    for file in &files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let file = file.canonicalize()?;
        eprintln!("{name} …");
        let out = work.join(&name);
        rows.extend(linkwright(&name, &file, &out, &tools, &root)?);
        rows.push(peer(&name, "svd2rust 0.37.1", &out.join("svd2rust"), |out| tools.svd2rust(&file, out))?);
        if tools.chiptool.is_some() {
            rows.push(peer(&name, "chiptool", &out.join("chiptool"), |out| tools.chiptool(&file, out))?);
        }
    }
    eprintln!("read-modify-write …");
    let ways = rmw::count(&tools, &root, &work)?;
    print(&rows);
    print_ways(&ways);
    if tools.chiptool.is_none() {
        println!(
            "\nchiptool was not measured: CHIPTOOL names no program (build it from github.com/embassy-rs/chiptool)."
        );
    }
    Ok(())
}

/// The committed SVD files, unpacked.
fn unpack(work: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for name in peers::FILES {
        let file = work.join(name);
        fs::write(&file, peers::unpack(name)?)?;
        files.push(file);
    }
    Ok(files)
}

/// Ours: from the SVD file, and from the specs that it became.
fn linkwright(name: &str, file: &Path, out: &Path, tools: &Tools, root: &Path) -> Result<Vec<Row>> {
    let (specs, generated) = (out.join("specs"), out.join("generated"));
    let mut import = Cost::MOST;
    let mut generate = Cost::MOST;
    for _ in 0..RUNS {
        fresh(&specs)?;
        fresh(&generated)?;
        import = import.min(run(tools.import(file, &specs))?);
        generate = generate.min(run(tools.generate(&specs, &generated, root)?)?);
    }
    let check = crates::check_ours(&generated, root)?;
    let lines = crates::lines(&generated)?;
    let both = import.and(generate);
    let row = |tool, made| Row { file: name.to_string(), tool, made: Ok(made), lines, check: check.clone() };
    Ok(vec![row("linkwright, import + generate", both), row("linkwright, generate from YAML", generate)])
}

fn peer(name: &str, tool: &'static str, out: &Path, command: impl Fn(&Path) -> std::process::Command) -> Result<Row> {
    let mut made = Ok(Cost::MOST);
    for _ in 0..RUNS {
        fresh(out)?;
        made = match (made, run(command(out))) {
            (Ok(least), Ok(cost)) => Ok(least.min(cost)),
            (_, Err(error)) => Err(error.to_string()),
            (failed, _) => failed,
        };
    }
    let (lines, check) = match &made {
        Ok(_) => crates::check_peer(out)?,
        Err(_) => (0, Err("nothing to check".to_string())),
    };
    Ok(Row { file: name.to_string(), tool, made, lines, check })
}

fn print_ways(ways: &[rmw::Way]) {
    println!("\n| read-modify-write, instructions | opt-level 3 | opt-level s |\n|---|---:|---:|");
    for way in ways {
        let told =
            |count: &std::result::Result<usize, String>| count.as_ref().map_or_else(Clone::clone, usize::to_string);
        let counts: Vec<String> = way.instructions.iter().map(told).collect();
        println!("| {} | {} |", way.tool, counts.join(" | "));
    }
}

fn fresh(directory: &Path) -> Result<()> {
    if directory.exists() {
        fs::remove_dir_all(directory)?;
    }
    Ok(fs::create_dir_all(directory)?)
}

fn print(rows: &[Row]) {
    println!("| file | generator | CPU s | peak MB | lines | check CPU s | check peak MB |");
    println!("|---|---|---:|---:|---:|---:|---:|");
    for row in rows {
        let made = match &row.made {
            Ok(cost) => format!("{:.2} | {}", cost.cpu, cost.megabytes()),
            Err(why) => format!("fails: {why} |"),
        };
        let check = match &row.check {
            Ok(cost) => format!("{:.2} | {}", cost.cpu, cost.megabytes()),
            Err(why) => format!("{why} |"),
        };
        println!("| {} | {} | {made} | {} | {check} |", row.file, row.tool, row.lines);
    }
}
