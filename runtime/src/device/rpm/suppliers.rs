//! What a device's runtime PM does to its suppliers.

use crate::device::caller::Context;
use crate::device::error::RpmError;
use crate::device::link::Flags;
use crate::device::platform::Platform;
use crate::device::state::State;
use crate::device::system::System;

use super::How;

impl<P: Platform> System<'_, P> {
    /// Resume all suppliers and hold one reference of each, in the order of the links. A supplier with runtime PM
    /// disabled counts as running. Sleepable.
    ///
    /// # Errors
    /// What was taken stays taken.
    pub(crate) fn rpm_get_suppliers(&self, cx: Context<'_, '_>, d: u32) -> Result<(), RpmError> {
        self.for_each_supplier(d, Flags::PM_RUNTIME, |l, serial, supplier| {
            self.with(|s| s.dev(supplier).rpm.usage += 1);
            match self.rpm_resume(cx, supplier, How::SYNC) {
                Ok(_) | Err(RpmError::Disabled) => {
                    self.with(|s| {
                        let link = s.link(l);
                        if link.serial == serial && link.used && !link.dying {
                            link.rpm_active += 1;
                        } else {
                            // The link went away meanwhile; nobody else would give this back.
                            s.dev(supplier).rpm.put_noidle();
                        }
                    });
                    Ok(())
                }
                Err(error) => {
                    self.with(|s| s.dev(supplier).rpm.put_noidle());
                    Err(error)
                }
            }
        })
    }

    /// Let go of all suppliers, and if `idle` check whether they may suspend. Any context.
    pub(crate) fn rpm_put_suppliers(&self, d: u32, idle: bool) {
        let _ = self.for_each_supplier(d, 0, |l, serial, supplier| {
            let now = self.platform.now();
            self.with(|s| {
                if s.link(l).serial == serial {
                    s.release_supplier(l);
                }
                if self.rules.release_is_use {
                    s.dev(supplier).rpm.last_busy = now;
                }
            });
            if idle {
                let _ = self.rpm_idle(Context::atomic(), supplier, How::QUEUED);
            }
            Ok::<(), RpmError>(())
        });
    }

    /// Check whether the suppliers may suspend now. Any context.
    pub(crate) fn rpm_idle_suppliers(&self, d: u32) {
        let _ = self.for_each_supplier(d, 0, |_, _, supplier| {
            let _ = self.rpm_idle(Context::atomic(), supplier, How::QUEUED);
            Ok::<(), RpmError>(())
        });
    }

    /// Hold the suppliers while the device is probed; their errors do not matter. Sleepable.
    pub(crate) fn rpm_preactivate_suppliers(&self, cx: Context<'_, '_>, d: u32) {
        let _ = self.for_each_supplier(d, Flags::PM_RUNTIME, |l, serial, supplier| {
            self.with(|s| {
                if s.link(l).serial == serial {
                    s.link(l).preactivated = true;
                    s.dev(supplier).rpm.usage += 1;
                }
            });
            let _ = self.rpm_resume(cx, supplier, How::SYNC);
            Ok::<(), RpmError>(())
        });
    }

    /// Undo [`rpm_preactivate_suppliers`](Self::rpm_preactivate_suppliers).
    pub(crate) fn rpm_unpreactivate_suppliers(&self, d: u32) {
        let _ = self.for_each_supplier(d, 0, |l, serial, supplier| {
            let held = self.with(|s| {
                let link = s.link(l);
                link.serial == serial && core::mem::take(&mut link.preactivated)
            });
            if held {
                self.rpm_put_queued(supplier);
            }
            Ok::<(), RpmError>(())
        });
    }

    /// Call `f` with each link to a supplier that has `flags` (link, its serial number, supplier). Links may come and
    /// go meanwhile.
    pub(crate) fn for_each_supplier<E>(
        &self,
        d: u32,
        flags: u16,
        mut f: impl FnMut(u32, u64, u32) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut at: Option<(u32, u64)> = None;
        loop {
            let next = self.with(|s| {
                let mut next = match at {
                    None => s.first_supplier(d),
                    Some((l, serial)) => s.supplier_after(d, l, serial),
                };
                while let Some(l) = next
                    && !s.link(l).flags.has(flags)
                {
                    next = s.next_supplier(d, l);
                }
                let l = next?;
                s.steps += 1;
                let (serial, supplier) = (s.link(l).serial, s.link(l).supplier);
                s.pin(supplier);
                Some((l, serial, supplier))
            });
            let Some((l, serial, supplier)) = next else { return Ok(()) };
            let result = f(l, serial, supplier);
            self.with(|s| s.unpin(supplier));
            result?;
            at = Some((l, serial));
        }
    }
}

impl<P: Platform> State<'_, P> {
    /// Give back all references that a link holds on its supplier.
    pub(crate) fn release_supplier(&mut self, l: u32) {
        let supplier = self.link(l).supplier;
        while self.link(l).rpm_active > 1 {
            self.link(l).rpm_active -= 1;
            // More may have been given back than taken; then the rest of the references are worth nothing.
            if self.dev(supplier).rpm.usage == 0 {
                break;
            }
            self.dev(supplier).rpm.usage -= 1;
        }
    }
}
