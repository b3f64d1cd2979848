//! Time across the picture.

use super::super::table::grouped;

/// From nanoseconds to hundredths of a pixel.
pub(super) struct Scale {
    end: u64,
    left: i64,
    width: i64,
}

/// Steps between marks have to be so wide, in pixels.
const STEP: i64 = 70;

impl Scale {
    pub(super) fn new(end: u64, (left, right): (i64, i64)) -> Self {
        Self { end: end.max(1), left: left * 100, width: (right - left) * 100 }
    }

    /// Where a time is.
    pub(super) fn x(&self, time: u64) -> i64 {
        let across = u128::from(time.min(self.end)) * self.width as u128 / u128::from(self.end);
        self.left + across as i64
    }

    /// Marks with what is written at them.
    pub(super) fn marks(&self) -> Vec<(u64, String)> {
        let least = u128::from(self.end) * (STEP as u128) * 100 / self.width as u128;
        let mut step = 1_u64;
        // 1, 2 and 5 of each power of ten.
        let mut factors = [2, 5, 10].into_iter().cycle();
        let mut decade = 1_u64;
        while u128::from(step) < least {
            let factor = factors.next().unwrap_or(10);
            step = decade.saturating_mul(factor);
            if factor == 10 {
                decade = step;
            }
        }
        let (unit, name) = match step {
            1_000_000_000.. => (1_000_000_000, "s"),
            1_000_000.. => (1_000_000, "ms"),
            1_000.. => (1_000, "µs"),
            _ => (1, "ns"),
        };
        let mut marks = Vec::new();
        let mut at = 0;
        while at <= self.end {
            marks.push((at, format!("{} {name}", grouped((at / unit).into()))));
            at += step;
        }
        marks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(end: u64) -> Vec<String> {
        Scale::new(end, (0, 800)).marks().into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn marks_are_round_and_not_too_many() {
        assert_eq!(told(10_000_000_000).len(), 11);
        assert_eq!(told(32_000_000_000)[..3], ["0 s", "5 s", "10 s"]);
        assert_eq!(told(9_000_000)[..2], ["0 ms", "1 ms"]);
        assert_eq!(told(5)[..2], ["0 ns", "1 ns"]);
        assert_eq!(told(0), ["0 ns", "1 ns"]);
        for end in [1, 999, 12_345_678, 31_622_400_000_000_000] {
            assert!((1..=12).contains(&told(end).len()), "{end}: {:?}", told(end));
        }
    }
}
