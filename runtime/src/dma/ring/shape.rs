use crate::dma::buffers::BlockBuffers;
use crate::dma::plan::{Block, PlanError, Program, Work};
use crate::dma::shape::{Extras, Shape, sealed};

/// Round and round through one buffer, with a signal after each period.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cyclic {
    pub(super) bytes: u32,
    pub(super) period: u32,
    /// The program waits before each period until it is granted.
    pub(super) gated: bool,
}

impl sealed::Sealed for Cyclic {
    fn plan(&self, planner: sealed::Planner<'_>) -> Result<Program, PlanError> {
        let block = Block { source: 0, destination: 0, bytes: self.bytes };
        // Which event it is the engine knows.
        planner(Work::Cyclic { block, period_bytes: self.period, gate: self.gated.then_some(0) })
    }

    fn extras(&self) -> Extras {
        Extras { gated: self.gated, ..Extras::NONE }
    }
}

impl Shape for Cyclic {
    type Of<B: BlockBuffers> = B;
}
