//! Thread states and faults as those of the runtime.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{Parts, table_name};
use crate::emit::rust::docs;
use crate::emit::rust::map::{Holds, number};
use crate::emit::rust::scope::ident;
use crate::lower::Cause;

impl<'s, 'a> Parts<'s, 'a> {
    /// The function that maps the hardware's thread states to the runtime's.
    pub(super) fn states(&self) -> Option<TokenStream> {
        let (_, field) = self.field(&self.engine.thread_state)?;
        let mark = docs::from_spec("engine/thread/states");
        let Holds::Enum(name) = &field.holds else { return None };
        let kind = self.map.enumeration(name)?;
        let name = &kind.name;
        let mut seen = 0;
        let arms: Vec<_> = self
            .engine
            .states
            .iter()
            .filter_map(|(runtime, values)| {
                let variants: Vec<_> = values.iter().filter_map(|value| kind.named(value)).collect();
                seen += variants.len();
                let runtime = ident(runtime);
                (!variants.is_empty()).then(|| quote!(#(regs::#name::#variants)|* => dma::ThreadState::#runtime,))
            })
            .collect();
        let whole = seen == kind.variants.len() && kind.reserved.is_none();
        let rest = match &kind.reserved {
            Some(reserved) if seen == kind.variants.len() => {
                quote!(regs::#name::#reserved(_) => dma::ThreadState::Reserved,)
            }
            _ if whole => quote!(),
            _ => quote!(_ => dma::ThreadState::Reserved,),
        };
        Some(quote! {
            #mark
            /// What the engine tells apart.
            const fn state(state: regs::#name) -> dma::ThreadState {
                match state { #(#arms)* #rest }
            }
        })
    }

    /// The tables of fault bits, and the function that reads a fault register with one.
    pub(super) fn faults(&self) -> Option<TokenStream> {
        let mut tables = Vec::new();
        let mut done: Vec<Ident> = Vec::new();
        for path in [&self.engine.thread_fault, &self.engine.manager_fault] {
            let place = self.map.place(&path.register)?;
            let name = table_name(place);
            if done.contains(&name) {
                continue;
            }
            done.push(name.clone());
            let rows: Vec<_> = place
                .fields
                .iter()
                .filter_map(|field| {
                    let cause = cause(field.spec.fault.as_ref()?.cause);
                    let bit = number(field.spec.shift.into());
                    Some(quote!((#bit, FaultCause::#cause)))
                })
                .collect();
            let count = number(rows.len() as u64);
            let mark = docs::from_spec(&place.spec_path());
            let docs = docs::outer(&[&format!("Bits of `{}` and what each says.", place.dotted())]);
            tables.push(quote! {
                #mark #docs
                const #name: [(u8, FaultCause); #count] = [#(#rows),*];
            });
        }
        Some(quote! {
            #(#tables)*

            /// The causes whose bits are set.
            fn causes(table: &[(u8, FaultCause)], word: u32) -> FaultCauses {
                let set = table.iter().filter(|(bit, _)| word & (1 << bit) != 0);
                set.fold(FaultCauses::NONE, |causes, (_, cause)| causes.with(*cause))
            }
        })
    }
}

fn cause(cause: Cause) -> Ident {
    ident(match cause {
        Cause::UndefinedInstruction => "UndefinedInstruction",
        Cause::InvalidOperand => "InvalidOperand",
        Cause::StartSecurity => "StartSecurity",
        Cause::EventSecurity => "EventSecurity",
        Cause::PeripheralSecurity => "PeripheralSecurity",
        Cause::AccessSecurity => "AccessSecurity",
        Cause::FifoOverflow => "FifoOverflow",
        Cause::FifoUnderflow => "FifoUnderflow",
        Cause::InstructionFetch => "InstructionFetch",
        Cause::DataWrite => "DataWrite",
        Cause::DataRead => "DataRead",
        Cause::Lockup => "Lockup",
        Cause::DebugInstruction => "DebugInstruction",
    })
}
