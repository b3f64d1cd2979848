use std::collections::VecDeque;

use linkwright::dma::plan::FifoNeed;

/// What stands in the way of a load.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LoadStall {
    /// Another channel holds the load lock.
    Locked,
    /// Not enough lines are free.
    Full,
    /// Never will be: the whole MFIFO is smaller.
    TooSmall,
}

/// A channel's part of the MFIFO: a stream of bytes, in lanes that its destination decides.
#[derive(Default)]
struct Stream {
    data: VecDeque<u8>,
    /// Asked of memory and not there yet.
    promised: u32,
    /// Owed to queued stores.
    claimed: u32,
    /// Lines the channel's held bytes occupy.
    lines: u32,
    need: FifoNeed,
}

/// Where a destination puts bytes, as far as the MFIFO cares.
#[derive(Clone, Copy)]
pub(crate) struct Lanes {
    /// Next address to store to.
    pub(crate) address: u32,
    pub(crate) increment: bool,
    /// Bytes of a beat.
    pub(crate) beat: u32,
}

/// The FIFO that all channels share, in lines of the bus width.
pub(crate) struct Mfifo {
    streams: [Stream; 8],
    depth: u32,
    used: u32,
    bus: u32,
    lock: Option<u8>,
    pub(crate) most_used: u32,
}

impl Mfifo {
    pub(crate) fn new(depth: u16, bus_bytes: u8) -> Self {
        Self {
            streams: Default::default(),
            depth: depth.into(),
            used: 0,
            bus: bus_bytes.into(),
            lock: None,
            most_used: 0,
        }
    }

    /// Lines for `bytes` bytes. Bytes for an incrementing destination share lines, in its lanes; each beat of a fixed
    /// one takes a line.
    fn lines(&self, to: Lanes, claimed: u32, bytes: u32) -> u32 {
        if bytes == 0 {
            0
        } else if to.increment {
            // The oldest byte held goes to where the oldest queued store begins.
            let lane = to.address.wrapping_sub(claimed) % self.bus;
            (lane + bytes).div_ceil(self.bus)
        } else {
            bytes.div_ceil(to.beat)
        }
    }

    /// May `channel` load `bytes` more?
    pub(crate) fn can_load(&self, channel: u8, to: Lanes, bytes: u32) -> Result<(), LoadStall> {
        let s = &self.streams[usize::from(channel)];
        if self.lines(to, s.claimed, bytes) > self.depth {
            return Err(LoadStall::TooSmall);
        }
        if self.lock.is_some_and(|holder| holder != channel) {
            return Err(LoadStall::Locked);
        }
        let held = s.data.len() as u32 + s.promised;
        let more = self.lines(to, s.claimed, held + bytes) - s.lines;
        if self.used + more > self.depth { Err(LoadStall::Full) } else { Ok(()) }
    }

    /// Reserve room for a load, and take the load lock.
    pub(crate) fn load(&mut self, channel: u8, to: Lanes, bytes: u32) {
        self.lock = Some(channel);
        self.streams[usize::from(channel)].promised += bytes;
        self.recount(channel, to);
        let in_order = self.in_order_lines(channel, to);
        let need = &mut self.streams[usize::from(channel)].need;
        need.transient = need.transient.max(in_order.saturating_sub(need.resident));
    }

    /// Data of a load has come.
    pub(crate) fn arrive(&mut self, channel: u8, data: &[u8]) {
        let s = &mut self.streams[usize::from(channel)];
        s.promised -= data.len() as u32;
        s.data.extend(data);
    }

    /// Data of a load has come and nobody wants it any more.
    pub(crate) fn waste(&mut self, channel: u8, bytes: u32, to: Lanes) {
        self.streams[usize::from(channel)].promised -= bytes;
        self.recount(channel, to);
    }

    /// Bytes that no queued store owns yet.
    pub(crate) fn available(&self, channel: u8) -> u32 {
        let s = &self.streams[usize::from(channel)];
        s.data.len() as u32 + s.promised - s.claimed
    }

    /// Owe `bytes` to a store that is about to be queued.
    pub(crate) fn claim(&mut self, channel: u8, bytes: u32) {
        self.streams[usize::from(channel)].claimed += bytes;
    }

    /// Give a queued store its data, if all of it is there; `to` is the destination now.
    pub(crate) fn pull(&mut self, channel: u8, to: Lanes, out: &mut [u8]) -> bool {
        let s = &mut self.streams[usize::from(channel)];
        if s.data.len() < out.len() {
            return false;
        }
        let (a, b) = s.data.as_slices();
        let n = a.len().min(out.len());
        let (front, back) = out.split_at_mut(n);
        front.copy_from_slice(&a[..n]);
        back.copy_from_slice(&b[..back.len()]);
        s.data.drain(..out.len());
        s.claimed -= out.len() as u32;
        self.recount(channel, to);
        true
    }

    /// Let other channels load. What is held from here on is resident.
    pub(crate) fn unlock(&mut self, channel: u8, to: Lanes) {
        if self.lock == Some(channel) {
            self.lock = None;
        }
        let kept = self.in_order_lines(channel, to);
        let need = &mut self.streams[usize::from(channel)].need;
        if kept > need.resident {
            let peak = need.peak();
            need.resident = kept;
            need.transient = peak.saturating_sub(kept);
        }
    }

    /// Drop everything of the channel but what is still to come from memory; returns the bytes dropped.
    pub(crate) fn discard(&mut self, channel: u8, to: Lanes) -> u32 {
        let s = &mut self.streams[usize::from(channel)];
        let dropped = s.data.len() as u32;
        s.data.clear();
        s.claimed = 0;
        if self.lock == Some(channel) {
            self.lock = None;
        }
        self.recount(channel, to);
        dropped
    }

    /// Lines the channel holds.
    pub(crate) fn lines_of(&self, channel: u8) -> u32 {
        self.streams[usize::from(channel)].lines
    }

    pub(crate) fn need(&self, channel: u8) -> FifoNeed {
        self.streams[usize::from(channel)].need
    }

    pub(crate) fn begin_program(&mut self, channel: u8) {
        self.streams[usize::from(channel)].need = FifoNeed::default();
    }

    /// Lines held if every store were done at once: what the program asks for, whatever the speed of the bus.
    fn in_order_lines(&self, channel: u8, to: Lanes) -> u16 {
        self.lines(to, 0, self.available(channel)) as u16
    }

    fn recount(&mut self, channel: u8, to: Lanes) {
        let s = &self.streams[usize::from(channel)];
        let lines = self.lines(to, s.claimed, s.data.len() as u32 + s.promised);
        let s = &mut self.streams[usize::from(channel)];
        self.used = self.used - s.lines + lines;
        s.lines = lines;
        self.most_used = self.most_used.max(self.used);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(address: u32) -> Lanes {
        Lanes { address, increment: true, beat: 8 }
    }

    #[test]
    fn an_aligned_copy_needs_the_lines_of_one_burst() {
        let mut fifo = Mfifo::new(128, 8);
        for _ in 0..4 {
            fifo.load(0, to(0), 128);
            fifo.claim(0, 128);
            fifo.unlock(0, to(128));
            fifo.arrive(0, &[0; 128]);
            assert!(fifo.pull(0, to(128), &mut [0; 128]));
        }
        assert_eq!(fifo.need(0), FifoNeed { resident: 0, transient: 16 });
        assert_eq!((fifo.used, fifo.most_used), (0, 16));
    }

    #[test]
    fn a_misaligned_destination_keeps_a_line() {
        let mut fifo = Mfifo::new(128, 8);
        fifo.load(0, to(5), 128);
        // A store of 16 beats from lane 5 moves 123 bytes and leaves 5 behind.
        fifo.claim(0, 123);
        fifo.unlock(0, to(128));
        fifo.load(0, to(128), 128);
        fifo.claim(0, 128);
        fifo.unlock(0, to(256));
        assert_eq!(fifo.need(0), FifoNeed { resident: 1, transient: 16 });
    }

    #[test]
    fn a_fixed_destination_does_not_pack() {
        let mut fifo = Mfifo::new(32, 8);
        let lanes = Lanes { address: 0x100, increment: false, beat: 1 };
        fifo.load(0, lanes, 32);
        assert_eq!(fifo.lines_of(0), 32);
        assert_eq!(fifo.can_load(0, lanes, 1), Err(LoadStall::Full));
        assert_eq!(fifo.can_load(1, lanes, 1), Err(LoadStall::Locked));
        assert_eq!(fifo.can_load(1, lanes, 33), Err(LoadStall::TooSmall));
        fifo.discard(0, lanes);
        assert_eq!(fifo.lines_of(0), 32, "the data is still on its way");
        fifo.waste(0, 32, lanes);
        assert_eq!((fifo.lines_of(0), fifo.can_load(1, lanes, 32)), (0, Ok(())));
    }
}
