//! `lib.rs` of an ip's crate: what the block is, and its constants.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::docs;
use super::map::{hex, number};
use super::print;
use super::scope::{Scope, ident};
use crate::emit::Generated;
use crate::lower::{Ip, Parameter, ParameterValues};
use crate::names;

/// Which modules the crate has.
pub(super) struct Parts {
    pub(super) registers: bool,
    pub(super) instructions: bool,
    pub(super) microcode: bool,
    pub(super) controller: bool,
    /// The block's type saves and restores registers.
    pub(super) saves: bool,
    /// There is a driver to be made of typed parts.
    pub(super) driver: bool,
}

/// The file.
pub(super) fn emit(ip: &Ip, name: &Ident, parts: &Parts) -> Generated {
    let title = if ip.doc.trim().is_empty() { format!("The `{}` block.", ip.name) } else { ip.doc.clone() };
    let source = if ip.source.trim().is_empty() { String::new() } else { format!("# Sources\n\n{}", ip.source.trim()) };
    let file_docs = docs::inner(&[&title, &source]);
    let device = parts.registers.then(|| quote! { mod device; });
    let regs = parts.registers.then(|| quote! { pub mod regs; });
    let instruction = parts.instructions.then(|| quote! { pub mod instruction; });
    let microcode = parts.microcode.then(|| quote! { mod microcode; });
    let controller = parts.controller.then(|| quote! { mod controller; });
    let use_device = match (parts.registers, parts.saves) {
        (false, _) => quote!(),
        (true, false) => quote! { pub use device::#name; },
        (true, true) => quote! { pub use device::{#name, Saved}; },
    };
    let use_instruction = parts.instructions.then(|| quote! { pub use instruction::Instruction; });
    let use_microcode = parts.microcode.then(|| quote! { pub use microcode::Microcode; });
    let driver = parts.driver.then(|| quote! { #[cfg(feature = "driver")] pub mod driver; });
    let compatible = compatible(ip);
    let parameters = parameters(ip);
    let quirks = quirks(ip);
    let ids = ids(ip);
    print::file(
        &ip.file,
        quote! {
            #file_docs
            #![no_std]
            #![forbid(unsafe_code)]
            #![deny(missing_docs)]
            #controller
            #device
            #driver
            #instruction
            #microcode
            #regs
            #use_device
            #use_instruction
            #use_microcode
            #compatible
            #parameters
            #quirks
            #ids
        },
    )
}

fn compatible(ip: &Ip) -> TokenStream {
    if ip.compatible.is_empty() {
        return quote!();
    }
    let strings = &ip.compatible;
    let mark = docs::from_spec("compatible");
    quote! {
        #mark
        /// How device trees name the block.
        pub const COMPATIBLE: &[&str] = &[#(#strings),*];
    }
}

/// The integration parameters as a type whose values an instance gives.
fn parameters(ip: &Ip) -> TokenStream {
    if ip.parameters.is_empty() {
        return quote!();
    }
    let names = parameter_fields(ip);
    let mark = docs::from_spec("parameters");
    let fields = ip.parameters.iter().zip(&names).map(|(parameter, name)| {
        let mark = docs::from_spec(&format!("parameters/{}", parameter.name));
        let docs = docs::outer(&[&parameter.doc, &range(parameter)]);
        let ty = parameter_type(parameter);
        quote! { #mark #docs pub #name: #ty }
    });
    let defaults = ip.parameters.iter().map(|parameter| number(parameter.default));
    quote! {
        #mark
        /// What differs between chips: the integration parameters of an instance.
        #[derive(Clone, Copy, Debug)]
        pub struct Parameters { #(#fields),* }

        impl Parameters {
            /// An instance that sets none of them.
            pub const DEFAULT: Self = Self { #(#names: #defaults),* };
        }
    }
}

/// The fields of `Parameters`, in the order of the ip's parameters.
pub(super) fn parameter_fields(ip: &Ip) -> Vec<Ident> {
    let mut scope = Scope::empty();
    ip.parameters.iter().map(|p| scope.claim(&names::value_name(&p.name), "_parameter")).collect()
}

/// `u32`, or `u64` where that is too small.
fn parameter_type(parameter: &Parameter) -> TokenStream {
    let largest = match &parameter.values {
        ParameterValues::Range(_, to) => *to,
        ParameterValues::List(list) => list.iter().copied().max().unwrap_or(0),
    };
    if largest.max(parameter.default) <= u64::from(u32::MAX) { quote!(u32) } else { quote!(u64) }
}

fn range(parameter: &Parameter) -> String {
    let unit = if parameter.unit.trim().is_empty() { String::new() } else { format!(" {}", parameter.unit.trim()) };
    match &parameter.values {
        ParameterValues::Range(from, to) => {
            format!("{from} to {to}{unit}; {} unless an instance says otherwise.", parameter.default)
        }
        ParameterValues::List(list) => {
            let list = list.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
            format!("One of {list}{unit}; {} unless an instance says otherwise.", parameter.default)
        }
    }
}

fn quirks(ip: &Ip) -> TokenStream {
    if ip.quirks.is_empty() {
        return quote!();
    }
    let mark = docs::from_spec("quirks");
    let names = quirk_variants(ip);
    let variants = ip.quirks.iter().zip(names).map(|(quirk, name)| {
        let mark = docs::from_spec(&format!("quirks/{}", quirk.name));
        let title = if quirk.doc.trim().is_empty() { format!("`{}`.", quirk.name) } else { quirk.doc.clone() };
        let docs = docs::outer(&[&title]);
        quote! { #mark #docs #name }
    });
    quote! {
        #mark
        /// Deviations that an instance may have.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Quirk { #(#variants),* }
    }
}

/// The variants of `Quirk`, in the order of the ip's quirks.
pub(super) fn quirk_variants(ip: &Ip) -> Vec<Ident> {
    let mut scope = Scope::empty();
    ip.quirks.iter().map(|quirk| scope.claim(&names::variant_name(&quirk.name), "Quirk")).collect()
}

/// Names that references may use for numbers, by subsystem.
fn ids(ip: &Ip) -> TokenStream {
    let mut modules = Scope::empty();
    let provided = ip.provides.iter().filter(|provided| !provided.ids.is_empty()).map(|provided| {
        let name = modules.claim(&names::module_name(&provided.subsystem), "_ids");
        let mut scope = Scope::empty();
        let mark = docs::from_spec("provides");
        let docs = docs::outer(&[&format!("Numbers of the `{}` resources that the block offers.", provided.subsystem)]);
        let constants = provided.ids.iter().map(|(id, value)| {
            let name = scope.claim(&names::const_name(id), "_ID");
            let docs = docs::outer(&[&format!("`{id}`.")]);
            let (ty, value) = (if *value <= u64::from(u32::MAX) { "u32" } else { "u64" }, hex(*value, 1));
            let ty = ident(ty);
            quote! { #docs pub const #name: #ty = #value; }
        });
        quote! { #mark #docs pub mod #name { #(#constants)* } }
    });
    quote!(#(#provided)*)
}
