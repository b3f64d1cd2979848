use std::collections::{HashMap, HashSet};

use super::{Circles, Internal, domains, internal, setup, small, subsystem, text};
use crate::load::{Loaded, Workspace};
use crate::lower::{
    Consumed, Device, DmaPort, DmaRequests, Edge, Engine, Handshake, INTERRUPT, Ip, LinkClass, PARENT, Reference,
    RuntimePm, SleepStep, Soc,
};
use crate::order::sleep::{self, Said};
use crate::order::{self, Need, Rank};
use crate::source::Spanned;
use crate::spec::{self, ReferenceArgs, Scalar};

pub(super) fn lower(
    loaded: &Loaded<spec::Soc>,
    workspace: &Workspace,
    ips: &[Ip],
    circles: Circles,
) -> Result<Soc, Internal> {
    let spec = &loaded.spec;
    let by_name: HashMap<&str, &Ip> = ips.iter().map(|ip| (ip.name.as_str(), ip)).collect();
    let context = Context { spec, workspace, ips: by_name };
    let mut devices = Vec::with_capacity(spec.devices.len());
    for (name, device) in spec.devices.iter() {
        devices.push(context.device(name, device)?);
    }
    inherit_status(&mut devices);
    let mut edges = context.edges(&devices)?;
    if circles == Circles::Cut {
        propose_cut(&devices, &mut edges, ips);
    }
    let probe_order = probe_order(&devices, &mut edges, spec)?;
    let sleep_order = sleep_order(&probe_order, &devices, &edges, ips);
    let domains = domains::of(&devices, workspace);
    Ok(Soc {
        name: spec.name.value.clone(),
        doc: text(&spec.doc),
        source: text(&spec.source),
        file: loaded.file.clone(),
        devices,
        edges,
        domains,
        probe_order,
        sleep_order,
    })
}

/// Marks the links that rule `dependency-cycles` proposes to mark `post_init`, as if the spec did.
fn propose_cut(devices: &[Device], edges: &mut [Edge], ips: &[Ip]) {
    let hard: Vec<usize> =
        (0..edges.len()).filter(|&edge| edges[edge].class == LinkClass::Hard && !edges[edge].post_init).collect();
    let need = |&edge: &usize| {
        let Edge { consumer, supplier, subsystem, name, runtime_pm, .. } = &edges[edge];
        let ip = ips.iter().find(|ip| ip.name == devices[*consumer].ip);
        let consumed = ip.and_then(|ip| ip.consumes.iter().find(|c| c.subsystem == *subsystem && c.name == *name));
        let rank = match subsystem.as_str() {
            PARENT => Rank::Fixed,
            _ => Rank::hard(consumed.is_some_and(|consumed| consumed.optional), *runtime_pm),
        };
        Need { consumer: *consumer, supplier: *supplier, cost: rank.cost() }
    };
    let needs: Vec<Need> = hard.iter().map(need).collect();
    for cut in order::plan(devices.len(), &needs).cut {
        let edge = &mut edges[hard[cut]];
        // What a device sits on cannot give way; ordering the devices will find that out.
        let link = edge.subsystem != PARENT;
        (edge.post_init, edge.proposed_cut) = (link, link);
    }
}

/// The devices that take part, each after everything it needs, and otherwise in the order of the spec. Marks the edges
/// that give way where devices need each other.
fn probe_order(devices: &[Device], edges: &mut [Edge], spec: &spec::Soc) -> Result<Vec<usize>, Internal> {
    let rank = |edge: &Edge| match edge.class {
        _ if edge.post_init => Rank::PostInit,
        LinkClass::Optional => Rank::Optional,
        LinkClass::Hard | LinkClass::Ignore => Rank::Fixed,
    };
    let need = |edge: &Edge| Need { consumer: edge.consumer, supplier: edge.supplier, cost: rank(edge).cost() };
    let needs: Vec<Need> = edges.iter().map(need).collect();
    let mut plan = order::plan(devices.len(), &needs);
    for cut in plan.cut {
        let edge = &mut edges[cut];
        if rank(edge) == Rank::Fixed {
            return Err(internal(spec.name.span, "devices that need each other"));
        }
        (edge.post_init, edge.gives_way) = (true, true);
    }
    plan.order.retain(|&device| devices[device].enabled);
    Ok(plan.order)
}

/// Phase by phase; within one, against the probe order.
fn sleep_order(probe_order: &[usize], devices: &[Device], edges: &[Edge], ips: &[Ip]) -> Vec<SleepStep> {
    let of = |ip: &Ip| Said { last_use: ip.sleep.last_use, off: ip.sleep.off };
    let said: HashMap<&str, Said> = ips.iter().map(|ip| (ip.name.as_str(), of(ip))).collect();
    let said: Vec<Said> = devices.iter().map(|d| said.get(d.ip.as_str()).copied().unwrap_or_default()).collect();
    let needs = edges.iter().filter(|edge| edge.class != LinkClass::Ignore).map(|edge| (edge.consumer, edge.supplier));
    let phases = sleep::phases(&said, needs);
    let step = |device: usize| SleepStep { device, phase: phases[device].off };
    let mut order: Vec<SleepStep> = probe_order.iter().rev().map(|&device| step(device)).collect();
    order.sort_by_key(|step| step.phase);
    order
}

/// What is on a disabled device is disabled.
fn inherit_status(devices: &mut [Device]) {
    let mut settled = vec![false; devices.len()];
    let mut below = Vec::new();
    for index in 0..devices.len() {
        let mut at = index;
        while !std::mem::replace(&mut settled[at], true) {
            below.push(at);
            match devices[at].parent {
                Some(parent) => at = parent,
                None => break,
            }
        }
        let mut enabled = devices[at].enabled;
        while let Some(device) = below.pop() {
            enabled &= devices[device].enabled;
            devices[device].enabled = enabled;
        }
    }
}

struct Context<'s> {
    spec: &'s spec::Soc,
    workspace: &'s Workspace,
    ips: HashMap<&'s str, &'s Ip>,
}

impl Context<'_> {
    fn index(&self, name: &spec::Name) -> Result<usize, Internal> {
        self.spec.devices.position(name).ok_or_else(|| internal(name.span, "a device that is not there"))
    }

    fn ip(&self, device: &spec::Device) -> Result<&Ip, Internal> {
        let name = device.ip.as_ref().ok_or_else(|| internal(device.span, "a device without ip"))?;
        self.ips.get(name.value.as_str()).copied().ok_or_else(|| internal(name.span, "an ip that is not there"))
    }

    fn device(&self, name: &spec::Name, spec: &spec::Device) -> Result<Device, Internal> {
        let ip = self.ip(spec)?;
        let size = |reg: &spec::Reg| reg.size.as_ref().map_or(ip.window, |size| size.value);
        let value = |name: &str, default| spec.parameters.get(name).map_or(default, |value| value.value);
        let mut references = Vec::new();
        for consumed in &ip.consumes {
            if let Some(reference) = self.reference_for(spec, consumed)? {
                references.push(reference);
            }
        }
        let parameters: Vec<(String, u64)> =
            ip.parameters.iter().map(|p| (p.name.clone(), value(&p.name, p.default))).collect();
        let wired = |line: &str| references.iter().any(|r| r.subsystem == INTERRUPT && r.name == line);
        Ok(Device {
            name: name.value.clone(),
            doc: text(&spec.doc),
            ip: ip.name.clone(),
            reg: spec.reg.as_ref().map(|reg| (reg.base.value, size(reg))),
            parent: spec.parent.as_ref().map(|parent| self.index(parent)).transpose()?,
            enabled: spec.enabled(),
            runtime_pm: self.runtime_pm(spec),
            engine: ip.engine.as_ref().map(|engine| setup::of(engine, &parameters, spec.quirks(), wired)),
            parameters,
            quirks: super::strings(spec.quirks()),
            references,
        })
    }

    fn runtime_pm(&self, device: &spec::Device) -> RuntimePm {
        let says = |of: fn(&spec::RuntimePm) -> Option<&Spanned<bool>>| {
            self.workspace.runtime_pm(device, of).map(|said| said.value)
        };
        RuntimePm {
            irq_safe: says(|pm| pm.irq_safe.as_ref()).unwrap_or(false),
            callbacks: says(|pm| pm.callbacks.as_ref()).unwrap_or(true),
            always_on: says(|pm| pm.always_on.as_ref()).unwrap_or(false),
        }
    }

    /// What a device refers to where its ip consumes something.
    fn reference_for(&self, device: &spec::Device, consumed: &Consumed) -> Result<Option<Reference>, Internal> {
        let (subsystem, wanted) = (consumed.subsystem.as_str(), consumed.name.as_str());
        let lost = || internal(device.span, format!("subsystem `{subsystem}` is not there"));
        let subsystem = self.workspace.subsystem(subsystem).ok_or_else(lost)?;
        let Some(references) = device.references.get(subsystem.key()) else { return Ok(None) };
        let found = references.iter().find(|(name, _)| name.map_or("", |name| name.value.as_str()) == wanted);
        found.map(|(_, reference)| self.reference(subsystem, consumed, reference)).transpose()
    }

    /// How requests of a port are answered.
    fn requests(&self, port: &DmaPort, provider: usize, spec: &spec::Reference) -> Result<DmaRequests, Internal> {
        let device = &self.spec.devices.entries[provider].value;
        let bursts_only = self.ip(device)?.engine.as_ref().is_some_and(|Engine::MicrocodeDma(engine)| {
            device.quirks().iter().any(|quirk| engine.quirks.burst_requests.contains(&quirk.value))
        });
        let burst = spec.burst.as_ref().map(small).transpose()?.or(port.burst).unwrap_or(1);
        let handshake = match (&spec.handshake, port.handshake) {
            (Some(own), _) => super::ip::handshake(own.value),
            (None, _) if bursts_only => Handshake::Burst,
            (None, Some(own)) => own,
            (None, None) if burst > 1 => Handshake::Burst,
            (None, None) => Handshake::Single,
        };
        // A single request is for one beat, whatever a burst would have.
        Ok(DmaRequests { burst: if handshake == Handshake::Single { 1 } else { burst }, handshake })
    }

    fn reference(
        &self,
        subsystem: &spec::Subsystem,
        consumed: &Consumed,
        spec: &spec::Reference,
    ) -> Result<Reference, Internal> {
        let provider = self.index(&spec.provider)?;
        let ip = self.ip(&self.spec.devices.entries[provider].value)?;
        let provided = ip.provides.iter().find(|provided| provided.subsystem == subsystem.name.value);
        let provided = provided.ok_or_else(|| internal(spec.span, "the provider does not provide this"))?;
        let params = match &provided.args {
            Some(args) => args.clone(),
            None => subsystem.args().map(subsystem::argument).collect(),
        };
        let mut id = String::new();
        let mut args = Vec::with_capacity(params.len());
        for (position, param) in params.iter().enumerate() {
            let arg: Option<&Spanned<Scalar>> = match &spec.args {
                ReferenceArgs::Positional(args) => args.get(position),
                ReferenceArgs::Named(args) => args.get(&param.name),
            };
            let arg = arg.ok_or_else(|| internal(spec.span, format!("no argument `{}`", param.name)))?;
            args.push(match &arg.value {
                Scalar::Number(number) => *number,
                Scalar::Name(word) => {
                    let found = provided.ids.iter().find(|(name, _)| name == word);
                    let (name, number) = found.ok_or_else(|| internal(arg.span, format!("no id `{word}`")))?;
                    id.clone_from(name);
                    *number
                }
            });
            if id.is_empty() && param.kind == crate::lower::ArgumentType::Id {
                let number = args[position];
                id = provided.ids.iter().find(|(_, n)| *n == number).map(|(n, _)| n.clone()).unwrap_or_default();
            }
        }
        Ok(Reference {
            subsystem: subsystem.name.value.clone(),
            name: consumed.name.clone(),
            provider,
            args,
            id,
            requests: consumed.dma.as_ref().map(|port| self.requests(port, provider, spec)).transpose()?,
            post_init: spec.post_init(),
            place: self.workspace.place(spec.span),
        })
    }

    /// Who needs whom, among devices that take part.
    fn edges(&self, devices: &[Device]) -> Result<Vec<Edge>, Internal> {
        let mut edges = Vec::new();
        let lost = |name: &str| internal(self.spec.name.span, format!("subsystem `{name}` is not there"));
        let known = |name: &str| self.workspace.subsystem(name).ok_or_else(|| lost(name));
        for (consumer, device) in devices.iter().enumerate().filter(|(_, device)| device.enabled) {
            if let (Some(supplier), Some(name)) = (device.parent, &self.spec.devices.entries[consumer].value.parent) {
                edges.push(Edge {
                    consumer,
                    supplier,
                    subsystem: PARENT.to_string(),
                    name: String::new(),
                    class: LinkClass::Hard,
                    runtime_pm: true,
                    post_init: false,
                    gives_way: false,
                    proposed_cut: false,
                    place: self.workspace.place(name.span),
                });
            }
            let mut later = HashSet::new();
            for reference in &device.references {
                if known(&reference.subsystem)?.link.class.value == spec::LinkClass::PostInit {
                    later.insert(reference.provider);
                }
            }
            for reference in &device.references {
                let supplier = reference.provider;
                if supplier == consumer || !devices[supplier].enabled {
                    continue;
                }
                let subsystem = known(&reference.subsystem)?;
                let class = subsystem::class(subsystem.link.class.value);
                if class == LinkClass::Ignore {
                    continue;
                }
                edges.push(Edge {
                    consumer,
                    supplier,
                    subsystem: reference.subsystem.clone(),
                    name: reference.name.clone(),
                    class,
                    runtime_pm: subsystem.link.runtime_pm.as_ref().is_some_and(|flag| flag.value),
                    post_init: reference.post_init || later.contains(&supplier),
                    gives_way: false,
                    proposed_cut: false,
                    place: reference.place.clone(),
                });
            }
        }
        Ok(edges)
    }
}
