//! Looking at links.

use crate::device::handle::{DeviceHandle, LinkHandle};
use crate::device::link::{Flags, LinkState};
use crate::device::platform::Platform;
use crate::device::state::State;
use crate::device::system::System;
use crate::topology::Link;

/// What can be asked about a link.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LinkInfo {
    /// Its handle.
    pub handle: LinkHandle,
    /// Needs the supplier.
    pub consumer: DeviceHandle,
    /// Is needed.
    pub supplier: DeviceHandle,
    /// Where it stands.
    pub state: LinkState,
    /// What it is.
    pub flags: Flags,
    /// Users: stateless references, and one for the core.
    pub refs: u32,
    /// One more than the references it holds on its supplier.
    pub rpm_active: u32,
    /// Holds its supplier for the consumer's probe.
    pub preactivated: bool,
    /// Where it is declared.
    pub declared: Option<&'static Link>,
}

impl<P: Platform> System<'_, P> {
    /// A link. Any context.
    pub fn link_info(&self, link: LinkHandle) -> Option<LinkInfo> {
        self.with(|s| s.find_link(link).map(|l| s.link_info(l)))
    }

    /// The link of a pair. Any context.
    pub fn link_of(&self, consumer: DeviceHandle, supplier: DeviceHandle) -> Option<LinkHandle> {
        self.with(|s| {
            let (c, p) = (s.find(consumer)?, s.find(supplier)?);
            s.link_between(c, p).map(|l| s.link_handle(l))
        })
    }

    /// A device's links to suppliers, in the order they were made: the one after `after`, or the first. Any context.
    pub fn next_supplier(&self, device: DeviceHandle, after: Option<LinkHandle>) -> Option<LinkInfo> {
        self.with(|s| {
            let d = s.find(device)?;
            let l = match after {
                None => s.first_supplier(d),
                Some(link) => {
                    let l = s.find_link(link)?;
                    s.next_supplier(d, l)
                }
            };
            l.map(|l| s.link_info(l))
        })
    }

    /// A device's links to consumers, as [`next_supplier`](Self::next_supplier). Any context.
    pub fn next_consumer(&self, device: DeviceHandle, after: Option<LinkHandle>) -> Option<LinkInfo> {
        self.with(|s| {
            let d = s.find(device)?;
            let l = match after {
                None => s.first_consumer(d),
                Some(link) => {
                    let l = s.find_link(link)?;
                    s.next_consumer(d, l)
                }
            };
            l.map(|l| s.link_info(l))
        })
    }
}

impl<P: Platform> State<'_, P> {
    pub(crate) fn link_info(&self, l: u32) -> LinkInfo {
        let link = &self.links[l as usize];
        LinkInfo {
            handle: self.link_handle(l),
            consumer: self.device_handle(link.consumer),
            supplier: self.device_handle(link.supplier),
            state: link.state,
            flags: link.flags,
            refs: link.refs,
            rpm_active: link.rpm_active,
            preactivated: link.preactivated,
            declared: link.declared,
        }
    }
}
