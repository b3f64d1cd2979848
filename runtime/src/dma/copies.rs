use super::{Capabilities, Controller, FaultCauses, Position, Stuck, ThreadState};
use crate::microcode::{Control, Encoded, Isa, Limits, Op, Scope, Side, Unencodable};

/// A controller that only copies memory: `Dmac<Copies<C>>` instead of `Dmac<C>` links neither the planner of all other
/// shapes nor the disassembler.
///
/// It prepares [`Linear`](super::Linear) and [`Sg`](super::Sg) at [`MemoryCopy`](super::MemoryCopy) as `C` does, to the
/// same programs; everything else fails with [`PlanError::OutOfScope`](super::plan::PlanError::OutOfScope). A
/// [`Fault`](super::Fault) tells the bytes at its program counter, without the instruction's length and text.
#[derive(Debug)]
pub struct Copies<C>(pub C);

/// The instruction set of [`Copies`].
#[derive(Debug)]
pub struct CopiesIsa<I>(core::marker::PhantomData<I>);

impl<I: Isa> Isa for CopiesIsa<I> {
    const LIMITS: Limits = I::LIMITS;
    const SCOPE: Scope = Scope::Copies;

    fn encode(op: Op) -> Result<Encoded, Unencodable> {
        I::encode(op)
    }
    fn control(control: &Control) -> u32 {
        I::control(control)
    }
    fn disassemble(_: &[u8], _: &mut dyn core::fmt::Write) -> Option<usize> {
        None
    }
}

impl<C: Controller> Controller for Copies<C> {
    type Isa = CopiesIsa<C::Isa>;

    const MAX_THREADS: u8 = C::MAX_THREADS;

    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }
    fn start(&self, thread: u8, program: u32, non_secure: bool, polls: u32) -> Result<(), Stuck> {
        self.0.start(thread, program, non_secure, polls)
    }
    fn kill(&self, thread: u8, polls: u32) -> Result<(), Stuck> {
        self.0.kill(thread, polls)
    }
    fn kill_manager(&self, polls: u32) -> Result<(), Stuck> {
        self.0.kill_manager(polls)
    }
    fn send_event(&self, event: u8, polls: u32) -> Result<(), Stuck> {
        self.0.send_event(event, polls)
    }
    fn is_busy(&self) -> bool {
        self.0.is_busy()
    }
    fn state(&self, thread: u8) -> ThreadState {
        self.0.state(thread)
    }
    fn position(&self, thread: u8) -> Position {
        self.0.position(thread)
    }
    fn address(&self, thread: u8, side: Side) -> u32 {
        self.0.address(thread, side)
    }
    fn faulting(&self) -> u32 {
        self.0.faulting()
    }
    fn fault(&self, thread: u8) -> FaultCauses {
        self.0.fault(thread)
    }
    fn manager_fault(&self) -> Option<FaultCauses> {
        self.0.manager_fault()
    }
    fn interrupts(&self) -> u32 {
        self.0.interrupts()
    }
    fn clear_interrupts(&self, events: u32) {
        self.0.clear_interrupts(events);
    }
    fn enable_interrupts(&self, events: u32) {
        self.0.enable_interrupts(events);
    }
}
