use linkwright::dma::plan::End;
use linkwright::microcode::{Access, Side, When};

use crate::machine::index;
use crate::{Fault, Machine};

/// A burst that was found right.
struct Burst {
    address: u64,
    beat: u8,
    beats: u64,
    bytes: u64,
}

/// The bus side of the machine: loads and stores.
impl Machine {
    /// Does an instruction that depends on the last request act, and on how many beats?
    fn beats(&self, when: When, programmed: u64) -> Option<u64> {
        match when {
            When::Always => Some(programmed),
            _ if self.kind != Some(when) => None,
            When::Single => Some(1),
            When::Burst => Some(programmed),
        }
    }

    /// The next burst on a side.
    fn burst(&self, side: Side, when: When, longest: u8) -> Result<Option<Burst>, Fault> {
        let control = self.control.ok_or(Fault::Access)?;
        let Access { beat, burst, cache, protection, .. } = self.side(side)?;
        if u32::from(beat) > self.job.bus || burst == 0 || burst > longest || control.swap != 1 {
            return Err(Fault::Access);
        }
        let attributes = self.job.attributes[index(side)];
        if (attributes.cache, attributes.protection) != (cache, protection) {
            return Err(Fault::Attributes);
        }
        let Some(beats) = self.beats(when, burst.into()) else { return Ok(None) };
        let address = self.addresses[index(side)];
        let bytes = u64::from(beat) * beats;
        Ok(Some(Burst { address, beat, beats, bytes }))
    }

    fn side(&self, side: Side) -> Result<Access, Fault> {
        let control = self.control.ok_or(Fault::Access)?;
        Ok(match side {
            Side::Source => control.source,
            Side::Destination => control.destination,
        })
    }

    /// The next burst moves on through memory, as far as the job has it.
    fn through(&mut self, side: Side, mut burst: Burst) -> Result<Burst, Fault> {
        if !self.side(side)?.increment {
            return Err(Fault::Access);
        }
        // An unaligned first beat is short.
        burst.bytes -= burst.address % u64::from(burst.beat);
        if !self.job.lies(side, self.at[index(side)], burst.address, burst.bytes) {
            return Err(if side == Side::Source { Fault::Read } else { Fault::Write });
        }
        self.addresses[index(side)] += burst.bytes;
        self.tally.bus_bursts += 1 + u64::from(burst.address / 4096 != (burst.address + burst.bytes - 1) / 4096);
        Ok(burst)
    }

    /// The next burst stays at one address, to which it is aligned.
    fn fixed(&self, side: Side, burst: &Burst) -> Result<(), Fault> {
        let aligned = burst.address.is_multiple_of(burst.beat.into());
        if self.side(side)?.increment || !aligned { Err(Fault::Access) } else { Ok(()) }
    }

    pub(crate) fn load(&mut self, when: When, line: Option<u8>, longest: u8) -> Result<(), Fault> {
        self.pass()?;
        let Some(burst) = self.burst(Side::Source, when, longest)? else { return Ok(()) };
        let burst = match (self.job.ends[0], line) {
            (End::Memory, None) => self.through(Side::Source, burst)?,
            (End::Port(_), Some(line)) => {
                self.fixed(Side::Source, &burst)?;
                let device = self.device.as_mut().ok_or(Fault::Handshake)?;
                device.serve(line, burst.address, burst.beat, burst.beats)?;
                burst
            }
            (End::Pattern(word), None) => self.word(burst, word)?,
            _ => return Err(Fault::Instruction),
        };
        let from = self.at[0];
        self.at[0] += burst.bytes;
        if let Some((source, fifo, _)) = &mut self.data {
            let first = (from % self.job.bytes) as usize;
            fifo.extend(source.get(first..first + burst.bytes as usize).ok_or(Fault::Read)?);
        }
        self.tally.loads += 1;
        self.tally.beats += burst.beats;
        self.tally.read_beats += burst.beats;
        self.count_burst();
        self.tally.peak = self.tally.peak.max(self.lines());
        if self.lines() > self.job.fifo_lines { Err(Fault::Overflow) } else { Ok(()) }
    }

    /// From a word that stands for as many as are wanted.
    fn word(&mut self, burst: Burst, word: u32) -> Result<Burst, Fault> {
        if self.side(Side::Source)?.increment {
            return self.through(Side::Source, burst);
        }
        self.fixed(Side::Source, &burst)?;
        let whole = self.job.inside(self.at[0]).is_multiple_of(self.job.bus.into());
        if burst.address != u64::from(word) || u32::from(burst.beat) != self.job.bus || !whole {
            return Err(Fault::Read);
        }
        Ok(burst)
    }

    pub(crate) fn store(&mut self, when: When, line: Option<u8>, longest: u8) -> Result<(), Fault> {
        self.pass()?;
        let Some(burst) = self.burst(Side::Destination, when, longest)? else { return Ok(()) };
        let fill = self.at[0] - self.at[1];
        let burst = match (self.job.ends[1], line) {
            (End::Memory, None) => self.through(Side::Destination, burst)?,
            (End::Port(_), Some(line)) => {
                self.fixed(Side::Destination, &burst)?;
                let device = self.device.as_mut().ok_or(Fault::Handshake)?;
                device.serve(line, burst.address, burst.beat, burst.beats)?;
                burst
            }
            _ => return Err(Fault::Instruction),
        };
        if burst.bytes > fill {
            return Err(Fault::Underflow);
        }
        if let Some((_, fifo, destination)) = &mut self.data {
            destination.extend(fifo.drain(..burst.bytes as usize));
        }
        self.stored(&burst);
        Ok(())
    }

    pub(crate) fn store_zero(&mut self, longest: u8) -> Result<(), Fault> {
        self.pass()?;
        let Some(burst) = self.burst(Side::Destination, When::Always, longest)? else { return Ok(()) };
        if (self.job.ends[0], self.job.ends[1]) != (End::Zero, End::Memory) {
            return Err(Fault::Instruction);
        }
        // Not every controller shortens an unaligned first beat of zeros.
        if !burst.address.is_multiple_of(burst.beat.into()) {
            return Err(Fault::Access);
        }
        let burst = self.through(Side::Destination, burst)?;
        self.at[0] += burst.bytes;
        if let Some((source, _, destination)) = &mut self.data {
            destination.extend(source.iter().take(burst.bytes as usize).map(|_| 0));
        }
        self.stored(&burst);
        self.count_burst();
        Ok(())
    }

    fn stored(&mut self, burst: &Burst) {
        self.at[1] += burst.bytes;
        self.recent.push_back(burst.bytes);
        self.tally.stores += 1;
        self.tally.beats += burst.beats;
        self.unlock();
    }

    /// A period must not begin before its gate.
    fn pass(&self) -> Result<(), Fault> {
        if self.job.gate.is_some() && (self.entering || !self.gate_open) { Err(Fault::Gate) } else { Ok(()) }
    }

    fn count_burst(&mut self) {
        self.bursts += 1;
        self.tally.stretch = self.tally.stretch.max(self.bursts);
    }

    /// Lines that the bytes waiting to be written touch.
    fn lines(&self) -> u64 {
        let (fill, bus) = (self.at[0] - self.at[1], u64::from(self.job.bus));
        match (fill, self.control.map(|control| control.destination)) {
            (0, _) | (_, None) => 0,
            (_, Some(Access { increment: true, .. })) => {
                let first = self.addresses[1];
                (first + fill - 1) / bus - first / bus + 1
            }
            // Nothing is packed for a fixed address.
            (_, Some(Access { beat, .. })) => fill.div_ceil(beat.into()),
        }
    }

    pub(crate) fn unlock(&mut self) {
        self.tally.resident = self.tally.resident.max(self.lines());
    }
}
