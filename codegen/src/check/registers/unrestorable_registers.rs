#![doc = include_str!("../../../rules/LW0113.md")]

use std::collections::HashMap;

use super::{layout, unknown_registers};
use crate::check::{Cx, Rule, rule};
use crate::source::Span;
use crate::spec::{Access, Ip};

pub(crate) const RULE: Rule = rule!("LW0113", "unrestorable-registers", Error);

pub(crate) fn check(ip: &Ip, cx: &mut Cx<'_>) {
    let Some(power) = &ip.power else { return };
    let mut first: HashMap<String, Span> = HashMap::new();
    for path in &power.restore {
        if cx.is_broken(path.span) {
            continue;
        }
        if let Some(earlier) = first.get(&path.text()) {
            let title = format!("`{}` is restored twice", path.text());
            let finding = RULE.at(path.span, title, "again here").and(*earlier, "first here").help("list it once");
            cx.report(finding);
            continue;
        }
        first.insert(path.text(), path.span);
        let Some(found) = unknown_registers::resolve(ip, path, &unknown_registers::RULE, cx) else { continue };
        let (access, missing) = match layout::access(found.register) {
            Access::ReadWrite => continue,
            Access::ReadOnly => ("ro", "written back"),
            Access::WriteOnly => ("wo", "read to save it"),
            Access::WriteToClear => ("w1c", "written back: ones would clear it"),
            Access::WriteToSet => ("w1s", "written back: zeros would not clear it"),
            Access::WriteToToggle => ("w1t", "written back: ones would toggle it"),
            Access::WriteZeroToClear => ("w0c", "written back: ones would not set it"),
        };
        let at = found.register.access.as_ref().map_or(found.name.span, |a| a.span);
        let finding = RULE
            .at(path.span, format!("`{}` cannot be restored", path.text()), format!("it cannot be {missing}"))
            .and(at, format!("its access is `{access}`"))
            .note("a restored register is read at runtime suspend and written back at resume");
        cx.report(finding);
    }
}
