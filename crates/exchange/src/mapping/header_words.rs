//! Splits a header into words, so that `emailAddress`, `E-Mail Address`, `EMAIL_ADDRESS` and `e-mail address:` are
//! equal.

use model::fold;

/// The words of a header, folded; numbers are words of their own.
pub fn words(header: &str) -> Vec<String> {
    let mut spaced = String::with_capacity(header.len() + 8);
    let mut before: Option<char> = None;
    let mut chars = header.chars().peekable();
    while let Some(c) = chars.next() {
        let breaks = before.is_some_and(|b| {
            (b.is_lowercase() && c.is_uppercase())
                || (b.is_uppercase() && c.is_uppercase() && chars.peek().is_some_and(|n| n.is_lowercase()))
                || (b.is_alphabetic() && c.is_numeric())
                || (b.is_numeric() && c.is_alphabetic())
        });
        if breaks {
            spaced.push(' ');
        }
        match c {
            // `Assistant's` is one word, `d'adresse` is two.
            '\'' | '’' if !matches!(chars.peek(), Some(next) if !matches!(next, 's' | 'S')) => {}
            // `#First Name` is a header that begins like a comment.
            '#' if before.is_none() && chars.peek().is_some_and(|next| next.is_alphabetic()) => {}
            // The `#` in `Attendee #` means number.
            '#' => spaced.push_str(" no "),
            c => spaced.push(c),
        }
        before = Some(c);
    }
    fold(&spaced)
        .split(' ')
        .filter(|w| !w.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A header for comparison as a whole: its words joined.
pub fn normalized(header: &str) -> String {
    // A fast path for half of the lexicon, which is read at every start.
    if header.is_ascii() && !header.contains('#') {
        let kept = header.bytes().filter(u8::is_ascii_alphanumeric);
        return kept.map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    }
    if header.contains(['#', '\'', '’']) {
        return words(header).concat();
    }
    let mut folded = fold(header);
    folded.retain(|c| c != ' ');
    folded
}

/// Whether a word is the number of a column (`E-mail 2`).
pub fn is_number(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn headers_are_taken_apart_and_compared_whole() {
        assert_eq!(words("addressPostalCode"), ["address", "postal", "code"]);
        assert_eq!(words("Home ZIPCode 2"), ["home", "zip", "code", "2"]);
        assert_eq!(
            words("Default Address Address1"),
            ["default", "address", "address", "1"]
        );
        for header in ["E-Mail Address", "EMAIL_ADDRESS", "emailAddress", " e-mail  address: "] {
            assert_eq!(normalized(header), "emailaddress", "{header}");
        }
    }

    proptest! {
        #[test]
        fn what_is_squeezed_is_the_words_in_one(header in "[ -~]{0,12}|[ -~ä’é漢]{0,6}|[a-zA-Z2 _-ÄéßΑΣσЙйא漢한ｶﾞ\u{301}]{0,8}|\\PC{0,8}") {
            prop_assert_eq!(normalized(&header), words(&header).concat());
        }
    }
}
