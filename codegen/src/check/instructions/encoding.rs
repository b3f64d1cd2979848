//! The bits of an instruction.
//!
//! Bit `b` of byte `i` is bit `8 * i + b` of a number, so that instructions of up to eight bytes compare as numbers.

use crate::spec::{BytePattern, EnumUse, EnumValues, Instruction, Ip, Name, Operand};

/// Longest instruction in bytes: what the runtime's `Encoded` holds.
pub(crate) const LONGEST: usize = 8;

/// Encoded bits of an operand; 0 if that is not known.
pub(crate) fn width(instruction: &Instruction, name: &Name, operand: &Operand) -> u32 {
    match (&operand.bits, &operand.letter) {
        (Some(bits), _) => u32::try_from(bits.value).unwrap_or(0),
        (None, Some(letter)) => {
            let letters = |byte: &BytePattern| match byte {
                BytePattern::Bits(bits) => bits.value.iter().filter(|&&c| c == letter.value).count(),
                BytePattern::Slice { .. } => 0,
            };
            instruction.bytes.iter().map(letters).sum::<usize>() as u32
        }
        (None, None) => {
            let slices = instruction.bytes.iter();
            slices.filter(|b| matches!(b, BytePattern::Slice { operand, .. } if operand.value == name.value)).count()
                as u32
                * 8
        }
    }
}

/// The values of an operand or field.
pub(crate) fn values<'a>(ip: &'a Ip, used: &'a EnumUse) -> Option<&'a EnumValues> {
    match used {
        EnumUse::Inline(values) => Some(values),
        EnumUse::Named(name) => ip.enums.get(name).map(|e| &e.values),
    }
}

/// An encoding.
pub(crate) struct Encoding {
    pub(crate) bytes: u32,
    /// Bits that are fixed, and what they are.
    pub(crate) mask: u64,
    pub(crate) value: u64,
    /// For each operand with an enum: what each of its values fixes in addition.
    pub(crate) choices: Vec<Vec<(u64, u64)>>,
}

/// `None`: it is broken in a way that other rules report.
pub(crate) fn encoding(ip: &Ip, instruction: &Instruction) -> Option<Encoding> {
    let bytes = instruction.bytes.len();
    if bytes == 0 || bytes > LONGEST {
        return None;
    }
    let mut out = Encoding { bytes: bytes as u32, mask: 0, value: 0, choices: Vec::new() };
    for (i, byte) in instruction.bytes.iter().enumerate() {
        let BytePattern::Bits(bits) = byte else { continue };
        for (c, at) in bits.value.iter().zip((8 * i..8 * i + 8).rev()) {
            match c {
                '0' => out.mask |= 1 << at,
                '1' => {
                    out.mask |= 1 << at;
                    out.value |= 1 << at;
                }
                _ => {}
            }
        }
    }
    for (name, operand) in instruction.operands.iter() {
        let Some(values) = operand.values.as_ref() else { continue };
        let values = values_or_none(ip, values)?;
        let places = places(instruction, name, operand);
        let mask = places.iter().fold(0, |mask, at| mask | 1 << at);
        let choice = |value: u64| {
            let bits = places.iter().enumerate().filter(|(bit, _)| *bit < 64 && value >> bit & 1 == 1);
            (mask, bits.fold(0, |word, (_, at)| word | 1 << at))
        };
        out.choices.push(values.iter().map(|(_, v)| choice(v.value.value)).collect());
    }
    Some(out)
}

fn values_or_none<'a>(ip: &'a Ip, used: &'a EnumUse) -> Option<&'a EnumValues> {
    values(ip, used).filter(|values| !values.is_empty())
}

/// Where each bit of an operand stands, the lowest first.
fn places(instruction: &Instruction, name: &Name, operand: &Operand) -> Vec<usize> {
    let mut out: Vec<(u32, usize)> = Vec::new();
    let letters = operand.letter.as_ref().map(|l| l.value);
    let mut from_high = Vec::new();
    for (i, byte) in instruction.bytes.iter().enumerate() {
        match byte {
            BytePattern::Bits(bits) => {
                let here = bits.value.iter().zip((8 * i..8 * i + 8).rev()).filter(|(c, _)| Some(**c) == letters);
                from_high.extend(here.map(|(_, at)| at));
            }
            BytePattern::Slice { operand, low, .. } if operand.value == name.value => {
                out.extend((0..8).map(|bit| (low.saturating_add(bit), 8 * i + bit as usize)));
            }
            BytePattern::Slice { .. } => {}
        }
    }
    let lettered = from_high.iter().rev().enumerate().map(|(bit, at)| (bit as u32, *at));
    out.extend(lettered);
    out.sort_unstable();
    out.into_iter().map(|(_, at)| at).collect()
}

/// Tries of one comparison before two encodings count as overlapping.
const PATIENCE: u32 = 100_000;

/// Bytes that both encodings match in full or, for the longer one, as its beginning.
pub(crate) fn common(a: &Encoding, b: &Encoding) -> Option<Vec<u8>> {
    let bytes = a.bytes.min(b.bytes);
    let prefix = if bytes == 8 { u64::MAX } else { (1 << (8 * bytes)) - 1 };
    let shared = a.mask & b.mask & prefix;
    if (a.value ^ b.value) & shared != 0 {
        return None;
    }
    let mut choices: Vec<&[(u64, u64)]> = a.choices.iter().chain(&b.choices).map(Vec::as_slice).collect();
    choices.sort_by_key(|choice| choice.len());
    let known = ((a.mask | b.mask) & prefix, (a.value | b.value) & prefix);
    let mut patience = PATIENCE;
    let word = search(known, &choices, prefix, &mut patience)?;
    Some(word.to_le_bytes()[..bytes as usize].to_vec())
}

/// A word with the known bits in which each operand has one of its values, of the bits in `prefix`.
fn search(known: (u64, u64), choices: &[&[(u64, u64)]], prefix: u64, patience: &mut u32) -> Option<u64> {
    let Some((first, rest)) = choices.split_first() else { return Some(known.1) };
    for &(mask, value) in *first {
        let (mask, value) = (mask & prefix, value & prefix);
        match patience.checked_sub(1) {
            Some(left) => *patience = left,
            None => return Some(known.1),
        }
        if (value ^ known.1) & mask & known.0 != 0 {
            continue;
        }
        if let Some(found) = search((known.0 | mask, known.1 | value), rest, prefix, patience) {
            return Some(found);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(bytes: u32, mask: u64, value: u64) -> Encoding {
        Encoding { bytes, mask, value, choices: Vec::new() }
    }

    #[test]
    fn fixed_bits_keep_encodings_apart() {
        assert_eq!(common(&fixed(1, 0xff, 0x10), &fixed(1, 0xff, 0x11)), None);
        assert_eq!(common(&fixed(1, 0xff, 0x10), &fixed(1, 0xfe, 0x10)), Some(vec![0x10]));
    }

    #[test]
    fn a_prefix_is_an_overlap() {
        assert_eq!(common(&fixed(1, 0xff, 0x10), &fixed(2, 0xffff, 0x2210)), Some(vec![0x10]));
        assert_eq!(common(&fixed(1, 0xff, 0x10), &fixed(2, 0xffff, 0x1022)), None);
    }

    #[test]
    fn values_that_are_not_listed_leave_room() {
        // 000001cc with c = 0, 1 or 3 against 00000110.
        let load = Encoding { bytes: 1, mask: 0xfc, value: 0x04, choices: vec![vec![(3, 0), (3, 1), (3, 3)]] };
        assert_eq!(common(&load, &fixed(1, 0xff, 0x06)), None);
        assert_eq!(common(&load, &fixed(1, 0xff, 0x07)), Some(vec![0x07]));
    }

    #[test]
    fn eight_bytes_compare_in_full() {
        assert_eq!(common(&fixed(8, u64::MAX, 1 << 63), &fixed(8, u64::MAX, 0)), None);
    }

    #[test]
    fn a_puzzle_ends() {
        let many: Vec<(u64, u64)> = (0..256).map(|v| (0xff, v)).collect();
        let puzzle = |value| Encoding { bytes: 8, mask: 1 << 63, value, choices: vec![many.clone(); 8] };
        assert!(common(&puzzle(0), &puzzle(0)).is_some());
    }
}
