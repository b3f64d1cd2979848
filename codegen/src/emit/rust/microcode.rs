//! `microcode.rs`: the planner's operations as instructions.

use std::collections::BTreeMap;

use heck::ToSnakeCase;
use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::docs;
use super::imports::{import, mentions};
use super::instruction::{EnumOperand, Holds, Item, OperandItem, Set};
use super::map::{Map, number, word};
use super::print;
use super::scope::ident;
use crate::emit::Generated;
use crate::lower::{Ip, MicrocodeDma, OperandKind, Role, SideFields};

/// What the file may use of `linkwright::microcode`.
const NAMES: [&str; 9] = ["Control", "Encoded", "Isa", "Limits", "Op", "RequestKind", "Side", "Unencodable", "When"];

/// The file.
pub(super) fn emit(ip: &Ip, map: &Map<'_>, set: &Set<'_>, engine: &MicrocodeDma) -> Generated {
    let docs = docs::inner(&[&format!("The operations of the planner as instructions of the `{}`.", ip.name)]);
    let mut operations = Operations { set, conversions: BTreeMap::new() };
    let arms = operations.arms();
    let conversions = operations.conversions.into_values();
    let limits = limits(engine);
    let (argument, control, place) = match control(map, engine) {
        Some((control, place)) => (ident("control"), control, place),
        None => (ident("_control"), quote!(0), quote!()),
    };
    let body = quote! {
        /// The instruction set, as the planner sees it.
        #[derive(Debug)]
        pub enum Microcode {}

        impl Isa for Microcode {
            #limits

            fn encode(op: Op) -> Result<Encoded, Unencodable> {
                match instruction(op) {
                    Some(instruction) => Ok(instruction.encode()),
                    None => Err(Unencodable(op)),
                }
            }

            fn control(#argument: &Control) -> u32 {
                #control
            }

            fn disassemble(bytes: &[u8], out: &mut dyn core::fmt::Write) -> Option<usize> {
                let (instruction, length) = Instruction::decode(bytes).ok()?;
                write!(out, "{instruction}").ok()?;
                Some(length)
            }
        }

        /// The instruction that carries out an operation, if there is one that can hold its numbers.
        fn instruction(op: Op) -> Option<Instruction> {
            let instruction = match op { #arms };
            Some(instruction)
        }

        #(#conversions)*
        #place
    };
    let runtime = import(&quote!(linkwright::microcode), &NAMES, &body);
    let mmio = import(&quote!(linkwright::mmio), &["Access", "Bounded", "Field", "FieldValue"], &body);
    let regs = mentions(&body, "regs").then(|| {
        quote!(
            use super::regs;
        )
    });
    let own = if mentions(&body, "instruction") && body_names_module(&body) {
        quote!(
            use super::instruction::{self, Instruction};
        )
    } else {
        quote!(
            use super::instruction::Instruction;
        )
    };
    print::file(&ip.file, quote! { #docs #runtime #mmio #own #regs #body })
}

/// Does the body name `instruction::…`, and not only a variable of that name?
fn body_names_module(body: &TokenStream) -> bool {
    body.to_string().contains("instruction ::")
}

fn limits(engine: &MicrocodeDma) -> TokenStream {
    let mark = docs::from_spec("engine/limits");
    let [burst, beat, iterations, counters, jump] = [
        engine.limit_burst.into(),
        engine.limit_beat.into(),
        engine.limit_iterations.into(),
        engine.limit_counters.into(),
        engine.limit_jump.into(),
    ]
    .map(number);
    quote! {
        #mark
        const LIMITS: Limits = Limits {
            burst: #burst, beat: #beat, iterations: #iterations, counters: #counters, jump: #jump,
        };
    }
}

/// Makes the arms of the encoder, and the functions that they need.
struct Operations<'s, 'a> {
    set: &'s Set<'a>,
    /// By enum and what it is made from.
    conversions: BTreeMap<(String, &'static str), TokenStream>,
}

impl<'s, 'a> Operations<'s, 'a> {
    fn arms(&mut self) -> TokenStream {
        /// How an operation is written in a pattern, and which roles may carry it out.
        type Row = (&'static str, &'static [&'static str]);
        const OPERATIONS: [Row; 20] = [
            ("SetAddress", &["side", "address"]),
            ("AddAddress", &["side", "amount"]),
            ("SubtractAddress", &["side", "amount"]),
            ("SetControl", &["word"]),
            ("Load", &["when"]),
            ("LoadPeripheral", &["when", "peripheral"]),
            ("Store", &["when"]),
            ("StorePeripheral", &["when", "peripheral"]),
            ("StoreZero", &[]),
            ("Loop", &["counter", "iterations"]),
            ("LoopEnd", &["counter", "when", "jump"]),
            ("LoopForeverEnd", &["when", "jump"]),
            ("ReadBarrier", &[]),
            ("WriteBarrier", &[]),
            ("SendEvent", &["event"]),
            ("WaitEvent", &["event", "invalidate"]),
            ("WaitPeripheral", &["kind", "peripheral"]),
            ("FlushPeripheral", &["peripheral"]),
            ("Nop", &[]),
            ("End", &[]),
        ];
        let set = self.set;
        let roles: Vec<_> =
            set.items.iter().flat_map(|item| item.spec.roles.iter().map(move |role| (item, role))).collect();
        let mut arms = Vec::new();
        let mut missing = Vec::new();
        for (name, parts) in OPERATIONS {
            let found = roles.iter().find_map(|(item, role)| Some((*item, self.instruction(name, item, role)?)));
            let operation = ident(name);
            let parts: Vec<Ident> = parts.iter().map(|part| ident(part)).collect();
            let Some((item, instruction)) = found else {
                missing.push(if parts.is_empty() { quote!(Op::#operation) } else { quote!(Op::#operation(..)) });
                continue;
            };
            let mark = docs::from_spec(&format!("instructions/set/{}/role", item.spec.name));
            if name == "SubtractAddress" {
                arms.push(quote! { #mark Op::SubtractAddress(_, 0) => return None, });
            }
            let pattern = if parts.is_empty() { quote!(Op::#operation) } else { quote!(Op::#operation(#(#parts),*)) };
            arms.push(quote! { #mark #pattern => #instruction, });
        }
        let rest = (!missing.is_empty()).then(|| quote! { #(#missing)|* => return None, });
        quote!(#(#arms)* #rest)
    }

    /// The instruction for an operation, if this role is the one.
    fn instruction(&mut self, operation: &str, item: &Item<'a>, role: &Role) -> Option<TokenStream> {
        let parts = match (operation, role) {
            ("SetAddress", Role::SetAddress { target, value, source, destination }) => {
                vec![self.side(item, target, source, destination)?, self.number(item, value, "address", 32)?]
            }
            ("AddAddress", Role::AddAddress { side, amount, source, destination }) => {
                vec![self.side(item, side, source, destination)?, self.number(item, amount, "amount", 16)?]
            }
            ("SubtractAddress", Role::SubtractAddress { side, amount, source, destination }) => {
                // The operand holds the two's complement of the amount.
                let held = operand(item, amount)?;
                let complement = match held.holds {
                    Holds::Integer(16) => quote!(amount.wrapping_neg()),
                    Holds::Integer(32) => quote!(u32::from(amount).wrapping_neg()),
                    _ => return None,
                };
                vec![self.side(item, side, source, destination)?, (held.name.clone(), complement)]
            }
            ("SetControl", Role::SetControl { target, value, control }) => {
                let (held, kind) = self.enumeration(item, target)?;
                let (name, variant) = (&kind.name, kind.named(control)?);
                vec![(held, quote!(instruction::#name::#variant)), self.number(item, value, "word", 32)?]
            }
            ("Load", Role::Load { when }) | ("Store", Role::Store { when }) => vec![self.when(item, when)?],
            ("LoadPeripheral", Role::LoadPeripheral { when, peripheral })
            | ("StorePeripheral", Role::StorePeripheral { when, peripheral }) => {
                vec![self.when(item, when)?, self.number(item, peripheral, "peripheral", 8)?]
            }
            ("Loop", Role::Loop { counter, iterations }) => {
                vec![self.number(item, counter, "counter", 8)?, self.number(item, iterations, "iterations", 16)?]
            }
            ("LoopEnd", Role::LoopEnd { counter, when, jump }) => vec![
                self.number(item, counter, "counter", 8)?,
                self.when(item, when)?,
                self.number(item, jump, "jump", 8)?,
            ],
            ("LoopForeverEnd", Role::LoopForeverEnd { when, jump }) => {
                vec![self.when(item, when)?, self.number(item, jump, "jump", 8)?]
            }
            ("SendEvent", Role::SendEvent { event }) => vec![self.number(item, event, "event", 8)?],
            ("WaitEvent", Role::WaitEvent { event, invalidate }) => {
                let flag = operand(item, invalidate)?;
                let value = if flag.holds == Holds::Bool { quote!(invalidate) } else { return None };
                vec![self.number(item, event, "event", 8)?, (flag.name.clone(), value)]
            }
            ("WaitPeripheral", Role::WaitPeripheral { kind, peripheral }) => {
                vec![self.request(item, kind)?, self.number(item, peripheral, "peripheral", 8)?]
            }
            ("FlushPeripheral", Role::FlushPeripheral { peripheral }) => {
                vec![self.number(item, peripheral, "peripheral", 8)?]
            }
            ("StoreZero", Role::StoreZero)
            | ("ReadBarrier", Role::ReadBarrier)
            | ("WriteBarrier", Role::WriteBarrier)
            | ("Nop", Role::Nop)
            | ("End", Role::End) => Vec::new(),
            _ => return None,
        };
        Some(build(self.set, item, &parts))
    }

    /// An operand that holds a number of the operation.
    fn number(&self, item: &Item<'a>, name: &str, variable: &str, bits: u8) -> Option<(Ident, TokenStream)> {
        let held = operand(item, name)?;
        let variable = ident(variable);
        let value = match held.holds {
            Holds::Bool => return None,
            Holds::Integer(width) if width == bits => quote!(#variable),
            Holds::Integer(width) if width > bits => quote!(#variable.into()),
            Holds::Integer(width) => {
                let ty = word(width);
                quote!(#ty::try_from(#variable).ok()?)
            }
            Holds::Bounded { .. } if bits == 32 => quote!(Bounded::new(#variable)?),
            Holds::Bounded { .. } => quote!(Bounded::new(#variable.into())?),
            Holds::Enum(index) => {
                let EnumOperand { name, width, .. } = &self.set.enums[index];
                match (*width <= 8, bits) {
                    (true, 8) => quote!(instruction::#name::from_bits(#variable)?),
                    _ => return None,
                }
            }
        };
        // `field: field` is written short.
        Some((held.name.clone(), value))
    }

    /// An operand that is an enum.
    fn enumeration(&self, item: &Item<'a>, name: &str) -> Option<(Ident, &'s EnumOperand<'a>)> {
        let held = operand(item, name)?;
        let Holds::Enum(index) = held.holds else { return None };
        Some((held.name.clone(), &self.set.enums[index]))
    }

    fn side(&mut self, item: &Item<'a>, name: &str, source: &str, destination: &str) -> Option<(Ident, TokenStream)> {
        self.convert(item, name, "Side", "side", &[("Source", source), ("Destination", destination)])
    }

    fn when(&mut self, item: &Item<'a>, name: &str) -> Option<(Ident, TokenStream)> {
        self.convert(item, name, "When", "when", &[("Always", "Always"), ("Single", "Single"), ("Burst", "Burst")])
    }

    fn request(&mut self, item: &Item<'a>, name: &str) -> Option<(Ident, TokenStream)> {
        let values = [("Single", "Single"), ("Burst", "Burst"), ("Peripheral", "Peripheral")];
        self.convert(item, name, "RequestKind", "kind", &values)
    }

    /// An operand that is an enum, made from one of the runtime's by a function.
    fn convert(
        &mut self,
        item: &Item<'a>,
        name: &str,
        from: &'static str,
        variable: &str,
        values: &[(&str, &str)],
    ) -> Option<(Ident, TokenStream)> {
        let (held, kind) = self.enumeration(item, name)?;
        let (ty, from_type, variable) = (&kind.name, ident(from), ident(variable));
        let function = ident(&format!("{}_of_{variable}", ty.to_string().to_snake_case().trim_start_matches('_')));
        let pairs: Vec<(Ident, Option<&Ident>)> =
            values.iter().map(|(ours, theirs)| (ident(ours), kind.named(theirs))).collect();
        let total = pairs.iter().all(|(_, theirs)| theirs.is_some());
        let arms = pairs.iter().filter_map(|(ours, theirs)| {
            let theirs = theirs.as_ref()?;
            let value = quote!(instruction::#ty::#theirs);
            Some(if total { quote!(#from_type::#ours => #value,) } else { quote!(#from_type::#ours => Some(#value),) })
        });
        let lacking: Vec<_> = pairs.iter().filter(|(_, theirs)| theirs.is_none()).map(|(ours, _)| ours).collect();
        let (result, none) = match total {
            true => (quote!(instruction::#ty), quote!()),
            false => (quote!(Option<instruction::#ty>), quote!(#(#from_type::#lacking)|* => None,)),
        };
        let key = (ty.to_string(), from);
        self.conversions.entry(key).or_insert_with(|| {
            quote! {
                const fn #function(#variable: #from_type) -> #result {
                    match #variable { #(#arms)* #none }
                }
            }
        });
        let value = if total { quote!(#function(#variable)) } else { quote!(#function(#variable)?) };
        Some((held, value))
    }
}

/// The operand that a role names.
pub(super) fn operand<'s, 'a>(item: &'s Item<'a>, name: &str) -> Option<&'s OperandItem<'a>> {
    item.operands.iter().find(|operand| operand.spec.name == name)
}

/// An instruction with these operands; those that no role names get the least value they can have.
pub(super) fn build(set: &Set<'_>, item: &Item<'_>, parts: &[(Ident, TokenStream)]) -> TokenStream {
    let variant = &item.variant;
    if item.operands.is_empty() {
        return quote!(Instruction::#variant);
    }
    let fields = item.operands.iter().map(|operand| {
        let name = &operand.name;
        match parts.iter().find(|(part, _)| part == name) {
            Some((_, value)) if *name == value.to_string() => quote!(#name),
            Some((_, value)) => quote!(#name: #value),
            None => {
                let least = least(set, operand);
                quote!(#name: #least)
            }
        }
    });
    quote!(Instruction::#variant { #(#fields),* })
}

fn least(set: &Set<'_>, operand: &OperandItem<'_>) -> TokenStream {
    match (&operand.holds, &operand.spec.kind) {
        (Holds::Bool, _) => quote!(false),
        (Holds::Integer(_), _) => quote!(0),
        (Holds::Bounded { .. }, _) => quote!(Bounded::MIN),
        (Holds::Enum(index), OperandKind::Enum { .. }) => {
            let kind = &set.enums[*index];
            let (name, variant) = (&kind.name, kind.variants.first());
            quote!(super::instruction::#name::#variant)
        }
        (Holds::Enum(_), _) => quote!(0),
    }
}

/// The control word, and the function that puts a number into it.
fn control(map: &Map<'_>, engine: &MicrocodeDma) -> Option<(TokenStream, TokenStream)> {
    let place = map.place(&engine.control)?;
    let marker = &place.marker;
    let field = |name: &str| {
        let name = place.fields.iter().find(|field| field.spec.name == name).map(|field| &field.name)?;
        Some(quote!(regs::#marker::#name))
    };
    let side = |names: &SideFields, side: &str| {
        let side = ident(side);
        let [increment, beat, burst] = [field(&names.increment)?, field(&names.beat)?, field(&names.burst)?];
        let [protection, cache] = [field(&names.protection)?, field(&names.cache)?];
        Some(quote! {
            place(#increment, #side.increment.into()),
            place(#beat, #side.beat.max(1).ilog2()),
            place(#burst, u32::from(#side.burst).saturating_sub(1)),
            place(#protection, #side.protection.into()),
            place(#cache, #side.cache.into())
        })
    };
    let source = side(&engine.control_source, "source")?;
    let destination = side(&engine.control_destination, "destination")?;
    let swap = field(&engine.control_swap)?;
    let mark = docs::from_spec("engine/control");
    let word = word(place.register.width);
    Some((
        quote! {
            let Control { source, destination, swap } = *control;
            let fields = [#source, #destination, place(#swap, swap.max(1).ilog2())];
            fields.into_iter().fold(0, |word, field| word | field)
        },
        quote! {
            #mark
            /// `number` in a field of the control word; too large a number becomes the largest that fits.
            fn place<T: FieldValue<#word>, A: Access>(field: Field<regs::#marker, T, A>, number: u32) -> u32 {
                let most = u32::MAX >> (32 - u32::from(field.width()));
                number.min(most) << field.shift()
            }
        },
    ))
}
