//! Maps columns of Google Contacts that have no field to kept lines: events, relations, custom fields and the like.
//!
//! Reading a Google CSV turns the columns into lines, and writing one turns these lines into columns, including lines
//! that came from a vCard.

use crate::vcard::kept::{LABEL, label_of};
use crate::vcard::property::quoted;
use crate::vcard::text::{escaped, unescaped};
use model::VcardLine;

/// A numbered group of columns with labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    Event,
    Relation,
    CustomField,
    Messenger,
    PostBox,
    ExtendedAddress,
}

/// Columns that occur once, with the names of their lines.
const SINGLE: [(&str, &str); 5] = [
    ("Phonetic First Name", "X-PHONETIC-FIRST-NAME"),
    ("Phonetic Middle Name", "X-PHONETIC-MIDDLE-NAME"),
    ("Phonetic Last Name", "X-PHONETIC-LAST-NAME"),
    ("File As", "X-CRYSTALQORE-FILE-AS"),
    ("Photo", "PHOTO"),
];

/// The names of the lines of each group; the last one of a group is used for writing.
const GROUPS: [(Group, &str); 7] = [
    (Group::Event, "ANNIVERSARY"),
    (Group::Event, "X-ABDATE"),
    (Group::Relation, "X-ABRELATEDNAMES"),
    (Group::CustomField, "X-CRYSTALQORE-CUSTOM"),
    (Group::Messenger, "IMPP"),
    (Group::PostBox, "X-CRYSTALQORE-PO-BOX"),
    (Group::ExtendedAddress, "X-CRYSTALQORE-EXTENDED-ADDRESS"),
];

impl Group {
    /// Returns the group of a column of values.
    pub fn of_header(header: &str) -> Option<Self> {
        let (group, part) = header.rsplit_once(" - ")?;
        let name = group.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end();
        match (name, part) {
            ("Event", "Value") => Some(Self::Event),
            ("Relation", "Value") => Some(Self::Relation),
            ("Custom Field", "Value") => Some(Self::CustomField),
            ("IM", "Value") => Some(Self::Messenger),
            ("Address", "PO Box") => Some(Self::PostBox),
            ("Address", "Extended Address") => Some(Self::ExtendedAddress),
            _ => None,
        }
    }
}

/// Returns the column beside a messenger column that holds its service: `IM 1 - Service`, in files of Google until
/// 2024.
pub fn service_header(header: &str) -> Option<String> {
    let is_of_messengers = Group::of_header(header) == Some(Group::Messenger);
    let stem = header.strip_suffix("Value").filter(|_| is_of_messengers)?;
    Some(format!("{stem}Service"))
}

/// Whether a column is kept as vCard lines.
pub fn is_kept(header: &str) -> bool {
    Group::of_header(header).is_some() || SINGLE.iter().any(|(name, _)| *name == header)
}

/// Returns the line for a value. `label` is the label of its group, and `service` the service of a messenger.
pub fn line_of(header: &str, label: &str, service: &str, value: &str) -> Option<VcardLine> {
    if let Some((_, name)) = SINGLE.iter().find(|(of, _)| *of == header) {
        let parameter = if *name == "PHOTO" { ";VALUE=uri" } else { "" };
        return VcardLine::parse(&format!("{name}{parameter}:{}", escaped(value)));
    }
    let group = Group::of_header(header)?;
    let (_, name) = GROUPS.iter().rfind(|(of, _)| *of == group)?;
    let label = match label.trim() {
        "" => String::new(),
        label => format!(";{LABEL}={}", quoted(label)),
    };
    let service = match service.trim() {
        "" => String::new(),
        service => format!(";X-SERVICE-TYPE={}", quoted(service)),
    };
    VcardLine::parse(&format!("{name}{service}{label}:{}", escaped(value)))
}

/// A value of a kept line, with its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupValue {
    pub label: String,
    pub value: String,
}

/// Returns the group of a line, its label and its value; `None` if the line has other parameters, which would be lost.
pub fn group_of(line: &VcardLine) -> Option<(Group, GroupValue)> {
    let (bare, label) = label_of(line).unwrap_or_else(|| (line.to_string(), String::new()));
    let (head, _) = bare.split_once(':')?;
    let (group, name) = GROUPS
        .iter()
        .find(|(_, name)| name.eq_ignore_ascii_case(head.split(';').next().unwrap_or(head)))?;
    let says_more = head
        .split(';')
        .skip(1)
        .any(|parameter| !parameter.to_ascii_lowercase().ends_with("=pref"));
    if says_more {
        return None;
    }
    let label = match (
        label.strip_prefix("_$!<").and_then(|label| label.strip_suffix(">!$_")),
        *name,
    ) {
        (Some(word), _) => word.to_owned(),
        (None, "ANNIVERSARY") if label.is_empty() => "Anniversary".to_owned(),
        (None, _) => label,
    };
    let value = unescaped(line.value());
    Some((*group, GroupValue { label, value }))
}

/// Returns the value of a column that occurs once, with its line.
pub fn single<'l>(lines: &'l [VcardLine], header: &str) -> Option<(&'l VcardLine, String)> {
    let (_, name) = SINGLE.iter().find(|(of, _)| *of == header)?;
    let is_uri = |line: &VcardLine| *name != "PHOTO" || line.value().starts_with("http");
    let line = lines
        .iter()
        .find(|line| line.name().eq_ignore_ascii_case(name) && is_uri(line))?;
    Some((line, unescaped(line.value())))
}

/// The headers of the columns that occur once.
pub fn single_headers() -> impl Iterator<Item = &'static str> {
    SINGLE.iter().map(|(header, _)| *header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_groups_are_lines_and_back() {
        for (header, label, value) in [
            ("Event 1 - Value", "Anniversary", "2010-06-01"),
            ("Relation 2 - Value", "Spouse", "Bob; \"the\" one"),
            ("Custom Field 1 - Value", "Shoe size", "42"),
            ("IM 1 - Value", "", "ann"),
            ("Address 3 - PO Box", "Home", "12"),
        ] {
            let line = line_of(header, label, "", value).unwrap();
            let (group, read) = group_of(&line).unwrap();
            assert_eq!(Some(group), Group::of_header(header));
            assert_eq!((read.label.as_str(), read.value.as_str()), (label, value), "{line}");
        }
        assert_eq!(line_of("Email 1 - Value", "", "", "x"), None);
    }

    #[test]
    fn a_messenger_has_its_service() {
        assert_eq!(service_header("IM 1 - Value").as_deref(), Some("IM 1 - Service"));
        assert_eq!(service_header("Event 1 - Value"), None);
        let line = line_of("IM 1 - Value", "Home", "Skype", "ann").unwrap();
        assert_eq!(line.as_str(), "IMPP;X-SERVICE-TYPE=\"Skype\";X-ABLABEL=\"Home\":ann");
    }

    #[test]
    fn lines_of_vcards_are_known_too() {
        let group = |line: &str| group_of(&VcardLine::parse(line).unwrap()).map(|(_, read)| read.label);
        assert_eq!(
            group("X-ABDATE;type=pref;X-ABLABEL=\"_$!<Anniversary>!$_\":2010-06-01").as_deref(),
            Some("Anniversary")
        );
        assert_eq!(group("ANNIVERSARY:20100601").as_deref(), Some("Anniversary"));
        assert_eq!(group("IMPP;X-SERVICE-TYPE=Skype:skype:ann"), None);
        assert_eq!(group("X-FOO:1"), None);
    }
}
