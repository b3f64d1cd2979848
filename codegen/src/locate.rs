//! From an entry of a spec, named by its keys, to its place in the file.

use std::collections::HashMap;

use crate::load::Workspace;
use crate::report::Diagnostics;
use crate::source::{FileId, Span};
use crate::yaml::{self, Node, Range, Value};

/// Where the entry `path` (`registers/DSR/fields/dns/bits`) of the spec file `file` (`ip/pl330.yaml`) is written, or
/// the nearest one around it. `None` when the workspace has no such file or the file no such entry at all.
pub fn locate(workspace: &Workspace, file: &str, path: &str) -> Option<Span> {
    Locator::new(workspace).find(file, path)
}

/// Finds many entries, and reads each file once.
pub(crate) struct Locator<'w> {
    workspace: &'w Workspace,
    read: HashMap<FileId, Option<Node>>,
}

impl<'w> Locator<'w> {
    pub(crate) fn new(workspace: &'w Workspace) -> Self {
        Self { workspace, read: HashMap::new() }
    }

    /// As [`locate`].
    pub(crate) fn find(&mut self, file: &str, path: &str) -> Option<Span> {
        let id = file_of(self.workspace, file, path)?;
        let node = self.read.entry(id).or_insert_with(|| {
            let text = self.workspace.sources.file(id).text.clone();
            yaml::read(id, &text, &mut Diagnostics::new())
        });
        let (start, end) = walk(node.as_ref()?, path)?;
        Some(Span { file: id, start, end })
    }
}

/// The file that holds an entry: a board's devices may be written in the chip's file.
fn file_of(workspace: &Workspace, file: &str, path: &str) -> Option<FileId> {
    if let Some(ip) = workspace.ips.iter().find(|loaded| loaded.file == file) {
        return Some(ip.spec.name.span.file);
    }
    if let Some(subsystem) = workspace.subsystems.iter().find(|loaded| loaded.file == file) {
        return Some(subsystem.spec.name.span.file);
    }
    let soc = &workspace.socs.iter().find(|loaded| loaded.file == file)?.spec;
    let device = path.strip_prefix("devices/").and_then(|rest| rest.split('/').next());
    let device = device.and_then(|device| soc.devices.iter().find(|(name, _)| name.value == device));
    Some(device.map_or(soc.name.span, |(name, _)| name.span).file)
}

/// The key of the last entry that is there.
fn walk(node: &Node, path: &str) -> Option<Range> {
    let mut found = None;
    let mut node = node;
    for key in path.split('/') {
        let Value::Map(entries) = &node.value else { break };
        let Some((key, value)) = entries.iter().find(|(known, _)| known.text == key) else { break };
        found = Some(key.at);
        node = value;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::{Input, Options, load};

    #[test]
    fn an_entry_is_found_or_what_is_around_it() {
        let text = "linkwright: 1\nip: x\nregisters:\n  A:\n    offset: 0\n    fields:\n      f: { bits: 3 }\n";
        let input = Input::Text("ip/x.yaml".to_string(), text.to_string());
        let workspace = load(&[input], &Options::default(), &mut Diagnostics::new());
        let line = |path| locate(&workspace, "ip/x.yaml", path).map(|span| workspace.sources.line_column(span));
        assert_eq!(line("registers/A/fields/f/bits"), Some((7, 12)));
        assert_eq!(line("registers/A/fields/f/enum/X"), Some((7, 7)));
        assert_eq!(line("registers/A/offset"), Some((5, 5)));
        assert_eq!(line("nothing"), None);
    }
}
