//! The events of a scenario, and whether they can happen one after the other.

use super::resolve::Cx;
use super::{Action, Event, MAX_EVENTS, MAX_PERIODS, MAX_USES, Use};
use crate::report::Diagnostic;
use crate::source::{Span, Spanned};
use crate::spec::{self, Name};

/// Rule of events that cannot happen.
const IMPOSSIBLE: &str = "LW0802";
/// Rule of keys that are missing.
const MISSING: &str = "LW0005";
/// Rule of keys that mean nothing.
const UNKNOWN_KEYS: &str = "LW0006";
/// Rule of values that are not of their form.
const MALFORMED: &str = "LW0010";
/// Rule of too much.
const LIMITS: &str = "LW0002";

/// How a use of a device stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Idle,
    Running,
    Paused,
}

/// A use while the events are gone through.
struct State {
    standing: Standing,
    period: u64,
    /// Still to run, if that is limited.
    left: Option<u64>,
    /// Where it last changed.
    span: Span,
}

struct Walk<'w, 'c> {
    cx: &'w mut Cx<'c>,
    uses: Vec<Use>,
    states: Vec<State>,
    events: Vec<Event>,
    now: u64,
    /// Until when the system sleeps.
    asleep: Option<Spanned<u64>>,
    /// Periods so far.
    periods: u64,
}

/// The uses and the events of a scenario; reports what cannot happen.
pub(super) fn resolve(spec: &spec::Scenario, cx: &mut Cx<'_>) -> (Vec<Use>, Vec<Event>) {
    let (uses, states, events) = (Vec::new(), Vec::new(), Vec::new());
    let mut walk = Walk { cx, uses, states, events, now: 0, asleep: None, periods: 0 };
    if let Some(extra) = spec.timeline.get(MAX_EVENTS) {
        let title = format!("a scenario has at most {MAX_EVENTS} events");
        walk.cx.report(Diagnostic::error(LIMITS, title, extra.span, format!("there are {}", spec.timeline.len())));
        // Findings about each of them would hide this one.
        return (walk.uses, walk.events);
    }
    let mut last: Option<&spec::Event> = None;
    for (at, event) in spec.timeline.iter().enumerate() {
        if walk.in_order(event, last, spec) {
            walk.event(event, spec.timeline.get(at + 1));
            last = Some(event);
        }
    }
    walk.pass(spec.end.0);
    if let Some(until) = walk.asleep.take().filter(|until| until.value > spec.end.0) {
        let error =
            Diagnostic::error(IMPOSSIBLE, "the system sleeps beyond the end", until.span, "it wakes up too late")
                .and(spec.end.span, "the scenario is over here");
        walk.cx.report(error.help("let it sleep less, or end later"));
    }
    if walk.periods > MAX_PERIODS {
        let title = format!("a scenario plays at most {MAX_PERIODS} periods");
        let label = format!("there are {} until here", walk.periods);
        walk.cx.report(Diagnostic::error(LIMITS, title, spec.end.span, label).help("lengthen `period`, or end sooner"));
    }
    (walk.uses, walk.events)
}

impl Walk<'_, '_> {
    /// Does the event come after the ones before it, and before the end?
    fn in_order(&mut self, event: &spec::Event, last: Option<&spec::Event>, spec: &spec::Scenario) -> bool {
        let at = event.at.0;
        let error = if at > spec.end.0 {
            Diagnostic::error(IMPOSSIBLE, "an event after the end", event.at.span, "this never happens")
                .and(spec.end.span, "the scenario is over here")
        } else if let Some(last) = last.filter(|last| last.at.0 > at) {
            Diagnostic::error(IMPOSSIBLE, "events are out of order", event.at.span, "before the event above")
                .and(last.at.span, "which happens here")
                .help("write events in order of time")
        } else if let Some(until) = self.asleep.as_ref().filter(|until| at < until.value) {
            Diagnostic::error(IMPOSSIBLE, "an event while the system sleeps", event.at.span, "nobody is awake")
                .and(until.span, "it sleeps for this long")
        } else {
            return true;
        };
        self.cx.report(error);
        false
    }

    /// Let time pass.
    fn pass(&mut self, to: u64) {
        // Uses stand still while the system sleeps.
        let awake = self.asleep.as_ref().map_or(self.now, |until| until.value.max(self.now)).min(to);
        let passed = to - awake;
        for state in self.states.iter_mut().filter(|state| state.standing == Standing::Running) {
            let run = state.left.map_or(passed, |left| left.min(passed));
            self.periods = self.periods.saturating_add(run / state.period.max(1));
            if let Some(left) = &mut state.left {
                *left -= run;
                if *left == 0 {
                    state.standing = Standing::Idle;
                }
            }
        }
        self.now = to;
    }

    fn event(&mut self, event: &spec::Event, next: Option<&spec::Event>) {
        self.pass(event.at.0);
        let keys = [
            event.start.is_some(),
            event.pause.is_some(),
            event.resume.is_some(),
            event.stop.is_some(),
            event.suspend.is_some(),
        ];
        let action = match (keys.iter().filter(|given| **given).count(), event) {
            // Something was to happen; what is wrong with it is reported.
            (0, _) if self.cx.is_faulty(event.span, next.map(|next| next.span)) => return,
            (0, _) => {
                let error = Diagnostic::error(MISSING, "an event in which nothing happens", event.at.span, "what?");
                self.cx.report(error.help("add one of `start`, `pause`, `resume`, `stop` and `suspend`"));
                return;
            }
            (1, spec::Event { start: Some(start), .. }) => self.start(start),
            (1, spec::Event { pause: Some(which), .. }) => {
                self.change(which, Standing::Running, Standing::Paused).map(Action::Pause)
            }
            (1, spec::Event { resume: Some(which), .. }) => {
                self.change(which, Standing::Paused, Standing::Running).map(Action::Resume)
            }
            (1, spec::Event { stop: Some(which), .. }) => self.stop(which),
            (1, spec::Event { suspend: Some(asleep), .. }) => self.suspend(asleep),
            _ => {
                let error = Diagnostic::error(UNKNOWN_KEYS, "two things in one event", event.at.span, "which one?");
                self.cx.report(error.help("make it two events; they may have the same time"));
                return;
            }
        };
        if let Some(action) = action {
            self.events.push(Event { at: event.at.0, action });
        }
    }

    fn start(&mut self, start: &spec::Start) -> Option<Action> {
        let wanted = self.cx.usage(&start.device, start.dma.as_ref())?;
        for (length, what) in
            [(Some(&start.period), "a period"), (start.length.as_ref(), "the time that a device is used")]
        {
            if let Some(length) = length {
                self.some_time(length, what)?;
            }
        }
        let known = self.uses.iter().position(|known| *known == wanted);
        if known.is_none() && self.uses.len() == MAX_USES {
            let title = format!("a scenario uses devices in at most {MAX_USES} ways");
            self.cx.report(Diagnostic::error(LIMITS, title, start.device.span, "one more"));
            return None;
        }
        let which = known.unwrap_or_else(|| {
            self.uses.push(wanted);
            let (standing, span) = (Standing::Idle, start.device.span);
            self.states.push(State { standing, period: start.period.0, left: None, span });
            self.uses.len() - 1
        });
        let state = &mut self.states[which];
        if state.standing != Standing::Idle {
            let title = format!("`{}` is started while it is in use", start.device.value);
            let error = Diagnostic::error(IMPOSSIBLE, title, start.device.span, "started again")
                .and(state.span, if state.standing == Standing::Paused { "paused here" } else { "in use since here" });
            self.cx.report(error.help("let it `stop` first"));
            return None;
        }
        let (period, length) = (start.period.0, start.length.as_ref().map(|length| length.0));
        *state = State { standing: Standing::Running, period, left: length, span: start.device.span };
        Some(Action::Start { which, period, length })
    }

    /// The uses that an event means, which have to be as `from` says.
    fn change(&mut self, which: &spec::Activity, from: Standing, to: Standing) -> Option<Vec<usize>> {
        let meant = self.meant(&which.device, which.dma.as_ref(), &[from])?;
        for &index in &meant {
            self.states[index].standing = to;
            self.states[index].span = which.device.span;
        }
        Some(meant)
    }

    fn stop(&mut self, which: &spec::Activity) -> Option<Action> {
        let meant = self.meant(&which.device, which.dma.as_ref(), &[Standing::Running, Standing::Paused])?;
        for &index in &meant {
            self.states[index].standing = Standing::Idle;
            self.states[index].span = which.device.span;
        }
        Some(Action::Stop(meant))
    }

    fn meant(&mut self, device: &Name, dma: Option<&Name>, from: &[Standing]) -> Option<Vec<usize>> {
        let wanted = self.cx.usage(device, dma)?;
        let matches = |known: &Use| known.device == wanted.device && (dma.is_none() || known.dma == wanted.dma);
        let known: Vec<usize> = (0..self.uses.len()).filter(|&index| matches(&self.uses[index])).collect();
        let meant: Vec<usize> = known.iter().copied().filter(|&i| from.contains(&self.states[i].standing)).collect();
        if !meant.is_empty() {
            return Some(meant);
        }
        let is = match known.last().map(|&index| self.states[index].standing) {
            None => "has not been started",
            Some(Standing::Idle) => "is not in use any more",
            Some(Standing::Running) => "is in use, not paused",
            Some(Standing::Paused) => "is paused",
        };
        let mut error =
            Diagnostic::error(IMPOSSIBLE, format!("`{}` {is}", device.value), device.span, "this cannot happen now");
        if let Some(&index) = known.last() {
            error = error.and(self.states[index].span, "last seen here");
        }
        self.cx.report(error);
        None
    }

    fn suspend(&mut self, asleep: &spec::Asleep) -> Option<Action> {
        self.some_time(&asleep.length, "the time that the system sleeps")?;
        let until = self.now.saturating_add(asleep.length.0);
        self.asleep = Some(Spanned::new(until, asleep.length.span));
        Some(Action::Suspend(asleep.length.0))
    }

    fn some_time(&mut self, length: &Spanned<spec::Duration>, what: &str) -> Option<()> {
        if length.value.0 > 0 {
            return Some(());
        }
        let title = format!("{what} cannot be 0");
        self.cx.report(Diagnostic::error(MALFORMED, title, length.span, "no time at all"));
        None
    }
}
