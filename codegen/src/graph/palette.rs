//! A colour for each subsystem, and a short name for where colours do not do.

use super::Graph;
use crate::lower::PARENT;

/// Light scheme, dark scheme. Told apart by people with any colour vision as far as eight colours can be; what comes
/// after them is grey and lives by its name.
pub(super) const COLOURS: [(&str, &str); 9] = [
    ("#0969da", "#58a6ff"),
    ("#bc4c00", "#f0883e"),
    ("#1a7f37", "#3fb950"),
    ("#8250df", "#bc8cff"),
    ("#0d7d8c", "#39c5cf"),
    ("#bf3989", "#f778ba"),
    ("#7d6608", "#d4b106"),
    ("#5d4037", "#c9a08e"),
    ("#59636e", "#9198a1"),
];

/// Number of the grey one.
pub(super) const GREY: usize = COLOURS.len() - 1;

/// Subsystems with a colour of their own, in the order of the colours.
const OWN: [&str; 8] = ["dma", "clk", "interrupt", "power-domain", "reset", "regulator", "pinctrl", PARENT];

/// What is wrong.
pub(super) const RED: &str = "#cf222e";

/// Subsystems of a picture with their colours.
pub(super) struct Palette<'g> {
    /// Name, colour, edges; the most frequent first.
    pub(super) entries: Vec<(&'g str, usize, usize)>,
}

impl<'g> Palette<'g> {
    /// What most chips have is always of the same colour; other subsystems get what is free, those with the most edges
    /// first, and are grey if nothing is.
    pub(super) fn new(graph: &'g Graph) -> Self {
        let own = |name: &str| OWN.iter().position(|own| *own == name);
        let subsystems = graph.subsystems();
        let mut taken: Vec<bool> = OWN.iter().map(|own| subsystems.iter().any(|(name, _)| name == own)).collect();
        let entries = subsystems.into_iter().map(|(name, edges)| {
            let colour = own(name).or_else(|| taken.iter().position(|taken| !taken)).unwrap_or(GREY);
            if let Some(taken) = taken.get_mut(colour) {
                *taken = true;
            }
            (name, colour, edges)
        });
        Self { entries: entries.collect() }
    }

    /// Number of a subsystem's colour.
    pub(super) fn colour(&self, subsystem: &str) -> usize {
        self.entries.iter().find(|(name, ..)| *name == subsystem).map_or(GREY, |entry| entry.1)
    }
}
