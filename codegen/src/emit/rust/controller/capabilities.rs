//! What a controller can do, as it says itself.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Parts;
use crate::emit::rust::map::{FieldItem, Place, number, word};
use crate::emit::rust::scope::ident;
use crate::lower::{IdentifyField, IdentifyUnit};

impl<'s, 'a> Parts<'s, 'a> {
    pub(super) fn capabilities(&self) -> Option<TokenStream> {
        let identify = &self.engine.identify;
        let fields: [(&str, &IdentifyField, u8); 6] = [
            ("threads", &identify.threads, 8),
            ("events", &identify.events, 8),
            ("requests", &identify.requests, 8),
            ("bus_bytes", &identify.bus, 8),
            ("fifo_lines", &identify.fifo_lines, 16),
            ("icache_line", &identify.icache_line, 8),
        ];
        // Each register is read once.
        let mut reads: Vec<(&Place<'_>, Ident)> = Vec::new();
        let mut local = |place: &'s Place<'a>| -> Ident {
            if let Some((_, name)) = reads.iter().find(|(known, _)| known.path == place.path) {
                return name.clone();
            }
            let name = ident(&crate::names::value_name(&place.path.join("_")));
            reads.push((place, name.clone()));
            name
        };
        let mut values = Vec::new();
        for (name, identify, bits) in fields {
            let (place, field) = self.field(&identify.field)?;
            let variable = local(place);
            let (value, width) = self.number(&variable, place, field);
            let value = self.scaled(value, width, field, identify, bits);
            let value = match &identify.condition {
                None => value,
                Some(condition) => {
                    let (place, field) = self.field(condition)?;
                    let variable = local(place);
                    let condition = self.is_set(quote!(#variable), place, field);
                    quote!(if #condition { #value } else { 0 })
                }
            };
            let name = ident(name);
            values.push(quote!(#name: #value));
        }
        let (place, field) = self.field(&identify.non_secure)?;
        let variable = local(place);
        let non_secure = self.is_set(quote!(#variable), place, field);
        let reads = reads.iter().map(|(place, name)| {
            let constant = &place.constant;
            quote!(let #name = self.bus().read(regs::#constant);)
        });
        Some(quote! {
            fn capabilities(&self) -> Capabilities {
                #(#reads)*
                Capabilities { #(#values,)* non_secure: #non_secure }
            }
        })
    }

    /// A number that the hardware reports, as an unsigned integer of `bits` bits.
    fn scaled(
        &self,
        value: TokenStream,
        width: u8,
        field: &FieldItem<'_>,
        identify: &IdentifyField,
        bits: u8,
    ) -> TokenStream {
        let ty = word(bits);
        let largest = 1u64.checked_shl(field.spec.width.into()).map_or(u64::MAX, |n| n - 1);
        match identify.unit {
            IdentifyUnit::Log2Bytes => match largest < u64::from(bits) {
                true => quote!(1 << #value),
                // A size that no bus has counts as none.
                false => quote!(u32::try_from(#value).ok().and_then(|n| (1 as #ty).checked_shl(n)).unwrap_or(0)),
            },
            IdentifyUnit::Count => {
                let plus = (identify.bias > 0).then(|| {
                    let bias = number(identify.bias.into());
                    quote!(+ #bias)
                });
                let fits = largest.saturating_add(identify.bias.into()) < 1 << bits;
                match (fits, width == bits) {
                    (true, true) => quote!(#value #plus),
                    (true, false) if width < bits => quote!(#ty::from(#value) #plus),
                    (true, false) => quote!(#value as #ty #plus),
                    (false, _) => {
                        let bias = number(identify.bias.into());
                        quote!(#ty::try_from(u64::from(#value) + #bias).unwrap_or(#ty::MAX))
                    }
                }
            }
        }
    }
}
