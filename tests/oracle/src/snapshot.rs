//! The model's state in the recording's vocabulary.

use linkwright::device::{BindState, DeviceHandle, LinkInfo, LinkState, Platform, RpmStatus, System, Waiting};
use serde_json::{Value, json};

use crate::trace::States;
use crate::world::{Inner, Sys};

/// A device's name.
pub fn device_name<P: Platform>(system: &System<'_, P>, device: DeviceHandle) -> String {
    system.device_info(device).map_or_else(|| "?".to_owned(), |info| info.name.to_owned())
}

fn rpm_text(status: RpmStatus) -> &'static str {
    match status {
        RpmStatus::Active => "active",
        RpmStatus::Resuming => "resuming",
        RpmStatus::Suspended => "suspended",
        RpmStatus::Suspending => "suspending",
    }
}

fn bind_text(state: BindState) -> &'static str {
    match state {
        BindState::Unbound => "no_driver",
        // The kernel has no word of its own for it.
        BindState::Deferred | BindState::Probing => "probing",
        BindState::Bound => "bound",
        BindState::Unbinding => "unbinding",
    }
}

fn link_text(state: LinkState) -> &'static str {
    match state {
        LinkState::None => "none",
        LinkState::Dormant => "dormant",
        LinkState::Available => "available",
        LinkState::ConsumerProbe => "consumer_probe",
        LinkState::Active => "active",
        LinkState::SupplierUnbind => "supplier_unbind",
    }
}

fn peer<P: Platform>(system: &System<'_, P>, peer: DeviceHandle, link: &LinkInfo) -> Value {
    let rpm = system.rpm_info(peer).map_or("?", |info| rpm_text(info.status));
    json!([device_name(system, peer), link_text(link.state), rpm, link.rpm_active])
}

/// What a callback's event tells about the device and its peers.
pub fn add_surroundings<P: Platform>(system: &System<'_, P>, device: DeviceHandle, event: &mut Value) {
    let links = system.device_info(device).map_or("?", |info| bind_text(info.bind));
    let rpm = system.rpm_info(device).map_or("?", |info| rpm_text(info.status));
    event["links"] = json!(links);
    event["rpm"] = json!(rpm);
    let mut suppliers = Vec::new();
    let mut next = system.next_supplier(device, None);
    while let Some(link) = next {
        suppliers.push(peer(system, link.supplier, &link));
        next = system.next_supplier(device, Some(link.handle));
    }
    let mut consumers = Vec::new();
    let mut next = system.next_consumer(device, None);
    while let Some(link) = next {
        consumers.push(peer(system, link.consumer, &link));
        next = system.next_consumer(device, Some(link.handle));
    }
    event["suppliers"] = json!(suppliers);
    event["consumers"] = json!(consumers);
}

/// Everything there is.
pub fn states(system: &Sys, inner: &Inner) -> States {
    let mut states = States::default();
    for (name, &device) in &inner.devices {
        let (Some(info), Some(rpm)) = (system.device_info(device), system.rpm_info(device)) else { continue };
        let driver = info.driver.and_then(|driver| system.driver_name(driver));
        let deferred = match system.waiting(device) {
            None => Value::Null,
            Some(Waiting::Driver | Waiting::Sleep) => json!(""),
            Some(Waiting::Supplier { name, .. }) => json!(format!("supplier {name} not ready")),
        };
        let domain = system
            .domain_of(device)
            .and_then(|domain| inner.domains.iter().find(|(_, handle)| **handle == domain).map(|(name, _)| name));
        states.devices.insert(
            name.clone(),
            json!({
                "added": info.registered, "driver": driver, "links": bind_text(info.bind),
                "rpm": rpm_text(rpm.status), "usage": rpm.usage, "disable": rpm.disable_depth,
                "children": rpm.children, "error": rpm.error.map_or(0, |e| e.get()), "auto": rpm.allowed,
                "irq_safe": rpm.irq_safe, "rpm_links": rpm.links, "domain": domain, "synced": info.synced,
                "deferred": deferred,
            }),
        );
        let mut next = system.next_supplier(device, None);
        while let Some(link) = next {
            let supplier = device_name(system, link.supplier);
            let mut flags: Vec<&str> = link.flags.names().collect();
            if inner.inert.contains(&(supplier.clone(), name.clone())) {
                let at = flags.iter().position(|flag| !["STATELESS", "AUTOREMOVE_CONSUMER"].contains(flag));
                flags.insert(at.unwrap_or(flags.len()), "RPM_ACTIVE");
            }
            states.links.insert(
                format!("{supplier} -> {name}"),
                json!({
                    "status": link_text(link.state), "flags": flags, "rpm_active": link.rpm_active,
                    "refs": link.refs, "preactivated": link.preactivated,
                }),
            );
            next = system.next_supplier(device, Some(link.handle));
        }
    }
    for (name, &domain) in &inner.domains {
        if let Some(info) = system.domain_info(domain) {
            states.domains.insert(
                name.clone(),
                json!({"on": info.on, "devices": info.devices, "subdomains_on": info.subdomains_on}),
            );
        }
    }
    states
}
