#![doc = include_str!("../../../rules/LW0512.md")]

use super::settings::Instance;
use crate::check::cx::max_of;
use crate::check::{Cx, Rule, rule};
use crate::spec::Soc;

pub(crate) const RULE: Rule = rule!("LW0512", "unusable-controllers", Error);

pub(crate) fn check<'a>(soc: &'a Soc, enabled: &[bool], cx: &mut Cx<'a>) {
    for index in (0..soc.devices.len()).filter(|index| enabled[*index]) {
        let Some(instance) = Instance::of(soc, index, cx) else { continue };
        let Some((excluded, at)) = instance.parameter("excluded_threads") else { continue };
        let Some((threads, counted)) = instance.parameter("threads") else { continue };
        let all = max_of(threads.min(64) as u32);
        if all & !excluded == 0 {
            let title = format!("no thread of `{}` may be used", instance.name.value);
            let finding = RULE
                .at(at, title, format!("{excluded:#x} excludes them all"))
                .and(counted, format!("it has {threads}"))
                .help("leave one bit clear, or write `status: disabled`");
            cx.report(finding);
        }
    }
}
