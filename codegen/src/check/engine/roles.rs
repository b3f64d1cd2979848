//! The roles of all instructions as a list: which operand carries which part, and what that must be.

use crate::source::Span;
use crate::spec::{Instruction, Ip, Name, SideTargets};

/// A role that an instruction has.
pub(super) struct Role<'a> {
    /// `load-peripheral`.
    pub(super) kind: &'static str,
    pub(super) place: Span,
    pub(super) name: &'a Name,
    pub(super) instruction: &'a Instruction,
    pub(super) parts: Vec<Part<'a>>,
}

/// An operand of a role.
pub(super) struct Part<'a> {
    /// `peripheral`.
    pub(super) what: &'static str,
    pub(super) operand: &'a Name,
    pub(super) needs: Needs,
}

/// What an operand must be.
pub(super) enum Needs {
    /// An enum with these values, each with the place where its name was chosen, if it was.
    Values(Vec<(String, Option<Span>)>),
    /// A number of at most so many bits.
    Number(u32),
    /// A number of exactly so many bits.
    Exactly(u32),
    /// A number of at most so many bits, or an enum.
    NumberOrValues(u32),
    /// A number that counts bytes backwards, of at most so many bits.
    Backward(u32),
    Flag,
}

/// All roles there are.
pub(super) const ALL: [&str; 22] = [
    "set-address",
    "set-control",
    "add-address",
    "subtract-address",
    "load",
    "store",
    "load-peripheral",
    "store-peripheral",
    "store-zero",
    "read-barrier",
    "write-barrier",
    "nop",
    "end",
    "kill",
    "loop",
    "loop-end",
    "loop-forever-end",
    "send-event",
    "wait-event",
    "wait-peripheral",
    "flush-peripheral",
    "start",
];

fn values(names: &[&str]) -> Needs {
    Needs::Values(names.iter().map(|name| (name.to_string(), None)).collect())
}

fn sides(targets: Option<&SideTargets>) -> Needs {
    let side = |name: Option<&Name>, default: &str| match name {
        Some(name) => (name.value.clone(), Some(name.span)),
        None => (default.to_string(), None),
    };
    Needs::Values(vec![
        side(targets.and_then(|t| t.source.as_ref()), "SAR"),
        side(targets.and_then(|t| t.destination.as_ref()), "DAR"),
    ])
}

fn when() -> Needs {
    values(&["Always", "Single", "Burst"])
}

fn part<'a>(what: &'static str, operand: &'a Name, needs: Needs) -> Part<'a> {
    Part { what, operand, needs }
}

pub(super) fn collect(ip: &Ip) -> Vec<Role<'_>> {
    let mut out = Vec::new();
    for (name, instruction) in ip.instructions.iter().flat_map(|set| set.set.iter()) {
        let Some(roles) = &instruction.role else { continue };
        let mut add = |kind, place, parts| out.push(Role { kind, place, name, instruction, parts });
        if let Some(r) = &roles.set_address {
            let target = part("target", &r.target, sides(r.targets.as_ref()));
            add("set-address", r.span, vec![target, part("value", &r.value, Needs::Exactly(32))]);
        }
        if let Some(r) = &roles.set_control {
            let named = r.targets.as_ref().and_then(|t| t.control.as_ref());
            let control = named.map_or(("CCR".to_string(), None), |n| (n.value.clone(), Some(n.span)));
            let target = part("target", &r.target, Needs::Values(vec![control]));
            add("set-control", r.span, vec![target, part("value", &r.value, Needs::Exactly(32))]);
        }
        for (kind, r) in [("add-address", &roles.add_address), ("subtract-address", &roles.subtract_address)] {
            let Some(r) = r else { continue };
            let side = part("side", &r.side, sides(r.targets.as_ref()));
            add(kind, r.span, vec![side, part("amount", &r.amount, Needs::Exactly(16))]);
        }
        for (kind, r) in [("load", &roles.load), ("store", &roles.store)] {
            let Some(r) = r else { continue };
            add(kind, r.span, vec![part("when", &r.when, when())]);
        }
        for (kind, r) in [("load-peripheral", &roles.load_peripheral), ("store-peripheral", &roles.store_peripheral)] {
            let Some(r) = r else { continue };
            let when = part("when", &r.when, values(&["Single", "Burst"]));
            add(kind, r.span, vec![when, part("peripheral", &r.peripheral, Needs::Number(8))]);
        }
        for (kind, r) in [
            ("store-zero", &roles.store_zero),
            ("read-barrier", &roles.read_barrier),
            ("write-barrier", &roles.write_barrier),
            ("nop", &roles.nop),
            ("end", &roles.end),
            ("kill", &roles.kill),
        ] {
            let Some(r) = r else { continue };
            add(kind, r.span, Vec::new());
        }
        if let Some(r) = &roles.begin_loop {
            let counter = part("counter", &r.counter, Needs::NumberOrValues(8));
            add("loop", r.span, vec![counter, part("iterations", &r.iterations, Needs::Number(16))]);
        }
        if let Some(r) = &roles.loop_end {
            let counter = part("counter", &r.counter, Needs::NumberOrValues(8));
            let jump = part("jump", &r.jump, Needs::Backward(8));
            add("loop-end", r.span, vec![counter, part("when", &r.when, when()), jump]);
        }
        if let Some(r) = &roles.loop_forever_end {
            let jump = part("jump", &r.jump, Needs::Backward(8));
            add("loop-forever-end", r.span, vec![part("when", &r.when, when()), jump]);
        }
        if let Some(r) = &roles.send_event {
            add("send-event", r.span, vec![part("event", &r.event, Needs::Number(8))]);
        }
        if let Some(r) = &roles.wait_event {
            let invalidate = part("invalidate", &r.invalidate, Needs::Flag);
            add("wait-event", r.span, vec![part("event", &r.event, Needs::Number(8)), invalidate]);
        }
        if let Some(r) = &roles.wait_peripheral {
            let kind = part("kind", &r.kind, values(&["Single", "Burst", "Peripheral"]));
            add("wait-peripheral", r.span, vec![kind, part("peripheral", &r.peripheral, Needs::Number(8))]);
        }
        if let Some(r) = &roles.flush_peripheral {
            add("flush-peripheral", r.span, vec![part("peripheral", &r.peripheral, Needs::Number(8))]);
        }
        if let Some(r) = &roles.start {
            let address = part("address", &r.address, Needs::Exactly(32));
            let non_secure = part("non_secure", &r.non_secure, Needs::Flag);
            add("start", r.span, vec![part("thread", &r.thread, Needs::Number(8)), address, non_secure]);
        }
    }
    out
}
