#![doc = include_str!("../../../rules/LW0431.md")]

use crate::check::{Cx, Rule, rule};
use crate::spec::Ip;

pub(crate) const RULE: Rule = rule!("LW0431", "contradicting-lacks", Error);

pub(crate) fn check(ip: &Ip, cx: &mut Cx<'_>) {
    for (key, _) in ip.lacks.iter() {
        if let Some((consumed, _)) = ip.consumes.iter().find(|(consumed, _)| consumed.value == key.value) {
            let title = format!("`{}` both consumes and lacks `{}`", ip.name.value, key.value);
            let finding = RULE.at(key.span, title, "has none").and(consumed.span, "has some");
            cx.report(finding.help("remove one of the two; what only some chips wire is `optional` under `consumes`"));
        }
    }
}
