/// One AXI burst: fixed or incrementing, never wrapping.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Burst {
    /// First byte; need not be aligned when it increments, and then the first beat is short.
    pub(crate) address: u32,
    pub(crate) beats: u32,
    /// Bytes of a beat, a power of two.
    pub(crate) size: u32,
    pub(crate) increment: bool,
}

/// A burst never crosses a boundary of this many bytes.
const BOUNDARY: u32 = 4096;

impl Burst {
    /// Bytes it moves.
    pub(crate) fn bytes(self) -> u32 {
        self.beats * self.size - if self.increment { self.address % self.size } else { 0 }
    }

    /// Address after it.
    pub(crate) fn next_address(self) -> u32 {
        if self.increment { self.address.wrapping_add(self.bytes()) } else { self.address }
    }

    /// As the bus takes it: up to the next boundary, and the rest.
    pub(crate) fn split(self) -> (Burst, Option<Burst>) {
        let room = BOUNDARY - self.address % BOUNDARY;
        if !self.increment || self.bytes() <= room {
            return (self, None);
        }
        // BOUNDARY is a multiple of every beat size, so only the first beat can be short.
        let beats = (room + self.address % self.size) / self.size;
        let first = Burst { beats, ..self };
        (first, Some(Burst { address: first.next_address(), beats: self.beats - beats, ..self }))
    }

    /// Address and bytes of each beat.
    pub(crate) fn beats(self) -> impl Iterator<Item = (u32, u32)> {
        let mut address = self.address;
        (0..self.beats).map(move |_| {
            let at = address;
            let bytes = if self.increment { self.size - at % self.size } else { self.size };
            if self.increment {
                address = address.wrapping_add(bytes);
            }
            (at, bytes)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Burst;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn splitting_keeps_every_beat_and_no_part_crosses(
            address: u32, beats in 1..=16u32, log in 0..=4u32, increment: bool
        ) {
            let burst = Burst { address, beats, size: 1 << log, increment };
            let (first, rest) = burst.split();
            let whole: Vec<_> = burst.beats().collect();
            let parts: Vec<_> = first.beats().chain(rest.into_iter().flat_map(Burst::beats)).collect();
            prop_assert_eq!(&whole, &parts);
            prop_assert_eq!(whole.iter().map(|b| b.1).sum::<u32>(), burst.bytes());
            for part in [Some(first), rest].into_iter().flatten() {
                if part.increment {
                    let last = part.address.wrapping_add(part.bytes() - 1);
                    prop_assert_eq!(part.address / 4096, last / 4096);
                }
            }
        }
    }

    #[test]
    fn an_unaligned_burst_ends_aligned() {
        let burst = Burst { address: 0x1003, beats: 4, size: 8, increment: true };
        assert_eq!(burst.bytes(), 29);
        assert_eq!(burst.next_address(), 0x1020);
        assert_eq!(burst.beats().collect::<Vec<_>>(), [(0x1003, 5), (0x1008, 8), (0x1010, 8), (0x1018, 8)]);
    }

    #[test]
    fn a_fixed_burst_stays() {
        let burst = Burst { address: 0xffc, beats: 16, size: 4, increment: false };
        assert_eq!((burst.split().1, burst.next_address(), burst.bytes()), (None, 0xffc, 64));
    }
}
