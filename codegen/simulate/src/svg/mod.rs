//! The report as a picture: variants one above the other, a lane for each use, device and power domain.
//!
//! Text only: no program draws it, no font is needed, and the same report always gives the same bytes. It follows the
//! reader's light or dark scheme and stands on a ground of its own.

mod frame;
mod lanes;
mod scale;
mod style;

use linkwright_codegen::svg::Canvas;
use scale::Scale;

use super::report::Report;
use super::table::seconds;

/// Width of the picture; its height follows from what is in it.
pub(super) const WIDTH: i64 = 1200;
/// Blank around everything.
pub(super) const MARGIN: i64 = 24;
/// Where lanes begin and end.
pub(super) const PLOT: (i64, i64) = (172, 1092);
/// Height of the title and what is below it.
const HEAD: i64 = 82;
/// Between two panels.
const GAP: i64 = 16;
/// Height of the time axis and the legend.
const FOOT: i64 = 70;

/// Draw it.
pub fn svg(report: &Report) -> String {
    let scale = Scale::new(report.end, PLOT);
    let flags = frame::flag_rows(report, &scale);
    let top = HEAD + flags * frame::FLAG_ROW;
    let heights: Vec<i64> = report.variants.iter().map(lanes::height).collect();
    let bottom = top + heights.iter().map(|height| height + GAP).sum::<i64>() - GAP;
    let mut canvas = Canvas::new(WIDTH, bottom + FOOT);
    canvas.describe(&title(report), &description(report));
    canvas.raw(style::STYLE);
    canvas.raw(style::PATTERNS);
    canvas.rect("ground", (0, 0, WIDTH, bottom + FOOT), 0);
    canvas.text("title", (MARGIN, 38), "start", &title(report));
    let about = format!("{} on {}, {} of virtual time", report.scenario, report.soc, seconds(report.end));
    canvas.text("muted", (MARGIN, 60), "start", &about);
    let mut how = "percentages are of the time that the system is awake".to_string();
    if report.variants.iter().any(|outcome| outcome.energy().is_some()) {
        how.push_str("; energies follow from powers that the scenario assumes");
    }
    canvas.text("small", (WIDTH - MARGIN, 60), "end", &how);
    let mut y = top;
    for (outcome, height) in report.variants.iter().zip(&heights) {
        lanes::panel(&mut canvas, outcome, &report.events, &scale, y);
        y += height + GAP;
    }
    frame::flags(&mut canvas, report, &scale, top);
    frame::axis(&mut canvas, &scale, bottom);
    frame::legend(&mut canvas, report, bottom + 48);
    canvas.finish()
}

fn title(report: &Report) -> String {
    if report.doc.is_empty() { report.scenario.clone() } else { report.doc.clone() }
}

/// For those who cannot see it.
fn description(report: &Report) -> String {
    let told = report.variants.iter().map(|outcome| {
        let domains = outcome.domains.iter().filter(|domain| domain.shown);
        let on = domains.map(|domain| format!("{} is on {}", domain.name, super::table::percent(domain.per_mille())));
        format!("{}: {} of the time awake.", outcome.title, on.collect::<Vec<_>>().join(", "))
    });
    told.collect::<Vec<_>>().join(" ")
}
