//! What is told of all trees.

use std::collections::BTreeMap;

use linkwright_codegen::check::Rule;

use crate::board::Outcome;

/// Findings that are told.
const TOLD: usize = 10;

/// The most frequent findings: a line each, and how many rules found something.
pub fn frequent<'o>(outcomes: impl Iterator<Item = &'o Outcome>) -> (Vec<String>, usize) {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for outcome in outcomes {
        let mut rules: Vec<&str> = outcome.findings.iter().map(|(rule, _)| *rule).collect();
        rules.iter().for_each(|rule| counts.entry(rule).or_default().0 += 1);
        rules.sort_unstable();
        rules.dedup();
        rules.iter().for_each(|rule| counts.entry(rule).or_default().1 += 1);
    }
    let mut counts: Vec<(&str, (usize, usize))> = counts.into_iter().collect();
    counts.sort_by_key(|(rule, (all, _))| (std::cmp::Reverse(*all), *rule));
    let line = |(rule, (all, boards)): &(&str, (usize, usize))| {
        let name = Rule::find(rule).map_or("", |rule| rule.name);
        format!("{all:>7} on {boards:>4} boards  {rule} {name}")
    };
    (counts.iter().take(TOLD).map(line).collect(), counts.len())
}
