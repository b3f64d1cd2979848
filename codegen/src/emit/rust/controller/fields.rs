//! Registers and fields in expressions.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Parts;
use crate::emit::rust::map::{FieldItem, Holds, Place, number, word};
use crate::lower::PathTo;

impl<'s, 'a> Parts<'s, 'a> {
    pub(super) fn field(&self, path: &PathTo) -> Option<(&'s Place<'a>, &'s FieldItem<'a>)> {
        self.map.field(path)
    }

    /// `regs::Cr0::NUM_CHNLS`
    pub(super) fn constant(place: &Place<'_>, field: &FieldItem<'_>) -> TokenStream {
        let (marker, name) = (&place.marker, &field.name);
        quote!(regs::#marker::#name)
    }

    /// The place of a register; in an array, of the thread that a variable `thread` names.
    pub(super) fn at(place: &Place<'_>) -> Option<TokenStream> {
        let constant = &place.constant;
        match place.dimensions.len() {
            0 => Some(quote!(regs::#constant)),
            1 => Some(quote!(regs::#constant.at(Bounded::saturating(thread.into())))),
            _ => None,
        }
    }

    /// Is the one bit of `field`, read from the value `value`, set?
    pub(super) fn is_set(&self, value: TokenStream, place: &Place<'_>, field: &FieldItem<'_>) -> TokenStream {
        let constant = Self::constant(place, field);
        match &field.holds {
            Holds::Bool => quote!(#value.get(#constant)),
            Holds::Integer(_) => quote!(#value.get(#constant) != 0),
            Holds::Bounded(_) => quote!(#value.get(#constant).get() != 0),
            Holds::Enum(name) => match self.map.enumeration(name).and_then(|item| Some((&item.name, item.variant(1)?)))
            {
                Some((name, variant)) if field.spec.width == 1 => {
                    quote!(#value.get(#constant) == regs::#name::#variant)
                }
                _ => {
                    let word = word(place.register.width);
                    quote!(FieldValue::<#word>::into_field(#value.get(#constant)) != 0)
                }
            },
        }
    }

    /// Is the one bit of `field`, read from the value `value`, clear?
    pub(super) fn is_clear(&self, value: TokenStream, place: &Place<'_>, field: &FieldItem<'_>) -> TokenStream {
        let constant = Self::constant(place, field);
        let zero = match &field.holds {
            Holds::Bool => return quote!(!#value.get(#constant)),
            Holds::Integer(_) => return quote!(#value.get(#constant) == 0),
            Holds::Bounded(_) => return quote!(#value.get(#constant).get() == 0),
            Holds::Enum(name) => self.map.enumeration(name).and_then(|item| Some((&item.name, item.variant(0)?))),
        };
        match zero {
            Some((name, variant)) => quote!(#value.get(#constant) == regs::#name::#variant),
            None => {
                let set = self.is_set(value, place, field);
                quote!(!(#set))
            }
        }
    }

    /// A value of `field` for a one (`true`) or a zero.
    pub(super) fn bit(&self, field: &FieldItem<'_>, set: bool) -> TokenStream {
        match &field.holds {
            Holds::Bool => quote!(#set),
            Holds::Integer(_) => number(set.into()),
            Holds::Bounded(_) => {
                let value = number(set.into());
                quote!(Bounded::saturating(#value))
            }
            Holds::Enum(name) => {
                match self.map.enumeration(name).and_then(|item| Some((&item.name, item.variant(set.into())?))) {
                    Some((name, variant)) => quote!(regs::#name::#variant),
                    None => {
                        let value = number(set.into());
                        quote!(FieldValue::<u32>::from_field(#value))
                    }
                }
            }
        }
    }

    /// The number in `field` as an expression, and the bits of its type.
    pub(super) fn number(&self, value: &Ident, place: &Place<'_>, field: &FieldItem<'_>) -> (TokenStream, u8) {
        let constant = Self::constant(place, field);
        match &field.holds {
            Holds::Bool => (quote!(u32::from(#value.get(#constant))), 32),
            Holds::Integer(width) => (quote!(#value.get(#constant)), *width),
            Holds::Bounded(_) => (quote!(#value.get(#constant).get()), 32),
            Holds::Enum(_) => {
                let word = word(place.register.width);
                (quote!(FieldValue::<#word>::into_field(#value.get(#constant))), 64)
            }
        }
    }

    /// A register or field read as a `u32`.
    pub(super) fn read_number(&self, path: &PathTo) -> Option<TokenStream> {
        let place = self.map.place(&path.register)?;
        let at = Self::at(place)?;
        let read = quote!(self.bus().read(#at));
        if path.field.is_none() {
            return Some(match place.register.width {
                32 => quote!(#read.word()),
                64 => quote!(#read.word() as u32),
                _ => quote!(#read.word().into()),
            });
        }
        let (_, field) = self.field(path)?;
        let constant = Self::constant(place, field);
        Some(match &field.holds {
            Holds::Integer(32) => quote!(#read.get(#constant)),
            Holds::Integer(64) => quote!(#read.get(#constant) as u32),
            Holds::Integer(_) | Holds::Bool => quote!(#read.get(#constant).into()),
            Holds::Bounded(_) => quote!(#read.get(#constant).get()),
            Holds::Enum(_) => {
                let word = word(place.register.width);
                quote!(FieldValue::<#word>::into_field(#read.get(#constant)) as u32)
            }
        })
    }

    /// A write of the `u32` variable `events`.
    pub(super) fn write_number(&self, path: &PathTo) -> Option<TokenStream> {
        let place = self.map.place(&path.register)?;
        let constant = &place.constant;
        let value = match &path.field {
            None => match place.register.width {
                32 => quote!(Value::from_word(events)),
                64 => quote!(Value::from_word(events.into())),
                width => {
                    let ty = word(width);
                    quote!(Value::from_word(events as #ty))
                }
            },
            Some(_) => {
                let (_, field) = self.field(path)?;
                let name = Self::constant(place, field);
                match field.holds {
                    Holds::Integer(32) => quote!(Value::zero().with(#name, events)),
                    _ => {
                        let word = word(place.register.width);
                        quote!(Value::zero().with(#name, FieldValue::<#word>::from_field(events.into())))
                    }
                }
            }
        };
        Some(quote!(self.bus().write(regs::#constant, #value);))
    }
}
