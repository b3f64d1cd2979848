use linkwright::dma::FaultCause;
use linkwright_pl330::instruction::{DecodeError, Instruction};

use crate::axi::Thread;
use crate::core::{Core, Decoded, MANAGER};
use crate::icache::Lookup;
use crate::memory::Space;

/// What a thread got when it asked for its next instruction.
pub(crate) enum Fetched {
    Ready(Decoded),
    At(u64),
    Fault(FaultCause),
}

impl Core {
    pub(crate) fn fetch(&mut self, thread: Thread, t: usize, pc: u32, non_secure: bool, space: &mut Space) -> Fetched {
        let slot = pc as usize % 64;
        if let Some((at, generation, decoded)) = self.decoded[t][slot]
            && at == pc
            && generation == self.icache.generation
        {
            return Fetched::Ready(decoded);
        }
        if let Some((at, decoded)) = self.latch[t].take()
            && at == pc
        {
            self.decoded[t][slot] = Some((pc, self.icache.generation, decoded));
            return Fetched::Ready(decoded);
        }
        let mut bytes = [0; Instruction::LONGEST];
        let (mut got, mut missed) = (0, 0);
        let decoded = loop {
            match self.icache.look_up(thread, pc.wrapping_add(got as u32), &mut bytes[got..]) {
                Lookup::Hit(n) => got += n,
                Lookup::Error => return Fetched::Fault(FaultCause::InstructionFetch),
                Lookup::Miss { base } => {
                    space.check(pc.wrapping_add(got as u32));
                    missed += 1;
                    self.fill(thread, base, non_secure, space);
                    continue;
                }
            }
            match Instruction::decode(&bytes[..got]) {
                Ok((instruction, length)) => break (instruction, length as u8),
                Err(DecodeError::Truncated { .. }) if got < Instruction::LONGEST => {}
                Err(DecodeError::InvalidOperand { .. }) => return Fetched::Fault(FaultCause::InvalidOperand),
                Err(_) => return Fetched::Fault(FaultCause::UndefinedInstruction),
            }
        };
        if missed == 0 {
            self.decoded[t][slot] = Some((pc, self.icache.generation, decoded));
            return Fetched::Ready(decoded);
        }
        self.latch[t] = Some((pc, decoded));
        Fetched::At(self.now + missed * u64::from(self.config.timing.fetch_latency))
    }

    fn fill(&mut self, thread: Thread, base: u32, non_secure: bool, space: &mut Space) {
        let mut line = [0; 32];
        let line = &mut line[..self.icache.line_bytes()];
        let good = match self.port.fetch(self.now, thread, non_secure, base, line, space) {
            Ok(()) => line.len(),
            Err(error) => error.address.wrapping_sub(base) as usize,
        };
        self.icache.fill(thread, base, line, good);
    }

    /// Drop the cached instructions of a thread.
    pub(crate) fn invalidate_instructions(&mut self, thread: Thread) {
        self.icache.invalidate(thread);
        match thread {
            Thread::Manager => self.latch[MANAGER] = None,
            Thread::Channel(c) => self.latch[usize::from(c)] = None,
        }
    }
}
