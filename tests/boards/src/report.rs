//! What is told of all trees.

use std::collections::BTreeMap;

use linkwright_codegen::check::Rule;

use crate::board::Outcome;

/// Findings that are told.
const TOLD: usize = 10;

/// The most frequent findings: a line each.
pub fn frequent<'o>(outcomes: impl Iterator<Item = &'o Outcome>) -> Vec<String> {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (rule, count) in outcomes.flat_map(|outcome| &outcome.findings) {
        let (all, boards) = counts.entry(rule).or_default();
        *all += count;
        *boards += 1;
    }
    let mut counts: Vec<(&str, (usize, usize))> = counts.into_iter().collect();
    counts.sort_by_key(|(rule, (all, _))| (std::cmp::Reverse(*all), *rule));
    let line = |(rule, (all, boards)): (&str, (usize, usize))| {
        let name = Rule::find(rule).map_or("", |rule| rule.name);
        format!("{all:>7} on {boards:>4} boards  {rule} {name}")
    };
    counts.into_iter().take(TOLD).map(line).collect()
}

/// What the importer did not understand, by kind: numbers and names left out.
pub fn not_understood<'o>(outcomes: impl Iterator<Item = &'o Outcome>) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for note in outcomes.flat_map(|outcome| &outcome.notes) {
        let words = note.split(' ').map(|word| if word.starts_with(['/', '0']) { "…" } else { word });
        *counts.entry(words.collect::<Vec<_>>().join(" ")).or_default() += 1;
    }
    let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(note, count)| (std::cmp::Reverse(*count), note.clone()));
    counts.into_iter().take(TOLD).map(|(note, count)| format!("{count:>7}  {note}")).collect()
}
