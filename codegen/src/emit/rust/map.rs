//! The registers of an ip as Rust will see them: flat, with absolute offsets and identifiers.

use std::collections::HashMap;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::scope::{Scope, ident};
use crate::lower::{Access, Array, Enum, Field, FieldType, Ip, Node, PathTo, Register};
use crate::names;

/// All registers and enums of an ip.
pub(super) struct Map<'a> {
    /// In the order of the spec.
    pub(super) enums: Vec<EnumItem<'a>>,
    /// By offset.
    pub(super) places: Vec<Place<'a>>,
}

/// An enum and its identifiers.
pub(super) struct EnumItem<'a> {
    pub(super) spec: &'a Enum,
    pub(super) name: Ident,
    /// Of each value.
    pub(super) variants: Vec<Ident>,
    /// Of the variant for values without a name, in an open set.
    pub(super) reserved: Option<Ident>,
}

/// A register in its block.
pub(super) struct Place<'a> {
    pub(super) register: &'a Register,
    /// Names of the blocks around it and its own.
    pub(super) path: Vec<&'a str>,
    /// Type that stands for its kind.
    pub(super) marker: Ident,
    /// Constant (or function, with two and more dimensions) that is its place.
    pub(super) constant: Ident,
    /// Of the first one, from the start of the block.
    pub(super) offset: u32,
    /// Modes of the block in which it is there, outermost first; empty: in all.
    pub(super) views: Vec<&'a str>,
    /// Repetitions, outermost first.
    pub(super) dimensions: Vec<&'a Array>,
    pub(super) fields: Vec<FieldItem<'a>>,
}

/// A field and its identifiers.
pub(super) struct FieldItem<'a> {
    pub(super) spec: &'a Field,
    pub(super) name: Ident,
    pub(super) holds: Holds,
}

/// The Rust type of a field.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Holds {
    Bool,
    /// An unsigned integer of so many bits.
    Integer(u8),
    /// A number from 0 to this.
    Bounded(u32),
    Enum(String),
}

impl Holds {
    fn of(field: &Field, enums: &[EnumItem<'_>]) -> Self {
        match &field.kind {
            FieldType::Enum(name) => match enums.iter().find(|item| item.spec.name == *name) {
                Some(item) => Self::Enum(item.name.to_string()),
                None => Self::number(field.width),
            },
            FieldType::Flag | FieldType::Number => Self::number(field.width),
        }
    }

    fn number(width: u8) -> Self {
        match width {
            1 => Self::Bool,
            8 | 16 | 32 | 64 => Self::Integer(width),
            33.. => Self::Integer(64),
            _ => Self::Bounded((1 << width) - 1),
        }
    }

    /// The type as text.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Bool => "bool".to_string(),
            Self::Integer(width) => word_name(*width).to_string(),
            Self::Bounded(max) => format!("Bounded<0, {max}>"),
            Self::Enum(name) => name.clone(),
        }
    }
}

impl<'a> Map<'a> {
    pub(super) fn new(ip: &'a Ip) -> Self {
        let mut scope = Scope::module();
        let enums: Vec<_> = ip.enums.iter().map(|spec| EnumItem::new(spec, &mut scope)).collect();
        let mut flat = Vec::new();
        flatten(&ip.registers, &mut Around::default(), 0, &mut flat);
        let mut kinds: HashMap<String, usize> = HashMap::new();
        for found in &flat {
            *kinds.entry(names::type_name(&found.register.name)).or_default() += 1;
        }
        let places = flat
            .into_iter()
            .map(|found| {
                // A register in a block is known by its own name, unless another one has it too.
                let own = names::type_name(&found.register.name);
                let alone = kinds.get(&own) == Some(&1);
                let wanted = if alone { own } else { names::type_name(&found.path.join("_")) };
                let constant = names::const_path(found.path.iter().copied());
                let constant = match found.dimensions.len() {
                    0 | 1 => scope.claim(&constant, "_REGISTER"),
                    _ => scope.claim(&names::value_name(&constant), "_register"),
                };
                let mut inner = Scope::empty();
                let fields = found.register.fields.iter().map(|spec| FieldItem {
                    spec,
                    name: inner.claim(&names::const_name(&spec.name), "_"),
                    holds: Holds::of(spec, &enums),
                });
                Place { marker: scope.claim(&wanted, "Register"), constant, fields: fields.collect(), ..found }
            })
            .collect();
        Self { enums, places }
    }

    /// The register that a path of the engine names.
    pub(super) fn place(&self, path: &[String]) -> Option<&Place<'a>> {
        self.places.iter().find(|place| place.path == path)
    }

    /// The register and field that a path of the engine names.
    pub(super) fn field(&self, path: &PathTo) -> Option<(&Place<'a>, &FieldItem<'a>)> {
        let place = self.place(&path.register)?;
        let name = path.field.as_deref()?;
        Some((place, place.fields.iter().find(|field| field.spec.name == name)?))
    }

    /// The enum with this identifier.
    pub(super) fn enumeration(&self, name: &str) -> Option<&EnumItem<'a>> {
        self.enums.iter().find(|item| item.name == name)
    }
}

impl<'a> EnumItem<'a> {
    fn new(spec: &'a Enum, scope: &mut Scope) -> Self {
        let mut variants = Scope::empty();
        let reserved = (!spec.exhaustive()).then(|| variants.claim("Reserved", ""));
        let variants = spec.values.iter().map(|v| variants.claim(&names::variant_name(&v.name), "Value")).collect();
        Self { spec, name: scope.claim(&names::type_name(&spec.name), "Value"), variants, reserved }
    }

    /// The variant for a bit pattern.
    pub(super) fn variant(&self, value: u64) -> Option<&Ident> {
        self.spec.values.iter().position(|v| v.value == value).map(|i| &self.variants[i])
    }

    /// The variant of a name in the spec.
    pub(super) fn named(&self, name: &str) -> Option<&Ident> {
        self.spec.values.iter().position(|v| v.name == name).map(|i| &self.variants[i])
    }
}

impl Place<'_> {
    /// `registers/CHANNEL/registers/SAR`.
    pub(super) fn spec_path(&self) -> String {
        format!("registers/{}", self.path.join("/registers/"))
    }

    /// As a person writes it: `CHANNEL.SAR`.
    pub(super) fn dotted(&self) -> String {
        self.path.join(".")
    }

    /// How many there are in all dimensions.
    pub(super) fn count(&self) -> u32 {
        self.dimensions.iter().map(|array| array.count).product()
    }

    /// Offset of the last one.
    pub(super) fn last_offset(&self) -> u32 {
        self.dimensions.iter().fold(self.offset, |at, array| at + array.stride * array.count.saturating_sub(1))
    }

    /// Bytes of one.
    pub(super) fn bytes(&self) -> u32 {
        u32::from(self.register.width / 8)
    }
}

/// The blocks around a register.
#[derive(Default)]
struct Around<'a> {
    path: Vec<&'a str>,
    views: Vec<&'a str>,
    dimensions: Vec<&'a Array>,
}

fn flatten<'a>(nodes: &'a [Node], around: &mut Around<'a>, base: u32, out: &mut Vec<Place<'a>>) {
    for node in nodes {
        let (name, offset, view, array) = match node {
            Node::Register(register) => (&register.name, register.offset, &register.view, &register.array),
            Node::Block(block) => (&block.name, block.offset, &block.view, &block.array),
        };
        around.path.push(name);
        around.dimensions.extend(array);
        around.views.extend((!view.is_empty()).then_some(view.as_str()));
        match node {
            Node::Register(register) => out.push(Place {
                register,
                path: around.path.clone(),
                marker: ident("_0"),
                constant: ident("_0"),
                offset: base + offset,
                views: around.views.clone(),
                dimensions: around.dimensions.clone(),
                fields: Vec::new(),
            }),
            Node::Block(block) => flatten(&block.registers, around, base + offset, out),
        }
        if array.is_some() {
            around.dimensions.pop();
        }
        if !view.is_empty() {
            around.views.pop();
        }
        around.path.pop();
    }
}

/// The unsigned integer of so many bits.
pub(super) fn word(width: u8) -> TokenStream {
    let name = ident(word_name(width));
    quote!(#name)
}

/// As [`word`], as text.
pub(super) fn word_name(width: u8) -> &'static str {
    match width {
        0..=8 => "u8",
        9..=16 => "u16",
        17..=32 => "u32",
        _ => "u64",
    }
}

/// A decimal literal without a type.
pub(super) fn number(value: u64) -> TokenStream {
    let literal = proc_macro2::Literal::u64_unsuffixed(value);
    quote!(#literal)
}

/// A hexadecimal literal of at least `digits` digits, in groups of four when it is long.
pub(super) fn hex(value: u64, digits: usize) -> TokenStream {
    literal(&hex_text(value, digits))
}

/// As [`hex`], as text.
pub(super) fn hex_text(value: u64, digits: usize) -> String {
    let plain = format!("{value:0digits$x}");
    let grouped: String = match plain.len() {
        0..=6 => plain,
        length => {
            let place = |i: usize| (i > 0 && (length - i).is_multiple_of(4)).then_some('_');
            plain.chars().enumerate().flat_map(|(i, c)| place(i).into_iter().chain([c])).collect()
        }
    };
    format!("0x{grouped}")
}

/// A binary literal of `digits` digits, in groups of four when there are more.
pub(super) fn binary(value: u64, digits: usize) -> TokenStream {
    let plain = format!("{value:0digits$b}");
    let place = |i: usize| (i > 0 && plain.len() > 4 && (plain.len() - i).is_multiple_of(4)).then_some('_');
    let grouped: String = plain.chars().enumerate().flat_map(|(i, c)| place(i).into_iter().chain([c])).collect();
    literal(&format!("0b{grouped}"))
}

fn literal(text: &str) -> TokenStream {
    let literal: syn::LitInt = syn::LitInt::new(text, proc_macro2::Span::call_site());
    quote!(#literal)
}

/// The runtime's name of an access.
pub(super) fn access_name(access: Access) -> &'static str {
    match access {
        Access::ReadOnly => "ReadOnly",
        Access::ReadWrite => "ReadWrite",
        Access::WriteOnly => "WriteOnly",
        Access::WriteToClear => "WriteToClear",
        Access::WriteToSet => "WriteToSet",
        Access::WriteToToggle => "WriteToToggle",
        Access::WriteZeroToClear => "WriteZeroToClear",
    }
}

/// May it be read?
pub(super) fn readable(access: Access) -> bool {
    access != Access::WriteOnly
}
