//! Descriptions as Markdown for people.

/// Without line breaks, control characters, and what says nothing.
pub(super) fn doc(text: Option<&str>, name: &str) -> String {
    let Some(text) = text else { return String::new() };
    // Nordic and others write the two characters `\n` for a line break.
    let text = text.replace("\\n", " ");
    let hidden = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let clean: String = text.chars().filter(|c| !hidden(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: Vec<&str> = clean.split_whitespace().collect();
    let text = words.join(" ");
    let empty = ["no description available", "no description", "unspecified", "unspecified.", "-", "."];
    if text == name || empty.contains(&text.to_ascii_lowercase().as_str()) { String::new() } else { text }
}

/// Words over lines of at most `width` characters.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// A sentence more.
pub(super) fn add(doc: &mut String, sentence: &str) {
    if !doc.is_empty() {
        if !doc.ends_with(['.', '!', '?', ':']) {
            doc.push('.');
        }
        doc.push(' ');
    }
    doc.push_str(sentence);
}
