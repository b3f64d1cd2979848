//! From a resolved soc to its graph.

use std::collections::HashMap;

use super::{Device, Domain, Edge, Graph, InCircle};
use crate::lower::{self, LinkClass, Model, PARENT, Soc};
use crate::order::{self, Need, Rank};

impl Graph {
    /// All devices of a soc, and all that refers from one to another, links or not.
    pub fn new(soc: &Soc, model: &Model) -> Self {
        let mut graph = Self {
            soc: soc.name.clone(),
            doc: soc.doc.clone(),
            file: soc.file.clone(),
            devices: soc.devices.iter().map(device_of).collect(),
            edges: edges(soc, model),
            domains: Vec::new(),
            notes: Vec::new(),
        };
        for (place, &device) in soc.probe_order.iter().enumerate() {
            graph.devices[device].probe = Some(place);
        }
        // Where all go in one phase, it says nothing.
        let phases = soc.has_sleep_phases();
        for (place, step) in soc.sleep_order.iter().enumerate() {
            graph.devices[step.device].sleep = Some(place);
            graph.devices[step.device].phase = phases.then_some(step.phase);
        }
        graph.mark_circles();
        graph.make_domains(soc, model);
        graph
    }

    /// Links of circles that nobody has cut yet.
    fn mark_circles(&mut self) {
        let needs: Vec<Need> = self
            .edges
            .iter()
            .filter(|edge| edge.class != LinkClass::Ignore && edge.circle != InCircle::GivesWay)
            .map(|edge| Need { consumer: edge.consumer, supplier: edge.supplier, cost: Rank::Fixed.cost() })
            .collect();
        let mut knot_of = vec![None; self.devices.len()];
        for (number, knot) in order::knots(self.devices.len(), &needs).iter().enumerate() {
            knot.iter().for_each(|&device| knot_of[device] = Some(number));
        }
        for edge in self.edges.iter_mut().filter(|edge| edge.class != LinkClass::Ignore) {
            let inside = knot_of[edge.consumer].is_some() && knot_of[edge.consumer] == knot_of[edge.supplier];
            if inside && edge.circle == InCircle::No {
                edge.circle = InCircle::Member;
            }
        }
    }

    /// A box for each power domain that a device is in, and who is in it.
    fn make_domains(&mut self, soc: &Soc, model: &Model) {
        let in_domain = |edge: &Edge| {
            edge.class != LinkClass::Ignore
                && model.subsystem(&edge.subsystem).is_some_and(|subsystem| subsystem.domain)
        };
        let mut of: HashMap<(usize, &str), usize> = HashMap::new();
        let mut resources: HashMap<usize, usize> = HashMap::new();
        let edges: Vec<Edge> = self.edges.clone();
        for edge in edges.iter().filter(|edge| in_domain(edge)) {
            of.entry((edge.supplier, &edge.resource)).or_insert_with(|| {
                let provider = &soc.devices[edge.supplier].name;
                let name = match edge.resource.as_str() {
                    "" => provider.clone(),
                    resource => format!("{provider}/{resource}"),
                };
                *resources.entry(edge.supplier).or_default() += 1;
                self.domains.push(Domain { name, provider: edge.supplier, sole: false, parent: None });
                self.domains.len() - 1
            });
        }
        for domain in &mut self.domains {
            domain.sole = resources.get(&domain.provider) == Some(&1);
        }
        // The first domain of a device is the one that it is drawn in.
        for (index, edge) in edges.iter().enumerate() {
            let Some(&domain) = of.get(&(edge.supplier, edge.resource.as_str())) else { continue };
            if in_domain(edge) && self.devices[edge.consumer].domain.is_none() && !self.lies_in(domain, edge.consumer) {
                self.devices[edge.consumer].domain = Some(domain);
                self.edges[index].contains = true;
                // Where the box is the provider, it lies where the provider does.
                for own in self.domains.iter_mut().filter(|own| own.sole && own.provider == edge.consumer) {
                    own.parent = Some(domain);
                }
            }
        }
        self.sort_domains();
    }

    /// Is this domain the device's own, or in one that is?
    fn lies_in(&self, mut domain: usize, device: usize) -> bool {
        loop {
            let own = &self.domains[domain];
            if own.sole && own.provider == device {
                return true;
            }
            match own.parent {
                Some(parent) => domain = parent,
                None => return false,
            }
        }
    }

    /// Outer domains first.
    fn sort_domains(&mut self) {
        let depth = |mut domain: usize| {
            let mut depth = 0;
            while let Some(parent) = self.domains[domain].parent {
                (domain, depth) = (parent, depth + 1);
            }
            depth
        };
        let mut sorted: Vec<usize> = (0..self.domains.len()).collect();
        sorted.sort_by_key(|&domain| depth(domain));
        self.keep_domains(&sorted);
    }

    /// Only these domains, in this order; each after its parent.
    pub(super) fn keep_domains(&mut self, kept: &[usize]) {
        let mut number = vec![None; self.domains.len()];
        kept.iter().enumerate().for_each(|(new, &old)| number[old] = Some(new));
        // What was in a domain that is not kept is in the next outer one that is.
        let domains = &self.domains;
        let outer = |mut domain: Option<usize>| loop {
            match domain {
                Some(old) if number[old].is_some() => break number[old],
                Some(old) => domain = domains[old].parent,
                None => break None,
            }
        };
        let new: Vec<Domain> =
            kept.iter().map(|&old| Domain { parent: outer(domains[old].parent), ..domains[old].clone() }).collect();
        for device in &mut self.devices {
            device.domain = outer(device.domain);
        }
        self.domains = new;
    }
}

fn device_of(device: &lower::Device) -> Device {
    Device {
        name: device.name.clone(),
        ip: device.ip.clone(),
        doc: device.doc.clone(),
        enabled: device.enabled,
        probe: None,
        sleep: None,
        phase: None,
        domain: None,
        members: Vec::new(),
        focus: false,
    }
}

/// What links say comes from the soc's edges; what makes no link (ignored subsystems, disabled devices) from its
/// references.
fn edges(soc: &Soc, model: &Model) -> Vec<Edge> {
    let mut linked: HashMap<(usize, usize, &str, &str), &lower::Edge> = HashMap::new();
    for edge in &soc.edges {
        linked.insert((edge.consumer, edge.supplier, &edge.subsystem, &edge.name), edge);
    }
    let mut edges = Vec::new();
    for (consumer, device) in soc.devices.iter().enumerate() {
        let mut add = |supplier: usize, subsystem: &str, name: &str, resource: String, place: &str| {
            if supplier == consumer {
                return;
            }
            let link = linked.get(&(consumer, supplier, subsystem, name));
            edges.push(Edge {
                consumer,
                supplier,
                subsystem: subsystem.to_string(),
                name: name.to_string(),
                resource,
                class: link.map_or(LinkClass::Ignore, |link| link.class),
                runtime_pm: link.is_some_and(|link| link.runtime_pm),
                post_init: link.is_some_and(|link| link.post_init && !link.proposed_cut),
                circle: match link {
                    Some(link) if link.proposed_cut => InCircle::Cut,
                    Some(link) if link.gives_way => InCircle::GivesWay,
                    _ => InCircle::No,
                },
                contains: false,
                place: link.map_or(place, |link| &link.place).to_string(),
            });
        };
        if let Some(parent) = device.parent {
            add(parent, PARENT, "", String::new(), "");
        }
        for reference in &device.references {
            let args = || reference.args.iter().map(u64::to_string).collect::<Vec<_>>().join("/");
            let one = model.subsystem(&reference.subsystem).is_some_and(|subsystem| subsystem.args.len() <= 1);
            let resource = match reference.id.is_empty() {
                false if one || reference.args.len() <= 1 => reference.id.clone(),
                _ => args(),
            };
            add(reference.provider, &reference.subsystem, &reference.name, resource, &reference.place);
        }
    }
    edges
}
