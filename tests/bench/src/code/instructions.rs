use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::Command;

use super::build::{firmware, run};

/// Instructions of this machine that the steps of a transfer take: of the driver alone, over registers that are memory.
///
/// Entering and leaving a critical section is the platform's and does not count. Built for size, with feature `std`,
/// whose context checks firmware has not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Instructions {
    /// Hand buffers over.
    pub submit: u64,
    /// Start.
    pub issue: u64,
    /// The interrupt body of one ended transfer, without what its handler does.
    pub interrupt: u64,
    /// In the handler: the same transfer again.
    pub rearm_same: u64,
    /// In the handler: the next with other buffers.
    pub rearm: u64,
    /// In the handler: take the buffers.
    pub finish: u64,
    /// The longest critical section of each step: most between entering it and leaving it.
    pub critical_sections: Vec<(String, u64)>,
    /// What one more poll of a busy command interface adds to a critical section.
    pub poll: u64,
    /// How often a critical section of the interrupt waits for the command interface, after a fault of the manager that eight
    /// threads have to be told of.
    pub commands: u64,
}

/// In these steps the command interface is busy.
const BUSY: [&str; 3] = ["busy", "stuck", "lost_resumes_busy"];
/// Polls before each command of those of them that get through, as the firmware makes them.
const BUSY_POLLS: u64 = 100;

impl Instructions {
    /// The longest critical section of a step; 0: there is none.
    pub fn critical_section(&self, step: &str) -> u64 {
        self.critical_sections.iter().find(|(name, _)| name == step).map_or(0, |(_, count)| *count)
    }

    /// The longest critical section and its step, while the command interface is never busy.
    pub fn longest(&self) -> (&str, u64) {
        let ready = self.critical_sections.iter().filter(|(step, _)| !BUSY.contains(&step.as_str()));
        ready.max_by_key(|(_, count)| *count).map_or(("", 0), |(step, count)| (step, *count))
    }
}

const ENTER: &str = "_critical_section_1_0_acquire";
const LEAVE: &str = "_critical_section_1_0_release";

/// A function of the image.
struct Function {
    end: u64,
    /// What it means that it begins: a mark, or entering or leaving a critical section.
    mark: Option<String>,
    /// It is the driver's, not the platform's.
    driver: bool,
}

/// The functions of an image, by where they begin.
fn functions(image: &std::path::Path) -> Result<BTreeMap<u64, Function>, String> {
    let names = run(Command::new("nm").args(["-C", "-S"]).arg(image))?;
    let mut found = BTreeMap::<u64, Function>::new();
    for line in names.lines() {
        let mut words = line.splitn(4, ' ');
        let (Some(begin), Some(size), Some(_), Some(name)) = (words.next(), words.next(), words.next(), words.next())
        else {
            continue;
        };
        let (Ok(begin), Ok(size)) = (u64::from_str_radix(begin, 16), u64::from_str_radix(size, 16)) else { continue };
        let short = name.strip_prefix("cost::").unwrap_or(name);
        let marks = short.starts_with("begin_") || short.starts_with("end_") || short == ENTER || short == LEAVE;
        let driver = ["linkwright", "cost::", "critical_section::with"].iter().any(|part| name.contains(part));
        let mark = marks.then(|| short.to_string());
        let function = found.entry(begin).or_insert(Function { end: begin + size, mark: None, driver });
        if mark.is_some() && function.mark.is_some() {
            return Err(format!("{name} is also something else"));
        }
        function.mark = function.mark.take().or(mark);
    }
    Ok(found)
}

/// What goes on at one point of the trace.
#[derive(Default)]
struct Tally {
    /// Steps that have begun and not ended, with their instructions so far.
    open: Vec<(String, u64)>,
    /// The most that any run of a step took.
    most: BTreeMap<String, u64>,
    /// In how many critical sections.
    depth: u32,
    section: u64,
    /// The longest section within each step.
    longest: BTreeMap<String, u64>,
    /// The platform enters (true) or leaves a section.
    away: Option<bool>,
}

impl Tally {
    fn mark(&mut self, name: &str) -> Result<(), String> {
        if let Some(step) = name.strip_prefix("begin_") {
            self.open.push((step.to_string(), 0));
        } else if let Some(step) = name.strip_prefix("end_") {
            let (open, count) = self.open.pop().ok_or_else(|| format!("{step} ends and has not begun"))?;
            if open != step {
                return Err(format!("{step} ends within {open}"));
            }
            let most = self.most.entry(open).or_default();
            *most = count.max(*most);
        }
        Ok(())
    }

    /// An instruction of the driver or the platform; `mark`: the first of a function that means something.
    fn step(&mut self, driver: bool, mark: Option<&str>) -> Result<(), String> {
        // The platform has done it when the driver goes on.
        if driver && self.away.take() == Some(true) {
            self.depth += 1;
        }
        match mark {
            Some(ENTER) => self.away = Some(true),
            Some(LEAVE) => {
                self.away = Some(false);
                self.depth = self.depth.checked_sub(1).ok_or("a critical section is left that was not entered")?;
                if self.depth == 0 {
                    let section = std::mem::take(&mut self.section);
                    for (step, _) in &self.open {
                        let longest = self.longest.entry(step.clone()).or_default();
                        *longest = section.max(*longest);
                    }
                }
            }
            Some(mark) => self.mark(mark)?,
            None => {}
        }
        // A step within a step, such as the handler in the interrupt, counts for itself.
        if let (None, Some((_, count))) = (self.away, self.open.last_mut()) {
            *count += 1;
            self.section += u64::from(self.depth > 0);
        }
        Ok(())
    }
}

/// Count them: runs `cost` of the firmware package under valgrind, which writes down every instruction.
///
/// # Errors
/// What a tool said, or that it is not there.
pub fn instructions() -> Result<Instructions, String> {
    let release = firmware("host", &["--features", "host", "--bin", "cost"], "-C relocation-model=static")?;
    let image = release.join("cost");
    let functions = functions(&image)?;
    let log = release.join("cost.trace");
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=lackey", "--trace-mem=yes"]).arg(format!("--log-file={}", log.display()));
    run(valgrind.arg(&image))?;
    let trace = std::fs::File::open(&log).map_err(|e| format!("{}: {e}", log.display()))?;
    let mut tally = Tally::default();
    for line in BufReader::new(trace).lines() {
        let line = line.map_err(|e| e.to_string())?;
        let Some((pc, _)) = line.strip_prefix("I  ").and_then(|rest| rest.split_once(',')) else { continue };
        let pc = u64::from_str_radix(pc, 16).map_err(|e| format!("{line}: {e}"))?;
        let within = functions.range(..=pc).next_back().filter(|(_, function)| pc < function.end);
        let begins = within.filter(|(begin, _)| **begin == pc);
        let mark = begins.and_then(|(_, function)| function.mark.as_deref());
        tally.step(within.is_some_and(|(_, function)| function.driver), mark)?;
    }
    let of = |step: &str| tally.most.get(step).copied().ok_or_else(|| format!("{step} is not in the trace"));
    let section =
        |step: &str| tally.longest.get(step).copied().ok_or_else(|| format!("{step} has no critical section"));
    let more = |busy: &str, ready: &str| Ok::<_, String>(section(busy)?.saturating_sub(section(ready)?));
    let poll = more("busy", "issue")?.div_ceil(BUSY_POLLS).max(1);
    Ok(Instructions {
        poll,
        commands: more("lost_resumes_busy", "lost_resumes")?.div_ceil(poll * BUSY_POLLS),
        submit: of("submit")?,
        issue: of("issue")?,
        interrupt: of("interrupt")?,
        rearm_same: of("rearm_same")?,
        rearm: of("rearm")?,
        finish: of("finish")?,
        critical_sections: tally.longest.into_iter().collect(),
    })
}
