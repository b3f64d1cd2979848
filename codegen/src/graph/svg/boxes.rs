//! Devices and power domains as boxes: how large they are, what stands in them, and where lines begin and end.

use std::collections::{BTreeMap, BTreeSet};

use super::bundle::{Bundle, Form, Look, bundles};
use super::{BESIDE_TITLE, Columns, Lanes, TITLE, shortened};
use crate::graph::layout::{Cluster, Header, Item, Layout, Line, Rect};
use crate::graph::palette::Palette;
use crate::graph::{Device, Graph};
use crate::svg::{Canvas, width};

/// With more devices than this, boxes hold names and marks only.
const WORDS: usize = 60;
/// Heights: a box's head with and without a second line, a row of words, a row of marks, the head of a domain.
const HEAD: i64 = 40;
const SMALL_HEAD: i64 = 22;
const ROW: i64 = 16;
const MARKS: i64 = 15;
const DOMAIN: i64 = 28;
/// Widths: blank beside text, of a row's words.
const BESIDE: i64 = 10;
const ROW_WIDTH: i64 = 210;
/// Bold text of 11 pixels is as wide as plain text of these.
const LABEL: i64 = 13;
/// Bold text of 13 pixels is nowhere wider than plain text of these.
const WIDE: i64 = 15;
/// Width of a row of marks.
const MARKS_WIDTH: i64 = 130;
/// Between two lines at a box.
const APART: i64 = 6;

/// Everything that is to be placed and drawn.
pub(super) struct Sheet<'g> {
    graph: &'g Graph,
    palette: &'g Palette<'g>,
    pub(super) lanes: Lanes,
    pub(super) items: Vec<Item>,
    pub(super) clusters: Vec<Cluster>,
    pub(super) lines: Vec<Line>,
    /// Index of the bundle of each line.
    pub(super) line_of: Vec<usize>,
    pub(super) bundles: Vec<Bundle>,
    /// Devices that too many need for lines, the most needed first.
    pub(super) hubs: Vec<usize>,
    /// No column is to become much higher.
    pub(super) tall: i64,
    /// Boxes have words for each reference.
    pub(super) words: bool,
    /// By device: what stands in its box, from top to bottom, as indices of bundles.
    rows: Vec<Vec<usize>>,
    marks: Vec<Vec<usize>>,
}

impl<'g> Sheet<'g> {
    pub(super) fn new(graph: &'g Graph, palette: &'g Palette<'g>, lanes: Lanes, columns: Option<&Columns>) -> Self {
        let words = graph.devices.len() <= WORDS;
        let (bundles, hubs) = bundles(graph, lanes, words);
        let mut rows = vec![Vec::new(); graph.devices.len()];
        let mut marks = rows.clone();
        for (index, bundle) in bundles.iter().enumerate() {
            // The one that a line leads to says what it is.
            let at = match bundle.form {
                Form::Line if lanes == Lanes::Sleep => bundle.supplier,
                _ => bundle.consumer,
            };
            match bundle.form {
                Form::Line | Form::Mark if words => rows[at].push(index),
                Form::Mark => marks[at].push(index),
                Form::Line | Form::Inside => {}
            }
        }
        let mut sheet = Self {
            graph,
            palette,
            lanes,
            items: Vec::new(),
            clusters: Vec::new(),
            lines: Vec::new(),
            line_of: Vec::new(),
            bundles,
            hubs,
            tall: 0,
            words,
            rows,
            marks,
        };
        sheet.make_clusters();
        sheet.make_items(columns);
        sheet.make_lines();
        let area: i64 = sheet.items.iter().map(|item| (item.width + 60) * (item.height + 16)).sum();
        sheet.tall = ((area as f64 * 0.8).sqrt() as i64).max(600);
        sheet
    }

    fn make_clusters(&mut self) {
        if self.lanes != Lanes::None {
            return;
        }
        for domain in &self.graph.domains {
            let header = match domain.sole {
                true => Header::Item(domain.provider),
                false => Header::Room(width(&domain.name, 13) + 2 * BESIDE + 40, DOMAIN),
            };
            self.clusters.push(Cluster { parent: domain.parent, header });
        }
    }

    fn make_items(&mut self, columns: Option<&Columns>) {
        for (index, device) in self.graph.devices.iter().enumerate() {
            let below = if self.words { width(&self.below(index), 11) } else { 0 };
            let mut wide = width(&self.name(device), 14).max(below) + 2 * BESIDE;
            if !self.words && self.hubs.contains(&index) {
                wide = width(&self.name(device), WIDE) + width(&self.letters(index), 11) + 2 * BESIDE + 10;
            }
            let mut high = if self.words { HEAD } else { SMALL_HEAD };
            for &row in &self.rows[index] {
                let (label, text) = self.row(row);
                wide = wide.max(width(&label, LABEL) + 6 + width(&text, 11) + 2 * BESIDE);
            }
            high += ROW * self.rows[index].len() as i64;
            let places = self.mark_places(index);
            if let Some((_, row)) = places.last() {
                let right = places.iter().zip(&self.marks[index]).map(|((x, _), mark)| x + self.mark_width(*mark));
                wide = wide.max(right.max().unwrap_or(0) + 2 * BESIDE);
                high += MARKS * (row + 1) + 3;
            }
            if self.words && !self.rows[index].is_empty() {
                high += 6;
            }
            let home = self.graph.home(index).filter(|_| self.lanes == Lanes::None);
            let layer = columns.map(|(layer, titles)| {
                wide = wide.max(width(&titles[layer[index]], TITLE) - BESIDE_TITLE);
                layer[index]
            });
            self.items.push(Item { width: wide, height: high, home, layer });
        }
    }

    /// Where lines begin and end.
    fn make_lines(&mut self) {
        let ends = |bundle: &Bundle| match self.lanes {
            Lanes::Sleep => (bundle.consumer, bundle.supplier),
            Lanes::None | Lanes::Probe => (bundle.supplier, bundle.consumer),
        };
        // A line for each subsystem leaves a box.
        let mut nets: BTreeMap<(usize, &str, Look), usize> = BTreeMap::new();
        let mut out: Vec<Vec<usize>> = vec![Vec::new(); self.graph.devices.len()];
        let mut into: Vec<usize> = vec![0; self.graph.devices.len()];
        for bundle in self.bundles.iter().filter(|bundle| bundle.form == Form::Line) {
            let (from, to) = ends(bundle);
            let next = nets.len();
            let net = *nets.entry((from, &bundle.subsystem, bundle.look)).or_insert(next);
            if !out[from].contains(&net) {
                out[from].push(net);
            }
            into[to] += 1;
        }
        for (device, item) in self.items.iter_mut().enumerate() {
            let lines = out[device].len().max(if self.words { 0 } else { into[device] }) as i64;
            item.height = item.height.max(lines * APART + 2 * APART);
        }
        let spread = |height: i64, at: usize, count: usize| height * (at as i64 + 1) / (count as i64 + 1);
        let mut lines = Vec::new();
        let mut arrived = vec![0; self.graph.devices.len()];
        for (index, bundle) in self.bundles.iter().enumerate().filter(|(_, bundle)| bundle.form == Form::Line) {
            let (from, to) = ends(bundle);
            let net = nets[&(from, bundle.subsystem.as_str(), bundle.look)];
            let leaves = out[from].iter().position(|other| *other == net).unwrap_or_default();
            let from_y = spread(self.items[from].height, leaves, out[from].len());
            let to_y = match self.rows[to].iter().position(|row| *row == index) {
                Some(row) => HEAD + ROW * row as i64 + ROW / 2,
                None => spread(self.items[to].height, arrived[to], into[to]),
            };
            arrived[to] += 1;
            let back = matches!(bundle.look, Look::Cut | Look::GivesWay);
            lines.push((index, Line { from, from_y, to, to_y, net, back }));
        }
        (self.line_of, self.lines) = lines.into_iter().unzip();
    }

    fn name(&self, device: &Device) -> String {
        let place = match self.lanes {
            Lanes::None => None,
            Lanes::Probe => device.probe,
            Lanes::Sleep => device.sleep,
        };
        match place {
            Some(place) => format!("{} {}", place + 1, device.name),
            None => device.name.clone(),
        }
    }

    /// The second line of a box.
    fn below(&self, index: usize) -> String {
        let device = &self.graph.devices[index];
        let mut text = match device.members.len() {
            0 => device.ip.clone(),
            members => format!("{members} devices"),
        };
        if self.words && self.hubs.contains(&index) {
            text += &format!(" · needed by {}", self.consumers(index));
        }
        text
    }

    /// How many devices need this one.
    pub(super) fn consumers(&self, supplier: usize) -> usize {
        let own = self.bundles.iter().filter(|bundle| bundle.supplier == supplier);
        own.map(|bundle| bundle.consumer).collect::<BTreeSet<_>>().len()
    }

    /// What a bundle is, and with whom.
    fn row(&self, bundle: usize) -> (String, String) {
        let Bundle { subsystem, edges, form, supplier, consumer, .. } = &self.bundles[bundle];
        let names: Vec<&str> =
            edges.iter().map(|&edge| self.graph.edges[edge].name.as_str()).filter(|name| !name.is_empty()).collect();
        let other = match (form, self.lanes) {
            (Form::Line, Lanes::Sleep) => format!("of {}", self.graph.devices[*consumer].name),
            (Form::Mark, Lanes::Sleep) => format!("→ {}", self.graph.devices[*supplier].name),
            (Form::Mark, _) => format!("← {}", self.graph.devices[*supplier].name),
            _ => String::new(),
        };
        let mut shown = names.len();
        loop {
            let more = names.len() - shown;
            let mut text = names[..shown].join(", ");
            if more > 0 && shown > 0 {
                text += &format!(" +{more}");
            } else if more > 0 {
                text = format!("{more} of them");
            }
            let text = format!("{text} {other}").trim().to_string();
            if shown == 0 || width(&text, 11) <= ROW_WIDTH {
                return (subsystem.clone(), shortened(&text, ROW_WIDTH, 11));
            }
            shown -= 1;
        }
    }

    pub(super) fn draw_clusters(&self, canvas: &mut Canvas, layout: &Layout) {
        if self.lanes != Lanes::None {
            return;
        }
        for (domain, rect) in self.graph.domains.iter().zip(&layout.clusters) {
            canvas.open(&[("class", "domain"), ("data-domain", &domain.name)]);
            canvas.rect("domain-box", whole(rect), 8);
            if !domain.sole {
                canvas.text("lane", (rect.x + BESIDE, rect.y + 19), "start", &domain.name);
                let what = "power domain";
                if rect.width > width(&domain.name, 13) + width(what, 11) + 3 * BESIDE {
                    canvas.text("small", (rect.x + rect.width - BESIDE, rect.y + 19), "end", what);
                }
            }
            canvas.close();
        }
    }

    pub(super) fn draw_items(&self, canvas: &mut Canvas, layout: &Layout) {
        for (index, rect) in layout.items.iter().enumerate() {
            self.draw_item(canvas, index, rect);
        }
    }

    fn draw_item(&self, canvas: &mut Canvas, index: usize, rect: &Rect) {
        let device = &self.graph.devices[index];
        let class = format!("node n{index}");
        canvas.open(&[("class", &class), ("data-device", &device.name)]);
        canvas.tip(&self.graph.about(device));
        let boxed = self.clusters.iter().any(|cluster| matches!(cluster.header, Header::Item(item) if item == index));
        let mut class = String::from(if boxed { "box head-box" } else { "box" });
        for (on, word) in
            [(!device.enabled, " disabled"), (device.focus, " focus"), (!device.members.is_empty(), " group")]
        {
            class.push_str(if on { word } else { "" });
        }
        canvas.rect(&class, whole(rect), 6);
        let left = rect.x + BESIDE;
        canvas.text("lane", (left, rect.y + if self.words { 18 } else { 16 }), "start", &self.name(device));
        if boxed && rect.width > width(&self.name(device), 13) + width("power domain", 11) + 3 * BESIDE {
            let y = rect.y + if self.words { 18 } else { 16 };
            canvas.text("small", (rect.x + rect.width - BESIDE, y), "end", "power domain");
        }
        if self.words {
            canvas.text("small", (left, rect.y + 33), "start", &self.below(index));
        }
        if !self.words && self.hubs.contains(&index) {
            self.draw_badge(canvas, index, rect);
        }
        self.draw_inside(canvas, index, rect);
        for (at, &row) in self.rows[index].iter().enumerate() {
            self.draw_row(canvas, row, (left, rect.y + HEAD + ROW * at as i64));
        }
        for ((x, row), &mark) in self.mark_places(index).into_iter().zip(&self.marks[index]) {
            self.draw_mark(canvas, mark, (left + x, rect.y + SMALL_HEAD + MARKS * row));
        }
        canvas.close();
    }

    /// The letters of a device that many need, beside its name.
    fn draw_badge(&self, canvas: &mut Canvas, index: usize, rect: &Rect) {
        let letters = self.letters(index);
        let wide = width(&letters, 11) + 6;
        let x = rect.x + BESIDE + width(&self.name(&self.graph.devices[index]), WIDE) + 4;
        canvas.open(&[("class", "badge f8")]);
        canvas.rect("fill", (x, rect.y + 5, wide, 13), 3);
        canvas.text("letter", (x + wide / 2, rect.y + 15), "middle", &letters);
        canvas.close();
    }

    /// A tab for the edges that put the device into its box.
    fn draw_inside(&self, canvas: &mut Canvas, index: usize, rect: &Rect) {
        for bundle in self.bundles.iter().filter(|b| b.form == Form::Inside && b.consumer == index) {
            let class = format!("tab f{}", self.palette.colour(&bundle.subsystem));
            canvas.open(&[("class", &class), ("data-edges", &numbers(&bundle.edges))]);
            canvas.tip(&self.graph.reasons(&bundle.edges));
            canvas.rect("fill", (rect.x + BESIDE, rect.y - 3, 18, 4), 2);
            canvas.close();
        }
    }

    fn draw_row(&self, canvas: &mut Canvas, row: usize, (x, y): (i64, i64)) {
        let bundle = &self.bundles[row];
        let colour = self.palette.colour(&bundle.subsystem);
        let (label, text) = self.row(row);
        let numbers = numbers(&bundle.edges);
        let class = format!("row {}", bundle.look.class());
        match bundle.form {
            Form::Mark => canvas.open(&[("class", &class), ("data-edges", &numbers)]),
            Form::Line | Form::Inside => canvas.open(&[("class", &class)]),
        }
        canvas.tip(&self.graph.reasons(&bundle.edges));
        canvas.text(&format!("label f{colour}"), (x, y + 12), "start", &label);
        canvas.text("small", (x + width(&label, LABEL) + 6, y + 12), "start", &text);
        canvas.close();
    }

    fn draw_mark(&self, canvas: &mut Canvas, mark: usize, (x, y): (i64, i64)) {
        let bundle = &self.bundles[mark];
        let class = format!("mark f{} {}", self.palette.colour(&bundle.subsystem), bundle.look.class());
        canvas.open(&[("class", &class), ("data-edges", &numbers(&bundle.edges))]);
        canvas.tip(&self.graph.reasons(&bundle.edges));
        let wide = self.mark_width(mark);
        canvas.rect("fill", (x, y, wide, MARKS - 2), 3);
        canvas.text("letter", (x + wide / 2, y + 10), "middle", &self.short(bundle));
        canvas.close();
    }

    /// Number of a subsystem's colour.
    pub(super) fn colour(&self, subsystem: &str) -> usize {
        self.palette.colour(subsystem)
    }

    /// Where the marks of a box are: x, and the row.
    fn mark_places(&self, index: usize) -> Vec<(i64, i64)> {
        let (mut x, mut row) = (0, 0);
        let place = |&mark: &usize| {
            let wide = self.mark_width(mark);
            if x > 0 && x + wide > MARKS_WIDTH {
                (x, row) = (0, row + 1);
            }
            let at = (x, row);
            x += wide + 2;
            at
        };
        self.marks[index].iter().map(place).collect()
    }

    fn mark_width(&self, mark: usize) -> i64 {
        (width(&self.short(&self.bundles[mark]), 11) + 6).max(15)
    }

    /// Who is needed: the letters of a device that many need, else its name.
    fn short(&self, bundle: &Bundle) -> String {
        match self.hubs.contains(&bundle.supplier) {
            true => self.letters(bundle.supplier),
            false => shortened(&self.graph.devices[bundle.supplier].name, MARKS_WIDTH - 6, 11),
        }
    }

    /// A short name for a device that many need.
    pub(super) fn letters(&self, hub: usize) -> String {
        let letter = |number: usize| char::from(b'A' + (number % 26) as u8);
        match self.hubs.iter().position(|other| *other == hub) {
            Some(number) if number < 26 => letter(number).to_string(),
            Some(number) => format!("{}{}", letter(number / 26 - 1), letter(number)),
            None => String::new(),
        }
    }
}

fn whole(rect: &Rect) -> (i64, i64, i64, i64) {
    (rect.x, rect.y, rect.width, rect.height)
}

/// `3 4 17`
pub(super) fn numbers(edges: &[usize]) -> String {
    edges.iter().map(usize::to_string).collect::<Vec<_>>().join(" ")
}
