//! Which devices lose their power together.

use crate::load::Workspace;
use crate::lower::{Device, Domain, RuntimePm};

/// The domains that devices which take part are in, and those around them.
pub(super) fn of(devices: &[Device], workspace: &Workspace) -> Vec<Domain> {
    let is_domain = |subsystem: &str| workspace.subsystem(subsystem).is_some_and(|subsystem| subsystem.is_domain());
    let mut domains: Vec<Domain> = Vec::new();
    let mut domains_of: Vec<Vec<usize>> = vec![Vec::new(); devices.len()];
    for (index, device) in devices.iter().enumerate().filter(|(_, device)| device.enabled) {
        for reference in device.references.iter().filter(|reference| is_domain(&reference.subsystem)) {
            let provider = reference.provider;
            if provider == index || !devices[provider].enabled {
                continue;
            }
            let known = domains.iter().position(|d| d.provider == provider && d.args == reference.args);
            let at = known.unwrap_or_else(|| {
                let Device { name, runtime_pm: RuntimePm { irq_safe, always_on, .. }, .. } = &devices[provider];
                let name = match (reference.id.as_str(), reference.args.as_slice()) {
                    (_, []) => name.clone(),
                    ("", [number, ..]) => format!("{name}/{number}"),
                    (id, _) => format!("{name}/{id}"),
                };
                let (args, outer, members) = (reference.args.clone(), Vec::new(), Vec::new());
                let (irq_safe, always_on) = (*irq_safe, *always_on);
                domains.push(Domain { name, provider, args, irq_safe, always_on, outer, members });
                domains.len() - 1
            });
            if !domains_of[index].contains(&at) {
                domains_of[index].push(at);
            }
        }
    }
    // A provider's own reference puts its domains into the other one.
    for domain in &mut domains {
        domain.outer.clone_from(&domains_of[domain.provider]);
    }
    let provides: Vec<usize> = domains.iter().map(|domain| domain.provider).collect();
    for (device, in_domains) in domains_of.iter().enumerate().filter(|(device, _)| !provides.contains(device)) {
        in_domains.iter().for_each(|&domain| domains[domain].members.push(device));
    }
    domains
}
