//! The words of a folded text, and one spelling for letters that are spelled in several ways.

use std::borrow::Cow;

/// The words of a folded text.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> + Clone {
    // For words this is faster than to look for the blank with `memchr`.
    text.split([' '])
}

/// Letters without blanks, spelled one way: `ae`, `oe`, `ue` and `aa` as the letters with marks are folded.
pub(super) fn tight(text: &str) -> Cow<'_, str> {
    let is_mark = |pair: &[u8]| matches!(pair, [b'a' | b'o' | b'u', b'e'] | [b'a', b'a']);
    if !text.contains(' ') && !text.as_bytes().windows(2).any(is_mark) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(tight_letters(text.chars()).collect())
}

/// The same letter by letter.
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
