//! Chance that a seed repeats.

/// A small generator (xorshift64*): what comes of it is its seed.
pub struct Dice(pub u64);

impl Dice {
    /// A number below `sides`.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % sides
    }

    /// An index from `from` to `to`, both included.
    pub fn between(&mut self, from: usize, to: usize) -> usize {
        from + usize::try_from(self.roll((to - from + 1) as u64)).unwrap()
    }

    /// One of these.
    pub fn one_of<T: Copy>(&mut self, options: &[T]) -> T {
        options[self.between(0, options.len() - 1)]
    }
}
