//! In which order a person would tell of the devices: who provides, most needed kinds first; then the rest by power
//! domain, by what they sit on, by bus.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::bindings::Binding;
use super::board::{Board, joined};

/// Devices under a heading.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) title: String,
    pub(super) devices: Vec<usize>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Provides mostly of this subsystem.
    Provider(String),
    /// In the power domain of this device, with these numbers.
    Domain(usize, Vec<u32>, Option<String>),
    /// On this device.
    On(usize),
    /// Below this node.
    Bus(usize),
}

pub(super) fn sections(board: &Board<'_>, bindings: &[Binding<'_>]) -> Vec<Section> {
    let uses = uses(board, bindings);
    let mut kinds: BTreeMap<Kind, Vec<usize>> = BTreeMap::new();
    for device in 0..board.devices.list.len() {
        kinds.entry(kind(board, bindings, &uses, device)).or_default().push(device);
    }
    let total = |subsystem: &str| uses.values().filter_map(|by| by.get(subsystem)).sum::<usize>();
    let mut sections: Vec<(Kind, Vec<usize>)> = kinds.into_iter().collect();
    sections.sort_by_cached_key(|(kind, devices)| {
        let (rank, uses) = match kind {
            Kind::Provider(subsystem) => (0, Reverse(total(subsystem))),
            Kind::Domain(..) => (1, Reverse(0)),
            Kind::On(_) => (2, Reverse(0)),
            Kind::Bus(_) => (3, Reverse(0)),
        };
        (rank, uses, devices.first().copied())
    });
    let name = |device: usize| board.devices.list[device].name.as_str();
    let titled = |(kind, devices): (Kind, Vec<usize>)| {
        let title = match &kind {
            Kind::Provider(subsystem) => doc(bindings, subsystem),
            Kind::Domain(domain, cells, inner) => {
                let cells: String = cells.iter().map(|cell| format!("/{cell}")).collect();
                let inner = inner.as_ref().map(|inner| format!("/{}", joined(inner))).unwrap_or_default();
                format!("In power domain {}{inner}{cells}", name(*domain))
            }
            Kind::On(device) => format!("On {}", name(*device)),
            Kind::Bus(node) => format!("Below {}", board.tree.path(*node)),
        };
        Section { title, devices }
    };
    sections.into_iter().map(titled).collect()
}

/// How often each device is referred to, by subsystem; not where both refer to each other.
fn uses(board: &Board<'_>, bindings: &[Binding<'_>]) -> HashMap<usize, BTreeMap<String, usize>> {
    let mut pairs: HashSet<(usize, usize, usize)> = HashSet::new();
    let all =
        || board.references.iter().enumerate().flat_map(|(from, keys)| keys.values().flatten().map(move |r| (from, r)));
    for (from, reference) in all() {
        pairs.insert((from, reference.to, reference.binding));
    }
    let mut uses: HashMap<usize, BTreeMap<String, usize>> = HashMap::new();
    for (from, reference) in all() {
        if from != reference.to && !pairs.contains(&(reference.to, from, reference.binding)) {
            let subsystem = bindings[reference.binding].subsystem.name.value.clone();
            *uses.entry(reference.to).or_default().entry(subsystem).or_default() += 1;
        }
    }
    uses
}

fn kind(
    board: &Board<'_>,
    bindings: &[Binding<'_>],
    uses: &HashMap<usize, BTreeMap<String, usize>>,
    device: usize,
) -> Kind {
    let most =
        uses.get(&device).and_then(|by| by.iter().max_by_key(|(name, count)| (**count, Reverse((*name).clone()))));
    if let Some((subsystem, _)) = most {
        return Kind::Provider(subsystem.clone());
    }
    let mut references = board.references[device].values().flatten();
    let domain = references.find(|r| bindings[r.binding].subsystem.is_domain());
    if let Some(domain) = domain {
        return Kind::Domain(domain.to, domain.cells.clone().unwrap_or_default(), domain.inner.clone());
    }
    let entry = &board.devices.list[device];
    match entry.parent {
        Some(parent) => Kind::On(parent),
        None => Kind::Bus(board.tree.nodes[entry.node].parent.unwrap_or_default()),
    }
}

/// What a subsystem is, in its spec's words.
fn doc(bindings: &[Binding<'_>], subsystem: &str) -> String {
    let spec = bindings.iter().map(|binding| binding.subsystem).find(|spec| spec.name.value == subsystem);
    let doc = spec.and_then(|spec| spec.doc.as_ref()).map(|doc| doc.as_str()).unwrap_or(subsystem);
    let line = doc.trim().lines().next().unwrap_or(subsystem);
    let sentence = line.split(". ").next().unwrap_or(line);
    sentence.trim_end_matches('.').to_string()
}
