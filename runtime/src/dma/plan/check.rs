use super::{Block, End, Handshake, PlanError, PortEnd, Request, Work};
use crate::microcode::{Limits, Side};

impl Request<'_> {
    /// Can a program for a controller with these `limits` be planned at all? Returns the bytes it moves.
    pub(super) fn check(&self, limits: &Limits) -> Result<u32, PlanError> {
        let setup = &self.setup;
        let bytes = self.bytes()?;
        if !setup.bus_bytes.is_power_of_two() || setup.bus_bytes > limits.beat {
            return Err(PlanError::BusWidth(setup.bus_bytes));
        }
        if setup.fifo_lines == 0 || limits.burst == 0 {
            return Err(PlanError::FifoTooSmall);
        }
        if let Some(checkpoint) = setup.checkpoint {
            if checkpoint.bursts == 0 || matches!(self.work, Work::Cyclic { .. }) {
                return Err(PlanError::Checkpoint);
            }
            if checkpoint.event == setup.event {
                return Err(PlanError::EventTwice(setup.event));
            }
        }
        match (&self.source, &self.destination) {
            (End::Pattern(at), End::Memory) => {
                reaches(Some(*at), setup.bus_bytes.into())?;
                if !at.is_multiple_of(setup.bus_bytes.into()) {
                    return Err(PlanError::Misaligned(Side::Source));
                }
            }
            (End::Memory | End::Zero, End::Memory) => {}
            (End::Port(port), End::Memory) | (End::Memory, End::Port(port)) => self.port(port, limits)?,
            _ => return Err(PlanError::Sides),
        }
        Ok(bytes)
    }

    /// The address of a side, if it is memory.
    pub(super) fn memory(&self, side: Side, block: &Block) -> Option<u32> {
        match side {
            Side::Source if self.source == End::Memory => Some(block.source),
            Side::Destination if self.destination == End::Memory => Some(block.destination),
            _ => None,
        }
    }

    fn bytes(&self) -> Result<u32, PlanError> {
        let inside = |block: &Block| {
            if block.bytes == 0 {
                return Err(PlanError::Empty);
            }
            reaches(self.memory(Side::Source, block), block.bytes)?;
            reaches(self.memory(Side::Destination, block), block.bytes)
        };
        match self.work {
            Work::Blocks { blocks, .. } => {
                blocks.iter().try_for_each(inside)?;
                let sum = blocks.iter().try_fold(0_u32, |sum, block| sum.checked_add(block.bytes));
                sum.ok_or(PlanError::TooManyBytes)
                    .and_then(|sum| if sum == 0 { Err(PlanError::Empty) } else { Ok(sum) })
            }
            Work::Rect { source, destination, row_bytes, rows, source_pitch, destination_pitch } => {
                let bytes = row_bytes.checked_mul(rows).ok_or(PlanError::TooManyBytes)?;
                if bytes == 0 {
                    return Err(PlanError::Empty);
                }
                let block = Block { source, destination, bytes };
                for (side, pitch) in [(Side::Source, source_pitch), (Side::Destination, destination_pitch)] {
                    let Some(start) = self.memory(side, &block) else { continue };
                    if rows > 1 && side == Side::Destination && pitch.unsigned_abs() < row_bytes {
                        return Err(PlanError::Pitch);
                    }
                    let aside = pitch.unsigned_abs().checked_mul(rows - 1).ok_or(PlanError::AddressRange)?;
                    let lowest = if pitch < 0 { start.checked_sub(aside) } else { Some(start) };
                    let reach = aside.checked_add(row_bytes).ok_or(PlanError::AddressRange)?;
                    reaches(Some(lowest.ok_or(PlanError::AddressRange)?), reach)?;
                }
                Ok(bytes)
            }
            Work::Cyclic { block, period_bytes, gate } => {
                inside(&block)?;
                if period_bytes == 0 || !block.bytes.is_multiple_of(period_bytes) {
                    return Err(PlanError::Period { bytes: block.bytes, period: period_bytes });
                }
                if gate == Some(self.setup.event) {
                    return Err(PlanError::EventTwice(self.setup.event));
                }
                Ok(block.bytes)
            }
        }
    }

    /// Is each part of the work what `port` can move?
    fn port(&self, port: &PortEnd, limits: &Limits) -> Result<(), PlanError> {
        let beat = u32::from(port.beat);
        if !port.beat.is_power_of_two() || port.beat > self.setup.bus_bytes {
            return Err(PlanError::PortBeat(port.beat));
        }
        if port.burst == 0 || port.burst > limits.burst {
            return Err(PlanError::PortBurst(port.burst));
        }
        if !port.address.is_multiple_of(beat) {
            return Err(PlanError::PortAddress { address: port.address, beat: port.beat });
        }
        let burst = beat * u32::from(port.burst);
        let part = |bytes: u32, last: bool| {
            if !bytes.is_multiple_of(beat) {
                return Err(PlanError::PartialBeat { bytes, beat: port.beat });
            }
            if port.handshake != Handshake::Single && !last && !bytes.is_multiple_of(burst) {
                return Err(PlanError::PartialBurst { bytes, burst: burst as u16 });
            }
            Ok(())
        };
        let alone = match self.work {
            Work::Blocks { blocks, .. } => {
                for (i, block) in blocks.iter().enumerate() {
                    part(block.bytes, i + 1 == blocks.len())?;
                }
                blocks.len() == 1
            }
            Work::Rect { row_bytes, rows, .. } => {
                part(row_bytes, rows == 1)?;
                rows == 1
            }
            Work::Cyclic { period_bytes, .. } => {
                part(period_bytes, false)?;
                false
            }
        };
        if port.handshake == Handshake::Peripheral {
            if !alone {
                return Err(PlanError::EarlyEnd);
            }
            self.aligned(beat)?;
        }
        Ok(())
    }

    fn aligned(&self, beat: u32) -> Result<(), PlanError> {
        let Some(block) = self.first() else { return Ok(()) };
        for side in [Side::Source, Side::Destination] {
            if self.memory(side, &block).is_some_and(|at| !at.is_multiple_of(beat)) {
                return Err(PlanError::Misaligned(side));
            }
        }
        Ok(())
    }

    /// The first block, or the rectangle's or lap's.
    pub(super) fn first(&self) -> Option<Block> {
        match self.work {
            Work::Blocks { blocks, .. } => blocks.first().copied(),
            Work::Rect { source, destination, row_bytes, rows, .. } => {
                Some(Block { source, destination, bytes: row_bytes.saturating_mul(rows) })
            }
            Work::Cyclic { block, .. } => Some(block),
        }
    }
}

/// Does a range of `bytes` bytes, 1 or more, end on the bus?
fn reaches(start: Option<u32>, bytes: u32) -> Result<(), PlanError> {
    match start {
        Some(start) if start.checked_add(bytes - 1).is_none() => Err(PlanError::AddressRange),
        _ => Ok(()),
    }
}
