//! The graph in the language of Mermaid, which many forges draw in Markdown.

use std::fmt::Write as _;

use super::palette::{COLOURS, Palette, RED};
use super::{Graph, InCircle};
use crate::lower::LinkClass;

/// The graph as a Mermaid flowchart. An arrow leads from a device to one that it needs.
pub fn mermaid(graph: &Graph) -> String {
    let palette = Palette::new(graph);
    let mut out = String::from("flowchart RL\n");
    for note in &graph.notes {
        let _ = writeln!(out, "  %% {}", note.replace(|c: char| c.is_control() || "{}%".contains(c), " "));
    }
    boxes(graph, None, 1, &mut out);
    let mut styles = String::new();
    for (index, edge) in graph.edges.iter().enumerate() {
        let arrow = match (edge.class, edge.circle) {
            (LinkClass::Ignore, _) | (_, InCircle::Cut | InCircle::GivesWay) => "-.->",
            _ if edge.runtime_pm => "-->",
            _ => "-.->",
        };
        let _ = writeln!(out, "  d{} {arrow}|\"{}\"| d{}", edge.consumer, text(&edge.what()), edge.supplier);
        let colour = match edge.circle {
            InCircle::Member | InCircle::Cut => RED,
            InCircle::No | InCircle::GivesWay => COLOURS[palette.colour(&edge.subsystem)].0,
        };
        let _ = writeln!(styles, "  linkStyle {index} stroke:{colour}");
    }
    out.push_str(&styles);
    for (index, _) in graph.devices.iter().enumerate().filter(|(_, device)| device.focus) {
        let _ = writeln!(out, "  style d{index} stroke-width:3px");
    }
    for (index, _) in graph.devices.iter().enumerate().filter(|(_, device)| !device.enabled) {
        let _ = writeln!(out, "  style d{index} stroke-dasharray:4 3");
    }
    out
}

/// The devices of a domain, and the domains in it.
fn boxes(graph: &Graph, domain: Option<usize>, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    for (index, device) in graph.devices.iter().enumerate().filter(|(index, _)| graph.home(*index) == domain) {
        let below = match device.members.len() {
            0 => device.ip.clone(),
            members => format!("{members} devices"),
        };
        let _ = writeln!(out, "{indent}d{index}[\"{}<br/>{}\"]", text(&device.name), text(&below));
    }
    for (index, inner) in graph.domains.iter().enumerate().filter(|(_, inner)| inner.parent == domain) {
        let _ = writeln!(out, "{indent}subgraph p{index}[\"{}\"]", text(&inner.name));
        boxes(graph, Some(index), depth + 1, out);
        let _ = writeln!(out, "{indent}end");
    }
}

/// Text as Mermaid reads it: whatever might mean something to it is written as a number.
fn text(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            c if c.is_alphanumeric() || " _-./,:".contains(c) => out.push(c),
            c if c.is_control() => out.push(' '),
            c => {
                let _ = write!(out, "#{};", u32::from(c));
            }
        }
    }
    out
}
