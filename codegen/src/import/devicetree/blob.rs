//! The flattened form: a header, a block of tokens, a block of strings.
//!
//! Own code, because of the crates that read it the well-kept one refuses names of more than 31 characters, which two
//! in five of the trees that Debian ships have, and others hide damage or panic. A test compares with that crate.

use super::error::ImportError;
use super::tree::{Node, Tree};

/// Bytes of a tree; the largest that Debian ships has 190 kB.
pub const MOST_BYTES: usize = 4 << 20;
/// Nodes within nodes, as in Linux.
const MOST_LEVELS: usize = 64;
/// Nodes; those with a `compatible` are devices, which are numbered with 16 bits.
const MOST_NODES: usize = 65_535;
/// Characters of a name. The Devicetree Specification allows 31, which many do not keep to.
const MOST_CHARACTERS: usize = 255;

const MAGIC: u32 = 0xd00d_feed;
const VERSION: u32 = 17;
const HEADER: usize = 40;

const BEGIN_NODE: u32 = 1;
const END_NODE: u32 = 2;
const PROPERTY: u32 = 3;
const NOP: u32 = 4;
const END: u32 = 9;

/// Does it begin like a flattened tree?
pub(super) fn is_blob(bytes: &[u8]) -> bool {
    word(bytes, 0) == Some(MAGIC)
}

pub(super) fn read(bytes: &[u8]) -> Result<Tree<'_>, ImportError> {
    if bytes.len() > MOST_BYTES {
        return Err(ImportError::TooLarge { what: "bytes", most: MOST_BYTES });
    }
    if !is_blob(bytes) {
        return Err(ImportError::NotATree);
    }
    if bytes.len() < HEADER {
        return Err(ImportError::Corrupt { at: bytes.len(), what: "the header ends too early" });
    }
    let header = |at: usize| word(bytes, at).unwrap_or_default() as usize;
    let (version, compatible) = (header(20) as u32, header(24) as u32);
    if version < VERSION || compatible > VERSION {
        return Err(ImportError::Version { version, compatible });
    }
    let total = header(4);
    // What follows a tree in its file is padding.
    let Some(bytes) = bytes.get(..total) else {
        return Err(ImportError::Corrupt { at: 4, what: "the file is shorter than its header says" });
    };
    let block = |offset: usize, size: usize, at: usize| {
        let (offset, size) = (header(offset), header(size));
        let range = offset..offset.saturating_add(size);
        bytes.get(range).ok_or(ImportError::Corrupt { at, what: "a block lies outside the tree" })
    };
    let (structure, strings) = (block(8, 36, 8)?, block(12, 32, 12)?);
    Reader { structure, strings, start: header(8), at: 0 }.tree()
}

struct Reader<'a> {
    structure: &'a [u8],
    strings: &'a [u8],
    /// Where the block begins in the file, for messages.
    start: usize,
    at: usize,
}

impl<'a> Reader<'a> {
    fn tree(mut self) -> Result<Tree<'a>, ImportError> {
        let mut nodes: Vec<Node<'a>> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        loop {
            match self.word()? {
                NOP => {}
                BEGIN_NODE => {
                    let name = self.name()?;
                    match (nodes.is_empty(), open.is_empty()) {
                        (false, true) => return Err(self.corrupt("a second root")),
                        (false, false) if name.is_empty() => return Err(self.corrupt("a node without a name")),
                        _ => {}
                    }
                    if open.len() == MOST_LEVELS {
                        return Err(ImportError::TooLarge { what: "levels of nodes", most: MOST_LEVELS });
                    }
                    if nodes.len() == MOST_NODES {
                        return Err(ImportError::TooLarge { what: "nodes", most: MOST_NODES });
                    }
                    let name = if nodes.is_empty() { "" } else { name };
                    let node = Node { name, parent: open.last().copied(), properties: Vec::new() };
                    open.push(nodes.len());
                    nodes.push(node);
                }
                END_NODE => {
                    if open.pop().is_none() {
                        return Err(self.corrupt("the end of a node that was not begun"));
                    }
                }
                PROPERTY => {
                    let Some(&node) = open.last() else { return Err(self.corrupt("a property outside all nodes")) };
                    let property = self.property()?;
                    nodes[node].properties.push(property);
                }
                END if nodes.is_empty() => return Err(self.corrupt("no root")),
                END if open.is_empty() => return Ok(Tree::new(nodes)),
                END => return Err(self.corrupt("the end within a node")),
                _ => return Err(self.corrupt("no such token")),
            }
        }
    }

    fn corrupt(&self, what: &'static str) -> ImportError {
        ImportError::Corrupt { at: self.start + self.at.saturating_sub(4), what }
    }

    fn word(&mut self) -> Result<u32, ImportError> {
        let word = word(self.structure, self.at)
            .ok_or(ImportError::Corrupt { at: self.start + self.at, what: "the nodes end too early" })?;
        self.at += 4;
        Ok(word)
    }

    /// Forward to the next word.
    fn align(&mut self) {
        self.at = self.at.next_multiple_of(4);
    }

    fn name(&mut self) -> Result<&'a str, ImportError> {
        let rest = self.structure.get(self.at..).unwrap_or_default();
        let name = text(rest).ok_or_else(|| self.corrupt("a node's name is no text"))?;
        self.at += name.len() + 1;
        self.align();
        Ok(name)
    }

    fn property(&mut self) -> Result<(&'a str, &'a [u8]), ImportError> {
        let (length, name) = (self.word()? as usize, self.word()? as usize);
        let name = self.strings.get(name..).and_then(text).filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| self.corrupt("a property's name is no text"))?;
        let value = self.structure.get(self.at..self.at.saturating_add(length));
        let value = value.ok_or_else(|| self.corrupt("a property's value ends too late"))?;
        self.at += length;
        self.align();
        Ok((name, value))
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// A name up to its NUL: printing characters of ASCII.
fn text(bytes: &[u8]) -> Option<&str> {
    let end = bytes.iter().take(MOST_CHARACTERS + 1).position(|byte| *byte == 0)?;
    let text = std::str::from_utf8(&bytes[..end]).ok()?;
    text.bytes().all(|byte| byte.is_ascii_graphic()).then_some(text)
}
