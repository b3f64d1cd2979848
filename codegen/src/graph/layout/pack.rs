//! Parts of a picture that no line connects, side by side.

use super::layered::{Drawn, GAP, Kind, Node, Wire, draw};

/// Pictures are rather wide than high.
const SHAPE: f64 = 1.7;

/// Where everything of a level is.
#[derive(Debug, Default)]
pub(super) struct Packed {
    pub(super) width: i64,
    pub(super) height: i64,
    /// Left, top and width.
    pub(super) nodes: Vec<(i64, i64, i64)>,
    pub(super) wires: Vec<Vec<(i64, i64)>>,
    pub(super) bands: Vec<(i64, i64)>,
}

/// A connected part: its nodes, its wires, and where they are.
struct Part {
    nodes: Vec<usize>,
    wires: Vec<usize>,
    drawn: Drawn,
    /// Lines go through the level's borders.
    open: bool,
    /// Boxes that no line touches.
    loose: bool,
}

/// Lay out each connected part and put them side by side. `whole`: all is one part.
pub(super) fn pack(nodes: &[Node], wires: &[Wire], tall: i64, whole: bool) -> Packed {
    let mut parts = parts(nodes, wires, whole);
    for part in &mut parts {
        let own: Vec<Node> = part.nodes.iter().map(|&node| nodes[node].clone()).collect();
        let number = |node: usize| part.nodes.binary_search(&node).unwrap_or_default();
        let lines: Vec<Wire> = part
            .wires
            .iter()
            .map(|&wire| &wires[wire])
            .map(|wire| Wire { from: number(wire.from), to: number(wire.to), ..wire.clone() })
            .collect();
        if !part.loose {
            part.drawn = draw(&own, &lines, tall);
        }
    }
    let mut packed =
        Packed { nodes: vec![(0, 0, 0); nodes.len()], wires: vec![Vec::new(); wires.len()], ..Packed::default() };
    // Where lines go through borders nothing may be beside.
    let (open, closed): (Vec<Part>, Vec<Part>) = parts.into_iter().partition(|part| part.open);
    for part in open {
        let at = (0, packed.height);
        packed.height += part.drawn.height + GAP;
        packed.width = packed.width.max(part.drawn.width);
        packed.put(part, at);
    }
    // The highest first; equal ones in the order of the spec. Loose boxes fill what is below.
    let (loose, mut closed): (Vec<Part>, Vec<Part>) = closed.into_iter().partition(|part| part.loose);
    closed.sort_by_key(|part| std::cmp::Reverse(part.drawn.height));
    let area: i64 = closed.iter().map(|part| (part.drawn.width + 2 * GAP) * (part.drawn.height + GAP)).sum();
    let boxes = loose.iter().flat_map(|part| &part.nodes).map(|&node| &nodes[node]);
    let area = area + boxes.map(|node| (node.width + GAP) * (node.height + GAP)).sum::<i64>();
    let widest = closed.iter().map(|part| part.drawn.width).max().unwrap_or(0);
    let room = ((area as f64 * SHAPE).sqrt() as i64).max(widest).max(packed.width);
    let mut skyline = Skyline { room, steps: vec![(0, packed.height)] };
    for part in closed {
        let at = skyline.put(part.drawn.width, part.drawn.height);
        packed.width = packed.width.max(at.0 + part.drawn.width);
        packed.height = packed.height.max(at.1 + part.drawn.height + GAP);
        packed.put(part, at);
    }
    for mut part in loose {
        let own: Vec<Node> = part.nodes.iter().map(|&node| nodes[node].clone()).collect();
        part.drawn = grid(&own, room.max(packed.width));
        let at = skyline.put(part.drawn.width, part.drawn.height);
        packed.width = packed.width.max(at.0 + part.drawn.width);
        packed.height = packed.height.max(at.1 + part.drawn.height + GAP);
        packed.put(part, at);
    }
    packed.height = (packed.height - GAP).max(0);
    packed
}

/// How far down the picture is filled: from each x on, the first free y.
struct Skyline {
    room: i64,
    steps: Vec<(i64, i64)>,
}

impl Skyline {
    /// The highest place for a box, of equal ones the leftmost.
    fn put(&mut self, width: i64, height: i64) -> (i64, i64) {
        let top = |x: i64| {
            let under = |at: &usize| {
                let end = self.steps.get(at + 1).map_or(i64::MAX, |step| step.0);
                self.steps[*at].0 < x + width + 2 * GAP && end > x
            };
            (0..self.steps.len()).filter(under).map(|at| self.steps[at].1).max().unwrap_or(0)
        };
        let fits = |x: &i64| *x == 0 || x + width <= self.room;
        let places = self.steps.iter().map(|step| step.0).filter(fits).map(|x| (top(x), x));
        let (y, x) = places.min().unwrap_or((0, 0));
        let (end, bottom) = (x + width + 2 * GAP, y + height + GAP);
        let beyond = self.steps.iter().rev().find(|step| step.0 <= end).map_or(bottom, |step| step.1);
        self.steps.retain(|step| step.0 < x || step.0 > end);
        self.steps.extend([(x, bottom), (end, beyond)]);
        self.steps.sort_unstable();
        (x, y)
    }
}

impl Packed {
    fn put(&mut self, part: Part, (dx, dy): (i64, i64)) {
        let Drawn { nodes, wires, layers, bands, .. } = part.drawn;
        for (node, (x, y, width)) in part.nodes.into_iter().zip(nodes) {
            self.nodes[node] = (x + dx, y + dy, width);
        }
        for (wire, points) in part.wires.into_iter().zip(wires) {
            self.wires[wire] = points.into_iter().map(|(x, y)| (x + dx, y + dy)).collect();
        }
        for band in bands {
            if let (Some(first), Some(last)) = (layers.get(band.start), layers.get(band.end - 1)) {
                self.bands.push((first.0 + dx, last.1 + dx));
            }
        }
    }
}

/// Connected parts; boxes that no line touches are together in one.
fn parts(nodes: &[Node], wires: &[Wire], whole: bool) -> Vec<Part> {
    let mut root: Vec<usize> = (0..nodes.len()).collect();
    fn find(root: &mut [usize], mut node: usize) -> usize {
        while root[node] != node {
            root[node] = root[root[node]];
            node = root[node];
        }
        node
    }
    let mut touched = vec![false; nodes.len()];
    for wire in wires {
        let (a, b) = (find(&mut root, wire.from), find(&mut root, wire.to));
        root[a.max(b)] = a.min(b);
        (touched[wire.from], touched[wire.to]) = (true, true);
    }
    let mut parts: Vec<Part> = Vec::new();
    let mut part_of: Vec<Option<usize>> = vec![None; nodes.len()];
    let mut loose = None;
    for node in 0..nodes.len() {
        let top = find(&mut root, node);
        let alone = !whole && !touched[node] && nodes[node].kind == Kind::Leaf;
        let known = if whole {
            (!parts.is_empty()).then_some(0)
        } else if alone {
            loose
        } else {
            part_of[top]
        };
        let part = known.unwrap_or_else(|| {
            parts.push(Part {
                nodes: Vec::new(),
                wires: Vec::new(),
                drawn: Drawn::default(),
                open: false,
                loose: alone,
            });
            parts.len() - 1
        });
        if alone {
            loose = Some(part);
        } else {
            part_of[top] = Some(part);
        }
        part_of[node] = Some(part);
        parts[part].nodes.push(node);
        parts[part].open |= matches!(nodes[node].kind, Kind::Entry | Kind::Exit);
    }
    for (index, wire) in wires.iter().enumerate() {
        if let Some(part) = part_of[wire.from] {
            parts[part].wires.push(index);
        }
    }
    parts
}

/// Boxes in columns, about as wide as there is room.
fn grid(nodes: &[Node], room: i64) -> Drawn {
    let total: i64 = nodes.iter().map(|node| node.height + GAP).sum();
    let widths: i64 = nodes.iter().map(|node| node.width + GAP).sum();
    let count = nodes.len().max(1) as i64;
    let columns = ((room + GAP) * count / widths.max(1)).clamp(1, count);
    let share = total / columns + 1;
    let mut drawn = Drawn::default();
    let (mut x, mut y, mut filled, mut column) = (0, 0, 0, Vec::new());
    let close = |column: &mut Vec<(i64, i64)>, x: &mut i64, drawn: &mut Drawn| {
        let width = column.iter().map(|(_, width)| *width).max().unwrap_or(0);
        drawn.nodes.extend(column.drain(..).map(|(y, _)| (*x, y, width)));
        drawn.width = *x + width;
        *x += width + GAP;
    };
    for node in nodes {
        if filled >= share {
            close(&mut column, &mut x, &mut drawn);
            (y, filled) = (0, 0);
        }
        column.push((y, node.width));
        drawn.height = drawn.height.max(y + node.height);
        y += node.height + GAP;
        filled += node.height + GAP;
    }
    close(&mut column, &mut x, &mut drawn);
    drawn
}
