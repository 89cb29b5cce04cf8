//! Avatars: the initials of a contact or member on one of eight muted hues, derived from the name.

use maud::{Markup, html};
use xxhash_rust::xxh3::xxh3_64;

/// The hues of the stylesheet: classes `hue-0` to `hue-7`.
const HUES: u64 = 8;

/// The avatar of a name, hidden from screen readers because the name is shown next to it.
pub fn avatar(name: &str) -> Markup {
    let hue = xxh3_64(name.as_bytes()) % HUES;
    html! { span.avatar.{"hue-" (hue)} aria-hidden="true" { (initials(name)) } }
}

/// The picture of a contact, shown instead of the avatar. Its `alt` is empty because the name is shown next to it.
pub fn photo(address: &str) -> Markup {
    html! { img.avatar src=(address) alt=""; }
}

/// The first letters of the first and the last word that contain a letter or digit; one letter if there is only one
/// such word.
fn initials(name: &str) -> String {
    let mut words = name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    let last = words.next_back();
    first
        .into_iter()
        .chain(last)
        .flat_map(char::to_uppercase)
        .take(3)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_the_first_letters_of_the_first_and_last_word() {
        let cases = [
            ("Ada Lovelace", "AL"),
            ("ada", "A"),
            ("Maria del Carmen Ruiz", "MR"),
            ("(Bob) Ross", "BR"),
            ("李 明", "李明"),
            ("3M", "3"),
            ("— ?", ""),
            ("", ""),
        ];
        for (name, expected) in cases {
            assert_eq!(initials(name), expected, "{name}");
        }
    }

    #[test]
    fn one_name_has_one_hue() {
        let once = avatar("Ada Lovelace").into_string();
        assert_eq!(avatar("Ada Lovelace").into_string(), once);
        assert!(once.contains("hue-"));
    }
}
