//! Edges that are drawn as one, and how.

use std::collections::{BTreeMap, BTreeSet};

use super::Lanes;
use crate::graph::{Edge, Graph, InCircle};
use crate::lower::LinkClass;

/// Edges of one subsystem between two devices that look alike.
#[derive(Clone, Debug)]
pub(super) struct Bundle {
    pub(super) consumer: usize,
    pub(super) supplier: usize,
    pub(super) subsystem: String,
    pub(super) look: Look,
    pub(super) form: Form,
    /// Indices of edges.
    pub(super) edges: Vec<usize>,
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Look {
    /// Orders, and takes part in runtime PM.
    Managed,
    /// Orders only.
    Orders,
    /// Part of a circle.
    Circle,
    /// The proposed cut.
    Cut,
    /// Gives way.
    GivesWay,
    /// Makes no link.
    Ignored,
}

/// What a bundle is in the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Line,
    /// Words or a mark at the consumer.
    Mark,
    /// The consumer is in the box.
    Inside,
}

impl Look {
    fn of(edge: &Edge) -> Self {
        match (edge.class, edge.circle) {
            (LinkClass::Ignore, _) => Self::Ignored,
            (_, InCircle::Cut) => Self::Cut,
            (_, InCircle::GivesWay) => Self::GivesWay,
            (_, InCircle::Member) => Self::Circle,
            _ if edge.runtime_pm => Self::Managed,
            _ => Self::Orders,
        }
    }

    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Managed => "managed",
            Self::Orders => "orders",
            Self::Circle => "circle",
            Self::Cut => "circle cut",
            Self::GivesWay => "gives-way",
            Self::Ignored => "ignored",
        }
    }
}

/// With at most so many devices every edge is a line.
const FEW: usize = 12;
/// A device that more than so many need has no lines, in a picture with words and in one without.
const MANY: usize = 6;

/// The bundles of a graph, and the devices that too many need for lines, the most needed first.
pub(super) fn bundles(graph: &Graph, lanes: Lanes, words: bool) -> (Vec<Bundle>, Vec<usize>) {
    let in_boxes = lanes == Lanes::None;
    let mut consumers: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for edge in graph.edges.iter().filter(|edge| !(in_boxes && edge.contains)) {
        consumers.entry(edge.supplier).or_default().insert(edge.consumer);
    }
    let most = if graph.devices.len() <= FEW { usize::MAX } else { MANY };
    let mut hubs: Vec<usize> =
        consumers.iter().filter(|(_, list)| list.len() > most).map(|(supplier, _)| *supplier).collect();
    hubs.sort_by_key(|hub| (std::cmp::Reverse(consumers[hub].len()), *hub));
    let mut found: BTreeMap<(usize, usize, &str, Look, bool), Vec<usize>> = BTreeMap::new();
    for (index, edge) in graph.edges.iter().enumerate() {
        let key = (edge.consumer, edge.supplier, edge.subsystem.as_str(), Look::of(edge), edge.contains && in_boxes);
        found.entry(key).or_default().push(index);
    }
    let mut bundles: Vec<Bundle> = found
        .into_iter()
        .map(|((consumer, supplier, subsystem, look, contained), edges)| {
            let form = match look {
                _ if contained => Form::Inside,
                _ if in_boxes && around(graph, consumer, supplier) => Form::Mark,
                // What is wrong is shown in any case.
                Look::Circle | Look::Cut => Form::Line,
                _ if hubs.contains(&supplier) => Form::Mark,
                // With many devices lines between boxes are a tangle that nobody can follow.
                _ if in_boxes && !words && !beside(graph, consumer, supplier) => Form::Mark,
                _ => Form::Line,
            };
            Bundle { consumer, supplier, subsystem: subsystem.to_string(), look, form, edges }
        })
        .collect();
    // In the order of the spec.
    bundles.sort_by_key(|bundle| bundle.edges.first().copied());
    (bundles, hubs)
}

/// Are both in the same box, or in none?
fn beside(graph: &Graph, one: usize, other: usize) -> bool {
    graph.devices[one].domain == graph.devices[other].domain
}

/// Is one of the two a box around the other?
fn around(graph: &Graph, one: usize, other: usize) -> bool {
    let inside = |device: usize, provider: usize| {
        let domains = std::iter::successors(graph.devices[device].domain, |&at| graph.domains[at].parent);
        domains.into_iter().any(|at| graph.domains[at].sole && graph.domains[at].provider == provider)
    };
    inside(one, other) || inside(other, one)
}
