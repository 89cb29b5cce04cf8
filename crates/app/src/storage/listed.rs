//! What a listing tells of an object.

/// Objects that are being written have names below this one.
pub(crate) const UNFINISHED: &str = "unfinished/";

/// An object in a list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Its whole name.
    pub name: String,
    /// How many bytes it has.
    pub size: u64,
    /// When it was last written, in UTC microseconds by the clock of the store.
    pub modified: i64,
}

/// A word of a name: letters, digits, dots, dashes and low lines, and no dot at its start.
pub(crate) fn is_word(word: &str) -> bool {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    !word.is_empty() && !word.starts_with('.') && word.chars().all(is_safe)
}
