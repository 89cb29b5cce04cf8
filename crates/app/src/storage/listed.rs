//! Entries of a listing of objects.

/// The prefix of objects that are still being written.
pub(crate) const UNFINISHED: &str = "unfinished/";

/// An object in a listing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Its full name.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was last written, in UTC microseconds by the clock of the store.
    pub modified: i64,
}

/// Whether a string is a valid part of a name: letters, digits, dots, dashes and underscores, without a dot at its
/// start.
pub(crate) fn is_word(word: &str) -> bool {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    !word.is_empty() && !word.starts_with('.') && word.chars().all(is_safe)
}
