//! A set of the contacts of a segment: one bit for each.

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BitSet {
    words: Vec<u64>,
}

impl BitSet {
    /// Creates an empty set of `len` contacts.
    pub fn none(len: usize) -> Self {
        Self {
            words: vec![0; len.div_ceil(64)],
        }
    }

    pub fn has(&self, at: usize) -> bool {
        self.words[at / 64] >> (at % 64) & 1 == 1
    }

    pub fn set(&mut self, at: usize) {
        self.words[at / 64] |= 1 << (at % 64);
    }

    /// Removes the contacts of another set of the same length.
    pub fn difference(mut self, others: &Self) -> Self {
        for (word, other) in self.words.iter_mut().zip(&others.words) {
            *word &= !other;
        }
        self
    }

    /// Adds the contacts of another set of the same length.
    pub fn add(&mut self, others: &Self) {
        for (word, other) in self.words.iter_mut().zip(&others.words) {
            *word |= other;
        }
    }

    /// Removes what another set of the same size, given as its words, does not have.
    pub fn intersect(&mut self, others: &[u64]) {
        for (word, other) in self.words.iter_mut().zip(others) {
            *word &= other;
        }
    }

    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Iterates over the set bits in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
                rest &= rest - 1;
                Some(at * 64 + bit)
            })
        })
    }

    /// Iterates over the set bits in descending order.
    pub fn iter_down(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().rev().flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| 63 - rest.leading_zeros() as usize)?;
                rest &= !(1 << bit);
                Some(at * 64 + bit)
            })
        })
    }

    /// Iterates over the maximal runs of set bits: the first of each run, and the first after it.
    pub fn runs(&self) -> impl Iterator<Item = (usize, usize)> {
        let mut from = 0;
        std::iter::from_fn(move || {
            let first = self.next(from, true)?;
            from = self.next(first, false).unwrap_or(self.words.len() * 64);
            Some((first, from))
        })
    }

    /// Returns the first bit from `from` on that is set, or not set.
    fn next(&self, from: usize, set: bool) -> Option<usize> {
        let word = |at: usize| self.words.get(at).map(|word| if set { *word } else { !*word });
        let mut at = from / 64;
        let mut rest = word(at)? & (u64::MAX << (from % 64));
        while rest == 0 {
            at += 1;
            rest = word(at)?;
        }
        Some(at * 64 + rest.trailing_zeros() as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn runs_are_all_that_is_set(set in prop::collection::vec(prop::bool::weighted(0.8), 0..300)) {
            let mut bits = BitSet::none(set.len());
            set.iter().enumerate().filter(|(_, set)| **set).for_each(|(at, _)| bits.set(at));
            let mut again = vec![false; set.len()];
            let mut end = None;
            for (first, behind) in bits.runs() {
                prop_assert!(first < behind && Some(first) > end);
                again[first..behind].fill(true);
                end = Some(behind);
            }
            prop_assert_eq!(again, set);
            let mut down: Vec<usize> = bits.iter_down().collect();
            down.reverse();
            prop_assert_eq!(down, bits.iter().collect::<Vec<_>>());
        }
    }
}
