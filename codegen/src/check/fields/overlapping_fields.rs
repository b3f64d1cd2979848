#![doc = include_str!("../../../rules/LW0201.md")]

use crate::check::registers::layout;
use crate::check::{Cx, Rule, rule};
use crate::spec::{Access, Field, Name, Register};

pub(crate) const RULE: Rule = rule!("LW0201", "overlapping-fields", Error);

pub(crate) fn check(register: &Register, cx: &mut Cx<'_>) {
    // At most 64 bits each for reading and writing, so at most 128 fields are kept.
    let mut readers: [Option<(&Name, &Field)>; 64] = [None; 64];
    let mut writers = readers;
    for (name, field) in register.fields.iter() {
        let bits = field.bits.value;
        if cx.is_broken(field.bits.span) || bits.high > 63 {
            continue;
        }
        let access = field.access.as_ref().map_or(layout::access(register), |a| a.value);
        let reads = access != Access::WriteOnly;
        let writes = access != Access::ReadOnly;
        let range = bits.low as usize..=bits.high as usize;
        let taken = |by: &[Option<(&'_ Name, &'_ Field)>; 64]| range.clone().find_map(|bit| by[bit]).is_some();
        if (reads && taken(&readers)) || (writes && taken(&writers)) {
            let in_readers = range.clone().find_map(|bit| readers[bit]).filter(|_| reads);
            let Some((other, there)) = in_readers.or_else(|| range.clone().find_map(|bit| writers[bit])) else {
                continue;
            };
            let shared = bits.low.max(there.bits.value.low)..=bits.high.min(there.bits.value.high);
            let both = match (*shared.start(), *shared.end()) {
                (low, high) if low == high => format!("bit {low} is in both"),
                (low, high) => format!("bits {high}:{low} are in both"),
            };
            let finding = RULE
                .at(field.bits.span, format!("fields `{}` and `{}` overlap", other.value, name.value), both)
                .and(there.bits.span, format!("`{}` is here", other.value))
                .note("writing one would change the other")
                .help("correct the bits; only a read-only and a write-only field may share some");
            cx.report(finding);
            continue;
        }
        for bit in range {
            if reads {
                readers[bit] = Some((name, field));
            }
            if writes {
                writers[bit] = Some((name, field));
            }
        }
    }
}
