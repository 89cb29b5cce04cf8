//! Lines of a vCard that no field of a contact holds; they are kept so that they can be exported again.

use crate::text::clean;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fmt;

/// One property of a vCard in one line, such as `IMPP;TYPE=home:xmpp:ann@example.com`: its name, its parameters, and
/// its value with the escapes of vCard 3.0 and 4.0. It is clean text without line ends, and not a line that delimits a
/// card.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VcardLine(Box<str>);

impl VcardLine {
    /// Parses a line. `None` if it is not a property that can be kept.
    pub fn parse(raw: &str) -> Option<Self> {
        let line = clean(raw);
        let name_end = line.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_')))?;
        let is_named = name_end > 0 && line[name_end..].starts_with([';', ':']);
        if !is_named || line.contains('\n') {
            return None;
        }
        let colon = colon_of(&line)?;
        let (head, value) = (line[..colon].to_ascii_uppercase(), line[colon + 1..].trim());
        let name = head.split(';').next()?.rsplit('.').next()?;
        let is_frame = matches!(name, "BEGIN" | "END" | "VERSION") || value.eq_ignore_ascii_case("BEGIN:VCARD");
        (!is_frame && !value.is_empty() && !head.contains("QUOTED-PRINTABLE")).then(|| Self(line.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the property as written, without its group.
    pub fn name(&self) -> &str {
        let end = self.0.find([';', ':']).unwrap_or(self.0.len());
        let name = &self.0[..end];
        name.rsplit_once('.').map_or(name, |(_, name)| name)
    }

    /// The property group, if there is one: lines with the same group belong together.
    pub fn group(&self) -> Option<&str> {
        let end = self.0.find([';', ':']).unwrap_or(self.0.len());
        self.0[..end].rsplit_once('.').map(|(group, _)| group)
    }

    /// The value after the name and the parameters.
    pub fn value(&self) -> &str {
        colon_of(&self.0).map_or("", |colon| &self.0[colon + 1..])
    }
}

/// Finds the colon that ends the parameters: colons in quotation marks belong to a parameter.
fn colon_of(line: &str) -> Option<usize> {
    let mut quoted = false;
    line.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b':' && !quoted
    })
}

impl fmt::Display for VcardLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<VcardLine> for String {
    fn from(line: VcardLine) -> Self {
        line.0.into()
    }
}

impl TryFrom<String> for VcardLine {
    type Error = String;

    fn try_from(line: String) -> Result<Self, Self::Error> {
        Self::parse(&line).ok_or_else(|| format!("{line:?} is no line of a vCard"))
    }
}

/// Adds the lines that are missing.
pub(crate) fn add_lines(lines: &mut Vec<VcardLine>, more: &[VcardLine]) {
    let held: HashSet<VcardLine> = lines.iter().cloned().collect();
    lines.extend(more.iter().filter(|line| !held.contains(line)).cloned());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_property_with_a_value() {
        for (line, name, value) in [
            ("X-FOO:bar", "X-FOO", "bar"),
            ("item1.X-FOO;TYPE=home:a:b", "X-FOO", "a:b"),
            ("IMPP;X-NOTE=\"a:b;c\":xmpp:x", "IMPP", "xmpp:x"),
            (" RELATED: a ", "RELATED", " a"),
        ] {
            let read = VcardLine::parse(line).unwrap();
            assert_eq!((read.name(), read.value()), (name, value), "{line}");
            assert_eq!(VcardLine::parse(read.as_str()).as_ref(), Some(&read));
        }
    }

    #[test]
    fn what_is_no_property_is_refused() {
        for line in [
            "",
            "X-FOO",
            "X-FOO:",
            ":x",
            "two words:x",
            "X-FOO;A=\"b:c",
            "X-FOO:a\nb",
            "é:x",
            "END:VCARD",
            "a.begin:VCARD",
            "AGENT:BEGIN:VCARD",
            "X;QUOTED-PRINTABLE:a=",
        ] {
            assert_eq!(VcardLine::parse(line), None, "{line}");
        }
        assert!(serde_json::from_str::<VcardLine>("\"nothing\"").is_err());
    }
}
