//! What is long on a terminal: Markdown pages with headings, code and prose told apart, and tables, all in its width.

/// The page with terminal colours; lines of prose have at most `width` characters where words allow it.
pub(crate) fn styled(markdown: &str, width: usize) -> String {
    let mut out = String::new();
    let mut in_code = false;
    for line in markdown.lines() {
        if line.starts_with("```") {
            in_code = !in_code;
            continue;
        }
        match (in_code, heading(line)) {
            (true, _) => out.push_str(&format!("    {}\n", code(line))),
            (false, Some(text)) => out.push_str(&format!("\x1b[1m{text}\x1b[0m\n")),
            (false, None) => wrap(line, width, &mut out),
        }
    }
    out
}

fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    (text.len() < line.len()).then(|| text.trim())
}

/// A line of an example; the report of a finding in the colours it has.
fn code(line: &str) -> String {
    let color = match line {
        _ if line.starts_with("error[") => "1;31",
        _ if line.starts_with("warning[") => "1;33",
        _ if line.trim_start().starts_with('#') => "2",
        _ => "36",
    };
    format!("\x1b[{color}m{line}\x1b[0m")
}

fn wrap(line: &str, width: usize, out: &mut String) {
    let mut column = 0;
    let mut quoted = false;
    for word in line.split_inclusive(' ') {
        let length = word.trim_end().chars().filter(|c| *c != '`').count();
        if column > 0 && column + length > width {
            out.truncate(out.trim_end_matches(' ').len());
            out.push('\n');
            column = 0;
        }
        for c in word.chars() {
            match c {
                '`' => {
                    quoted = !quoted;
                    out.push_str(if quoted { "\x1b[36m" } else { "\x1b[0m" });
                }
                c => out.push(c),
            }
        }
        column += word.chars().filter(|c| *c != '`').count();
    }
    if quoted {
        out.push_str("\x1b[0m");
    }
    out.push('\n');
}

/// The text in lines of at most `width` characters, where words allow it. What does not fit goes on below its own column
/// of a table, else a bit to the right.
pub(crate) fn folded(text: &str, width: usize) -> String {
    let mut out = String::new();
    for line in text.lines() {
        if line.chars().count() <= width {
            out.push_str(line);
            out.push('\n');
            continue;
        }
        let begin = column(line, width / 2);
        let indent = " ".repeat(line[..begin].chars().count());
        let mut at = indent.len();
        out.push_str(&line[..begin]);
        for (number, word) in line[begin..].split(' ').enumerate() {
            let length = word.chars().count();
            if number > 0 && at + 1 + length > width {
                out.push_str(&format!("\n{indent}"));
                at = indent.len();
            } else if number > 0 {
                out.push(' ');
                at += 1;
            }
            out.push_str(word);
            at += length;
        }
        out.push('\n');
    }
    out
}

/// Where the last column of a table begins, in bytes, if that is among the first `most` characters; else a bit to the
/// right of where the line does.
fn column(line: &str, most: usize) -> usize {
    let blank = line.len() - line.trim_start().len();
    let end = line.char_indices().nth(most).map_or(line.len(), |(at, _)| at);
    let last = line[..end].rfind("  ").map_or(0, |at| at + 2);
    if last > blank { last } else { line[blank..].char_indices().nth(2).map_or(line.len(), |(at, _)| blank + at) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_go_on_in_their_column() {
        let table = "place  what\n    1  one two three four\n  ~ a device moved from one to two\nn\u{e9}\u{e9} short and long at once\n";
        assert_eq!(
            folded(table, 16),
            "place  what\n    1  one two\n       three\n       four\n  ~ a device\n    moved from\n    one to two\nn\u{e9}\u{e9} short and\n  long at once\n"
        );
        assert_eq!(folded("  unbreakable_words_are_kept  x\n", 8), "  unbreakable_words_are_kept\n     x\n");
        assert_eq!(folded("", 8), "");
    }

    #[test]
    fn prose_is_wrapped_and_code_is_not() {
        let page = "# LW0001 a\n\nsome words of `code here` end\n\n```yaml\na: b c d e f g h i j k\n```\n";
        let wanted = "\x1b[1mLW0001 a\x1b[0m\n\nsome words\nof \x1b[36mcode\nhere\x1b[0m end\n\n    \x1b[36ma: b c d e f g h i j k\x1b[0m\n";
        assert_eq!(styled(page, 10), wanted);
    }
}
