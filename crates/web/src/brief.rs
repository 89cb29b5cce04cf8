//! Values of any length on pages of limited length.
//!
//! Owns how much of a value is shown. Leaves out where the whole value is to be seen.

use std::borrow::Cow;

/// Characters of a value that are shown among others.
const SHOWN: usize = 200;

/// The beginning of a value, marked where it goes on.
pub fn brief(text: &str) -> Cow<'_, str> {
    cut(text, SHOWN)
}

/// The first so many characters of a value, marked where it goes on.
pub fn cut(text: &str, characters: usize) -> Cow<'_, str> {
    match text.char_indices().nth(characters) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// Whether [`brief`] leaves something out.
pub fn is_cut(text: &str) -> bool {
    text.char_indices().nth(SHOWN).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_cut_between_characters() {
        assert_eq!(brief("short"), "short");
        assert_eq!(brief(&"ä".repeat(SHOWN)).chars().count(), SHOWN);
        let long = "ä".repeat(SHOWN + 1);
        assert_eq!(*brief(&long), format!("{}…", "ä".repeat(SHOWN)));
        assert!(is_cut(&long) && !is_cut("short"));
    }
}
