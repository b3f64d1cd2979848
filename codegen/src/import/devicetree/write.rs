//! The specs as texts.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::bindings::Binding;
use super::blocks::{Block, Blocks, Needs, names};
use super::board::{Board, Reference};
use super::cut::Cut;
use super::devices::Device;
use super::fit;
use super::group::Section;
use super::links::Note;
use super::naming::essence;
use super::text::{Mapping, comment, quoted, scalar};

/// First line of every imported spec.
pub const MARK: &str = "# From a device tree, by linkwright; now it is yours to edit.";

/// Notes and cuts that are written out for one device.
const TOLD: usize = 12;

pub(super) struct Writer<'w, 's> {
    pub(super) blocks: &'w Blocks<'s>,
    pub(super) bindings: &'w [Binding<'s>],
    /// Names of the references of a block by key and essence, as the ip spells them.
    spelled: HashMap<(usize, &'w str, String), &'w str>,
}

impl<'w, 's> Writer<'w, 's> {
    pub(super) fn new(blocks: &'w Blocks<'s>, bindings: &'w [Binding<'s>]) -> Self {
        let mut spelled = HashMap::new();
        for (number, block) in blocks.list.iter().enumerate() {
            for (key, needs) in &block.consumes {
                if let Needs::Named(named) = needs {
                    let of = |name: &String| (number, key.as_str(), essence(name));
                    spelled.extend(named.iter().map(|(name, _)| (of(name), name.as_str())));
                }
            }
        }
        Self { blocks, bindings, spelled }
    }

    /// The spec of a board, and where in it each finding is told.
    pub(super) fn soc<'n>(
        &self,
        number: usize,
        board: &'n Board<'_>,
        sections: &[Section],
        cuts: &[Cut],
    ) -> (String, Vec<(&'n Note, Range<usize>)>) {
        let mut out = format!("{MARK}\nlinkwright: 1\nsoc: ");
        let name = scalar(&board.name);
        let whole = out.len()..out.len() + name.len();
        out += &format!("{name}\n");
        let mut places: Vec<(&Note, Range<usize>)> = Vec::new();
        if let Some(model) = board.model() {
            out += &format!("doc: {}\n", quoted(model));
        }
        out += &format!("source: {}\n", quoted(&format!("Device tree {}", board.origin)));
        let mut notes: HashMap<Option<usize>, Vec<&Note>> = HashMap::new();
        for note in &board.notes {
            let device = note.device.and_then(|node| board.devices.of_node.get(&node).copied());
            notes.entry(device).or_default().push(note);
        }
        for note in notes.get(&None).into_iter().flatten() {
            comment(&mut out, 0, &told(note));
            places.push((note, whole.clone()));
        }
        out += "devices:\n";
        let mut by_consumer: HashMap<&str, Vec<&Cut>> = HashMap::new();
        cuts.iter().for_each(|cut| by_consumer.entry(&cut.consumer).or_default().push(cut));
        for (at, section) in sections.iter().enumerate() {
            if at > 0 {
                out.push('\n');
            }
            comment(&mut out, 2, &format!("{}.", section.title));
            for &device in &section.devices {
                let entry = &board.devices.list[device];
                let wrong = || notes.get(&Some(device)).into_iter().flatten().copied();
                wrong().take(TOLD).for_each(|note| comment(&mut out, 2, &told(note)));
                for cut in by_consumer.get(entry.name.as_str()).into_iter().flatten().take(TOLD) {
                    comment(&mut out, 2, &cut_note(cut));
                }
                let at = self.device(&mut out, number, board, device, entry);
                places.extend(wrong().map(|note| (note, at.clone())));
            }
        }
        (out, places)
    }

    /// Writes a device; where its name stands.
    fn device(
        &self,
        out: &mut String,
        number: usize,
        board: &Board<'_>,
        device: usize,
        entry: &Device,
    ) -> Range<usize> {
        let at = self.blocks.of[&(number, device)];
        let block = &self.blocks.list[at];
        if !entry.aliases.is_empty() {
            comment(out, 2, &format!("Also called {}.", entry.aliases.join(", ")));
        }
        let more: Vec<String> =
            entry.reg.iter().skip(1).flatten().map(|(base, size)| format!("{base:#x} ({size:#x} bytes)")).collect();
        if !more.is_empty() {
            comment(out, 2, &format!("Also at {}.", more.join(", ")));
        }
        let mut mapping = Mapping::new(&entry.name);
        mapping.value("ip", scalar(&block.name));
        mapping.value("source", scalar(&board.tree.path(entry.node)));
        match entry.reg.first() {
            Some(Some((_, 0))) => comment(out, 2, "Its address range has no bytes."),
            Some(Some((base, size))) if base.checked_add(size - 1).is_none() => {
                comment(
                    out,
                    2,
                    &format!("Its address range goes beyond the last address: {base:#x}, {size:#x} bytes."),
                );
            }
            Some(Some((base, size))) => mapping.value("reg", format!("{{ base: {base:#x}, size: {size:#x} }}")),
            _ => {}
        }
        if let Some(parent) = entry.parent {
            mapping.value("parent", scalar(&board.devices.list[parent].name));
        }
        if !entry.says_okay {
            mapping.value("status", "disabled");
        }
        for (key, list) in &board.references[device] {
            let written = |reference: &Reference| self.reference(number, board, reference);
            match self.names(at, block, key, list) {
                None => {
                    if let Some(reference) = list.first() {
                        mapping.value(key, written(reference));
                    }
                }
                Some(names) => mapping.inner(key, names.into_iter().zip(list.iter().map(written)).collect()),
            }
        }
        let start = out.len() + 2;
        mapping.write(out, 2);
        start..start + scalar(&entry.name).len()
    }

    /// What the block calls the references; `None`: it has only one, without a name.
    fn names(&self, number: usize, block: &Block<'_>, key: &str, list: &[Reference]) -> Option<Vec<String>> {
        if let Some(ip) = block.built_in {
            let names = fit::names(ip.consumes.get(key)?, list)?;
            return names.into_iter().map(|name| name.map(str::to_string)).collect();
        }
        match block.consumes.get(key)? {
            Needs::One { .. } => None,
            Needs::Named(_) => {
                let spell = |name: String| {
                    self.spelled.get(&(number, key, essence(&name))).map_or(name, |spelled| spelled.to_string())
                };
                Some(names(list, self.bindings).into_iter().map(spell).collect())
            }
        }
    }

    fn reference(&self, number: usize, board: &Board<'_>, reference: &Reference) -> String {
        let to = &board.devices.list[reference.to].name;
        let (names, values) = self.arguments(number, reference);
        if !reference.post_init {
            let values: String = values.iter().map(|value| format!("/{value}")).collect();
            return scalar(&format!("{to}{values}"));
        }
        let mut entries = vec![format!("to: {}", scalar(to))];
        entries.extend(names.iter().zip(&values).map(|(name, value)| {
            let value = if value.bytes().all(|b| b.is_ascii_digit()) { value.clone() } else { scalar(value) };
            format!("{}: {value}", scalar(name))
        }));
        entries.push("post_init: true".to_string());
        format!("{{ {} }}", entries.join(", "))
    }

    /// Names and values of a reference's arguments.
    fn arguments(&self, number: usize, reference: &Reference) -> (Vec<String>, Vec<String>) {
        let binding = &self.bindings[reference.binding];
        let subsystem = &binding.subsystem.name.value;
        let cells = || reference.cells.iter().flatten().map(u32::to_string).collect();
        let Some(&block) = self.blocks.of.get(&(number, reference.to)) else { return (Vec::new(), Vec::new()) };
        let block = &self.blocks.list[block];
        if let Some(ip) = block.built_in {
            let own = ip.provides.get(subsystem).and_then(|provided| provided.args.as_ref());
            let names = match own {
                Some(args) => args.iter().map(|(name, _)| name.value.clone()).collect(),
                None => binding.subsystem.args().map(|(name, _)| name.value.clone()).collect(),
            };
            return (names, cells());
        }
        let Some(offer) = block.provides.get(subsystem) else { return (Vec::new(), Vec::new()) };
        let values = if offer.by_name { vec![offer.id(reference).to_string()] } else { cells() };
        (offer.args.clone(), values)
    }

    /// The spec of a block that no built-in one describes.
    pub(super) fn ip(&self, block: &Block<'_>) -> String {
        let mut out = format!("{MARK}\n");
        comment(
            &mut out,
            0,
            "A device tree does not say what registers there are, nor what each line and number is for.",
        );
        if let Some((ip, why)) = &block.misfit {
            let ip = &ip.name.value;
            comment(
                &mut out,
                0,
                &format!(
                    "The spec `{ip}` describes such a block, but {why}. If that can be settled by \
                changing names in the soc, write `ip: {ip}` there and remove this file."
                ),
            );
        }
        out += &format!("linkwright: 1\nip: {}\n", scalar(&block.name));
        let texts: Vec<String> = block.compatible.iter().map(|text| quoted(text)).collect();
        out += &format!("compatible: [{}]\n", texts.join(", "));
        if !block.provides.is_empty() {
            out += "provides:\n";
        }
        for (subsystem, offer) in &block.provides {
            let mut mapping = Mapping::new(subsystem);
            if offer.own_args {
                let kind = if offer.by_name { "id" } else { "u32" };
                mapping.inner("args", offer.args.iter().map(|name| (name.clone(), kind.to_string())).collect());
            }
            if offer.by_name {
                let numbered = offer.names.iter().enumerate();
                mapping.inner("ids", numbered.map(|(at, name)| (name.clone(), at.to_string())).collect());
            }
            mapping.write(&mut out, 2);
        }
        if !block.consumes.is_empty() {
            out += "consumes:\n";
        }
        let optional = |optional: bool| if optional { "{ optional: true }" } else { "{}" };
        for (key, needs) in &block.consumes {
            match needs {
                Needs::One { optional: one } => out += &format!("  {}: {}\n", scalar(key), optional(*one)),
                Needs::Named(named) => {
                    let mut mapping = Mapping::new(key);
                    named.iter().for_each(|(name, one)| mapping.value(name, optional(*one)));
                    mapping.write(&mut out, 2);
                }
            }
        }
        out
    }
}

/// A finding as a comment.
fn told(note: &Note) -> String {
    format!("{} {}: {}.", note.kind.rule.id, note.kind.rule.name, note.text)
}

/// Why a reference is `post_init`.
fn cut_note(cut: &Cut) -> String {
    let supplier = &cut.supplier;
    let key = &cut.key;
    let mut seen = HashSet::new();
    let way: Vec<&str> =
        cut.circle.iter().map(String::as_str).filter(|n| seen.insert(*n) || cut.circle.len() < 24).collect();
    match way.len() {
        0 | 1 => format!("Circle: probed without `{supplier}` ({key})."),
        _ => format!("Circle: {}. Probed without `{supplier}` ({key}); is that right?", way.join(" -> ")),
    }
}
