//! The device model of a soc, as firmware sets it up.

use linkwright::device::{
    Context, DeviceSlot, DomainOps, DomainSlot, DriverSlot, LinkSlot, NestingSlot, Rules, Storage, System, VirtualTime,
};
use linkwright::power::DeviceId;
use linkwright::topology::{Domain, Link, Node, Strength, Topology};
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
fn topology(facts: &Facts, soc: &Soc) -> Result<&'static Topology, String> {
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
    let probe_order: Vec<DeviceId> = soc.probe_order.iter().map(|&device| id(device)).collect::<Result<_, _>>()?;
    let sleep_order: Vec<DeviceId> = soc.sleep_order.iter().map(|step| id(step.device)).collect::<Result<_, _>>()?;
    let mut domains = Vec::with_capacity(facts.domains.len());
    for domain in &facts.domains {
        let members: Vec<DeviceId> = domain.members.iter().map(|&member| id(member)).collect::<Result<_, _>>()?;
        let provider = id(domain.provider)?;
        let place =
            |&outer: &usize| u16::try_from(outer).map_err(|_| "more domains than a topology can count".to_string());
        let outer: Vec<u16> = domain.outer.iter().map(place).collect::<Result<_, _>>()?;
        domains.push(Domain {
            name: text(&domain.name),
            provider,
            args: leak(domain.args.iter().copied()),
            irq_safe: domain.irq_safe,
            always_on: domain.always_on,
            outer: leak(outer),
            members: leak(members),
        });
    }
    let topology = Topology {
        name: "",
        devices: leak(nodes),
        links: leak(links),
        domains: leak(domains),
        probe_order: leak(probe_order),
        sleep_order: leak(sleep_order),
    };
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
    let topology = topology(facts, soc)?;
    let storage = Storage {
        devices: leak((0..topology.device_slots()).map(|_| DeviceSlot::EMPTY)),
        links: leak((0..topology.link_slots()).map(|_| LinkSlot::EMPTY)),
        drivers: leak([DriverSlot::EMPTY]),
        domains: leak((0..topology.domains.len()).map(|_| DomainSlot::EMPTY)),
        nestings: leak((0..topology.nesting_slots()).map(|_| NestingSlot::EMPTY)),
    };
    let rules = if variant.linux { Rules::LINUX } else { Rules::default() };
    let model: &'static Model = Box::leak(Box::new(System::with_rules(storage, VirtualTime::new(), rules)));
    let mut handles = vec![None; facts.names.len()];
    let switches: Vec<DomainSwitch> = (0..facts.domains.len()).map(|domain| DomainSwitch { machine, domain }).collect();
    let switches: &'static [DomainSwitch] = leak(switches);
    let switch = |domain: &'static Domain| {
        let at = topology.domains.iter().position(|known| core::ptr::eq(known, domain))?;
        Some(&switches[at] as &'static dyn DomainOps)
    };
    model.load(cx, topology, &mut handles, |_| true, switch).map_err(|error| error.to_string())?;
    machine.connect(model, handles);
    let drivers: &'static Drivers = Box::leak(Box::new(Drivers(machine)));
    model.driver_register(cx, drivers).map_err(|error| error.to_string())?;
    model.run_pending(cx);
    Ok(machine)
}
