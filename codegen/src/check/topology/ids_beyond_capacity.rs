#![doc = include_str!("../../../rules/LW0423.md")]

use crate::check::{Cx, Rule, rule};
use crate::spec::Ip;

pub(crate) const RULE: Rule = rule!("LW0423", "ids-beyond-capacity", Error);

pub(crate) fn check(ip: &Ip, cx: &mut Cx<'_>) {
    for (_, provided) in ip.provides.iter() {
        let Some(capacity) = &provided.capacity else { continue };
        for (name, id) in provided.ids.iter().filter(|(_, id)| id.value >= capacity.value) {
            let finding = RULE
                .at(
                    id.span,
                    format!("id `{}` is beyond the capacity", name.value),
                    format!("{} is not below {}", id.value, capacity.value),
                )
                .and(capacity.span, format!("there are {}, counted from 0", capacity.value));
            cx.report(finding);
        }
    }
}
