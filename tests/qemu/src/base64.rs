//! The encoding in which QEMU takes and gives memory; half the bytes of hexadecimal.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const VALUES: [u8; 256] = {
    let mut values = [u8::MAX; 256];
    let mut i = 0;
    while i < 64 {
        values[ALPHABET[i] as usize] = i as u8;
        i += 1;
    }
    values
};

pub(crate) fn encode(bytes: &[u8], out: &mut Vec<u8>) {
    out.reserve(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0_u32, |g, b| g << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let digit = ALPHABET[(group >> (18 - 6 * i) & 63) as usize];
            out.push(if i <= chunk.len() { digit } else { b'=' });
        }
    }
}

/// Fill `out` exactly.
pub(crate) fn decode(text: &[u8], out: &mut [u8]) -> Option<()> {
    let digits = out.len().div_ceil(3) * 4;
    if text.len() != digits {
        return None;
    }
    for (group, bytes) in text.chunks(4).zip(out.chunks_mut(3)) {
        let mut word = 0_u32;
        for (i, digit) in group.iter().enumerate() {
            let value = VALUES[usize::from(*digit)];
            match (value < 64, i <= bytes.len()) {
                (true, true) => word = word << 6 | u32::from(value),
                (false, false) if *digit == b'=' => word <<= 6,
                _ => return None,
            }
        }
        bytes.copy_from_slice(&word.to_be_bytes()[1..=bytes.len()]);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        for (plain, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            let mut out = Vec::new();
            encode(plain.as_bytes(), &mut out);
            assert_eq!(out, coded.as_bytes());
            let mut back = vec![0; plain.len()];
            assert_eq!(decode(coded.as_bytes(), &mut back), Some(()));
            assert_eq!(back, plain.as_bytes());
        }
    }

    #[test]
    fn what_is_not_base64_of_that_length() {
        for bad in ["Zg=", "Zg==Zg==", "Z===", "Zm8*", "=m8=", "Zm9v"] {
            assert_eq!(decode(bad.as_bytes(), &mut [0; 2]), None, "{bad}");
        }
    }
}
