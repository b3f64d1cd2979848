//! A variant's panel: its lanes, their names to the left and their numbers to the right.

use super::scale::Scale;
use super::{MARGIN, PLOT, WIDTH};
use linkwright_codegen::svg::{Canvas, width};

use crate::record::{Lane, Level};
use crate::report::{Outcome, Powered, UseOutcome};
use crate::table::{grouped, millijoules, milliseconds, percent};

/// Height of what stands above and below the lanes.
const HEAD: i64 = 40;
const FOOT: i64 = 30;
/// Height of a lane, and of a domain's.
const LANE: i64 = 32;
const DOMAIN: i64 = 42;
/// The headline names at most so many domains.
const HEADLINED: usize = 2;
/// Bars narrower than this, in hundredths of a pixel, are drawn as wide as this.
const LEAST: i64 = 120;

/// Height of a panel.
pub(super) fn height(outcome: &Outcome) -> i64 {
    HEAD + rows(outcome, 0).iter().map(|row| row.height).sum::<i64>() + FOOT
}

/// What a lane is about.
#[derive(Clone, Copy)]
enum What<'a> {
    Use(&'a UseOutcome),
    Device(&'a Powered),
    Domain(&'a Powered),
}

/// Where a lane is.
struct Row<'a> {
    what: What<'a>,
    y: i64,
    height: i64,
}

/// The lanes of a panel from `y` on.
fn rows(outcome: &Outcome, mut y: i64) -> Vec<Row<'_>> {
    let uses = outcome.uses.iter().map(|used| (What::Use(used), LANE));
    let devices = outcome.devices.iter().filter(|device| device.shown).map(|device| (What::Device(device), LANE));
    let domains = outcome.domains.iter().filter(|domain| domain.shown).map(|domain| (What::Domain(domain), DOMAIN));
    let lanes = uses.chain(devices).chain(domains);
    let place = |(what, height)| {
        let row = Row { what, y, height };
        y += height;
        row
    };
    lanes.map(place).collect()
}

/// Draw a panel.
pub(super) fn panel(canvas: &mut Canvas, outcome: &Outcome, events: &[(u64, String)], scale: &Scale, top: i64) {
    let height = height(outcome);
    canvas.open(&[("class", "variant"), ("data-variant", &outcome.name)]);
    canvas.rect("panel", (MARGIN / 2, top, WIDTH - MARGIN, height), 6);
    canvas.text("head", (MARGIN, top + 25), "start", &outcome.title);
    headline(canvas, outcome, top + 25);
    let (first, last) = (top + HEAD, top + height - FOOT);
    for (at, _) in scale.marks() {
        canvas.line("grid", (scale.x(at), first), (scale.x(at), last));
    }
    let rows = rows(outcome, first);
    for row in &rows {
        let y = row.y + row.height / 2;
        canvas.line("off", (PLOT.0 * 100, y), (PLOT.1 * 100, y));
    }
    for &(from, to) in &outcome.asleep {
        asleep(canvas, scale, (from, to), (first, last));
    }
    for &(at, _) in events {
        canvas.line("event", (scale.x(at), first), (scale.x(at), last));
    }
    for row in &rows {
        match row.what {
            What::Use(used) => use_lane(canvas, used, scale, row),
            What::Device(device) => powered_lane(canvas, "lane-of-device", device, scale, row),
            What::Domain(domain) => powered_lane(canvas, "lane-of-domain", domain, scale, row),
        }
    }
    footer(canvas, outcome, top + height - 11);
    canvas.close();
}

/// What matters most, at the right of the title.
fn headline(canvas: &mut Canvas, outcome: &Outcome, y: i64) {
    let domains: Vec<&Powered> = outcome.domains.iter().filter(|domain| domain.shown).collect();
    let mut told: Vec<String> = Vec::new();
    if (1..=HEADLINED).contains(&domains.len()) {
        let on = domains.iter().map(|domain| format!("{} on {}", domain.name, percent(domain.per_mille())));
        told.push(format!("{} of the time awake", on.collect::<Vec<_>>().join(", ")));
    }
    told.extend(outcome.energy().map(millijoules));
    // A hundredth of its time on for nothing is not worth a warning.
    let wasteful = domains.iter().any(|domain| domain.idle * 100 > domain.on + domain.off);
    let class = if wasteful { "head waste" } else { "head good" };
    canvas.text(class, (WIDTH - MARGIN, y), "end", &told.join(" · "));
}

/// A time in which the system sleeps.
fn asleep(canvas: &mut Canvas, scale: &Scale, (from, to): (u64, u64), (top, bottom): (i64, i64)) {
    let (left, right) = (scale.x(from), scale.x(to));
    let tip = format!("the system sleeps for {} ms", milliseconds(to - from));
    canvas.bar("asleep", (left, right - left), (top, bottom - top), (from, to), &tip);
    let words = "system asleep";
    if right - left > width(words, 11) * 100 {
        canvas.text_at("small", ((left + right) / 2, (top + bottom) / 2 + 4), "middle", words);
    }
}

/// Name at the left and numbers at the right, each with something small below.
fn labels(canvas: &mut Canvas, row: &Row<'_>, name: [&str; 2], number: [&str; 2]) {
    let middle = row.y + row.height / 2;
    for (x, anchor, class, [large, small]) in
        [(MARGIN, "start", "lane", name), (WIDTH - MARGIN, "end", "number", number)]
    {
        let two = !small.is_empty();
        canvas.text(class, (x, middle + if two { -1 } else { 5 }), anchor, large);
        if two {
            canvas.text("small", (x, middle + 12), anchor, small);
        }
    }
}

fn use_lane(canvas: &mut Canvas, used: &UseOutcome, scale: &Scale, row: &Row<'_>) {
    canvas.open(&[("class", "lane-of-use"), ("data-lane", &used.name)]);
    let (through, words, what) = match &used.dma {
        Some((_, controller)) => (format!("through {controller}"), "transfer runs", "periods"),
        None => (String::new(), "in use", "visits"),
    };
    labels(canvas, row, [&used.name, &through], [&grouped((used.periods + used.lost).into()), what]);
    let (class, words) = if used.lost > 0 { ("lost", "periods lost") } else { ("use", words) };
    bars(canvas, &used.lane, scale, (class, row), |_| words.to_string());
    canvas.close();
}

fn powered_lane(canvas: &mut Canvas, group: &'static str, powered: &Powered, scale: &Scale, row: &Row<'_>) {
    canvas.open(&[("class", group), ("data-lane", &powered.name)]);
    let wakes = format!("{} wake-up{}", powered.ups, if powered.ups == 1 { "" } else { "s" });
    let (class, below, wakes) = match row.what {
        What::Domain(_) => ("domain", "power domain", wakes.as_str()),
        _ => ("device", powered.ip.as_str(), ""),
    };
    labels(canvas, row, [&powered.name, below], [&percent(powered.per_mille()), wakes]);
    bars(canvas, &powered.lane, scale, (class, row), str::to_string);
    canvas.close();
}

/// The bars of a lane with as much of their reasons as fits.
fn bars(
    canvas: &mut Canvas,
    lane: &Lane,
    scale: &Scale,
    (needed, row): (&'static str, &Row<'_>),
    words: impl Fn(&str) -> String,
) {
    let (y, height) = (row.y + 5, row.height - 10);
    let mut drawn = i64::MIN;
    for span in &lane.spans {
        let (class, text, inside) = match &span.level {
            Level::Off => continue,
            Level::Paused => ("paused", "paused".to_string(), "inside-paused"),
            Level::On(why) if why.needed => (needed, words(&why.text), "inside"),
            Level::On(why) => ("idle", words(&why.text), "inside-idle"),
        };
        let (left, right) = (scale.x(span.from), scale.x(span.to));
        let wide = (right - left).max(LEAST);
        // Thousands of short spans are as many as there are pixels.
        if left + wide <= drawn + LEAST / 2 {
            continue;
        }
        drawn = left + wide;
        let (from, to) = (milliseconds(span.from), milliseconds(span.to));
        let lasts = milliseconds(span.to - span.from);
        let tip = format!("{text}: {from} to {to} ms, {lasts} ms");
        canvas.bar(class, (left, wide), (y, height), (span.from, span.to), &tip);
        // Bold letters are wider.
        let room = wide / 100 - if class == "idle" { 16 } else { 10 };
        if let Some(shown) = fitting(&text, room) {
            canvas.text_at(inside, ((left + right) / 2, y + height / 2 + 4), "middle", &shown);
        }
    }
}

/// The text, or as much of it as fits and still says something.
fn fitting(text: &str, room: i64) -> Option<String> {
    let mut cuts: Vec<(usize, &str)> = vec![(text.len(), "")];
    for (separator, more) in [(", ", " …"), (" → ", ""), (" (", ""), (": ", "")] {
        cuts.extend(text.match_indices(separator).map(|(at, _)| (at, more)));
    }
    cuts.sort_unstable_by_key(|(at, _)| std::cmp::Reverse(*at));
    let whole = cuts.into_iter().map(|(at, more)| format!("{}{more}", &text[..at]));
    // What holds it matters more than that it is held.
    let each =
        |text: String| [text.strip_prefix("held by ").map(str::to_string), Some(text)].into_iter().rev().flatten();
    whole.flat_map(each).find(|text| width(text, 11) <= room)
}

/// What went well or wrong.
fn footer(canvas: &mut Canvas, outcome: &Outcome, y: i64) {
    let all = |count: u64| grouped(count.into());
    let mut told = Vec::new();
    for (by_dma, what) in [(true, "periods"), (false, "visits")] {
        let uses = || outcome.uses.iter().filter(|used| used.dma.is_some() == by_dma);
        if uses().next().is_some() {
            let lost: u64 = uses().map(|used| used.lost).sum();
            let total: u64 = uses().map(|used| used.lost + used.periods).sum();
            told.push(format!("{} of {} {what} lost", all(lost), all(total)));
        }
    }
    let (unpowered, visits) = (all(outcome.unpowered), all(outcome.visits));
    told.push(format!("{unpowered} of {visits} visits to registers without power"));
    told.extend(outcome.failures.first().cloned());
    let class = if outcome.clean() { "small" } else { "small bad" };
    canvas.text(class, (PLOT.0, y), "start", &told.join(" · "));
}

#[cfg(test)]
mod tests {
    use super::{fitting, width};

    #[test]
    fn reasons_are_cut_where_they_still_say_something() {
        let text = "held by i2s0 → adma, cmu_aud, lpass";
        assert_eq!(fitting(text, 1000).as_deref(), Some(text));
        for shown in ["i2s0 → adma, cmu_aud, lpass", "held by i2s0 → adma …", "i2s0 → adma …", "held by i2s0", "i2s0"]
        {
            assert_eq!(fitting(text, width(shown, 11)).as_deref(), Some(shown));
        }
        let text = "held by adma (irq-safe)";
        assert_eq!(fitting(text, width(text, 11) - 1).as_deref(), Some("adma (irq-safe)"));
        assert_eq!(fitting(text, 10), None);
    }
}
