//! The system: state behind a lock, entry points, waiting, and the queue of deferred work.

use super::caller::{Context, Origin};
use super::error::Error;
use super::handle::DeviceHandle;
use super::platform::{Exclusive, Platform};
use super::rules::Rules;
use super::state::State;
use super::storage::Storage;

/// A system of devices, drivers, links and power domains over lent storage.
///
/// Every operation may be called from any context that its documentation allows and from any callback. The lock is
/// held for short, bounded pieces of bookkeeping only, never across a callback.
pub struct System<'s, P: Platform> {
    pub(crate) platform: P,
    pub(crate) rules: Rules,
    state: P::Lock<State<'s, P>>,
}

/// What a waiting caller can do for itself where there is one thread of execution.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Help {
    /// Nothing: only another thread could end the wait.
    Nothing,
    /// Run deferred probing.
    Probing,
    /// Run asynchronous sleep callbacks.
    Sleep,
}

/// One piece of deferred work.
#[derive(Clone, Copy, Debug)]
enum Work {
    Rpm(u32),
    DomainOff(u32),
    Release(u32),
    Probe,
    Sleep(u32),
}

impl<'s, P: Platform> System<'s, P> {
    /// A system without devices. `platform` gives it time, a lock and someone to run deferred work.
    pub fn new(storage: Storage<'s, P>, platform: P) -> Self {
        Self::with_rules(storage, platform, Rules::default())
    }

    /// As [`new`](Self::new), with other [`Rules`].
    pub fn with_rules(storage: Storage<'s, P>, platform: P, rules: Rules) -> Self {
        Self { platform, rules, state: P::Lock::new(State::new(storage)) }
    }

    /// The surroundings.
    pub const fn platform(&self) -> &P {
        &self.platform
    }

    /// The rules it follows.
    pub const fn rules(&self) -> Rules {
        self.rules
    }

    pub(crate) fn with<R>(&self, f: impl FnOnce(&mut State<'s, P>) -> R) -> R {
        self.state.with(f)
    }

    /// The slot of a live device, kept from being reused until the guard is dropped.
    pub(crate) fn pin(&self, handle: DeviceHandle) -> Option<Pin<'_, 's, P>> {
        let index = self.with(|s| {
            let d = s.find(handle)?;
            s.pin(d);
            Some(d)
        })?;
        Some(Pin { system: self, index })
    }

    pub(crate) fn pinned(&self, index: u32) -> Pin<'_, 's, P> {
        self.with(|s| s.pin(index));
        Pin { system: self, index }
    }

    /// Wait until `ready` gives an answer. `help` names the work that the caller runs itself if nobody else does.
    pub(crate) fn wait_until<R>(
        &self,
        cx: Context<'_, '_>,
        help: Help,
        mut ready: impl FnMut(&mut State<'s, P>) -> Option<R>,
    ) -> Result<R, Deadlock> {
        loop {
            let seen = self.platform.epoch();
            if let Some(answer) = self.with(&mut ready) {
                return Ok(answer);
            }
            if P::INLINE_WORK {
                let work = self.with(|s| match help {
                    Help::Nothing => None,
                    Help::Probing => s.take_probe_work(),
                    Help::Sleep => s.take_sleep_work(),
                });
                match work {
                    Some(work) => self.run(work, cx),
                    None => return Err(Deadlock),
                }
            } else if !self.platform.wait(seen) {
                return Err(Deadlock);
            }
        }
    }

    /// Carry out one piece of deferred work. `false`: there was none. Sleepable.
    ///
    /// A worker calls it until it answers `false`, after [`Platform::kick`] and after
    /// [`next_deadline`](Self::next_deadline).
    pub fn run_one(&self, cx: Context<'_, '_>) -> bool {
        self.expire_timers();
        match self.with(State::take_work) {
            Some(work) => {
                self.run(work, cx);
                true
            }
            None => false,
        }
    }

    /// Carry out all deferred work that is due. Sleepable.
    pub fn run_pending(&self, cx: Context<'_, '_>) {
        while self.run_one(cx) {}
    }

    /// Steps of graph walks so far: the cost of link operations, independent of the machine.
    pub fn steps(&self) -> u64 {
        self.with(|s| s.steps)
    }

    fn run(&self, work: Work, cx: Context<'_, '_>) {
        match work {
            Work::Rpm(d) => {
                let _pin = Pin { system: self, index: d };
                let device = self.with(|s| s.device_handle(d));
                self.rpm_work(cx.on_behalf_of(Origin::RuntimePm(device)), d);
            }
            Work::DomainOff(g) => {
                let domain = self.with(|s| s.domain_handle(g));
                self.domain_off_work(cx.on_behalf_of(Origin::DomainOff(domain)), g);
            }
            Work::Release(l) => self.release_link(l),
            Work::Probe => self.deferred_probe_work(cx.on_behalf_of(Origin::Worker)),
            Work::Sleep(d) => self.async_sleep_work(cx.on_behalf_of(Origin::Worker), d),
        }
    }

    /// Take a device's lock: binding, unbinding and its sleep callbacks exclude each other.
    pub(crate) fn lock_device(&self, cx: Context<'_, '_>, d: u32) -> Result<(), Error> {
        let me = self.platform.caller();
        self.wait_until(cx, Help::Nothing, |s| {
            let lock = &mut s.dev(d).lock;
            match lock.owner {
                None => {
                    lock.owner = Some(me);
                    Some(Ok(()))
                }
                Some(owner) if owner == me => Some(Err(Error::Deadlock)),
                Some(_) => None,
            }
        })?
    }

    pub(crate) fn unlock_device(&self, d: u32) {
        self.with(|s| s.dev(d).lock.owner = None);
        self.platform.notify();
    }
}

/// Waiting would never end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadlock;

impl From<Deadlock> for Error {
    fn from(_: Deadlock) -> Self {
        Self::Deadlock
    }
}

/// Keeps a device's slot from being reused.
pub(crate) struct Pin<'a, 's, P: Platform> {
    system: &'a System<'s, P>,
    pub(crate) index: u32,
}

impl<P: Platform> Drop for Pin<'_, '_, P> {
    fn drop(&mut self) {
        self.system.with(|s| s.unpin(self.index));
    }
}

impl<P: Platform> State<'_, P> {
    fn take_probe_work(&mut self) -> Option<Work> {
        if self.probe_working {
            return None;
        }
        self.probe_work.take()?;
        self.probe_working = true;
        Some(Work::Probe)
    }

    fn take_sleep_work(&mut self) -> Option<Work> {
        self.sleep_work.pop_front(self.devices).map(Work::Sleep)
    }

    /// The piece of work that was queued first, of those that may run.
    fn take_work(&mut self) -> Option<Work> {
        #[derive(Clone, Copy)]
        enum Queue {
            Rpm,
            Domain,
            Release,
            Probe,
            Sleep,
        }
        let runtime = |at: Option<u64>| if self.frozen { None } else { at };
        let (_, queue) = [
            (runtime(self.rpm_work.first().map(|d| self.devices[d as usize].rpm.ticket)), Queue::Rpm),
            (runtime(self.domain_work.first().map(|g| self.domains[g as usize].ticket)), Queue::Domain),
            (self.releases.first().map(|l| self.links[l as usize].serial), Queue::Release),
            (if self.probe_working { None } else { self.probe_work }, Queue::Probe),
            (self.sleep_work.first().map(|d| self.devices[d as usize].sleep.ticket), Queue::Sleep),
        ]
        .into_iter()
        .filter_map(|(ticket, queue)| ticket.map(|t| (t, queue)))
        .min_by_key(|(ticket, _)| *ticket)?;
        match queue {
            Queue::Rpm => {
                let d = self.rpm_work.pop_front(self.devices)?;
                self.pin(d);
                Some(Work::Rpm(d))
            }
            Queue::Domain => self.domain_work.pop_front(self.domains).map(Work::DomainOff),
            Queue::Release => self.releases.pop_front(self.links).map(Work::Release),
            Queue::Probe => self.take_probe_work(),
            Queue::Sleep => self.take_sleep_work(),
        }
    }

    pub(crate) fn queue_probe_work(&mut self) {
        if self.probe_work.is_none() {
            self.probe_work = Some(self.next_ticket());
        }
    }
}
