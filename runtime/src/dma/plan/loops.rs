use crate::microcode::Limits;

/// What repeating costs, in bytes.
#[derive(Clone, Copy)]
pub(super) struct Costs {
    /// One repetition of the body.
    pub(super) body: u32,
    /// Instructions in one repetition of the body.
    pub(super) body_instructions: u32,
    /// Beginning and ending one loop.
    pub(super) nest: u32,
}

/// `outer` times `inner` times `unroll` copies of a body, and this `times` times in a row; a level of one iteration is
/// not a loop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Nest {
    pub(super) outer: u32,
    pub(super) inner: u32,
    pub(super) unroll: u32,
    pub(super) times: u32,
}

impl Nest {
    const NONE: Self = Self { outer: 1, inner: 1, unroll: 0, times: 1 };

    const fn bytes(&self, costs: &Costs) -> u32 {
        let loops = (self.outer > 1) as u32 + (self.inner > 1) as u32;
        (loops * costs.nest).saturating_add(self.unroll.saturating_mul(costs.body)).saturating_mul(self.times)
    }

    /// Is no loop longer than a jump?
    const fn jumps(&self, costs: &Costs, limits: &Limits) -> bool {
        let body = self.unroll.saturating_mul(costs.body);
        let inner = self.inner == 1 || body <= limits.jump as u32;
        let outer = self.outer == 1 || body.saturating_add(costs.nest) <= limits.jump as u32;
        inner && outer
    }

    const fn instructions(&self, costs: &Costs) -> u32 {
        let mut sum = self.unroll.saturating_mul(costs.body_instructions);
        if self.inner > 1 {
            sum = self.inner.saturating_mul(sum.saturating_add(1)).saturating_add(1);
        }
        if self.outer > 1 {
            sum = self.outer.saturating_mul(sum.saturating_add(1)).saturating_add(1);
        }
        sum.saturating_mul(self.times)
    }
}

/// How a body is repeated an exact number of times: a sequence of nests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Loops(pub(super) [Nest; 3]);

impl Loops {
    /// Repeat `count` times, exactly, in few bytes and few instructions.
    ///
    /// A product of two counters leaves no remainder, which would cost a loop of its own; one or two bursts less or one
    /// more copy of the body in the loop often make the count such a product.
    pub(super) const fn plan(count: u32, costs: &Costs, limits: &Limits) -> Self {
        let most = if limits.iterations == 0 { 1 } else { limits.iterations as u32 };
        let jump = limits.jump as u32;
        let reach = match limits.counters {
            2.. if costs.body.saturating_add(costs.nest) <= jump => most * most,
            1.. if costs.body <= jump => most,
            _ => 1,
        };
        let mut best = Self::simple(count, most, reach, costs, limits);
        let fewest = count.div_ceil(reach);
        if fewest > u16::MAX as u32 {
            return best;
        }
        let mut unroll = if fewest == 0 { 1 } else { fewest };
        let last = unroll + 7;
        while unroll <= last {
            let mut rest = 0;
            while rest * costs.body <= costs.nest && rest <= count {
                if (count - rest).is_multiple_of(unroll) {
                    let product = (count - rest) / unroll;
                    if let Some((outer, inner)) = factor(product, most, reach) {
                        let nest = Nest { outer, inner, unroll, times: 1 };
                        let straight = Nest { unroll: rest, ..Nest::NONE };
                        if nest.jumps(costs, limits) {
                            best = best.or(Self([nest, straight, Nest::NONE]), costs);
                        }
                    }
                }
                rest += 1;
            }
            unroll += 1;
        }
        best
    }

    /// The largest nest, then what is left: always right, seldom the shortest.
    const fn simple(count: u32, most: u32, reach: u32, costs: &Costs, limits: &Limits) -> Self {
        if count >= reach {
            let inner = if reach < most { reach } else { most };
            let mut whole = Nest { outer: reach / inner, inner, unroll: count / reach, times: 1 };
            if !whole.jumps(costs, limits) {
                (whole.unroll, whole.times) = (1, whole.unroll);
            }
            if count.is_multiple_of(reach) {
                return Self([whole, Nest::NONE, Nest::NONE]);
            }
            let left = Self::plan(count % reach, costs, limits);
            return Self([whole, left.0[0], left.0[1]]);
        }
        let whole = Nest { outer: count / most, inner: most, unroll: (count >= most) as u32, times: 1 };
        let left = count % most;
        let left = if left * costs.body <= costs.nest + costs.body {
            Nest { unroll: left, ..Nest::NONE }
        } else {
            Nest { outer: 1, inner: left, unroll: 1, times: 1 }
        };
        Self([if count >= most { whole } else { Nest::NONE }, left, Nest::NONE])
    }

    const fn or(self, other: Self, costs: &Costs) -> Self {
        if other.cost(costs) < self.cost(costs) { other } else { self }
    }

    /// A byte more is worth a thousand instructions less: all threads share one fetch, and long copies have millions
    /// of instructions; a program's room is small, but no copy comes near its end.
    pub(super) const fn cost(&self, costs: &Costs) -> u64 {
        self.bytes(costs) as u64 * 1024 + self.instructions(costs) as u64
    }

    pub(super) const fn bytes(&self, costs: &Costs) -> u32 {
        self.0[0].bytes(costs).saturating_add(self.0[1].bytes(costs)).saturating_add(self.0[2].bytes(costs))
    }

    /// Loop counters in use.
    pub(super) fn counters(&self) -> u8 {
        let used = self.0.iter().filter(|nest| nest.unroll > 0);
        used.map(|nest| if nest.outer > 1 { 2 } else { u8::from(nest.inner > 1) }).max().unwrap_or(0)
    }

    pub(super) const fn instructions(&self, costs: &Costs) -> u32 {
        let [a, b, c] = &self.0;
        a.instructions(costs).saturating_add(b.instructions(costs)).saturating_add(c.instructions(costs))
    }
}

/// `product` as outer times inner, neither above `most`, with the smallest outer.
const fn factor(product: u32, most: u32, reach: u32) -> Option<(u32, u32)> {
    if product == 0 || product > reach {
        return None;
    }
    let mut outer = product.div_ceil(most);
    while outer <= most && outer * outer <= product {
        if product.is_multiple_of(outer) {
            return Some((outer, product / outer));
        }
        outer += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { burst: 16, beat: 128, iterations: 256, counters: 2, jump: 255 };
    const PAIR: Costs = Costs { body: 2, body_instructions: 2, nest: 4 };
    const FENCED: Costs = Costs { body: 4, body_instructions: 4, nest: 4 };

    fn repeats(loops: &Loops) -> u64 {
        loops.0.iter().map(|n| u64::from(n.outer) * u64::from(n.inner) * u64::from(n.unroll) * u64::from(n.times)).sum()
    }

    #[test]
    fn every_count_is_exact_and_no_counter_overflows() {
        let boundaries = [65_535, 65_536, 65_537, 131_071, 131_072, 131_073, 2_097_151, 2_097_152, 4_194_304];
        for costs in [PAIR, FENCED] {
            for count in (0..4000).chain((4000..70_000).step_by(97)).chain(boundaries) {
                let loops = Loops::plan(count, &costs, &LIMITS);
                assert_eq!(repeats(&loops), u64::from(count), "{loops:?}");
                assert!(loops.0.iter().all(|n| n.outer <= 256 && n.inner <= 256), "{count}: {loops:?}");
            }
        }
    }

    #[test]
    fn no_more_than_plain_nesting() {
        for count in 0..=65_536 {
            let (nested, last) = (count / 256 * 256, count % 256);
            let plain = Loops([
                Nest { outer: count / 256, inner: 256, unroll: u32::from(nested > 0), times: 1 },
                Nest { outer: 1, inner: last, unroll: 1, times: 1 },
                Nest::NONE,
            ]);
            let loops = Loops::plan(count, &PAIR, &LIMITS);
            assert!(loops.cost(&PAIR) <= plain.cost(&PAIR), "{count}");
            assert!(loops.bytes(&PAIR) <= 28, "{count}: {loops:?}");
        }
    }

    #[test]
    fn exact_products_beat_remainders() {
        // 8191 is prime; one less is 2 times 21 times 195.
        assert_eq!(Loops::plan(8191, &PAIR, &LIMITS).0[0], Nest { outer: 21, inner: 195, unroll: 2, times: 1 });
        // Two copies in one loop, not two loops.
        assert_eq!(Loops::plan(512, &PAIR, &LIMITS).0[0], Nest { outer: 1, inner: 256, unroll: 2, times: 1 });
        assert_eq!(Loops::plan(512, &PAIR, &LIMITS).bytes(&PAIR), 8);
        // 256 MiB on a 64-bit bus.
        assert_eq!(Loops::plan(1 << 21, &PAIR, &LIMITS).0[0], Nest { outer: 256, inner: 256, unroll: 32, times: 1 });
    }

    #[test]
    fn fewer_counters_still_count() {
        for counters in 0..2 {
            let limits = Limits { counters, ..LIMITS };
            for count in [0, 1, 2, 255, 256, 257, 1000, 4099] {
                let loops = Loops::plan(count, &PAIR, &limits);
                assert_eq!(repeats(&loops), u64::from(count));
                assert!(loops.0.iter().filter(|n| n.outer > 1).count() == 0, "{loops:?}");
                assert!(counters == 1 || loops.0.iter().all(|n| n.inner == 1), "{loops:?}");
            }
        }
    }
}
