//! Reads one property of a card: its group, name, parameters and decoded value.

use crate::open::Charset;
use std::borrow::Cow;

/// A line of a card without its folds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardLine {
    /// Its number in the file, from 1.
    pub number: u64,
    pub bytes: Vec<u8>,
    /// The number of bytes of a picture or sound that were left out.
    pub left_out: usize,
}

impl CardLine {
    /// Returns what precedes the value, or the beginning of the line if no value is found in it.
    pub fn head(&self) -> &[u8] {
        let begin = &self.bytes[..self.bytes.len().min(LONGEST_HEAD)];
        &begin[..colon_of(begin).unwrap_or(begin.len())]
    }

    /// Whether its value is BASE64.
    pub fn is_base64(&self) -> bool {
        let head = self.head().to_ascii_uppercase();
        let says = |word: &[u8]| memchr::memmem::find(&head, word).is_some();
        says(b"BASE64") || says(b"ENCODING=B;") || head.ends_with(b"ENCODING=B") || head.ends_with(b";B")
    }

    /// Whether its value is binary (a picture, a sound or similar) rather than text.
    pub fn is_binary(&self) -> bool {
        let value = self.bytes.get(self.head().len() + 1..).unwrap_or_default();
        self.is_base64() || value.get(..5).is_some_and(|begin| begin.eq_ignore_ascii_case(b"data:"))
    }

    /// Whether its value is QUOTED-PRINTABLE.
    pub fn is_quoted_printable(&self) -> bool {
        memchr::memmem::find(&self.head().to_ascii_uppercase(), b"QUOTED-PRINTABLE").is_some()
    }
}

/// Bytes in which the value is searched for while a line grows, because the search is repeated for every line of the
/// file.
const LONGEST_HEAD: usize = 1024;

/// Finds the colon before the value: colons in quotation marks belong to a parameter, provided that the marks are
/// closed.
fn colon_of(line: &[u8]) -> Option<usize> {
    let mut quoted = false;
    let found = line.iter().position(|byte| {
        quoted ^= *byte == b'"';
        *byte == b':' && !quoted
    });
    found.or_else(|| memchr::memchr(b':', line))
}

/// A parameter as it is in the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name in upper case.
    pub name: String,
    /// Its name as written.
    pub written: String,
    /// Its value, including quotation marks.
    pub value: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// The line that it begins on.
    pub line: u64,
    /// Its group as written: `item1`.
    pub group: Option<String>,
    /// Its name in upper case.
    pub name: String,
    /// Its name as written.
    pub written: String,
    /// Its parameters, except for those that describe its encoding.
    pub parameters: Vec<Parameter>,
    /// Its value as text, with the escapes of vCard 3.0 and 4.0.
    pub value: String,
    /// The number of bytes of a picture or sound that were left out.
    pub left_out: usize,
}

/// The encodings of a file.
#[derive(Clone, Copy, Debug)]
pub struct Encodings {
    /// The encoding of lines that are not UTF-8.
    pub other: Charset,
}

impl Property {
    /// Reads a property from a line. `None` if the line has no colon.
    pub fn read(line: &CardLine, encodings: Encodings) -> Option<Self> {
        let colon = colon_of(&line.bytes)?;
        let head = text_of(&line.bytes[..colon], None, encodings);
        let mut parts = outside_quotes(&head, ';').into_iter();
        let name = parts.next().unwrap_or_default().trim();
        let (group, name) = match name.rsplit_once('.') {
            Some((group, name)) => (Some(group.to_owned()), name),
            None => (None, name),
        };
        let mut parameters: Vec<Parameter> = parts.filter(|part| !part.trim().is_empty()).map(parameter).collect();
        let named = |name: &str| parameters.iter().find(|p| p.name == name).map(|p| unquoted(&p.value));
        let charset = named("CHARSET").and_then(|label| Charset::from_label(&label));
        let raw = &line.bytes[colon + 1..];
        let is_base64 = line.is_base64();
        let value = match line.is_quoted_printable() {
            true => escaped_lines(&printable_text(&quoted_printable(raw), charset, encodings)),
            false => text_of(raw, charset, encodings).into_owned(),
        };
        parameters.retain(|p| p.name != "CHARSET" && (p.name != "ENCODING" || is_base64));
        for encoding in parameters.iter_mut().filter(|p| p.name == "ENCODING") {
            "b".clone_into(&mut encoding.value);
        }
        Some(Self {
            line: line.number,
            group,
            name: name.to_uppercase(),
            written: name.to_owned(),
            parameters,
            value: if is_base64 { without_blanks(&value) } else { value },
            left_out: line.left_out,
        })
    }

    /// Returns the values of a parameter; a list is split into its values.
    pub fn values<'p>(&'p self, name: &'p str) -> impl Iterator<Item = String> + 'p {
        let parameters = self.parameters.iter().filter(move |p| p.name == name);
        let values = parameters.flat_map(|p| {
            // Some programs quote the whole list.
            let whole = unquoted(&p.value);
            let listed: Vec<String> = whole.split(',').map(|value| value.trim().to_owned()).collect();
            listed
        });
        values.filter(|value| !value.is_empty())
    }

    /// The first value of a parameter as text.
    pub fn parameter(&self, name: &str) -> Option<String> {
        self.parameters
            .iter()
            .find(|p| p.name == name)
            .map(|p| unquoted(&p.value))
    }
}

/// Reads a parameter; vCard 2.1 writes some values without a parameter name.
fn parameter(part: &str) -> Parameter {
    let (name, value) = match part.split_once('=') {
        Some((name, value)) => (name.trim().to_owned(), value.trim()),
        None => {
            let value = part.trim();
            let name = match value.to_ascii_uppercase().as_str() {
                "QUOTED-PRINTABLE" | "BASE64" | "8BIT" | "7BIT" | "B" => "ENCODING",
                "URL" | "INLINE" | "CONTENT-ID" | "CID" => "VALUE",
                _ => "TYPE",
            };
            (name.to_owned(), value)
        }
    };
    Parameter {
        name: name.to_uppercase(),
        written: name,
        value: value.to_owned(),
    }
}

/// Splits a text at separators that are not in quotation marks.
fn outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    text.split(move |c| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
    .collect()
}

/// Returns the text of a parameter's value: without quotation marks, and with the escapes of RFC 6868 undone.
pub fn unquoted(value: &str) -> String {
    let bare = value.replace('"', "");
    if !bare.contains('^') {
        return bare;
    }
    let mut out = String::with_capacity(bare.len());
    let mut chars = bare.chars();
    while let Some(c) = chars.next() {
        match (c, chars.clone().next()) {
            ('^', Some('n')) => out.push('\n'),
            ('^', Some('^')) => out.push('^'),
            ('^', Some('\'')) => out.push('"'),
            (c, _) => {
                out.push(c);
                continue;
            }
        }
        chars.next();
    }
    out
}

/// Quotes a text as the value of a parameter, such that [`Property::parameter`] reads it back.
pub fn quoted(text: &str) -> String {
    let escaped = text.replace('^', "^^").replace('\n', "^n").replace('"', "^'");
    format!("\"{escaped}\"")
}

/// Decodes bytes as UTF-8 if they are valid, regardless of the charset that the line names.
fn text_of(bytes: &[u8], named: Option<Charset>, encodings: Encodings) -> Cow<'_, str> {
    let named = named.filter(|charset| *charset != Charset::UTF_8);
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(named.unwrap_or(encodings.other).decode(bytes)),
    }
}

/// Decodes the bytes of QUOTED-PRINTABLE. A named charset with several bytes a character is used first, because its
/// bytes may look like another encoding.
fn printable_text(bytes: &[u8], named: Option<Charset>, encodings: Encodings) -> String {
    match named.filter(|charset| charset.is_wide() && *charset != Charset::UTF_8) {
        Some(charset) => charset.decode(bytes),
        None => text_of(bytes, named, encodings).into_owned(),
    }
}

/// Decodes QUOTED-PRINTABLE. An equals sign that is not followed by two hexadecimal digits is kept.
fn quoted_printable(value: &[u8]) -> Vec<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let mut out = Vec::with_capacity(value.len());
    let mut at = 0;
    while at < value.len() {
        let pair = (digit(value.get(at + 1)), digit(value.get(at + 2)));
        match (value[at], pair) {
            (b'=', (Some(high), Some(low))) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or_default());
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

/// Escapes line breaks as they are written in a value.
fn escaped_lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\\n")
}

fn without_blanks(value: &str) -> String {
    value.split_ascii_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn property(line: &[u8]) -> Property {
        let line = CardLine {
            number: 1,
            bytes: line.to_vec(),
            left_out: 0,
        };
        let other = Charset::from_label("windows-1252").unwrap();
        Property::read(&line, Encodings { other }).unwrap()
    }

    #[test]
    fn a_property_is_read_with_group_parameters_and_value() {
        let read = property(b"item1.TEL;type=CELL;Type=\"a,b\";PREF;X-A=\"q:;\":+1 2:3");
        assert_eq!((read.group.as_deref(), read.name.as_str()), (Some("item1"), "TEL"));
        assert_eq!(read.values("TYPE").collect::<Vec<_>>(), ["CELL", "a", "b", "PREF"]);
        assert_eq!(read.parameter("X-A").as_deref(), Some("q:;"));
        assert_eq!(read.value, "+1 2:3");
    }

    #[test]
    fn quoted_printable_is_decoded_in_its_encoding() {
        for (line, value) in [
            (
                &b"N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller"[..],
                "M\u{fc}ller",
            ),
            (
                b"N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller",
                "M\u{fc}ller",
            ),
            (b"N;quoted-printable:M=FCller=0D=0Ax = y", "M\u{fc}ller\\nx = y"),
            (
                b"N;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:=8ER=93c",
                "\u{5c71}\u{7530}",
            ),
            (b"N;CHARSET=cp850:M\x81ller", "M\u{fc}ller"),
            (b"N:M\xfcller", "M\u{fc}ller"),
        ] {
            assert_eq!(property(line).value, value);
        }
    }

    #[test]
    fn texts_of_parameters_are_read_as_they_were_written() {
        for text in ["Anniversary", "a:b;c,d", "say \"x\" ^n ^", "two\nlines"] {
            let read = property(format!("X;A={}:v", quoted(text)).as_bytes());
            assert_eq!(read.parameter("A").as_deref(), Some(text));
        }
    }
}
