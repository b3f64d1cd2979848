/// Numbers that look random and are the same in every run (splitmix64).
pub struct Random(u64);

impl Random {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// 0 to `most`.
    pub fn up_to(&mut self, most: u32) -> u32 {
        (self.bits() % (u64::from(most) + 1)) as u32
    }

    /// 1 to `most`, every magnitude as likely as any other.
    pub fn length(&mut self, most: u32) -> u32 {
        let bits = self.up_to(most.ilog2());
        let low = 1 << bits;
        low + self.up_to((most - low).min(low - 1))
    }

    /// Fill with random bytes.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.bits().to_le_bytes()[..chunk.len()]);
        }
    }
}
