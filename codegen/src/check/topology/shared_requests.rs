#![doc = include_str!("../../../rules/LW0415.md")]

use std::collections::HashMap;

use super::DMA;
use super::links::Link;
use crate::check::{Cx, Rule, rule};
use crate::spec::Soc;

pub(crate) const RULE: Rule = rule!("LW0415", "shared-requests", Warning);

pub(super) fn check(soc: &Soc, links: &[Link<'_>], enabled: &[bool], cx: &mut Cx<'_>) {
    let mut first: HashMap<(usize, &[u64]), &Link<'_>> = HashMap::new();
    for link in links.iter().filter(|link| link.subsystem.name.value == DMA && enabled[link.consumer]) {
        let Some(args) = link.args.as_deref().filter(|args| !args.is_empty()) else { continue };
        let Some(other) = first.get(&(link.provider, args)) else {
            first.insert((link.provider, args), link);
            continue;
        };
        let name = |link: &Link<'_>| &soc.devices.entries[link.consumer].name.value;
        let request: Vec<String> = args.iter().map(u64::to_string).collect();
        let provider = &soc.devices.entries[link.provider].name.value;
        let finding = RULE
            .at(
                link.reference.span,
                format!("request {} of `{provider}` has two users", request.join("/")),
                format!("`{}` of `{}`", link.label(), name(link)),
            )
            .and(other.reference.span, format!("and `{}` of `{}`", other.label(), name(other)))
            .note("a request line carries one handshake, so only one of them can be active at a time")
            .help("correct a number; if a multiplexer chooses, disable the device that does not have the line");
        cx.report(finding);
    }
}
