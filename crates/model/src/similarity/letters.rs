//! The number of letters by which two words differ.
//!
//! Defines the edit distance and a lower bound of it. Both allocate nothing, because most pairs of contacts are
//! decided by them alone.

/// Letters after these are not compared by [`letters_apart`].
pub(super) const COMPARED: usize = 32;
/// Distances from this one on are not distinguished.
const FAR: usize = 3;
/// The most letters that occur in only one of two words whose distance is less than [`FAR`]: each step replaces one
/// letter by another.
const NEAR: u32 = 4;

/// Returns the edit distance, with swapped neighbours as one step, capped at [`FAR`].
pub(super) fn letters_apart(a: impl Iterator<Item = char>, b: impl Iterator<Item = char>) -> usize {
    let (mut of_a, mut of_b) = ([' '; COMPARED], [' '; COMPARED]);
    let (a, b) = (first_letters(a, &mut of_a), first_letters(b, &mut of_b));
    if a.len().abs_diff(b.len()) >= FAR {
        return FAR;
    }
    let (a, b) = differing(a, b);
    let mut above = [0; COMPARED + 1];
    let mut last = [0; COMPARED + 1];
    for (j, cell) in last.iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        let mut row = [i; COMPARED + 1];
        for j in 1..=b.len() {
            let change = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = change.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(above[j - 2] + 1);
            }
        }
        above = last;
        last = row;
    }
    last[b.len()].min(FAR)
}

fn first_letters(text: impl Iterator<Item = char>, letters: &mut [char; COMPARED]) -> &[char] {
    let mut count = 0;
    for (place, letter) in letters.iter_mut().zip(text) {
        *place = letter;
        count += 1;
    }
    &letters[..count]
}

/// Returns two words without their common beginning and end, which need no step.
fn differing<'a>(a: &'a [char], b: &'a [char]) -> (&'a [char], &'a [char]) {
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[head..], &b[head..]);
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    (&a[..a.len() - tail], &b[..b.len() - tail])
}

/// The set of letters of a word, as far as 32 bits distinguish them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LetterSet(u32);

impl LetterSet {
    pub fn new(text: &str) -> Self {
        Self(text.chars().fold(0, |set, c| set | 1 << (u32::from(c) % 32)))
    }

    /// The letters of two words together.
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether one word may be turned into the other by inserting or removing this many letters, as far as the sets
    /// show; replacing a letter counts as two.
    pub fn within(self, other: Self, letters: u32) -> bool {
        (self.0 ^ other.0).count_ones() <= letters
    }

    /// Whether words of at most [`COMPARED`] letters may be less than [`FAR`] apart.
    pub fn may_be_near(self, other: Self) -> bool {
        self.within(other, NEAR)
    }

    /// Whether all letters may be contained in the other word.
    pub fn inside(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_slip_is_one_step_and_the_third_is_the_last_that_counts() {
        for (a, b, want) in [
            ("", "", 0),
            ("", "ab", 2),
            ("", "abc", 3),
            ("ivers", "ivers", 0),
            ("ivers", "iver", 1),
            ("ivers", "ievrs", 1),
            ("ca", "abc", 3),
            ("drummond", "drmumond", 1),
            ("hansen", "jansson", 3),
            ("abcdef", "badcfe", 3),
            ("hussain", "hussein", 1),
            ("aab", "ab", 1),
            ("müller", "muller", 1),
        ] {
            assert_eq!((a, b, letters_apart(a.chars(), b.chars())), (a, b, want));
            assert_eq!((b, a, letters_apart(b.chars(), a.chars())), (b, a, want));
            let changes = u32::try_from(want * 2).unwrap();
            assert!(
                want == FAR || LetterSet::new(a).within(LetterSet::new(b), changes),
                "{a} {b}"
            );
        }
    }

    #[test]
    fn what_stands_behind_the_compared_letters_does_not_count() {
        let long = "x".repeat(COMPARED);
        let (a, b) = (format!("{long}abc"), format!("{long}def"));
        assert_eq!(letters_apart(a.chars(), b.chars()), 0);
    }
}
