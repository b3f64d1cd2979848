//! Markdown pages on a terminal: headings, code and prose told apart, prose in the width of the terminal.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_wrapped_and_code_is_not() {
        let page = "# LW0001 a\n\nsome words of `code here` end\n\n```yaml\na: b c d e f g h i j k\n```\n";
        let wanted = "\x1b[1mLW0001 a\x1b[0m\n\nsome words\nof \x1b[36mcode\nhere\x1b[0m end\n\n    \x1b[36ma: b c d e f g h i j k\x1b[0m\n";
        assert_eq!(styled(page, 10), wanted);
    }
}
