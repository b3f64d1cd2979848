#![doc = include_str!("../../../rules/LW0301.md")]

use std::cmp::Ordering;

use super::encoding::{Encoding, common, encoding};
use crate::check::{Cx, Rule, rule};
use crate::source::Span;
use crate::spec::{InstructionSet, Ip, Name};

pub(crate) const RULE: Rule = rule!("LW0301", "overlapping-encodings", Error);

pub(crate) fn check(ip: &Ip, set: &InstructionSet, cx: &mut Cx<'_>) {
    let mut known: Vec<(&Name, Span, Encoding)> = Vec::new();
    for (name, instruction) in set.set.iter() {
        let broken =
            cx.is_broken(name.span) || instruction.operands.iter().any(|(operand, _)| cx.is_broken(operand.span));
        let Some(this) = encoding(ip, instruction).filter(|_| !broken) else { continue };
        let place = instruction.bytes[0].span();
        let other = known.iter().find_map(|(n, p, other)| common(other, &this).map(|bytes| (*n, *p, other, bytes)));
        let Some((other_name, other_place, other, bytes)) = other else {
            known.push((name, place, this));
            continue;
        };
        let title = format!("`{}` and `{}` match the same bytes", other_name.value, name.value);
        let shown: Vec<String> = bytes.iter().map(|b| format!("{b:08b}")).collect();
        let note = match other.bytes.cmp(&this.bytes) {
            Ordering::Equal => "a decoder cannot tell them apart".to_string(),
            order => {
                let (long, short) = if order == Ordering::Less { (name, other_name) } else { (other_name, name) };
                format!("they are a whole `{}` and the beginning of `{}`", short.value, long.value)
            }
        };
        let finding = RULE
            .at(place, title, format!("matches `{}`", shown.join(" ")))
            .and(other_place, format!("and so does `{}`", other_name.value))
            .note(note)
            .help("correct a bit; or list the values an operand may have in an `enum`, so that the others are free");
        cx.report(finding);
    }
}
