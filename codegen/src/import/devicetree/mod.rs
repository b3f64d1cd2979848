//! Device trees become `soc` specs, and `ip` specs for blocks that no spec describes yet.
//!
//! Which properties refer to whom is told by the subsystems' specs (`devicetree:`); what the Devicetree Specification
//! itself defines (addresses, status, phandles, aliases) is known here. What is not understood is a comment in the
//! spec, never lost in silence. The same trees and specs always give the same texts.

mod address;
mod bindings;
mod blob;
mod blocks;
mod board;
mod cut;
mod devices;
mod error;
mod fit;
mod group;
mod judge;
mod links;
mod naming;
mod source;
mod standard;
mod text;
mod tree;
mod write;

pub use blob::MOST_BYTES;
pub use cut::Cut;
pub use error::ImportError;
pub use source::compile;
pub use write::MARK;

use std::collections::HashMap;
use std::ops::Range;

use crate::check::Rule;
use crate::load::{self, Input, Workspace};
use crate::report::Diagnostics;
use crate::source::{FileId, SourceMap, Span};

/// The specs that an import goes by: all subsystems and ips of the search path.
#[derive(Debug)]
pub struct Catalog {
    workspace: Workspace,
}

impl Catalog {
    /// Reads all subsystems and ips. What is wrong with them is added to `out`, and those are left out.
    pub fn load(options: &load::Options, out: &mut Diagnostics) -> Self {
        let inputs: Vec<Input> = load::ip_names(options).into_iter().map(Input::Ip).collect();
        Self { workspace: load::load(&inputs, options, out) }
    }

    /// The specs.
    pub fn workspace(&self) -> &Workspace {
        &self.workspace
    }
}

/// A device tree to import.
#[derive(Clone, Copy, Debug)]
pub struct Blob<'a> {
    /// The name of the board; the soc spec gets one of it that is a name.
    pub name: &'a str,
    /// Where it comes from, for people: the file.
    pub origin: &'a str,
    /// The flattened tree.
    pub bytes: &'a [u8],
}

/// How to import.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// Leave circles of devices that need each other as they are.
    pub keep_cycles: bool,
}

/// What an import gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Specs by path: `soc/NAME.yaml` in the order of the boards, then `ip/NAME.yaml` by name.
    pub files: Vec<(String, String)>,
    /// In the order of the blobs.
    pub boards: Vec<Summary>,
    /// What is wrong in the trees; each is a comment in a spec, too.
    pub findings: Vec<Finding>,
}

/// Something that is wrong in a tree, and where in the specs it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Rule.
    pub rule: &'static Rule,
    /// What is wrong.
    pub title: String,
    /// Path of the node.
    pub node: String,
    /// What follows, and what to do.
    pub advice: (&'static str, &'static str),
    /// Which of the files.
    pub file: usize,
    /// Bytes of the name of the device, or of the soc if it is of none.
    pub at: Range<usize>,
}

impl Imported {
    /// The findings at their places in the specs; `name` is what a file is called.
    pub fn diagnostics(&self, name: impl Fn(&str) -> String) -> (SourceMap, Diagnostics) {
        let (mut sources, mut out) = (SourceMap::new(), Diagnostics::new());
        let mut ids: HashMap<usize, FileId> = HashMap::new();
        for finding in &self.findings {
            let (path, text) = &self.files[finding.file];
            let file = *ids.entry(finding.file).or_insert_with(|| sources.add(name(path), None, text.as_str()));
            let span = Span { file, start: finding.at.start as u32, end: finding.at.end as u32 };
            let told = finding.rule.at(span, finding.title.as_str(), format!("node {}", finding.node));
            out.push(told.note(finding.advice.0).help(finding.advice.1));
        }
        (sources, out)
    }
}

/// What became of one tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Name of the soc.
    pub name: String,
    /// What the board calls itself, most specific first.
    pub compatible: Vec<String>,
    /// Devices, disabled ones included.
    pub devices: usize,
    /// Of these, how many are disabled or sit on one that is.
    pub disabled: usize,
    /// References.
    pub references: usize,
    /// References that give way so that devices do not need each other in a circle.
    pub cuts: Vec<Cut>,
    /// Names of the specs used that were there already.
    pub known: Vec<String>,
    /// Ips that were made although a spec describes such a block.
    pub misfits: Vec<Misfit>,
}

/// An ip that was made although a spec describes such a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Its name.
    pub made: String,
    /// Name of the spec that is there.
    pub ip: String,
    /// Why that does not fit: `it takes no` …
    pub why: String,
}

/// Trees that did not become specs: which of them, and why.
pub type Failures = Vec<(usize, ImportError)>;

/// Turns device trees into specs. Boards that are imported together share the ips that are made for them.
///
/// # Errors
/// Every blob that cannot be imported; then there are no specs at all.
pub fn import(blobs: &[Blob<'_>], catalog: &Catalog, settings: Settings) -> Result<Imported, Failures> {
    let workspace = &catalog.workspace;
    let bindings = bindings::of(workspace.subsystems.iter().map(|loaded| &loaded.spec));
    let mut names = naming::Taken::default();
    let (mut boards, mut failures) = (Vec::new(), Vec::new());
    for (number, blob) in blobs.iter().enumerate() {
        let name = names.unique(naming::word(blob.name), '-');
        let board =
            blob::read(blob.bytes).and_then(|tree| board::Board::new(name, blob.origin.to_string(), tree, &bindings));
        match board {
            Ok(board) => boards.push(board),
            Err(error) => failures.push((number, error)),
        }
    }
    if !failures.is_empty() {
        return Err(failures);
    }
    let blocks = blocks::sort(&boards, &bindings, workspace);
    let sections: Vec<_> = boards.iter().map(|board| group::sections(board, &bindings)).collect();
    let cuts: Vec<Vec<Cut>> = boards
        .iter_mut()
        .enumerate()
        .map(|(number, board)| match settings.keep_cycles {
            true => Vec::new(),
            false => cut::cut(number, board, &sections[number], &blocks, &bindings),
        })
        .collect();
    let writer = write::Writer::new(&blocks, &bindings);
    let (mut files, mut findings) = (Vec::new(), Vec::new());
    for (number, board) in boards.iter().enumerate() {
        let (text, places) = writer.soc(number, board, &sections[number], &cuts[number]);
        files.push((format!("soc/{}.yaml", board.name), text));
        findings.extend(places.into_iter().map(|(note, at)| Finding {
            rule: note.kind.rule,
            title: note.text.clone(),
            node: board.tree.path(note.node),
            advice: (note.kind.note, note.kind.help),
            file: number,
            at,
        }));
    }
    let mut own: Vec<&blocks::Block<'_>> = blocks.list.iter().filter(|block| block.built_in.is_none()).collect();
    own.sort_by(|a, b| a.name.cmp(&b.name));
    files.extend(own.into_iter().map(|block| (format!("ip/{}.yaml", block.name), writer.ip(block))));
    let summaries = boards.iter().zip(cuts).enumerate();
    let boards = summaries.map(|(number, (board, cuts))| summary(number, board, cuts, &blocks)).collect();
    Ok(Imported { files, boards, findings })
}

fn summary(number: usize, board: &board::Board<'_>, cuts: Vec<Cut>, blocks: &blocks::Blocks<'_>) -> Summary {
    let here = |block: &&blocks::Block<'_>| block.devices.iter().any(|(board, _)| *board == number);
    let mut known: Vec<String> = Vec::new();
    let mut misfits = Vec::new();
    for block in blocks.list.iter().filter(here) {
        known.extend(block.built_in.map(|ip| ip.name.value.clone()));
        misfits.extend(block.misfit.as_ref().map(|(ip, why)| Misfit {
            made: block.name.clone(),
            ip: ip.name.value.clone(),
            why: why.clone(),
        }));
    }
    Summary {
        name: board.name.clone(),
        compatible: board
            .tree
            .nodes
            .iter()
            .take(1)
            .flat_map(|root| root.strings(standard::COMPATIBLE))
            .map(str::to_string)
            .collect(),
        devices: board.devices.list.len(),
        disabled: board.devices.list.iter().filter(|device| !device.enabled).count(),
        references: board.references.iter().flat_map(|keys| keys.values()).map(Vec::len).sum(),
        cuts,
        known,
        misfits,
    }
}
