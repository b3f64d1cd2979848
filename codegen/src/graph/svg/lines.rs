//! Lines between boxes.

use std::fmt::Write as _;

use super::boxes::{Sheet, numbers};
use super::bundle::Look;
use crate::graph::Graph;
use crate::graph::layout::Layout;
use crate::svg::Canvas;

/// Of corners.
const RADIUS: i64 = 5;

/// What is wrong last, so that nothing covers it.
pub(super) fn draw(canvas: &mut Canvas, graph: &Graph, sheet: &Sheet<'_>, layout: &Layout) {
    let look = |line: &usize| sheet.bundles[sheet.line_of[*line]].look;
    let mut order: Vec<usize> = (0..layout.lines.len()).collect();
    order.sort_by_key(|line| matches!(look(line), Look::Circle | Look::Cut));
    for line in order {
        let bundle = &sheet.bundles[sheet.line_of[line]];
        let class = format!(
            "edge s{} {} d{} d{}",
            sheet.colour(&bundle.subsystem),
            bundle.look.class(),
            bundle.consumer,
            bundle.supplier
        );
        canvas.open(&[("class", &class), ("data-edges", &numbers(&bundle.edges))]);
        canvas.tip(&graph.reasons(&bundle.edges));
        let path = path(&layout.lines[line]);
        canvas.raw(&format!("<path class=\"hit\" d=\"{path}\"/>\n<path class=\"wire\" d=\"{path}\"/>\n"));
        if let Some((x, y)) = layout.lines[line].last() {
            canvas.raw(&format!("<path class=\"tip\" d=\"M{} {}l6 4l-6 4z\"/>\n", x - 6, y - 4));
        }
        if bundle.look == Look::Cut
            && let Some((x, y)) = middle(&layout.lines[line])
        {
            canvas.text("scissors", (x, y - 4), "middle", "✂ cut");
        }
        canvas.close();
    }
}

/// A line with round corners.
fn path(points: &[(i64, i64)]) -> String {
    let mut out = String::new();
    for (at, &(x, y)) in points.iter().enumerate() {
        let (before, after) = (at.checked_sub(1).and_then(|at| points.get(at)), points.get(at + 1));
        match (before, after) {
            (None, _) => {
                let _ = write!(out, "M{x} {y}");
            }
            (_, None) => {
                let _ = write!(out, "L{x} {y}");
            }
            (Some(&before), Some(&after)) => {
                let near = |(to_x, to_y): (i64, i64)| {
                    let length = (to_x - x).abs() + (to_y - y).abs();
                    let step = RADIUS.min(length / 2);
                    (x + step * (to_x - x).signum(), y + step * (to_y - y).signum())
                };
                let ((ax, ay), (bx, by)) = (near(before), near(after));
                let _ = write!(out, "L{ax} {ay}Q{x} {y} {bx} {by}");
            }
        }
    }
    out
}

/// The middle of the longest piece that lies level.
fn middle(points: &[(i64, i64)]) -> Option<(i64, i64)> {
    let pieces = points.windows(2).filter(|pair| pair[0].1 == pair[1].1);
    let longest = pieces.max_by_key(|pair| (pair[0].0 - pair[1].0).abs())?;
    Some(((longest[0].0 + longest[1].0) / 2, longest[0].1))
}
