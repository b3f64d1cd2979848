//! From names to devices.

use std::collections::HashMap;

use super::timeline;
use super::{Consumption, DMA, MAX_VARIANTS, Scenario, Use, Variant};
use crate::lower::{Model, Soc};
use crate::report::{Diagnostic, Diagnostics, did_you_mean, one_of};
use crate::source::Span;
use crate::spec::{self, Name, RuleSet};

/// Rule of names that lead nowhere.
const UNKNOWN: &str = "LW0801";
/// Rule of values that are not of their form.
const MALFORMED: &str = "LW0010";
/// Rule of too much.
const LIMITS: &str = "LW0002";

/// Suggestions of one run; nobody reads the hundredth.
const SUGGESTIONS: usize = 128;
/// Names that a suggestion is looked for in.
const CANDIDATES: usize = 1024;

/// What a scenario's names mean on a soc. `None`: `out` has an error, from here or from reading the file.
pub fn resolve(spec: &spec::Scenario, model: &Model, soc: &Soc, out: &mut Diagnostics) -> Option<Scenario> {
    let by_name = soc.devices.iter().enumerate().map(|(index, device)| (device.name.as_str(), index)).collect();
    let faulty = out.iter().map(|finding| finding.primary.span).collect();
    let mut cx = Cx { model, soc, by_name, faulty, findings: Vec::new(), suggestions: SUGGESTIONS };
    let autosuspend = cx.autosuspend(spec);
    let power = cx.power(spec);
    let variants = cx.variants(spec);
    let show = spec.show.iter().filter_map(|name| cx.device(name)).collect();
    let (uses, events) = timeline::resolve(spec, &mut cx);
    out.extend(cx.findings);
    (!out.has_errors()).then(|| Scenario {
        name: spec.name.value.clone(),
        doc: spec.doc.as_ref().map(|doc| doc.to_string()).unwrap_or_default(),
        end: spec.end.0,
        autosuspend,
        power,
        variants,
        show,
        uses,
        events,
    })
}

/// The soc, and what is wrong.
pub(super) struct Cx<'a> {
    model: &'a Model,
    soc: &'a Soc,
    by_name: HashMap<&'a str, usize>,
    /// Where the file is wrong by itself.
    faulty: Vec<Span>,
    findings: Vec<Diagnostic>,
    suggestions: usize,
}

impl Cx<'_> {
    pub(super) fn report(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }

    /// Is the file wrong by itself from here to there, or to its end?
    pub(super) fn is_faulty(&self, from: Span, to: Option<Span>) -> bool {
        let there = from.start..to.map_or(u32::MAX, |to| to.start);
        self.faulty.iter().any(|fault| fault.file == from.file && there.contains(&fault.start))
    }

    /// A device that takes part, by name.
    pub(super) fn device(&mut self, name: &Name) -> Option<usize> {
        match self.by_name.get(name.value.as_str()).copied() {
            Some(index) if self.soc.devices[index].enabled => return Some(index),
            Some(_) => {
                let title = format!("device `{}` is disabled", name.value);
                self.report(
                    Diagnostic::error(UNKNOWN, title, name.span, "it takes no part")
                        .help(format!("give it `status: okay` in `{}`, or in a board that extends it", self.soc.file)),
                );
            }
            None => {
                let title = format!("`{}` has no device `{}`", self.soc.name, name.value);
                let error = Diagnostic::error(UNKNOWN, title, name.span, "no such device");
                let names = self.soc.devices.iter().filter(|device| device.enabled).map(|d| d.name.as_str());
                self.advise(error, &name.value, names.collect());
            }
        }
        None
    }

    fn advise(&mut self, error: Diagnostic, unknown: &str, mut known: Vec<&str>) {
        self.suggestions = self.suggestions.saturating_sub(1);
        known.truncate(if self.suggestions == 0 { 0 } else { CANDIDATES });
        let error = match did_you_mean(unknown, known.iter().copied()) {
            Some(help) => error.help(help),
            None if known.is_empty() => error,
            None => error.help(format!("there is {}", one_of(known))),
        };
        self.findings.push(error);
    }

    /// The use of a device through a DMA reference, or without.
    pub(super) fn usage(&mut self, device: &Name, dma: Option<&Name>) -> Option<Use> {
        let index = self.device(device)?;
        let Some(dma) = dma else { return Some(Use { device: index, dma: None }) };
        let soc = self.soc;
        let references = || soc.devices[index].references.iter().filter(|reference| reference.subsystem == DMA);
        match references().find(|reference| reference.name == dma.value) {
            Some(found) if soc.devices[found.provider].enabled => {
                let dma = super::Dma { name: found.name.clone(), controller: found.provider };
                Some(Use { device: index, dma: Some(dma) })
            }
            Some(found) => {
                let title = format!("DMA controller `{}` is disabled", soc.devices[found.provider].name);
                let label = format!("`{}` of `{}` leads there", dma.value, device.value);
                self.report(Diagnostic::error(UNKNOWN, title, dma.span, label));
                None
            }
            None => {
                let title = format!("`{}` has no DMA reference `{}`", device.value, dma.value);
                let error = Diagnostic::error(UNKNOWN, title, dma.span, "no such reference");
                let names: Vec<&str> = references().map(|reference| reference.name.as_str()).collect();
                let error = match names.is_empty() {
                    true => error.help("it is wired to no DMA controller: leave `dma` out"),
                    false => error,
                };
                self.advise(error, &dma.value, names);
                None
            }
        }
    }

    fn autosuspend(&mut self, spec: &spec::Scenario) -> Vec<Option<i32>> {
        let mut delays = vec![None; self.soc.devices.len()];
        for (name, driving) in spec.drivers.iter() {
            let Some(index) = self.device(name) else { continue };
            let Some(delay) = &driving.autosuspend else { continue };
            match i32::try_from(delay.0 / 1_000_000) {
                Ok(ms) if delay.0 % 1_000_000 == 0 => delays[index] = (ms > 0).then_some(ms),
                _ => {
                    let (title, label) = match delay.0 % 1_000_000 {
                        0 => ("an autosuspend delay is at most 24 days", "it is counted in 31 bits of milliseconds"),
                        _ => ("an autosuspend delay is whole milliseconds", "finer than that"),
                    };
                    self.report(Diagnostic::error(MALFORMED, title, delay.span, label));
                }
            }
        }
        delays
    }

    fn power(&mut self, spec: &spec::Scenario) -> Vec<Consumption> {
        let one = |name: &Name, spec: &spec::Consumption, cx: &mut Self| {
            let device = cx.device(name)?;
            let off = spec.off.as_ref().map_or(0, |off| off.0);
            let wake_up = spec.wake_up.as_ref().map_or(0, |energy| energy.0);
            Some(Consumption { device, on: spec.on.0, off, wake_up })
        };
        spec.power.iter().filter_map(|(name, consumption)| one(name, consumption, self)).collect()
    }

    fn variants(&mut self, spec: &spec::Scenario) -> Vec<Variant> {
        if let Some((extra, _)) = spec.variants.iter().nth(MAX_VARIANTS) {
            let title = format!("a scenario has at most {MAX_VARIANTS} variants");
            self.report(Diagnostic::error(LIMITS, title, extra.span, format!("there are {}", spec.variants.len())));
        }
        let mut variants: Vec<Variant> =
            spec.variants.iter().take(MAX_VARIANTS).map(|(name, variant)| self.variant(name, variant)).collect();
        if variants.is_empty() {
            let name = "spec".to_string();
            let title = "as the spec says".to_string();
            let (doc, irq_safe, without_links) = (String::new(), Vec::new(), Vec::new());
            variants.push(Variant { name, title, doc, linux: false, irq_safe, without_links });
        }
        variants
    }

    fn variant(&mut self, name: &Name, spec: &spec::Variant) -> Variant {
        let irq_safe = spec.irq_safe.iter().filter_map(|name| self.device(name)).collect();
        let mut without_links = Vec::new();
        for subsystem in &spec.without_links {
            // `dmas` is how references are spelled, `dma` what they are called; both are understood.
            let is = |s: &&crate::lower::Subsystem| s.name == subsystem.value || s.key == subsystem.value;
            if let Some(found) = self.model.subsystems.iter().find(is) {
                without_links.push(found.name.clone());
                continue;
            }
            let title = format!("there is no subsystem `{}`", subsystem.value);
            let names = self.model.subsystems.iter().map(|subsystem| subsystem.name.as_str()).collect();
            self.advise(
                Diagnostic::error(UNKNOWN, title, subsystem.span, "no such subsystem"),
                &subsystem.value,
                names,
            );
        }
        Variant {
            name: name.value.clone(),
            title: spec.title.as_ref().map_or_else(|| name.value.clone(), |title| title.to_string()),
            doc: spec.doc.as_ref().map(|doc| doc.to_string()).unwrap_or_default(),
            linux: spec.rules.as_ref().is_some_and(|rules| rules.value == RuleSet::Linux),
            irq_safe,
            without_links,
        }
    }
}
