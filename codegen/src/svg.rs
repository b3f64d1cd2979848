//! Elements of SVG, with everything that people wrote escaped: what all pictures are drawn with.
//!
//! Coordinates are pixels, where nothing else is said; pictures are text, so the same calls give the same bytes.

use std::fmt::Write as _;

/// A picture while it is drawn.
pub struct Canvas {
    out: String,
}

/// Text as it may stand between tags and in attributes.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML has no control characters, and an attribute no line feed.
            c if c.is_control() => out.push(' '),
            '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
    }
    out
}

/// A hundredth of a pixel as a number.
pub fn pixels(hundredths: i64) -> String {
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// Width that a text surely needs in pixels, whatever the reader's font: capitals and figures are wide.
pub fn width(text: &str, size: i64) -> i64 {
    let tenths: i64 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | ',' | '.' | ':' | '\'' | '|' => 34,
            'f' | 't' | 'r' | ' ' | '(' | ')' | '-' => 42,
            'm' | 'w' | 'M' | 'W' | '%' | '→' => 95,
            c if c.is_ascii_uppercase() => 74,
            c if c.is_ascii() => 62,
            _ => 100,
        })
        .sum();
    tenths * size / 100
}

impl Canvas {
    /// A picture of this size, described by its elements `lw-title` and `lw-desc`.
    pub fn new(width: i64, height: i64) -> Self {
        let mut out = String::new();
        let _ = writeln!(
            out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             height=\"{height}\" role=\"img\" aria-labelledby=\"lw-title lw-desc\">"
        );
        Self { out }
    }

    /// What it is, for screen readers.
    pub fn describe(&mut self, title: &str, description: &str) {
        let _ = writeln!(self.out, "<title id=\"lw-title\">{}</title>", escaped(title));
        let _ = writeln!(self.out, "<desc id=\"lw-desc\">{}</desc>", escaped(description));
    }

    /// Text that is SVG already.
    pub fn raw(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// What a pointer on the group that was opened last is told; lines end with line feeds.
    pub fn tip(&mut self, text: &str) {
        let lines: Vec<String> = text.lines().map(escaped).collect();
        let _ = writeln!(self.out, "<title>{}</title>", lines.join("\n"));
    }

    /// A group that ends with [`close`](Self::close).
    pub fn open(&mut self, attributes: &[(&str, &str)]) {
        self.out.push_str("<g");
        for (name, value) in attributes {
            let _ = write!(self.out, " {name}=\"{}\"", escaped(value));
        }
        self.out.push_str(">\n");
    }

    /// End a group.
    pub fn close(&mut self) {
        self.out.push_str("</g>\n");
    }

    /// A rectangle: x, y, width and height in pixels.
    pub fn rect(&mut self, class: &str, (x, y, width, height): (i64, i64, i64, i64), round: i64) {
        let _ = writeln!(
            self.out,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{round}\"/>"
        );
    }

    /// A piece of time: x and width in hundredths of a pixel, its time in nanoseconds, and what a pointer is told.
    pub fn bar(
        &mut self,
        class: &str,
        (x, width): (i64, i64),
        (y, height): (i64, i64),
        (from, to): (u64, u64),
        tip: &str,
    ) {
        let _ = writeln!(
            self.out,
            "<rect class=\"bar {class}\" x=\"{}\" y=\"{y}\" width=\"{}\" height=\"{height}\" rx=\"{}\" \
             data-from=\"{from}\" data-to=\"{to}\"><title>{}</title></rect>",
            pixels(x),
            pixels(width),
            if width > 800 { 3 } else { 0 },
            escaped(tip)
        );
    }

    /// A line, in hundredths of a pixel across and pixels down.
    pub fn line(&mut self, class: &str, (x1, y1): (i64, i64), (x2, y2): (i64, i64)) {
        let (x1, x2) = (pixels(x1), pixels(x2));
        let _ = writeln!(self.out, "<line class=\"{class}\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"/>");
    }

    /// Text at a place in pixels; `anchor`: start, middle or end.
    pub fn text(&mut self, class: &str, (x, y): (i64, i64), anchor: &str, text: &str) {
        self.text_at(class, (x * 100, y), anchor, text);
    }

    /// As [`text`](Self::text), x in hundredths.
    pub fn text_at(&mut self, class: &str, (x, y): (i64, i64), anchor: &str, text: &str) {
        let (x, text) = (pixels(x), escaped(text));
        let _ =
            writeln!(self.out, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{text}</text>");
    }

    /// The picture as text.
    pub fn finish(mut self) -> String {
        self.out.push_str("</svg>\n");
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_is_text() {
        assert_eq!(escaped("a<b>&\"c\"\n"), "a&lt;b&gt;&amp;&quot;c&quot; ");
    }

    #[test]
    fn pixels_are_short() {
        assert_eq!(pixels(12_345), "123.45");
        assert_eq!(pixels(12_300), "123");
        assert_eq!(pixels(5), "0.05");
    }
}
