use linkwright::microcode::{Access, Control, Isa, Op, Side, When};
use linkwright_pl330::Microcode;

/// A program under construction, instruction by instruction.
#[derive(Default)]
pub(super) struct Assembler {
    bytes: Vec<u8>,
}

impl Assembler {
    /// Where the next instruction goes.
    pub(super) fn here(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn op(&mut self, op: Op) -> &mut Self {
        let encoded = Microcode::encode(op).unwrap_or_else(|e| panic!("{e}"));
        self.bytes.extend_from_slice(encoded.as_bytes());
        self
    }

    pub(super) fn ops(&mut self, ops: &[Op]) -> &mut Self {
        ops.iter().for_each(|op| {
            self.op(*op);
        });
        self
    }

    pub(super) fn control(&mut self, source: Access, destination: Access) -> &mut Self {
        self.op(Op::SetControl(Microcode::control(&Control { source, destination, swap: 1 })))
    }

    pub(super) fn addresses(&mut self, source: u32, destination: u32) -> &mut Self {
        self.op(Op::SetAddress(Side::Source, source)).op(Op::SetAddress(Side::Destination, destination))
    }

    /// The end of a counted loop whose body begins at `body`.
    pub(super) fn loop_end(&mut self, counter: u8, when: When, body: usize) -> &mut Self {
        let jump = u8::try_from(self.here() - body).unwrap_or_else(|_| panic!("a jump too far"));
        self.op(Op::LoopEnd(counter, when, jump))
    }

    /// `times` times what `body` writes.
    pub(super) fn repeat(&mut self, counter: u8, times: u32, body: impl FnOnce(&mut Self)) -> &mut Self {
        self.op(Op::Loop(counter, times as u16));
        let start = self.here();
        body(self);
        self.loop_end(counter, When::Always, start)
    }

    pub(super) fn finish(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }
}

/// A side that moves on.
pub(super) fn memory(beat: u32, burst: u32) -> Access {
    Access { increment: true, beat: beat as u8, burst: burst as u8, cache: 0, protection: 0 }
}

/// A side that stays.
pub(super) fn register(beat: u32, burst: u32) -> Access {
    Access { increment: false, ..memory(beat, burst) }
}
