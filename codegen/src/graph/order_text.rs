//! Orders in words and for programs.

use std::fmt::Write as _;

use serde::Serialize;

use super::json::{EdgeOut, to_text};
use super::{Circle, Graph, Order, Step};

/// At most so many devices are named beside the one that decides a place.
const NAMED: usize = 8;

impl Order {
    /// One of the orders in words, and what had to give way for it.
    pub fn text(&self, graph: &Graph, sleep: bool) -> String {
        let steps = if sleep { &self.sleep } else { &self.probe };
        let name = |device: usize| graph.devices[device].name.as_str();
        let mut out = String::new();
        let rounds = steps.iter().map(|step| step.round + 1).max().unwrap_or(0);
        let (devices, rounds) = (many(steps.len(), "device"), many(rounds, "round"));
        let _ = match sleep {
            false => writeln!(
                out,
                "Probe order of {}: {devices} in {rounds}. A device is probed after all that it needs; those of one round do not need each other.",
                graph.soc
            ),
            true => writeln!(
                out,
                "Sleep order of {}: {devices} in {rounds}. A device goes to sleep after all that need it; those of one round do not need each other. Waking up is the reverse.",
                graph.soc
            ),
        };
        let longest = steps.iter().map(|step| name(step.device).chars().count()).max().unwrap_or(0).max(6);
        let phases = sleep && graph.devices.iter().any(|device| device.phase.is_some());
        let phase_head = if phases { "  phase  " } else { "" };
        let _ = writeln!(out, "\nplace  round{phase_head}  {:longest$}  why", "device");
        let mut place = vec![0; graph.devices.len()];
        steps.iter().enumerate().for_each(|(at, step)| place[step.device] = at + 1);
        for (at, step) in steps.iter().enumerate() {
            let phase = match graph.devices[step.device].phase {
                _ if !phases => String::new(),
                phase => format!("  {:7}", phase.map_or("", |phase| phase.as_str())),
            };
            let _ = writeln!(
                out,
                "{:5}  {:5}{phase}  {:longest$}  {}",
                at + 1,
                step.round + 1,
                name(step.device),
                why(graph, step, &place, sleep)
            );
        }
        let disabled = graph.devices.iter().filter(|device| !device.enabled).count();
        if disabled > 0 {
            let _ = writeln!(out, "\n{} disabled and without a place.", many_are(disabled, "device"));
        }
        for circle in &self.circles {
            told(graph, circle, &mut out);
        }
        out
    }

    /// Both orders and the circles as one JSON object, ending in a line feed. Places and rounds count from 0.
    pub fn json(&self, graph: &Graph) -> String {
        let name = |device: usize| graph.devices[device].name.as_str();
        let edges = |list: &[usize]| list.iter().map(|&edge| EdgeOut::new(graph, &graph.edges[edge])).collect();
        let steps = |list: &[Step]| -> Vec<StepOut<'_>> {
            let step = |(place, step): (usize, &Step)| StepOut {
                place,
                round: step.round,
                device: name(step.device),
                after: step
                    .after
                    .iter()
                    .map(|(device, because)| AfterOut { device: name(*device), because: edges(because) })
                    .collect(),
            };
            // The names live as long as the graph.
            list.iter().enumerate().map(step).collect()
        };
        to_text(&Root {
            version: 1,
            soc: &graph.soc,
            probe: steps(&self.probe),
            sleep: steps(&self.sleep),
            circles: self
                .circles
                .iter()
                .map(|circle| CircleOut {
                    devices: circle.devices.iter().map(|&device| name(device)).collect(),
                    edges: edges(&circle.edges),
                    cut: edges(&circle.cut),
                    proposed: circle.proposed,
                })
                .collect(),
        })
    }
}

#[derive(Serialize)]
struct Root<'g> {
    version: u32,
    soc: &'g str,
    probe: Vec<StepOut<'g>>,
    sleep: Vec<StepOut<'g>>,
    circles: Vec<CircleOut<'g>>,
}

#[derive(Serialize)]
struct StepOut<'g> {
    place: usize,
    round: usize,
    device: &'g str,
    after: Vec<AfterOut<'g>>,
}

#[derive(Serialize)]
struct AfterOut<'g> {
    device: &'g str,
    because: Vec<EdgeOut<'g>>,
}

#[derive(Serialize)]
struct CircleOut<'g> {
    devices: Vec<&'g str>,
    edges: Vec<EdgeOut<'g>>,
    cut: Vec<EdgeOut<'g>>,
    proposed: bool,
}

/// `after 9 adma (dma tx, dma rx), which comes last of what it needs; also needs gic (interrupt irq)`
fn why(graph: &Graph, step: &Step, place: &[usize], sleep: bool) -> String {
    let because = |edges: &[usize]| {
        let mut whats: Vec<String> = edges.iter().map(|&edge| graph.edges[edge].what()).collect();
        let more = whats.len().saturating_sub(NAMED);
        whats.truncate(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("({}{more})", whats.join(", "))
    };
    let name = |device: usize| graph.devices[device].name.as_str();
    let Some(((last, edges), rest)) = step.after.split_first() else {
        let later = graph.edges.iter().any(|edge| edge.supplier == step.device && edge.orders());
        return match sleep {
            true if later => "what needs it goes to sleep in a later phase",
            true => "nothing needs it",
            false => "needs nothing",
        }
        .to_string();
    };
    let mut text = format!("after {} {} {}", place[*last], name(*last), because(edges));
    if !rest.is_empty() {
        let named: Vec<String> =
            rest.iter().take(NAMED).map(|(device, edges)| format!("{} {}", name(*device), because(edges))).collect();
        let also = if sleep { "also needed by" } else { "also needs" };
        text += &format!("; {also} {}", named.join(", "));
        if rest.len() > NAMED {
            text += &format!(" and {} more", rest.len() - NAMED);
        }
    }
    text
}

/// A circle in words.
fn told(graph: &Graph, circle: &Circle, out: &mut String) {
    let name = |device: usize| graph.devices[device].name.as_str();
    let names: Vec<&str> = circle.devices.iter().map(|&device| name(device)).collect();
    let _ = writeln!(out, "\n{} need each other.", super::explain::list(&names));
    for (edges, stays) in [(&circle.edges, true), (&circle.cut, false)] {
        for edge in edges.iter().map(|&edge| &graph.edges[edge]) {
            let word = if stays { "stays" } else { "gives way" };
            let (consumer, supplier) = (name(edge.consumer), name(edge.supplier));
            let _ = writeln!(out, "  {word}: {consumer} needs {supplier}: {}", graph.told(edge));
        }
    }
    if circle.proposed {
        let _ = writeln!(
            out,
            "  There is no order unless a link gives way. The order above is that of the proposed cut: say `post_init: \
             true` in the references that give way."
        );
    }
}

/// "1 device", "2 devices"
pub(super) fn many(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn many_are(count: usize, what: &str) -> String {
    format!("{} {}", many(count, what), if count == 1 { "is" } else { "are" })
}
