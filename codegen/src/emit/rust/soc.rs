//! `lib.rs` and `devices.rs` of a soc's crate: its devices, what they are and where.

use std::collections::HashMap;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::map::{hex, number};
use super::scope::{Scope, ident};
use super::{docs, has_crate, manifest, print, root, setup};
use crate::emit::Generated;
use crate::lower::{Device, DmaPort, Ip, Reference, Soc, Subsystem};
use crate::names;
use crate::spec::SleepPhase;

/// A soc with the identifiers of its devices.
pub(super) struct Plan<'a> {
    pub(super) soc: &'a Soc,
    pub(super) devices: Vec<DeviceItem<'a>>,
    subsystems: HashMap<&'a str, &'a Subsystem>,
    ips: HashMap<&'a str, &'a Ip>,
}

/// A device and its identifiers.
pub(super) struct DeviceItem<'a> {
    pub(super) spec: &'a Device,
    pub(super) index: usize,
    /// `None`: a spec that is not known, which the rules have reported.
    pub(super) ip: Option<&'a Ip>,
    /// The type that stands for it.
    pub(super) name: Ident,
    /// The module with its facts.
    pub(super) module: Ident,
    /// Its ends of DMA transfers.
    pub(super) ports: Vec<PortItem<'a>>,
}

/// A port of a device behind a DMA request.
pub(super) struct PortItem<'a> {
    pub(super) reference: &'a Reference,
    pub(super) port: &'a DmaPort,
    /// The type that stands for it, in the device's module.
    pub(super) name: Ident,
    /// Request line.
    pub(super) request: u8,
    /// Bus address of its data register.
    pub(super) fifo: u32,
}

impl<'a> Plan<'a> {
    pub(super) fn new(soc: &'a Soc, ips: &'a [Ip], subsystems: &'a [Subsystem]) -> Self {
        let subsystems: HashMap<&str, &Subsystem> = subsystems.iter().map(|s| (s.name.as_str(), s)).collect();
        let ips: HashMap<&str, &Ip> = ips.iter().map(|ip| (ip.name.as_str(), ip)).collect();
        let mut types = Scope::with(&["Device", "DeviceId"]);
        let mut modules = Scope::with(&["devices", "instances", "topology", "wiring", "linkwright", "core"]);
        let mut plan = Self { soc, devices: Vec::new(), subsystems, ips };
        for (index, spec) in soc.devices.iter().enumerate() {
            let ip = plan.ips.get(spec.ip.as_str()).copied();
            let ports = ip.map(|ip| plan.ports(spec, ip)).unwrap_or_default();
            plan.devices.push(DeviceItem {
                spec,
                index,
                ip,
                name: types.claim(&names::type_name(&spec.name), "Device"),
                module: modules.claim(&names::module_name(&spec.name), "_device"),
                ports,
            });
        }
        plan
    }

    /// The ips whose crates the soc's crate uses, by name.
    pub(super) fn crates(&self) -> Vec<&'a Ip> {
        let used = self.devices.iter().filter_map(|device| device.ip).filter(|ip| has_crate(ip));
        let mut ips: Vec<&Ip> = used.collect();
        ips.sort_unstable_by_key(|ip| &ip.name);
        ips.dedup_by_key(|ip| &ip.name);
        ips
    }

    fn ports(&self, device: &'a Device, ip: &'a Ip) -> Vec<PortItem<'a>> {
        let mut scope = Scope::empty();
        let port = |reference: &'a Reference| -> Option<PortItem<'a>> {
            let consumed =
                ip.consumes.iter().find(|c| c.subsystem == reference.subsystem && c.name == reference.name)?;
            let port = consumed.dma.as_ref()?;
            let arguments = self.arguments(reference);
            let request = arguments.iter().position(|name| name == "request").unwrap_or(0);
            let request = u8::try_from(*reference.args.get(request)?).ok()?;
            let fifo = u32::try_from(device.reg?.0.checked_add(port.fifo)?).ok()?;
            let wanted = if reference.name.is_empty() { "Port".to_string() } else { names::type_name(&reference.name) };
            Some(PortItem { reference, port, name: scope.claim(&wanted, "Port"), request, fifo })
        };
        device.references.iter().filter_map(port).collect()
    }

    /// Names of a reference's arguments.
    fn arguments(&self, reference: &Reference) -> Vec<String> {
        let provider = self.soc.devices.get(reference.provider).and_then(|p| self.ips.get(p.ip.as_str()));
        let own =
            provider.and_then(|ip| ip.provides.iter().find(|p| p.subsystem == reference.subsystem)?.args.as_ref());
        let common = self.subsystems.get(reference.subsystem.as_str()).map(|s| &s.args);
        own.or(common).into_iter().flatten().map(|argument| argument.name.clone()).collect()
    }

    /// The entry of a reference in the soc's file.
    pub(super) fn spec_path(&self, device: &Device, subsystem: &str, name: &str) -> String {
        let key = self.subsystems.get(subsystem).map_or(subsystem, |s| s.key.as_str());
        match (subsystem, name) {
            ("parent", _) => format!("devices/{}/parent", device.name),
            (_, "") => format!("devices/{}/{key}", device.name),
            (_, name) => format!("devices/{}/{key}/{name}", device.name),
        }
    }
}

/// `lib.rs`.
pub(super) fn root(plan: &Plan<'_>, instances: bool) -> Generated {
    let soc = plan.soc;
    let title = if soc.doc.trim().is_empty() { format!("The `{}`.", soc.name) } else { soc.doc.clone() };
    let source =
        if soc.source.trim().is_empty() { String::new() } else { format!("# Sources\n\n{}", soc.source.trim()) };
    let about = "# What is here\n\nFor each device a type that stands for it, and a module with its facts: where it is, \
                 its parameters, the numbers of its clocks, resets, interrupts and requests, and its ends of DMA \
                 transfers. `TOPOLOGY` tells who needs whom.";
    let docs = docs::inner(&[&title, about, &source]);
    let devices = (!plan.devices.is_empty()).then(|| {
        quote!(
            pub use devices::*;
        )
    });
    let instances = instances.then(|| {
        quote!(
            pub mod instances;
        )
    });
    print::file(
        &soc.file,
        quote! {
            #docs
            #![no_std]
            #![deny(missing_docs)]
            #![deny(unsafe_code)]
            mod devices;
            #instances
            mod topology;
            mod wiring;
            #devices
            pub use topology::TOPOLOGY;
        },
    )
}

/// `devices.rs`.
pub(super) fn devices(plan: &Plan<'_>) -> Generated {
    let docs = docs::inner(&[&format!("The devices of the `{}`.", plan.soc.name)]);
    let devices = plan.devices.iter().map(|item| device(plan, item));
    let phases = plan.soc.sleep_order.iter().any(|step| step.phase != SleepPhase::DEFAULT);
    let uses = (!plan.devices.is_empty()).then(|| match phases {
        true => quote!(
            use linkwright::power::{Device, DeviceId, OffPhase};
        ),
        false => quote!(
            use linkwright::power::{Device, DeviceId};
        ),
    });
    print::file(&plan.soc.file, quote! { #docs #uses #(#devices)* })
}

fn device(plan: &Plan<'_>, item: &DeviceItem<'_>) -> TokenStream {
    let DeviceItem { spec, name, module, .. } = item;
    let path = format!("devices/{}", spec.name);
    let mark = docs::from_spec(&path);
    let what = match (spec.reg, spec.enabled) {
        (Some((base, _)), true) => format!("`{}` at {base:#x}.", spec.ip),
        (Some((base, _)), false) => format!("`{}` at {base:#x}; disabled.", spec.ip),
        (None, true) => format!("`{}`.", spec.ip),
        (None, false) => format!("`{}`; disabled.", spec.ip),
    };
    let docs = docs::outer(&[&spec.doc, &what]);
    let (text, index) = (&spec.name, number(item.index.min(usize::from(u16::MAX)) as u64));
    let facts = facts(plan, item);
    let step = plan.soc.sleep_order.iter().find(|step| step.device == item.index);
    let off = step.filter(|step| step.phase != SleepPhase::DEFAULT).map(|step| {
        let phase = super::scope::ident(match step.phase {
            SleepPhase::Suspend => "Suspend",
            SleepPhase::Late => "Late",
            SleepPhase::Noirq => "Noirq",
        });
        quote!(const OFF: OffPhase = OffPhase::#phase;)
    });
    let module = (!facts.is_empty()).then(|| {
        let docs = docs::outer(&[&format!("Facts of `{}`.", spec.name)]);
        quote! { #mark #docs pub mod #module { #facts } }
    });
    quote! {
        #mark #docs
        pub enum #name {}
        impl Device for #name {
            const NAME: &'static str = #text;
            const ID: DeviceId = DeviceId::new(#index);
            #off
        }
        #module
    }
}

/// What is in a device's module.
fn facts(plan: &Plan<'_>, item: &DeviceItem<'_>) -> TokenStream {
    let spec = item.spec;
    let path = format!("devices/{}", spec.name);
    let window = spec.reg.map(|(base, size)| {
        let mark = docs::from_spec(&format!("{path}/reg"));
        let (base, size) = (hex(base, 1), hex(size, 1));
        quote! {
            #mark
            /// Bus address of the first register.
            pub const BASE: u64 = #base;
            #mark
            /// Bytes of address space.
            pub const SIZE: u64 = #size;
        }
    });
    let block = item.ip.filter(|ip| has_crate(ip)).map(|ip| block(item, ip));
    let parameters = parameters(item);
    let quirks = quirks(item);
    let engine = spec.engine.as_ref().map(|engine| setup::constants(engine, &path));
    let references = references(plan, item);
    let ports = item.ports.iter().map(|port| {
        let name = &port.name;
        let mark = docs::from_spec(&plan.spec_path(spec, &port.reference.subsystem, &port.reference.name));
        let controller = &plan.soc.devices[port.reference.provider].name;
        let way = match port.port.direction {
            crate::lower::DmaDirection::MemoryToDevice => "from memory",
            crate::lower::DmaDirection::DeviceToMemory => "to memory",
        };
        let text = format!("Transfers {way} through request {} of `{controller}`.", port.request);
        let docs = docs::outer(&[&text]);
        quote! { #mark #docs pub enum #name {} }
    });
    quote! { #window #block #parameters #quirks #engine #references #(#ports)* }
}

/// The register block's type.
fn block(item: &DeviceItem<'_>, ip: &Ip) -> TokenStream {
    if ip.registers.is_empty() {
        return quote!();
    }
    let library = manifest::crate_name(&ip.name);
    let mark = docs::from_spec(&format!("devices/{}/ip", item.spec.name));
    let mut scope = Scope::module();
    let name = scope.claim(&names::type_name(&ip.name), "Block");
    quote! {
        #mark
        /// The block behind a bus.
        pub type Block<B> = #library::#name<B>;
    }
}

fn parameters(item: &DeviceItem<'_>) -> TokenStream {
    let spec = item.spec;
    if spec.parameters.is_empty() {
        return quote!();
    }
    let mark = docs::from_spec(&format!("devices/{}/parameters", spec.name));
    if let Some(ip) = item.ip.filter(|ip| has_crate(ip)) {
        let library = manifest::crate_name(&ip.name);
        let fields = root::parameter_fields(ip);
        let values = ip.parameters.iter().map(|parameter| {
            let own = spec.parameters.iter().find(|(name, _)| *name == parameter.name);
            number(own.map_or(parameter.default, |(_, value)| *value))
        });
        return quote! {
            #mark
            /// Integration parameters.
            pub const PARAMETERS: #library::Parameters = #library::Parameters { #(#fields: #values),* };
        };
    }
    let mut scope = Scope::empty();
    let constants = spec.parameters.iter().map(|(name, value)| {
        let constant = scope.claim(&names::const_name(name), "_PARAMETER");
        let value = number(*value);
        let text = item.ip.and_then(|ip| ip.parameters.iter().find(|p| p.name == *name)).map(|p| p.doc.clone());
        let docs = docs::outer(&[&text.filter(|t| !t.trim().is_empty()).unwrap_or_else(|| format!("`{name}`."))]);
        quote! { #docs pub const #constant: u64 = #value; }
    });
    quote! {
        #mark
        /// Integration parameters.
        pub mod parameters { #(#constants)* }
    }
}

fn quirks(item: &DeviceItem<'_>) -> TokenStream {
    let spec = item.spec;
    let mark = docs::from_spec(&format!("devices/{}/quirks", spec.name));
    let Some(ip) = item.ip.filter(|ip| !ip.quirks.is_empty()) else { return quote!() };
    if has_crate(ip) {
        let library = manifest::crate_name(&ip.name);
        let variants = root::quirk_variants(ip);
        let own = ip.quirks.iter().zip(variants).filter(|(quirk, _)| spec.quirks.contains(&quirk.name));
        let own = own.map(|(_, variant)| quote!(#library::Quirk::#variant));
        return quote! {
            #mark
            /// Deviations that this instance has.
            pub const QUIRKS: &[#library::Quirk] = &[#(#own),*];
        };
    }
    let names = &spec.quirks;
    quote! {
        #mark
        /// Deviations that this instance has.
        pub const QUIRKS: &[&str] = &[#(#names),*];
    }
}

/// The numbers that references carry, in a module for each subsystem.
fn references(plan: &Plan<'_>, item: &DeviceItem<'_>) -> TokenStream {
    let spec = item.spec;
    let mut kinds: Vec<&str> = Vec::new();
    for reference in &spec.references {
        if !reference.args.is_empty() && !kinds.contains(&reference.subsystem.as_str()) {
            kinds.push(&reference.subsystem);
        }
    }
    let mut modules = Scope::with(&["parameters"]);
    let modules = kinds.into_iter().map(|kind| {
        let key = plan.subsystems.get(kind).map_or(kind, |s| s.key.as_str());
        let module = modules.claim(&names::module_name(key), "_references");
        let mut scope = Scope::empty();
        let constants = spec.references.iter().filter(|r| r.subsystem == kind).flat_map(|reference| {
            let arguments = plan.arguments(reference);
            let provider = &plan.soc.devices[reference.provider].name;
            let mark = docs::from_spec(&plan.spec_path(spec, kind, &reference.name));
            let mut constants = Vec::new();
            for (i, value) in reference.args.iter().enumerate() {
                let argument = arguments.get(i).map_or("number", String::as_str);
                let wanted = match (reference.name.as_str(), reference.args.len()) {
                    ("", _) => names::const_name(argument),
                    (name, 1) => names::const_name(name),
                    (name, _) => names::const_path([name, argument]),
                };
                let constant = scope.claim(&wanted, "_NUMBER");
                let id = if reference.id.is_empty() || i > 0 { String::new() } else { format!(", `{}`", reference.id) };
                let docs = docs::outer(&[&format!("{} of `{provider}`{id}.", capital(argument))]);
                let (ty, value) = (ident(if *value <= u64::from(u32::MAX) { "u32" } else { "u64" }), number(*value));
                constants.push(quote! { #mark #docs pub const #constant: #ty = #value; });
            }
            constants
        });
        let docs = docs::outer(&[&format!("Numbers of its `{key}`.")]);
        quote! { #docs pub mod #module { #(#constants)* } }
    });
    quote!(#(#modules)*)
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
