//! The device model of a soc, as firmware sets it up.

use linkwright::device::{
    Context, DeviceConfig, DeviceHandle, DeviceSlot, DomainConfig, DomainHandle, DomainSlot, DriverSlot, LinkKind,
    LinkSlot, NestingSlot, Rules, RuntimePm, Storage, System, VirtualTime,
};
use linkwright::power::DeviceId;
use linkwright::topology::{Link, Node, Strength, Topology};
use linkwright_codegen::lower::{LinkClass, Soc};
use linkwright_codegen::scenario::Variant;

use super::driver::{DomainSwitch, Drivers};
use super::facts::Facts;
use super::machine::{Machine, Model};

/// Something that lives until the process ends.
fn leak<T>(items: impl IntoIterator<Item = T>) -> &'static mut [T] {
    Box::leak(items.into_iter().collect())
}

fn text(text: &str) -> &'static str {
    Box::leak(text.to_string().into_boxed_str())
}

fn id(device: usize) -> Result<DeviceId, String> {
    u16::try_from(device).map(DeviceId::new).map_err(|_| "more devices than a topology can count".to_string())
}

/// The soc as a generated crate would give it, with the links of the variant.
fn topology(facts: &Facts, probe_order: &[usize]) -> Result<&'static Topology, String> {
    let node = |device: usize| {
        let parent = facts.parent[device].map(id).transpose()?;
        let name = text(&facts.names[device]);
        Ok(if facts.enabled[device] { Node::new(name, "", parent) } else { Node::disabled(name, "", parent) })
    };
    let nodes: Vec<Node> = (0..facts.names.len()).map(node).collect::<Result<_, String>>()?;
    let mut links = Vec::with_capacity(facts.links.len());
    for edge in &facts.links {
        let strength = match edge.class {
            _ if edge.post_init => Strength::PostInit,
            LinkClass::Optional => Strength::Optional,
            LinkClass::Hard | LinkClass::Ignore => Strength::Hard,
        };
        let make = if edge.runtime_pm { Link::managed } else { Link::new };
        let (subsystem, name, place) = (text(&edge.subsystem), text(&edge.name), text(&edge.place));
        links.push(make(id(edge.consumer)?, id(edge.supplier)?, strength, subsystem, name, place));
    }
    let order: Vec<DeviceId> = probe_order.iter().map(|&device| id(device)).collect::<Result<_, _>>()?;
    let topology = Topology { name: "", devices: leak(nodes), links: leak(links), probe_order: leak(order) };
    Ok(Box::leak(Box::new(topology)))
}

/// Set up the model and probe every device. Sleepable.
///
/// # Errors
/// What the model refused.
pub(super) fn build(
    cx: Context<'_, '_>,
    facts: Facts,
    soc: &Soc,
    variant: &Variant,
) -> Result<&'static Machine, String> {
    let machine = Machine::new(facts);
    let facts = &machine.facts;
    let topology = topology(facts, &soc.probe_order)?;
    // A device of several domains has a device more for each but the first.
    let more: usize = facts.domains_of.iter().map(|domains| domains.len().saturating_sub(1)).sum();
    let nestings: usize = facts.domains.iter().map(|domain| domain.outer.len()).sum();
    let storage = Storage {
        devices: leak((0..facts.names.len() + more).map(|_| DeviceSlot::EMPTY)),
        links: leak((0..facts.links.len() + more).map(|_| LinkSlot::EMPTY)),
        drivers: leak([DriverSlot::EMPTY]),
        domains: leak((0..facts.domains.len()).map(|_| DomainSlot::EMPTY)),
        nestings: leak((0..nestings).map(|_| NestingSlot::EMPTY)),
    };
    let rules = if variant.linux { Rules::LINUX } else { Rules::default() };
    let model: &'static Model = Box::leak(Box::new(System::with_rules(storage, VirtualTime::new(), rules)));
    let mut handles = vec![None; facts.names.len()];
    model.load(cx, topology, &mut handles, |_| true).map_err(|error| error.to_string())?;
    machine.connect(model, handles);
    domains(cx, machine, model)?;
    let drivers: &'static Drivers = Box::leak(Box::new(Drivers(machine)));
    model.driver_register(cx, drivers).map_err(|error| error.to_string())?;
    model.run_pending(cx);
    Ok(machine)
}

/// Make the domains and put the devices into them.
fn domains(cx: Context<'_, '_>, machine: &'static Machine, model: &'static Model) -> Result<(), String> {
    let facts = &machine.facts;
    let mut made: Vec<DomainHandle> = Vec::with_capacity(facts.domains.len());
    for (domain, what) in facts.domains.iter().enumerate() {
        let config = DomainConfig { name: text(&what.name), on: true, ..DomainConfig::default() };
        let switch = Box::leak(Box::new(DomainSwitch { machine, domain }));
        made.push(model.domain_add(config, switch).map_err(|error| format!("domain {}: {error}", what.name))?);
    }
    for (inner, what) in facts.domains.iter().enumerate() {
        for &outer in &what.outer {
            let refused = |error| format!("domain {} in {}: {error}", what.name, facts.domains[outer].name);
            model.subdomain_add(made[outer], made[inner]).map_err(refused)?;
        }
    }
    for (device, domains) in facts.domains_of.iter().enumerate() {
        let Some(handle) = machine.handle(device) else { continue };
        for (at, &domain) in domains.iter().enumerate() {
            let refused = |error| format!("{} in {}: {error}", facts.names[device], facts.domains[domain].name);
            let member = if at == 0 { handle } else { stand_in(cx, model, handle)? };
            model.domain_attach(cx, made[domain], member).map_err(refused)?;
        }
    }
    Ok(())
}

/// A device that is in one more domain for another, and on whenever that one is.
fn stand_in(cx: Context<'_, '_>, model: &'static Model, device: DeviceHandle) -> Result<DeviceHandle, String> {
    let config = DeviceConfig { name: "domain", number: u32::MAX, ..DeviceConfig::default() };
    let made = model.device_init(config).map_err(|error| error.to_string())?;
    model.device_add(cx, made).map_err(|error| error.to_string())?;
    let kind = LinkKind::Stateless { runtime_pm: RuntimePm::Follow };
    model.link_add(cx, device, made, kind, None).map_err(|error| error.to_string())?;
    model.enable(made).map_err(|error| error.to_string())?;
    Ok(made)
}
