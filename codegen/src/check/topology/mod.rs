//! Rules about subsystems, about what ips offer and need, and about the devices of a soc.

pub(super) mod links;
mod runtime_pm;

pub(super) mod arguments_out_of_range;
pub(super) mod colliding_device_names;
pub(super) mod colliding_names;
pub(super) mod colliding_spec_names;
pub(super) mod contradicting_lacks;
pub(super) mod dependency_cycles;
pub(super) mod disabled_providers;
pub(super) mod domain_circles;
pub(super) mod empty_parameters;
pub(super) mod ids_beyond_capacity;
pub(super) mod ignored_links;
pub(super) mod impossible_addresses;
pub(super) mod incomplete_dma_ports;
pub(super) mod irq_safe_children;
pub(super) mod irq_safe_members;
pub(super) mod missing_addresses;
pub(super) mod missing_references;
pub(super) mod overlapping_devices;
pub(super) mod parameters_out_of_range;
pub(super) mod shared_lines;
pub(super) mod shared_requests;
pub(super) mod sleep_phase_inversions;
pub(super) mod too_many_devices;
pub(super) mod unconsumed_subsystems;
pub(super) mod unfollowed_links;
pub(super) mod unknown_ids;
pub(super) mod unknown_parameters;
pub(super) mod unknown_parents;
pub(super) mod unknown_providers;
pub(super) mod unknown_quirks;
pub(super) mod unknown_references;
pub(super) mod unprovided_subsystems;
pub(super) mod wrong_arguments;

use super::Cx;
use super::engine::{impossible_bursts, silent_faults, unusable_controllers};
use crate::spec::{Ip, Soc};

/// The subsystem whose references are request lines and end in a port of the device.
const DMA: &str = "dma";

pub(super) fn check_subsystems(cx: &mut Cx<'_>) {
    colliding_spec_names::check(cx);
    for loaded in &cx.workspace.subsystems {
        let subsystem = &loaded.spec;
        colliding_names::check(subsystem.operations.iter().map(|(name, _)| name), "operations", cx);
        colliding_names::check(subsystem.args().map(|(name, _)| name), "arguments", cx);
        for (_, operation) in subsystem.operations.iter() {
            colliding_names::check(operation.args.iter().map(|(name, _)| name), "arguments", cx);
        }
    }
}

pub(super) fn check_ip(ip: &Ip, cx: &mut Cx<'_>) {
    colliding_names::check(ip.parameters.iter().map(|(name, _)| name), "parameters", cx);
    colliding_names::check(ip.quirks.iter().map(|(name, _)| name), "quirks", cx);
    for (_, provided) in ip.provides.iter() {
        colliding_names::check(provided.ids.iter().map(|(name, _)| name), "ids", cx);
        colliding_names::check(provided.args.iter().flat_map(|a| a.iter()).map(|(name, _)| name), "arguments", cx);
    }
    for (_, consumes) in ip.consumes.iter() {
        colliding_names::check(consumes.iter().filter_map(|(name, _)| name), "references", cx);
    }
    empty_parameters::check(ip, cx);
    parameters_out_of_range::check_defaults(ip, cx);
    ids_beyond_capacity::check(ip, cx);
    incomplete_dma_ports::check(ip, cx);
    contradicting_lacks::check(ip, cx);
    impossible_bursts::check_ip(ip, cx);
}

pub(super) fn check_soc<'a>(soc: &'a Soc, cx: &mut Cx<'a>) {
    too_many_devices::check(soc, cx);
    colliding_device_names::check(soc, cx);
    unknown_parents::check(soc, cx);
    let enabled = links::enabled(soc);
    for ((name, device), enabled) in soc.devices.iter().zip(&enabled) {
        let Some(ip) = device.ip.as_ref().and_then(|ip| cx.workspace.ip(ip)) else { continue };
        unknown_parameters::check(ip, device, cx);
        parameters_out_of_range::check(ip, device, cx);
        unknown_quirks::check(ip, device, cx);
        missing_addresses::check(ip, name, device, cx);
        if *enabled {
            missing_references::check(soc, ip, name, device, cx);
        }
    }
    let ranges = impossible_addresses::check(soc, cx);
    overlapping_devices::check(soc, ranges, &enabled, cx);
    let links = links::collect(soc, cx);
    shared_requests::check(soc, &links, &enabled, cx);
    shared_lines::check(soc, &links, &enabled, cx);
    disabled_providers::check(soc, &links, &enabled, cx);
    dependency_cycles::check(soc, &links, &enabled, cx);
    domain_circles::check(soc, &links, &enabled, cx);
    ignored_links::check(soc, &links, &enabled, cx);
    sleep_phase_inversions::check(soc, &links, &enabled, cx);
    impossible_bursts::check_soc(soc, &links, cx);
    unusable_controllers::check(soc, &enabled, cx);
    silent_faults::check(soc, &enabled, cx);
    unfollowed_links::check(soc, &links, &enabled, cx);
    irq_safe_members::check(soc, &links, &enabled, cx);
    irq_safe_children::check(soc, &enabled, cx);
}
