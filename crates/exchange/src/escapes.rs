//! Escapes that another program left in a value: `Zo&eacute;`, `Zo=C3=A9`, `Zo\u00e9`.
//!
//! An escape is undone only if the original is certain: a known name or number between `&` and `;`, bytes that are
//! UTF-8 beyond ASCII, four hexadecimal digits after `\u`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The named characters of HTML, as `name=character` entries; the head of the file describes its format.
const NAMES: &str = include_str!("../data/entities.txt");

static BY_NAME: LazyLock<HashMap<&'static str, char>> = LazyLock::new(|| {
    let entries = NAMES
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace);
    let character = |text: &str| match text.strip_prefix("U+") {
        Some(number) => u32::from_str_radix(number, 16).ok().and_then(char::from_u32),
        None => text.chars().next(),
    };
    entries
        .filter_map(|entry| entry.split_once('='))
        .filter_map(|(name, text)| Some((name, character(text)?)))
        .collect()
});

/// Whether a text may contain an escape: a cheap check for a whole record.
pub fn may_hold_escapes(text: &str) -> bool {
    memchr::memchr3_iter(b'&', b'=', b'\\', text.as_bytes()).any(|at| {
        let next = text.as_bytes().get(at + 1);
        match text.as_bytes()[at] {
            b'&' => next.is_some_and(|b| b.is_ascii_alphabetic() || *b == b'#'),
            b'\\' => next == Some(&b'u'),
            _ => next.is_some_and(u8::is_ascii_hexdigit),
        }
    })
}

/// Returns the text with its escapes undone.
pub fn unescaped(text: &str) -> Cow<'_, str> {
    let mut out = Cow::Borrowed(text);
    // Some programs escape text that is already escaped: `&amp;eacute;`.
    for _ in 0..2 {
        match without_entities(&out) {
            Some(plain) => out = Cow::Owned(plain),
            None => break,
        }
    }
    if let Some(plain) = without_quoted_printable(&out) {
        out = Cow::Owned(plain);
    }
    if let Some(plain) = without_json_escapes(&out) {
        out = Cow::Owned(plain);
    }
    out
}

/// The length of the longest name of an entity, and of the longest number with its sign.
const LONGEST: usize = 10;

fn without_entities(text: &str) -> Option<String> {
    let mut out: Option<String> = None;
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, from) = rest.split_at(at);
        let end = from.bytes().take(LONGEST + 2).position(|b| b == b';');
        let found = end.and_then(|end| Some((entity(&from[1..end])?, end)));
        match found {
            Some((character, end)) => {
                let out = out.get_or_insert_with(|| text[..text.len() - rest.len()].to_owned());
                out.push_str(before);
                out.push(character);
                rest = &from[end + 1..];
            }
            None => {
                if let Some(out) = &mut out {
                    out.push_str(&rest[..=at]);
                }
                rest = &from[1..];
                if out.is_none() && !rest.contains('&') {
                    return None;
                }
            }
        }
    }
    out.map(|out| out + rest)
}

fn entity(name: &str) -> Option<char> {
    let number = match name.strip_prefix('#') {
        None => return BY_NAME.get(name).copied(),
        Some(figures) => match figures.strip_prefix(['x', 'X']) {
            Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
            None => figures.parse(),
        },
    };
    number
        .ok()
        .and_then(char::from_u32)
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
}

/// Decodes quoted-printable, recognised by bytes that form a non-ASCII letter in UTF-8.
fn without_quoted_printable(text: &str) -> Option<String> {
    if !text.contains('=') {
        return None;
    }
    let bytes = text.as_bytes();
    let escaped = |at: usize| -> Option<u8> {
        let figures = text.get(at + 1..at + 3).filter(|_| bytes.get(at) == Some(&b'='))?;
        let upper = figures
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b));
        u8::from_str_radix(figures, 16).ok().filter(|_| upper)
    };
    let mut out = Vec::with_capacity(bytes.len());
    let mut letters = false;
    let mut at = 0;
    while at < bytes.len() {
        match escaped(at) {
            Some(byte) => {
                letters |= byte >= 0x80;
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    if letters { String::from_utf8(out).ok() } else { None }
}

/// Decodes `\u00e9`, also surrogate pairs for characters beyond 16 bits.
fn without_json_escapes(text: &str) -> Option<String> {
    if !text.contains("\\u") {
        return None;
    }
    let unit = |text: &str| -> Option<u16> {
        let figures = text.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(figures, 16)
            .ok()
            .filter(|_| figures.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut undone = false;
    while let Some(at) = rest.find("\\u") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let units: Vec<u16> = unit(rest).into_iter().chain(rest.get(6..).and_then(unit)).collect();
        let first = char::decode_utf16(units.iter().copied()).next().and_then(Result::ok);
        match first.filter(|c| !c.is_control()) {
            Some(c) => {
                out.push(c);
                rest = &rest[6 * c.len_utf16()..];
                undone = true;
            }
            None => {
                out.push_str("\\u");
                rest = &rest[2..];
            }
        }
    }
    out.push_str(rest);
    undone.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_of_other_layers_are_undone() {
        for (raw, plain) in [
            ("Zo&eacute;", "Zoé"),
            ("O&#039;Brien", "O'Brien"),
            ("O&#x27;Brien", "O'Brien"),
            ("O&apos;Brien", "O'Brien"),
            ("D&rsquo;Arcy", "D’Arcy"),
            ("Dupr&eacute; &amp; Fils", "Dupré & Fils"),
            ("Dit &quot;bonjour&quot;", "Dit \"bonjour\""),
            ("M&uuml;ller &lt;m@x.org&gt;", "Müller <m@x.org>"),
            ("Caf&amp;eacute;", "Café"),
            ("&#321;&oacute;d&#378;", "Łódź"),
            ("A&nbsp;B", "A\u{a0}B"),
            ("Zo=C3=A9", "Zoé"),
            ("M=C3=BCnchen=20Ost", "München Ost"),
            ("Zo\\u00e9", "Zoé"),
            ("\\u0418\\u0432\\u0430\\u043d", "Иван"),
            ("\\ud83d\\ude00", "😀"),
        ] {
            assert_eq!(unescaped(raw), plain);
            assert!(may_hold_escapes(raw));
        }
    }

    #[test]
    fn what_only_looks_like_an_escape_stays() {
        for raw in [
            "AT&T; Verizon",
            "Tom & Jerry",
            "a=b",
            "x=20",
            "C:\\users",
            "Q&A;",
            "&;",
            "&#;",
            "&#99999999;",
            "A&B=C3",
            "1=2E",
            "\\uXYZW",
        ] {
            assert_eq!(unescaped(raw), raw);
        }
    }

    proptest! {
        #[test]
        fn nothing_breaks_it(raw in "[a-z&;#=0-9A-F\\\\u é]{0,24}") {
            let plain = unescaped(&raw);
            prop_assert!(may_hold_escapes(&raw) || plain == raw);
        }
    }
}
