/// A place in a stream that goes round and round: how many laps (wrapping at 2³²) and how many bytes into the lap.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(in crate::dma) struct Mark {
    pub(in crate::dma) lap: u32,
    pub(in crate::dma) at: u32,
}

impl Mark {
    pub(in crate::dma) const START: Self = Self { lap: 0, at: 0 };

    /// Bytes from `other` to here, negative if it lies ahead. They must be less than 2³¹ laps apart.
    pub(in crate::dma) fn since(self, other: Self, ring: u32) -> i64 {
        let laps = self.lap.wrapping_sub(other.lap).cast_signed();
        i64::from(laps) * i64::from(ring) + i64::from(self.at) - i64::from(other.at)
    }

    /// `bytes`, at most a lap, further on.
    pub(in crate::dma) fn plus(self, bytes: u32, ring: u32) -> Self {
        let left = ring.saturating_sub(self.at);
        if bytes < left {
            return Self { at: self.at + bytes, ..self };
        }
        Self { lap: self.lap.wrapping_add(1), at: bytes - left }
    }

    /// The start of the period it lies in. The end of a lap is the start of the next one.
    pub(in crate::dma) fn period_start(self, period: u32, ring: u32) -> Self {
        let here = self.plus(0, ring);
        Self { at: here.at - here.at.checked_rem(period).unwrap_or(0), ..here }
    }

    /// Whole periods before it, wrapping at 2³².
    pub(in crate::dma) fn periods(self, period: u32, ring: u32) -> u32 {
        let in_lap = self.at.checked_div(period).unwrap_or(0);
        self.lap.wrapping_mul(ring.checked_div(period).unwrap_or(0)).wrapping_add(in_lap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RING: u32 = 400;

    #[test]
    fn distances_survive_the_wrap_of_the_laps() {
        let before = Mark { lap: u32::MAX, at: 300 };
        let after = before.plus(200, RING);
        assert_eq!(after, Mark { lap: 0, at: 100 });
        assert_eq!((after.since(before, RING), before.since(after, RING)), (200, -200));
        assert_eq!(after.plus(RING, RING), Mark { lap: 1, at: 100 });
        assert_eq!(before.periods(100, RING).wrapping_add(2), after.periods(100, RING));
    }

    #[test]
    fn a_laps_end_is_the_next_ones_start() {
        let end = Mark { lap: 6, at: RING };
        assert_eq!(end.period_start(100, RING), Mark { lap: 7, at: 0 });
        assert_eq!(Mark { lap: 6, at: 399 }.period_start(100, RING), Mark { lap: 6, at: 300 });
        assert_eq!(end.since(Mark { lap: 7, at: 0 }, RING), 0);
        assert_eq!(end.periods(100, RING), Mark { lap: 7, at: 0 }.periods(100, RING));
    }
}
