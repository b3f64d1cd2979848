#![doc = include_str!("../../../rules/LW0404.md")]

use crate::check::{Cx, Rule, rule};
use crate::report::one_of;
use crate::spec::{Device, Ip, Name, Provided, References, Soc, Subsystem};

pub(crate) const RULE: Rule = rule!("LW0404", "missing-references", Error);

pub(crate) fn check<'a>(soc: &'a Soc, ip: &Ip, device_name: &Name, device: &Device, cx: &mut Cx<'a>) {
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
            let (provider, provided) = match providers.as_slice() {
                [(only, provided)] => (*only, Some(*provided)),
                _ => ("provider", None),
            };
            let arguments: Vec<&str> = match provided.and_then(|provided| provided.args.as_ref()) {
                Some(args) => args.iter().map(|(name, _)| name.value.as_str()).collect(),
                None => subsystem.args().map(|(name, _)| name.value.as_str()).collect(),
            };
            let reference: String = arguments.iter().map(|name| format!("/<{name}>")).collect();
            let reference = format!("{provider}{reference}");
            let (what, place, form) = match name {
                Some(name) => (
                    format!("{}.{}", key.value, name.value),
                    name.span,
                    format!("{}: {{ {}: {reference} }}", key.value, name.value),
                ),
                None => (key.value.clone(), key.span, format!("{}: {reference}", key.value)),
            };
            let finding = RULE
                .at(device_name.span, format!("`{}` lacks `{what}`", device_name.value), "it cannot work without it")
                .and(place, format!("`{}` needs it", ip.name.value))
                .help(format!("add `{form}` to the device, or `optional: true` to the ip"));
            let ids = provided.map(|provided| &provided.ids).filter(|ids| !ids.is_empty() && !arguments.is_empty());
            cx.report(match (providers.len(), ids) {
                (0 | 1, None) => finding,
                (_, None) => {
                    finding.help(format!("a provider of it is {}", one_of(providers.iter().map(|(name, _)| *name))))
                }
                (_, Some(ids)) => finding
                    .help(format!("`{provider}` has {}", one_of(ids.iter().map(|(name, _)| name.value.as_str())))),
            });
        }
    }
}

/// Devices of the soc that can provide it, and what they say of it.
fn providers<'a>(soc: &'a Soc, subsystem: &Subsystem, device: &Name, cx: &mut Cx<'a>) -> Vec<(&'a str, &'a Provided)> {
    if !cx.may_advise() {
        return Vec::new();
    }
    let workspace = cx.workspace;
    let others = soc.devices.iter().filter(|(name, _)| name.value != device.value);
    let provided = |other: &Device| {
        let ip = other.ip.as_ref().and_then(|ip| workspace.ip(ip));
        ip.and_then(|ip| ip.provides.get(&subsystem.name))
    };
    others.filter_map(|(name, other)| Some((name.value.as_str(), provided(other)?))).collect()
}
