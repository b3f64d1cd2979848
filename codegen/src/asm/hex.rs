use crate::report::{Diagnostic, Diagnostics};
use crate::source::{FileId, SourceMap, Span};

/// Is this a list of bytes written in hexadecimal rather than the bytes themselves?
pub fn looks_like_hex(content: &[u8]) -> bool {
    let text = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let separator = |b: &u8| b.is_ascii_whitespace() || *b == b',';
    let word = |w: &[u8]| w.is_empty() || digits(w).iter().all(u8::is_ascii_hexdigit);
    let lines =
        text.split(|b| *b == b'\n').map(|line| line.split(|b| *b == b';' || *b == b'#').next().unwrap_or_default());
    let mut any = false;
    for line in lines {
        for written in line.split(separator) {
            if !word(written) {
                return false;
            }
            any |= !written.is_empty();
        }
    }
    any
}

/// Bytes written in hexadecimal: `bc 00`, `0xbc, 0x00` or `bc00`; `;` and `#` begin a comment.
/// `None`: the file has errors, which are in `findings`.
pub fn parse_hex(sources: &SourceMap, file: FileId, findings: &mut Diagnostics) -> Option<Vec<u8>> {
    let text = &sources.file(file).text;
    let mut bytes = Vec::new();
    let mut failed = false;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = &line[..line.find([';', '#']).unwrap_or(line.len())];
        let mut start = at;
        for written in content.split(|c: char| c.is_whitespace() || c == ',') {
            let next = start + written.len();
            let digits = written.trim_start_matches('\u{feff}');
            match word(digits) {
                _ if digits.is_empty() => {}
                Some(word) => bytes.extend(word),
                None => {
                    failed = true;
                    let span = Span { file, start: (next - digits.len()) as u32, end: next as u32 };
                    let title = format!("`{digits}` is not bytes in hexadecimal");
                    findings.push(
                        Diagnostic::error("LW0908", title, span, "two digits a byte")
                            .help("write bytes as `bc 00 00`, `0xbc, 0x00, 0x00` or `bc0000`"),
                    );
                }
            }
            start = next + content[next - at..].chars().next().map_or(0, char::len_utf8);
        }
        at += line.len();
    }
    (!failed).then_some(bytes)
}

fn word(written: &str) -> Option<Vec<u8>> {
    let digits = std::str::from_utf8(digits(written.as_bytes())).ok()?;
    if digits.len() == 1 {
        return u8::from_str_radix(digits, 16).ok().map(|byte| vec![byte]);
    }
    if digits.is_empty() || digits.len() % 2 != 0 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    (0..digits.len()).step_by(2).map(|i| u8::from_str_radix(&digits[i..i + 2], 16).ok()).collect()
}

fn digits(written: &[u8]) -> &[u8] {
    written.strip_prefix(b"0x").or_else(|| written.strip_prefix(b"0X")).unwrap_or(written)
}
