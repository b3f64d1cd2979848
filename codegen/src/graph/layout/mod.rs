//! Where boxes and lines of a picture are. Knows nothing of devices: items, clusters of items, and lines between items.
//!
//! A cluster is laid out for itself, then it is a box in the cluster around it; a line that leaves it goes through its
//! right border, one that enters through its left. What no line connects is packed side by side.

mod layered;
mod pack;
mod place;
mod route;

use std::collections::BTreeMap;

use layered::{Kind, Node, Wire};

/// A box.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) width: i64,
    pub(super) height: i64,
    /// The cluster that it is in.
    pub(super) home: Option<usize>,
    /// The layer that it has to be in; all items have one, or none.
    pub(super) layer: Option<usize>,
}

/// A box around boxes.
#[derive(Clone, Debug)]
pub(super) struct Cluster {
    pub(super) parent: Option<usize>,
    /// What stands above what is in it: an item, or room for words.
    pub(super) header: Header,
}

/// The upper part of a cluster.
#[derive(Clone, Copy, Debug)]
pub(super) enum Header {
    /// An item of its own size, which gets the cluster's width.
    Item(usize),
    /// Width and height.
    Room(i64, i64),
}

/// A line from the right side of an item to the left side of another; heights are from the items' tops.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) from: usize,
    pub(super) from_y: i64,
    pub(super) to: usize,
    pub(super) to_y: i64,
    /// Lines of one net share their way as far as they can.
    pub(super) net: usize,
    /// It leads back if it may.
    pub(super) back: bool,
}

/// Left, top, width and height.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rect {
    pub(super) x: i64,
    pub(super) y: i64,
    pub(super) width: i64,
    pub(super) height: i64,
}

/// Where everything is.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) width: i64,
    pub(super) height: i64,
    pub(super) items: Vec<Rect>,
    pub(super) clusters: Vec<Rect>,
    /// The corners of each line; none for a line from a cluster's header into the cluster.
    pub(super) lines: Vec<Corners>,
    /// Left and right of each wanted layer.
    pub(super) bands: Vec<(i64, i64)>,
}

/// Space between a cluster's border and what is in it.
const PADDING: i64 = 14;

/// What is in a level: an item, or a cluster as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Child {
    Item(usize),
    Cluster(usize),
}

/// Where a line turns, with its ends.
type Corners = Vec<(i64, i64)>;

/// A cluster, or the whole picture, with places from its left upper corner.
#[derive(Debug, Default)]
struct Block {
    width: i64,
    height: i64,
    items: Vec<(usize, Rect)>,
    clusters: Vec<(usize, Rect)>,
    /// Line, part of it, and its corners.
    pieces: Vec<(usize, usize, Corners)>,
    /// Where nets come in and go out.
    left: BTreeMap<usize, i64>,
    right: BTreeMap<usize, i64>,
    bands: Vec<(i64, i64)>,
}

/// A line's way through one level.
#[derive(Clone, Copy, Debug)]
struct Passage {
    line: usize,
    /// Its number among the line's passages.
    part: usize,
    /// `None`: from outside, to outside.
    from: Option<Child>,
    to: Option<Child>,
}

/// Lay out a picture. `tall`: no layer becomes much higher, in pixels; it is split.
pub(super) fn layout(items: &[Item], clusters: &[Cluster], lines: &[Line], tall: i64) -> Layout {
    let plan = Plan::new(items, clusters, lines, tall);
    let mut blocks: BTreeMap<usize, Block> = BTreeMap::new();
    // Inner clusters first: each is after its parent in the list.
    for cluster in (0..clusters.len()).rev() {
        let block = plan.block(Some(cluster), &mut blocks);
        blocks.insert(cluster, block);
    }
    let root = plan.block(None, &mut blocks);
    let mut out = Layout {
        width: root.width,
        height: root.height,
        items: vec![Rect::default(); items.len()],
        clusters: vec![Rect::default(); clusters.len()],
        lines: vec![Vec::new(); lines.len()],
        bands: root.bands,
    };
    root.items.into_iter().for_each(|(item, rect)| out.items[item] = rect);
    root.clusters.into_iter().for_each(|(cluster, rect)| out.clusters[cluster] = rect);
    let mut pieces = root.pieces;
    pieces.sort_by_key(|(line, part, _)| (*line, *part));
    for (line, _, points) in pieces {
        out.lines[line].extend(points);
    }
    out.lines.iter_mut().for_each(straighten);
    out
}

/// Without corners at which nothing turns.
fn straighten(points: &mut Vec<(i64, i64)>) {
    let mut out: Vec<(i64, i64)> = Vec::with_capacity(points.len());
    for &point in points.iter() {
        if out.last() == Some(&point) {
            continue;
        }
        while let [.., a, b] = out.as_slice() {
            if (a.0 == b.0 && b.0 == point.0) || (a.1 == b.1 && b.1 == point.1) {
                out.pop();
            } else {
                break;
            }
        }
        out.push(point);
    }
    *points = out;
}

struct Plan<'p> {
    items: &'p [Item],
    clusters: &'p [Cluster],
    lines: &'p [Line],
    tall: i64,
    /// By level (0: the whole, n + 1: cluster n).
    children: Vec<Vec<Child>>,
    passages: Vec<Vec<Passage>>,
}

impl<'p> Plan<'p> {
    fn new(items: &'p [Item], clusters: &'p [Cluster], lines: &'p [Line], tall: i64) -> Self {
        let level = |cluster: Option<usize>| cluster.map_or(0, |cluster| cluster + 1);
        let mut header_of = vec![None; items.len()];
        for (index, cluster) in clusters.iter().enumerate() {
            if let Header::Item(item) = cluster.header {
                header_of[item] = Some(index);
            }
        }
        let mut children: Vec<Vec<Child>> = vec![Vec::new(); clusters.len() + 1];
        for (index, item) in items.iter().enumerate().filter(|(index, _)| header_of[*index].is_none()) {
            children[level(item.home)].push(Child::Item(index));
        }
        for (index, cluster) in clusters.iter().enumerate() {
            children[level(cluster.parent)].push(Child::Cluster(index));
        }
        // The levels that an item is in, from the innermost out, and as what.
        let levels = |item: usize| -> Vec<(usize, Child)> {
            let (mut child, mut at) = match header_of[item] {
                Some(cluster) => (Child::Cluster(cluster), clusters[cluster].parent),
                None => (Child::Item(item), items[item].home),
            };
            let mut out = vec![(level(at), child)];
            while let Some(cluster) = at {
                (child, at) = (Child::Cluster(cluster), clusters[cluster].parent);
                out.push((level(at), child));
            }
            out
        };
        let mut passages: Vec<Vec<Passage>> = vec![Vec::new(); clusters.len() + 1];
        for (index, line) in lines.iter().enumerate() {
            let (out, into) = (levels(line.from), levels(line.to));
            let common = out.iter().find_map(|&(level, from)| {
                let &(_, to) = into.iter().find(|(other, _)| *other == level)?;
                Some((level, from, to))
            });
            let Some((common, from, to)) = common.filter(|(_, from, to)| from != to) else { continue };
            let mut part = 0;
            let mut pass = |level: usize, from: Option<Child>, to: Option<Child>| {
                passages[level].push(Passage { line: index, part, from, to });
                part += 1;
            };
            for &(level, child) in out.iter().take_while(|(level, _)| *level != common) {
                pass(level, Some(child), None);
            }
            pass(common, Some(from), Some(to));
            let inner: Vec<_> = into.iter().take_while(|(level, _)| *level != common).collect();
            for &&(level, child) in inner.iter().rev() {
                pass(level, None, Some(child));
            }
        }
        Self { items, clusters, lines, tall, children, passages }
    }

    /// Lay out what is in a cluster, or the whole.
    fn block(&self, cluster: Option<usize>, blocks: &mut BTreeMap<usize, Block>) -> Block {
        let level = cluster.map_or(0, |cluster| cluster + 1);
        let children = &self.children[level];
        let mut nodes: Vec<Node> = children.iter().map(|child| self.node(*child, blocks)).collect();
        let number: BTreeMap<Child, usize> = children.iter().enumerate().map(|(at, child)| (*child, at)).collect();
        let (wires, of) = self.wires(level, &number, &mut nodes, blocks);
        let whole = nodes.iter().any(|node| node.layer.is_some());
        let packed = pack::pack(&nodes, &wires.list, self.tall, whole);

        let (header_width, header_height) = match cluster.map(|cluster| self.clusters[cluster].header) {
            None => (0, 0),
            Some(Header::Item(item)) => (self.items[item].width, self.items[item].height),
            Some(Header::Room(width, height)) => (width, height),
        };
        let padding = if cluster.is_some() { PADDING } else { 0 };
        let mut block = Block {
            width: (packed.width + 2 * padding).max(header_width),
            height: packed.height + 2 * padding + header_height,
            bands: packed.bands,
            ..Block::default()
        };
        let (dx, dy) = (padding, padding + header_height);
        for (child, &(x, y, width)) in children.iter().zip(&packed.nodes) {
            let (x, y) = (x + dx, y + dy);
            match *child {
                Child::Item(item) => {
                    block.items.push((item, Rect { x, y, width, height: self.items[item].height }));
                }
                Child::Cluster(cluster) => {
                    if let Some(inner) = blocks.remove(&cluster) {
                        block.take(cluster, inner, (x, y));
                    }
                }
            }
        }
        if let Some(Header::Item(item)) = cluster.map(|cluster| self.clusters[cluster].header) {
            block.items.push((item, Rect { x: 0, y: 0, width: block.width, height: header_height }));
        }
        for (net, node) in wires.entries {
            block.left.insert(net, packed.nodes[node].1 + dy);
        }
        for (net, node) in wires.exits {
            block.right.insert(net, packed.nodes[node].1 + dy);
        }
        for (passage, wire) in self.passages[level].iter().zip(of) {
            let mut points: Vec<(i64, i64)> = packed.wires[wire].iter().map(|(x, y)| (x + dx, y + dy)).collect();
            if passage.from.is_none()
                && let Some(first) = points.first_mut()
            {
                first.0 = 0;
            }
            if passage.to.is_none()
                && let Some(last) = points.last_mut()
            {
                last.0 = block.width;
            }
            block.pieces.push((passage.line, passage.part, points));
        }
        block
    }

    fn node(&self, child: Child, blocks: &BTreeMap<usize, Block>) -> Node {
        match child {
            Child::Item(item) => {
                let Item { width, height, layer, .. } = self.items[item];
                Node { width, height, layer, kind: Kind::Leaf }
            }
            Child::Cluster(cluster) => {
                let (width, height) = blocks.get(&cluster).map_or((0, 0), |block| (block.width, block.height));
                Node { width, height, layer: None, kind: Kind::Box }
            }
        }
    }

    /// The wires of a level, with nodes for where they enter and leave it; and for each passage its wire.
    fn wires(
        &self,
        level: usize,
        number: &BTreeMap<Child, usize>,
        nodes: &mut Vec<Node>,
        blocks: &BTreeMap<usize, Block>,
    ) -> (Wires, Vec<usize>) {
        let mut wires = Wires::default();
        let mut known: BTreeMap<(usize, i64, usize, i64, usize), usize> = BTreeMap::new();
        let mut of = Vec::with_capacity(self.passages[level].len());
        for passage in &self.passages[level] {
            let line = &self.lines[passage.line];
            let border = |map: &mut BTreeMap<usize, usize>, kind: Kind, nodes: &mut Vec<Node>| {
                *map.entry(line.net).or_insert_with(|| {
                    nodes.push(Node { width: 0, height: 0, layer: None, kind });
                    nodes.len() - 1
                })
            };
            // A cluster's own port, or its header's.
            let port = |child: Child, item: usize, own: i64, side: fn(&Block) -> &BTreeMap<usize, i64>| match child {
                Child::Cluster(cluster) if !matches!(self.clusters[cluster].header, Header::Item(h) if h == item) => {
                    blocks.get(&cluster).and_then(|block| side(block).get(&line.net)).copied().unwrap_or(0)
                }
                _ => own,
            };
            let (from, from_y) = match passage.from {
                Some(child) => (number[&child], port(child, line.from, line.from_y, |block| &block.right)),
                None => (border(&mut wires.entries, Kind::Entry, nodes), 0),
            };
            let (to, to_y) = match passage.to {
                Some(child) => (number[&child], port(child, line.to, line.to_y, |block| &block.left)),
                None => (border(&mut wires.exits, Kind::Exit, nodes), 0),
            };
            // Only between boxes there is a way back.
            let back = line.back && passage.from.is_some() && passage.to.is_some();
            let wire = *known.entry((from, from_y, to, to_y, line.net)).or_insert_with(|| {
                wires.list.push(Wire { from, from_y, to, to_y, net: line.net, back });
                wires.list.len() - 1
            });
            of.push(wire);
        }
        (wires, of)
    }
}

#[derive(Default)]
struct Wires {
    list: Vec<Wire>,
    /// By net the node where it comes in, and where it goes out.
    entries: BTreeMap<usize, usize>,
    exits: BTreeMap<usize, usize>,
}

impl Block {
    /// Take in an inner block.
    fn take(&mut self, cluster: usize, inner: Block, (dx, dy): (i64, i64)) {
        let moved = |rect: Rect| Rect { x: rect.x + dx, y: rect.y + dy, ..rect };
        self.clusters.push((cluster, Rect { x: dx, y: dy, width: inner.width, height: inner.height }));
        self.clusters.extend(inner.clusters.into_iter().map(|(cluster, rect)| (cluster, moved(rect))));
        self.items.extend(inner.items.into_iter().map(|(item, rect)| (item, moved(rect))));
        self.pieces.extend(
            inner
                .pieces
                .into_iter()
                .map(|(line, part, points)| (line, part, points.into_iter().map(|(x, y)| (x + dx, y + dy)).collect())),
        );
    }
}
