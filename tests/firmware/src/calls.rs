//! Who calls whom in an image: the direct calls of its T32 code, decoded from the bytes.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::build::output;

/// Names of functions, by address: demangled, with their sizes.
type Functions = BTreeMap<u32, (u32, String)>;

fn functions(image: &Path) -> Result<Functions, String> {
    let text = output(Command::new("nm").args(["-C", "-S"]).arg(image))?;
    let function = |line: &str| {
        let mut words = line.splitn(4, ' ');
        let address = u32::from_str_radix(words.next()?, 16).ok()?;
        let size = u32::from_str_radix(words.next()?, 16).ok()?;
        let kind = words.next()?;
        // The lowest bit says that it is T32 code.
        matches!(kind, "T" | "t" | "W" | "w").then_some((address & !1, (size, words.next()?.to_string())))
    };
    Ok(text.lines().filter_map(function).collect())
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn half(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?).into())
}

/// Bytes of a loaded address range: by the program headers of a 32-bit ELF file.
fn loaded(file: &[u8], address: u32, size: u32) -> Option<&[u8]> {
    let (headers, each, count) = (word(file, 28)? as usize, half(file, 42)? as usize, half(file, 44)? as usize);
    (0..count).find_map(|number| {
        let at = headers + number * each;
        let (offset, begin, length) = (word(file, at + 4)?, word(file, at + 8)?, word(file, at + 16)?);
        let from = address.checked_sub(begin)?;
        let end = from.checked_add(size).filter(|end| *end <= length)?;
        file.get((offset + from) as usize..(offset + end) as usize)
    })
}

/// Where a `BL`, `BLX` or `B.W` of T32 at `address` leads.
fn target(first: u32, second: u32, address: u32) -> Option<u32> {
    let branch = first >> 11 == 0b11110 && second >> 15 == 1;
    let kind = second >> 12 & 0b101;
    // Without the conditional one, whose condition stands where these have their highest bits.
    if !branch || kind == 0b000 {
        return None;
    }
    let sign = first >> 10 & 1;
    let high = !(second >> 13 & 1 ^ sign) & 1;
    let low = !(second >> 11 & 1 ^ sign) & 1;
    let offset = sign << 24 | high << 23 | low << 22 | (first & 0x3ff) << 12 | (second & 0x7ff) << 1;
    let offset = ((offset << 7) as i32) >> 7;
    let from = if kind == 0b100 { (address + 4) & !3 } else { address + 4 };
    Some(from.wrapping_add_signed(offset))
}

/// Pairs of caller and called, demangled. More than there are, should constants look like calls; none is missing.
pub(crate) fn direct(image: &Path) -> Result<Vec<(String, String)>, String> {
    let functions = functions(image)?;
    let file = std::fs::read(image).map_err(|e| format!("{}: {e}", image.display()))?;
    let mut calls = Vec::new();
    for (address, (size, name)) in &functions {
        let Some(code) = loaded(&file, *address, *size) else { continue };
        for at in (0..code.len().saturating_sub(3)).step_by(2) {
            let (Some(first), Some(second)) = (half(code, at), half(code, at + 2)) else { continue };
            let called = target(first, second, address + at as u32).and_then(|to| functions.get(&(to & !1)));
            if let Some((_, called)) = called {
                calls.push((name.clone(), called.clone()));
            }
        }
    }
    if calls.is_empty() { Err("the image has no calls".to_string()) } else { Ok(calls) }
}

#[cfg(test)]
mod tests {
    use super::target;

    #[test]
    fn branches() {
        // 0x10073c: bl 0x106a00
        let offset = 0x10_6a00_u32 - (0x10_073c + 4);
        let (first, second) = (0xf000 | offset >> 12, 0xf800 | offset >> 1 & 0x7ff);
        assert_eq!(target(first, second, 0x10_073c), Some(0x10_6a00));
        assert_eq!(target(0xf7ff, 0xfffe, 0x1000), Some(0x1000), "bl to itself");
        assert_eq!(target(0xf7ff, 0xbffe, 0x1000), Some(0x1000), "b.w to itself");
        assert_eq!(target(0xf7ff, 0xeffe, 0x1002), Some(0x1000), "blx, from a multiple of four");
        assert_eq!(target(0xf000, 0x8000, 0x1000), None, "a conditional one");
        assert_eq!(target(0x4770, 0xbf00, 0x1000), None, "bx lr; nop");
    }
}
