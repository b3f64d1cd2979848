//! Devices, links and power domains from a generated topology.

use crate::power::DeviceId;
use crate::topology::{Domain, Link, Node, Strength, Topology};

use super::caller::Context;
use super::domain::DomainConfig;
use super::driver::DomainOps;
use super::error::Error;
use super::handle::{DeviceHandle, DomainHandle};
use super::link::{BindState, Lifetime, LinkKind, Marks, RuntimePm};
use super::platform::Platform;
use super::probe::DeviceConfig;
use super::system::System;

/// Why a topology was not loaded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum LoadError {
    /// There is not a place for each device in the handles lent.
    Handles {
        /// How many there have to be.
        needed: usize,
    },
    /// The links are not in the order of their consumers.
    Unsorted,
    /// The probe order names a device that the topology does not have.
    Unknown(DeviceId),
    /// A device was not made.
    Device(&'static Node, Error),
    /// A link was not made.
    Link(&'static Link, Error),
    /// A domain was not made, or a device was not put into it.
    Domain(&'static Domain, Error),
}

impl core::fmt::Display for LoadError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Handles { needed } => write!(f, "lend a place for each of the {needed} devices"),
            Self::Unsorted => f.write_str("the links are not in the order of their consumers"),
            Self::Unknown(id) => write!(f, "the probe order names {id}, which does not exist"),
            Self::Device(node, error) => write!(f, "device {}: {error}", node.name),
            Self::Link(link, error) => write!(f, "edge {link}: {error}"),
            Self::Domain(domain, error) => write!(f, "domain {}: {error}", domain.name),
        }
    }
}

impl core::error::Error for LoadError {}

/// The hardware side of a domain that has none.
struct NoSwitch;

impl DomainOps for NoSwitch {}

impl<'s, P: Platform> System<'s, P> {
    /// Make and register the devices of a topology that take part, in probe order: each with its parent and its links
    /// before a driver can see it, whether drivers are registered before or after. Every link remembers where it is
    /// declared, so a device that waits can name the line, and every member of a power domain is in it before its first
    /// probe. Sleepable.
    ///
    /// Device `n` of the topology gets number `n`; its handle is written to `handles[n]`, which stays `None` for a
    /// disabled one. `driven` says whether a device will ever get a driver: a [`Strength::Optional`] link to one that
    /// will not orders and takes part in runtime PM, but nobody waits for it. An optional link that the probe order
    /// does not follow, or to a disabled device, is left out. Nobody waits for a [`Strength::PostInit`] link either;
    /// against the probe order it keeps the supplier's `sync_state` back until the consumer is bound.
    ///
    /// A member without a driver keeps no domain on.
    ///
    /// `switch` gives the hardware side of each domain. `None`: nothing is to be switched, or the driver of its
    /// provider does it in runtime PM, which the links to it order. [`Topology::device_slots`] and the functions beside
    /// it tell how much storage all of it takes; a device of several domains takes a device more for each but the
    /// first.
    ///
    /// # Errors
    /// [`LoadError`]; what was made until then stays, with its handles.
    pub fn load(
        &self,
        cx: Context<'_, '_>,
        topology: &'static Topology,
        handles: &mut [Option<DeviceHandle>],
        driven: impl Fn(&Node) -> bool,
        switch: impl Fn(&'static Domain) -> Option<&'s dyn DomainOps>,
    ) -> Result<(), LoadError> {
        let needed = topology.devices.len();
        let handles = handles.get_mut(..needed).ok_or(LoadError::Handles { needed })?;
        handles.fill(None);
        if !topology.links.is_sorted_by_key(|link| link.consumer) {
            return Err(LoadError::Unsorted);
        }
        self.load_domains(topology, switch)?;
        for &id in topology.probe_order {
            let node = topology.node(id).ok_or(LoadError::Unknown(id))?;
            let failed = |error| LoadError::Device(node, error);
            let known = |id: DeviceId| handles.get(usize::from(id.get())).copied().flatten();
            let parent = match node.parent {
                None => None,
                Some(parent) => Some(known(parent).ok_or(failed(Error::Invalid))?),
            };
            let number = u32::from(id.get());
            let config = DeviceConfig { name: node.name, number, parent, ..DeviceConfig::default() };
            let device = self.device_init(config).map_err(failed)?;
            let first = topology.links.partition_point(|link| link.consumer < id);
            for link in topology.links[first..].iter().take_while(|link| link.consumer == id) {
                let runtime_pm = if link.runtime_pm { RuntimePm::Follow } else { RuntimePm::Off };
                let mut kind = LinkKind::managed(runtime_pm, Lifetime::Persistent);
                let supplier = known(link.supplier);
                if link.strength != Strength::Hard {
                    if supplier.is_none() {
                        continue;
                    }
                    if link.strength == Strength::PostInit || !topology.node(link.supplier).is_some_and(&driven) {
                        kind = LinkKind::Stateless { runtime_pm };
                    }
                }
                let failed = |error| LoadError::Link(link, error);
                let supplier = supplier.ok_or(failed(Error::Invalid))?;
                // Of several edges of a pair the first is the one that is named.
                let declared = self.link_of(device, supplier).is_none().then_some(link);
                self.link_add(cx, device, supplier, kind, declared).map_err(|error| failed(error.into()))?;
            }
            self.load_memberships(cx, topology, id, device)?;
            self.device_add(cx, device).map_err(failed)?;
            handles[usize::from(id.get())] = Some(device);
        }
        self.load_circles(cx, topology, handles)
    }

    /// The domain made from this one of a topology. Any context.
    pub fn domain_declared(&self, declared: &'static Domain) -> Option<DomainHandle> {
        self.with(|s| {
            let is = |known: &'static Domain| core::ptr::eq(known, declared);
            let g = s.domains.iter().position(|slot| slot.ops.is_some() && slot.declared.is_some_and(is))?;
            Some(s.domain_handle(g as u32))
        })
    }

    /// The domains, each in those around it.
    fn load_domains(
        &self,
        topology: &'static Topology,
        switch: impl Fn(&'static Domain) -> Option<&'s dyn DomainOps>,
    ) -> Result<(), LoadError> {
        for domain in topology.domains {
            let Domain { name, irq_safe, always_on, .. } = *domain;
            // Without a switch it counts as off until a member needs it or a domain in it is on.
            let (ops, on) = switch(domain).map_or((&NoSwitch as &dyn DomainOps, always_on), |ops| (ops, ops.is_on()));
            let config = DomainConfig { name, on, irq_safe, always_on, ..DomainConfig::default() };
            let made = self.domain_add(config, ops).map_err(|error| LoadError::Domain(domain, error))?;
            self.with(|s| s.domains[made.index()].declared = Some(domain));
        }
        while self.load_outer_on(topology, &switch) {}
        for domain in topology.domains {
            let failed = |error| LoadError::Domain(domain, error);
            let inner = self.domain_declared(domain).ok_or(failed(Error::Gone))?;
            for &outer in domain.outer {
                let outer = topology.domains.get(usize::from(outer)).and_then(|outer| self.domain_declared(outer));
                self.subdomain_add(outer.ok_or(failed(Error::Invalid))?, inner).map_err(failed)?;
            }
        }
        Ok(())
    }

    /// Around a domain that is on, what has no switch is on. Was there one that is not known to be?
    fn load_outer_on(
        &self,
        topology: &'static Topology,
        switch: &impl Fn(&'static Domain) -> Option<&'s dyn DomainOps>,
    ) -> bool {
        let outer =
            |domain: &'static Domain| domain.outer.iter().filter_map(|&at| topology.domains.get(usize::from(at)));
        let mut found = false;
        for outer in topology.domains.iter().filter(|domain| self.is_on(domain)).flat_map(outer) {
            if !self.is_on(outer)
                && switch(outer).is_none()
                && let Some(made) = self.domain_declared(outer)
            {
                self.with(|s| s.dom(made.index() as u32).on = true);
                found = true;
            }
        }
        found
    }

    fn is_on(&self, declared: &'static Domain) -> bool {
        self.domain_declared(declared).and_then(|made| self.domain_info(made)).is_some_and(|info| info.on)
    }

    /// Put a device that is not registered yet into its domains.
    fn load_memberships(
        &self,
        cx: Context<'_, '_>,
        topology: &'static Topology,
        id: DeviceId,
        device: DeviceHandle,
    ) -> Result<(), LoadError> {
        for (place, domain) in topology.domains_of(id).enumerate() {
            let failed = |error| LoadError::Domain(domain, error);
            let member = if place == 0 { device } else { self.stand_in(cx, domain, device).map_err(failed)? };
            let handle = self.domain_declared(domain).ok_or(failed(Error::Gone))?;
            self.domain_attach(cx, handle, member).map_err(failed)?;
            self.with(|s| s.devices[member.index()].member_early = true);
        }
        Ok(())
    }

    /// A device that is in one more domain for another, and on whenever that one is.
    fn stand_in(
        &self,
        cx: Context<'_, '_>,
        domain: &'static Domain,
        device: DeviceHandle,
    ) -> Result<DeviceHandle, Error> {
        let config = DeviceConfig { name: domain.name, number: u32::MAX, ..DeviceConfig::default() };
        let made = self.device_init(config)?;
        self.device_add(cx, made)?;
        self.link_add(cx, device, made, LinkKind::Stateless { runtime_pm: RuntimePm::Follow }, None)?;
        self.enable(made).map_err(|error| Error::Callback(error.errno()))?;
        Ok(made)
    }

    /// The links that neither order nor gate because they would close a circle.
    fn load_circles(
        &self,
        cx: Context<'_, '_>,
        topology: &'static Topology,
        handles: &[Option<DeviceHandle>],
    ) -> Result<(), LoadError> {
        let known = |id: DeviceId| handles.get(usize::from(id.get())).copied().flatten();
        for link in topology.links.iter().filter(|link| link.strength == Strength::PostInit) {
            let (Some(consumer), Some(supplier)) = (known(link.consumer), known(link.supplier)) else { continue };
            // A link that follows the order is there since its consumer was made, and a consumer that is bound already
            // keeps nothing back.
            let bound = self.device_info(consumer).is_some_and(|info| info.bind == BindState::Bound);
            if bound || self.link_of(consumer, supplier).is_some() {
                continue;
            }
            let kind = LinkKind::SyncStateOnly { marks: Marks { inferred: false, cycle: true } };
            self.link_add(cx, consumer, supplier, kind, Some(link))
                .map_err(|error| LoadError::Link(link, error.into()))?;
        }
        Ok(())
    }
}
