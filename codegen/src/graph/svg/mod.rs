//! The graph as a picture: power domains as boxes, suppliers to the left of who needs them, lines that turn at right
//! angles, and words instead of lines where a device is needed by so many that its lines would hide the rest.
//!
//! Text only: no program draws it, no font is needed, and the same graph always gives the same bytes. It follows the
//! reader's light or dark scheme. Each edge is in it once: as a line, as a mark at its consumer, or by its consumer's
//! place in a box; `data-edges` has the numbers of the edges, which are those of [`json`](super::json()).

mod boxes;
mod bundle;
mod legend;
mod lines;
mod style;

use self::boxes::Sheet;
use super::Graph;
use super::layout::{self, Layout};
use super::palette::Palette;
use crate::spec::SleepPhase;
use crate::svg::{Canvas, width};

/// What columns of a picture mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lanes {
    /// Nothing: devices are in the boxes of their power domains.
    #[default]
    None,
    /// Rounds of probing: all devices of a column can be probed at a time.
    Probe,
    /// Rounds of going to sleep.
    Sleep,
}

/// Blank around everything.
const MARGIN: i64 = 24;
/// Height of the title and what is below it, and of a line of notes.
const HEAD: i64 = 76;
const LINE: i64 = 16;
/// Above the columns of lanes.
const BAND: i64 = 34;
/// Size of the text there, and how far it may reach beyond the boxes below it.
const TITLE: i64 = 13;
const BESIDE_TITLE: i64 = 4;
/// No picture is narrower.
const LEAST: i64 = 680;

/// Draw it.
pub fn svg(graph: &Graph, lanes: Lanes) -> String {
    let palette = Palette::new(graph);
    let columns = columns(graph, lanes);
    let sheet = Sheet::new(graph, &palette, lanes, columns.as_ref());
    let layout = layout::layout(&sheet.items, &sheet.clusters, &sheet.lines, sheet.tall);
    let legend = legend::Legend::new(graph, &sheet, &palette);
    let wide = (layout.width + 2 * MARGIN).max(LEAST);
    let notes = legend::wrapped(&graph.notes, wide - 2 * MARGIN);
    let bands = if columns.is_some() { BAND } else { 0 };
    let top = HEAD + LINE * notes.len() as i64 + bands;
    let bottom = top + layout.height + MARGIN;
    let high = bottom + legend.height(wide - 2 * MARGIN);

    let mut canvas = Canvas::new(wide, high);
    canvas.describe(&title(graph, lanes), &description(graph, lanes));
    canvas.raw(&style::style(graph, &palette));
    canvas.rect("ground", (0, 0, wide, high), 0);
    canvas.text("title", (MARGIN, 36), "start", &title(graph, lanes));
    let about = shortened(graph.doc.lines().next().unwrap_or_default(), wide - 2 * MARGIN, 13);
    canvas.text("muted", (MARGIN, 58), "start", &about);
    for (at, note) in notes.iter().enumerate() {
        canvas.text("small", (MARGIN, 76 + LINE * at as i64), "start", note);
    }
    if let Some((_, titles)) = &columns {
        draw_bands(&mut canvas, &layout, titles, top);
    }
    canvas.open(&[("transform", &format!("translate({MARGIN} {top})"))]);
    sheet.draw_clusters(&mut canvas, &layout);
    lines::draw(&mut canvas, graph, &sheet, &layout);
    sheet.draw_items(&mut canvas, &layout);
    canvas.close();
    legend.draw(&mut canvas, bottom, wide - 2 * MARGIN);
    canvas.finish()
}

/// The column of each device, and what stands above each column.
type Columns = (Vec<usize>, Vec<String>);

fn columns(graph: &Graph, lanes: Lanes) -> Option<Columns> {
    let (rounds, phases) = match lanes {
        Lanes::None => return None,
        Lanes::Probe => (graph.probe_rounds(), false),
        Lanes::Sleep => (graph.sleep_rounds(), graph.devices.iter().any(|device| device.phase.is_some())),
    };
    let phase = |device: usize| graph.devices[device].phase.filter(|_| phases).unwrap_or(SleepPhase::DEFAULT);
    let keys: Vec<(u8, usize)> =
        rounds.iter().enumerate().map(|(device, &round)| (phase(device) as u8, round)).collect();
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    sorted.dedup();
    let layer: Vec<usize> = keys.iter().map(|key| sorted.binary_search(key).unwrap_or_default()).collect();
    let titles = (0..sorted.len()).map(|column| {
        let inside = (0..layer.len()).filter(|&device| layer[device] == column);
        let (count, first) = (inside.clone().count(), inside.min().unwrap_or_default());
        let devices = if count == 1 { "1 device".to_string() } else { format!("{count} devices") };
        match phases {
            true => format!("{} · {} · {devices}", column + 1, phase(first).as_str()),
            false => format!("{} · {devices}", column + 1),
        }
    });
    let titles = titles.collect();
    Some((layer, titles))
}

fn draw_bands(canvas: &mut Canvas, layout: &Layout, titles: &[String], top: i64) {
    for (at, ((left, right), title)) in layout.bands.iter().zip(titles).enumerate() {
        let class = if at % 2 == 0 { "band" } else { "band odd" };
        canvas.rect(class, (MARGIN + left - 8, top - BAND, right - left + 16, layout.height + BAND + 8), 6);
        let text = shortened(title, right - left + BESIDE_TITLE, TITLE);
        canvas.text("lane", (MARGIN + left, top - 14), "start", &text);
    }
}

fn title(graph: &Graph, lanes: Lanes) -> String {
    let what = match lanes {
        Lanes::None => "who needs whom",
        Lanes::Probe => "probe order",
        Lanes::Sleep => "sleep order",
    };
    match graph.devices.iter().find(|device| device.focus) {
        Some(focus) => format!("{}: {what}, seen from {}", graph.soc, focus.name),
        None => format!("{}: {what}", graph.soc),
    }
}

/// For those who cannot see it.
fn description(graph: &Graph, lanes: Lanes) -> String {
    const NAMED: usize = 60;
    let mut text = format!("{} devices, {} edges", graph.devices.len(), graph.edges.len());
    if !graph.domains.is_empty() {
        text += &format!(", {} power domains", graph.domains.len());
    }
    let mut order: Vec<(usize, &str)> = graph
        .devices
        .iter()
        .filter_map(|device| {
            let place = if lanes == Lanes::Sleep { device.sleep } else { device.probe };
            Some((place?, device.name.as_str()))
        })
        .collect();
    order.sort_unstable();
    let names: Vec<&str> = order.iter().take(NAMED).map(|(_, name)| *name).collect();
    let order_of = if lanes == Lanes::Sleep { "Sleep order" } else { "Probe order" };
    let more = if order.len() > NAMED { ", …" } else { "" };
    text + &format!(". {order_of}: {}{more}.", names.join(", "))
}

/// As much of a text as fits.
fn shortened(text: &str, room: i64, size: i64) -> String {
    if width(text, size) <= room {
        return text.to_string();
    }
    let mut out = String::new();
    for c in text.chars() {
        out.push(c);
        if width(&out, size) + width("…", size) > room {
            out.pop();
            break;
        }
    }
    out.trim_end().to_string() + "…"
}
