//! The report for programs. Times in nanoseconds, energies in nanojoules.

use serde::Serialize;

use super::record::{Lane, Level};
use super::report::{Outcome, Powered, Report, UseOutcome};

#[derive(Serialize)]
struct Root<'a> {
    version: u32,
    soc: &'a str,
    scenario: &'a str,
    end: u64,
    variants: Vec<VariantOut<'a>>,
}

#[derive(Serialize)]
struct VariantOut<'a> {
    name: &'a str,
    title: &'a str,
    doc: &'a str,
    asleep: u64,
    domains: Vec<PoweredOut<'a>>,
    devices: Vec<PoweredOut<'a>>,
    uses: Vec<UseOut<'a>>,
    register_visits: u64,
    unpowered_visits: u64,
    first_unpowered: Vec<UnpoweredOut<'a>>,
    failures: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    energy: Option<u64>,
}

#[derive(Serialize)]
struct PoweredOut<'a> {
    name: &'a str,
    on: u64,
    off: u64,
    unneeded: u64,
    switched_on: u64,
    switched_off: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    energy: Option<u64>,
    spans: Vec<SpanOut<'a>>,
}

#[derive(Serialize)]
struct UseOut<'a> {
    name: &'a str,
    device: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    controller: Option<&'a str>,
    ran: u64,
    periods: u64,
    lost: u64,
    spans: Vec<SpanOut<'a>>,
}

/// A time in which it was on, or paused.
#[derive(Serialize)]
struct SpanOut<'a> {
    from: u64,
    to: u64,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    needed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
}

#[derive(Serialize)]
struct UnpoweredOut<'a> {
    at: u64,
    device: &'a str,
    off: &'a str,
}

/// The report as one JSON object, ending in a line feed.
pub fn json(report: &Report) -> String {
    let root = Root {
        version: 1,
        soc: &report.soc,
        scenario: &report.scenario,
        end: report.end,
        variants: report.variants.iter().map(variant).collect(),
    };
    // A value of structs, texts and numbers always has a form in JSON.
    let mut text = serde_json::to_string_pretty(&root).unwrap_or_default();
    text.push('\n');
    text
}

fn nanojoules(energy: Option<u128>) -> Option<u64> {
    energy.map(|energy| u64::try_from(energy).unwrap_or(u64::MAX))
}

fn variant(outcome: &Outcome) -> VariantOut<'_> {
    VariantOut {
        name: &outcome.name,
        title: &outcome.title,
        doc: &outcome.doc,
        asleep: outcome.slept(),
        domains: outcome.domains.iter().map(powered).collect(),
        devices: outcome.devices.iter().map(powered).collect(),
        uses: outcome.uses.iter().map(used).collect(),
        register_visits: outcome.visits,
        unpowered_visits: outcome.unpowered,
        first_unpowered: outcome
            .first_unpowered
            .iter()
            .map(|one| UnpoweredOut { at: one.at, device: &one.device, off: &one.off })
            .collect(),
        failures: &outcome.failures,
        energy: nanojoules(outcome.energy()),
    }
}

fn powered(powered: &Powered) -> PoweredOut<'_> {
    PoweredOut {
        name: &powered.name,
        on: powered.on,
        off: powered.off,
        unneeded: powered.idle,
        switched_on: powered.ups,
        switched_off: powered.downs,
        energy: nanojoules(powered.energy),
        spans: spans(&powered.lane),
    }
}

fn used(used: &UseOutcome) -> UseOut<'_> {
    UseOut {
        name: &used.name,
        device: &used.device,
        controller: used.dma.as_ref().map(|(_, controller)| controller.as_str()),
        ran: used.ran,
        periods: used.periods,
        lost: used.lost,
        spans: spans(&used.lane),
    }
}

fn spans(lane: &Lane) -> Vec<SpanOut<'_>> {
    lane.spans
        .iter()
        .filter_map(|span| {
            let (from, to) = (span.from, span.to);
            match &span.level {
                Level::Off => None,
                Level::Paused => Some(SpanOut { from, to, state: "paused", needed: None, why: None }),
                Level::On(why) => {
                    Some(SpanOut { from, to, state: "on", needed: Some(why.needed), why: Some(&why.text) })
                }
            }
        })
        .collect()
}
