//! `device.rs`: the block behind a bus, and what it takes to survive a power loss.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::docs;
use super::imports::mmio;
use super::map::{Map, Place, number, readable, word};
use super::print;
use super::scope::Scope;
use crate::emit::Generated;
use crate::lower::{Access, Ip, Lost};
use crate::names;

/// The bus that reaches every register: `Bus<u32>`, or one for each width.
pub(super) fn bus(map: &Map<'_>) -> TokenStream {
    let mut widths: Vec<u8> = map.places.iter().map(|place| place.register.width).collect();
    widths.sort_unstable();
    widths.dedup();
    let words = widths.into_iter().map(word);
    quote!(#(Bus<#words>)+*)
}

/// The file.
pub(super) fn emit(ip: &Ip, map: &Map<'_>, name: &Ident) -> Generated {
    let bus = bus(map);
    let saved = saved(ip, map);
    let title = format!("The `{}` block behind a bus.", ip.name);
    let file_docs = docs::inner(&[&title]);
    let docs = docs::outer(&[
        &title,
        "The bus performs the accesses: `linkwright::mmio::Mmio` for the hardware, or a simulator, a recorder, a socket.",
    ]);
    let (methods, types) = match saved.is_empty() {
        true => (quote!(), quote!()),
        false => power(ip, &saved),
    };
    let body = quote! {
        #docs
        #[derive(Debug)]
        pub struct #name<B> {
            bus: B,
        }

        impl<B: #bus> #name<B> {
            /// The block that `bus` reaches; offset 0 is its first register.
            pub const fn new(bus: B) -> Self {
                Self { bus }
            }

            /// The bus, for accesses to single registers.
            pub const fn bus(&self) -> &B {
                &self.bus
            }

            #methods
        }

        #types
    };
    let uses = mmio(&body);
    let regs = (!saved.is_empty()).then(|| {
        quote!(
            use super::regs;
        )
    });
    print::file(&ip.file, quote! { #file_docs #uses #regs #body })
}

/// Does the block's type have `save` and `restore`?
pub(super) fn saves(ip: &Ip, map: &Map<'_>) -> bool {
    !saved(ip, map).is_empty()
}

/// A register that is saved.
struct Kept<'m, 'a> {
    place: &'m Place<'a>,
    name: Ident,
}

/// Registers to write back after a power loss, in order.
fn saved<'m, 'a>(ip: &Ip, map: &'m Map<'a>) -> Vec<Kept<'m, 'a>> {
    let mut scope = Scope::empty();
    let mut kept: Vec<Kept<'m, 'a>> = Vec::new();
    for path in &ip.restore {
        let inside =
            |place: &&Place<'_>| place.path.len() >= path.len() && place.path.iter().zip(path).all(|(a, b)| a == b);
        for place in map.places.iter().filter(inside) {
            let plain = readable(place.register.access) && place.register.access == Access::ReadWrite;
            // Functions of two indices and more have no simple loop; the format's rules keep them out of this list.
            if plain && place.dimensions.len() < 2 && kept.iter().all(|other| other.place.path != place.path) {
                kept.push(Kept { place, name: scope.claim(&names::value_name(&place.path.join("_")), "_register") });
            }
        }
    }
    kept
}

fn power(ip: &Ip, saved: &[Kept<'_, '_>]) -> (TokenStream, TokenStream) {
    let mark = docs::from_spec("power/restore");
    let names = saved.iter().map(|kept| &kept.name);
    let fields = saved.iter().map(|kept| {
        let (name, marker) = (&kept.name, &kept.place.marker);
        match kept.place.dimensions.first() {
            None => quote!(#name: Value<regs::#marker>),
            Some(array) => {
                let count = number(u64::from(array.count));
                quote!(#name: [Value<regs::#marker>; #count])
            }
        }
    });
    let reads = saved.iter().map(|kept| {
        let constant = &kept.place.constant;
        match kept.place.dimensions.first() {
            None => quote!(self.bus.read(regs::#constant)),
            Some(_) => quote! {
                core::array::from_fn(|i| self.bus.read(regs::#constant.at(Bounded::saturating(i as u32))))
            },
        }
    });
    let writes = saved.iter().map(|kept| {
        let (name, constant) = (&kept.name, &kept.place.constant);
        match kept.place.dimensions.first() {
            None => quote!(self.bus.write(regs::#constant, saved.#name);),
            Some(_) => quote! {
                for (i, value) in saved.#name.into_iter().enumerate() {
                    self.bus.write(regs::#constant.at(Bounded::saturating(i as u32)), value);
                }
            },
        }
    });
    let list = saved.iter().map(|kept| format!("`{}`", kept.place.dotted())).collect::<Vec<_>>().join(", ");
    let lost = match &ip.lost {
        Lost::All => {
            "Every register is lost with power; all others hold what the hardware says by itself or are set before use."
        }
        Lost::None => "No register is lost with power.",
        Lost::Some(_) => "Some registers are lost with power.",
    };
    let docs = docs::outer(&[&format!("What must be written back after a power loss: {list}."), lost]);
    (
        quote! {
            #mark
            /// What must be written back after a power loss. Atomic; one read for each register.
            pub fn save(&self) -> Saved {
                Saved { #(#names: #reads),* }
            }

            #mark
            /// Write back, in the order that the hardware wants. Atomic; one write for each register.
            pub fn restore(&self, saved: &Saved) {
                #(#writes)*
            }
        },
        quote! {
            #mark
            #docs
            #[derive(Clone, Copy, Debug)]
            pub struct Saved { #(#fields),* }
        },
    )
}
