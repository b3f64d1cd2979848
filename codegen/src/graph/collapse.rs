//! Several devices as one.

use super::{ChoiceError, Device, Edge, Graph};
use crate::lower::PARENT;
use crate::report::did_you_mean;

impl Graph {
    /// Make each of these groups one device: a power domain with its provider and all in it, or a device with all that
    /// sits on it. `all`: every outer power domain.
    ///
    /// # Errors
    /// A name is neither.
    pub(super) fn collapse(&mut self, names: &[String]) -> Result<(), ChoiceError> {
        let mut names = names.to_vec();
        if names.iter().any(|name| name == "all") {
            names = self.domains.iter().filter(|d| d.parent.is_none()).map(|d| d.name.clone()).collect();
        }
        for name in &names {
            // A part of a group that is one already.
            if self.devices.iter().any(|device| device.members.iter().any(|member| member == name)) {
                continue;
            }
            let members = self.group(name)?;
            self.merge(name, &members);
        }
        Ok(())
    }

    fn group(&self, name: &str) -> Result<Vec<bool>, ChoiceError> {
        let mut members = vec![false; self.devices.len()];
        if let Some(domain) = self.domains.iter().position(|domain| domain.name == name) {
            let inside = |device: &Device| {
                std::iter::successors(device.domain, |&at| self.domains[at].parent).any(|at| at == domain)
            };
            for (device, member) in self.devices.iter().zip(&mut members) {
                *member = inside(device);
            }
            if self.domains[domain].sole {
                members[self.domains[domain].provider] = true;
            }
            return Ok(members);
        }
        let mut below: Vec<usize> = self.find(name).into_iter().collect();
        let mut found = 0;
        while let Some(device) = below.pop() {
            if std::mem::replace(&mut members[device], true) {
                continue;
            }
            found += 1;
            let on = |edge: &&Edge| edge.subsystem == PARENT && edge.supplier == device;
            below.extend(self.edges.iter().filter(on).map(|edge| edge.consumer));
        }
        if found > 1 {
            return Ok(members);
        }
        let domains = self.domains.iter().map(|domain| domain.name.as_str());
        let parents = self.edges.iter().filter(|edge| edge.subsystem == PARENT).map(|edge| edge.supplier);
        let parents = parents.map(|parent| self.devices[parent].name.as_str());
        Err(ChoiceError::NoGroup { name: name.to_string(), help: did_you_mean(name, domains.chain(parents)) })
    }

    /// The first of the members becomes the group.
    fn merge(&mut self, name: &str, members: &[bool]) {
        let inside: Vec<usize> = (0..members.len()).filter(|&device| members[device]).collect();
        let Some(&first) = inside.first() else { return };
        // The group lies where the outermost of its members does.
        let depth = |device: usize| std::iter::successors(self.devices[device].domain, |&at| self.domains[at].parent);
        let outer = inside.iter().copied().min_by_key(|&device| depth(device).count()).unwrap_or(first);
        let own = |domain: usize| members[self.domains[domain].provider] || self.domains[domain].name == name;
        let domain = depth(outer).find(|&at| !own(at));
        let names = inside.iter().flat_map(|&device| match self.devices[device].members.as_slice() {
            [] => vec![self.devices[device].name.clone()],
            members => members.to_vec(),
        });
        let names: Vec<String> = names.collect();
        let earliest = |of: fn(&Device) -> Option<usize>| inside.iter().filter_map(|&d| of(&self.devices[d])).min();
        let group = Device {
            name: name.to_string(),
            ip: String::new(),
            doc: String::new(),
            enabled: inside.iter().any(|&device| self.devices[device].enabled),
            probe: earliest(|device| device.probe),
            sleep: earliest(|device| device.sleep),
            phase: None,
            domain,
            focus: inside.iter().any(|&device| self.devices[device].focus),
            members: names,
        };
        let count = group.members.len();
        self.devices[first] = group;
        let before = self.edges.len();
        self.edges.retain_mut(|edge| {
            for end in [&mut edge.consumer, &mut edge.supplier] {
                if members[*end] {
                    *end = first;
                }
            }
            edge.consumer != edge.supplier
        });
        let within = before - self.edges.len();
        for domain in &mut self.domains {
            if members[domain.provider] {
                domain.provider = first;
            }
        }
        let provider = self.devices[first].domain.map(|domain| self.domains[domain].provider);
        for edge in self.edges.iter_mut().filter(|edge| edge.consumer == first) {
            edge.contains &= provider == Some(edge.supplier);
        }
        let kept: Vec<bool> = (0..members.len()).map(|device| !members[device] || device == first).collect();
        self.keep_devices(&kept);
        self.notes.push(format!("{name} stands for {count} devices and the {within} edges among them"));
    }
}
