#![doc = include_str!("../../../rules/LW0506.md")]

use super::roles::{Needs, Part, Role};
use crate::check::cx::counted;
use crate::check::instructions::encoding;
use crate::check::{Cx, Rule, rule};
use crate::spec::{Entry, Ip, Operand};

pub(crate) const RULE: Rule = rule!("LW0506", "unfit-role-operands", Error);

pub(super) fn check(ip: &Ip, role: &Role<'_>, cx: &mut Cx<'_>) {
    for part in &role.parts {
        let Some(entry) = role.instruction.operands.entry(part.operand) else { continue };
        if !cx.is_broken(entry.name.span) {
            judge(ip, role, part, entry, cx);
        }
    }
}

fn judge(ip: &Ip, role: &Role<'_>, part: &Part<'_>, entry: &Entry<Operand>, cx: &mut Cx<'_>) {
    let operand = &entry.value;
    let width = encoding::width(role.instruction, &entry.name, operand);
    let number = operand.flag.is_none() && operand.values.is_none();
    let bits = |n: u32| counted(n.into(), "bit");
    let wanted = match &part.needs {
        Needs::Values(values) => return has_values(ip, role, part, entry, values, cx),
        Needs::Flag if operand.flag.is_none() => "a flag".to_string(),
        Needs::Number(most) if !number || width > *most || operand.relative.is_some() => {
            format!("a number of at most {}", bits(*most))
        }
        Needs::Exactly(wanted)
            if !number || width != *wanted || operand.bias.is_some() || operand.relative.is_some() =>
        {
            format!("a plain number of {}", bits(*wanted))
        }
        Needs::NumberOrValues(most) if operand.flag.is_some() || width > *most || operand.relative.is_some() => {
            format!("a number or enum of at most {}", bits(*most))
        }
        Needs::Backward(most) if !number || operand.relative.is_none() || width > *most => {
            format!("a number of at most {} with `relative: backward`", bits(*most))
        }
        _ => return,
    };
    let title = format!("operand `{}` cannot be the `{}` of `{}`", part.operand.value, part.what, role.kind);
    let finding =
        RULE.at(part.operand.span, title, format!("expected {wanted}")).and(entry.name.span, is(operand, width));
    cx.report(finding);
}

fn is(operand: &Operand, width: u32) -> String {
    let kind = match operand {
        Operand { flag: Some(_), .. } => "flag",
        Operand { values: Some(_), .. } => "enum",
        Operand { relative: Some(_), .. } => "relative number",
        Operand { bias: Some(_), .. } => "number with a bias",
        _ => "plain number",
    };
    format!("it is a {kind} of {}", counted(width.into(), "bit")).replace("a enum", "an enum")
}

fn has_values(
    ip: &Ip,
    role: &Role<'_>,
    part: &Part<'_>,
    entry: &Entry<Operand>,
    wanted: &[(String, Option<crate::source::Span>)],
    cx: &mut Cx<'_>,
) {
    let Some(used) = &entry.value.values else {
        let names: Vec<&str> = wanted.iter().map(|(name, _)| name.as_str()).collect();
        let title = format!("operand `{}` cannot be the `{}` of `{}`", part.operand.value, part.what, role.kind);
        let finding = RULE
            .at(part.operand.span, title, "expected an enum")
            .and(entry.name.span, "it has no `enum`")
            .help(format!("it needs the values `{}`", names.join("`, `")));
        return cx.report(finding);
    };
    let Some(values) = encoding::values(ip, used) else { return };
    for (name, chosen) in wanted.iter().filter(|(name, _)| !values.contains(name)) {
        let title = format!("operand `{}` has no value `{name}`", part.operand.value);
        let label = format!("`{}` of the role `{}` needs it", part.what, role.kind);
        let finding = RULE.at(chosen.unwrap_or(part.operand.span), title, label).and(entry.name.span, "the operand");
        let finding = cx.advise(finding, name, values.names());
        cx.report(finding);
    }
}
