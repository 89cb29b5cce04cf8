//! The letters and digits in the texts of a segment's contacts: one bit for each contact and letter, so that a search for
//! one letter, which nearly every contact has, reads no text.

use crate::contact_index::bit_set::BitSet;
use crate::contact_index::entry::kind;

/// `0` to `9` and `a` to `z`: texts are folded.
const LETTERS: usize = 36;

const ALL: u64 = (1 << LETTERS) - 1;

/// The bit of each letter; none for other bytes.
const BITS: [u64; 256] = {
    let mut bits = [0; 256];
    let mut byte = 0;
    while byte < bits.len() {
        bits[byte] = match byte as u8 {
            digit @ b'0'..=b'9' => 1 << (digit - b'0'),
            letter @ b'a'..=b'z' => 1 << (letter - b'a' + 10),
            _ => 0,
        };
        byte += 1;
    }
    bits
};

/// Whether contacts can be found by a letter without reading their texts.
pub(crate) fn is_known(letter: u8) -> bool {
    BITS[usize::from(letter)] != 0
}

/// The letters of the contacts of a segment.
pub(crate) struct Letters {
    /// For each letter a bit for each contact, in words of 64.
    words: Box<[u64]>,
    words_of_letter: usize,
}

impl Letters {
    /// Reads the lines of each contact.
    pub fn read<'t>(texts: impl ExactSizeIterator<Item = &'t [u8]>) -> Self {
        let words_of_letter = texts.len().div_ceil(64);
        let mut words = vec![0; LETTERS * words_of_letter];
        for (at, text) in texts.enumerate() {
            let mut rest = letters_of(text);
            while rest != 0 {
                let letter = rest.trailing_zeros() as usize;
                words[letter * words_of_letter + at / 64] |= 1 << (at % 64);
                rest &= rest - 1;
            }
        }
        Self {
            words: words.into(),
            words_of_letter,
        }
    }

    /// Removes the contacts from a set that do not have a letter, which must be [known](is_known).
    pub fn keep(&self, letter: u8, set: &mut BitSet) {
        let begin = BITS[usize::from(letter)].trailing_zeros() as usize * self.words_of_letter;
        set.intersect(&self.words[begin..begin + self.words_of_letter]);
    }
}

/// The letters of the lines in which a word of one letter is searched. Telephone numbers are found by three digits or more.
fn letters_of(text: &[u8]) -> u64 {
    let (mut letters, mut searched) = (0, 0);
    for byte in text {
        if *byte < kind::TEXT {
            searched = match *byte {
                kind::PHONE | kind::ORDER | kind::FIELD => 0,
                _ => ALL,
            };
        }
        letters |= BITS[usize::from(*byte)] & searched;
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts_are_kept_that_have_a_letter_where_words_are_searched() {
        let text = |lines: &[(u8, &str)]| -> Vec<u8> {
            let lines = lines.iter().map(|(kind, line)| [&[*kind], line.as_bytes()].concat());
            lines.collect::<Vec<_>>().concat()
        };
        let texts = [
            text(&[(kind::NAME, "ann ivers"), (kind::PHONE, "+12025550101")]),
            text(&[(kind::COMPANY, "3m"), (kind::ORDER, "x"), (kind::FIELD, "y\u{7f}7")]),
            text(&[(kind::EMAIL, "zoe@example.com")]),
        ];
        let letters = Letters::read(texts.iter().map(Vec::as_slice));
        let kept = |letter: u8| -> Vec<usize> {
            let mut set = BitSet::none(texts.len());
            (0..texts.len()).for_each(|at| set.set(at));
            letters.keep(letter, &mut set);
            set.iter().collect()
        };
        assert_eq!(kept(b'a'), [0, 2]);
        assert_eq!(kept(b'm'), [1, 2]);
        assert_eq!(kept(b'3'), [1]);
        assert_eq!(
            kept(b'5'),
            [0usize; 0],
            "telephone numbers are not searched for one digit"
        );
        assert_eq!(kept(b'x'), [2], "the order by name is not searched");
        assert_eq!(kept(b'7'), [0usize; 0], "custom fields are not searched");
        assert!(!is_known(b' ') && !is_known(b'A') && !is_known(0xc3));
    }
}
