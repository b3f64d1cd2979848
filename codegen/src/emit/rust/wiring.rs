//! `wiring.rs`: what the runtime takes on trust, as `unsafe impl`s that each name the spec's entry.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

use proc_macro2::TokenStream;
use quote::quote;

use super::map::{hex, number, word};
use super::soc::{DeviceItem, Plan, PortItem};
use super::{docs, print};
use crate::emit::Generated;
use crate::lower::{DmaDirection, Edge, Handshake, LinkClass};

/// The file.
pub(super) fn emit(plan: &Plan<'_>) -> Generated {
    let supplies = supplies(plan);
    let links = supplies.iter().map(|supply| link(plan, supply));
    let proven: HashSet<(usize, usize)> = supplies.iter().map(|supply| (supply.consumer, supply.supplier)).collect();
    let mut names: BTreeSet<&str> = BTreeSet::new();
    let mut endpoints = Vec::new();
    let mut told = false;
    for device in &plan.devices {
        for port in &device.ports {
            // Without a link that keeps the controller running there is no endpoint.
            if proven.contains(&(device.index, port.reference.provider)) {
                names.extend([direction(port), "Endpoint", "Port"]);
                told |= handshake(port).is_some();
                endpoints.push(endpoint(plan, device, port));
            }
        }
    }
    let supplied = (!supplies.is_empty()).then(|| {
        quote!(
            use linkwright::power::SuppliedBy;
        )
    });
    let dma = (!endpoints.is_empty()).then(|| {
        let names = names.iter().map(|name| super::scope::ident(name));
        quote!(use linkwright::dma::{#(#names),*};)
    });
    let told = told.then(|| {
        quote!(
            use linkwright::dma::plan::Handshake;
        )
    });
    let devices = (!supplies.is_empty()).then(|| {
        quote!(
            use super::devices::*;
        )
    });
    let docs = docs::inner(&[&format!(
        "What the runtime takes on trust about the `{}`: which supplier a device's power keeps running, and how DMA \
         requests are wired.",
        plan.soc.name
    )]);
    let allowed = (!supplies.is_empty()).then(
        || quote!(#![allow(unsafe_code, reason = "hardware facts, each with the entry of the spec that states it")]),
    );
    print::file(&plan.soc.file, quote! { #docs #allowed #told #dma #supplied #devices #(#links)* #(#endpoints)* })
}

/// Consumers and suppliers, as indices, of which the one runs whenever the other does.
pub(super) fn proven(plan: &Plan<'_>) -> HashSet<(usize, usize)> {
    supplies(plan).iter().map(|supply| (supply.consumer, supply.supplier)).collect()
}

/// A supplier that runs whenever the consumer does.
struct Supply<'a> {
    consumer: usize,
    supplier: usize,
    /// From the consumer to the supplier.
    chain: Vec<&'a Edge>,
}

/// Direct and indirect suppliers by runtime PM, each by the shortest way.
fn supplies<'a>(plan: &Plan<'a>) -> Vec<Supply<'a>> {
    let devices = &plan.soc.devices;
    let takes_part = |index: usize| devices.get(index).is_some_and(|device| device.enabled);
    let mut direct: BTreeMap<usize, Vec<&Edge>> = BTreeMap::new();
    for edge in &plan.soc.edges {
        // Who probes without its supplier may run without it, too.
        let managed = edge.runtime_pm && edge.class == LinkClass::Hard && !edge.post_init;
        if managed && takes_part(edge.consumer) && takes_part(edge.supplier) {
            direct.entry(edge.consumer).or_default().push(edge);
        }
    }
    let mut out = Vec::new();
    for &consumer in direct.keys() {
        let mut seen = BTreeSet::from([consumer]);
        let mut found: Vec<Supply<'a>> = Vec::new();
        let mut queue: VecDeque<(usize, Vec<&'a Edge>)> = VecDeque::from([(consumer, Vec::new())]);
        while let Some((at, chain)) = queue.pop_front() {
            for edge in direct.get(&at).into_iter().flatten() {
                if seen.insert(edge.supplier) {
                    let chain: Vec<&Edge> = chain.iter().copied().chain([*edge]).collect();
                    found.push(Supply { consumer, supplier: edge.supplier, chain: chain.clone() });
                    queue.push_back((edge.supplier, chain));
                }
            }
        }
        out.append(&mut found);
    }
    out
}

fn link(plan: &Plan<'_>, supply: &Supply<'_>) -> TokenStream {
    let (consumer, supplier) = (&plan.devices[supply.consumer].name, &plan.devices[supply.supplier].name);
    let entries = supply.chain.iter().map(|edge| {
        let device = &plan.soc.devices[edge.consumer];
        (plan.spec_path(device, &edge.subsystem, &edge.name), edge)
    });
    let entries: Vec<_> = entries.collect();
    let mark = entries.first().map(|(path, _)| docs::from_spec(path));
    let list = entries.iter().map(|(path, _)| format!("`{}`", dotted(path))).collect::<Vec<_>>();
    let safety = docs::comment(&format!("SAFETY: {}, {}.", plan.soc.file, list.join(", then ")));
    quote! { #mark #safety unsafe impl SuppliedBy<#supplier> for #consumer {} }
}

fn endpoint(plan: &Plan<'_>, device: &DeviceItem<'_>, port: &PortItem<'_>) -> TokenStream {
    let path = plan.spec_path(device.spec, &port.reference.subsystem, &port.reference.name);
    let mark = docs::from_spec(&path);
    let ip = device.ip.map_or("", |ip| ip.file.as_str());
    let safety = docs::comment(&format!(
        "SAFETY: {}, `{}`, for the request and the controller; {ip}, `consumes`, for the data register.",
        plan.soc.file,
        dotted(&path)
    ));
    let (module, name, peer) = (&device.module, &port.name, &device.name);
    let controller = &plan.devices[port.reference.provider].name;
    let direction = super::scope::ident(direction(port));
    let word = word(port.port.width);
    let (request, fifo) = (number(port.request.into()), hex(port.fifo.into(), 8));
    let burst = port.reference.requests.map(|requests| requests.burst).filter(|beats| *beats != 1).map(|beats| {
        let beats = number(beats.into());
        quote!(.burst(#beats))
    });
    let handshake = handshake(port).map(|kind| {
        let kind = super::scope::ident(kind);
        quote!(.handshake(Handshake::#kind))
    });
    quote! {
        #mark #safety
        unsafe impl Endpoint for #module::#name {
            type Controller = #controller;
            type Peer = #peer;
            type Direction = #direction;
            type Word = #word;
            const PORT: Option<Port> = Some(Port::new(#request, #fifo) #burst #handshake);
        }
    }
}

/// What the device asks for, where it is not what the runtime assumes.
fn handshake(port: &PortItem<'_>) -> Option<&'static str> {
    match port.reference.requests?.handshake {
        Handshake::Single => None,
        Handshake::Burst => Some("Burst"),
        Handshake::Peripheral => Some("Peripheral"),
    }
}

fn direction(port: &PortItem<'_>) -> &'static str {
    match port.port.direction {
        DmaDirection::MemoryToDevice => "MemoryToDevice",
        DmaDirection::DeviceToMemory => "DeviceToMemory",
    }
}

/// A path as people write it: `uart0.dmas.tx`.
fn dotted(path: &str) -> String {
    path.strip_prefix("devices/").unwrap_or(path).replace('/', ".")
}
