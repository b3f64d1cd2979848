//! The verdict on a scenario: equal, different by a listed rule, or different.

use linkwright::context::host_task;
use linkwright::device::{Context, Rules};

use crate::compare::{perform, step};
use crate::scenario::Scenario;
use crate::trace::{States, Trace};
use crate::world::World;

/// A listed rule: its requirement id, and how to follow Linux instead.
pub struct Rule {
    /// As in `runtime/DEVIATIONS.md`.
    pub id: &'static str,
    /// What it is about.
    pub about: &'static str,
    undo: fn(&mut Mode),
}

impl Rule {
    /// Follow Linux instead of this rule.
    pub fn undo(&self, mode: &mut Mode) {
        (self.undo)(mode);
    }
}

/// All rules that are switches of the model.
pub const RULES: [Rule; 8] = [
    Rule {
        id: "L-1",
        about: "an illegal set of link flags cannot be written down, so refusing one has no side effect",
        undo: |mode| mode.illegal_flags_leak = true,
    },
    Rule {
        id: "L-9",
        about: "a probing consumer that asks for an unbound supplier is told to defer",
        undo: |mode| mode.rules.defer_link_in_probe = false,
    },
    Rule {
        id: "L-10",
        about: "a device deferred by the gate counts as unbound",
        undo: |mode| mode.rules.deferred_is_unbound = false,
    },
    Rule {
        id: "D-2",
        about: "a device deferred by the gate is retried when what it waits for changed",
        undo: |mode| mode.rules.retry_when_awaited = false,
    },
    Rule {
        id: "R-5",
        about: "suppliers are checked for idleness after a failed resume",
        undo: |mode| mode.rules.idle_after_failed_resume = false,
    },
    Rule {
        id: "R-6",
        about: "a retryable error of a resume is not latched",
        undo: |mode| mode.rules.retryable_not_latched = false,
    },
    Rule {
        id: "R-7",
        about: "the autosuspend delay of a supplier counts from its release",
        undo: |mode| mode.rules.release_is_use = false,
    },
    Rule {
        id: "Q4",
        about: "a link that only a stateless user keeps is not tracked, so concurrent sleep waits for its ends",
        undo: |mode| mode.rules.untracked_when_given_up = false,
    },
];

/// How a scenario compares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everything is equal.
    Passed,
    /// It differs only by these rules; and the first difference.
    Deviation(Vec<&'static str>, String),
    /// It differs; the first difference.
    Failed(String),
}

/// Which rules a run follows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mode {
    /// The model's.
    pub rules: Rules,
    /// Linux resumes and holds the supplier before it looks at some of the flags.
    pub illegal_flags_leak: bool,
}

impl Mode {
    /// No rule is followed: everything as Linux does it.
    pub const LINUX: Self = Self { rules: Rules::LINUX, illegal_flags_leak: true };
}

/// Compare a scenario; a trace is steady before step `steady`.
pub fn judge(scenario: &Scenario, trace: &Trace, steady: Option<usize>, mode: Mode) -> Verdict {
    let first = match replay(scenario, trace, steady, mode) {
        Outcome::Equal => return Verdict::Passed,
        Outcome::Hung => return Verdict::Deviation(vec!["B-1"], "the kernel never returns, the model does".to_owned()),
        Outcome::Different(difference) => difference,
    };
    // The smallest set of rules without which the model does what the kernel did.
    let mut sets: Vec<u32> = (1..1 << RULES.len()).collect();
    sets.sort_by_key(|set| set.count_ones());
    for set in sets {
        let chosen = || RULES.iter().enumerate().filter(move |(i, _)| set & (1 << i) != 0).map(|(_, rule)| rule);
        let mut mode = mode;
        chosen().for_each(|rule| rule.undo(&mut mode));
        let mut ids: Vec<&'static str> = chosen().map(|rule| rule.id).collect();
        match replay(scenario, trace, steady, mode) {
            Outcome::Equal => return Verdict::Deviation(ids, first),
            Outcome::Hung => {
                ids.push("B-1");
                return Verdict::Deviation(ids, first);
            }
            Outcome::Different(_) => {}
        }
    }
    Verdict::Failed(first)
}

enum Outcome {
    Equal,
    /// Equal up to where the kernel hung.
    Hung,
    Different(String),
}

fn replay(scenario: &Scenario, trace: &Trace, steady: Option<usize>, mode: Mode) -> Outcome {
    host_task(|task| {
        let cx = Context::sleepable(task);
        let run = World::start(scenario, mode, cx);
        let mut states = States::default();
        if trace.steps.len() != scenario.ops.len() && !trace.steps.last().is_some_and(|step| step.hung) {
            return Outcome::Different(format!(
                "the trace has {} steps, the scenario {} operations",
                trace.steps.len(),
                scenario.ops.len()
            ));
        }
        for (i, theirs) in trace.steps.iter().enumerate() {
            if steady.is_some_and(|steady| i >= steady) {
                break;
            }
            let ours = perform(&run, cx, i);
            if let Some(problem) = run.world.inner().problems.first() {
                return Outcome::Different(format!("step {i}: {problem}\n"));
            }
            if theirs.hung {
                return Outcome::Hung;
            }
            states.apply(&theirs.state);
            if let Err(difference) = step(scenario, i, &ours, theirs, &states) {
                return Outcome::Different(difference);
            }
        }
        Outcome::Equal
    })
}
