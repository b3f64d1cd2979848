//! `instruction.rs`: the instruction set as a type, its encoder, decoder and text.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::docs;
use super::map::{binary, hex, number, word};
use super::print;
use super::scope::{Scope, ident};
use crate::emit::Generated;
use crate::lower::{EnumOperandValue, Instruction, InstructionSet, Ip, Operand, OperandKind, ThreadKind};
use crate::names;

/// An instruction set and its identifiers.
pub(super) struct Set<'a> {
    pub(super) spec: &'a InstructionSet,
    pub(super) items: Vec<Item<'a>>,
    pub(super) enums: Vec<EnumOperand<'a>>,
}

/// An instruction and its identifiers.
pub(super) struct Item<'a> {
    pub(super) spec: &'a Instruction,
    pub(super) variant: Ident,
    pub(super) operands: Vec<OperandItem<'a>>,
}

/// An operand and its identifiers.
pub(super) struct OperandItem<'a> {
    pub(super) spec: &'a Operand,
    pub(super) name: Ident,
    pub(super) holds: Holds,
}

/// The enum of one or more operands.
pub(super) struct EnumOperand<'a> {
    pub(super) name: Ident,
    pub(super) spec_name: &'a str,
    pub(super) path: String,
    pub(super) width: u8,
    pub(super) values: &'a [EnumOperandValue],
    pub(super) variants: Vec<Ident>,
}

/// The Rust type of an operand.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Holds {
    Bool,
    /// An unsigned integer of so many bits.
    Integer(u8),
    Bounded {
        min: u32,
        max: u32,
    },
    /// Index into the enums.
    Enum(usize),
}

impl<'a> Set<'a> {
    pub(super) fn new(spec: &'a InstructionSet) -> Self {
        let mut scope = Scope::module();
        let mut enums: Vec<EnumOperand<'a>> = Vec::new();
        let mut variants = Scope::empty();
        let items = spec.instructions.iter().map(|instruction| {
            let mut fields = Scope::locals();
            let operands = instruction.operands.iter().map(|operand| OperandItem {
                spec: operand,
                name: fields.claim(&names::value_name(&operand.name), "_operand"),
                holds: holds(instruction, operand, &mut enums, &mut scope),
            });
            let operands = operands.collect();
            Item {
                spec: instruction,
                variant: variants.claim(&names::variant_name(&instruction.name), "Instruction"),
                operands,
            }
        });
        let items = items.collect();
        Self { spec, items, enums }
    }

    /// The Rust type of an operand.
    pub(super) fn tokens(&self, holds: &Holds) -> TokenStream {
        match holds {
            Holds::Bool => quote!(bool),
            Holds::Integer(width) => word(*width),
            Holds::Bounded { min, max } => {
                let (min, max) = (number(u64::from(*min)), number(u64::from(*max)));
                quote!(Bounded<#min, #max>)
            }
            Holds::Enum(index) => {
                let name = &self.enums[*index].name;
                quote!(#name)
            }
        }
    }
}

impl EnumOperand<'_> {
    /// The variant of a name in the spec.
    pub(super) fn named(&self, name: &str) -> Option<&Ident> {
        self.values.iter().position(|v| v.name == name).map(|i| &self.variants[i])
    }
}

fn holds<'a>(
    instruction: &Instruction,
    operand: &'a Operand,
    enums: &mut Vec<EnumOperand<'a>>,
    scope: &mut Scope,
) -> Holds {
    match &operand.kind {
        OperandKind::Flag { .. } => Holds::Bool,
        OperandKind::Number { bias, .. } => match (operand.width, *bias) {
            (8 | 16 | 32 | 64, 0) => Holds::Integer(operand.width),
            (33.., _) => Holds::Integer(64),
            (width, bias) => {
                let most = u32::MAX >> (32 - u32::from(width.max(1)));
                Holds::Bounded { min: bias, max: most.saturating_add(bias) }
            }
        },
        OperandKind::Enum { enum_name, values } => {
            if let Some(known) = enums.iter().position(|known| known.spec_name == enum_name) {
                return Holds::Enum(known);
            }
            let mut variants = Scope::empty();
            enums.push(EnumOperand {
                name: scope.claim(&names::type_name(enum_name), "Operand"),
                spec_name: enum_name,
                path: format!("instructions/set/{}/operands/{}", instruction.name, operand.name),
                width: operand.width,
                values,
                variants: values.iter().map(|v| variants.claim(&names::variant_name(&v.name), "Value")).collect(),
            });
            Holds::Enum(enums.len() - 1)
        }
    }
}

/// The file.
pub(super) fn emit(ip: &Ip, set: &Set<'_>) -> Generated {
    let name = &ip.name;
    let docs = docs::inner(&[
        &format!("Instructions of the `{name}`: encoder, decoder and text."),
        "A value of `Instruction` can always be encoded, and what the decoder makes of bytes encodes to the same bytes.",
    ]);
    let bounded = set.items.iter().flat_map(|item| &item.operands).any(|o| matches!(o.holds, Holds::Bounded { .. }));
    let bounded = bounded.then(|| {
        quote!(
            use linkwright::mmio::Bounded;
        )
    });
    let longest = number(u64::from(set.spec.max_length));
    let members = set.items.iter().map(|item| member(set, item));
    let encode = set.items.iter().map(|item| super::codec::encode(item));
    let decode = super::codec::decode(set);
    let length = lengths(set);
    let allowed = allowed(set);
    let thread = ident(if super::imports::mentions(&allowed, "thread") { "thread" } else { "_thread" });
    let text = set.items.iter().map(text);
    let enums = set.enums.iter().map(enumeration);
    print::file(
        &ip.file,
        quote! {
            #docs
            use linkwright::microcode::Encoded;
            #bounded

            /// One instruction. Its text forms, `Debug` too, are assembly.
            #[derive(Clone, Copy, PartialEq, Eq)]
            pub enum Instruction { #(#members),* }

            impl Instruction {
                /// Bytes of the longest instruction.
                pub const LONGEST: usize = #longest;

                /// The instruction's bytes.
                pub const fn encode(self) -> Encoded {
                    match self { #(#encode)* }
                }

                #decode

                /// Length in bytes.
                pub const fn length(self) -> usize {
                    match self { #length }
                }

                /// May a thread of this kind execute it?
                pub const fn allowed_in(self, #thread: ThreadKind) -> bool {
                    match self { #allowed }
                }
            }

            impl core::fmt::Display for Instruction {
                fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                    match *self { #(#text)* }
                }
            }

            impl core::fmt::Debug for Instruction {
                fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                    core::fmt::Display::fmt(self, f)
                }
            }

            /// Who executes an instruction.
            #[derive(Clone, Copy, PartialEq, Eq, Debug)]
            pub enum ThreadKind {
                /// A program of the manager thread.
                Manager,
                /// A program of a channel thread.
                Channel,
                /// The debug port.
                Debug,
            }

            /// Why bytes are no instruction.
            #[derive(Clone, Copy, PartialEq, Eq, Debug)]
            pub enum DecodeError {
                /// No instruction begins with this byte.
                Undefined {
                    /// The first byte.
                    opcode: u8,
                },
                /// An instruction begins with this byte, but an operand or a fixed bit has a value that it does not allow.
                InvalidOperand {
                    /// The first byte.
                    opcode: u8,
                },
                /// The instruction is longer than the bytes given.
                Truncated {
                    /// Bytes it takes.
                    needed: usize,
                },
            }

            impl core::fmt::Display for DecodeError {
                fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                    match self {
                        Self::Undefined { opcode } => write!(f, "no instruction begins with {opcode:#04x}"),
                        Self::InvalidOperand { opcode } => {
                            write!(f, "the instruction {opcode:#04x} has an operand that it does not allow")
                        }
                        Self::Truncated { needed } => write!(f, "the instruction takes {needed} bytes"),
                    }
                }
            }

            impl core::error::Error for DecodeError {}

            #(#enums)*
        },
    )
}

fn member(set: &Set<'_>, item: &Item<'_>) -> TokenStream {
    let Item { spec, variant, operands } = item;
    let path = format!("instructions/set/{}", spec.name);
    let mark = docs::from_spec(&path);
    let docs = docs::outer(&[&docs::titled(&mnemonic(item), &spec.doc)]);
    if operands.is_empty() {
        return quote! { #mark #docs #variant };
    }
    let fields = operands.iter().map(|operand| {
        let OperandItem { spec, name, holds } = operand;
        let mark = docs::from_spec(&format!("{path}/operands/{}", spec.name));
        let ty = set.tokens(holds);
        let title = match (spec.doc.trim(), &spec.kind) {
            ("", OperandKind::Number { backward: true, .. }) => "Bytes back from this instruction.".to_string(),
            ("", _) => format!("Operand `{}`.", spec.name),
            (doc, OperandKind::Number { backward: true, .. }) => {
                docs::with_note(doc, "bytes back from this instruction")
            }
            (doc, _) => doc.to_string(),
        };
        let docs = docs::outer(&[&title]);
        quote! { #mark #docs #name: #ty }
    });
    quote! { #mark #docs #variant { #(#fields),* } }
}

/// The first word of the text form, with `S` or `B` forms left out.
fn mnemonic(item: &Item<'_>) -> String {
    let text = item.spec.asm.split([' ', '{']).next().unwrap_or_default();
    text.replace('`', "'")
}

fn lengths(set: &Set<'_>) -> TokenStream {
    let all: BTreeSet<usize> = set.items.iter().map(|item| item.spec.bytes.len()).collect();
    let arms = all.into_iter().map(|length| {
        let patterns = set.items.iter().filter(|item| item.spec.bytes.len() == length).map(pattern);
        let length = number(length as u64);
        quote! { #(#patterns)|* => #length, }
    });
    quote!(#(#arms)*)
}

fn allowed(set: &Set<'_>) -> TokenStream {
    let kinds = [(ThreadKind::Manager, "Manager"), (ThreadKind::Channel, "Channel"), (ThreadKind::Debug, "Debug")];
    let mut groups: Vec<(Vec<&str>, Vec<TokenStream>)> = Vec::new();
    for item in &set.items {
        let allowed: Vec<&str> =
            kinds.iter().filter(|(kind, _)| item.spec.threads.contains(kind)).map(|(_, name)| *name).collect();
        match groups.iter_mut().find(|(known, _)| *known == allowed) {
            Some((_, patterns)) => patterns.push(pattern(item)),
            None => groups.push((allowed, vec![pattern(item)])),
        }
    }
    let arms = groups.iter().map(|(allowed, patterns)| {
        let names = allowed.iter().map(|name| ident(name));
        let value = match allowed.len() {
            0 => quote!(false),
            3 => quote!(true),
            _ => quote!(matches!(thread, #(ThreadKind::#names)|*)),
        };
        quote! { #(#patterns)|* => #value, }
    });
    quote!(#(#arms)*)
}

/// `Self::Addh { .. }`
fn pattern(item: &Item<'_>) -> TokenStream {
    let Item { variant, operands, .. } = item;
    if operands.is_empty() { quote!(Self::#variant) } else { quote!(Self::#variant { .. }) }
}

/// `Self::Addh { register, immediate }`
pub(super) fn bind(item: &Item<'_>) -> TokenStream {
    let Item { variant, operands, .. } = item;
    let names = operands.iter().map(|operand| &operand.name);
    if operands.is_empty() { quote!(Self::#variant) } else { quote!(Self::#variant { #(#names),* }) }
}

/// The arm that writes an instruction's text.
fn text(item: &Item<'_>) -> TokenStream {
    let pattern = bind_used(item);
    let mut format = String::new();
    let (mut arguments, mut lets) = (Vec::new(), Vec::new());
    let mut rest = item.spec.asm.as_str();
    while let Some(open) = rest.find('{') {
        let (before, after) = rest.split_at(open);
        let Some(close) = after.find('}') else { break };
        let operand = item.operands.iter().find(|operand| operand.spec.name == after[1..close]);
        format.push_str(&literal(before));
        match operand {
            Some(operand) => place(operand, &mut format, &mut arguments, &mut lets),
            None => format.push_str(&literal(&after[..=close])),
        }
        rest = &after[close + 1..];
    }
    if arguments.is_empty() && !format.contains('{') {
        let text = format!("{format}{rest}");
        return quote! { #pattern => f.write_str(#text), };
    }
    format.push_str(&literal(rest));
    let write = quote!(write!(f, #format #(, #arguments)*));
    if lets.is_empty() {
        quote! { #pattern => #write, }
    } else {
        quote! { #pattern => { #(#lets)* #write } }
    }
}

/// Text in a format string.
fn literal(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

/// The pattern of an instruction that binds the operands its text shows.
fn bind_used(item: &Item<'_>) -> TokenStream {
    let Item { variant, operands, .. } = item;
    let shown = |operand: &&OperandItem<'_>| item.spec.asm.contains(&format!("{{{}}}", operand.spec.name));
    let names: Vec<_> = operands.iter().filter(shown).map(|operand| &operand.name).collect();
    match (names.len(), operands.len()) {
        (_, 0) => quote!(Self::#variant),
        (0, _) => quote!(Self::#variant { .. }),
        (a, b) if a == b => quote!(Self::#variant { #(#names),* }),
        _ => quote!(Self::#variant { #(#names,)* .. }),
    }
}

/// An operand in a format string: in line when a format string can name it so.
fn place(
    operand: &OperandItem<'_>,
    format: &mut String,
    arguments: &mut Vec<TokenStream>,
    lets: &mut Vec<TokenStream>,
) {
    let OperandItem { spec, name, holds } = operand;
    let named = name.to_string();
    let mut inline = |spec: &str, arguments: &mut Vec<TokenStream>| match named.strip_prefix("r#") {
        None => format.push_str(&format!("{{{named}{spec}}}")),
        Some(_) => {
            format.push_str(&format!("{{{spec}}}"));
            arguments.push(quote!(#name));
        }
    };
    match (&spec.kind, holds) {
        (OperandKind::Flag { asm }, _) => {
            lets.push(quote! { let #name = if #name { #asm } else { "" }; });
            inline("", arguments);
        }
        // Wide numbers are addresses and bit masks.
        (OperandKind::Number { backward: false, .. }, holds) if spec.width > 8 => {
            let digits = 2 + usize::from(spec.width.div_ceil(4));
            match holds {
                Holds::Bounded { .. } => {
                    format.push_str(&format!("{{:#0{digits}x}}"));
                    arguments.push(quote!(#name.get()));
                }
                _ => inline(&format!(":#0{digits}x"), arguments),
            }
        }
        _ => inline("", arguments),
    }
}

fn enumeration(item: &EnumOperand<'_>) -> TokenStream {
    let EnumOperand { name, values, variants, width, path, .. } = item;
    let mark = docs::from_spec(path);
    let docs = docs::outer(&[&format!("Values of the operand `{}`.", path.rsplit('/').next().unwrap_or_default())]);
    let raw = word(*width);
    let bits: Vec<_> = values.iter().map(|value| binary(value.value, usize::from(*width))).collect();
    let texts = values.iter().map(|value| &value.asm);
    let members = values.iter().zip(variants).map(|(value, variant)| {
        let mark = docs::from_spec(&format!("{path}/enum/{}", value.name));
        let title = match value.doc.trim() {
            "" => format!("`{}`.", value.name),
            doc => doc.to_string(),
        };
        let docs = docs::outer(&[&title]);
        quote! { #mark #docs #variant }
    });
    let all = *width < 16 && values.len() == 1 << width;
    let none = (!all || !width.is_multiple_of(8)).then(|| quote! { _ => None, });
    quote! {
        #mark #docs
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum #name { #(#members),* }
        impl #name {
            /// As the instruction encodes it.
            pub const fn bits(self) -> #raw {
                match self { #(Self::#variants => #bits,)* }
            }
            /// What the bits of an instruction mean.
            pub const fn from_bits(bits: #raw) -> Option<Self> {
                match bits { #(#bits => Some(Self::#variants),)* #none }
            }
        }
        impl core::fmt::Display for #name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(match self { #(Self::#variants => #texts,)* })
            }
        }
    }
}

/// Name of a byte in patterns and arrays.
pub(super) fn byte(index: usize) -> Ident {
    format_ident!("b{index}")
}

/// Literal of a whole byte.
pub(super) fn byte_literal(value: u8) -> TokenStream {
    hex(u64::from(value), 2)
}
