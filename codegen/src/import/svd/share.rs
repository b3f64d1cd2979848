//! Peripherals that are the same block, and what a block is called.

use std::collections::HashMap;

use super::model::Block;
use super::names::{Unique, legal};

/// The distinct blocks, each with its users.
#[derive(Default)]
pub(super) struct Blocks {
    pub(super) list: Vec<Shared>,
    known: HashMap<Block, usize>,
}

pub(super) struct Shared {
    pub(super) block: Block,
    /// Name and group of each peripheral that is one.
    pub(super) users: Vec<(String, Option<String>)>,
}

impl Blocks {
    /// The index of a block that is like this one.
    pub(super) fn add(&mut self, block: Block) -> usize {
        if let Some(&index) = self.known.get(&block) {
            return index;
        }
        let index = self.list.len();
        self.known.insert(block.clone(), index);
        self.list.push(Shared { block, users: Vec::new() });
        index
    }

    /// A name for each block that is used: the chip's, and the group or the first peripheral without its number.
    pub(super) fn names(&self, chip: &str, taken: &[&str]) -> Vec<String> {
        let group = |shared: &Shared| {
            let first = shared.users.first()?.1.clone()?;
            shared.users.iter().all(|(_, group)| group.as_ref() == Some(&first)).then_some(first)
        };
        let stem = |shared: &Shared| {
            let name = shared.users.first().map(|user| user.0.clone()).unwrap_or_default();
            let stem = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('_');
            if stem.is_empty() { name.clone() } else { stem.to_string() }
        };
        let mut groups: HashMap<String, usize> = HashMap::new();
        let mut stems: HashMap<String, usize> = HashMap::new();
        for shared in &self.list {
            if let Some(group) = group(shared) {
                *groups.entry(group.to_ascii_lowercase()).or_default() += 1;
            }
            *stems.entry(stem(shared).to_ascii_lowercase()).or_default() += 1;
        }
        let alone = |map: &HashMap<String, usize>, name: &str| map.get(&name.to_ascii_lowercase()) == Some(&1);
        let mut names = Unique::default();
        for name in taken {
            names.claim(name, &[spelled]);
        }
        let name = |shared: &Shared| {
            let first = shared.users.first().map(|user| user.0.clone()).unwrap_or_default();
            let grouped = group(shared).filter(|group| alone(&groups, group) && shared.users.len() > 1);
            let stem = stem(shared);
            let own = grouped.or_else(|| alone(&stems, &stem).then_some(stem)).unwrap_or(first);
            let own = own.to_ascii_lowercase().replace('_', "-");
            let whole = if own == chip { own } else { format!("{chip}-{own}") };
            names.claim(&legal(&whole), &[spelled])
        };
        self.list.iter().map(name).collect()
    }
}

/// Names that differ in case, `-` or `_` only would be one directory or crate.
fn spelled(name: &str) -> String {
    name.to_ascii_lowercase().replace('-', "_")
}
