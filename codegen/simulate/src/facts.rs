//! What is known of a soc before anything happens.

use std::collections::BTreeSet;

use linkwright_codegen::lower::{Domain, Edge, LinkClass, Soc};
use linkwright_codegen::scenario::{DMA, Scenario, Use, Variant};
use linkwright_codegen::spec::SleepPhase;

/// Devices by their numbers in the spec, domains by their numbers here.
#[derive(Debug)]
pub(super) struct Facts {
    /// Names of devices.
    pub(super) names: Vec<String>,
    /// Does the device take part?
    pub(super) enabled: Vec<bool>,
    /// What each device sits on.
    pub(super) parent: Vec<Option<usize>>,
    pub(super) domains: Vec<Domain>,
    /// Domains of each device.
    pub(super) domains_of: Vec<Vec<usize>>,
    /// Devices that have to be on before a device's registers can be used. Its DMA controller need not be.
    pub(super) needs: Vec<Vec<usize>>,
    /// Suppliers that an irq-safe driver holds for good, because it can switch nothing on from atomic context.
    pub(super) held: Vec<Vec<usize>>,
    /// Links of the variant.
    pub(super) links: Vec<Edge>,
    pub(super) irq_safe: Vec<bool>,
    /// When system sleep switches each off.
    pub(super) off: Vec<SleepPhase>,
    /// Is the device a controller that carries the data of a use?
    pub(super) carries: Vec<bool>,
    pub(super) autosuspend: Vec<Option<i32>>,
    pub(super) uses: Vec<Use>,
}

impl Facts {
    pub(super) fn new(soc: &Soc, scenario: &Scenario, variant: &Variant) -> Self {
        let domains = soc.domains.clone();
        let mut domains_of = vec![Vec::new(); soc.devices.len()];
        for (number, domain) in domains.iter().enumerate() {
            domain.members.iter().for_each(|&member| domains_of[member].push(number));
        }
        let providers: BTreeSet<usize> = domains.iter().map(|domain| domain.provider).collect();
        let mut needs = vec![Vec::new(); soc.devices.len()];
        let mut held = needs.clone();
        let without = |edge: &&Edge| variant.without_links.contains(&edge.subsystem);
        let powers = |edge: &&Edge| edge.runtime_pm && !edge.gives_way && edge.class != LinkClass::Ignore;
        for edge in soc.edges.iter().filter(powers) {
            // A domain's own switches tell whether it is on, whatever its provider's device thinks.
            if edge.subsystem == DMA || providers.contains(&edge.supplier) {
                continue;
            }
            push(&mut needs[edge.consumer], edge.supplier);
            if Some(edge.supplier) != soc.devices[edge.consumer].parent {
                push(&mut held[edge.consumer], edge.supplier);
            }
        }
        let mut off = vec![SleepPhase::DEFAULT; soc.devices.len()];
        soc.sleep_order.iter().for_each(|step| off[step.device] = step.phase);
        let mut irq_safe = vec![false; soc.devices.len()];
        variant.irq_safe.iter().for_each(|&device| irq_safe[device] = true);
        let mut carries = vec![false; soc.devices.len()];
        let controllers = scenario.uses.iter().filter_map(|used| used.dma.as_ref()).map(|dma| dma.controller);
        controllers.for_each(|controller| carries[controller] = true);
        Self {
            names: soc.devices.iter().map(|device| device.name.clone()).collect(),
            enabled: soc.devices.iter().map(|device| device.enabled).collect(),
            parent: soc.devices.iter().map(|device| device.parent).collect(),
            domains,
            domains_of,
            needs,
            held,
            links: soc.edges.iter().filter(|edge| edge.class != LinkClass::Ignore && !without(edge)).cloned().collect(),
            irq_safe,
            off,
            carries,
            autosuspend: scenario.autosuspend.clone(),
            uses: scenario.uses.clone(),
        }
    }

    /// Does the device provide a domain?
    pub(super) fn is_provider(&self, device: usize) -> bool {
        self.domains.iter().any(|domain| domain.provider == device)
    }

    /// `i2s0 tx`.
    pub(super) fn use_name(&self, which: usize) -> String {
        let used = &self.uses[which];
        let name = &self.names[used.device];
        match &used.dma {
            Some(dma) if !dma.name.is_empty() => format!("{name} {}", dma.name),
            _ => name.clone(),
        }
    }
}

fn push(list: &mut Vec<usize>, item: usize) {
    if !list.contains(&item) {
        list.push(item);
    }
}
