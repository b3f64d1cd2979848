//! `topology.rs`: devices, links, power domains and orders as data.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::soc::Plan;
use super::{docs, print};
use crate::emit::Generated;
use crate::lower::{Edge, LinkClass};

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
        let strength = super::scope::ident(strength(edge));
        let (subsystem, name, place) = (&edge.subsystem, &edge.name, &edge.place);
        let kind = super::scope::ident(if edge.runtime_pm { "managed" } else { "new" });
        quote!(Link::#kind(#consumer, #supplier, #strength, #subsystem, #name, #place))
    });
    let domains = soc.domains.iter().map(|domain| {
        let (name, provider) = (&domain.name, id(domain.provider));
        let args = domain.args.iter().map(|arg| Literal::u64_unsuffixed(*arg));
        let outer = domain.outer.iter().map(|outer| Literal::usize_unsuffixed(*outer));
        let members = domain.members.iter().map(|member| id(*member));
        let (irq_safe, always_on) = (domain.irq_safe, domain.always_on);
        quote!(Domain {
            name: #name,
            provider: #provider,
            args: &[#(#args),*],
            irq_safe: #irq_safe,
            always_on: #always_on,
            outer: &[#(#outer),*],
            members: &[#(#members),*],
        })
    });
    let domain = (!soc.domains.is_empty()).then(|| quote!(Domain,));
    let order = soc.probe_order.iter().map(|index| id(*index));
    let sleep = soc.sleep_order.iter().map(|step| id(step.device));
    let link = (!edges.is_empty()).then(|| quote!(Link,));
    let strengths: std::collections::BTreeSet<&str> = edges.iter().map(|edge| strength(edge)).collect();
    let strengths = strengths.into_iter().map(super::scope::ident);
    let strengths = (!edges.is_empty()).then(|| quote!(use linkwright::topology::Strength::{#(#strengths),*};));
    let node = (!soc.devices.is_empty()).then(|| quote!(Node,));
    let ids =
        !edges.is_empty() || !soc.probe_order.is_empty() || soc.devices.iter().any(|device| device.parent.is_some());
    let (device, devices) = match ids {
        true => (
            quote!(
                use linkwright::power::Device;
            ),
            quote!(
                use super::devices::*;
            ),
        ),
        false => (quote!(), quote!()),
    };
    let title = &soc.name;
    let mark = docs::from_spec("devices");
    print::file(
        &soc.file,
        quote! {
            #docs
            #device
            use linkwright::topology::{#domain #link #node Topology};
            #strengths
            #devices
            #mark
            /// Devices by number, links by consumer, power domains, and the orders in which devices come up and go to sleep.
            pub static TOPOLOGY: Topology = Topology {
                name: #title,
                devices: &[#(#nodes),*],
                links: &[#(#links),*],
                domains: &[#(#domains),*],
                probe_order: &[#(#order),*],
                sleep_order: &[#(#sleep),*],
            };
        },
    )
}

/// The runtime's name of how strong a link is.
fn strength(edge: &Edge) -> &'static str {
    match edge.class {
        _ if edge.post_init => "PostInit",
        LinkClass::Optional => "Optional",
        LinkClass::Hard | LinkClass::Ignore => "Hard",
    }
}
