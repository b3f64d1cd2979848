//! Bodies of the generated encoder and decoder.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;

use super::instruction::{Holds, Item, OperandItem, Set, bind, byte, byte_literal};
use super::map::{binary, hex, number, word};
use crate::lower::{BytePattern, OperandKind};

/// Bits of an operand in a byte: (index of the byte, lowest operand bit, lowest bit in the byte, number of bits).
type Part = (usize, u8, u8, u8);

/// Where the bits of operand `index` are, lowest first.
fn parts(bytes: &[BytePattern], index: usize) -> Vec<Part> {
    let of_byte = |(at, byte): (usize, &BytePattern)| {
        let own = byte.parts.iter().filter(|part| part.0 == index).map(|&(_, low, place, n)| (at, low, place, n));
        own.collect::<Vec<_>>()
    };
    let mut parts: Vec<Part> = bytes.iter().enumerate().flat_map(of_byte).collect();
    parts.sort_by_key(|part| part.1);
    parts
}

/// First byte of an operand that is stored as whole bytes in a row, lowest first, and fills its integer.
fn whole_bytes(bytes: &[BytePattern], index: usize, operand: &OperandItem<'_>) -> Option<usize> {
    let Holds::Integer(width @ (16 | 32 | 64)) = operand.holds else { return None };
    let parts = parts(bytes, index);
    let first = parts.first()?.0;
    let expected = (0..width / 8).map(|i| (first + usize::from(i), i * 8, 0, 8));
    (width == operand.spec.width && parts.iter().copied().eq(expected)).then_some(first)
}

/// An expression, and how tightly it holds together.
struct Expr {
    tokens: TokenStream,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Atom,
    Cast,
    Shift,
}

impl Expr {
    fn atom(tokens: TokenStream) -> Self {
        Self { tokens, kind: Kind::Atom }
    }

    /// As something that any operator may follow.
    fn closed(self) -> TokenStream {
        let tokens = self.tokens;
        if self.kind == Kind::Atom { tokens } else { quote!((#tokens)) }
    }

    fn shifted_left(self, by: u8) -> Self {
        if by == 0 {
            return self;
        }
        let (value, by) = (self.closed(), number(u64::from(by)));
        Self { tokens: quote!(#value << #by), kind: Kind::Shift }
    }

    fn shifted_right(self, by: u8) -> Self {
        if by == 0 {
            return self;
        }
        let (value, by) = (self.closed(), number(u64::from(by)));
        Self { tokens: quote!(#value >> #by), kind: Kind::Shift }
    }

    fn masked(self, count: u8) -> Self {
        let (value, mask) = (self.closed(), binary((1 << count) - 1, usize::from(count)));
        Self { tokens: quote!(#value & #mask), kind: Kind::Shift }
    }

    fn into_byte(self) -> Self {
        let value = self.closed();
        Self { tokens: quote!(#value as u8), kind: Kind::Cast }
    }

    /// All of them, each with its own bits.
    fn union(mut all: Vec<Self>) -> TokenStream {
        if all.len() <= 1 {
            return all.pop().map_or(quote!(0), |one| one.tokens);
        }
        let parts = all.into_iter().map(|one| if one.kind == Kind::Shift { one.closed() } else { one.tokens });
        quote!(#(#parts)|*)
    }
}

/// The arm that encodes an instruction.
pub(super) fn encode(item: &Item<'_>) -> TokenStream {
    let bytes = &item.spec.bytes;
    let fixed = |byte: &BytePattern| (byte.value != 0).then(|| Expr::atom(byte_literal(byte.value)));
    let mut exprs: Vec<Vec<Expr>> = bytes.iter().map(|byte| fixed(byte).into_iter().collect()).collect();
    let mut lets = Vec::new();
    for (index, operand) in item.operands.iter().enumerate() {
        let name = &operand.name;
        if let (Some(first), Holds::Integer(width)) = (whole_bytes(bytes, index, operand), &operand.holds) {
            let names: Vec<_> = (first..first + usize::from(width / 8)).map(byte).collect();
            lets.push(quote! { let [#(#names),*] = #name.to_le_bytes(); });
            for (at, name) in (first..).zip(names) {
                exprs[at].push(Expr::atom(quote!(#name)));
            }
            continue;
        }
        let parts = parts(bytes, index);
        let single = parts.len() == 1;
        for (at, low, place, count) in parts {
            exprs[at].push(part_of(operand, low, count, single).shifted_left(place));
        }
    }
    let exprs = exprs.into_iter().map(Expr::union);
    let pattern = bind(item);
    let value = quote!(Encoded::new([#(#exprs),*]));
    if lets.is_empty() {
        quote! { #pattern => #value, }
    } else {
        quote! { #pattern => { #(#lets)* #value } }
    }
}

/// `count` bits of an operand from bit `low` on, as a `u8`.
fn part_of(operand: &OperandItem<'_>, low: u8, count: u8, single: bool) -> Expr {
    let name = &operand.name;
    let raw = match (&operand.holds, &operand.spec.kind) {
        (Holds::Bool, _) => return Expr { tokens: quote!(#name as u8), kind: Kind::Cast },
        (Holds::Enum(_), _) => Expr::atom(quote!(#name.bits())),
        (Holds::Bounded { .. }, OperandKind::Number { bias, .. }) if *bias > 0 => {
            let bias = number(u64::from(*bias));
            Expr { tokens: quote!(#name.get() - #bias), kind: Kind::Shift }
        }
        (Holds::Bounded { .. }, _) => Expr::atom(quote!(#name.get())),
        (Holds::Integer(_), _) => Expr::atom(quote!(#name)),
    };
    let is_byte = operand.spec.width <= 8 && !matches!(operand.holds, Holds::Bounded { .. });
    let shifted = raw.shifted_right(low);
    // A cast drops the higher bits by itself.
    let masked = if single || count == 8 { shifted } else { shifted.masked(count) };
    if is_byte { masked } else { masked.into_byte() }
}

/// The decoder.
pub(super) fn decode(set: &Set<'_>) -> TokenStream {
    let opcodes: Vec<BTreeSet<u8>> = set.items.iter().map(|item| first_bytes(set, item, true)).collect();
    // Instructions that share a first byte are told apart by the bytes behind it.
    let shared = |i: usize| opcodes.iter().enumerate().any(|(j, other)| j != i && !other.is_disjoint(&opcodes[i]));
    let mut opcode = false;
    let arms: Vec<_> =
        set.items.iter().enumerate().map(|(i, item)| arm(set, item, &opcodes[i], shared(i), &mut opcode)).collect();
    let opcode = opcode.then(|| quote! { let opcode = *bytes.first()?; });
    let misfit = misfit(set, &opcodes);
    quote! {
        /// The instruction at the start of `bytes`, and how many of them it takes.
        pub fn decode(bytes: &[u8]) -> Result<(Self, usize), DecodeError> {
            match Self::matching(bytes) {
                Some(instruction) => Ok((instruction, instruction.length())),
                None => Err(Self::misfit(bytes)),
            }
        }

        fn matching(bytes: &[u8]) -> Option<Self> {
            #opcode
            let instruction = match *bytes {
                #(#arms)*
                _ => return None,
            };
            Some(instruction)
        }

        #misfit
    }
}

/// The function that says why bytes are no instruction.
fn misfit(set: &Set<'_>, opcodes: &[BTreeSet<u8>]) -> TokenStream {
    let single = |item: &&Item<'_>| item.spec.bytes.len() == 1;
    let done: BTreeSet<u8> = set
        .items
        .iter()
        .zip(opcodes)
        .filter(|(item, _)| single(item))
        .flat_map(|(_, opcodes)| opcodes)
        .copied()
        .collect();
    // Bytes of the longest instruction that begins so; 1 when no byte behind it can make it one.
    let mut needed: BTreeMap<u8, usize> = BTreeMap::new();
    for (item, allowed) in set.items.iter().zip(opcodes) {
        for opcode in first_bytes(set, item, false).difference(&done) {
            let longest = needed.entry(*opcode).or_insert(1);
            *longest = if allowed.contains(opcode) { item.spec.bytes.len().max(*longest) } else { *longest };
        }
    }
    let lengths: BTreeSet<usize> = needed.values().copied().collect();
    let whole = needed.len() == 256;
    let arms = lengths.iter().map(|length| {
        let here: BTreeSet<u8> = needed.iter().filter(|(_, n)| *n == length).map(|(opcode, _)| *opcode).collect();
        let last = whole && lengths.last() == Some(length);
        let pattern = if last { quote!(_) } else { byte_pattern(&here) };
        let length = number(*length as u64);
        quote! { #pattern => #length, }
    });
    let arms: Vec<_> = arms.collect();
    let rest = (!whole).then(|| quote! { _ => return DecodeError::Undefined { opcode }, });
    let verdict = match arms.is_empty() {
        true => quote! { DecodeError::Undefined { opcode } },
        false => quote! {
            let needed = match opcode { #(#arms)* #rest };
            if bytes.len() < needed {
                DecodeError::Truncated { needed }
            } else {
                DecodeError::InvalidOperand { opcode }
            }
        },
    };
    quote! {
        const fn misfit(bytes: &[u8]) -> DecodeError {
            let Some(&opcode) = bytes.first() else {
                return DecodeError::Truncated { needed: 1 };
            };
            #verdict
        }
    }
}

/// First bytes of an instruction: all with its fixed bits, or only those whose operands may have their bits there.
fn first_bytes(set: &Set<'_>, item: &Item<'_>, allowed: bool) -> BTreeSet<u8> {
    let Some(first) = item.spec.bytes.first() else { return BTreeSet::new() };
    let fits = |byte: u8| {
        byte & first.mask == first.value
            && (!allowed
                || item.operands.iter().enumerate().all(|(index, operand)| {
                    let Holds::Enum(kind) = operand.holds else { return true };
                    let here: Vec<Part> =
                        parts(&item.spec.bytes, index).into_iter().filter(|part| part.0 == 0).collect();
                    let agrees = |value: u64| {
                        here.iter().all(|&(_, low, place, count)| {
                            let mask = (1u64 << count) - 1;
                            value >> low & mask == u64::from(byte) >> place & mask
                        })
                    };
                    set.enums[kind].values.iter().any(|value| agrees(value.value))
                }))
    };
    (0..=u8::MAX).filter(|byte| fits(*byte)).collect()
}

/// A set of bytes as a pattern; runs become ranges.
fn byte_pattern(bytes: &BTreeSet<u8>) -> TokenStream {
    if bytes.len() == 256 {
        return quote!(_);
    }
    let mut runs: Vec<(u8, u8)> = Vec::new();
    for &byte in bytes {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == byte => *last = byte,
            _ => runs.push((byte, byte)),
        }
    }
    let runs = runs.into_iter().map(|(first, last)| {
        let (from, to) = (byte_literal(first), byte_literal(last));
        match last - first {
            0 => from,
            1 => quote!(#from | #to),
            _ => quote!(#from..=#to),
        }
    });
    quote!(#(#runs)|*)
}

/// The arm that decodes an instruction.
fn arm(set: &Set<'_>, item: &Item<'_>, opcodes: &BTreeSet<u8>, shared: bool, opcode: &mut bool) -> TokenStream {
    let bytes = &item.spec.bytes;
    let mut guards = Vec::new();
    let mut fields = Vec::new();
    for (index, operand) in item.operands.iter().enumerate() {
        let name = &operand.name;
        *opcode |= parts(bytes, index).iter().any(|part| part.0 == 0);
        let raw = raw(bytes, index, operand);
        let value = match (&operand.holds, &operand.spec.kind) {
            (Holds::Bool, _) => raw,
            (Holds::Integer(_), _) => raw,
            (Holds::Bounded { .. }, OperandKind::Number { bias, .. }) if *bias > 0 => {
                let bias = number(u64::from(*bias));
                let raw = if parts(bytes, index).len() > 1 { quote!((#raw)) } else { raw };
                quote!(Bounded::saturating(#raw + #bias))
            }
            (Holds::Bounded { .. }, _) => quote!(Bounded::saturating(#raw)),
            (Holds::Enum(kind), _) => {
                let ty = &set.enums[*kind].name;
                let behind = parts(bytes, index).iter().any(|part| part.0 > 0);
                if shared && behind {
                    guards.push(quote!(#ty::from_bits(#raw).is_some()));
                }
                quote!(#ty::from_bits(#raw)?)
            }
        };
        fields.push(quote!(#name: #value));
    }
    let mut pattern = vec![byte_pattern(opcodes)];
    for (at, byte_of) in bytes.iter().enumerate().skip(1) {
        let name = byte(at);
        pattern.push(match (byte_of.mask, byte_of.parts.is_empty()) {
            (0xff, _) => byte_literal(byte_of.value),
            (0, true) => quote!(_),
            _ => quote!(#name),
        });
        if byte_of.mask != 0 && byte_of.mask != 0xff {
            let (mask, value) = (binary(u64::from(byte_of.mask), 8), byte_literal(byte_of.value));
            let value = if byte_of.value == 0 { quote!(0) } else { value };
            guards.push(quote!(#name & #mask == #value));
        }
    }
    let guard = match guards.as_slice() {
        [] => quote!(),
        guards => quote!(if #(#guards)&&*),
    };
    let variant = &item.variant;
    let value = if fields.is_empty() { quote!(Self::#variant) } else { quote!(Self::#variant { #(#fields),* }) };
    quote! { [#(#pattern,)* ..] #guard => #value, }
}

/// The bits of an operand, read from the bytes of a pattern: a `bool`, or a number of the type its value is made from.
fn raw(bytes: &[BytePattern], index: usize, operand: &OperandItem<'_>) -> TokenStream {
    let named = |at: usize| match at {
        0 => quote!(opcode),
        _ => {
            let name = byte(at);
            quote!(#name)
        }
    };
    if let Some(first) = whole_bytes(bytes, index, operand) {
        let Holds::Integer(width) = operand.holds else { return quote!() };
        let (ty, names) = (word(width), (first..first + usize::from(width / 8)).map(named));
        return quote!(#ty::from_le_bytes([#(#names),*]));
    }
    let parts = parts(bytes, index);
    if operand.holds == Holds::Bool {
        let Some(&(at, _, place, _)) = parts.first() else { return quote!(false) };
        let (name, mask) = (named(at), hex(1 << place, 2));
        return quote!(#name & #mask != 0);
    }
    let width = match operand.holds {
        Holds::Bounded { .. } => 32,
        _ => operand.spec.width,
    };
    let ty = word(width);
    let pieces = parts.iter().map(|&(at, low, place, count)| {
        let name = named(at);
        let down = match place {
            0 => name,
            _ => {
                let place = number(u64::from(place));
                quote!(#name >> #place)
            }
        };
        let masked = if place + count == 8 {
            down
        } else {
            let mask = binary((1 << count) - 1, usize::from(count));
            match place {
                0 => quote!(#down & #mask),
                _ => quote!((#down) & #mask),
            }
        };
        let wide = if width > 8 { quote!(#ty::from(#masked)) } else { masked };
        match (low, parts.len()) {
            (0, 1) => wide,
            (0, _) if width > 8 => wide,
            (0, _) => quote!((#wide)),
            (low, _) => {
                let low = number(u64::from(low));
                let wide = if width > 8 { wide } else { quote!((#wide)) };
                quote!((#wide << #low))
            }
        }
    });
    match parts.len() {
        0 => quote!(0),
        1 => quote!(#(#pieces)*),
        _ => quote!(#(#pieces)|*),
    }
}
