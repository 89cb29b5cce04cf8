//! The shape of a contact's JSON: which fields it fills, and how many values it has with which labels.
//!
//! Thousands of contacts share a shape, so a caller that only needs their columns examines one contact of each shape.
//! The shape is derived from the text in a tenth of the time that reading the contact takes.

use foldhash::fast::RandomState;
use std::collections::HashSet;

/// Shapes that are remembered. More are not worth their memory.
const REMEMBERED: usize = 4096;

/// The shapes of contacts that were examined.
#[derive(Debug, Default)]
pub struct ContactShapes {
    known: HashSet<Box<[u8]>, RandomState>,
    /// The shape of the text that was queried last; empty if it has none.
    last: Vec<u8>,
}

impl ContactShapes {
    /// Whether the shape of this contact was noted. `json` is the output of
    /// [`Contact::to_json`](crate::Contact::to_json).
    pub fn knows(&mut self, json: &str) -> bool {
        self.last.clear();
        if shape(json, &mut self.last).is_none() {
            self.last.clear();
        }
        self.known.contains(self.last.as_slice())
    }

    /// Notes the shape of the contact that was queried last.
    pub fn note(&mut self) {
        if !self.last.is_empty() && self.known.len() < REMEMBERED {
            self.known.insert(self.last.as_slice().into());
        }
    }
}

/// Writes the shape of a contact: its JSON with each text replaced by whether it is empty, except for labels. `None`
/// if the text is not in the form that `to_json` writes, or holds kept lines, which differ from contact to contact.
fn shape(json: &str, out: &mut Vec<u8>) -> Option<()> {
    let mut rest = json.as_bytes();
    let mut is_label = false;
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        match first {
            b'{' | b'}' | b'[' | b']' | b',' => out.push(*first),
            b'"' => {
                let (text, behind) = string(rest)?;
                rest = behind;
                if let Some(behind) = rest.strip_prefix(b":") {
                    rest = behind;
                    is_label = text == b"label";
                    if text == b"vcard_lines" {
                        return None;
                    }
                    push_string(text, out);
                    out.push(b':');
                } else if std::mem::take(&mut is_label) {
                    push_string(text, out);
                } else {
                    out.push(if text.is_empty() { b'0' } else { b'1' });
                }
            }
            _ => return None,
        }
    }
    Some(())
}

fn push_string(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend(text);
    out.push(b'"');
}

/// Splits the rest of a string, still escaped, from the text after it.
fn string(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut at = 0;
    loop {
        at += text[at..].iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
        if text[at] == b'"' {
            return Some((&text[..at], &text[at + 1..]));
        }
        at += 2;
        if at > text.len() {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape_of(json: &str) -> Option<String> {
        let mut out = Vec::new();
        shape(json, &mut out)?;
        Some(String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_shape_has_keys_and_labels_and_no_values() {
        let json = r#"{"first_name":"A\"}n","notes":"","phones":[{"label":"mobile","value":"+1"},{"value":"+2"}],"custom":{"x":"y"}}"#;
        let shape =
            r#"{"first_name":1,"notes":0,"phones":[{"label":"mobile","value":1},{"value":1}],"custom":{"x":1}}"#;
        assert_eq!(shape_of(json).as_deref(), Some(shape));
        assert_eq!(shape_of("{}").as_deref(), Some("{}"));
    }

    #[test]
    fn what_is_not_as_it_is_written_has_no_shape() {
        for json in [
            r#"{ "first_name":"Ann"}"#,
            r#"{"first_name":7}"#,
            r#"{"vcard_lines":["X-A:1"]}"#,
            r#"{"first_name":"Ann"#,
            r#"{"first_name":"Ann\"#,
        ] {
            assert_eq!(shape_of(json), None, "{json}");
        }
    }

    #[test]
    fn a_shape_is_known_once_it_was_noted() {
        let mut shapes = ContactShapes::default();
        assert!(!shapes.knows(r#"{"title":"a"}"#) && !shapes.knows(r#"{"title":"a"}"#));
        shapes.note();
        assert!(shapes.knows(r#"{"title":"b"}"#) && !shapes.knows(r#"{"company":"b"}"#));
        for _ in 0..2 {
            assert!(!shapes.knows("7"));
            shapes.note();
        }
    }
}
