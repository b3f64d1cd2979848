#![doc = include_str!("../../../rules/LW0404.md")]

use crate::check::{Cx, Rule, rule};
use crate::report::one_of;
use crate::spec::{Device, Ip, Name, References, Soc, Subsystem};

pub(crate) const RULE: Rule = rule!("LW0404", "missing-references", Error);

pub(crate) fn check(soc: &Soc, ip: &Ip, device_name: &Name, device: &Device, cx: &mut Cx<'_>) {
    for (key, consumes) in ip.consumes.iter() {
        let Some(subsystem) = cx.workspace.subsystem_by_key(key) else { continue };
        if device.references.is_broken(key) {
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
            let providers = providers(soc, subsystem, device_name, cx);
            let provider = if let [only] = providers.as_slice() { only } else { "provider" };
            let (what, place, form) = match name {
                Some(name) => (
                    format!("{}.{}", key.value, name.value),
                    name.span,
                    format!("{}: {{ {}: {provider}/… }}", key.value, name.value),
                ),
                None => (key.value.clone(), key.span, format!("{}: {provider}/…", key.value)),
            };
            let finding = RULE
                .at(device_name.span, format!("`{}` lacks `{what}`", device_name.value), "it cannot work without it")
                .and(place, format!("`{}` needs it", ip.name.value))
                .help(format!("add `{form}` to the device, or `optional: true` to the ip"));
            cx.report(match providers.len() {
                0 | 1 => finding,
                _ => finding.help(format!("a provider of it is {}", one_of(providers))),
            });
        }
    }
}

/// Devices of the soc that can provide it.
fn providers<'a>(soc: &'a Soc, subsystem: &Subsystem, device: &Name, cx: &mut Cx<'_>) -> Vec<&'a str> {
    if !cx.may_advise() {
        return Vec::new();
    }
    let workspace = cx.workspace;
    let others = soc.devices.iter().filter(|(name, _)| name.value != device.value);
    let provides = |other: &Device| {
        let ip = other.ip.as_ref().and_then(|ip| workspace.ip(ip));
        ip.is_some_and(|ip| ip.provides.contains(&subsystem.name))
    };
    others.filter(|(_, other)| provides(other)).map(|(name, _)| name.value.as_str()).collect()
}
