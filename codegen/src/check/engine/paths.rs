//! Every register and field that the engine names, and what each must be.

use super::unfit_engine_registers::report;
use super::unknown_engine_registers as unknown;
use super::unknown_thread_states;
use crate::check::Cx;
use crate::check::cx::counted;
use crate::check::registers::layout;
use crate::check::registers::unknown_registers::Found;
use crate::spec::{Access, Entry, Field, IdentifyField, Ip, MicrocodeDma, Name, Path};

/// How the engine uses a place.
#[derive(Clone, Copy, PartialEq)]
enum Use {
    Read,
    Write,
    ReadWrite,
}

/// The engine reads and writes words of so many bits.
const WORD: u64 = 32;

struct Checker<'a, 'c, 'w> {
    ip: &'a Ip,
    cx: &'c mut Cx<'w>,
}

pub(super) fn check(ip: &Ip, engine: &MicrocodeDma, cx: &mut Cx<'_>) {
    let mut c = Checker { ip, cx };
    let identify = &engine.identify;
    for number in [&identify.threads, &identify.events, &identify.requests, &identify.bus, &identify.fifo_lines] {
        c.number(number);
    }
    c.number(&identify.icache_line);
    c.bit(&identify.non_secure, Use::Read);

    let debug = &engine.debug;
    c.bit(&debug.busy, Use::Read);
    c.field_path(&debug.execute, Use::Write);
    let mut bytes = 0;
    if let Some(first) = c.whole(&debug.first.register, Use::Write, 0) {
        c.named(&first, &debug.first.thread_select, Some(1));
        c.named(&first, &debug.first.thread, None);
        bytes += c.bytes(&first, &debug.first.bytes);
    }
    if let Some(second) = c.whole(&debug.second.register, Use::Write, 0) {
        bytes += c.bytes(&second, &debug.second.bytes);
    }
    c.enough(engine, bytes);

    let thread = &engine.thread;
    let state = c.field_in(&thread.state, Use::Read, 1);
    unknown_thread_states::check(ip, &thread.state, state, &thread.states, c.cx);
    for path in [&thread.pc, &thread.source, &thread.destination] {
        c.whole(path, Use::Read, 1);
    }

    let faults = &engine.faults;
    c.whole(&faults.threads, Use::Read, 0);
    c.causes(&faults.thread, 1);
    c.bit(&faults.manager, Use::Read);
    c.causes(&faults.manager_cause, 0);

    let interrupts = &engine.interrupts;
    c.whole(&interrupts.enable, Use::ReadWrite, 0);
    c.whole(&interrupts.status, Use::Read, 0);
    c.whole(&interrupts.clear, Use::Write, 0);

    let control = &engine.control;
    if let Some(register) = c.whole(&control.register, Use::Read, 1) {
        for side in [&control.source, &control.destination] {
            c.named(&register, &side.increment, Some(1));
            for name in [&side.beat, &side.burst, &side.protection, &side.cache] {
                c.named(&register, name, None);
            }
        }
        c.named(&register, &control.swap, None);
    }
}

impl<'a> Checker<'a, '_, '_> {
    /// A register of the right width and access, with so many arrays on its path.
    fn found<'p>(&mut self, path: &'p Path, used: Use, arrays: usize) -> Option<Found<'a, 'p>> {
        let found = unknown::register(self.ip, path, self.cx)?;
        let bits = layout::width(found.register, self.ip);
        if bits != WORD && layout::is_width(bits) {
            let is = format!("`{}` has {bits} bits", found.name.value);
            let at = found.register.width.as_ref().map_or(found.name.span, |w| w.span);
            self.unfit(path, &format!("a register of {WORD} bits"), (at, is));
            return None;
        }
        if found.arrays != arrays {
            let is = match found.arrays {
                0 => format!("`{}` stands alone", found.name.value),
                1 => format!("`{}` is an array", found.name.value),
                n => format!("`{}` has {n} dimensions", found.name.value),
            };
            let wanted = if arrays == 0 { "a single register" } else { "an array with an element for each thread" };
            self.unfit(path, wanted, (found.name.span, is));
            return None;
        }
        if found.rest.is_empty() && !allows(layout::access(found.register), used) {
            let access = layout::access(found.register).as_str();
            let at = found.register.access.as_ref().map_or(found.name.span, |a| a.span);
            self.unfit(path, &format!("a register that can be {}", verb(used)), (at, format!("it is `{access}`")));
            return None;
        }
        Some(found)
    }

    fn whole<'p>(&mut self, path: &'p Path, used: Use, arrays: usize) -> Option<Found<'a, 'p>> {
        let found = self.found(path, used, arrays)?;
        if let Some(field) = found.rest.first() {
            let is = format!("`{}` is the register", found.name.value);
            report(&path.text(), field.span, "a whole register", (found.name.span, is), self.cx);
            return None;
        }
        Some(found)
    }

    fn field_in(&mut self, path: &Path, used: Use, arrays: usize) -> Option<&'a Entry<Field>> {
        let found = self.found(path, used, arrays)?;
        match found.rest {
            [] => {
                let is = "this is the whole register".to_string();
                self.unfit(path, "one of its fields, as in `REGISTER.field`", (found.name.span, is));
                None
            }
            [name] => self.field_of(&found, name, used),
            [_, beyond, ..] => {
                let is = format!("`{}` is the register", found.name.value);
                report(&path.text(), beyond.span, "nothing behind the field", (found.name.span, is), self.cx);
                None
            }
        }
    }

    fn field_path(&mut self, path: &Path, used: Use) -> Option<&'a Entry<Field>> {
        self.field_in(path, used, 0)
    }

    fn field_of(&mut self, owner: &Found<'a, '_>, name: &Name, used: Use) -> Option<&'a Entry<Field>> {
        let field = unknown::field(owner.name, owner.register, name, self.cx)?;
        let own = field.value.access.as_ref();
        let access = own.map_or(layout::access(owner.register), |a| a.value);
        if !allows(access, used) {
            let at = own.or(owner.register.access.as_ref()).map_or(field.name.span, |a| a.span);
            let wanted = format!("a field that can be {}", verb(used));
            report(&name.value, name.span, &wanted, (at, format!("it is `{}`", access.as_str())), self.cx);
            return None;
        }
        Some(field)
    }

    fn bit(&mut self, path: &Path, used: Use) {
        if let Some(field) = self.field_path(path, used) {
            self.width(&path.text(), path.span, field, 1);
        }
    }

    fn number(&mut self, number: &IdentifyField) {
        self.field_path(&number.field, Use::Read);
        if let Some(condition) = &number.condition {
            self.bit(condition, Use::Read);
        }
    }

    /// A field of the control word or the debug port.
    fn named(&mut self, owner: &Found<'a, '_>, name: &Name, bits: Option<u32>) -> bool {
        let Some(field) = unknown::field(owner.name, owner.register, name, self.cx) else { return false };
        bits.is_none_or(|bits| self.width(&name.value, name.span, field, bits))
    }

    fn width(&mut self, what: &str, place: crate::source::Span, field: &Entry<Field>, wanted: u32) -> bool {
        let width = field.value.bits.value.width();
        if width != wanted && !self.cx.is_broken(field.value.bits.span) {
            let wanted = format!("a field of {}", counted(wanted.into(), "bit"));
            let is = format!("it has {}", counted(width.into(), "bit"));
            report(what, place, &wanted, (field.value.bits.span, is), self.cx);
            return false;
        }
        true
    }

    fn bytes(&mut self, owner: &Found<'a, '_>, names: &[Name]) -> usize {
        names.iter().filter(|name| self.named(owner, name, Some(8))).count()
    }

    /// The longest instruction that the debug port takes must fit into its fields.
    fn enough(&mut self, engine: &MicrocodeDma, bytes: usize) {
        let Some(set) = &self.ip.instructions else { return };
        let named = engine.debug.first.bytes.len() + engine.debug.second.bytes.len();
        let debug = |i: &crate::spec::Instruction| {
            i.threads.iter().any(|thread| thread.value == crate::spec::ThreadKind::Debug)
        };
        let longest = set.set.iter().filter(|(_, i)| debug(i)).max_by_key(|(_, i)| i.bytes.len());
        let Some((name, instruction)) = longest.filter(|(_, i)| i.bytes.len() > bytes && bytes == named) else {
            return;
        };
        let place = engine.debug.second.bytes.last().map_or(engine.debug.second.register.span, |name| name.span);
        let length = counted(instruction.bytes.len() as u64, "byte");
        let is = format!("`{}` has {length} and may come through the debug port", name.value);
        report("bytes", place, &format!("fields for {length}, found {bytes}"), (name.span, is), self.cx);
    }

    fn causes(&mut self, path: &Path, arrays: usize) {
        let Some(found) = self.whole(path, Use::Read, arrays) else { return };
        let told = found.register.fields.iter().any(|(_, field)| field.fault.is_some());
        if !told && found.register.fields.broken.is_empty() {
            let is = (found.name.span, "none of its fields has `fault`".to_string());
            self.unfit(path, "a register whose fields report faults", is);
        }
    }

    fn unfit(&mut self, path: &Path, wanted: &str, other: (crate::source::Span, String)) {
        report(&path.text(), path.span, wanted, other, self.cx);
    }
}

fn allows(access: Access, used: Use) -> bool {
    match used {
        Use::Read => access != Access::WriteOnly,
        Use::Write => access != Access::ReadOnly,
        Use::ReadWrite => access == Access::ReadWrite,
    }
}

fn verb(used: Use) -> &'static str {
    match used {
        Use::Read => "read",
        Use::Write => "written",
        Use::ReadWrite => "read and written",
    }
}
