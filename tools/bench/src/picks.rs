//! Who reads what: articles by Zipf's law, readers in a shuffled order so that each of them comes.
//!
//! The order is the same in every run, for both servers. Deliberately not here: real randomness; a benchmark that draws
//! new numbers each time compares two different things.

/// SplitMix64: small, even, and always the same.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// In [0, 1).
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// 0 or more, and less than `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.share() * n as f64) as usize
    }
}

/// Draws 0..n, where the k-th is drawn 1/k as often as the first.
pub struct Zipf(Vec<f64>);

impl Zipf {
    pub fn new(n: usize) -> Zipf {
        let mut sum = 0.0;
        let mut sums: Vec<f64> = Vec::with_capacity(n);
        for k in 1..=n {
            sum += 1.0 / k as f64;
            sums.push(sum);
        }
        Zipf(sums.into_iter().map(|part| part / sum).collect())
    }

    pub fn draw(&self, dice: &mut Dice) -> usize {
        let share = dice.share();
        self.0
            .partition_point(|&upto| upto <= share)
            .min(self.0.len() - 1)
    }
}

/// 0..n in an order without order (Fisher and Yates).
pub fn shuffled(n: usize, dice: &mut Dice) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for at in (1..n).rev() {
        order.swap(at, dice.below(at + 1));
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_drawn_twice_as_often_as_the_second() {
        let (zipf, mut dice) = (Zipf::new(1000), Dice::new(1));
        let mut drawn = vec![0u32; 1000];
        for _ in 0..200_000 {
            drawn[zipf.draw(&mut dice)] += 1;
        }
        let ratio = f64::from(drawn[0]) / f64::from(drawn[1]);
        assert!((1.9..2.1).contains(&ratio), "{ratio}");
        assert!(drawn[0] > 20_000 && drawn.iter().filter(|n| **n > 0).count() > 990);
    }

    #[test]
    fn everybody_comes_once() {
        let mut order = shuffled(1000, &mut Dice::new(2));
        assert_ne!(order[..10], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        order.sort_unstable();
        assert!(order.into_iter().eq(0..1000));
    }
}
