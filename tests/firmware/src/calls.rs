//! Who calls whom in an image: the calls of its T32 code, decoded from the bytes.
//!
//! An indirect call may lead to every function whose address stands in the image's data or in its code as a constant.
//! A32 code (vectors and start-up, in assembly) is not read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use crate::build::output;

/// A function of the image.
#[derive(Default)]
pub(crate) struct Function {
    /// Demangled; functions that are alike may share their code.
    pub(crate) names: Vec<String>,
    size: u32,
    calls: BTreeSet<u32>,
    /// Does it call what a register tells?
    indirect: bool,
}

/// An image's functions by address, and those of them whose address is taken.
pub(crate) struct Calls {
    pub(crate) functions: BTreeMap<u32, Function>,
    pub(crate) taken: BTreeSet<u32>,
}

/// Kinds of contents that begin at an address: `t` T32 code, `a` A32 code, `d` data.
type Kinds = BTreeMap<u32, char>;

fn symbols(image: &Path) -> Result<(BTreeMap<u32, Function>, Kinds), String> {
    let text = output(Command::new("nm").args(["-C", "-S", "--special-syms"]).arg(image))?;
    let (mut functions, mut kinds) = (BTreeMap::<u32, Function>::new(), Kinds::new());
    for line in text.lines() {
        let mut words = line.splitn(4, ' ');
        let (Some(address), Some(second)) = (words.next(), words.next()) else { continue };
        let Ok(address) = u32::from_str_radix(address, 16) else { continue };
        let Ok(size) = u32::from_str_radix(second, 16) else {
            if let Some(kind) =
                words.next().and_then(|name| name.strip_prefix('$')).and_then(|name| name.chars().next())
            {
                kinds.insert(address, kind);
            }
            continue;
        };
        if let (Some("T" | "t" | "W" | "w"), Some(name)) = (words.next(), words.next()) {
            // The lowest bit says that it is T32 code.
            let function = functions.entry(address & !1).or_default();
            function.names.push(name.to_string());
            function.size = function.size.max(size);
        }
    }
    Ok((functions, kinds))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn half(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?).into())
}

/// What a 32-bit ELF file loads, by the addresses that its program headers give.
fn segments(file: &[u8]) -> Option<Vec<(u32, &[u8])>> {
    let (headers, each, count) = (word(file, 28)? as usize, half(file, 42)? as usize, half(file, 44)? as usize);
    let segment = |number: usize| {
        let at = headers + number * each;
        let (offset, address, length) = (word(file, at + 4)?, word(file, at + 8)?, word(file, at + 16)?);
        (word(file, at)? == 1).then_some((address, file.get(offset as usize..(offset + length) as usize)?))
    };
    Some((0..count).filter_map(segment).collect())
}

/// What an instruction does to the flow of control, and what it makes of a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Instruction {
    /// A branch or call to an address.
    To(u32),
    /// A call of what a register tells, or a branch there that is no return.
    Indirect,
    /// The lower half of a register's constant, with zeros above.
    Low(usize, u32),
    /// The upper half.
    High(usize, u32),
    Other,
}

fn signed(value: u32, bits: u32) -> i32 {
    (value << (32 - bits)) as i32 >> (32 - bits)
}

/// Is this the first half of an instruction of two?
fn is_long(first: u32) -> bool {
    first >> 11 >= 0b11101
}

fn short(first: u32, address: u32) -> Instruction {
    let to = |offset: i32| Instruction::To((address + 4).wrapping_add_signed(offset));
    match first {
        // B<c>, but for UDF and SVC.
        0xd000..=0xddff => to(signed((first & 0xff) << 1, 9)),
        0xe000..=0xe7ff => to(signed((first & 0x7ff) << 1, 12)),
        // BX but of the link register; BLX.
        0x4700..=0x47ff if first != 0x4770 => Instruction::Indirect,
        _ => Instruction::Other,
    }
}

fn long(first: u32, second: u32, address: u32) -> Instruction {
    if first >> 11 != 0b11110 {
        return Instruction::Other;
    }
    let sign = first >> 10 & 1;
    if second >> 15 == 0 {
        let constant = (first & 0xf) << 12 | sign << 11 | (second >> 12 & 7) << 8 | second & 0xff;
        let register = (second >> 8 & 0xf) as usize;
        return match first & 0xfbf0 {
            0xf240 => Instruction::Low(register, constant),
            0xf2c0 => Instruction::High(register, constant << 16),
            _ => Instruction::Other,
        };
    }
    let kind = second >> 12 & 0b101;
    if kind == 0b000 {
        // Conditions of 14 and 15 are other instructions.
        if first >> 7 & 7 == 7 {
            return Instruction::Other;
        }
        let high = sign << 19 | (second >> 11 & 1) << 18 | (second >> 13 & 1) << 17 | (first & 0x3f) << 11;
        return Instruction::To((address + 4).wrapping_add_signed(signed((high | second & 0x7ff) << 1, 21)));
    }
    let high = !(second >> 13 & 1 ^ sign) & 1;
    let low = !(second >> 11 & 1 ^ sign) & 1;
    let offset = sign << 24 | high << 23 | low << 22 | (first & 0x3ff) << 12 | (second & 0x7ff) << 1;
    let from = if kind == 0b100 { (address + 4) & !3 } else { address + 4 };
    Instruction::To(from.wrapping_add_signed(signed(offset, 25)))
}

/// Every instruction of T32 code at an address.
fn instructions(code: &[u8], address: u32) -> Vec<Instruction> {
    let (mut all, mut at) = (Vec::new(), 0);
    while let Some(first) = half(code, at) {
        let here = address + at as u32;
        match half(code, at + 2).filter(|_| is_long(first)) {
            Some(second) => all.push(long(first, second, here)),
            None => all.push(short(first, here)),
        }
        at += if is_long(first) { 4 } else { 2 };
    }
    all
}

impl Calls {
    /// Those of an image. A branch that leaves its function for what is none is an error, so that none is missed.
    pub(crate) fn read(image: &Path) -> Result<Self, String> {
        let (functions, kinds) = symbols(image)?;
        let file = std::fs::read(image).map_err(|e| format!("{}: {e}", image.display()))?;
        let segments = segments(&file).ok_or_else(|| format!("{} is no ELF file", image.display()))?;
        let mut calls = Self { functions, taken: BTreeSet::new() };
        for (address, bytes) in &segments {
            // Of code too: a constant too many does no harm.
            let words = (0..bytes.len()).step_by(4).filter_map(|at| word(bytes, at));
            calls.taken.extend(words.filter(|word| word & 1 == 1 && calls.functions.contains_key(&(word & !1))));
            let end = address + bytes.len() as u32;
            let starts = kinds.range(address..&end);
            let ends = kinds.range(address..&end).skip(1).map(|(end, _)| *end).chain([end]);
            for ((start, _), end) in starts.zip(ends).filter(|((_, kind), _)| **kind == 't') {
                calls.code(*start, &bytes[(start - address) as usize..(end - address) as usize])?;
            }
        }
        calls.taken = calls.taken.iter().map(|address| address & !1).collect();
        Ok(calls)
    }

    /// A stretch of T32 code.
    fn code(&mut self, start: u32, bytes: &[u8]) -> Result<(), String> {
        let mut at = start;
        while at < start + bytes.len() as u32 {
            let Some((begin, function)) = self.functions.range(..=at).next_back() else { return Ok(()) };
            let begin = *begin;
            let next = self.functions.range(at + 1..).next().map_or(u32::MAX, |(next, _)| *next);
            let end = next.min(start + bytes.len() as u32);
            let inside = begin..begin + function.size;
            // Behind a function comes what fills the gap, in which nobody arrives.
            let code = end.min(inside.end).max(at);
            let (mut called, mut indirect, mut low) = (BTreeSet::new(), false, [0; 16]);
            for instruction in instructions(&bytes[(at - start) as usize..(code - start) as usize], at) {
                match instruction {
                    Instruction::To(to) if self.functions.contains_key(&to) => _ = called.insert(to),
                    Instruction::To(to) if !inside.contains(&to) => {
                        return Err(format!("{:?} goes to {to:#x}, where no function begins", function.names));
                    }
                    Instruction::Indirect => indirect = true,
                    Instruction::Low(register, constant) => low[register] = constant,
                    Instruction::High(register, constant) => {
                        let whole = constant | low[register];
                        if whole & 1 == 1 && self.functions.contains_key(&(whole & !1)) {
                            self.taken.insert(whole);
                        }
                    }
                    _ => {}
                }
            }
            if let Some(function) = self.functions.get_mut(&begin) {
                function.calls.extend(called);
                function.indirect |= indirect;
            }
            at = end;
        }
        Ok(())
    }

    /// Where the function of this name is.
    pub(crate) fn find(&self, name: &str) -> Result<u32, String> {
        let found = self.functions.iter().find(|(_, function)| function.names.iter().any(|other| other == name));
        found.map(|(address, _)| *address).ok_or_else(|| format!("the image has no function {name}"))
    }

    /// What is reached from the roots, each with what it was first reached from. Indirect calls lead to all functions
    /// whose address is taken but those `left_out`.
    pub(crate) fn reached(&self, roots: &[u32], left_out: &[u32]) -> BTreeMap<u32, u32> {
        let mut reached: BTreeMap<u32, u32> = roots.iter().map(|root| (*root, *root)).collect();
        let mut todo = roots.to_vec();
        while let Some(address) = todo.pop() {
            let Some(function) = self.functions.get(&address) else { continue };
            let indirect = self.taken.iter().filter(|to| function.indirect && !left_out.contains(to));
            for to in function.calls.iter().chain(indirect) {
                if !reached.contains_key(to) {
                    reached.insert(*to, address);
                    todo.push(*to);
                }
            }
        }
        reached
    }

    /// How it was reached, by name.
    pub(crate) fn path(&self, reached: &BTreeMap<u32, u32>, to: u32) -> String {
        let (mut names, mut at) = (Vec::new(), Some(to));
        while let Some(address) = at {
            names.push(self.functions.get(&address).map_or("?", |function| function.names[0].as_str()));
            at = reached.get(&address).copied().filter(|from| *from != address);
        }
        names.reverse();
        names.join(" -> ")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::Instruction::{High, Indirect, Low, Other, To};
    use super::{Calls, Function, instructions, long, short};

    #[test]
    fn branches() {
        // 0x10073c: bl 0x106a00
        let offset = 0x10_6a00_u32 - (0x10_073c + 4);
        let (first, second) = (0xf000 | offset >> 12, 0xf800 | offset >> 1 & 0x7ff);
        assert_eq!(long(first, second, 0x10_073c), To(0x10_6a00));
        assert_eq!(long(0xf7ff, 0xfffe, 0x1000), To(0x1000), "bl to itself");
        assert_eq!(long(0xf7ff, 0xbffe, 0x1000), To(0x1000), "b.w to itself");
        assert_eq!(long(0xf7ff, 0xeffe, 0x1002), To(0x1000), "blx, from a multiple of four");
        assert_eq!(long(0xf43f, 0xaffe, 0x1000), To(0x1000), "beq.w to itself");
        assert_eq!(long(0xf3bf, 0x8f5f, 0x1000), Other, "dmb");
        assert_eq!(short(0xe7fe, 0x1000), To(0x1000), "b to itself");
        assert_eq!(short(0xd0fe, 0x1000), To(0x1000), "beq to itself");
        assert_eq!(short(0xdefe, 0x1000), Other, "udf");
        assert_eq!([short(0x4798, 0), short(0x4718, 0), short(0x4770, 0)], [Indirect, Indirect, Other]);
    }

    #[test]
    fn constants_and_lengths() {
        // movw r0, #0x1235; movt r0, #0x10; nop; blx r0
        let code = [0x41, 0xf2, 0x35, 0x20, 0xc0, 0xf2, 0x10, 0x00, 0x00, 0xbf, 0x80, 0x47];
        assert_eq!(instructions(&code, 0), [Low(0, 0x1235), High(0, 0x10_0000), Other, Indirect]);
    }

    #[test]
    fn what_is_reached() {
        let function = |name: &str, calls: &[u32], indirect| Function {
            names: vec![name.to_string()],
            size: 2,
            calls: calls.iter().copied().collect(),
            indirect,
        };
        let functions = BTreeMap::from([
            (0, function("a", &[2], false)),
            (2, function("b", &[], true)),
            (4, function("c", &[6], false)),
            (6, function("d", &[], false)),
        ]);
        let calls = Calls { functions, taken: BTreeSet::from([4]) };
        let reached = calls.reached(&[0], &[]);
        assert_eq!(calls.path(&reached, 6), "a -> b -> c -> d");
        assert_eq!(calls.reached(&[0], &[4]).into_keys().collect::<Vec<_>>(), [0, 2]);
    }
}
