//! The contact and the values that its lists hold.

use crate::birthday::Birthday;
use crate::email::Email;
use crate::label::Label;
use crate::phone::Phone;
use crate::slot::{Slot, TextField};
use crate::text::Text;
use crate::vcard_line::VcardLine;
use compact_str::CompactString;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::{BTreeMap, HashSet};
use std::hash::Hash;

/// A person or company. The type of each value guarantees that it is valid and normalised. Lists are sorted by label
/// ([`Label::rank`]) and hold no value twice under one label; there is one address for each label.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names are the fields of DESIGN.md 5.2")]
pub struct Contact {
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub prefix: Text,
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub first_name: Text,
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub middle_name: Text,
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub last_name: Text,
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub suffix: Text,
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub nickname: Text,
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub company: Text,
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub department: Text,
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<LabeledEmail>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<LabeledPhone>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<Address>,
    #[serde(rename = "website", skip_serializing_if = "Vec::is_empty")]
    pub websites: Vec<Website>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birthday: Option<Birthday>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Text>,
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub notes: Text,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub custom: BTreeMap<String, Text>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub vcard_lines: Vec<VcardLine>,
}

/// An email address and its label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabeledEmail {
    #[serde(default, skip_serializing_if = "Label::is_none")]
    pub label: Label,
    /// The address.
    pub value: Email,
}

/// A telephone number and its label.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "PhoneJson")]
pub struct LabeledPhone {
    pub label: Label,
    pub phone: Phone,
}

#[derive(Deserialize)]
struct PhoneJson {
    #[serde(default)]
    label: Label,
    value: CompactString,
    #[serde(default)]
    raw: CompactString,
}

impl From<PhoneJson> for LabeledPhone {
    fn from(json: PhoneJson) -> Self {
        Self {
            label: json.label,
            phone: Phone::from_stored(json.value, json.raw),
        }
    }
}

impl Serialize for LabeledPhone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("LabeledPhone", 3)?;
        if !self.label.is_none() {
            out.serialize_field("label", &self.label)?;
        }
        out.serialize_field("value", self.phone.as_str())?;
        if self.phone.raw() != self.phone.as_str() {
            out.serialize_field("raw", self.phone.raw())?;
        }
        out.end()
    }
}

/// A postal address and its label.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names are the fields of DESIGN.md 5.2")]
pub struct Address {
    #[serde(skip_serializing_if = "Label::is_none")]
    pub label: Label,
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub address: Text,
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub city: Text,
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub state: Text,
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub zip_code: Text,
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub country: Text,
}

impl Address {
    /// Whether all parts are empty.
    pub fn is_empty(&self) -> bool {
        [&self.address, &self.city, &self.state, &self.zip_code, &self.country]
            .into_iter()
            .all(Text::is_empty)
    }

    /// Returns a part.
    pub fn part(&self, part: crate::AddressPart) -> &Text {
        use crate::AddressPart as P;
        match part {
            P::Street => &self.address,
            P::City => &self.city,
            P::State => &self.state,
            P::ZipCode => &self.zip_code,
            P::Country => &self.country,
        }
    }

    /// Returns a part for changing it.
    pub fn part_mut(&mut self, part: crate::AddressPart) -> &mut Text {
        use crate::AddressPart as P;
        match part {
            P::Street => &mut self.address,
            P::City => &mut self.city,
            P::State => &mut self.state,
            P::ZipCode => &mut self.zip_code,
            P::Country => &mut self.country,
        }
    }
}

/// A web address and its label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Website {
    #[serde(default, skip_serializing_if = "Label::is_none")]
    pub label: Label,
    /// The address, as written.
    pub value: Text,
}

impl Contact {
    /// Returns a text field.
    pub fn text(&self, field: TextField) -> &Text {
        match field {
            TextField::Prefix => &self.prefix,
            TextField::FirstName => &self.first_name,
            TextField::MiddleName => &self.middle_name,
            TextField::LastName => &self.last_name,
            TextField::Suffix => &self.suffix,
            TextField::Nickname => &self.nickname,
            TextField::Company => &self.company,
            TextField::Department => &self.department,
            TextField::Title => &self.title,
            TextField::Notes => &self.notes,
        }
    }

    /// Returns a text field for changing it.
    pub fn text_mut(&mut self, field: TextField) -> &mut Text {
        match field {
            TextField::Prefix => &mut self.prefix,
            TextField::FirstName => &mut self.first_name,
            TextField::MiddleName => &mut self.middle_name,
            TextField::LastName => &mut self.last_name,
            TextField::Suffix => &mut self.suffix,
            TextField::Nickname => &mut self.nickname,
            TextField::Company => &mut self.company,
            TextField::Department => &mut self.department,
            TextField::Title => &mut self.title,
            TextField::Notes => &mut self.notes,
        }
    }

    /// Whether the contact can be identified: by a name, a company, an email or a phone.
    pub fn has_identity(&self) -> bool {
        let names = [
            &self.first_name,
            &self.middle_name,
            &self.last_name,
            &self.nickname,
            &self.company,
        ];
        names.into_iter().any(|t| !t.is_empty()) || !self.emails.is_empty() || !self.phones.is_empty()
    }

    /// Whether there is a value in a slot. A slot without a label matches values with any label.
    pub fn has(&self, slot: &Slot) -> bool {
        let meant = |asked: &Label, label: &Label| asked.is_none() || asked == label;
        match slot {
            Slot::Text(field) => !self.text(*field).is_empty(),
            Slot::FullName => [&self.first_name, &self.middle_name, &self.last_name]
                .into_iter()
                .any(|name| !name.is_empty()),
            Slot::Email(label) => self.emails.iter().any(|email| meant(label, &email.label)),
            Slot::Phone(label) => self.phones.iter().any(|phone| meant(label, &phone.label)),
            Slot::Website(label) => self.websites.iter().any(|website| meant(label, &website.label)),
            Slot::Address(label, part) => {
                let mut addresses = self.addresses.iter();
                addresses.any(|address| meant(label, &address.label) && !address.part(*part).is_empty())
            }
            Slot::Birthday => self.birthday.is_some(),
            Slot::Tags => !self.tags.is_empty(),
            Slot::Custom(name) => self.custom.get(name).is_some_and(|value| !value.is_empty()),
            Slot::VcardLines => !self.vcard_lines.is_empty(),
            // Every stored contact has them.
            Slot::Id | Slot::Version => true,
        }
    }

    /// Describes the contact for users in one line.
    pub fn display_name(&self) -> String {
        let name: Vec<&str> = [&self.first_name, &self.middle_name, &self.last_name]
            .into_iter()
            .map(Text::as_str)
            .filter(|t| !t.is_empty())
            .collect();
        if !name.is_empty() {
            return name.join(" ");
        }
        [self.company.as_str(), self.nickname.as_str()]
            .into_iter()
            .chain(self.emails.iter().map(|e| e.value.as_str()))
            .chain(self.phones.iter().map(|p| p.phone.as_str()))
            .find(|t| !t.is_empty())
            .unwrap_or("(no name)")
            .to_owned()
    }

    /// Sorts the lists, and drops repeated values and empty addresses.
    pub fn normalise(&mut self) {
        self.emails.sort_by(|a, b| a.label.rank().cmp(&b.label.rank()));
        self.phones.sort_by(|a, b| a.label.rank().cmp(&b.label.rank()));
        self.websites.sort_by(|a, b| a.label.rank().cmp(&b.label.rank()));
        self.addresses.sort_by(|a, b| a.label.rank().cmp(&b.label.rank()));
        drop_repeated(&mut self.emails, |e| (e.label.clone(), e.value.key()));
        drop_repeated(&mut self.phones, |p| (p.label.clone(), p.phone.as_str().to_owned()));
        drop_repeated(&mut self.websites, |w| (w.label.clone(), w.value.clone()));
        drop_repeated(&mut self.tags, Text::clone);
        drop_repeated(&mut self.vcard_lines, VcardLine::clone);
        self.websites.retain(|w| !w.value.is_empty());
        self.addresses.retain(|a| !a.is_empty());
        self.tags.retain(|t| !t.is_empty());
        self.custom.retain(|_, value| !value.is_empty());
    }
}

/// Keeps the first of the values with equal keys. Most lists hold one value; but a cell of a broken file may hold a
/// million, so values are not compared pair by pair.
fn drop_repeated<T, K: Eq + Hash>(list: &mut Vec<T>, key: impl Fn(&T) -> K) {
    if list.len() > 1 {
        let mut seen = HashSet::with_capacity(list.len());
        list.retain(|value| seen.insert(key(value)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_short_and_reads_back() {
        let mut contact = Contact {
            first_name: "Ann".into(),
            ..Contact::default()
        };
        contact.phones.push(LabeledPhone {
            label: Label::new("Mobile"),
            phone: Phone::parse("(415) 555-0132", crate::Region::from_code("US")).unwrap(),
        });
        let json = contact.to_json();
        assert_eq!(
            json,
            r#"{"first_name":"Ann","phones":[{"label":"mobile","value":"+14155550132","raw":"(415) 555-0132"}]}"#
        );
        let back = Contact::from_json(&json).unwrap();
        assert_eq!(back, contact);
        assert_eq!(back.to_json(), json);
    }

    #[test]
    fn a_million_values_do_not_hang() {
        let tags = (0..500_000).chain(0..500_000).map(|n| Text::new(&format!("t{n}")));
        let mut contact = Contact {
            tags: tags.collect(),
            ..Contact::default()
        };
        contact.normalise();
        assert_eq!(contact.tags.len(), 500_000);
    }

    #[test]
    fn lists_have_one_order_and_no_repeats() {
        let email = |label: &str, value: &str| LabeledEmail {
            label: Label::new(label),
            value: Email::parse(value).unwrap(),
        };
        let mut contact = Contact {
            emails: vec![
                email("home", "b@example.com"),
                email("", "a@example.com"),
                email("", "A@example.com"),
            ],
            ..Contact::default()
        };
        contact.normalise();
        assert_eq!(
            contact.emails,
            vec![email("", "a@example.com"), email("home", "b@example.com")]
        );
    }
}
