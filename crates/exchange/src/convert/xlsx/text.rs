//! Texts of cells: characters that XML cannot hold are escaped, as in `_x000D_`.

use std::char::decode_utf16;

/// Bytes of the longest text of a cell. Spreadsheets allow 32,767 characters.
pub const LONGEST_TEXT: usize = 1024 * 1024;

/// Appends a text with its escapes undone. A carriage return before a line feed is dropped.
pub fn unescape_into(text: &str, into: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        into.push_str(&rest[..at]);
        let mut units = Vec::new();
        let mut behind = &rest[at..];
        while let Some((unit, next)) = escape(behind) {
            units.push(unit);
            behind = next;
            // An escaped underscore begins a text that only looks like an escape.
            if unit == 0x5f {
                break;
            }
        }
        if units.is_empty() {
            into.push_str("_x");
            rest = &rest[at + 2..];
            continue;
        }
        into.extend(decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
        rest = behind;
        if into.ends_with('\r') && rest.starts_with('\n') {
            into.pop();
        }
    }
    into.push_str(rest);
}

/// Parses an escape at the beginning of the text. Returns its value and the rest of the text.
fn escape(text: &str) -> Option<(u16, &str)> {
    let digits = text.strip_prefix("_x")?.get(..4)?;
    let behind = text.get(6..)?.strip_prefix('_')?;
    let is_hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
    Some((u16::from_str_radix(digits, 16).ok().filter(|_| is_hex)?, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_once() {
        for (written, text) in [
            ("plain", "plain"),
            ("a_x0007_b", "a\u{7}b"),
            ("_x005F_x0007_", "_x0007_"),
            ("_xD83D__xDE00_!", "\u{1f600}!"),
            ("_xZZZZ_ _x12", "_xZZZZ_ _x12"),
            ("line_x000D_\nbreak", "line\nbreak"),
            ("_x_x0041_", "_xA"),
        ] {
            let mut into = String::new();
            unescape_into(written, &mut into);
            assert_eq!(into, text, "{written}");
        }
    }
}
