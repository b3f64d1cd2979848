//! `regs.rs`: kinds of registers, their fields and values, and where they are.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::docs;
use super::map::{EnumItem, FieldItem, Holds, Map, Place, access, hex, number, word};
use super::print;
use super::scope::ident;
use crate::emit::Generated;
use crate::lower::{Access, Engine, Ip};

/// The file.
pub(super) fn emit(ip: &Ip, map: &Map<'_>) -> Generated {
    let size = hex(ip.window, 3);
    let places = map.places.iter().map(place);
    let kinds = map.places.iter().map(kind);
    let state = state_enum(ip, map);
    let enums = map.enums.iter().map(|item| enumeration(item, state == Some(&item.name)));
    let proof = proof(map);
    let body = quote! {
        /// Bytes of the block.
        pub const SIZE: u32 = #size;
        #(#places)*
        #proof
        #(#kinds)*
        #(#enums)*
    };
    let uses = uses(map);
    let title = format!("Registers of the `{}` block.", ip.name);
    let docs = docs::inner(&[
        &title,
        "The constants are places, the empty enums stand for kinds of registers and hold their fields, the other \
         enums are what fields hold.",
    ]);
    print::file(&ip.file, quote! { #docs #uses #body })
}

/// What the file uses of the runtime.
fn uses(map: &Map<'_>) -> TokenStream {
    let Map { places, enums } = map;
    let fields = || places.iter().flat_map(|place| &place.fields);
    let arrays = places.iter().any(|place| !place.dimensions.is_empty());
    let has = |wanted: Access| {
        let field = fields().any(|item| item.spec.access == wanted && wanted != Access::ReadWrite);
        field || places.iter().any(|place| place.register.access == wanted)
    };
    let names = [
        ("Bounded", arrays || fields().any(|item| matches!(item.holds, Holds::Bounded(_)))),
        ("Field", fields().next().is_some()),
        ("FieldValue", !enums.is_empty()),
        ("ReadOnly", has(Access::ReadOnly)),
        ("ReadWrite", has(Access::ReadWrite)),
        ("Reg", places.iter().any(|place| place.dimensions.is_empty())),
        ("RegArray", arrays),
        ("Register", !places.is_empty()),
        ("Word", !enums.is_empty()),
        ("WriteOnly", has(Access::WriteOnly)),
        ("WriteToClear", has(Access::WriteToClear)),
    ];
    let used: Vec<_> = names.into_iter().filter(|(_, used)| *used).map(|(name, _)| ident(name)).collect();
    match used.as_slice() {
        [] => quote!(),
        used => quote!(use linkwright::mmio::{#(#used),*};),
    }
}

/// The constant or function that tells where a register is.
fn place(place: &Place<'_>) -> TokenStream {
    let Place { marker, constant, register, .. } = place;
    let mark = docs::from_spec(&format!("{}/offset", place.spec_path()));
    let access = access(register.access);
    let offset = hex(u64::from(place.offset), 3);
    let title = format!("{}: {}.", what(place), docs::summary(&register.doc));
    let title = if register.doc.trim().is_empty() { format!("{}.", what(place)) } else { title };
    let docs = docs::outer(&[&title]);
    let Some((inner, outer)) = place.dimensions.split_last() else {
        return quote! { #mark #docs pub const #constant: Reg<#marker, #access> = Reg::new(#offset); };
    };
    let last = number(u64::from(inner.count.saturating_sub(1)));
    let stride = hex(u64::from(inner.stride), 1);
    if outer.is_empty() {
        return quote! {
            #mark #docs pub const #constant: RegArray<#marker, #access, #last> = RegArray::new(#offset, #stride);
        };
    }
    let names: Vec<_> = (0..outer.len()).map(|n| format_ident!("i{n}")).collect();
    let lasts = outer.iter().map(|array| number(u64::from(array.count.saturating_sub(1))));
    let strides = outer.iter().map(|array| hex(u64::from(array.stride), 1));
    let docs =
        docs::outer(&[&title, &format!("The arguments are the indices from the outside in: {}.", index_names(outer))]);
    quote! {
        #mark #docs
        pub const fn #constant(#(#names: Bounded<0, #lasts>),*) -> RegArray<#marker, #access, #last> {
            RegArray::new(#offset #(+ #strides * #names.get())*, #stride)
        }
    }
}

/// The register by its name in the spec, and how often it is there.
fn what(place: &Place<'_>) -> String {
    let name = format!("`{}`", place.dotted());
    match place.dimensions.as_slice() {
        [] => name,
        all if all.iter().all(|array| !array.index.is_empty()) => format!("{name} of each {}", index_names(all)),
        _ => format!("{name} (an array)"),
    }
}

fn index_names(dimensions: &[&crate::lower::Array]) -> String {
    let name = |array: &&crate::lower::Array| match array.index.as_str() {
        "" => format!("0 to {}", array.count.saturating_sub(1)),
        index => index.to_string(),
    };
    dimensions.iter().map(name).collect::<Vec<_>>().join(" and ")
}

/// Compile-time proof of the map.
fn proof(map: &Map<'_>) -> TokenStream {
    if map.places.is_empty() {
        return quote!();
    }
    let pairs = map.places.iter().map(|place| {
        let Place { constant, .. } = place;
        let (first, last) = (hex(u64::from(place.offset), 3), hex(u64::from(place.last_offset()), 3));
        let least = place.dimensions.iter().skip(1).map(|_| quote!(Bounded::MIN));
        let most = place.dimensions.iter().skip(1).map(|_| quote!(Bounded::MAX));
        match place.dimensions.len() {
            0 => quote! { (#constant.offset(), #first) },
            1 => quote! {
                (#constant.at(Bounded::MIN).offset(), #first),
                (#constant.at(Bounded::MAX).offset(), #last)
            },
            _ => quote! {
                (#constant(#(#least),*).at(Bounded::MIN).offset(), #first),
                (#constant(#(#most),*).at(Bounded::MAX).offset(), #last)
            },
        }
    });
    // Registers do not overlap (a rule), so the one that ends last is enough.
    let end = map.places.iter().map(|place| (place.last_offset(), place.bytes())).max();
    let (last, bytes) = end.unwrap_or_default();
    let end = hex(u64::from(last) + u64::from(bytes), 3);
    quote! {
        /// The map of the block: the first and last place of every register is where it belongs, and none is outside.
        const _: () = {
            let places = [#(#pairs),*];
            let mut i = 0;
            while i < places.len() {
                assert!(places[i].0 == places[i].1, "a register is not at its offset");
                i += 1;
            }
            assert!(SIZE >= #end, "a register outside its block");
        };
    }
}

/// The type that stands for a kind of register, and its fields.
fn kind(place: &Place<'_>) -> TokenStream {
    let Place { marker, register, .. } = place;
    let path = place.spec_path();
    let mark = docs::from_spec(&path);
    let word = word(register.width);
    let mut notes = Vec::new();
    match register.access {
        Access::ReadOnly => notes.push("Read-only."),
        Access::WriteOnly => notes.push("Write-only."),
        Access::ReadWrite => {}
        Access::WriteToClear => notes.push("Writing a one clears that bit."),
    }
    if register.read_side_effect {
        notes.push("Reading it changes something in the hardware.");
    }
    let notes = notes.join(" ");
    let title = if register.doc.trim().is_empty() {
        format!("Contents of `{}`.", place.dotted())
    } else {
        register.doc.clone()
    };
    let docs = docs::outer(&[&title, &notes]);
    let reset = register.reset.filter(|reset| *reset != 0).map(|reset| {
        let value = hex(reset, usize::from(register.width / 4));
        let mark = docs::from_spec(&format!("{path}/reset"));
        quote! { #mark const RESET: u64 = #value; }
    });
    let fields = place.fields.iter().map(|item| field(place, item, &path));
    let fields = (!place.fields.is_empty()).then(|| quote! { impl #marker { #(#fields)* } });
    quote! {
        #mark #docs
        pub enum #marker {}
        impl Register for #marker { type Word = #word; #reset }
        #fields
    }
}

fn field(place: &Place<'_>, item: &FieldItem<'_>, path: &str) -> TokenStream {
    let FieldItem { spec, name, holds } = item;
    let marker = &place.marker;
    let mark = docs::from_spec(&format!("{path}/fields/{}/bits", spec.name));
    let ty = holds.tokens();
    let access = match spec.access {
        Access::ReadWrite => quote!(),
        other => {
            let other = access(other);
            quote!(, #other)
        }
    };
    let (shift, width) = (number(u64::from(spec.shift)), number(u64::from(spec.width)));
    let bits = match spec.width {
        1 => format!("bit {}", spec.shift),
        width => format!("bits {}:{}", spec.shift + (width - 1), spec.shift),
    };
    let mut text = docs::with_note(&spec.doc, &bits);
    if *holds == Holds::Integer(64) && spec.width < 64 {
        text.push_str("\n\nOnly as many bits of a number as the field has are written.");
    }
    let docs = docs::outer(&[&text]);
    quote! { #mark #docs pub const #name: Field<#marker, #ty #access> = Field::new(#shift, #width); }
}

/// The enum of thread states, which has a text form; the others do with `Debug`, since every impl costs compile time.
fn state_enum<'m>(ip: &Ip, map: &'m Map<'_>) -> Option<&'m proc_macro2::Ident> {
    let Some(Engine::MicrocodeDma(engine)) = &ip.engine else { return None };
    match &map.field(&engine.thread_state)?.1.holds {
        Holds::Enum(name) => map.enumeration(name).map(|item| &item.name),
        _ => None,
    }
}

/// What a field holds.
fn enumeration(item: &EnumItem<'_>, with_text: bool) -> TokenStream {
    let EnumItem { spec, name, variants, reserved } = item;
    let mark = docs::from_spec(&format!("enums/{}", spec.name));
    let title = if spec.doc.trim().is_empty() { format!("Values of `{}`.", spec.name) } else { spec.doc.clone() };
    let docs = docs::outer(&[&title]);
    let values: Vec<_> = spec.values.iter().map(|value| number(value.value)).collect();
    let texts: Vec<_> = spec.values.iter().map(|value| words(&value.name)).collect();
    let members = spec.values.iter().zip(variants).map(|(value, variant)| {
        let mark = docs::from_spec(&format!("enums/{}/values/{}", spec.name, value.name));
        let title =
            if value.doc.trim().is_empty() { format!("`{}`: {}.", value.name, value.value) } else { value.doc.clone() };
        let docs = docs::outer(&[&title]);
        quote! { #mark #docs #variant }
    });
    let raw = word(spec.width);
    // Casts to the type a number already has would be warned about.
    let (narrow, widen) = match spec.width {
        33.. => (quote!(other), quote!(other)),
        _ => (quote!(other as #raw), quote!(other as u64)),
    };
    let (open, from, into, show) = match (reserved, variants.split_last()) {
        (Some(reserved), _) => (
            quote! {
                /// The bits of a value without a name.
                #reserved(#raw),
            },
            quote! { #(#values => Self::#variants,)* other => Self::#reserved(#narrow), },
            quote! { Self::#reserved(other) => #widen, },
            quote! { Self::#reserved(other) => return write!(f, "reserved ({other})"), },
        ),
        (None, Some((last, first))) => {
            let firsts = &values[..first.len()];
            (quote!(), quote! { #(#firsts => Self::#first,)* _ => Self::#last, }, quote!(), quote!())
        }
        (None, None) => Default::default(),
    };
    let display = with_text.then(|| {
        quote! {
            impl core::fmt::Display for #name {
                fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                    f.write_str(match self { #(Self::#variants => #texts,)* #show })
                }
            }
        }
    });
    quote! {
        #mark #docs
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum #name { #(#members,)* #open }
        impl<W: Word> FieldValue<W> for #name {
            #[inline(always)]
            fn from_field(bits: u64) -> Self {
                match bits { #from }
            }
            #[inline(always)]
            fn into_field(self) -> u64 {
                match self { #(Self::#variants => #values,)* #into }
            }
        }
        #display
    }
}

/// A name as words: `WaitingForEvent` is `waiting for event`.
fn words(name: &str) -> String {
    use heck::ToSnakeCase;
    name.to_snake_case().replace('_', " ")
}
