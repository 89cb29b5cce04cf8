//! Parent and child with the same name.
//!
//! Defines the words that distinguish them: `Jr.`, `III`, `d. Ä.`. Birthdays are compared elsewhere.

use crate::text::fold;

/// Returns the generation that a suffix denotes. `None` if it denotes something else.
pub(super) fn of_suffix(suffix: &str) -> Option<u8> {
    if suffix.is_empty() {
        return None;
    }
    let folded = fold(suffix);
    let words: Vec<&str> = folded.split(' ').collect();
    let of_two = words.windows(2).find_map(of_words);
    let of_one = || words.iter().find_map(|word| of_words(&[word]));
    // A single letter is a numeral in a suffix, but an initial in a name.
    let of_letter = || {
        words.iter().find_map(|word| match *word {
            "i" => Some(1),
            "v" => Some(5),
            _ => None,
        })
    };
    of_two.or_else(of_one).or_else(of_letter)
}

/// Removes such words from the end of a folded name. Returns the name and the generation.
pub(super) fn split_generation_suffix(mut name: String) -> (String, Option<u8>) {
    if !name.contains(' ') {
        return (name, None);
    }
    let words: Vec<&str> = name.split(' ').collect();
    for count in [2, 1] {
        if words.len() > count
            && let Some(number) = of_words(&words[words.len() - count..])
        {
            let rest = words[..words.len() - count].join(" ").len();
            name.truncate(rest);
            return (name, Some(number));
        }
    }
    (name, None)
}

fn of_words(words: &[&str]) -> Option<u8> {
    match words {
        ["sr" | "snr" | "senior" | "sen" | "pere" | "1st"] | ["d", "a"] | ["the", "elder"] => Some(1),
        ["jr" | "jnr" | "junior" | "jun" | "fils" | "filho" | "ii" | "2nd"] | ["d", "j"] | ["the", "younger"] => {
            Some(2)
        }
        ["iii" | "3rd" | "neto"] => Some(3),
        ["iv" | "4th"] => Some(4),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_parent_and_child_are_found_where_they_are_written() {
        for (suffix, want) in [
            ("Jr.", Some(2)),
            ("PhD, Sr.", Some(1)),
            ("d. Ä.", Some(1)),
            ("d. J.", Some(2)),
            ("III", Some(3)),
            ("I", Some(1)),
            ("PhD", None),
            ("", None),
        ] {
            assert_eq!((suffix, of_suffix(suffix)), (suffix, want));
        }
        for (name, want) in [
            ("ivers jr", ("ivers", Some(2))),
            ("ivers d a", ("ivers", Some(1))),
            ("silva neto", ("silva", Some(3))),
            ("junior", ("junior", None)),
            ("ann i", ("ann i", None)),
            ("", ("", None)),
        ] {
            assert_eq!(split_generation_suffix(name.to_owned()), (want.0.to_owned(), want.1));
        }
    }
}
