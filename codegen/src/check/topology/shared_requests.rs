#![doc = include_str!("../../../rules/LW0415.md")]

use std::collections::{HashMap, HashSet};

use super::DMA;
use super::links::Link;
use crate::check::{Cx, Rule, rule};
use crate::spec::Soc;

pub(crate) const RULE: Rule = rule!("LW0415", "shared-requests", Warning);

pub(super) fn check(soc: &Soc, links: &[Link<'_>], enabled: &[bool], cx: &mut Cx<'_>) {
    let mut first: HashMap<(usize, &[u64]), &Link<'_>> = HashMap::new();
    let requests = || links.iter().filter(|link| link.subsystem.name.value == DMA);
    let both_ways = both_ways(requests());
    for link in requests().filter(|link| enabled[link.consumer]) {
        let Some(args) = link.args.as_deref().filter(|args| !args.is_empty()) else { continue };
        let Some(other) = first.get(&(link.provider, args)) else {
            first.insert((link.provider, args), link);
            continue;
        };
        if other.consumer == link.consumer && both_ways.contains(&link.provider) {
            continue;
        }
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

/// Controllers that number the two directions of a device alike: as many devices, and more than one, have one number for
/// all they do as have several. Disabled ones tell as much as others.
fn both_ways<'l>(requests: impl Iterator<Item = &'l Link<'l>>) -> HashSet<usize> {
    /// Of one device at one controller: how many references, and their numbers.
    #[derive(Default)]
    struct Used<'a> {
        references: usize,
        numbers: HashSet<&'a [u64]>,
    }
    let mut used: HashMap<(usize, usize), Used<'_>> = HashMap::new();
    for link in requests {
        let used = used.entry((link.provider, link.consumer)).or_default();
        used.references += 1;
        used.numbers.extend(link.args.as_deref());
    }
    let mut devices: HashMap<usize, (usize, usize)> = HashMap::new();
    for ((provider, _), used) in used.into_iter().filter(|(_, used)| used.references > 1) {
        let (alike, apart) = devices.entry(provider).or_default();
        *if used.numbers.len() == 1 { alike } else { apart } += 1;
    }
    let habit = |(_, (alike, apart)): &(usize, (usize, usize))| *alike > 1 && alike >= apart;
    devices.into_iter().filter(habit).map(|(provider, _)| provider).collect()
}
