//! `controller.rs`: the runtime's `Controller` over the registers of a microcoded DMA controller.

mod capabilities;
mod fields;
mod issue;
mod states;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::emit::Generated;
use crate::emit::rust::device::bus;
use crate::emit::rust::docs;
use crate::emit::rust::imports::mmio;
use crate::emit::rust::instruction::{Holds as OperandHolds, Item, Set};
use crate::emit::rust::map::{Map, Place, number};
use crate::emit::rust::microcode::{build, operand};
use crate::emit::rust::print;
use crate::emit::rust::scope::ident;
use crate::lower::{Ip, MicrocodeDma, PathTo, Role};

/// The file; `None` when the engine names something that is not there, which the rules have reported.
pub(super) fn emit(ip: &Ip, map: &Map<'_>, set: &Set<'_>, engine: &MicrocodeDma, name: &Ident) -> Option<Generated> {
    let file_docs = docs::inner(&[&format!("The `{}` as a controller that the runtime's DMA engine drives.", ip.name)]);
    let parts = Parts { map, set, engine };
    let bus = bus(map);
    let capabilities = parts.capabilities()?;
    let issue = parts.issue()?;
    let methods = parts.methods()?;
    let states = parts.states()?;
    let faults = parts.faults()?;
    let max_threads = number(u64::from(map.place(&engine.thread_state.register)?.count().min(255)));
    let body = quote! {
        impl<B: #bus + Sync + 'static> Controller for #name<B> {
            type Isa = Microcode;
            const MAX_THREADS: u8 = #max_threads;
            #capabilities
            #methods
        }

        impl<B: #bus> #name<B> {
            #issue
        }

        #states
        #faults
    };
    let mmio = mmio(&body);
    print::file(
        &ip.file,
        quote! {
            #file_docs
            use linkwright::dma::{self, Capabilities, Controller, FaultCause, FaultCauses, Position, Stuck};
            use linkwright::microcode::Side;
            #mmio
            use super::device::#name;
            use super::instruction::Instruction;
            use super::microcode::Microcode;
            use super::regs;
            #body
        },
    )
    .into()
}

struct Parts<'s, 'a> {
    map: &'s Map<'a>,
    set: &'s Set<'a>,
    engine: &'s MicrocodeDma,
}

impl<'s, 'a> Parts<'s, 'a> {
    fn role(&self, wanted: impl Fn(&Role) -> bool) -> Option<(&'s Item<'a>, &'s Role)> {
        self.set.items.iter().find_map(|item| Some((item, item.spec.roles.iter().find(|role| wanted(role))?)))
    }

    /// An operand set from the `u8` variable `variable`; a number too large becomes the largest.
    fn saturated(&self, item: &Item<'_>, name: &str, variable: &str) -> Option<(Ident, TokenStream)> {
        let held = operand(item, name)?;
        let variable = ident(variable);
        let value = match held.holds {
            OperandHolds::Bool => quote!(#variable != 0),
            OperandHolds::Integer(8) => quote!(#variable),
            OperandHolds::Integer(_) => quote!(#variable.into()),
            OperandHolds::Bounded { .. } => quote!(Bounded::saturating(#variable.into())),
            OperandHolds::Enum(_) => return None,
        };
        Some((held.name.clone(), value))
    }

    fn methods(&self) -> Option<TokenStream> {
        let engine = self.engine;
        let (go, Role::Start { thread, address, non_secure }) = self.role(|role| matches!(role, Role::Start { .. }))?
        else {
            return None;
        };
        let program = operand(go, address)?;
        let secure = operand(go, non_secure)?;
        let start = build(
            self.set,
            go,
            &[
                self.saturated(go, thread, "thread")?,
                (program.name.clone(), quote!(program)),
                (secure.name.clone(), quote!(non_secure)),
            ],
        );
        let (kill, _) = self.role(|role| matches!(role, Role::Kill))?;
        let kill = build(self.set, kill, &[]);
        let (send, Role::SendEvent { event }) = self.role(|role| matches!(role, Role::SendEvent { .. }))? else {
            return None;
        };
        let send = build(self.set, send, &[self.saturated(send, event, "event")?]);

        let (state_place, state_field) = self.field(&engine.thread_state)?;
        let (state_at, state_constant) = (Self::at(state_place)?, Self::constant(state_place, state_field));
        let register = |path: &PathTo| Some((self.map.place(&path.register)?, self.read_number(path)?));
        let (_, source) = register(&engine.thread_source)?;
        let (_, destination) = register(&engine.thread_destination)?;
        let (_, pc) = register(&engine.thread_pc)?;
        let (_, faulting) = register(&engine.faulting_threads)?;
        let (_, interrupts) = register(&engine.interrupt_status)?;
        let fault_place = self.map.place(&engine.thread_fault.register)?;
        let fault_at = Self::at(fault_place)?;
        let manager_place = self.map.place(&engine.manager_fault.register)?;
        let manager_at = &manager_place.constant;
        let (flag_place, flag) = self.field(&engine.manager_faulting)?;
        let flag_at = &flag_place.constant;
        let manager_faults = self.is_set(quote!(self.bus().read(regs::#flag_at)), flag_place, flag);
        let (fault_table, manager_table) = (table_name(fault_place), table_name(manager_place));
        let enable = self.write_number(&engine.interrupt_enable)?;
        let clear = self.write_number(&engine.interrupt_clear)?;
        let wide = |place: &Place<'_>, value: TokenStream| {
            if place.register.width == 32 { value } else { quote!((#value).into()) }
        };
        let fault_word = wide(fault_place, quote!(self.bus().read(#fault_at).word()));
        let manager_word = wide(manager_place, quote!(self.bus().read(regs::#manager_at).word()));
        Some(quote! {
            fn start(&self, thread: u8, program: u32, non_secure: bool, polls: u32) -> Result<(), Stuck> {
                self.issue(#start, None, polls)
            }

            fn kill(&self, thread: u8, polls: u32) -> Result<(), Stuck> {
                self.issue(#kill, Some(thread), polls)
            }

            fn kill_manager(&self, polls: u32) -> Result<(), Stuck> {
                self.issue(#kill, None, polls)
            }

            fn send_event(&self, event: u8, polls: u32) -> Result<(), Stuck> {
                self.issue(#send, None, polls)
            }

            fn is_busy(&self) -> bool {
                !self.is_ready()
            }

            fn state(&self, thread: u8) -> dma::ThreadState {
                let status = self.bus().read(#state_at);
                state(status.get(#state_constant))
            }

            fn position(&self, thread: u8) -> Position {
                Position { source: #source, destination: #destination, pc: #pc }
            }

            fn address(&self, thread: u8, side: Side) -> u32 {
                match side {
                    Side::Source => #source,
                    Side::Destination => #destination,
                }
            }

            fn faulting(&self) -> u32 {
                #faulting
            }

            fn fault(&self, thread: u8) -> FaultCauses {
                causes(&#fault_table, #fault_word)
            }

            fn manager_fault(&self) -> Option<FaultCauses> {
                if #manager_faults {
                    Some(causes(&#manager_table, #manager_word))
                } else {
                    None
                }
            }

            fn interrupts(&self) -> u32 {
                #interrupts
            }

            fn clear_interrupts(&self, events: u32) {
                #clear
            }

            fn enable_interrupts(&self, events: u32) {
                #enable
            }
        })
    }
}

/// Name of the table of a fault register's bits.
fn table_name(place: &Place<'_>) -> Ident {
    ident(&format!("{}_BITS", crate::names::const_path(place.path.iter().copied())))
}
