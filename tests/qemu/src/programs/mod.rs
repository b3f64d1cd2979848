//! Random programs of the planner, of every shape, on QEMU's controllers; memory is compared byte for byte.

mod case;
mod model;
mod rig;

use std::fmt;

pub use case::Case;
pub use model::Model;
pub use rig::{Instance, Rig};

use crate::Random;

/// What a run did.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Programs that ran, by shape.
    pub ran: [u32; case::KINDS.len()],
    /// Programs that were paused at a checkpoint and went on.
    pub paused: u32,
    /// Periods that endless programs were let go.
    pub periods: u32,
    /// Bytes that programs wrote and that were compared.
    pub bytes: u64,
    /// Cases that the planner refused, for a reason that such a case may have.
    pub refused: u32,
}

impl Tally {
    /// All programs that ran.
    pub fn programs(&self) -> u32 {
        self.ran.iter().sum()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} programs, {} bytes, {} paused, {} periods, {} refused; by shape:",
            self.programs(),
            self.bytes,
            self.paused,
            self.periods,
            self.refused
        )?;
        case::KINDS.iter().zip(self.ran).try_for_each(|(kind, count)| writeln!(f, "{count:7} {kind}"))
    }
}

/// Run `count` random programs, the same ones for a seed, over the instances in turn.
///
/// # Panics
/// When a program does not do what its shape says; the message has the case and a listing.
pub fn storm(count: u32, seed: u64) -> Tally {
    let rigs = Instance::ALL.map(Rig::start);
    let mut tally = Tally::default();
    let mut random = Random::new(seed);
    while tally.programs() < count {
        let rig = &rigs[random.up_to(rigs.len() as u32 - 1) as usize];
        Case::random(&mut random, rig).run(rig, &mut tally);
        assert!(tally.refused <= 20 + tally.programs() / 5, "the planner refuses too much: {tally}");
    }
    tally
}
