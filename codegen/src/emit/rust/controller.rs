//! `controller.rs`: the runtime's `Controller` over the registers of a microcoded DMA controller.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::device::bus;
use super::docs;
use super::imports::mmio;
use super::instruction::{Holds as OperandHolds, Item, Set};
use super::map::{FieldItem, Holds, Map, Place, number, word};
use super::microcode::{build, operand};
use super::print;
use super::scope::ident;
use crate::emit::Generated;
use crate::lower::{Cause, IdentifyField, IdentifyUnit, Ip, MicrocodeDma, PathTo, Role};

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
    fn field(&self, path: &PathTo) -> Option<(&'s Place<'a>, &'s FieldItem<'a>)> {
        self.map.field(path)
    }

    /// `regs::Cr0::NUM_CHNLS`
    fn constant(place: &Place<'_>, field: &FieldItem<'_>) -> TokenStream {
        let (marker, name) = (&place.marker, &field.name);
        quote!(regs::#marker::#name)
    }

    /// The place of a register; in an array, of the thread that a variable `thread` names.
    fn at(place: &Place<'_>) -> Option<TokenStream> {
        let constant = &place.constant;
        match place.dimensions.len() {
            0 => Some(quote!(regs::#constant)),
            1 => Some(quote!(regs::#constant.at(Bounded::saturating(thread.into())))),
            _ => None,
        }
    }

    /// Is the one bit of `field`, read from the value `value`, set?
    fn is_set(&self, value: TokenStream, place: &Place<'_>, field: &FieldItem<'_>) -> TokenStream {
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
    fn is_clear(&self, value: TokenStream, place: &Place<'_>, field: &FieldItem<'_>) -> TokenStream {
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
    fn bit(&self, field: &FieldItem<'_>, set: bool) -> TokenStream {
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
    fn number(&self, value: &Ident, place: &Place<'_>, field: &FieldItem<'_>) -> (TokenStream, u8) {
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

    fn capabilities(&self) -> Option<TokenStream> {
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

    /// `issue`, which has one instruction executed through the debug port.
    fn issue(&self) -> Option<TokenStream> {
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

    /// A register or field read as a `u32`.
    fn read_number(&self, path: &PathTo) -> Option<TokenStream> {
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
    fn write_number(&self, path: &PathTo) -> Option<TokenStream> {
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

    /// The function that maps the hardware's thread states to the runtime's.
    fn states(&self) -> Option<TokenStream> {
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
    fn faults(&self) -> Option<TokenStream> {
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

/// Name of the table of a fault register's bits.
fn table_name(place: &Place<'_>) -> Ident {
    ident(&format!("{}_BITS", crate::names::const_path(place.path.iter().copied())))
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
