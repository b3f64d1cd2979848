//! What colours, lines and letters mean, below the picture.

use super::boxes::Sheet;
use super::bundle::{Form, Look};
use super::{Lanes, MARGIN};
use crate::graph::Graph;
use crate::graph::palette::{GREY, Palette};
use crate::svg::{Canvas, width};

/// Height of a line of the legend.
const LINE: i64 = 20;

/// One thing that is explained.
struct Entry {
    sample: Sample,
    text: String,
}

enum Sample {
    /// A line of a class.
    Line(String),
    /// A mark with a letter.
    Letter(String),
    /// A box of a class.
    Box(&'static str),
    None,
}

impl Entry {
    fn width(&self) -> i64 {
        let sample = match self.sample {
            Sample::None => 0,
            _ => 34,
        };
        sample + width(&self.text, 11) + 20
    }
}

pub(super) struct Legend {
    entries: Vec<Entry>,
}

impl Legend {
    pub(super) fn new(graph: &Graph, sheet: &Sheet<'_>, palette: &Palette<'_>) -> Self {
        let mut entries = Vec::new();
        let mut add = |sample: Sample, text: String| entries.push(Entry { sample, text });
        for (name, colour, edges) in &palette.entries {
            add(Sample::Line(format!("edge s{colour} managed")), format!("{name} ({edges})"));
        }
        if palette.entries.iter().filter(|(_, colour, _)| *colour == GREY).count() > 1 {
            add(Sample::None, "grey ones are told apart by name".to_string());
        }
        let has = |look: Look| sheet.bundles.iter().any(|bundle| bundle.look == look);
        let lines = sheet.bundles.iter().any(|bundle| bundle.form == Form::Line);
        // Lines lead from what comes first to what waits for it.
        let (line, hub) = match sheet.lanes {
            Lanes::Sleep => ("from who needs it to a supplier, which is on for as long", "→"),
            Lanes::None | Lanes::Probe => ("from a supplier to who needs it, and is on while that is", "←"),
        };
        for (shown, class, text) in [
            (has(Look::Managed) && lines, "edge s8 managed", line),
            (has(Look::Orders), "edge s8 orders", "the same without runtime PM: orders only"),
            (has(Look::Circle), "edge circle", "circle: these need each other"),
            (has(Look::Cut), "edge circle cut", "proposed cut"),
            (has(Look::GivesWay), "edge s8 gives-way", "gives way to a circle"),
            (has(Look::Ignored), "edge s8 ignored", "makes no link"),
        ] {
            if shown {
                add(Sample::Line(class.to_string()), text.to_string());
            }
        }
        if !sheet.clusters.is_empty() {
            add(Sample::Box("domain-box"), "power domain".to_string());
        }
        let marks = |hub: &usize| sheet.bundles.iter().any(|b| b.form == Form::Mark && b.supplier == *hub);
        let hubs: Vec<usize> = sheet.hubs.iter().copied().filter(marks).collect();
        if sheet.words && !hubs.is_empty() {
            add(Sample::None, format!("{hub} a device that many need: named instead of a line"));
        }
        if !sheet.words && sheet.bundles.iter().any(|bundle| bundle.form == Form::Mark) {
            add(Sample::Letter("…".to_string()), "needs this one, which is elsewhere".to_string());
        }
        for hub in hubs.into_iter().filter(|_| !sheet.words) {
            let name = &graph.devices[hub].name;
            add(Sample::Letter(sheet.letters(hub)), format!("{name}, needed by {}", sheet.consumers(hub)));
        }
        Self { entries }
    }

    /// Entries with their places.
    fn places(&self, wide: i64) -> Vec<(i64, i64)> {
        let (mut x, mut y) = (0, 0);
        let mut places = Vec::with_capacity(self.entries.len());
        for entry in &self.entries {
            if x > 0 && x + entry.width() > wide {
                (x, y) = (0, y + LINE);
            }
            places.push((x, y));
            x += entry.width();
        }
        places
    }

    pub(super) fn height(&self, wide: i64) -> i64 {
        self.places(wide).last().map_or(0, |(_, y)| y + LINE + MARGIN)
    }

    pub(super) fn draw(&self, canvas: &mut Canvas, top: i64, wide: i64) {
        canvas.open(&[("class", "legend")]);
        for (entry, (x, y)) in self.entries.iter().zip(self.places(wide)) {
            let (x, y) = (MARGIN + x, top + y);
            let mut text = x + 34;
            match &entry.sample {
                Sample::Line(class) => {
                    canvas.open(&[("class", class)]);
                    canvas.raw(&format!("<path class=\"wire\" d=\"M{x} {}h26\"/>\n", y + 8));
                    canvas.close();
                }
                Sample::Letter(letter) => {
                    canvas.open(&[("class", "mark f8")]);
                    canvas.rect("fill", (x + 8, y + 2, 15, 13), 3);
                    canvas.text("letter", (x + 15, y + 12), "middle", letter);
                    canvas.close();
                }
                Sample::Box(class) => canvas.rect(class, (x, y + 1, 26, 14), 4),
                Sample::None => text = x,
            }
            canvas.text("small", (text, y + 12), "start", &entry.text);
        }
        canvas.close();
    }
}

/// Sentences, as many to a line as fit.
pub(super) fn wrapped(notes: &[String], room: i64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for note in notes {
        match lines.last_mut() {
            Some(line) if width(line, 11) + width(note, 11) + 20 < room => {
                line.push_str("; ");
                line.push_str(note);
            }
            _ => lines.push(super::shortened(note, room, 11)),
        }
    }
    lines
}
