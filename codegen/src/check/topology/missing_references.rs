#![doc = include_str!("../../../rules/LW0404.md")]

use crate::check::{Cx, Rule, rule};
use crate::spec::{Device, Ip, Name, References};

pub(crate) const RULE: Rule = rule!("LW0404", "missing-references", Error);

pub(crate) fn check(ip: &Ip, device_name: &Name, device: &Device, cx: &mut Cx<'_>) {
    for (key, consumes) in ip.consumes.iter() {
        if device.references.is_broken(key) || cx.workspace.subsystem_by_key(key).is_none() {
            continue;
        }
        let given = device.references.get(key);
        for (name, consumed) in consumes.iter() {
            if consumed.optional.as_ref().is_some_and(|o| o.value) {
                continue;
            }
            let there = match (name, given) {
                (_, None) => false,
                (Some(name), Some(References::Named(map))) => map.contains(name),
                // A reference with a name where none is expected, or without: another rule tells.
                (None, Some(_)) | (Some(_), Some(References::One(_))) => true,
            };
            if there {
                continue;
            }
            let (what, place, form) = match name {
                Some(name) => (
                    format!("{}.{}", key.value, name.value),
                    name.span,
                    format!("{}: {{ {}: provider/… }}", key.value, name.value),
                ),
                None => (key.value.clone(), key.span, format!("{}: provider/…", key.value)),
            };
            let finding = RULE
                .at(device_name.span, format!("`{}` lacks `{what}`", device_name.value), "it cannot work without")
                .and(place, format!("`{}` needs it", ip.name.value))
                .help(format!("add `{form}` to the device, or `optional: true` to the ip"));
            cx.report(finding);
        }
    }
}
