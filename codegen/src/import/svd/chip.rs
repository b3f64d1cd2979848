//! A device of an SVD file: its blocks, and where they are.

use std::collections::{HashMap, HashSet};

use svd_parser::svd::derive_from::DeriveFrom;
use svd_parser::svd::{Device, MaybeArray, Peripheral, RegisterCluster};

use super::model::{Block, Chip, Instance, Item, Kind, Words};
use super::names::{Unique, legal, with_index};
use super::notes::Notes;
use super::registers::Builder;
use super::resolve::{Index, NoBase};
use super::share::Blocks;
use super::{Counts, Options, enums, text, views};

pub(super) fn build(
    device: &Device,
    file: &str,
    options: &Options,
    notes: &mut Notes<'_>,
    counts: &mut Counts,
) -> Chip {
    let index = Index::new(device);
    let name = legal(&device.name).to_ascii_lowercase();
    if device.address_unit_bits != 8 {
        let label = format!("`addressUnitBits` is {}", device.address_unit_bits);
        notes.error("addresses do not count bytes", label, "only files with `addressUnitBits` 8 can be imported");
    }
    for wanted in &options.peripherals {
        if !device.peripherals.iter().any(|peripheral| peripheral.name == *wanted) {
            let known: Vec<&str> = device.peripherals.iter().map(|peripheral| peripheral.name.as_str()).collect();
            let label = format!("`{}` has no peripheral `{wanted}`", device.name);
            notes.error("there is no such peripheral", label, format!("it has {}", known.join(", ")));
        }
    }
    let mut maker = Maker { device, index: &index, notes, blocks: Blocks::default(), made: HashMap::new() };
    let mut found = Vec::new();
    for peripheral in &device.peripherals {
        if options.peripherals.is_empty() || options.peripherals.contains(&peripheral.name) {
            found.extend(maker.block(peripheral).map(|block| (peripheral, block)));
        }
    }
    let Maker { mut blocks, .. } = maker;
    let mut instances = instances(&found, &mut blocks);
    let nvic = device.cpu.as_ref().is_some_and(|cpu| cpu.name.to_ascii_uppercase().starts_with("CM"));
    let mut comments = Vec::new();
    let lines = lines(&found, &mut blocks, &mut instances);
    if lines && !nvic {
        comments.push(notes.mend("interrupts are left out: the SVD names no processor with an NVIC"));
        blocks.list.iter_mut().for_each(|shared| shared.block.interrupts.clear());
        instances.iter_mut().for_each(|instance| instance.interrupts.clear());
    }
    overlaps(&mut instances, &blocks, notes);
    let names = blocks.names(&name, &[]);
    counts.peripherals = instances.len();
    counts.blocks = blocks.list.len();
    for shared in &blocks.list {
        count(&shared.block.items, counts);
    }
    let vendor = device.vendor.as_deref().unwrap_or_default();
    let source = format!("CMSIS-SVD file {} {} {}", text::doc(Some(file), ""), vendor, device.version);
    let licence = device.license_text.as_deref().unwrap_or_default().replace("\\n", "\n");
    Chip {
        doc: text::doc(Some(&device.description), &device.name),
        source: text::doc(Some(&source), ""),
        head: vec![format!("Imported by linkwright from {}.", text::doc(Some(file), ""))],
        licence: licence.lines().map(|line| text::doc(Some(line), "")).filter(|line| !line.is_empty()).collect(),
        nvic: (lines && nvic).then(|| controller(&instances)),
        blocks: names.into_iter().zip(blocks.list.into_iter().map(|shared| shared.block)).collect(),
        name,
        instances,
        comments,
    }
}

/// A name for the interrupt controller that no peripheral has.
fn controller(instances: &[Instance]) -> String {
    let mut names = Unique::default();
    for instance in instances {
        names.claim(&instance.name, &[crate::names::module_name]);
    }
    names.claim("nvic", &[crate::names::module_name])
}

struct Maker<'m, 'd, 'x> {
    device: &'d Device,
    index: &'m Index<'d>,
    notes: &'m mut Notes<'x>,
    blocks: Blocks,
    /// Blocks of peripherals by their name.
    made: HashMap<&'d str, Option<usize>>,
}

impl<'d> Maker<'_, 'd, '_> {
    /// Which block a peripheral is.
    fn block(&mut self, peripheral: &'d Peripheral) -> Option<usize> {
        if let Some(made) = self.made.get(peripheral.name.as_str()) {
            return *made;
        }
        let block = self.make(peripheral);
        self.made.insert(&peripheral.name, block);
        block
    }

    fn make(&mut self, peripheral: &'d Peripheral) -> Option<usize> {
        let chain = match self.index.base(peripheral) {
            Ok(chain) => chain,
            Err(NoBase(why)) => {
                let title = format!("peripheral `{}` cannot be in a spec", peripheral.name);
                self.notes.left_out(&[&peripheral.name], title, why);
                return None;
            }
        };
        let own = peripheral.registers.as_deref().unwrap_or_default();
        let same = own.is_empty()
            && peripheral.default_register_properties == Default::default()
            && peripheral.address_block.is_none();
        if let (true, Some(base)) = (same, chain.first()) {
            return self.block(base);
        }
        let mut properties = peripheral.default_register_properties;
        for base in &chain {
            properties = properties.derive_from(&base.default_register_properties);
        }
        properties = properties.derive_from(&self.device.default_register_properties);
        // Registers of its own stand in place of those of the same name, beside the others.
        let mut seen: HashSet<&str> = HashSet::new();
        let mut registers: Vec<&'d RegisterCluster> = Vec::new();
        for from in std::iter::once(&peripheral).chain(&chain) {
            let list = from.registers.as_deref().unwrap_or_default();
            registers.extend(list.iter().filter(|entry| !seen.contains(entry_name(entry))));
            seen.extend(list.iter().map(entry_name));
        }
        let mut builder = Builder {
            index: self.index,
            notes: self.notes,
            path: vec![peripheral.name.clone()],
            clusters: Vec::new(),
            constants: HashSet::new(),
        };
        let mut items = builder.items(registers, properties);
        let enums = enums::share(&mut items);
        let (mut window, mut comments) = (window(peripheral, &chain), Vec::new());
        let (end, alignment) = views::extent(&items);
        if end > window {
            if window > 0 {
                comments.push(self.notes.mend(format!("{window:#x} bytes in the SVD, but its registers need more")));
            }
            window = end.next_multiple_of(alignment.max(4));
        }
        if window == 0 {
            return None;
        }
        let described = std::iter::once(&peripheral).chain(&chain).find_map(|from| from.description.as_deref());
        let doc = Words(text::doc(described, &peripheral.name));
        let width = widths(&items);
        let interrupts = Vec::new();
        Some(self.blocks.add(Block { doc, window, width, items, enums, interrupts, comments: Words(comments) }))
    }
}

fn entry_name(entry: &RegisterCluster) -> &str {
    match entry {
        RegisterCluster::Register(register) => &register.name,
        RegisterCluster::Cluster(cluster) => &cluster.name,
    }
}

/// Bytes from the base to the end of the last address block.
fn window(peripheral: &Peripheral, chain: &[&Peripheral]) -> u64 {
    let blocks = std::iter::once(&peripheral).chain(chain).find_map(|from| from.address_block.as_ref());
    let ends = blocks.into_iter().flatten().map(|block| u64::from(block.offset) + u64::from(block.size));
    ends.max().unwrap_or(0)
}

/// The width that most registers have.
fn widths(items: &[Item]) -> u32 {
    fn walk(items: &[Item], counts: &mut [usize; 4]) {
        for item in items {
            match &item.kind {
                Kind::Register(register) => counts[(register.width / 8).ilog2().min(3) as usize] += 1,
                Kind::Cluster(inner) => walk(inner, counts),
            }
        }
    }
    let mut counts = [0; 4];
    walk(items, &mut counts);
    // 32 bits if there is nothing to choose.
    [2_usize, 0, 1, 3].into_iter().max_by_key(|i| (counts[*i], *i == 2)).map_or(32, |i| 8 << i)
}

fn count(items: &[Item], counts: &mut Counts) {
    for item in items {
        match &item.kind {
            Kind::Register(register) => {
                counts.registers += 1;
                counts.fields += register.fields.len();
            }
            Kind::Cluster(inner) => count(inner, counts),
        }
    }
}

/// The peripherals at their places, arrays of them one by one.
fn instances(found: &[(&Peripheral, usize)], blocks: &mut Blocks) -> Vec<Instance> {
    let mut names = Unique::default();
    let mut out = Vec::new();
    for &(peripheral, block) in found {
        let places: Vec<(String, u64)> = match peripheral {
            MaybeArray::Single(single) => vec![(single.name.clone(), single.base_address)],
            MaybeArray::Array(one, dim) => {
                let base = |i: u32| one.base_address.saturating_add(u64::from(dim.dim_increment) * u64::from(i));
                (0..dim.dim).zip(dim.indexes()).map(|(i, index)| (with_index(&one.name, &index), base(i))).collect()
            }
        };
        for (name, base) in places {
            blocks.list[block].users.push((name.clone(), peripheral.group_name.clone()));
            let name =
                names.claim(&legal(&name).to_ascii_lowercase(), &[crate::names::module_name, crate::names::type_name]);
            out.push(Instance {
                name,
                doc: text::doc(peripheral.description.as_deref(), &peripheral.name).replace("%s", "n"),
                base,
                block,
                interrupts: Vec::new(),
                disabled: false,
                comments: Vec::new(),
            });
        }
    }
    out
}

/// Interrupts of blocks and their instances; are there any?
fn lines(found: &[(&Peripheral, usize)], blocks: &mut Blocks, instances: &mut [Instance]) -> bool {
    for &(peripheral, block) in found {
        let names: Vec<String> = peripheral.interrupt.iter().map(|line| line.name.clone()).collect();
        let known = &mut blocks.list[block].block.interrupts;
        if names.len() > known.len() {
            *known = line_names(&names, &peripheral.name);
        }
    }
    let mut at = 0;
    for &(peripheral, _) in found {
        let copies = match peripheral {
            MaybeArray::Single(_) => 1,
            MaybeArray::Array(_, dim) => dim.dim as usize,
        };
        if copies == 1 {
            instances[at].interrupts = peripheral.interrupt.iter().map(|line| line.value).collect();
        }
        at += copies;
    }
    blocks.list.iter().any(|shared| !shared.block.interrupts.is_empty())
}

/// `irq` for one; else names without the peripheral's own.
fn line_names(names: &[String], peripheral: &str) -> Vec<String> {
    if names.len() == 1 {
        return vec!["irq".to_string()];
    }
    let mut unique = Unique::default();
    let short = |name: &String| {
        let own = name.strip_prefix(peripheral).map_or(name.as_str(), |rest| rest.trim_start_matches('_'));
        let own = if own.is_empty() { "irq" } else { own };
        unique.claim(&legal(own).to_ascii_lowercase(), &[crate::names::module_name, crate::names::type_name])
    };
    names.iter().map(short).collect()
}

/// Peripherals at one place are alternatives: the first is on.
fn overlaps(instances: &mut [Instance], blocks: &Blocks, notes: &mut Notes<'_>) {
    let mut order: Vec<usize> = (0..instances.len()).collect();
    order.sort_by_key(|&i| (instances[i].base, i));
    let mut open: Vec<(usize, u64)> = Vec::new();
    for at in order {
        let base = instances[at].base;
        open.retain(|(_, end)| *end > base);
        if let Some(&(other, _)) = open.first() {
            let comment = format!("shares addresses with `{}`; enable the one that is used", instances[other].name);
            let comment = notes.mend(comment);
            instances[at].comments.push(comment);
            instances[at].disabled = true;
            continue;
        }
        open.push((at, base.saturating_add(blocks.list[instances[at].block].block.window)));
    }
}
