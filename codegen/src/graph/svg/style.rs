//! Colours and fonts. Classes say it all, so that a page may restyle the picture.

use std::fmt::Write as _;

use crate::graph::Graph;
use crate::graph::palette::{COLOURS, GREY, Palette};

/// Light by default, dark where the reader's scheme is; fonts that every system has.
const LIGHT: &str = "\
text { font-family: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif; font-size: 12px; fill: #1f2328; }
.title { font-size: 19px; font-weight: 600; }
.lane { font-size: 13px; font-weight: 600; }
.muted { font-size: 13px; fill: #59636e; }
.small { font-size: 11px; fill: #59636e; }
.label { font-size: 11px; font-weight: 600; }
.letter { font-size: 10px; font-weight: 600; fill: #ffffff; }
.scissors { font-size: 12px; font-weight: 600; fill: #cf222e; paint-order: stroke; stroke: #ffffff; stroke-width: 4px; }
.ground { fill: #ffffff; }
.band { fill: #f6f8fa; }
.band.odd { fill: #eef1f4; }
.box { fill: #ffffff; stroke: #818b98; }
.group { stroke-width: 3; }
.disabled { stroke-dasharray: 4 3; }
.focus { stroke: #0969da; stroke-width: 3; }
.domain-box { fill: #2da44e; fill-opacity: 0.07; stroke: #4a8f5f; stroke-dasharray: none; }
.head-box { fill: #dafbe1; stroke: #4a8f5f; }
.edge path { fill: none; }
.edge .hit { stroke: transparent; stroke-width: 9; }
.edge .wire { stroke-width: 1.6; }
.edge .tip { stroke: none; }
.orders .wire { stroke-dasharray: 7 3; }
.ignored .wire { stroke-dasharray: 2 3; }
.gives-way .wire { stroke-dasharray: 3 4; }
.edge:hover .wire { stroke-width: 3.5; }
";

const DARK: &str = "\
text { fill: #f0f6fc; }
.muted, .small { fill: #9198a1; }
.letter { fill: #0d1117; }
.scissors { fill: #ff7b72; stroke: #0d1117; }
.ground { fill: #0d1117; }
.band { fill: #151b23; }
.band.odd { fill: #1a212b; }
.box { fill: #151b23; stroke: #656c76; }
.focus { stroke: #58a6ff; }
.domain-box { fill: #3fb950; fill-opacity: 0.08; stroke: #347d39; }
.head-box { fill: #12261e; stroke: #347d39; }
";

pub(super) fn style(graph: &Graph, palette: &Palette<'_>) -> String {
    let mut used: Vec<usize> = palette.entries.iter().map(|entry| entry.1).collect();
    used.push(GREY);
    used.sort_unstable();
    used.dedup();
    let colours = |of: fn(usize) -> &'static str| {
        used.iter().fold(String::new(), |mut out, &number| {
            let colour = of(number);
            let _ = writeln!(
                out,
                ".s{number} .wire {{ stroke: {colour}; }}\n.edge.s{number} .tip, .f{number} .fill, text.f{number} {{ \
                 fill: {colour}; }}"
            );
            out
        })
    };
    // After the colours, because it wins.
    let wrong = |colour: &str| {
        format!(
            ".circle .wire {{ stroke: {colour}; stroke-width: 2.6; }}\n.edge.circle .tip, .circle .fill, .circle .label \
             {{ fill: {colour}; }}\n.cut .wire {{ stroke-dasharray: 8 5; }}\n"
        )
    };
    let mut out = String::from("<style>\n");
    out.push_str(LIGHT);
    out.push_str(&colours(|number| COLOURS[number].0));
    out.push_str(&wrong("#cf222e"));
    // A pointer on a box leaves only its own lines.
    for device in 0..graph.devices.len() {
        let _ = writeln!(out, "svg:has(.n{device}:hover) .edge:not(.d{device}) {{ opacity: 0.12; }}");
    }
    out.push_str("@media (prefers-color-scheme: dark) {\n");
    out.push_str(DARK);
    out.push_str(&colours(|number| COLOURS[number].1));
    out.push_str(&wrong("#f85149"));
    out.push_str("}\n</style>\n");
    out
}
