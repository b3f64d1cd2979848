#![doc = include_str!("../../../rules/LW0513.md")]

use super::settings::Instance;
use crate::check::{Cx, Rule, rule};
use crate::spec::Soc;

pub(crate) const RULE: Rule = rule!("LW0513", "silent-faults", Warning);

pub(crate) fn check<'a>(soc: &'a Soc, enabled: &[bool], cx: &mut Cx<'a>) {
    for index in (0..soc.devices.len()).filter(|index| enabled[*index]) {
        let Some(instance) = Instance::of(soc, index, cx) else { continue };
        let Some(lines) = &instance.engine.lines else { continue };
        let Some(faults) = &lines.faults else { continue };
        let told = lines.all.iter().chain([faults]).any(|line| instance.wired(line, cx).is_some());
        let Some(event) = lines.events.iter().find_map(|line| instance.wired(line, cx)).filter(|_| !told) else {
            continue;
        };
        let title = format!("nothing tells of a fault of `{}`", instance.name.value);
        let finding = RULE
            .at(instance.name.span, title, format!("its interrupt `{}` is not wired", faults.value))
            .and(event, "events have one")
            .help(format!("wire `{}`, or look for faults from time to time", faults.value));
        cx.report(finding);
    }
}
