//! Text as a contact stores it, and text in the form in which it is compared.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Text without surrounding blanks, in NFC, with LF line ends and without control characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(CompactString);

impl Text {
    /// Cleans `raw` with [`clean`].
    pub fn new(raw: &str) -> Self {
        Self(clean(raw).into())
    }

    /// Creates a text from its stored form.
    pub(crate) fn from_stored(text: CompactString) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Text {
    fn from(raw: &str) -> Self {
        Self::new(raw)
    }
}

/// Whether a character is trimmed at the ends of a value: Unicode blanks, directional marks, zero-width characters and
/// byte order marks. Inside a value they stay (joined emoji need them).
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

fn is_dropped(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\u{85}')
}

/// Trims Unicode blanks, converts all line ends to LF, drops control characters and composes to NFC. Cleaning a clean
/// text changes nothing.
pub fn clean(raw: &str) -> Cow<'_, str> {
    if is_plain(raw) {
        return Cow::Borrowed(raw.trim_ascii());
    }
    let mut text = Cow::Borrowed(raw);
    if text.contains('\r') {
        text = Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"));
    }
    if text.contains(is_dropped) {
        text = Cow::Owned(text.replace(is_dropped, ""));
    }
    if is_nfc_quick(text.chars()) != IsNormalized::Yes {
        text = Cow::Owned(text.nfc().collect());
    }
    match text {
        Cow::Borrowed(t) => Cow::Borrowed(t.trim_matches(is_blank)),
        Cow::Owned(t) => Cow::Owned(t.trim_matches(is_blank).to_owned()),
    }
}

/// Whether a text is ASCII without control characters that are dropped. Examines every byte, because a loop that may
/// end early is not vectorised.
fn is_plain(text: &str) -> bool {
    let is_odd = |byte: u8| !matches!(byte, 0x20..=0x7E | b'\n' | b'\t');
    !text.bytes().fold(false, |odd, byte| odd | is_odd(byte))
}

/// Returns the text with the decimal digits of other scripts replaced by 0 to 9.
pub(crate) fn ascii_digits(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(ascii_digit).collect())
}

/// The zeros of other scripts in which numbers are written; the other digits follow each zero.
const ZEROS: [char; 7] = [
    '\u{660}', '\u{6F0}', '\u{966}', '\u{9E6}', '\u{E50}', '\u{1040}', '\u{FF10}',
];

fn ascii_digit(c: char) -> char {
    let value = |zero: &char| u32::from(c).checked_sub(u32::from(*zero)).filter(|value| *value < 10);
    ZEROS
        .iter()
        .find_map(value)
        .and_then(|value| char::from_digit(value, 10))
        .unwrap_or(c)
}

/// Folds text for comparing: lower case, without marks, letters and digits only, single blanks between words.
/// `"  Müller-Lüdenscheidt "` becomes `"muller ludenscheidt"`.
pub fn fold(text: &str) -> String {
    fold_all([text])
}

/// Folds texts and joins them with blanks.
pub(crate) fn fold_all<const N: usize>(texts: [&str; N]) -> String {
    let mut out = String::with_capacity(texts.iter().map(|text| text.len() + 1).sum());
    for text in texts {
        if text.is_ascii() {
            fold_ascii(text, &mut out);
        } else {
            fold_unicode(text, &mut out);
        }
    }
    out
}

fn fold_unicode(text: &str, out: &mut String) {
    let mut gap = true;
    for c in text.chars() {
        // The order of marks does not matter, because all are dropped.
        decompose_compatible(c, |part| part.to_lowercase().for_each(|c| fold_char(c, &mut gap, out)));
    }
}

/// The letters of common scripts. The check of the standard library takes several hundred instructions for characters
/// outside ASCII.
const COMMON_LETTERS: [std::ops::RangeInclusive<char>; 14] = [
    'a'..='z',
    'ß'..='ö',
    'ø'..='\u{24F}',
    'ά'..='ώ',
    'а'..='ҁ',
    'א'..='ת',
    'ؠ'..='ي',
    'ऄ'..='ह',
    'ก'..='ะ',
    'ᄀ'..='ᇿ',
    'ぁ'..='ゖ',
    'ァ'..='ヺ',
    '一'..='\u{9FFF}',
    '가'..='힣',
];

fn is_common_letter(c: char) -> bool {
    COMMON_LETTERS.iter().any(|letters| letters.contains(&c))
}

/// Appends a character in lower case. Lower-casing may add combining marks (`İ`).
fn fold_char(c: char, gap: &mut bool, out: &mut String) {
    if is_combining_mark(c) {
        return;
    }
    if !is_common_letter(c) && !c.is_alphanumeric() {
        *gap = true;
        return;
    }
    if *gap && !out.is_empty() {
        out.push(' ');
    }
    *gap = false;
    match c {
        'ß' => out.push_str("ss"),
        'æ' => out.push_str("ae"),
        'œ' => out.push_str("oe"),
        'ø' => out.push('o'),
        'ł' => out.push('l'),
        'đ' => out.push('d'),
        'ı' => out.push('i'),
        'ς' => out.push('σ'),
        c => out.push(c),
    }
}

/// Folds ASCII text, which most text is.
fn fold_ascii(text: &str, out: &mut String) {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    for word in words.filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        let begin = out.len();
        out.push_str(word);
        out[begin..].make_ascii_lowercase();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn blanks_of_every_kind_go_at_the_ends_only() {
        assert_eq!(clean("\u{a0} Ann\u{2009}Lee \u{feff}"), "Ann\u{2009}Lee");
        assert_eq!(clean("\u{200f}נועה\u{200f}"), "נועה");
        assert_eq!(clean("👩\u{200d}👧"), "👩\u{200d}👧");
    }

    #[test]
    fn common_letters_are_letters() {
        for letters in COMMON_LETTERS {
            for c in letters {
                assert!(c.is_alphanumeric(), "{c:?}");
            }
        }
    }

    #[test]
    fn decomposed_letters_are_composed() {
        assert_eq!(clean("Jose\u{301}"), "José");
    }

    #[test]
    fn line_ends_are_lf_and_controls_go() {
        assert_eq!(clean("a\r\nb\rc\0d"), "a\nb\ncd");
    }

    #[test]
    fn folding_leaves_what_is_heard() {
        assert_eq!(fold("  Müller-Lüdenscheidt "), "muller ludenscheidt");
        assert_eq!(fold("Straße"), "strasse");
        assert_eq!(fold("ФИО"), "фио");
    }

    proptest! {
        #[test]
        fn folding_ascii_is_no_other_folding(s in "[ -~]{0,20}") {
            // A letter with a mark forces the branch for Unicode.
            let alone = format!("e {}", fold(&s));
            prop_assert_eq!(fold(&format!("é {s}")), alone.trim_end());
        }

        #[test]
        fn folding_needs_no_order_of_marks(s in "[\\PCa-zA-Z0-9\u{300}-\u{36F}\u{1100}-\u{11FF}\u{AC00}-\u{AFFF} ]{0,20}") {
            let ordered: String = s.nfkd().collect();
            prop_assert_eq!(fold(&s), fold(&ordered));
        }

        #[test]
        fn texts_are_folded_as_one_with_blanks_between(a in any::<String>(), b in "[ -~]{0,9}", c in "[äöΣİ ]{0,5}") {
            prop_assert_eq!(fold_all([&a, &b, &c]), fold(&format!("{a} {b} {c}")));
        }

        #[test]
        fn cleaning_is_idempotent(s in any::<String>()) {
            let once = clean(&s).into_owned();
            prop_assert_eq!(clean(&once).into_owned(), once);
        }

        #[test]
        fn folding_is_idempotent(s in any::<String>()) {
            let once = fold(&s);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
