//! What an ip's driver holds: the entries of `consumes` with the identifiers that the ip's crate and the crates of socs
//! give them.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::map::word;
use super::scope::{Scope, ident};
use super::{has_crate, manifest, subsystem};
use crate::lower::{DmaDirection, DmaPort, Engine, INTERRUPT, Ip, Subsystem};
use crate::names;

/// A resource that a driver holds.
pub(super) struct Need<'a> {
    pub(super) subsystem: &'a Subsystem,
    /// Name in `consumes`; empty for the one unnamed reference.
    pub(super) name: &'a str,
    pub(super) doc: &'a str,
    pub(super) optional: bool,
    pub(super) port: Option<&'a DmaPort>,
    /// As people write it: `clocks.uart`.
    pub(super) dotted: String,
    /// The type in the instance trait.
    pub(super) associated: Ident,
    /// The module of the field's type, and the type.
    pub(super) module: Ident,
    pub(super) field: Ident,
}

/// What the driver of `ip` holds, in the order of the spec; empty if the ip has no crate.
pub(super) fn needs<'a>(ip: &'a Ip, subsystems: &'a [Subsystem]) -> Vec<Need<'a>> {
    if !has_crate(ip) {
        return Vec::new();
    }
    let mut associated = Scope::with(&["Self"]);
    let mut modules: Vec<(&str, Ident, Scope)> = Vec::new();
    let mut module_names = Scope::with(&["Instance", "Board", "Field", "Registers"]);
    let mut out = Vec::new();
    for consumed in &ip.consumes {
        let Some(kind) = subsystems.iter().find(|s| s.name == consumed.subsystem) else { continue };
        let port = consumed.dma.as_ref();
        if !subsystem::has_handle(kind) && port.is_none() || serves(ip, &consumed.name, &kind.name) {
            continue;
        }
        let known = modules.iter().position(|(name, ..)| *name == kind.name);
        let known = known.unwrap_or_else(|| {
            let module = module_names.claim(&names::module_name(&kind.key), "_fields");
            modules.push((&kind.name, module, Scope::module()));
            modules.len() - 1
        });
        let (_, module, types) = &mut modules[known];
        let short = if consumed.name.is_empty() { &kind.name } else { &consumed.name };
        let dotted = match consumed.name.as_str() {
            "" => kind.key.clone(),
            name => format!("{}.{name}", kind.key),
        };
        let long = format!("{}-{}", kind.key, consumed.name);
        out.push(Need {
            subsystem: kind,
            name: &consumed.name,
            doc: &consumed.doc,
            optional: consumed.optional,
            port,
            dotted,
            associated: associated.claim(&names::type_name(long.trim_end_matches('-')), "Reference"),
            module: module.clone(),
            field: types.claim(&names::type_name(short), "Resource"),
        });
    }
    out
}

/// Is it an interrupt that the runtime's engine serves, not a driver?
fn serves(ip: &Ip, name: &str, subsystem: &str) -> bool {
    let Some(Engine::MicrocodeDma(engine)) = &ip.engine else { return false };
    let lines = &engine.lines;
    let mut names = lines.all.iter().chain(&lines.faults).chain(&lines.events);
    subsystem == INTERRUPT && names.any(|line| line == name)
}

impl Need<'_> {
    /// The subsystem's marker type, from the crate of all subsystems or the runtime.
    pub(super) fn marker(&self) -> TokenStream {
        if self.port.is_some() {
            return quote!(linkwright::consumer::Dma);
        }
        let library = manifest::crate_name(subsystem::NAME);
        let (module, marker) = (subsystem::module(self.subsystem), subsystem::marker(self.subsystem));
        quote!(#library::#module::#marker)
    }

    /// Stands for it where a soc does not wire it; `device` is the consumer's type.
    pub(super) fn absent(&self, device: &TokenStream) -> TokenStream {
        match self.port {
            Some(port) => {
                let (direction, word) = direction_and_word(port);
                quote!(linkwright::consumer::NotWiredPort<#device, #direction, #word>)
            }
            None => {
                let marker = self.marker();
                quote!(linkwright::consumer::NotWired<#device, #marker>)
            }
        }
    }
}

/// Types of a port: the runtime's direction, and the word.
pub(super) fn direction_and_word(port: &DmaPort) -> (TokenStream, TokenStream) {
    let direction = ident(match port.direction {
        DmaDirection::MemoryToDevice => "MemoryToDevice",
        DmaDirection::DeviceToMemory => "DeviceToMemory",
    });
    let word = word(port.width);
    (quote!(linkwright::dma::#direction), quote!(#word))
}

/// Does any need come with a handle of the crate of all subsystems?
pub(super) fn uses_subsystems(needs: &[Need<'_>]) -> bool {
    needs.iter().any(|need| need.port.is_none())
}
