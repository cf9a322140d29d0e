//! Numbers that look drawn, the same for the same seed: whatever a tool does at random can be done again.

/// A linear congruential generator, by Knuth's numbers.
#[derive(Clone, Debug)]
pub struct Draws(pub u64);

impl Draws {
    /// Below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}
