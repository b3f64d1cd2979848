//! The gate: no probe before the suppliers are bound.

use crate::device::link::{BindState, Flags, LinkState};
use crate::device::platform::Platform;
use crate::device::state::State;
use crate::device::storage::Waits;
use crate::topology::Link;

impl<P: Platform> State<'_, P> {
    /// May the device be probed? Its links are marked if so; if not, it is noted what it waits for.
    pub(crate) fn gate(&mut self, d: u32, deferred_is_unbound: bool) -> bool {
        if self.probing_blocked {
            self.dev(d).waits_for = Waits::Sleep;
            return false;
        }
        let mut missing = None;
        let mut next = self.first_supplier(d);
        while let Some(l) = next {
            next = self.next_supplier(d, l);
            self.steps += 1;
            let link = self.link(l);
            if !link.flags.has(Flags::MANAGED) {
                continue;
            }
            if link.state != LinkState::Available && !link.flags.has(Flags::SYNC_STATE_ONLY) {
                missing = Some(l);
                break;
            }
            link.state = LinkState::ConsumerProbe;
        }
        let Some(missing) = missing else {
            self.dev(d).bind = BindState::Probing;
            return true;
        };
        let mut next = self.first_supplier(d);
        while let Some(l) = next {
            next = self.next_supplier(d, l);
            if self.link(l).state == LinkState::ConsumerProbe {
                self.link_step_back(l);
            }
        }
        let supplier = self.link(missing).supplier;
        let changed = self.link(missing).state == LinkState::Available;
        let declared: Option<&'static Link> = self.link(missing).declared;
        self.dev(d).waits_for = Waits::Supplier {
            supplier: self.device_handle(supplier),
            name: self.dev(supplier).name,
            link: self.link_handle(missing),
            declared,
            changed,
        };
        self.dev(d).bind = if deferred_is_unbound { BindState::Deferred } else { BindState::Probing };
        false
    }
}
