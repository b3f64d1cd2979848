//! The report for people.

use std::fmt::Write as _;

use super::report::{Outcome, Powered, Report};

/// Milliseconds with blanks between thousands, and what is finer if it is there: `12 345.250`.
pub(super) fn milliseconds(nanoseconds: u64) -> String {
    let (whole, rest) = (nanoseconds / 1_000_000, nanoseconds % 1_000_000);
    let mut text = grouped(whole.into());
    if rest > 0 {
        let fraction = format!("{rest:06}");
        let _ = write!(text, ".{}", fraction.trim_end_matches('0'));
    }
    text
}

/// `12 345`.
pub(super) fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// `45.1 %`.
pub(super) fn percent(per_mille: u64) -> String {
    format!("{}.{} %", per_mille / 10, per_mille % 10)
}

/// Nanojoules as millijoules: `1 234.5 mJ`.
pub(super) fn millijoules(nanojoules: u128) -> String {
    let tenths = (nanojoules + 50_000) / 100_000;
    format!("{}.{} mJ", grouped(tenths / 10), tenths % 10)
}

/// Seconds, as few digits as are true: `32 s`, `0.5 s`.
pub(super) fn seconds(nanoseconds: u64) -> String {
    let fraction = format!("{:09}", nanoseconds % 1_000_000_000);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{}{point}{fraction} s", grouped((nanoseconds / 1_000_000_000).into()))
}

fn many(count: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(count.into()), if count == 1 { "" } else { "s" })
}

/// The report.
pub fn table(report: &Report) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "Scenario {} on {}, {}", report.scenario, report.soc, seconds(report.end));
    if !report.doc.is_empty() {
        let _ = writeln!(out, "{}", report.doc);
    }
    for outcome in &report.variants {
        out.push('\n');
        variant(&mut out, outcome);
    }
    comparison(&mut out, report);
    out
}

fn variant(out: &mut String, outcome: &Outcome) {
    let title = if outcome.title == outcome.name { String::new() } else { format!(": {}", outcome.title) };
    let _ = writeln!(out, "{}{title}", outcome.name);
    let slept = outcome.slept();
    if slept > 0 {
        let _ = writeln!(out, "  asleep {} ms; times below are of the time awake", milliseconds(slept));
    }
    let energy = outcome.energy().is_some();
    let mut rows = Vec::new();
    for (what, ups, list) in [("domain", "wake-ups", &outcome.domains), ("device", "resumes", &outcome.devices)] {
        let shown: Vec<_> = list.iter().filter(|powered| powered.shown).map(|powered| row(powered, energy)).collect();
        if !shown.is_empty() {
            rows.push(header(what, ups, energy));
            rows.extend(shown);
        }
    }
    aligned(out, &rows);
    for used in &outcome.uses {
        let through = match &used.dma {
            Some((_, controller)) => format!(" through {controller}"),
            None => String::new(),
        };
        let (total, what) = (used.periods + used.lost, if used.dma.is_some() { "period" } else { "visit" });
        let ran = milliseconds(used.ran);
        let _ = writeln!(out, "  {}{through}: ran {ran} ms, {}, {} lost", used.name, many(total, what), used.lost);
    }
    let _ = writeln!(
        out,
        "  {} of drivers to registers, {} without power",
        many(outcome.visits, "visit"),
        outcome.unpowered
    );
    for one in &outcome.first_unpowered {
        let _ = writeln!(out, "    at {} ms: registers of {}, but {}", milliseconds(one.at), one.device, one.off);
    }
    if outcome.unpowered > outcome.first_unpowered.len() as u64 {
        let _ = writeln!(out, "    … and {} more", outcome.unpowered - outcome.first_unpowered.len() as u64);
    }
    for failure in &outcome.failures {
        let _ = writeln!(out, "  failed: {failure}");
    }
}

fn header(what: &str, ups: &str, energy: bool) -> Vec<String> {
    let mut cells: Vec<String> =
        [what, "on [ms]", "", "off [ms]", "unneeded [ms]", ups, "suspends"].map(str::to_string).into();
    if what == "domain" {
        cells[6] = "offs".to_string();
    }
    if energy {
        cells.push("energy".to_string());
    }
    cells
}

fn row(powered: &Powered, energy: bool) -> Vec<String> {
    let mut cells = vec![
        powered.name.clone(),
        milliseconds(powered.on),
        percent(powered.per_mille()),
        milliseconds(powered.off),
        milliseconds(powered.idle),
        powered.ups.to_string(),
        powered.downs.to_string(),
    ];
    if energy {
        cells.push(powered.energy.map_or_else(String::new, millijoules));
    }
    cells
}

/// Columns, the first to the left and the others to the right.
fn aligned(out: &mut String, rows: &[Vec<String>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    for row in rows {
        let cells = row.iter().zip(&widths).enumerate().map(|(at, (cell, &width))| match at {
            0 => format!("  {cell:<width$}"),
            _ => format!("  {cell:>width$}"),
        });
        let _ = writeln!(out, "{}", cells.collect::<String>().trim_end());
    }
}

/// What the last variant saves against the first.
fn comparison(out: &mut String, report: &Report) {
    let [first, .., last] = report.variants.as_slice() else { return };
    let shown =
        |outcome: &Outcome| outcome.domains.iter().filter(|d| d.shown).map(|d| d.per_mille()).collect::<Vec<_>>();
    let (before, after) = (shown(first), shown(last));
    if before.is_empty() || before.len() != after.len() {
        return;
    }
    let _ = writeln!(out, "\n{} → {}", first.name, last.name);
    for ((domain, before), after) in last.domains.iter().filter(|domain| domain.shown).zip(before).zip(after) {
        let _ = writeln!(out, "  {} on {} → {} of the time awake", domain.name, percent(before), percent(after));
    }
    if let (Some(before), Some(after)) = (first.energy(), last.energy()) {
        let change = change(before, after);
        let _ = writeln!(out, "  energy {} → {}{change}", millijoules(before), millijoules(after));
    }
}

/// ` (−44.1 %)`; nothing where there is nothing to say.
fn change(before: u128, after: u128) -> String {
    if before == after || before == 0 {
        return String::new();
    }
    let sign = if after > before { '+' } else { '−' };
    let part = before.abs_diff(after) * 1000 / before;
    format!(" ({sign}{})", percent(u64::try_from(part).unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact_and_short() {
        assert_eq!(milliseconds(12_345_250_000), "12 345.25");
        assert_eq!(milliseconds(999_999), "0.999999");
        assert_eq!(grouped(1_000), "1 000");
        assert_eq!(percent(1000), "100.0 %");
        assert_eq!(millijoules(1_234_560_000), "1 234.6 mJ");
        assert_eq!(seconds(32_000_000_000), "32 s");
        assert_eq!(seconds(500_000_000), "0.5 s");
        assert_eq!(change(810, 453), " (−44.0 %)");
        assert_eq!(change(100, 150), " (+50.0 %)");
        assert_eq!((change(7, 7), change(0, 7)), (String::new(), String::new()));
    }

    #[test]
    fn all_is_all_and_nothing_is_nothing() {
        use super::super::report::per_mille;
        assert_eq!(per_mille(0, 10), 0);
        assert_eq!(per_mille(10, 10), 1000);
        assert_eq!(per_mille(9_999_999, 10_000_000), 999, "not quite all");
        assert_eq!(per_mille(1, 10_000_000), 1, "not quite nothing");
        assert_eq!(per_mille(0, 0), 0);
    }
}
