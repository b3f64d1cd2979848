//! `topology.rs`: devices, links and probe order as data.

use proc_macro2::TokenStream;
use quote::quote;

use super::soc::Plan;
use super::{docs, print};
use crate::emit::Generated;
use crate::lower::LinkClass;

/// The file.
pub(super) fn emit(plan: &Plan<'_>) -> Generated {
    let soc = plan.soc;
    let docs = docs::inner(&[&format!("Who needs whom on the `{}`.", soc.name)]);
    let id = |index: usize| -> TokenStream {
        let name = &plan.devices[index].name;
        quote!(#name::ID)
    };
    let nodes = soc.devices.iter().map(|device| {
        let (name, ip) = (&device.name, &device.ip);
        let parent = match device.parent {
            Some(parent) => {
                let parent = id(parent);
                quote!(Some(#parent))
            }
            None => quote!(None),
        };
        match device.enabled {
            true => quote!(Node::new(#name, #ip, #parent)),
            false => quote!(Node::disabled(#name, #ip, #parent)),
        }
    });
    let edges: Vec<_> = soc.edges.iter().filter(|edge| edge.class != LinkClass::Ignore).collect();
    let links = edges.iter().map(|edge| {
        let (consumer, supplier) = (id(edge.consumer), id(edge.supplier));
        let strength = match edge.class {
            LinkClass::Optional => quote!(Strength::Optional),
            _ => quote!(Strength::Hard),
        };
        let (subsystem, name, place) = (&edge.subsystem, &edge.name, &edge.place);
        let managed = edge.runtime_pm.then(|| quote!(.with_runtime_pm()));
        quote!(Link::new(#consumer, #supplier, #strength, #subsystem, #name, #place)#managed)
    });
    let order = soc.probe_order.iter().map(|index| id(*index));
    let mut names: Vec<_> = Vec::new();
    let named = |index: usize, names: &mut Vec<usize>| {
        if !names.contains(&index) {
            names.push(index);
        }
    };
    for edge in &edges {
        named(edge.consumer, &mut names);
        named(edge.supplier, &mut names);
    }
    for index in soc.devices.iter().filter_map(|device| device.parent).chain(soc.probe_order.iter().copied()) {
        named(index, &mut names);
    }
    names.sort_unstable();
    let names = names.into_iter().map(|index| &plan.devices[index].name);
    let device = (!soc.devices.is_empty()).then(|| quote!(use linkwright::power::Device;));
    let (link, strength) = if edges.is_empty() { (quote!(), quote!()) } else { (quote!(Link,), quote!(Strength,)) };
    let node = (!soc.devices.is_empty()).then(|| quote!(Node,));
    let title = &soc.name;
    print::file(
        &soc.file,
        quote! {
            #docs
            #device
            use linkwright::topology::{#link #node #strength Topology};
            use super::devices::{#(#names),*};
            /// Devices by number, links by consumer, and the order in which devices can come up.
            pub static TOPOLOGY: Topology = Topology {
                name: #title,
                devices: &[#(#nodes),*],
                links: &[#(#links),*],
                probe_order: &[#(#order),*],
            };
        },
    )
}
