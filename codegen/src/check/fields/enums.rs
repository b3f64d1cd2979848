//! The sets of values of an ip, shared and inline ones, and where they are used.

use std::collections::HashMap;

use crate::check::instructions::encoding;
use crate::check::registers::layout;
use crate::source::Span;
use crate::spec::{EnumUse, EnumValues, Ip, Name};

/// A set of values.
pub(crate) struct Set<'a> {
    /// Its own name, or that of the field or operand it is written in.
    pub(crate) name: &'a Name,
    pub(crate) values: &'a EnumValues,
    pub(crate) shared: bool,
    pub(crate) uses: Vec<Use>,
}

/// A field or operand that holds a set.
pub(crate) struct Use {
    pub(crate) what: String,
    pub(crate) place: Span,
    /// Its width; 0 if that is not known.
    pub(crate) bits: u32,
}

pub(crate) fn collect(ip: &Ip) -> Vec<Set<'_>> {
    let shared = ip.enums.iter().map(|(name, e)| Set { name, values: &e.values, shared: true, uses: Vec::new() });
    let mut sets: Vec<Set<'_>> = shared.collect();
    let index: HashMap<&str, usize> = sets.iter().enumerate().map(|(i, set)| (set.name.value.as_str(), i)).collect();
    for (user, values, used) in users(ip) {
        match values {
            EnumUse::Inline(values) => sets.push(Set { name: user, values, shared: false, uses: vec![used] }),
            EnumUse::Named(name) => {
                if let Some(&i) = index.get(name.value.as_str()) {
                    sets[i].uses.push(used);
                }
            }
        }
    }
    sets
}

/// Everything that may hold a set and says so.
pub(crate) fn users(ip: &Ip) -> Vec<(&Name, &EnumUse, Use)> {
    let mut out = Vec::new();
    for (_, register) in layout::registers(ip) {
        for (name, field) in register.fields.iter() {
            if let Some(values) = &field.values {
                let what = format!("field `{}`", name.value);
                out.push((name, values, Use { what, place: field.bits.span, bits: field.bits.value.width() }));
            }
        }
    }
    for (_, instruction) in ip.instructions.iter().flat_map(|set| set.set.iter()) {
        for (name, operand) in instruction.operands.iter() {
            if let Some(values) = &operand.values {
                let what = format!("operand `{}`", name.value);
                let bits = encoding::width(instruction, name, operand);
                out.push((name, values, Use { what, place: name.span, bits }));
            }
        }
    }
    out
}
