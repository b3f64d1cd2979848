#![doc = include_str!("../../../rules/LW0433.md")]

use super::links::Link;
use crate::check::{Cx, Rule, rule};
use crate::order::{self, Need, Rank};
use crate::spec::{LinkClass, Soc};

pub(crate) const RULE: Rule = rule!("LW0433", "domain-circles", Error);

pub(super) fn check(soc: &Soc, links: &[Link<'_>], enabled: &[bool], cx: &mut Cx<'_>) {
    let nested = |link: &&Link<'_>| {
        let both = enabled[link.consumer] && enabled[link.provider];
        link.subsystem.is_domain() && link.consumer != link.provider && both
    };
    let need = |link: &Link<'_>| Need { consumer: link.consumer, supplier: link.provider, cost: Rank::Fixed.cost() };
    let needs: Vec<Need> = links.iter().filter(nested).map(need).collect();
    let knots = order::knots(soc.devices.len(), &needs);
    let mut knot_of = vec![None; soc.devices.len()];
    for (number, knot) in knots.iter().enumerate() {
        knot.iter().for_each(|&device| knot_of[device] = Some(number));
    }
    let mut within: Vec<Vec<&Link<'_>>> = vec![Vec::new(); knots.len()];
    for link in links.iter().filter(nested) {
        if let Some(knot) = knot_of[link.consumer].filter(|_| knot_of[link.consumer] == knot_of[link.provider]) {
            within[knot].push(link);
        }
    }
    let name = |device: usize| soc.devices.entries[device].name.value.as_str();
    for mut circle in within {
        // One without a link that gives way is told as devices that need each other.
        let gives_way = |link: &&Link<'_>| link.post_init || link.subsystem.link.class.value == LinkClass::Optional;
        let Some(at) = circle.iter().position(gives_way) else { continue };
        let link = circle.remove(at);
        let mut finding = RULE.at(
            link.reference.span,
            format!("the power domains of `{}` and `{}` lie in each other", name(link.consumer), name(link.provider)),
            format!("what `{}` switches is in a domain of `{}`", name(link.consumer), name(link.provider)),
        );
        for other in circle {
            let label = format!("and what `{}` switches in one of `{}`", name(other.consumer), name(other.provider));
            finding = finding.and(other.reference.span, label);
        }
        let finding = finding
            .note("none could be switched on before the others; `post_init` is about probing and does not change that")
            .help("remove a reference that is not of the hardware");
        cx.report(finding);
    }
}
