//! One connected part of a picture in layers: suppliers to the left, consumers to the right, lines between them with few
//! crossings.

use std::collections::BTreeMap;

use super::place::{Placed, settle};
use super::route::{Run, tracks};

/// A box, or a point on the border through which a line comes or goes.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) width: i64,
    pub(super) height: i64,
    /// The layer it has to be in.
    pub(super) layer: Option<usize>,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// All in a layer are made equally wide.
    Leaf,
    Box,
    /// On the left border.
    Entry,
    /// On the right border.
    Exit,
}

/// A line from the right side of a node to the left side of another; heights are from the nodes' tops.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    pub(super) from: usize,
    pub(super) from_y: i64,
    pub(super) to: usize,
    pub(super) to_y: i64,
    /// Wires of one net that begin at one place share their way.
    pub(super) net: usize,
    /// It is to lead back.
    pub(super) back: bool,
}

/// Where everything is.
#[derive(Debug, Default)]
pub(super) struct Drawn {
    pub(super) width: i64,
    pub(super) height: i64,
    /// Left, top and width of each node.
    pub(super) nodes: Vec<(i64, i64, i64)>,
    /// The corners of each wire.
    pub(super) wires: Vec<Vec<(i64, i64)>>,
    /// Left and right of each layer.
    pub(super) layers: Vec<(i64, i64)>,
    /// For each wanted layer the layers that it became.
    pub(super) bands: Vec<std::ops::Range<usize>>,
}

/// Space between boxes, between lines, and beside the lines of a channel.
pub(super) const GAP: i64 = 16;
const LINE_GAP: i64 = 10;
const PITCH: i64 = 8;
const PAD: i64 = 14;
const SWEEPS: usize = 16;

/// A node, or the place where a line passes through a layer.
#[derive(Clone, Debug)]
struct Cell {
    /// `None`: a line passes.
    node: Option<usize>,
    height: i64,
    layer: usize,
}

/// A piece of a wire in a channel, between a side of two cells; heights are from the cells' tops.
#[derive(Clone, Copy, Debug)]
struct Hop {
    channel: usize,
    /// Wires that share their way have the same run.
    run: usize,
    ends: [(usize, i64); 2],
    /// Which side of the channel each end is on.
    left: [bool; 2],
}

pub(super) fn draw(nodes: &[Node], wires: &[Wire], tall: i64) -> Drawn {
    if nodes.is_empty() {
        return Drawn::default();
    }
    let mut back = backward(nodes, wires);
    let (layer, bands) = layers(nodes, wires, &back, tall);
    // Layers do not heed wires that may lead back: some lead forward after all, and pass through the layers between.
    for (wire, back) in wires.iter().zip(&mut back) {
        *back = layer[wire.from] >= layer[wire.to];
    }
    let mut parts = Parts::new(nodes, layer);
    let paths: Vec<Vec<usize>> = parts.connect(wires, &back);
    parts.order();
    let tops = parts.tops();
    parts.finish(nodes, wires, &paths, tops, bands)
}

/// Wires against the stream: those that are to be, and as many more as close circles.
fn backward(nodes: &[Node], wires: &[Wire]) -> Vec<bool> {
    let fixed = |wire: &Wire| match (nodes[wire.from].layer, nodes[wire.to].layer) {
        (Some(from), Some(to)) => Some(from >= to),
        _ => None,
    };
    let mut back: Vec<bool> = wires.iter().map(|wire| fixed(wire).unwrap_or(wire.back)).collect();
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    for (index, wire) in wires.iter().enumerate().filter(|(index, _)| !back[*index]) {
        out[wire.from].push(index);
    }
    // 0: not seen, 1: on the way, 2: done.
    let mut state = vec![0_u8; nodes.len()];
    for start in 0..nodes.len() {
        let mut stack = vec![(start, 0)];
        while let Some((node, at)) = stack.pop() {
            if at == 0 {
                if state[node] != 0 {
                    continue;
                }
                state[node] = 1;
            }
            match out[node].get(at) {
                Some(&wire) => {
                    stack.push((node, at + 1));
                    let next = wires[wire].to;
                    match state[next] {
                        0 => stack.push((next, 0)),
                        1 => back[wire] = true,
                        _ => {}
                    }
                }
                None => state[node] = 2,
            }
        }
    }
    back
}

/// The layer of each node: as far to the left as its suppliers let it, then to the right if that makes lines shorter.
/// Layers that are too tall become several.
fn layers(nodes: &[Node], wires: &[Wire], back: &[bool], tall: i64) -> (Vec<usize>, Vec<std::ops::Range<usize>>) {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    let mut after = before.clone();
    for (wire, _) in wires.iter().zip(back).filter(|(wire, back)| !**back && wire.from != wire.to) {
        before[wire.to].push(wire.from);
        after[wire.from].push(wire.to);
    }
    let mut missing: Vec<usize> = before.iter().map(Vec::len).collect();
    let mut ready: Vec<usize> = (0..nodes.len()).filter(|&node| missing[node] == 0).collect();
    let mut sorted = Vec::with_capacity(nodes.len());
    let first = usize::from(nodes.iter().any(|node| node.kind == Kind::Entry));
    let mut layer: Vec<usize> =
        nodes.iter().map(|node| node.layer.unwrap_or(if node.kind == Kind::Entry { 0 } else { first })).collect();
    while let Some(node) = ready.pop() {
        sorted.push(node);
        for &next in &after[node] {
            if nodes[next].layer.is_none() {
                layer[next] = layer[next].max(layer[node] + 1);
            }
            missing[next] -= 1;
            if missing[next] == 0 {
                ready.push(next);
            }
        }
    }
    for &node in sorted.iter().rev() {
        let movable = nodes[node].layer.is_none() && nodes[node].kind != Kind::Entry;
        let Some(next) = after[node].iter().map(|&next| layer[next]).min().filter(|_| movable) else { continue };
        let mut suppliers = before[node].clone();
        suppliers.dedup();
        if suppliers.is_empty() || after[node].len() > suppliers.len() {
            layer[node] = layer[node].max(next - 1);
        }
    }
    let last = layer.iter().copied().max().unwrap_or(0);
    let beyond = nodes.iter().zip(&layer).filter(|(node, _)| node.kind != Kind::Exit).map(|(_, at)| at + 1).max();
    for (node, at) in nodes.iter().zip(&mut layer).filter(|(node, _)| node.kind == Kind::Exit) {
        *at = beyond.unwrap_or(last).max(*at).max(if node.layer.is_some() { last } else { 0 });
    }
    let count = layer.iter().copied().max().unwrap_or(0) + 1;
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); count];
    (0..nodes.len()).for_each(|node| members[layer[node]].push(node));
    let (mut bands, mut next) = (Vec::with_capacity(count), 0);
    for mut list in members {
        // Who only takes is best beside those who give, and who gives beside those who take.
        list.sort_by_key(|&node| !after[node].is_empty());
        let all: i64 = list.iter().map(|&node| nodes[node].height + GAP).sum();
        // Borders stay what they are.
        let boxes = list.iter().any(|&node| matches!(nodes[node].kind, Kind::Leaf | Kind::Box));
        let parts = if boxes { all / tall.max(1) + 1 } else { 1 };
        let (start, share) = (next, all / parts + 1);
        let mut filled = 0;
        for node in list {
            layer[node] = start + (filled / share) as usize;
            filled += nodes[node].height + GAP;
            next = next.max(layer[node]);
        }
        next += 1;
        bands.push(start..next);
    }
    (layer, bands)
}

/// Cells in layers and the pieces of wires between them.
struct Parts {
    cells: Vec<Cell>,
    layers: Vec<Vec<usize>>,
    hops: Vec<Hop>,
    runs: usize,
}

impl Parts {
    fn new(nodes: &[Node], layer: Vec<usize>) -> Self {
        let count = layer.iter().copied().max().unwrap_or(0) + 1;
        let mut parts = Self { cells: Vec::new(), layers: vec![Vec::new(); count], hops: Vec::new(), runs: 0 };
        for (index, node) in nodes.iter().enumerate() {
            parts.add(Some(index), node.height, layer[index]);
        }
        parts
    }

    fn add(&mut self, node: Option<usize>, height: i64, layer: usize) -> usize {
        self.cells.push(Cell { node, height, layer });
        self.layers[layer].push(self.cells.len() - 1);
        self.cells.len() - 1
    }

    /// Cut wires into hops; for each wire those that it follows. Cells of nodes have the nodes' numbers. Channel n is to
    /// the left of layer n.
    fn connect(&mut self, wires: &[Wire], back: &[bool]) -> Vec<Vec<usize>> {
        // Where wires that begin together pass: run, and by layer the cell.
        let mut shared: BTreeMap<(usize, i64, usize), (usize, Vec<usize>)> = BTreeMap::new();
        let mut hop_of: BTreeMap<(usize, usize, usize, i64), usize> = BTreeMap::new();
        let mut paths = Vec::with_capacity(wires.len());
        for (wire, &back) in wires.iter().zip(back) {
            let (from, to) = (self.cells[wire.from].layer, self.cells[wire.to].layer);
            let (start, end) = ((wire.from, wire.from_y), (wire.to, wire.to_y));
            let mut path = Vec::new();
            if back {
                let run = self.runs;
                self.runs += 1;
                let mut at = start;
                let mut side = true;
                for layer in (to..=from).rev() {
                    let cell = self.add(None, 0, layer);
                    // Out on the right of the source's layer, then always to the left.
                    path.push(self.hop(layer + 1, run, [at, (cell, 0)], [side, true]));
                    (at, side) = ((cell, 0), false);
                }
                path.push(self.hop(to, run, [at, end], [false, false]));
            } else {
                let runs = &mut self.runs;
                let (run, mut passes) = shared.remove(&(wire.from, wire.from_y, wire.net)).unwrap_or_else(|| {
                    *runs += 1;
                    (*runs - 1, Vec::new())
                });
                while passes.len() + from + 1 < to {
                    passes.push(self.add(None, 0, from + 1 + passes.len()));
                }
                let mut at = start;
                for layer in from + 1..=to {
                    let next = if layer == to { end } else { (passes[layer - from - 1], 0) };
                    let key = (at.0, run, next.0, next.1);
                    let hop = match hop_of.get(&key) {
                        Some(&hop) => hop,
                        None => self.hop(layer, run, [at, next], [true, false]),
                    };
                    hop_of.insert(key, hop);
                    path.push(hop);
                    at = next;
                }
                shared.insert((wire.from, wire.from_y, wire.net), (run, passes));
            }
            paths.push(path);
        }
        paths
    }

    fn hop(&mut self, channel: usize, run: usize, ends: [(usize, i64); 2], left: [bool; 2]) -> usize {
        self.hops.push(Hop { channel, run, ends, left });
        self.hops.len() - 1
    }

    /// Neighbours of each cell in the layer before or after: cell, its height at the hop, the own height at it.
    fn neighbours(&self, before: bool) -> Vec<Vec<(usize, i64, i64)>> {
        let mut out = vec![Vec::new(); self.cells.len()];
        for hop in self.hops.iter().filter(|hop| hop.left[0] != hop.left[1]) {
            let [left, right] = if hop.left[0] { hop.ends } else { [hop.ends[1], hop.ends[0]] };
            let (own, other) = if before { (right, left) } else { (left, right) };
            out[own.0].push((other.0, other.1, own.1));
        }
        out
    }

    /// Order the cells of each layer so that few hops cross.
    fn order(&mut self) {
        let (before, after) = (self.neighbours(true), self.neighbours(false));
        let mut best = (self.crossings(), self.layers.clone());
        let mut place = vec![0.0; self.cells.len()];
        for sweep in 0..SWEEPS {
            if best.0 == 0 {
                break;
            }
            let forward = sweep % 2 == 0;
            let count = self.layers.len();
            for step in 0..count {
                let layer = if forward { step } else { count - 1 - step };
                let near = if forward { &before } else { &after };
                let mut list = std::mem::take(&mut self.layers[layer]);
                let keys: BTreeMap<usize, f64> = list
                    .iter()
                    .enumerate()
                    .map(|(at, &cell)| {
                        let sum: f64 = near[cell]
                            .iter()
                            .map(|&(other, y, own)| place[other] + self.within(other, y) - self.within(cell, own))
                            .sum();
                        (cell, if near[cell].is_empty() { at as f64 } else { sum / near[cell].len() as f64 })
                    })
                    .collect();
                list.sort_by(|a, b| keys[a].total_cmp(&keys[b]));
                list.iter().enumerate().for_each(|(at, &cell)| place[cell] = at as f64);
                self.layers[layer] = list;
            }
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.layers.clone());
            }
        }
        self.layers = best.1;
    }

    /// How far down a cell a hop is, from 0 to less than 1.
    fn within(&self, cell: usize, y: i64) -> f64 {
        y as f64 / (self.cells[cell].height + 1) as f64 * 0.9
    }

    fn crossings(&self) -> usize {
        let mut place = vec![0.0; self.cells.len()];
        for layer in &self.layers {
            layer.iter().enumerate().for_each(|(at, &cell)| place[cell] = at as f64);
        }
        let mut channels: Vec<Vec<(f64, f64)>> = vec![Vec::new(); self.layers.len() + 1];
        for hop in self.hops.iter().filter(|hop| hop.left[0] != hop.left[1]) {
            let [left, right] = if hop.left[0] { hop.ends } else { [hop.ends[1], hop.ends[0]] };
            channels[hop.channel]
                .push((place[left.0] + self.within(left.0, left.1), place[right.0] + self.within(right.0, right.1)));
        }
        channels.into_iter().map(inversions).sum()
    }

    /// The top of each cell.
    fn tops(&self) -> Vec<i64> {
        let (before, after) = (self.neighbours(true), self.neighbours(false));
        let placed: Vec<Vec<Placed>> = self
            .layers
            .iter()
            .map(|layer| {
                let gap = |cell: &usize| if self.cells[*cell].node.is_some() { GAP } else { LINE_GAP };
                let pairs = layer.windows(2).map(|pair| gap(&pair[0]).max(gap(&pair[1]))).chain([0]);
                layer
                    .iter()
                    .zip(pairs)
                    .map(|(&cell, gap)| Placed {
                        cell,
                        room: self.cells[cell].height + gap,
                        weight: if self.cells[cell].node.is_some() { 1.0 } else { 4.0 },
                    })
                    .collect()
            })
            .collect();
        let mut tops = settle(&placed, &before, &after, self.cells.len());
        self.close_up(&mut tops);
        tops
    }

    /// Take away empty strips through the whole picture.
    fn close_up(&self, tops: &mut [i64]) {
        let mut spans: Vec<(i64, i64)> =
            self.cells.iter().zip(tops.iter()).map(|(cell, &top)| (top, top + cell.height)).collect();
        spans.sort_unstable();
        // From this height on everything moves up by so much.
        let mut moves: Vec<(i64, i64)> = Vec::new();
        let (mut end, mut moved) = (0, 0);
        for (top, bottom) in spans {
            if top > end + GAP {
                moved += top - end - GAP;
                moves.push((top, moved));
            }
            end = end.max(bottom);
        }
        for top in tops {
            let at = moves.partition_point(|(from, _)| from <= top);
            *top -= at.checked_sub(1).and_then(|at| moves.get(at)).map_or(0, |(_, by)| *by);
        }
    }

    fn finish(
        &self,
        nodes: &[Node],
        wires: &[Wire],
        paths: &[Vec<usize>],
        tops: Vec<i64>,
        bands: Vec<std::ops::Range<usize>>,
    ) -> Drawn {
        let y = |(cell, at): (usize, i64)| tops[cell] + at;
        let count = self.layers.len();
        let mut runs: Vec<BTreeMap<usize, Run>> = vec![BTreeMap::new(); count + 1];
        for hop in &self.hops {
            let run = runs[hop.channel].entry(hop.run).or_default();
            for (end, left) in hop.ends.into_iter().zip(hop.left) {
                let side = if left { &mut run.left } else { &mut run.right };
                side.push(y(end));
            }
        }
        // The x of each run in each channel.
        let mut track: Vec<BTreeMap<usize, i64>> = Vec::with_capacity(count + 1);
        let (mut layers, mut x) = (Vec::with_capacity(count), 0);
        for (channel, runs) in runs.into_iter().enumerate() {
            let (numbers, all): (Vec<usize>, Vec<Run>) = runs.into_iter().unzip();
            let (slots, used) = tracks(&all);
            let outside = channel == 0 || channel == count;
            let width = match used {
                0 if outside => 0,
                0 => 2 * PAD,
                used => 2 * PAD + (used - 1) * PITCH,
            };
            track.push(numbers.into_iter().zip(slots).map(|(run, slot)| (run, x + PAD + slot * PITCH)).collect());
            x += width;
            if channel < count {
                let widest = self.layers[channel].iter().filter_map(|&cell| self.cells[cell].node);
                let widest = widest.map(|node| nodes[node].width).max().unwrap_or(0);
                layers.push((x, x + widest));
                x += widest;
            }
        }
        let leaf = |layer: usize| {
            let inside = self.layers[layer].iter().filter_map(|&cell| self.cells[cell].node).map(|node| &nodes[node]);
            inside.filter(|node| node.kind == Kind::Leaf).map(|node| node.width).max().unwrap_or(0)
        };
        let place = |(index, node): (usize, &Node)| {
            let layer = self.cells[index].layer;
            match node.kind {
                Kind::Entry => (0, tops[index], 0),
                Kind::Exit => (x, tops[index], 0),
                Kind::Leaf => (layers[layer].0, tops[index], leaf(layer)),
                Kind::Box => (layers[layer].0, tops[index], node.width),
            }
        };
        let placed: Vec<(i64, i64, i64)> = nodes.iter().enumerate().map(place).collect();
        let corners = |(wire, path): (&Wire, &Vec<usize>)| {
            let (left, _, width) = placed[wire.from];
            let mut points = vec![(left + width, tops[wire.from] + wire.from_y)];
            for hop in path.iter().map(|&hop| &self.hops[hop]) {
                let [from, to] = hop.ends.map(y);
                let at = track[hop.channel].get(&hop.run).copied().unwrap_or(0);
                if from != to {
                    points.extend([(at, from), (at, to)]);
                }
            }
            points.push((placed[wire.to].0, tops[wire.to] + wire.to_y));
            points
        };
        let wires = wires.iter().zip(paths).map(corners).collect();
        let bottom = self.cells.iter().zip(&tops).map(|(cell, top)| top + cell.height).max().unwrap_or(0);
        Drawn { width: x, height: bottom, nodes: placed, wires, layers, bands }
    }
}

/// Pairs whose order is not the same at both ends.
fn inversions(mut pairs: Vec<(f64, f64)>) -> usize {
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut sorted: Vec<f64> = pairs.iter().map(|pair| pair.1).collect();
    sorted.sort_by(f64::total_cmp);
    let mut seen = vec![0_usize; sorted.len() + 1];
    let mut count = 0;
    for (done, (_, right)) in pairs.iter().enumerate() {
        let rank = sorted.partition_point(|other| other < right) + 1;
        let upto = sorted.partition_point(|other| other <= right);
        // How many of those before are not beyond this one: a Fenwick tree over ranks.
        let (mut at, mut below) = (upto, 0);
        while at > 0 {
            below += seen[at];
            at &= at - 1;
        }
        count += done - below;
        let mut at = rank;
        while at < seen.len() {
            seen[at] += 1;
            at += at & at.wrapping_neg();
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::{Kind, Node, Wire, draw, inversions};

    #[test]
    fn a_line_that_may_lead_back_but_leads_forward_passes_beside_boxes() {
        let node = || Node { width: 50, height: 40, layer: None, kind: Kind::Leaf };
        let wire = |from, to, back| Wire { from, from_y: 20, to, to_y: 20, net: usize::from(back), back };
        let drawn = draw(&[node(), node(), node()], &[wire(0, 1, false), wire(1, 2, false), wire(0, 2, true)], 600);
        let (left, top, width) = drawn.nodes[1];
        for pair in drawn.wires[2].windows(2) {
            let [(ax, ay), (bx, by)] = [pair[0], pair[1]];
            let beside = ax.max(bx) <= left || left + width <= ax.min(bx);
            assert!(beside || ay.max(by) < top || top + 40 < ay.min(by), "{pair:?} and {:?}", drawn.nodes[1]);
        }
    }

    #[test]
    fn crossings_are_counted() {
        assert_eq!(inversions(vec![(0.0, 0.0), (1.0, 1.0)]), 0);
        assert_eq!(inversions(vec![(0.0, 1.0), (1.0, 0.0)]), 1);
        assert_eq!(inversions(vec![(0.0, 2.0), (1.0, 1.0), (2.0, 0.0)]), 3);
        assert_eq!(inversions(vec![(0.0, 1.0), (1.0, 1.0), (2.0, 1.0)]), 0);
    }
}
