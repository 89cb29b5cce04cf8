//! A given name, a family name or a nickname, prepared for comparisons.
//!
//! Holds the forms of a name that comparisons need, computed once for each contact. Two names are compared in `given`
//! and `names`.

use super::letters::LetterSet;
use super::nicknames::{Groups, groups};
use super::spelling::{tight, words};
use std::borrow::Cow;
use xxhash_rust::xxh3::xxh3_64;

/// A part of a name.
pub(super) struct NamePart {
    /// Folded, with words separated by blanks.
    text: String,
    /// The form that [`tight`] returns. `None` if it equals the text.
    tight: Option<Box<str>>,
    /// A hash of the tight form.
    hash: u64,
    /// The nickname groups of the text, of its first word and of its tight form.
    groups: [Groups; 3],
    shape: Shape,
    /// The letters of the tight form, and their number.
    letters: LetterSet,
    length: usize,
    /// Whether the tight form has other letters than the text.
    is_spelled: bool,
}

impl NamePart {
    /// Prepares a folded text.
    pub fn new(text: String) -> Self {
        let shape = Shape::new(&text);
        let tight = match tight(&text) {
            Cow::Borrowed(_) => None,
            Cow::Owned(tight) => Some(tight.into_boxed_str()),
        };
        let is_spelled = tight
            .as_deref()
            .is_some_and(|tight| !tight.chars().eq(without_blanks(&text)));
        let compared = tight.as_deref().unwrap_or(&text);
        let of_text = groups(&text);
        Self {
            hash: xxh3_64(compared.as_bytes()),
            letters: LetterSet::new(compared),
            length: compared.chars().count(),
            groups: [
                of_text,
                if shape.words > 1 {
                    groups(&text[..shape.end_of_first])
                } else {
                    of_text
                },
                tight.as_deref().map_or(of_text, groups),
            ],
            shape,
            is_spelled,
            tight,
            text,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn tight(&self) -> &str {
        self.tight.as_deref().unwrap_or(&self.text)
    }

    pub fn has_tight(&self, other: &Self) -> bool {
        self.hash == other.hash && self.tight() == other.tight()
    }

    pub fn words(&self) -> impl Iterator<Item = &str> + Clone {
        words(&self.text)
    }

    /// The words, each with the hash of its tight form.
    pub fn hashed_words(&self) -> impl Iterator<Item = (&str, u64)> {
        self.words().filter(|word| !word.is_empty()).map(|word| {
            let is_alone = self.shape.words == 1;
            let hash = || xxh3_64(tight(word).as_bytes());
            (word, if is_alone { self.hash } else { hash() })
        })
    }

    pub fn word_count(&self) -> usize {
        self.shape.words
    }

    pub fn first_word(&self) -> &str {
        &self.text[..self.shape.end_of_first]
    }

    /// The unchanged letters of the text, without blanks.
    pub fn plain(&self) -> impl Iterator<Item = char> + Clone {
        without_blanks(&self.text)
    }

    /// The number of letters of the tight form.
    pub fn length(&self) -> usize {
        self.length
    }

    /// The letters of the tight form.
    pub fn letters(&self) -> LetterSet {
        self.letters
    }

    /// Whether the tight form differs from the text in more than blanks.
    pub fn is_spelled(&self) -> bool {
        self.is_spelled
    }

    /// Whether a word is a single letter.
    pub fn has_initial(&self) -> bool {
        self.shape.initials > 0
    }

    /// Whether all words are single letters.
    pub fn is_initials(&self) -> bool {
        self.shape.initials == self.shape.words
    }

    /// Whether a word has more than one letter.
    pub fn has_long_word(&self) -> bool {
        self.shape.long_words > 0
    }

    pub fn groups(&self) -> [Groups; 3] {
        self.groups
    }
}

/// The number of words of a text, by kind.
struct Shape {
    words: usize,
    /// Words of one letter.
    initials: usize,
    /// Words of more than one letter.
    long_words: usize,
    end_of_first: usize,
}

impl Shape {
    fn new(text: &str) -> Self {
        let mut shape = Self {
            words: 0,
            initials: 0,
            long_words: 0,
            end_of_first: 0,
        };
        for word in words(text) {
            if shape.words == 0 {
                shape.end_of_first = word.len();
            }
            shape.words += 1;
            let mut letters = word.chars();
            match (letters.next(), letters.next()) {
                (Some(_), None) => shape.initials += 1,
                (Some(_), Some(_)) => shape.long_words += 1,
                _ => {}
            }
        }
        shape
    }
}

fn without_blanks(text: &str) -> impl Iterator<Item = char> + Clone {
    text.chars().filter(|c| *c != ' ')
}
