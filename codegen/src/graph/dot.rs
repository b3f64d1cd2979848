//! The graph in the language of Graphviz.

use std::fmt::Write as _;

use super::palette::{COLOURS, Palette, RED};
use super::{Graph, InCircle};
use crate::lower::LinkClass;

/// The graph for `dot`. An arrow leads from a device to one that it needs.
pub fn dot(graph: &Graph) -> String {
    let palette = Palette::new(graph);
    let mut out = String::new();
    let _ = writeln!(out, "digraph {} {{", quoted(&graph.soc));
    for note in &graph.notes {
        let _ = writeln!(out, "  // {}", note.replace(char::is_control, " "));
    }
    out.push_str("  rankdir=RL;\n  fontname=\"sans-serif\";\n");
    out.push_str("  node [shape=box, style=\"rounded,filled\", fillcolor=\"#f6f8fa\", fontname=\"sans-serif\"];\n");
    out.push_str("  edge [fontname=\"sans-serif\", fontsize=10];\n");
    boxes(graph, None, 1, &mut out);
    for (index, edge) in graph.edges.iter().enumerate() {
        let [consumer, supplier] = [edge.consumer, edge.supplier].map(|device| quoted(&graph.devices[device].name));
        let colour = match edge.circle {
            InCircle::Member | InCircle::Cut => RED,
            InCircle::No | InCircle::GivesWay => COLOURS[palette.colour(&edge.subsystem)].0,
        };
        let style = match (edge.class, edge.circle) {
            (LinkClass::Ignore, _) => "dotted",
            (_, InCircle::Cut | InCircle::GivesWay) => "dashed",
            _ if edge.runtime_pm => "solid",
            _ => "dashed",
        };
        let constraint = if edge.orders() { "" } else { ", constraint=false" };
        let _ = writeln!(
            out,
            "  {consumer} -> {supplier} [label={}, color=\"{colour}\", fontcolor=\"{colour}\", style={style}{constraint}, \
             tooltip={}];",
            quoted(&edge.what()),
            quoted(&graph.reasons(&[index])),
        );
    }
    out.push_str("}\n");
    out
}

/// The devices of a domain, and the domains in it.
fn boxes(graph: &Graph, domain: Option<usize>, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    for (index, device) in graph.devices.iter().enumerate().filter(|(index, _)| graph.home(*index) == domain) {
        let colour = if device.focus { ", penwidth=3" } else { "" };
        let style = if device.enabled { "" } else { ", style=\"rounded,dashed\"" };
        let below = match device.members.len() {
            0 => device.ip.clone(),
            members => format!("{members} devices"),
        };
        let _ = writeln!(
            out,
            "{indent}{} [label={}, tooltip={}{colour}{style}];",
            quoted(&graph.devices[index].name),
            quoted(&format!("{}\n{below}", device.name)),
            quoted(&graph.about(device)),
        );
    }
    for (index, inner) in graph.domains.iter().enumerate().filter(|(_, inner)| inner.parent == domain) {
        let _ = writeln!(out, "{indent}subgraph cluster_{index} {{");
        let _ = writeln!(out, "{indent}  label={}; style=\"rounded\"; color=\"#818b98\";", quoted(&inner.name));
        boxes(graph, Some(index), depth + 1, out);
        let _ = writeln!(out, "{indent}}}");
    }
}

/// Text as Graphviz reads it.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
