//! Instructions that the debug port executes.

use proc_macro2::TokenStream;
use quote::quote;

use super::Parts;
use crate::emit::rust::docs;
use crate::emit::rust::map::{FieldItem, Holds, Place, number, word};

impl<'s, 'a> Parts<'s, 'a> {
    /// `issue`, which has one instruction executed through the debug port.
    pub(super) fn issue(&self) -> Option<TokenStream> {
        let debug = &self.engine.debug;
        let (busy_place, busy) = self.field(&debug.busy)?;
        let busy_constant = &busy_place.constant;
        let is_ready = self.is_clear(quote!(self.bus().read(regs::#busy_constant)), busy_place, busy);
        let first = self.map.place(&debug.first)?;
        let second = self.map.place(&debug.second)?;
        let select = find(first, &debug.thread_select)?;
        let thread = find(first, &debug.thread)?;
        let (select_constant, thread_constant) = (Self::constant(first, select), Self::constant(first, thread));
        let (for_channel, for_manager) = (self.bit(select, true), self.bit(select, false));
        let (select_value, selected) = match select.holds {
            Holds::Bool => (quote!(), quote!(thread.is_some())),
            _ => (quote!(let kind = if thread.is_some() { #for_channel } else { #for_manager };), quote!(kind)),
        };
        let number_type = word(first.register.width);
        let thread_number = match thread.holds {
            Holds::Bounded(_) => quote!(Bounded::saturating(thread.unwrap_or(0).into())),
            Holds::Integer(8) => quote!(thread.unwrap_or(0)),
            Holds::Integer(_) => quote!(thread.unwrap_or(0).into()),
            Holds::Bool | Holds::Enum(_) => quote!(FieldValue::<#number_type>::from_field(thread.unwrap_or(0).into())),
        };
        let longest = number((debug.first_bytes.len() + debug.second_bytes.len()) as u64);
        let first_bytes = (0..debug.first_bytes.len()).collect::<Vec<_>>();
        let second_bytes = (debug.first_bytes.len()..).take(debug.second_bytes.len()).collect::<Vec<_>>();
        let first_stores = stores(first, &debug.first_bytes, &first_bytes)?;
        let second_value = match whole_word(second, &debug.second_bytes) {
            true => {
                let second_bytes = second_bytes.iter().map(|i| number(*i as u64));
                let ty = word(second.register.width);
                quote!(Value::from_word(#ty::from_le_bytes([#(bytes[#second_bytes]),*])))
            }
            false => {
                let stores = stores(second, &debug.second_bytes, &second_bytes)?;
                quote!(Value::zero() #(#stores)*)
            }
        };
        let (first_constant, second_constant) = (&first.constant, &second.constant);
        let (execute_place, execute) = self.field(&debug.execute)?;
        let (execute_constant, execute_field) = (&execute_place.constant, Self::constant(execute_place, execute));
        let go = match &execute.holds {
            Holds::Enum(_) => {
                let value = self.bit(execute, false);
                quote!(Value::zero().with(#execute_field, #value))
            }
            _ => quote!(Value::zero()),
        };
        let mark = docs::from_spec("engine/debug");
        Some(quote! {
            #mark
            /// Does the debug port take an instruction?
            fn is_ready(&self) -> bool {
                #is_ready
            }

            #mark
            /// Have one instruction executed through the debug port, by a channel thread or (`None`) by the manager:
            /// at most `polls` reads until the port is ready, then three writes.
            fn issue(&self, instruction: Instruction, thread: Option<u8>, polls: u32) -> Result<(), Stuck> {
                if !(0..polls).any(|_| self.is_ready()) {
                    return Err(Stuck);
                }
                let mut bytes = [0; #longest];
                for (place, byte) in bytes.iter_mut().zip(instruction.encode().as_bytes()) {
                    *place = *byte;
                }
                #select_value
                let first = Value::zero()
                    .with(#select_constant, #selected)
                    .with(#thread_constant, #thread_number)
                    #(#first_stores)*;
                let second = #second_value;
                let go = #go;
                self.bus().write(regs::#first_constant, first);
                self.bus().write(regs::#second_constant, second);
                self.bus().write(regs::#execute_constant, go);
                Ok(())
            }
        })
    }
}

fn find<'m, 'a>(place: &'m Place<'a>, name: &str) -> Option<&'m FieldItem<'a>> {
    place.fields.iter().find(|field| field.spec.name == name)
}

/// `.with(FIELD, bytes[i])` for each field that takes a byte of the instruction.
fn stores(place: &Place<'_>, names: &[String], bytes: &[usize]) -> Option<Vec<TokenStream>> {
    let store = |(name, byte): (&String, &usize)| {
        let field = find(place, name)?;
        let (constant, at) = (Parts::constant(place, field), number(*byte as u64));
        Some(match field.holds {
            Holds::Integer(8) => quote!(.with(#constant, bytes[#at])),
            _ => {
                let word = word(place.register.width);
                quote!(.with(#constant, FieldValue::<#word>::from_field(bytes[#at].into())))
            }
        })
    };
    names.iter().zip(bytes).map(store).collect()
}

/// Are the fields the bytes of the register, lowest first?
fn whole_word(place: &Place<'_>, names: &[String]) -> bool {
    let is_byte = |(i, name): (usize, &String)| {
        find(place, name).is_some_and(|field| usize::from(field.spec.shift) == 8 * i && field.spec.width == 8)
    };
    names.len() * 8 == usize::from(place.register.width) && names.iter().enumerate().all(is_byte)
}
