//! What belongs to all panels: events, the time axis, the legend.

use super::scale::Scale;
use super::{MARGIN, PLOT};
use linkwright_codegen::svg::{Canvas, width};

use crate::report::Report;

/// Height of a row of events.
pub(super) const FLAG_ROW: i64 = 16;
/// At most so many rows; what finds no place in them has a line but no words.
const ROWS: usize = 3;

/// The row of each event, if there is room for its words.
fn rows(report: &Report, scale: &Scale) -> Vec<Option<usize>> {
    let mut ends = [i64::MIN; ROWS];
    let place = |(at, text): &(u64, String)| {
        let (left, wide) = (scale.x(*at), (width(text, 11) + 10) * 100);
        let row = ends.iter().position(|end| *end <= left)?;
        if left + wide > PLOT.1 * 100 + 9000 {
            return None;
        }
        ends[row] = left + wide;
        Some(row)
    };
    report.events.iter().map(place).collect()
}

/// How many rows events need.
pub(super) fn flag_rows(report: &Report, scale: &Scale) -> i64 {
    rows(report, scale).into_iter().flatten().max().map_or(0, |row| row as i64 + 1)
}

/// What happens, above the panels.
pub(super) fn flags(canvas: &mut Canvas, report: &Report, scale: &Scale, top: i64) {
    canvas.open(&[("class", "events")]);
    for ((at, text), row) in report.events.iter().zip(rows(report, scale)) {
        let x = scale.x(*at);
        let y = top - 5 - row.map_or(0, |row| row as i64 * FLAG_ROW);
        canvas.line("event", (x, y - if row.is_some() { 10 } else { 0 }), (x, top));
        if row.is_some() {
            canvas.text_at("small", (x + 400, y), "start", text);
        }
    }
    canvas.close();
}

/// Times below all panels.
pub(super) fn axis(canvas: &mut Canvas, scale: &Scale, y: i64) {
    canvas.open(&[("class", "axis")]);
    for (at, text) in scale.marks() {
        canvas.line("grid", (scale.x(at), y), (scale.x(at), y + 5));
        canvas.text_at("small", (scale.x(at), y + 18), "middle", &text);
    }
    canvas.close();
}

/// What colours mean.
pub(super) fn legend(canvas: &mut Canvas, report: &Report, y: i64) {
    let asleep = report.variants.iter().any(|outcome| !outcome.asleep.is_empty());
    let lost = report.variants.iter().any(|outcome| outcome.uses.iter().any(|used| used.lost > 0));
    let entries = [
        (true, "use", "a driver uses its device"),
        (true, "device", "device on and needed"),
        (true, "domain", "power domain on and needed"),
        (true, "idle", "on, but nothing needs it"),
        (lost, "lost", "periods lost"),
        (asleep, "asleep", "system asleep"),
        (true, "off", "off"),
    ];
    canvas.open(&[("class", "legend")]);
    let mut x = MARGIN;
    for (_, class, text) in entries.into_iter().filter(|(shown, ..)| *shown) {
        if class == "off" {
            canvas.line("off", (x * 100, y - 4), ((x + 22) * 100, y - 4));
        } else {
            canvas.rect(class, (x, y - 10, 22, 12), 2);
        }
        canvas.text("small", (x + 28, y), "start", text);
        x += 28 + width(text, 11) + 24;
    }
    canvas.close();
}
