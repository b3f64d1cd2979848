//! The text form of an instruction.

/// A piece of a text form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// As it stands.
    Text(&'a str),
    /// `{operand}`, and where in the text it begins.
    Operand(&'a str, usize),
}

/// The pieces of a text form; `Err`: the byte of a brace without a partner.
pub(crate) fn pieces(asm: &str) -> Result<Vec<Piece<'_>>, usize> {
    let mut out = Vec::new();
    let mut rest = 0;
    while let Some(open) = asm[rest..].find(['{', '}']).map(|i| rest + i) {
        if rest < open {
            out.push(Piece::Text(&asm[rest..open]));
        }
        let inside = open + 1;
        let close = asm[inside..].find(['{', '}']).map(|i| inside + i);
        match close {
            Some(close) if asm[open..].starts_with('{') && asm[close..].starts_with('}') => {
                out.push(Piece::Operand(asm[inside..close].trim(), open));
                rest = close + 1;
            }
            _ => return Err(open),
        }
    }
    if rest < asm.len() {
        out.push(Piece::Text(&asm[rest..]));
    }
    Ok(out)
}

/// A character of a text form whose enums and flags are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Unit {
    /// Case does not count, and any run of blanks is one.
    Char(char),
    /// A number.
    Number,
}

/// The text as units.
pub(crate) fn push(text: &str, out: &mut Vec<Unit>) {
    for c in text.chars() {
        let blank = c.is_whitespace();
        if blank && matches!(out.last(), Some(Unit::Char(' '))) {
            continue;
        }
        out.push(Unit::Char(if blank { ' ' } else { c.to_ascii_lowercase() }));
    }
}

/// Is there a text that both stand for?
pub(crate) fn meet(a: &[Unit], b: &[Unit]) -> bool {
    let mut seen = vec![false; (a.len() + 1) * (b.len() + 1)];
    let mut open = vec![(0, 0)];
    while let Some((i, j)) = open.pop() {
        if i == a.len() && j == b.len() {
            return true;
        }
        if std::mem::replace(&mut seen[i * (b.len() + 1) + j], true) {
            continue;
        }
        match (a.get(i), b.get(j)) {
            (Some(Unit::Char(x)), Some(Unit::Char(y))) if x == y => open.push((i + 1, j + 1)),
            (Some(Unit::Number), Some(Unit::Number)) => open.push((i + 1, j + 1)),
            (Some(Unit::Number), Some(Unit::Char(_))) => {
                open.extend(number_ends(&b[j..]).map(|n| (i + 1, j + n)));
            }
            (Some(Unit::Char(_)), Some(Unit::Number)) => {
                open.extend(number_ends(&a[i..]).map(|n| (i + n, j + 1)));
            }
            _ => {}
        }
    }
    false
}

/// Lengths of the numbers that a text begins with.
fn number_ends(units: &[Unit]) -> impl Iterator<Item = usize> + '_ {
    let digit = matches!(units.first(), Some(Unit::Char(c)) if c.is_ascii_digit());
    let length = units
        .iter()
        .take_while(|u| matches!(u, Unit::Char(c) if c.is_ascii_hexdigit() || matches!(c, 'x' | '_')))
        .count();
    (1..=length).filter(move |_| digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(text: &str) -> Vec<Unit> {
        let mut out = Vec::new();
        for (i, part) in text.split('#').enumerate() {
            if i > 0 {
                out.push(Unit::Number);
            }
            push(part, &mut out);
        }
        out
    }

    #[test]
    fn pieces_of_a_text_form() {
        assert_eq!(pieces("DMASEV E{event}").unwrap(), [Piece::Text("DMASEV E"), Piece::Operand("event", 8)]);
        assert_eq!(pieces(""), Ok(vec![]));
        for (wrong, at) in [("a{b", 1), ("a}b", 1), ("{{x}}", 0), ("{a}}", 3)] {
            assert_eq!(pieces(wrong), Err(at), "{wrong}");
        }
    }

    #[test]
    fn texts_that_meet() {
        assert!(meet(&units("ADD  #, X"), &units("add #, x")));
        assert!(meet(&units("ADD 12"), &units("ADD #")));
        assert!(meet(&units("ADD 0x1f"), &units("ADD #")));
        assert!(!meet(&units("ADD LC0"), &units("ADD LC1")));
        assert!(!meet(&units("ADD LC0"), &units("ADD #")));
        assert!(!meet(&units("ADD #"), &units("SUB #")));
        assert!(meet(&units("E##"), &units("E1#")));
    }
}
