//! `oracle DIR`: replay the recordings in DIR on the device model and compare.

#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::process::ExitCode;

use oracle::folder;
use oracle::verdict::{Mode, RULES, Verdict, judge};

const USAGE: &str = "usage: oracle [-v] [--linux | --without=RULE,...] DIR
  DIR holds scenarios/, traces/ and unsteady.json; see tests/oracle/data/README.md
  -v  show the first difference of deviations too
  --linux  follow no rule of runtime/DEVIATIONS.md: everything as Linux does it
  --without  do not follow these rules";

fn main() -> ExitCode {
    let mut dir = None;
    let mut verbose = false;
    let mut mode = Mode::default();
    for arg in std::env::args().skip(1) {
        match arg.as_str() {
            "-v" | "--verbose" => verbose = true,
            "--linux" => mode = Mode::LINUX,
            _ if arg.starts_with("--without=") => {
                for id in arg["--without=".len()..].split(',') {
                    match RULES.iter().find(|rule| rule.id == id) {
                        Some(rule) => rule.undo(&mut mode),
                        None => {
                            eprintln!("oracle: no rule `{id}`; there are {}", RULES.map(|rule| rule.id).join(", "));
                            return ExitCode::from(2);
                        }
                    }
                }
            }
            "-h" | "--help" => {
                println!("{USAGE}");
                return ExitCode::SUCCESS;
            }
            _ if dir.is_none() && !arg.starts_with('-') => dir = Some(PathBuf::from(arg)),
            _ => {
                eprintln!("{USAGE}");
                return ExitCode::from(2);
            }
        }
    }
    let Some(dir) = dir else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let recordings = match folder::read(&dir) {
        Ok(recordings) => recordings,
        Err(error) => {
            eprintln!("oracle: {error}");
            return ExitCode::from(2);
        }
    };
    let (mut passed, mut failed, mut deviations) = (0, 0, 0);
    for recording in &recordings {
        let name = &recording.scenario.name;
        match judge(&recording.scenario, &recording.trace, recording.steady, mode) {
            Verdict::Passed => {
                passed += 1;
                println!("pass       {name}");
            }
            Verdict::Deviation(rules, difference) => {
                deviations += 1;
                println!("deviation  {name} by {}", rules.join(", "));
                for rule in RULES.iter().filter(|rule| rules.contains(&rule.id)) {
                    println!("           {}: {}", rule.id, rule.about);
                }
                if verbose {
                    print!("{}", indent(&difference));
                }
            }
            Verdict::Failed(difference) => {
                failed += 1;
                println!("FAIL       {name}");
                print!("{}", indent(&difference));
            }
        }
    }
    println!("{passed} passed, {failed} failed, {deviations} deviations");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("           {line}\n")).collect()
}
