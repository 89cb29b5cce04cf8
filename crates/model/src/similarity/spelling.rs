//! The words of a folded text, and one spelling for letters with several spellings.

use std::borrow::Cow;

/// Returns the words of a folded text.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> + Clone {
    // For short texts this is faster than a search with `memchr`.
    text.split([' '])
}

/// Returns the letters without blanks in one spelling: `ae`, `oe`, `ue` and `aa` become what folding makes of the
/// letters with marks.
pub(super) fn tight(text: &str) -> Cow<'_, str> {
    let is_mark = |pair: &[u8]| matches!(pair, [b'a' | b'o' | b'u', b'e'] | [b'a', b'a']);
    if !text.contains(' ') && !text.as_bytes().windows(2).any(is_mark) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(tight_letters(text.chars()).collect())
}

/// Like [`tight`], letter by letter.
pub(super) fn tight_letters(text: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    let mut before = ' ';
    text.filter(move |c| {
        if *c == ' ' {
            return false;
        }
        let is_mark = matches!((before, *c), ('a' | 'o' | 'u', 'e') | ('a', 'a'));
        before = if is_mark { ' ' } else { *c };
        !is_mark
    })
}
