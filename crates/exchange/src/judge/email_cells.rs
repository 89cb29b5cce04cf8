//! Reads the email addresses of one cell, with the names and words beside them:
//! `Marquez, Ana <ana@example.com>; bo@example.com`.
//!
//! Decides which part of a cell is one address. Whether it is well formed is checked by `Email`, which parses each
//! part.

use super::parts::{
    Part, label_beside, listed, split_at_words, without_joining_word, without_leading_word, without_remark,
    without_trailing_word,
};
use model::{Email, Label};
use smallvec::{SmallVec, smallvec};
use std::borrow::Cow;

/// The parts of a cell, nearly always one.
type Parts<'c> = SmallVec<[Part<'c>; 1]>;

/// Returns the parts of a cell of our own export: characters that separate addresses in other files may belong to one,
/// such as `|` and `#`.
pub fn exported_emails_in(cell: &str) -> Parts<'_> {
    match !is_bare(cell) && Email::parse(cell).is_ok() {
        true => smallvec![part(Cow::Borrowed(cell), None)],
        false => emails_in(cell),
    }
}

/// Returns the parts of a cell that are meant as addresses. A cell that cannot be split is one part.
pub fn emails_in(cell: &str) -> Parts<'_> {
    if is_bare(cell) {
        return smallvec![part(Cow::Borrowed(cell), None)];
    }
    if let Some(members) = listed(cell) {
        let mut parts = Parts::new();
        for part in members.into_iter().flat_map(in_member) {
            parts.push(part);
        }
        return parts;
    }
    // A comma may separate a family name from a given name if addresses follow names.
    let named = cell.contains('<');
    let last_at = cell.rfind('@').unwrap_or_default();
    let mut segments: Vec<&str> = Vec::new();
    let (mut from, mut quoted, mut has_at, mut has_query) = (0, false, false, false);
    for (at, c) in cell.char_indices() {
        quoted ^= c == '"';
        has_at |= c == '@';
        has_query |= matches!(c, '?' | '<');
        if quoted || at < from {
            continue;
        }
        let next = match c {
            ';' | '\n' | '|' | '\u{3001}' | '\u{ff1b}' | '\u{ff0c}' => at + c.len_utf8(),
            ',' if !named || has_at => at + 1,
            ':' if cell[at..].starts_with(":::") => at + 3,
            '/' if has_at && at < last_at && !has_query => at + 1,
            _ => continue,
        };
        segments.push(&cell[from..at]);
        (from, has_at, has_query) = (next, false, false);
    }
    segments.push(&cell[from..]);
    // After an address, SuiteCRM writes whether it is opted out and whether it is invalid: `ana@example.com;;0;;0`.
    let is_flag = |segment: &str| matches!(segment, "0" | "1") && cell.contains(';') && cell.contains('@');
    let parts: Parts<'_> = segments
        .into_iter()
        .map(str::trim)
        .filter(|segment| !segment.is_empty() && !is_flag(segment))
        .flat_map(in_segment)
        .collect();
    // If no part is an address, or a comma or blank may have slipped into the only one, the whole cell is one part.
    let addresses = parts.iter().filter(|part| part.text.contains('@')).count();
    if addresses == 0 || addresses == 1 && addresses < parts.len() && !cell.contains([';', '\n', '|']) {
        return smallvec![part(Cow::Borrowed(cell), None)];
    }
    parts
}

fn part(text: Cow<'_, str>, label: Option<Label>) -> Part<'_> {
    Part { text, label }
}

/// Whether a cell is one address and nothing else, by a cheap check.
fn is_bare(cell: &str) -> bool {
    let mut ats = 0;
    cell.bytes().all(|b| {
        ats += usize::from(b == b'@');
        b.is_ascii_alphanumeric() || matches!(b, b'@' | b'.' | b'-' | b'_' | b'+')
    }) && ats == 1
}

fn in_member(member: Part<'static>) -> Vec<Part<'static>> {
    let label = member.label;
    let owned = |inner: Part<'_>| Part {
        text: Cow::Owned(inner.text.into_owned()),
        label: label.clone().or(inner.label),
    };
    emails_in(&member.text).into_iter().map(owned).collect()
}

/// Returns the addresses of a part without separators: one, or several separated by blanks or joining words.
fn in_segment(segment: &str) -> Vec<Part<'_>> {
    let segment = without_joining_word(segment);
    let holds_one = |text: &str| text.contains('@');
    let sides = split_at_words(segment, holds_one);
    if sides.len() > 1 {
        return sides.into_iter().flat_map(in_segment).collect();
    }
    let words: Vec<&str> = segment.split_whitespace().collect();
    if words.len() > 1 && !segment.contains('"') && words.iter().all(|word| word.contains('@')) {
        return words.into_iter().flat_map(in_segment).collect();
    }
    vec![one_address(segment)]
}

/// Returns one address without the name, the words and the scheme around it.
fn one_address(segment: &str) -> Part<'_> {
    let bracketed = segment
        .find('<')
        .zip(segment.rfind('>'))
        .filter(|(open, close)| open < close);
    if let Some((open, close)) = bracketed {
        let label = label_behind(&segment[close + 1..]);
        return part(Cow::Borrowed(without_scheme(&segment[open + 1..close])), label);
    }
    if !segment.contains([' ', '(', '[', ':']) {
        return part(Cow::Borrowed(without_scheme(segment)), None);
    }
    let is_remark =
        |inner: &str| !inner.is_empty() && !inner.contains('@') && !matches!(inner, "at" | "dot" | "AT" | "DOT");
    if let Some((plain, remark)) = without_remark(segment, is_remark) {
        let own = || (remark.chars().count() <= 20).then(|| Label::exact(&remark));
        return part(
            Cow::Owned(without_scheme(&plain).to_owned()),
            label_beside(&remark).or_else(own),
        );
    }
    // A hyperlink from Access: `ana@example.com#mailto:ana@example.com#`.
    if let Some((address, _)) = segment
        .split_once("#mailto:")
        .filter(|(address, _)| address.contains('@'))
    {
        return part(Cow::Borrowed(address), None);
    }
    // `Ana Marsh (ana@example.com)`, `Ana Marsh [ana@example.com]`.
    let bracketed = segment.strip_suffix(')').and_then(|text| text.rsplit_once('('));
    let bracketed = bracketed.or_else(|| segment.strip_suffix(']').and_then(|text| text.rsplit_once('[')));
    if let Some((_, inner)) = bracketed
        && inner.contains('@')
        && !inner.contains(' ')
    {
        return part(Cow::Borrowed(without_scheme(inner)), None);
    }
    // A link with its display text: `ana@example.com - Ana`.
    if let Some((address, _)) = segment.split_once(" - ").filter(|(address, _)| is_bare(address)) {
        return part(Cow::Borrowed(address), None);
    }
    let plain = without_scheme(segment);
    if plain.len() < segment.len() {
        return part(Cow::Borrowed(plain), None);
    }
    match leading_label(segment) {
        Some((label, rest)) => part(Cow::Borrowed(without_scheme(rest)), label),
        None => {
            let (trailing, rest) = without_trailing_word(segment);
            part(Cow::Borrowed(rest), trailing)
        }
    }
}

/// `Work: ana@example.com`, `privat ana@example.com`.
fn leading_label(segment: &str) -> Option<(Option<Label>, &str)> {
    if let Some((word, rest)) = segment.split_once(':') {
        let (label, nothing_left) = without_leading_word(word);
        let rest = rest.trim();
        let own = || (word.chars().count() <= 20 && !word.contains('@')).then(|| Label::exact(word.trim()));
        return match (label, nothing_left.is_empty()) {
            _ if rest.contains(char::is_whitespace) => None,
            (label, true) => Some((label, rest)),
            (None, false) => own().map(|own| (Some(own), rest)),
            (label, false) => Some((label, rest)),
        };
    }
    let (word, rest) = segment.split_once(' ')?;
    let rest = rest.trim();
    // `h smith@example.com` is more likely a broken address.
    if word.chars().count() < 3 {
        return None;
    }
    (!rest.contains(char::is_whitespace) && rest.contains('@')).then_some(())?;
    Some((Some(label_beside(word)?), rest))
}

fn label_behind(text: &str) -> Option<Label> {
    label_beside(text.trim().trim_start_matches('(').trim_end_matches(')')).filter(|label| !label.is_none())
}

/// Removes `mailto:` with the query after the address, and Exchange's `SMTP:`.
fn without_scheme(text: &str) -> &str {
    let text = text.trim().trim_end_matches([',', ';']).trim_end();
    match text.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("mailto:")) {
        Some(_) => text[7..].split('?').next().unwrap_or_default().trim(),
        None => match text.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("smtp:")) {
            Some(_) => text[5..].trim(),
            None => text,
        },
    }
}

/// Whether a value is an address within an Exchange organisation, which is not an email address:
/// `/O=EXAMPLE/OU=.../CN=RECIPIENTS/CN=AMARSH`.
pub fn is_exchange_address(text: &str) -> bool {
    let text = text.trim();
    let text = match text.get(..3) {
        Some(scheme) if scheme.eq_ignore_ascii_case("ex:") => &text[3..],
        _ => text,
    };
    let begins = |start: &str| {
        text.get(..start.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(start))
    };
    let is_path = ["/o=", "/c=", "/dc=", "x500:"].into_iter().any(begins);
    // A path with an @ is treated as an email address, however odd.
    is_path && !text.contains('@') || begins("imceaex-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cell: &str) -> Vec<(String, String)> {
        emails_in(cell)
            .into_iter()
            .map(|part| {
                let email =
                    Email::parse(&part.text).map_or_else(|_| format!("? {}", part.text), |email| email.to_string());
                (email, part.label.map(|label| label.to_string()).unwrap_or_default())
            })
            .collect()
    }

    #[test]
    fn addresses_are_found_among_names_and_signs() {
        for (cell, expected) in [
            ("ana@example.com", vec!["ana@example.com"]),
            (
                "Marquez, Ana <ana@example.com>; Bo Lin <bo@example.com>;",
                vec!["ana@example.com", "bo@example.com"],
            ),
            (
                "\"Marquez, Ana\" <ana@example.com>, \"Lin; Bo\" <bo@example.com>",
                vec!["ana@example.com", "bo@example.com"],
            ),
            ("<lake@example.com>,", vec!["lake@example.com"]),
            ("lake@example.com,", vec!["lake@example.com"]),
            (
                "pier@example.com or club@example.org",
                vec!["pier@example.com", "club@example.org"],
            ),
            (
                "pier@example.com oder club@example.org",
                vec!["pier@example.com", "club@example.org"],
            ),
            (
                "pier@example.com ou club@example.org",
                vec!["pier@example.com", "club@example.org"],
            ),
            (
                "pier@example.com y club@example.org",
                vec!["pier@example.com", "club@example.org"],
            ),
            (
                "pier@example.com или club@example.org",
                vec!["pier@example.com", "club@example.org"],
            ),
            ("a@example.com b@example.com", vec!["a@example.com", "b@example.com"]),
            ("a@example.com\nb@example.org", vec!["a@example.com", "b@example.org"]),
            ("a@example.com / b@example.org", vec!["a@example.com", "b@example.org"]),
            ("a@example.com/b@example.org", vec!["a@example.com", "b@example.org"]),
            ("a@example.com | b@example.org", vec!["a@example.com", "b@example.org"]),
            ("Ana|ana@example.com", vec!["? Ana", "ana@example.com"]),
            (
                "a@example.com ::: b@example.org",
                vec!["a@example.com", "b@example.org"],
            ),
            (
                "a@example.com, b@example.org and c@example.net",
                vec!["a@example.com", "b@example.org", "c@example.net"],
            ),
            ("mailto:quay@example.com?subject=Hi", vec!["quay@example.com"]),
            ("<mailto:quay@example.com>", vec!["quay@example.com"]),
            (
                "Quay Ltd <mailto:quay@example.com?subject=Hi>",
                vec!["quay@example.com"],
            ),
            ("SMTP:quay@example.com", vec!["quay@example.com"]),
            ("Ana Marsh (ana@example.com)", vec!["ana@example.com"]),
            ("Ana Marsh [ana@example.com]", vec!["ana@example.com"]),
            ("ana@example.com#mailto:ana@example.com#", vec!["ana@example.com"]),
            ("a@example.com & b@example.org", vec!["a@example.com", "b@example.org"]),
            ("a@example.com;;0;;0", vec!["a@example.com"]),
            (
                "a@example.com;;0;;0,b@example.org;;1;;0",
                vec!["a@example.com", "b@example.org"],
            ),
            ("ana@example.com - Ana", vec!["ana@example.com"]),
            (
                "a@example.com, or b@example.org",
                vec!["a@example.com", "b@example.org"],
            ),
            (
                "{\"primary\":\"a@example.com\",\"other\":\"b@example.org\"}",
                vec!["b@example.org", "a@example.com"],
            ),
            (
                "['ana@example.com', 'ana.m@example.org']",
                vec!["ana@example.com", "ana.m@example.org"],
            ),
            ("[\"bo@example.com\"]", vec!["bo@example.com"]),
            (
                "{bo@example.com,b@example.org}",
                vec!["bo@example.com", "b@example.org"],
            ),
            ("[]", vec![]),
        ] {
            let found: Vec<String> = read(cell).into_iter().map(|(email, _)| email).collect();
            assert_eq!(found, expected, "{cell}");
        }
    }

    #[test]
    fn words_beside_an_address_are_its_label() {
        for (cell, expected) in [
            (
                "dock@example.com (office); boss@example.com (private)",
                vec![("dock@example.com", "work"), ("boss@example.com", "home")],
            ),
            (
                "Work: a@example.com, Home: b@example.org",
                vec![("a@example.com", "work"), ("b@example.org", "home")],
            ),
            ("privat a@example.com", vec![("a@example.com", "home")]),
            ("a@example.com (w)", vec![("a@example.com", "work")]),
            ("E-Mail: a@example.com", vec![("a@example.com", "")]),
            ("a@example.com (Anna)", vec![("a@example.com", "Anna")]),
            (
                "[{\"type\":\"work\",\"value\":\"a@example.com\"}]",
                vec![("a@example.com", "work")],
            ),
        ] {
            let expected: Vec<_> = expected
                .into_iter()
                .map(|(e, l)| (e.to_owned(), l.to_owned()))
                .collect();
            assert_eq!(read(cell), expected, "{cell}");
        }
    }

    #[test]
    fn a_broken_address_is_not_mended_by_leaving_words_out() {
        for cell in [
            "ann at example.com",
            "ann smith@example.com",
            "ann@exam ple.com",
            "ann@example.com bob",
            "a,b@example.com",
            "ann@example,com",
            "nonsense",
            "ann@@example.com",
        ] {
            assert!(
                read(cell).iter().all(|(email, _)| email.starts_with("? ")),
                "{cell}: {:?}",
                read(cell)
            );
        }
        let mixed: Vec<String> = read("a@example.com; nonsense")
            .into_iter()
            .map(|(email, _)| email)
            .collect();
        assert_eq!(mixed, ["a@example.com", "? nonsense"]);
    }

    #[test]
    fn addresses_within_exchange_are_known() {
        for text in [
            "/O=EXAMPLE/OU=X/CN=RECIPIENTS/CN=AMARSH",
            "/o=ExchangeLabs/cn=x",
            "EX:/O=EXAMPLE/CN=A",
            "X500:/o=a",
        ] {
            assert!(is_exchange_address(text), "{text}");
        }
        assert!(!is_exchange_address("ana@example.com") && !is_exchange_address("o=a"));
    }
}
