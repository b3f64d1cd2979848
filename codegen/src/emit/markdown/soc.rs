//! What the templates of a soc see.

use std::collections::HashMap;

use serde::Serialize;

use super::origin::mark;
use crate::emit::rust::{crate_identifier, has_crate};
use crate::lower::{DmaDirection, Edge, Ip, LinkClass, RuntimePm, Soc, Subsystem};
use crate::names;
use crate::spec::SleepPhase;

/// A soc. Docs are Markdown as the spec has them; `mark` begins a line that comes from an entry of the spec.
#[derive(Serialize)]
pub(super) struct View {
    name: String,
    doc: String,
    source: String,
    file: String,
    package: String,
    library: String,
    devices: Vec<DeviceRow>,
    links: Vec<LinkRow>,
    domains: Vec<DomainRow>,
    order: Vec<Step>,
    /// They go to sleep in different phases.
    phases: bool,
    sleep: Vec<Step>,
    requests: Vec<Request>,
    /// A device with a register block: what an example needs.
    example: Option<Example>,
}

#[derive(Serialize)]
struct DeviceRow {
    mark: String,
    name: String,
    ip: String,
    /// Empty when it has none.
    base: String,
    size: String,
    enabled: bool,
    /// What its spec says of runtime PM, in sentences.
    runtime_pm: String,
    doc: String,
}

#[derive(Serialize)]
struct LinkRow {
    mark: String,
    consumer: String,
    supplier: String,
    /// `clk apb_pclk`
    what: String,
    optional: bool,
    runtime_pm: bool,
    place: String,
}

#[derive(Serialize)]
struct DomainRow {
    mark: String,
    name: String,
    provider: String,
    /// Domains that it is in.
    outer: Vec<String>,
    members: Vec<String>,
    always_on: bool,
    irq_safe: bool,
}

#[derive(Serialize)]
struct Step {
    mark: String,
    device: String,
    /// Of system suspend; empty where all go in one.
    phase: &'static str,
    /// Devices it comes after, with the reasons of each.
    after: Vec<String>,
}

#[derive(Serialize)]
struct Request {
    mark: String,
    device: String,
    name: String,
    controller: String,
    request: u64,
    direction: &'static str,
    data: String,
    width: u8,
}

#[derive(Serialize)]
struct Example {
    module: String,
    /// The ip's library, block type, and a register it can read.
    library: String,
    ty: String,
    device: String,
}

impl View {
    pub(super) fn new(soc: &Soc, ips: &[Ip], subsystems: &[Subsystem]) -> Self {
        let name = |index: usize| soc.devices.get(index).map_or_else(String::new, |device| device.name.clone());
        let ip_of = |index: usize| soc.devices.get(index).and_then(|device| ips.iter().find(|ip| ip.name == device.ip));
        let key = |subsystem: &str| {
            subsystems.iter().find(|s| s.name == subsystem).map_or_else(|| subsystem.to_string(), |s| s.key.clone())
        };
        let entry = |consumer: usize, subsystem: &str, reference: &str| {
            let tail = if reference.is_empty() { String::new() } else { format!("/{reference}") };
            mark(&format!("devices/{}/{}{tail}", name(consumer), key(subsystem)))
        };
        let devices = soc.devices.iter().map(|device| DeviceRow {
            mark: mark(&format!("devices/{}", device.name)),
            name: device.name.clone(),
            ip: device.ip.clone(),
            base: device.reg.map_or_else(String::new, |(base, _)| format!("{base:#010x}")),
            size: device.reg.map_or_else(String::new, |(_, size)| format!("{size:#x}")),
            enabled: device.enabled,
            runtime_pm: runtime_pm(device.runtime_pm),
            doc: device.doc.clone(),
        });
        let links = soc.edges.iter().filter(|edge| edge.class != LinkClass::Ignore).map(|edge| LinkRow {
            mark: entry(edge.consumer, &edge.subsystem, &edge.name),
            consumer: name(edge.consumer),
            supplier: name(edge.supplier),
            what: what(edge),
            optional: edge.class == LinkClass::Optional,
            runtime_pm: edge.runtime_pm,
            place: edge.place.clone(),
        });
        let domains = soc.domains.iter().map(|domain| DomainRow {
            mark: mark(&format!("devices/{}", name(domain.provider))),
            name: domain.name.clone(),
            provider: name(domain.provider),
            outer: domain.outer.iter().filter_map(|&outer| Some(soc.domains.get(outer)?.name.clone())).collect(),
            members: domain.members.iter().map(|&member| name(member)).collect(),
            always_on: domain.always_on,
            irq_safe: domain.irq_safe,
        });
        let order = soc.probe_order.iter().map(|&index| Step {
            mark: mark(&format!("devices/{}", name(index))),
            device: name(index),
            phase: "",
            after: after(soc, |edge| (edge.consumer == index).then_some(edge.supplier), &name),
        });
        let phases: HashMap<usize, SleepPhase> = soc.sleep_order.iter().map(|step| (step.device, step.phase)).collect();
        let sleep = soc.sleep_order.iter().map(|step| Step {
            mark: mark(&format!("devices/{}", name(step.device))),
            device: name(step.device),
            phase: if soc.has_sleep_phases() { step.phase.as_str() } else { "" },
            after: after(
                soc,
                |edge| {
                    let later = phases.get(&edge.consumer).is_some_and(|phase| *phase > step.phase);
                    (edge.supplier == step.device && !later).then_some(edge.consumer)
                },
                &name,
            ),
        });
        let mut requests = Vec::new();
        for (index, device) in soc.devices.iter().enumerate() {
            for reference in &device.references {
                let consumed = ip_of(index).and_then(|ip| {
                    ip.consumes.iter().find(|c| c.subsystem == reference.subsystem && c.name == reference.name)
                });
                let Some(port) = consumed.and_then(|consumed| consumed.dma.as_ref()) else { continue };
                requests.push(Request {
                    mark: entry(index, &reference.subsystem, &reference.name),
                    device: device.name.clone(),
                    name: reference.name.clone(),
                    controller: name(reference.provider),
                    request: reference.args.first().copied().unwrap_or(0),
                    direction: match port.direction {
                        DmaDirection::MemoryToDevice => "from memory",
                        DmaDirection::DeviceToMemory => "to memory",
                    },
                    data: device.reg.map_or_else(String::new, |(base, _)| format!("{:#010x}", base + port.fifo)),
                    width: port.width,
                });
            }
        }
        let example = soc.devices.iter().enumerate().find_map(|(index, device)| {
            let ip = ip_of(index).filter(|ip| has_crate(ip) && !ip.registers.is_empty() && device.enabled)?;
            Some(Example {
                module: names::module_name(&device.name),
                library: crate_identifier(&ip.name),
                ty: names::type_name(&ip.name),
                device: names::type_name(&device.name),
            })
        });
        Self {
            name: soc.name.clone(),
            doc: soc.doc.clone(),
            source: soc.source.clone(),
            file: soc.file.clone(),
            package: format!("linkwright-{}", soc.name.to_ascii_lowercase()),
            library: crate_identifier(&soc.name),
            devices: devices.collect(),
            links: links.collect(),
            domains: domains.collect(),
            order: order.collect(),
            phases: soc.has_sleep_phases(),
            sleep: sleep.collect(),
            requests,
            example,
        }
    }
}

fn runtime_pm(of: RuntimePm) -> String {
    let all = [
        (of.irq_safe, "Suspends and resumes with interrupts off. "),
        (!of.callbacks, "Does nothing in runtime PM. "),
        (of.always_on, "Never suspended. "),
    ];
    all.iter().filter(|(said, _)| *said).map(|(_, text)| *text).collect()
}

/// `clk apb_pclk`
fn what(edge: &Edge) -> String {
    format!("{} {}", edge.subsystem, edge.name).trim_end().to_string()
}

/// Whom a device comes after because of edges, and why: `gic (interrupt irq0, interrupt irq1)`.
fn after(soc: &Soc, whom: impl Fn(&Edge) -> Option<usize>, name: &impl Fn(usize) -> String) -> Vec<String> {
    let mut all: Vec<(usize, Vec<String>)> = Vec::new();
    for edge in soc.edges.iter().filter(|edge| edge.orders()) {
        let Some(device) = whom(edge) else { continue };
        match all.iter_mut().find(|(other, _)| *other == device) {
            Some((_, reasons)) => reasons.push(what(edge)),
            None => all.push((device, vec![what(edge)])),
        }
    }
    all.into_iter().map(|(device, reasons)| format!("`{}` ({})", name(device), reasons.join(", "))).collect()
}
