//! The classes of the devices: built-in ips where they fit, else ips that say what the trees show.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::bindings::Binding;
use super::board::{Board, Reference, joined};
use super::fit;
use super::naming::{Taken, essence, word};
use super::standard;
use crate::load::Workspace;
use crate::spec::{ArgumentType, Ip};

/// What the argument is called that tells how a resource is used.
const FLAGS: &str = "flags";

/// A device of a board.
pub(super) type At = (usize, usize);

/// A class of devices.
#[derive(Debug)]
pub(super) struct Block<'s> {
    pub(super) name: String,
    /// All that the first device calls itself, most specific first.
    pub(super) compatible: Vec<String>,
    /// The spec that is there already.
    pub(super) built_in: Option<&'s Ip>,
    /// A spec that describes such a block and does not fit, and why.
    pub(super) misfit: Option<(&'s Ip, String)>,
    pub(super) devices: Vec<At>,
    /// What its devices refer to, by key.
    pub(super) consumes: BTreeMap<String, Needs>,
    /// What is referred to, by subsystem.
    pub(super) provides: BTreeMap<String, Offer>,
}

/// References of one subsystem.
#[derive(Debug)]
pub(super) enum Needs {
    One {
        optional: bool,
    },
    /// By essence of the name: how it is written, and whether some device does without.
    Named(Vec<(String, bool)>),
}

/// What a reference to a block carries.
#[derive(Debug, Default)]
pub(super) struct Offer {
    /// Names of the arguments.
    pub(super) args: Vec<String>,
    /// They are not the subsystem's: numbers of 32 bits, or one id.
    pub(super) own_args: bool,
    /// A reference names a node of the provider.
    pub(super) by_name: bool,
    /// Which of the names a reference has.
    ids: HashMap<Specifier, usize>,
    /// Distinct, whatever code makes of them.
    pub(super) names: Vec<String>,
}

/// Path of the node within the provider, and the numbers that follow.
type Specifier = (Option<String>, Vec<u32>);

fn specifier(reference: &Reference) -> Specifier {
    (reference.inner.clone(), reference.cells.clone().unwrap_or_default())
}

impl Offer {
    /// The id by which a reference is known.
    pub(super) fn id(&self, reference: &Reference) -> &str {
        self.ids.get(&specifier(reference)).map_or("", |at| &self.names[*at])
    }
}

/// Node and numbers in one word.
fn combined(reference: &Reference) -> String {
    let mut text = reference.inner.as_deref().map_or("self".to_string(), joined);
    for cell in reference.cells.iter().flatten() {
        text += &format!("_{cell}");
    }
    word(&text)
}

#[derive(Debug)]
pub(super) struct Blocks<'s> {
    pub(super) list: Vec<Block<'s>>,
    pub(super) of: HashMap<At, usize>,
}

pub(super) fn sort<'s>(boards: &[Board<'_>], bindings: &[Binding<'s>], workspace: &'s Workspace) -> Blocks<'s> {
    let incoming = incoming(boards);
    let none = Vec::new();
    let mut known: HashMap<&str, Vec<&'s Ip>> = HashMap::new();
    for loaded in &workspace.ips {
        for compatible in &loaded.spec.compatible {
            known.entry(compatible.as_str()).or_default().push(&loaded.spec);
        }
    }
    let mut blocks = Blocks { list: Vec::new(), of: HashMap::new() };
    let mut classes: HashMap<(Option<&str>, Vec<u32>, String), usize> = HashMap::new();
    for (number, board) in boards.iter().enumerate() {
        for (device, entry) in board.devices.list.iter().enumerate() {
            let node = &board.tree.nodes[entry.node];
            let compatible: Vec<&str> = node.strings(standard::COMPATIBLE).filter(|text| !text.is_empty()).collect();
            let at = (number, device);
            let mut misfit = None;
            let candidates = compatible.iter().flat_map(|text| known.get(text).into_iter().flatten());
            let built_in = candidates.copied().find(|ip| {
                let incoming = incoming.get(&at).unwrap_or(&none);
                match fit::fits(ip, board, device, incoming, bindings) {
                    Ok(()) => true,
                    Err(why) => {
                        misfit.get_or_insert((*ip, why));
                        false
                    }
                }
            });
            let first = compatible.first().copied().unwrap_or_default();
            let class = match built_in {
                Some(ip) => (Some(ip.name.value.as_str()), Vec::new(), String::new()),
                None => (None, signature(board, entry.node, bindings), first.to_string()),
            };
            let block = *classes.entry(class).or_insert_with(|| {
                blocks.list.push(Block {
                    name: built_in.map(|ip| ip.name.value.clone()).unwrap_or_default(),
                    compatible: compatible.iter().map(|text| text.to_string()).collect(),
                    built_in,
                    misfit: None,
                    devices: Vec::new(),
                    consumes: BTreeMap::new(),
                    provides: BTreeMap::new(),
                });
                blocks.list.len() - 1
            });
            blocks.of.insert(at, block);
            let block = &mut blocks.list[block];
            block.devices.push(at);
            if built_in.is_none() && block.misfit.is_none() {
                block.misfit = misfit;
            }
        }
    }
    name(&mut blocks.list, workspace);
    let pairs = pairs(boards);
    for block in &mut blocks.list {
        if block.built_in.is_none() {
            consumes(block, boards, &pairs, bindings);
            provides(block, boards, &incoming, bindings);
        }
    }
    blocks
}

/// What refers to each device.
fn incoming<'b>(boards: &'b [Board<'_>]) -> HashMap<At, Vec<&'b Reference>> {
    let mut incoming: HashMap<At, Vec<&Reference>> = HashMap::new();
    for (number, board) in boards.iter().enumerate() {
        for reference in board.references.iter().flat_map(|device| device.values()).flatten() {
            incoming.entry((number, reference.to)).or_default().push(reference);
        }
    }
    incoming
}

/// How many cells references to a node have: devices that differ in this are of different classes.
fn signature(board: &Board<'_>, node: usize, bindings: &[Binding<'_>]) -> Vec<u32> {
    let mut counts: Vec<&str> = bindings.iter().filter_map(|binding| binding.cells).collect();
    counts.sort_unstable();
    counts.dedup();
    let node = &board.tree.nodes[node];
    counts.into_iter().map(|count| node.cell(count).map_or(0, |cells| cells.saturating_add(1))).collect()
}

fn name(blocks: &mut [Block<'_>], workspace: &Workspace) {
    let mut taken = Taken::default();
    for loaded in &workspace.ips {
        taken.take(&loaded.spec.name.value);
    }
    for block in blocks.iter_mut().filter(|block| block.built_in.is_none()) {
        let first = block.compatible.first().map(String::as_str).unwrap_or_default();
        block.name = taken.unique(word(&first.replace(',', "-")).to_ascii_lowercase(), '-');
    }
}

/// A device, one that it refers to, and the key.
type Pair<'b> = (At, usize, &'b str);

fn pairs<'b>(boards: &'b [Board<'_>]) -> HashSet<Pair<'b>> {
    let mut pairs = HashSet::new();
    for (number, board) in boards.iter().enumerate() {
        for (device, keys) in board.references.iter().enumerate() {
            for (key, list) in keys {
                pairs.extend(list.iter().map(|reference| ((number, device), reference.to, key.as_str())));
            }
        }
    }
    pairs
}

fn consumes(block: &mut Block<'_>, boards: &[Board<'_>], pairs: &HashSet<Pair<'_>>, bindings: &[Binding<'_>]) {
    // By key: the names in order, how many devices have each, and whether one without a name is enough.
    struct Seen {
        named: bool,
        devices: usize,
        names: Vec<(String, usize)>,
        by_essence: HashMap<String, usize>,
    }
    let mut keys: BTreeMap<String, Seen> = BTreeMap::new();
    let references = |at: &At| &boards[at.0].references[at.1];
    for (key, list) in block.devices.iter().flat_map(references) {
        let seen = keys.entry(key.clone()).or_insert_with(|| Seen {
            named: false,
            devices: 0,
            names: Vec::new(),
            by_essence: HashMap::new(),
        });
        seen.named |= list.len() > 1 || list.iter().any(|reference| reference.name.is_some());
        seen.devices += 1;
    }
    for at in &block.devices {
        for (key, list) in references(at) {
            let Some(seen) = keys.get_mut(key).filter(|seen| seen.named) else { continue };
            for (name, reference) in names(list, bindings).into_iter().zip(list) {
                let next = seen.names.len();
                let index = *seen.by_essence.entry(essence(&name)).or_insert(next);
                if index == next {
                    seen.names.push((name, 0));
                }
                // Where two devices refer to each other, neither can insist.
                let mutual = pairs.contains(&((at.0, reference.to), at.1, key.as_str()));
                seen.names[index].1 += usize::from(!mutual);
            }
        }
    }
    let all = block.devices.len();
    for (key, seen) in keys {
        let needs = match seen.named {
            false => Needs::One { optional: seen.devices < all },
            true => Needs::Named(seen.names.into_iter().map(|(name, devices)| (name, devices < all)).collect()),
        };
        block.consumes.insert(key, needs);
    }
}

/// Distinct names for the references of a device in one subsystem, in their order; for a block that tells them apart.
pub(super) fn names(list: &[Reference], bindings: &[Binding<'_>]) -> Vec<String> {
    let mut taken = Taken::default();
    let unnamed = |at: usize, reference: &Reference| {
        format!("{}{at}", word(&bindings[reference.binding].subsystem.name.value).replace('-', "_"))
    };
    let wanted = list.iter().enumerate();
    wanted.map(|(at, r)| taken.unique(r.name.clone().unwrap_or_else(|| unnamed(at, r)), '_')).collect()
}

fn provides(
    block: &mut Block<'_>,
    boards: &[Board<'_>],
    incoming: &HashMap<At, Vec<&Reference>>,
    bindings: &[Binding<'_>],
) {
    let mut by_subsystem: BTreeMap<&str, Vec<&Reference>> = BTreeMap::new();
    for at in &block.devices {
        // Those of the file's first consumers come first.
        debug_assert!(at.0 < boards.len(), "a device is of a board");
        for reference in incoming.get(at).into_iter().flatten() {
            by_subsystem.entry(&bindings[reference.binding].subsystem.name.value).or_default().push(reference);
        }
    }
    for (subsystem, references) in by_subsystem {
        block.provides.insert(subsystem.to_string(), offer(&references, bindings));
    }
}

fn offer(references: &[&Reference], bindings: &[Binding<'_>]) -> Offer {
    let mut offer = Offer::default();
    let Some(first) = references.first() else { return offer };
    let binding = &bindings[first.binding];
    let default: Vec<(&str, ArgumentType)> =
        binding.subsystem.args().map(|(name, kind)| (name.value.as_str(), kind.value)).collect();
    let length = |reference: &Reference| reference.cells.as_ref().map_or(0, Vec::len);
    let count = length(first);
    let uniform = references.iter().all(|r| r.inner.is_none() && length(r) == count);
    if !uniform {
        offer.by_name = true;
        offer.own_args = binding.id_argument().is_none();
        offer.args = vec![binding.id_argument().unwrap_or("node").to_string()];
        let mut taken = Taken::default();
        for reference in references {
            let next = offer.names.len();
            if *offer.ids.entry(specifier(reference)).or_insert(next) == next {
                offer.names.push(taken.unique(combined(reference), '_'));
            }
        }
        return offer;
    }
    let fits = |reference: &&&Reference| {
        let cells = reference.cells.iter().flatten();
        cells.zip(&default).all(|(cell, (_, kind))| fit::holds(*kind, u64::from(*cell)))
    };
    offer.own_args = count != default.len() || !references.iter().all(|r| fits(&r));
    offer.args = match count == default.len() {
        true => default.iter().map(|(name, _)| name.to_string()).collect(),
        // What each other cell means is the binding's secret.
        false => {
            let which = if binding.flags && count > 1 { count - 1 } else { count };
            let known = which < count && which == default.len();
            let name = |cell: usize| match known {
                true => default[cell].0.to_string(),
                false => format!("cell{cell}"),
            };
            (0..which).map(name).chain((which < count).then(|| FLAGS.to_string())).collect()
        }
    };
    offer
}
