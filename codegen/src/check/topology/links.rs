//! References of the devices of a soc, resolved as far as they can be; what cannot is reported on the way.

use std::collections::HashSet;

use super::{
    arguments_out_of_range, unconsumed_subsystems, unknown_ids, unknown_providers, unknown_references,
    unprovided_subsystems, wrong_arguments,
};
use crate::check::Cx;
use crate::order::Rank;
use crate::source::{Span, Spanned};
use crate::spec::{
    ArgumentType, Consumed, Device, Ip, LinkClass, Map, Name, Provided, Reference, ReferenceArgs, Scalar, Soc,
    Subsystem,
};

/// A reference whose provider is known.
pub(in crate::check) struct Link<'a> {
    /// Indices of devices.
    pub(super) consumer: usize,
    pub(in crate::check) provider: usize,
    pub(super) subsystem: &'a Subsystem,
    /// As the soc spells the subsystem.
    pub(super) key: &'a Name,
    pub(super) name: Option<&'a Name>,
    pub(in crate::check) reference: &'a Reference,
    /// What the ip says about it.
    pub(in crate::check) consumed: &'a Consumed,
    /// The device works without.
    pub(super) optional: bool,
    /// The device is probed without, by the reference's own word or that of another one between the two.
    pub(super) post_init: bool,
    /// Value of each argument; `None` if one is wrong.
    pub(super) args: Option<Vec<u64>>,
}

impl Link<'_> {
    /// `clocks.apb_pclk`.
    pub(in crate::check) fn label(&self) -> String {
        match self.name {
            Some(name) => format!("{}.{}", self.key.value, name.value),
            None => self.key.value.clone(),
        }
    }

    /// What it takes for the link to give way.
    pub(super) fn rank(&self) -> Rank {
        let runtime_pm = self.subsystem.link.runtime_pm.as_ref().is_some_and(|flag| flag.value);
        match self.subsystem.link.class.value {
            _ if self.post_init => Rank::PostInit,
            LinkClass::Optional => Rank::Optional,
            _ => Rank::hard(self.optional, runtime_pm),
        }
    }

    /// The reference with its arguments by name, and with `post_init`.
    pub(super) fn as_post_init(&self, soc: &Soc, cx: &Cx<'_>) -> String {
        let ip = soc.devices.entries[self.provider].value.ip.as_ref().and_then(|ip| cx.workspace.ip(ip));
        let own = ip.and_then(|ip| ip.provides.get(&self.subsystem.name)?.args.as_ref());
        let names: Vec<&Name> = match own {
            Some(args) => args.iter().map(|(name, _)| name).collect(),
            None => self.subsystem.args().map(|(name, _)| name).collect(),
        };
        let mut text = format!("{{ to: {}", self.reference.provider.value);
        for (position, name) in names.into_iter().enumerate() {
            let argument = match &self.reference.args {
                ReferenceArgs::Positional(args) => args.get(position),
                ReferenceArgs::Named(args) => args.get(name),
            };
            match argument.map(|argument| &argument.value) {
                Some(Scalar::Number(number)) => text += &format!(", {}: {number}", name.value),
                Some(Scalar::Name(word)) => text += &format!(", {}: {word}", name.value),
                None => {}
            }
        }
        if let Some(burst) = &self.reference.burst {
            text += &format!(", burst: {}", burst.value);
        }
        if let Some(handshake) = &self.reference.handshake {
            text += &format!(", handshake: {}", handshake.value.as_str());
        }
        text + ", post_init: true }"
    }
}

/// What a reference is made to.
pub(super) struct Target<'a> {
    pub(super) subsystem: &'a Subsystem,
    pub(super) device: &'a Name,
    pub(super) ip: &'a Ip,
    pub(super) provided_name: &'a Name,
    pub(super) provided: &'a Provided,
}

impl<'a> Target<'a> {
    /// The arguments of a reference: the provider's own, else the subsystem's.
    pub(super) fn args(&self) -> Vec<(&'a Name, ArgumentType)> {
        let typed = |(name, kind): (&'a Name, &'a Spanned<ArgumentType>)| (name, kind.value);
        match &self.provided.args {
            Some(args) => args.iter().map(typed).collect(),
            None => self.subsystem.args().map(typed).collect(),
        }
    }
}

pub(super) fn collect<'a>(soc: &'a Soc, cx: &mut Cx<'a>) -> Vec<Link<'a>> {
    let mut links = Vec::new();
    for (consumer, (device_name, device)) in soc.devices.iter().enumerate() {
        let Some(ip) = device.ip.as_ref().and_then(|ip| cx.workspace.ip(ip)) else { continue };
        for (key, references) in device.references.iter() {
            let Some(subsystem) = cx.workspace.subsystem_by_key(key) else { continue };
            let Some(consumes) = ip.consumes.entry(key) else {
                if !ip.consumes.is_broken(key) {
                    unconsumed_subsystems::report(ip, soc, (key, references), device_name, cx);
                }
                continue;
            };
            for (name, reference) in references.iter() {
                let Some(consumed) = unknown_references::find(ip, consumes, name, reference, cx) else { continue };
                let optional = consumed.optional.as_ref().is_some_and(|o| o.value);
                let Some((provider, target)) = target(soc, subsystem, reference, cx) else { continue };
                let args = arguments(&target, reference, cx);
                let post_init = reference.post_init();
                links.push(Link {
                    consumer,
                    provider,
                    subsystem,
                    key,
                    name,
                    reference,
                    consumed,
                    optional,
                    post_init,
                    args,
                });
            }
        }
    }
    let later = links.iter().filter(|link| link.subsystem.link.class.value == LinkClass::PostInit);
    let later: HashSet<(usize, usize)> = later.map(|link| (link.consumer, link.provider)).collect();
    links.iter_mut().for_each(|link| link.post_init |= later.contains(&(link.consumer, link.provider)));
    links
}

fn target<'a>(
    soc: &'a Soc,
    subsystem: &'a Subsystem,
    reference: &Reference,
    cx: &mut Cx<'a>,
) -> Option<(usize, Target<'a>)> {
    let Some(provider) = soc.devices.position(&reference.provider) else {
        if !soc.devices.is_broken(&reference.provider) {
            unknown_providers::report(soc, subsystem, reference, cx);
        }
        return None;
    };
    let entry = &soc.devices.entries[provider];
    let device: &'a Device = &entry.value;
    let ip = cx.workspace.ip(device.ip.as_ref()?)?;
    let Some(provided) = ip.provides.entry(&subsystem.name) else {
        if !ip.provides.is_broken(&subsystem.name) {
            unprovided_subsystems::report(soc, subsystem, ip, reference, cx);
        }
        return None;
    };
    let target =
        Target { subsystem, device: &entry.name, ip, provided_name: &provided.name, provided: &provided.value };
    Some((provider, target))
}

fn arguments(target: &Target<'_>, reference: &Reference, cx: &mut Cx<'_>) -> Option<Vec<u64>> {
    let types = target.args();
    let written = wrong_arguments::check(target, &types, reference, cx)?;
    let mut out = Vec::new();
    for ((name, kind), argument) in types.iter().zip(&written) {
        let value = match (&argument.value, kind) {
            (Scalar::Number(number), _) => *number,
            (Scalar::Name(id), ArgumentType::Id) => unknown_ids::resolve(target, argument, id, cx)?,
            (Scalar::Name(_), ArgumentType::Bits(_)) => {
                arguments_out_of_range::report_name(target, name, argument, cx);
                return None;
            }
        };
        let lone = types.len() == 1;
        if !arguments_out_of_range::check(target, name, *kind, argument, value, lone, cx) {
            return None;
        }
        out.push(value);
    }
    Some(out)
}

/// The parents of a device, nearest first; ends at a cycle.
pub(super) fn ancestors<'a>(devices: &'a Map<Device>, of: usize) -> impl Iterator<Item = usize> + 'a {
    let parent = |index: usize| devices.position(devices.entries[index].value.parent.as_ref()?);
    std::iter::successors(parent(of), move |&index| parent(index)).take_while(move |&index| index != of).take(64)
}

/// Devices that take part and sit on another one: which, on which, and where that is said.
pub(super) fn parents<'a>(soc: &'a Soc, enabled: &'a [bool]) -> impl Iterator<Item = (usize, usize, Span)> + 'a {
    soc.devices.entries.iter().enumerate().filter_map(|(device, entry)| {
        let name = entry.value.parent.as_ref()?;
        let parent = soc.devices.position(name).filter(|parent| *parent != device)?;
        (enabled[device] && enabled[parent]).then_some((device, parent, name.span))
    })
}

/// Which devices take part: those that are enabled, as is all they sit on.
pub(super) fn enabled(soc: &Soc) -> Vec<bool> {
    let devices = &soc.devices;
    let mut out: Vec<Option<bool>> = vec![None; devices.len()];
    let mut below = Vec::new();
    for index in 0..devices.len() {
        let mut at = index;
        let mut on = loop {
            if let Some(known) = out[at] {
                break known;
            }
            // Whoever comes back here sits on itself, which another rule tells.
            out[at] = Some(true);
            below.push(at);
            match devices.entries[at].value.parent.as_ref().and_then(|parent| devices.position(parent)) {
                Some(parent) => at = parent,
                None => break true,
            }
        };
        while let Some(at) = below.pop() {
            on &= devices.entries[at].value.enabled();
            out[at] = Some(on);
        }
    }
    out.into_iter().map(|on| on.unwrap_or(true)).collect()
}
