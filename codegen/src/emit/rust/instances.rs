//! `instances.rs` of a soc's crate: which device is an instance of which ip, and what its resources are.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::map::{hex, number};
use super::needs::{Need, needs};
use super::soc::{DeviceItem, Plan};
use super::{Options, docs, manifest, print, wiring};
use crate::emit::Generated;
use crate::lower::{Reference, Soc, Subsystem};

/// Does the crate of the soc need the crate of all subsystems?
pub(super) fn uses_handles(plan: &Plan<'_>, subsystems: &[Subsystem], options: &Options) -> bool {
    let enabled = plan.devices.iter().filter(|item| item.spec.enabled);
    enabled.filter_map(|item| item.ip).any(|ip| super::uses_subsystems(ip, subsystems, options))
}

/// The file; `None` if no device has a driver of typed parts.
pub(super) fn emit(plan: &Plan<'_>, subsystems: &[Subsystem], options: &Options) -> Option<Generated> {
    let items =
        plan.devices.iter().filter(|item| item.spec.enabled && item.ip.is_some_and(|ip| options.drivers.include(ip)));
    let proven = wiring::proven(plan);
    let devices: Vec<TokenStream> = items.map(|item| device(plan, item, subsystems, &proven)).collect();
    if devices.is_empty() {
        return None;
    }
    let docs = docs::inner(&[&format!(
        "Devices of the `{}` as instances of their blocks, and what each of their resources is.",
        plan.soc.name
    )]);
    Some(print::file(
        &plan.soc.file,
        quote! {
            #docs
            #![allow(unsafe_code, reason = "hardware facts, each with the entry of the spec that states it")]
            use linkwright::consumer::{Mapped, Reference};
            use super::devices;
            #(#devices)*
        },
    ))
}

fn device(
    plan: &Plan<'_>,
    item: &DeviceItem<'_>,
    subsystems: &[Subsystem],
    proven: &HashSet<(usize, usize)>,
) -> TokenStream {
    let Some(ip) = item.ip else { return quote!() };
    let spec = item.spec;
    let needs = needs(ip, subsystems);
    let (name, module) = (&item.name, &item.module);
    let consumer = quote!(devices::#name);
    let wired = |need: &Need<'_>| -> Option<&Reference> {
        spec.references.iter().find(|r| r.subsystem == need.subsystem.name && r.name == need.name)
    };
    let mut markers = Vec::new();
    let mut facts = Vec::new();
    let mut associated = Vec::new();
    for need in &needs {
        let ty = &need.associated;
        let Some(reference) = wired(need) else {
            let absent = need.absent(&consumer);
            associated.push(quote!(type #ty = #absent;));
            continue;
        };
        let path = plan.spec_path(spec, &reference.subsystem, &reference.name);
        let mark = docs::from_spec(&path);
        // Without a link that keeps the controller running a port is no endpoint.
        let runs = proven.contains(&(item.index, reference.provider));
        let port = item.ports.iter().find(|port| runs && std::ptr::eq(port.reference, reference));
        let place = match (need.port, port) {
            (Some(_), Some(port)) => {
                let name = &port.name;
                quote!(devices::#module::#name)
            }
            (Some(_), None) => {
                let absent = need.absent(&consumer);
                associated.push(quote!(type #ty = #absent;));
                continue;
            }
            (None, _) => {
                let provider = &plan.soc.devices[reference.provider].name;
                let docs = docs::outer(&[&format!("Its `{}`, of `{provider}`.", need.dotted)]);
                markers.push(quote! { #mark #docs pub enum #ty {} });
                quote!(#module::#ty)
            }
        };
        facts.push(fact(plan, need, reference, &consumer, &place, &mark));
        associated.push(quote!(type #ty = #place;));
    }
    let markers = (!markers.is_empty()).then(|| {
        let docs = docs::outer(&[&format!("Resources of `{}`.", spec.name)]);
        quote! { #docs pub mod #module { #(#markers)* } }
    });
    let library = manifest::crate_name(&ip.name);
    let mapped = mapped(plan.soc, item);
    let mark = docs::from_spec(&format!("devices/{}/ip", spec.name));
    quote! {
        #markers
        #mapped
        #(#facts)*
        #mark
        impl #library::driver::Instance for #consumer { #(#associated)* }
    }
}

fn mapped(soc: &Soc, item: &DeviceItem<'_>) -> TokenStream {
    let (spec, name) = (item.spec, &item.name);
    let mark = docs::from_spec(&format!("devices/{}/reg", spec.name));
    let driven = item.ip.is_some_and(|ip| ip.engine.is_some());
    let (why, window) = match spec.reg {
        Some((base, size)) if !driven => {
            let (base, size) = (hex(base, 8), hex(size, 1));
            (format!("`{}.reg`.", spec.name), quote!(Some((#base, #size))))
        }
        Some(_) => (format!("`{}` is driven by the runtime's engine alone.", spec.name), quote!(None)),
        None => (format!("`{}` has no registers.", spec.name), quote!(None)),
    };
    let safety = format!("SAFETY: {}, {why}", soc.file);
    let safety = docs::comment(&safety);
    quote! {
        #mark #safety
        unsafe impl Mapped for devices::#name {
            const WINDOW: Option<(u64, u64)> = #window;
        }
    }
}

fn fact(
    plan: &Plan<'_>,
    need: &Need<'_>,
    reference: &Reference,
    consumer: &TokenStream,
    place: &TokenStream,
    mark: &TokenStream,
) -> TokenStream {
    let supplier = &plan.devices[reference.provider].name;
    let marker = need.marker();
    let (dotted, line) = (&need.dotted, &reference.place);
    let args = reference.args.iter().map(|value| number(*value));
    let safety = docs::comment(&format!("SAFETY: {line}, `{dotted}`."));
    quote! {
        #mark #safety
        unsafe impl Reference for #place {
            type Consumer = #consumer;
            type Supplier = devices::#supplier;
            type Subsystem = #marker;
            const NAME: &'static str = #dotted;
            const PLACE: &'static str = #line;
            const ARGS: &'static [u64] = &[#(#args),*];
        }
    }
}
