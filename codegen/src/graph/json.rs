//! The graph for programs.

use serde::Serialize;

use super::{Edge, Graph, InCircle};
use crate::lower::LinkClass;

#[derive(Serialize)]
struct Root<'g> {
    version: u32,
    soc: &'g str,
    doc: &'g str,
    file: &'g str,
    devices: Vec<DeviceOut<'g>>,
    power_domains: Vec<DomainOut<'g>>,
    edges: Vec<EdgeOut<'g>>,
    notes: &'g [String],
}

#[derive(Serialize)]
struct DeviceOut<'g> {
    name: &'g str,
    ip: &'g str,
    doc: &'g str,
    enabled: bool,
    /// Places and rounds count from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    probe: Option<usize>,
    probe_round: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    sleep: Option<usize>,
    sleep_round: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    power_domain: Option<&'g str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    stands_for: &'g [String],
    focus: bool,
}

#[derive(Serialize)]
struct DomainOut<'g> {
    name: &'g str,
    provider: &'g str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<&'g str>,
}

#[derive(Serialize)]
pub(super) struct EdgeOut<'g> {
    consumer: &'g str,
    supplier: &'g str,
    subsystem: &'g str,
    name: &'g str,
    resource: &'g str,
    class: &'static str,
    runtime_pm: bool,
    post_init: bool,
    circle: &'static str,
    place: &'g str,
}

impl<'g> EdgeOut<'g> {
    pub(super) fn new(graph: &'g Graph, edge: &'g Edge) -> Self {
        Self {
            consumer: &graph.devices[edge.consumer].name,
            supplier: &graph.devices[edge.supplier].name,
            subsystem: &edge.subsystem,
            name: &edge.name,
            resource: &edge.resource,
            class: class(edge),
            runtime_pm: edge.runtime_pm,
            post_init: edge.post_init,
            circle: match edge.circle {
                InCircle::No => "no",
                InCircle::Member => "member",
                InCircle::Cut => "cut",
                InCircle::GivesWay => "gives-way",
            },
            place: &edge.place,
        }
    }
}

/// How strong a link is, in the words of a subsystem's spec.
pub(super) fn class(edge: &Edge) -> &'static str {
    match edge.class {
        LinkClass::Hard => "hard",
        LinkClass::Optional => "optional",
        LinkClass::Ignore => "ignore",
    }
}

/// The graph as one JSON object, ending in a line feed.
pub fn json(graph: &Graph) -> String {
    let name = |device: usize| graph.devices[device].name.as_str();
    let domain = |domain: Option<usize>| domain.map(|domain| graph.domains[domain].name.as_str());
    let (probe, sleep) = (graph.probe_rounds(), graph.sleep_rounds());
    let devices = graph.devices.iter().zip(probe).zip(sleep).map(|((device, probe_round), sleep_round)| DeviceOut {
        name: &device.name,
        ip: &device.ip,
        doc: &device.doc,
        enabled: device.enabled,
        probe: device.probe,
        probe_round,
        sleep: device.sleep,
        sleep_round,
        power_domain: domain(device.domain),
        stands_for: &device.members,
        focus: device.focus,
    });
    let domains = graph.domains.iter().map(|own| DomainOut {
        name: &own.name,
        provider: name(own.provider),
        parent: domain(own.parent),
    });
    let root = Root {
        version: 1,
        soc: &graph.soc,
        doc: &graph.doc,
        file: &graph.file,
        devices: devices.collect(),
        power_domains: domains.collect(),
        edges: graph.edges.iter().map(|edge| EdgeOut::new(graph, edge)).collect(),
        notes: &graph.notes,
    };
    to_text(&root)
}

/// Structs, texts and numbers always have a form in JSON.
pub(super) fn to_text(root: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(root).unwrap_or_default();
    text.push('\n');
    text
}
