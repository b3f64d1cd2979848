//! Sizes and places of registers and clusters, as far as they are known.

use crate::check::Cx;
use crate::spec::{Access, Ip, Map, Name, Node, Register};

/// Registers and clusters of one block: the ip itself, or a cluster.
pub(crate) struct Block<'a> {
    /// Names of the clusters around it.
    pub(crate) path: Vec<&'a str>,
    pub(crate) items: Vec<Item<'a>>,
}

/// A register or a cluster.
pub(crate) struct Item<'a> {
    pub(crate) name: &'a Name,
    pub(crate) node: &'a Node,
    pub(crate) offset: u64,
    /// Bytes of one, without repetition; for a cluster, up to the end of its last register.
    pub(crate) size: u64,
    /// Bytes of the widest register: what the offset must be a multiple of.
    pub(crate) alignment: u64,
    pub(crate) count: u64,
    pub(crate) stride: u64,
}

impl Item<'_> {
    /// Bytes from the first to the end of the last.
    pub(crate) fn extent(&self) -> u64 {
        self.stride.saturating_mul(self.count.saturating_sub(1)).saturating_add(self.size)
    }

    /// One past the last byte.
    pub(crate) fn end(&self) -> u64 {
        self.offset.saturating_add(self.extent())
    }

    pub(crate) fn what(&self) -> &'static str {
        match (self.node, self.count) {
            (Node::Register(_), 0 | 1) => "register",
            (Node::Register(_), _) => "register array",
            (Node::Cluster(_), 0 | 1) => "cluster",
            (Node::Cluster(_), _) => "cluster array",
        }
    }

    pub(crate) fn readable(&self) -> bool {
        self.access() != Some(Access::WriteOnly)
    }

    pub(crate) fn writable(&self) -> bool {
        self.access() != Some(Access::ReadOnly)
    }

    fn access(&self) -> Option<Access> {
        match self.node {
            Node::Register(register) => Some(access(register)),
            Node::Cluster(_) => None,
        }
    }

    /// "0x10 to 0x1f".
    pub(crate) fn range(&self) -> String {
        match self.end().saturating_sub(1) {
            last if last <= self.offset => format!("{:#x}", self.offset),
            last => format!("{:#x} to {last:#x}", self.offset),
        }
    }
}

/// The bits of a register: its own, else the window's.
pub(crate) fn width(register: &Register, ip: &Ip) -> u64 {
    let default = || ip.window.as_ref().and_then(|w| w.width.as_ref());
    register.width.as_ref().or_else(default).map_or(32, |w| w.value)
}

pub(crate) fn is_width(bits: u64) -> bool {
    matches!(bits, 8 | 16 | 32 | 64)
}

pub(crate) fn access(register: &Register) -> Access {
    register.access.as_ref().map_or(Access::ReadWrite, |a| a.value)
}

/// Every register of an ip that is not broken, with its path.
pub(crate) fn registers(ip: &Ip) -> Vec<(Vec<&Name>, &Register)> {
    fn walk<'a>(nodes: &'a Map<Node>, path: &mut Vec<&'a Name>, out: &mut Vec<(Vec<&'a Name>, &'a Register)>) {
        for (name, node) in nodes.iter() {
            path.push(name);
            match node {
                Node::Register(register) => out.push((path.clone(), register)),
                Node::Cluster(cluster) => walk(&cluster.registers, path, out),
            }
            path.pop();
        }
    }
    let mut out = Vec::new();
    walk(&ip.registers, &mut Vec::new(), &mut out);
    out
}

/// The blocks of an ip, inner ones first, and in them what is not broken.
pub(crate) fn blocks<'a>(ip: &'a Ip, cx: &Cx<'_>) -> Vec<Block<'a>> {
    let mut out = Vec::new();
    walk(&ip.registers, ip, cx, &mut Vec::new(), &mut out);
    out
}

/// Gives the end of the block and the bytes of its widest register.
fn walk<'a>(
    nodes: &'a Map<Node>,
    ip: &'a Ip,
    cx: &Cx<'_>,
    path: &mut Vec<&'a str>,
    out: &mut Vec<Block<'a>>,
) -> (u64, u64) {
    let mut items = Vec::new();
    for (name, node) in nodes.iter() {
        if cx.is_broken(name.span) {
            continue;
        }
        let (size, alignment) = match node {
            Node::Register(register) => match width(register, ip) {
                bits if is_width(bits) => (bits / 8, bits / 8),
                _ => continue,
            },
            Node::Cluster(cluster) => {
                path.push(&name.value);
                let inner = walk(&cluster.registers, ip, cx, path, out);
                path.pop();
                if inner.0 == 0 {
                    continue;
                }
                inner
            }
        };
        let (count, stride) = node.array().map_or((1, size), |array| (array.count.value, array.stride.value));
        items.push(Item { name, node, offset: node.offset().value, size, alignment, count, stride });
    }
    let end = items.iter().map(Item::end).max().unwrap_or(0);
    let alignment = items.iter().map(|item| item.alignment).max().unwrap_or(1);
    out.push(Block { path: path.clone(), items });
    (end, alignment)
}
