//! How the states of links follow binding and unbinding.

use crate::device::caller::Context;
use crate::device::link::{BindState, Flags, LinkState};
use crate::device::list::List;
use crate::device::platform::Platform;
use crate::device::probe::changed_for_waiting;
use crate::device::state::State;
use crate::device::storage::SyncHook;
use crate::device::system::System;

impl<P: Platform> System<'_, P> {
    /// A probe succeeded: suppliers and consumers of the device learn it, and `sync_state` callbacks that became due
    /// are called. The device's lock is held. Sleepable.
    pub(crate) fn links_bound(&self, cx: Context<'_, '_>, d: u32) {
        let mut due = List::EMPTY;
        self.with(|s| {
            let mut next = s.first_consumer(d);
            while let Some(l) = next {
                next = s.next_consumer(d, l);
                let link = s.link(l);
                if !link.flags.has(Flags::MANAGED) || matches!(link.state, LinkState::ConsumerProbe | LinkState::Active)
                {
                    continue;
                }
                link.state = LinkState::Available;
                let (consumer, autoprobe) = (link.consumer, link.flags.has(Flags::AUTOPROBE_CONSUMER));
                changed_for_waiting(s, consumer, l);
                if autoprobe {
                    s.defer(consumer);
                }
            }
            s.queue_sync_state(d, &mut due);
        });
        loop {
            let dropped = self.with(|s| {
                let mut next = s.first_supplier(d);
                while let Some(l) = next {
                    next = s.next_supplier(d, l);
                    let link = s.link(l);
                    if !link.flags.has(Flags::MANAGED) {
                        continue;
                    }
                    let supplier = link.supplier;
                    if link.flags.has(Flags::SYNC_STATE_ONLY) {
                        let dropped = s.link_drop_managed(l);
                        s.queue_sync_state(supplier, &mut due);
                        if dropped.is_some() {
                            return dropped;
                        }
                    } else if link.state != LinkState::Active {
                        link.state = LinkState::Active;
                        s.queue_sync_state(supplier, &mut due);
                    } else {
                        s.queue_sync_state(supplier, &mut due);
                    }
                }
                s.dev(d).bind = BindState::Bound;
                None
            });
            match dropped {
                Some(_) => self.link_dropped(dropped),
                None => break,
            }
        }
        self.sync_state_due(cx, &mut due, Some(d));
    }

    /// Call the `sync_state` callbacks of `due`; the lock of `locked` is held already.
    pub(crate) fn sync_state_due(&self, cx: Context<'_, '_>, due: &mut List<SyncHook>, locked: Option<u32>) {
        while let Some(d) = self.with(|s| due.pop_front(s.devices)) {
            let lock = Some(d) != locked;
            // A device that its own caller has locked is busy; nothing hinders its callback.
            let held = lock && self.lock_device(cx, d).is_ok();
            if let Some(driver) = self.driver_of(d)
                && driver.has_sync_state()
            {
                driver.sync_state(&self.call(cx, d));
            }
            if held {
                self.unlock_device(d);
            }
            self.with(|s| s.unpin(d));
        }
    }

    /// A probe failed: links go back. Any context.
    pub(crate) fn links_no_driver(&self, d: u32) {
        self.with(|s| {
            let mut next = s.first_consumer(d);
            while let Some(l) = next {
                next = s.next_consumer(d, l);
                let link = s.link(l);
                // Made by a consumer while this device was still probing.
                if link.flags.has(Flags::MANAGED) && matches!(link.state, LinkState::ConsumerProbe | LinkState::Active)
                {
                    link.state = LinkState::Dormant;
                }
            }
        });
        self.links_let_go(d);
    }

    /// A driver was unbound. Any context.
    pub(crate) fn links_unbound(&self, d: u32) {
        loop {
            let dropped = self.with(|s| {
                let mut next = s.first_consumer(d);
                while let Some(l) = next {
                    next = s.next_consumer(d, l);
                    let link = s.link(l);
                    if !link.flags.has(Flags::MANAGED) {
                        continue;
                    }
                    if link.state == LinkState::SupplierUnbind && link.flags.has(Flags::AUTOREMOVE_SUPPLIER) {
                        let dropped = s.link_drop_managed(l);
                        if !self.rules.untracked_when_given_up {
                            s.link(l).state = LinkState::Dormant;
                        }
                        if dropped.is_some() {
                            return dropped;
                        }
                    } else {
                        link.state = LinkState::Dormant;
                    }
                }
                if s.dev(d).sync.linked() {
                    s.sync_waiting.remove(s.devices, d);
                    s.unpin(d);
                }
                None
            });
            match dropped {
                Some(_) => self.link_dropped(dropped),
                None => break,
            }
        }
        self.links_let_go(d);
    }

    /// The device without driver lets go of its suppliers, newest first.
    fn links_let_go(&self, d: u32) {
        loop {
            let dropped = self.with(|s| {
                let mut next = s.devices[d as usize].walk.suppliers.last();
                while let Some(l) = next {
                    next = s.prev_supplier(d, l);
                    let link = s.link(l);
                    if !link.flags.has(Flags::MANAGED) {
                        continue;
                    }
                    if link.flags.has(Flags::AUTOREMOVE_CONSUMER) {
                        let dropped = s.link_drop_managed(l);
                        if dropped.is_some() {
                            return dropped;
                        }
                    } else if matches!(link.state, LinkState::ConsumerProbe | LinkState::Active) {
                        s.link_step_back(l);
                    }
                }
                s.dev(d).bind = BindState::Unbound;
                None
            });
            match dropped {
                Some(_) => self.link_dropped(dropped),
                None => break,
            }
        }
    }

    /// Both ends of every link of a removed device forget it. Any context.
    pub(crate) fn links_purge(&self, d: u32) {
        while let Some(dropped) = self.with(|s| {
            let l = s.devices[d as usize].walk.suppliers.last().or(s.devices[d as usize].walk.consumers.last())?;
            Some(s.link_drop(l))
        }) {
            self.link_dropped(dropped);
        }
    }
}

impl<P: Platform> State<'_, P> {
    /// A link whose consumer does not probe after all.
    pub(crate) fn link_step_back(&mut self, l: u32) {
        let supplier = self.link(l).supplier;
        let bound = self.dev(supplier).bind == BindState::Bound;
        self.link(l).state = if bound { LinkState::Available } else { LinkState::Dormant };
        let consumer = self.link(l).consumer;
        changed_for_waiting(self, consumer, l);
    }

    /// If all consumers of a device are bound, put it on the list of those whose `sync_state` is due.
    pub(crate) fn queue_sync_state(&mut self, d: u32, due: &mut List<SyncHook>) {
        if self.dev(d).synced || !self.driver_of(d).is_some_and(|driver| driver.has_sync_state()) {
            return;
        }
        if self.sync_paused > 0 {
            if !self.dev(d).sync.linked() {
                self.pin(d);
                self.sync_waiting.push_back(self.devices, d);
            }
            return;
        }
        let mut next = self.first_consumer(d);
        while let Some(l) = next {
            let link = self.link(l);
            if link.flags.has(Flags::MANAGED) && link.state != LinkState::Active {
                return;
            }
            next = self.next_consumer(d, l);
        }
        // Marked here, so that it is not queued twice.
        self.dev(d).synced = true;
        if !self.dev(d).sync.linked() {
            self.pin(d);
            due.push_back(self.devices, d);
        }
    }
}
