//! A header taken apart into words, so that `emailAddress`, `E-Mail Address`, `EMAIL_ADDRESS` and `e-mail address:` are
//! the same.

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
            // `Assistant's` is one word, `d'adresse` two.
            '\'' | '’' if !matches!(chars.peek(), Some(next) if !matches!(next, 's' | 'S')) => {}
            // `#First Name` is a header that begins like a comment.
            '#' if before.is_none() && chars.peek().is_some_and(|next| next.is_alphabetic()) => {}
            // `Attendee #` is a number.
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

/// A header for comparing whole: its words in one.
pub fn squeezed(header: &str) -> String {
    // Most words of the lexicon are squeezed already.
    if header.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return header.to_owned();
    }
    words(header).concat()
}

/// Whether a word is a number of a column (`E-mail 2`).
pub fn is_number(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_taken_apart_and_compared_whole() {
        assert_eq!(words("addressPostalCode"), ["address", "postal", "code"]);
        assert_eq!(words("Home ZIPCode 2"), ["home", "zip", "code", "2"]);
        assert_eq!(
            words("Default Address Address1"),
            ["default", "address", "address", "1"]
        );
        for header in ["E-Mail Address", "EMAIL_ADDRESS", "emailAddress", " e-mail  address: "] {
            assert_eq!(squeezed(header), "emailaddress", "{header}");
        }
    }
}
