//! Escapes of vCard texts, and folding of lines.

/// Escapes a text as a value: line breaks, commas, semicolons and backslashes get a backslash.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\\' | ',' | ';' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// Returns the text of a value. A backslash before any other character is kept, because many programs do not escape
/// theirs.
pub fn unescaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n' | 'N') => out.push('\n'),
            Some(c @ ('\\' | ',' | ';' | ':')) => out.push(c),
            Some(c) => out.extend(['\\', c]),
            None => out.push('\\'),
        }
    }
    out
}

/// Splits a value at separators without a backslash; the parts keep their escapes.
pub fn split(value: &str, separator: u8) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut from, mut escape) = (0, false);
    for (at, byte) in value.bytes().enumerate() {
        match byte {
            _ if escape => escape = false,
            b'\\' => escape = true,
            byte if byte == separator => {
                parts.push(&value[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&value[from..]);
    parts
}

/// Returns the texts of a list, such as `CATEGORIES:friends,club`.
pub fn list(value: &str) -> impl Iterator<Item = String> + '_ {
    split(value, b',')
        .into_iter()
        .map(|part| unescaped(part).trim().to_owned())
        .filter(|part| !part.is_empty())
}

/// The maximum number of octets of a line without its end (RFC 6350, 3.2).
const FOLDED_AT: usize = 75;

/// Appends a line, folded between characters, with CRLF.
pub fn push_folded(out: &mut String, line: &str) {
    let mut room = FOLDED_AT;
    for c in line.chars() {
        if c.len_utf8() > room {
            out.push_str("\r\n ");
            room = FOLDED_AT - 1;
        }
        out.push(c);
        room -= c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_are_split_at_separators_without_backslash() {
        assert_eq!(split("a;b\\;c;;d\\\\;e", b';'), ["a", "b\\;c", "", "d\\\\", "e"]);
        assert_eq!(list("a\\,b, c ,,d").collect::<Vec<_>>(), ["a,b", "c", "d"]);
    }

    #[test]
    fn escapes_that_are_none_stay() {
        assert_eq!(unescaped("C:\\temp\\: a\\,b\\Nc\\"), "C:\\temp: a,b\nc\\");
    }

    proptest! {
        #[test]
        fn every_text_survives_its_escapes(text in "[a\\\\,;:\nnN ]{0,9}") {
            prop_assert_eq!(unescaped(&escaped(&text)), text.clone());
            prop_assert_eq!(split(&escaped(&text), b';').len(), 1);
        }

        #[test]
        fn folded_lines_are_short_and_whole(line in "[a-zäöü漢字👩]{0,200}") {
            let mut folded = String::new();
            push_folded(&mut folded, &line);
            prop_assert!(folded.split("\r\n").all(|line| line.len() <= FOLDED_AT));
            prop_assert_eq!(folded.replace("\r\n ", ""), format!("{line}\r\n"));
        }
    }
}
