#![doc = include_str!("../../../rules/LW0209.md")]

use super::enums;
use crate::check::{Cx, Rule, rule};
use crate::spec::{EnumUse, Ip};

pub(crate) const RULE: Rule = rule!("LW0209", "unknown-enums", Error);

pub(crate) fn check(ip: &Ip, cx: &mut Cx<'_>) {
    for (user, values, used) in enums::users(ip) {
        let EnumUse::Named(name) = values else { continue };
        if ip.enums.contains(name) {
            continue;
        }
        let title = format!("`{}` has no enum `{}`", ip.name.value, name.value);
        let finding = RULE.at(name.span, title, "not found").and(user.span, format!("{} holds it", used.what));
        let finding = cx.advise(finding, name, ip.enums.names());
        cx.report(finding);
    }
}
