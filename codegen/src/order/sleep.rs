//! When devices go to sleep, from what is said of some of them.

use crate::spec::SleepPhase;

/// What is said of a device.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Said {
    /// The last phase in which it uses others.
    pub(crate) last_use: Option<SleepPhase>,
    /// The phase in which it is switched off.
    pub(crate) off: Option<SleepPhase>,
}

/// When a device sleeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Phases {
    /// The phase in which it is switched off. If nothing is said of it, as late as anything uses it.
    pub(crate) off: SleepPhase,
    /// The last phase in which it uses others.
    pub(crate) last_use: SleepPhase,
}

/// When each device sleeps; `needs` are consumers with their suppliers.
pub(crate) fn phases(said: &[Said], needs: impl IntoIterator<Item = (usize, usize)>) -> Vec<Phases> {
    let mut suppliers = vec![Vec::new(); said.len()];
    needs.into_iter().for_each(|(consumer, supplier)| suppliers[consumer].push(supplier));
    let own = |said: &Said| said.off.unwrap_or(SleepPhase::DEFAULT.max(said.last_use.unwrap_or(SleepPhase::DEFAULT)));
    let mut off: Vec<SleepPhase> = said.iter().map(own).collect();
    // What is switched off by calling others uses them then, whatever else it does with them.
    let last_use = |device: usize, off: SleepPhase| said[device].last_use.map_or(off, |phase| phase.max(off));
    let mut changed: Vec<usize> = (0..said.len()).collect();
    while let Some(consumer) = changed.pop() {
        let until = last_use(consumer, off[consumer]);
        for &supplier in &suppliers[consumer] {
            if said[supplier].off.is_none() && off[supplier] < until {
                off[supplier] = until;
                changed.push(supplier);
            }
        }
    }
    (0..said.len()).map(|device| Phases { off: off[device], last_use: last_use(device, off[device]) }).collect()
}
