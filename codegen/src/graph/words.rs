//! What an edge is, in words: for pointers over pictures, and for explanations.

use super::{Device, Edge, Graph, InCircle};
use crate::lower::{LinkClass, PARENT};

impl Graph {
    /// `clk apb_pclk (PCLK_UART0), hard, runtime PM, at soc/x.yaml:12`
    pub(super) fn told(&self, edge: &Edge) -> String {
        let mut text = edge.what();
        if !edge.resource.is_empty() {
            text += &format!(" ({})", edge.resource);
        }
        let strength = match edge.class {
            LinkClass::Ignore => "makes no link",
            _ if edge.circle == InCircle::Cut => "part of a circle: the proposed cut",
            _ if edge.circle == InCircle::GivesWay => "gives way to a circle: orders nothing",
            _ if edge.post_init => "not needed to probe",
            LinkClass::Optional => "optional",
            LinkClass::Hard => "hard",
        };
        text += &format!(", {strength}");
        if edge.circle == InCircle::Member {
            text += ", part of a circle";
        }
        if edge.runtime_pm && edge.orders() {
            text += ", runtime PM";
        }
        if !edge.place.is_empty() {
            text += &format!(", at {}", edge.place);
        }
        text
    }

    /// `i2s0 needs adma:` and each reason on a line of its own.
    pub(super) fn reasons(&self, edges: &[usize]) -> String {
        let Some(&first) = edges.first() else { return String::new() };
        let Edge { consumer, supplier, .. } = self.edges[first];
        let mut text = format!("{} needs {}:", self.devices[consumer].name, self.devices[supplier].name);
        for &edge in edges.iter().take(REASONS) {
            text += &format!("\n{}", self.told(&self.edges[edge]));
        }
        if edges.len() > REASONS {
            text += &format!("\nand {} more", edges.len() - REASONS);
        }
        text
    }

    /// What a device is.
    pub(super) fn about(&self, device: &Device) -> String {
        let mut text = device.name.clone();
        if !device.ip.is_empty() {
            text += &format!(" ({})", device.ip);
        }
        if !device.doc.is_empty() {
            text += &format!("\n{}", device.doc);
        }
        if !device.members.is_empty() {
            text += &format!("\nstands for {}", device.members.join(", "));
        }
        if let (Some(probe), Some(sleep)) = (device.probe, device.sleep) {
            text += &format!("\nprobed as number {}, goes to sleep as number {}", probe + 1, sleep + 1);
        }
        if !device.enabled {
            text += "\ndisabled";
        }
        text
    }
}

/// A tooltip has at most so many reasons.
const REASONS: usize = 16;

/// Is it the edge to what a device sits on?
pub(super) fn is_parent(edge: &Edge) -> bool {
    edge.subsystem == PARENT
}
