//! Truncates values of any length for pages of limited length.

use std::borrow::Cow;
use std::cell::Cell;

/// Characters shown of a value among others.
const SHOWN: usize = 200;

/// Characters of all values on a page that shows values in full. With the markup around them they stay below a
/// megabyte.
pub const PAGE: usize = 64 * 1024;

/// The beginning of a value, with an ellipsis if it is cut.
pub fn brief(text: &str) -> Cow<'_, str> {
    cut(text, SHOWN)
}

/// The first `characters` characters of a value, with an ellipsis if it is cut.
pub fn cut(text: &str, characters: usize) -> Cow<'_, str> {
    match text.char_indices().nth(characters) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// The characters that a page has left for values. Values are cut once they are used up.
pub struct Room {
    left: Cell<usize>,
    is_cut: Cell<bool>,
}

impl Room {
    pub fn new() -> Self {
        Self::with_characters(PAGE)
    }

    /// Room for this number of characters.
    pub fn with_characters(characters: usize) -> Self {
        Self {
            left: Cell::new(characters),
            is_cut: Cell::new(false),
        }
    }

    /// The value, cut to the room that is left.
    pub fn fit<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let fitting = cut(text, self.left.get());
        if fitting.len() != text.len() {
            self.is_cut.set(true);
        }
        let used = fitting.chars().count();
        self.left.set(self.left.get().saturating_sub(used));
        fitting
    }

    /// Whether no room is left.
    pub fn is_used_up(&self) -> bool {
        self.left.get() == 0
    }

    /// Whether any value was cut.
    pub fn is_cut(&self) -> bool {
        self.is_cut.get()
    }
}

/// Whether [`brief`] cuts the value.
pub fn is_cut(text: &str) -> bool {
    text.char_indices().nth(SHOWN).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_room_for_so_many_characters() {
        let room = Room::new();
        assert_eq!(room.fit("first"), "first");
        let long = "x".repeat(PAGE);
        assert_eq!(room.fit(&long).chars().count(), PAGE - 5 + 1);
        assert!(room.is_cut());
        assert_eq!(room.fit("y"), "…");
    }

    #[test]
    fn a_long_value_is_cut_between_characters() {
        assert_eq!(brief("short"), "short");
        assert_eq!(brief(&"ä".repeat(SHOWN)).chars().count(), SHOWN);
        let long = "ä".repeat(SHOWN + 1);
        assert_eq!(*brief(&long), format!("{}…", "ä".repeat(SHOWN)));
        assert!(is_cut(&long) && !is_cut("short"));
    }
}
