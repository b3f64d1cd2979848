//! Joins what the printer breaks although it fits: calls, literals, chains and short branches within [`WIDTH`] columns.
//!
//! prettyplease breaks at 89 columns and has no setting; people who read generated code beside hand-written code of 120
//! columns should not stumble. Only line breaks, indentation and trailing commas change (a test compares the tokens).

/// Columns of a line.
const WIDTH: usize = 120;

/// Join lines until nothing more fits.
pub(super) fn join(text: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
    loop {
        let mut out: Vec<String> = Vec::with_capacity(lines.len());
        let mut i = 0;
        let mut changed = false;
        while i < lines.len() {
            match joined(&lines[i..]) {
                Some((line, used)) => {
                    out.push(line);
                    i += used;
                    changed = true;
                }
                None => {
                    out.push(std::mem::take(&mut lines[i]));
                    i += 1;
                }
            }
        }
        lines = out;
        if !changed {
            break;
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

/// The first lines as one, and how many they are.
fn joined(lines: &[String]) -> Option<(String, usize)> {
    let first = lines.first()?;
    if first.trim_start().starts_with("//") {
        return None;
    }
    let rules = [group, chain, operator, branch, arm];
    let (line, used) = rules.iter().find_map(|rule| rule(lines))?;
    (line.chars().count() <= WIDTH).then_some((line, used))
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Arguments, elements or fields of one opening bracket.
fn group(lines: &[String]) -> Option<(String, usize)> {
    let first = &lines[0];
    let (open, close) = match first.chars().last()? {
        '(' => ('(', ')'),
        '[' => ('[', ']'),
        '{' if is_literal(first) || is_import(first) => ('{', '}'),
        _ => return None,
    };
    let outer = indent(first);
    let end = 1 + lines[1..].iter().position(|line| indent(line) <= outer)?;
    let last = &lines[end];
    if indent(last) != outer || !last.trim_start().starts_with(close) || end == 1 {
        return None;
    }
    let inner = &lines[1..end];
    // One line for each part, none of them a comment or an attribute.
    let plain = |line: &String| {
        let text = line.trim_start();
        indent(line) == outer + 4 && !text.starts_with("//") && !text.starts_with("#[")
    };
    let parts = inner.iter().all(plain) && inner[..inner.len() - 1].iter().all(|line| line.ends_with(','));
    let whole = |line: &String| !line.ends_with(['(', '[', '{', ';']);
    if !parts || !inner.iter().all(whole) {
        return None;
    }
    let body = inner.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    // A tuple of one element keeps its comma.
    let keeps =
        open == '(' && inner.len() == 1 && first.trim_end().ends_with([' ']) || first.trim() == "(" && inner.len() == 1;
    let body = if keeps { body.as_str() } else { body.strip_suffix(',').unwrap_or(&body) };
    let space = if open == '{' && !is_import(first) { " " } else { "" };
    Some((format!("{first}{space}{body}{space}{}", last.trim_start()), end + 1))
}

/// Does the line open a struct literal or pattern, not a block or an item?
fn is_literal(line: &str) -> bool {
    let text = line.trim_start();
    let Some(before) = text.strip_suffix(" {") else { return false };
    // The path before the brace, with what stands before it.
    let path = before.rsplit([' ', '(', '[']).next().unwrap_or_default();
    let words = before.split([' ', '(', '[', '!']);
    let keyword = |word: &str| {
        matches!(
            word,
            "if" | "else"
                | "match"
                | "for"
                | "while"
                | "loop"
                | "fn"
                | "impl"
                | "struct"
                | "enum"
                | "mod"
                | "trait"
                | "use"
                | "unsafe"
        )
    };
    path.starts_with(|c: char| c.is_ascii_uppercase() || c == 'S')
        && path.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':'))
        && !words.into_iter().any(keyword)
        || path.contains("::")
            && path.rsplit("::").next().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_uppercase()))
            && !before.split(' ').any(keyword)
}

/// `use path::{`
fn is_import(line: &str) -> bool {
    let text = line.trim_start();
    (text.starts_with("use ") || text.starts_with("pub use ")) && text.ends_with("::{")
}

/// Two operands of one operator.
fn operator(lines: &[String]) -> Option<(String, usize)> {
    let [first, second, rest @ ..] = lines else { return None };
    let begins = |line: &str| {
        let word = line.trim_start().split(' ').next().unwrap_or_default();
        matches!(word, "<<" | ">>" | "==" | "!=" | "&" | "+" | "-" | "*" | "&&" | "||" | "<" | ">" | "<=" | ">=")
    };
    let whole = |line: &String| !line.ends_with(['(', '[', '{']);
    let outer = indent(first);
    let alone = indent(second) == outer + 4 && rest.first().is_none_or(|line| indent(line) <= outer);
    (alone && begins(second) && !begins(first) && whole(first) && whole(second))
        .then(|| (format!("{first} {}", second.trim_start()), 2))
}

/// A value and the calls on it.
fn chain(lines: &[String]) -> Option<(String, usize)> {
    let first = &lines[0];
    let outer = indent(first);
    let dots =
        lines[1..].iter().take_while(|line| indent(line) == outer + 4 && line.trim_start().starts_with('.')).count();
    if dots == 0 || first.trim_start().starts_with('.') {
        return None;
    }
    let links = &lines[1..=dots];
    let whole = |line: &String| !line.ends_with(['(', '[', '{']);
    // The chain must end where its last line does.
    let follows = lines.get(dots + 1).is_some_and(|line| indent(line) > outer);
    if follows || !links.iter().all(whole) || !whole(first) {
        return None;
    }
    let calls: String = links.iter().map(|line| line.trim()).collect();
    Some((format!("{first}{calls}"), dots + 1))
}

/// `if` and `else` with one expression each, as a value.
fn branch(lines: &[String]) -> Option<(String, usize)> {
    let [first, yes, middle, no, last, ..] = lines else { return None };
    let outer = indent(first);
    let value = first.contains("= if ") || first.contains(": if ") || first.contains("=> if ");
    let shape = first.ends_with(" {") && middle.trim() == "} else {" && last.trim_start().starts_with('}');
    let depth = [(yes, 4), (middle, 0), (no, 4), (last, 0)].into_iter().all(|(line, by)| indent(line) == outer + by);
    let plain = |line: &str| !line.ends_with([';', '{', '(', '[', ',']) && !line.trim_start().starts_with("//");
    if !value || !shape || !depth || !plain(yes) || !plain(no) {
        return None;
    }
    Some((format!("{first} {} }} else {{ {} {}", yes.trim(), no.trim(), last.trim_start()), 5))
}

/// An arm whose block is one expression.
fn arm(lines: &[String]) -> Option<(String, usize)> {
    let [first, body, last, ..] = lines else { return None };
    let outer = indent(first);
    let head = first.strip_suffix(" => {")?;
    let plain =
        indent(body) == outer + 4 && !body.ends_with([';', '{', '(', '[', ',']) && !body.trim_start().starts_with("//");
    // Lists of what follows need their own line.
    if !plain || last.trim() != "}" || indent(last) != outer {
        return None;
    }
    Some((format!("{head} => {},", body.trim()), 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_joined() {
        let text = "fn f() {\n    g(\n        a,\n        b,\n    );\n    let x = h\n        .i()\n        .j(1);\n}\n";
        assert_eq!(join(text), "fn f() {\n    g(a, b);\n    let x = h.i().j(1);\n}\n");
        let text = "    return Err(E::T {\n        needed: 1,\n    });\n";
        assert_eq!(join(text), "    return Err(E::T { needed: 1 });\n");
        let text = "        A { b } => {\n            C::new([b])\n        }\n";
        assert_eq!(join(text), "        A { b } => C::new([b]),\n");
        assert_eq!(join("use a::{\n    B, C,\n};\n"), "use a::{B, C};\n");
        assert_eq!(join("let a = b\n    << c;\n"), "let a = b << c;\n");
        let text = "    let k = if a {\n        B\n    } else {\n        C\n    };\n";
        assert_eq!(join(text), "    let k = if a { B } else { C };\n");
    }

    #[test]
    fn blocks_and_items_stay() {
        for text in [
            "pub struct S {\n    a: u8,\n}\n",
            "match x {\n    A => 1,\n    B => 2,\n}\n",
            "if let Some(x) = y {\n    z\n}\n",
            "const _: () = {\n    assert!(A);\n};\n",
            "impl X for Y {\n    const A: u8 = 1;\n}\n",
        ] {
            assert_eq!(join(text), text);
        }
    }
}
