//! Reads a card as a contact (values for slots, and the lines that are kept) or as a group.

use super::address::parts_of_address;
use super::cards::{CardDefect, CardLines, LARGEST};
use super::groups::plain_id;
use super::kept::kept;
use super::labels::{label_of, numbered};
use super::names::{parts_of_formatted_name, parts_of_name};
use super::picture::Picture;
use super::property::{Encodings, Property};
use super::remark::Remark;
use super::text::{list, split, unescaped};
use model::{AddressPart, Birthday, Label, Slot, TextField, VcardLine};
use std::collections::HashMap;

/// A card, read.
#[derive(Debug)]
pub enum Card {
    /// A group: its name and the ids of its members.
    Group(String, Vec<String>),
    Contact(Box<CardContact>),
}

/// A contact as its card describes it.
#[derive(Debug, Default)]
pub struct CardContact {
    /// The line of the card in the file.
    pub line: u64,
    /// The id of the card in the file.
    pub uid: Option<String>,
    /// The values in the order of the card; several values may have the same slot.
    pub values: Vec<(Slot, String)>,
    pub tags: Vec<String>,
    /// Lines that no field holds.
    pub kept: Vec<VcardLine>,
    pub remarks: Vec<Remark>,
}

/// Properties of which a contact holds the first one. An empty one means that further ones are only kept as lines.
pub const SINGLE: [&str; 5] = ["N", "FN", "NICKNAME", "ORG", "TITLE"];

/// Google's own groups, which do not become tags.
const NO_TAGS: [&str; 3] = ["myContacts", "starred", "My Contacts"];

/// The content type by which Android marks a nickname.
const ANDROID_NICKNAME: &str = "vnd.android.cursor.item/nickname";

/// Reads the lines of a card.
pub fn read(card: &CardLines, encodings: Encodings) -> Card {
    let lines = card.lines.iter();
    let properties: Vec<Property> = lines.filter_map(|line| Property::read(line, encodings)).collect();
    let value_of = |name: &str| properties.iter().find(|p| p.name == name).map(|p| p.value.trim());
    let kind = value_of("KIND").or_else(|| value_of("X-ADDRESSBOOKSERVER-KIND"));
    if kind.is_some_and(|kind| kind.eq_ignore_ascii_case("group")) {
        let name = value_of("FN").or_else(|| value_of("N")).unwrap_or_default();
        let is_member = |p: &&Property| matches!(p.name.as_str(), "MEMBER" | "X-ADDRESSBOOKSERVER-MEMBER");
        let members = properties.iter().filter(is_member).map(|p| p.value.clone());
        return Card::Group(unescaped(name).trim_end_matches(';').to_owned(), members.collect());
    }
    let mut reader = CardReader::new(card.line, &properties);
    reader.is_company = !reader.own && kind.is_some_and(|kind| kind.eq_ignore_ascii_case("org"));
    properties.iter().for_each(|property| reader.take(property));
    reader.take_formatted_name();
    reader.note_oddities(&card.oddities);
    Card::Contact(Box::new(reader.contact))
}

/// Reads the properties of a card one by one.
struct CardReader {
    contact: CardContact,
    /// Whether the card is an export of CrystalQore: its values are then taken unchanged.
    own: bool,
    /// Whether the card declares that it describes a company.
    is_company: bool,
    has_address: bool,
    /// The `X-ABLabel` of each property group.
    labels: HashMap<String, String>,
    /// The number of other properties in each property group.
    grouped: HashMap<String, usize>,
    formatted: String,
    /// Properties of [`SINGLE`] that were already taken.
    taken: Vec<&'static str>,
}

impl CardReader {
    fn new(line: u64, properties: &[Property]) -> Self {
        let has = |name: &str| {
            properties
                .iter()
                .any(|p| p.name == name && !p.value.trim_matches(';').trim().is_empty())
        };
        let mut labels = HashMap::new();
        let mut grouped: HashMap<String, usize> = HashMap::new();
        for property in properties {
            match &property.group {
                Some(group) if property.name == "X-ABLABEL" => {
                    labels.insert(group.to_lowercase(), unescaped(&property.value));
                }
                Some(group) => *grouped.entry(group.to_lowercase()).or_default() += 1,
                None => {}
            }
        }
        Self {
            contact: CardContact {
                line,
                ..CardContact::default()
            },
            own: has("X-CRYSTALQORE-VERSION"),
            is_company: false,
            has_address: has("ADR"),
            labels,
            grouped,
            formatted: String::new(),
            taken: Vec::new(),
        }
    }

    fn take(&mut self, property: &Property) {
        if property.left_out > 0 {
            return self.note_left_out(property);
        }
        let value = property.value.trim();
        if value.is_empty() {
            if let Some(name) = SINGLE.into_iter().find(|name| *name == property.name) {
                self.is_first(name);
            }
            return;
        }
        match property.name.as_str() {
            "BEGIN" | "END" | "VERSION" | "PRODID" | "REV" | "X-ABLABEL" | "X-ABADR" | "PROFILE" => {}
            "KIND" if value.eq_ignore_ascii_case("individual") => {}
            "N" if self.is_first("N") => {
                let parts = parts_of_name(property);
                self.texts(parts);
            }
            "FN" if self.is_first("FN") => self.formatted = unescaped(value),
            "NICKNAME" if self.is_first("NICKNAME") => {
                self.text(TextField::Nickname, &list(value).collect::<Vec<_>>().join(", "));
            }
            "X-ANDROID-CUSTOM" if !self.own && self.android_nickname(value) => {}
            "ORG" if self.is_first("ORG") => self.organisation(value),
            "TITLE" if self.is_first("TITLE") => self.text(TextField::Title, &unescaped(value)),
            "NOTE" => self.note(&unescaped(value)),
            "EMAIL" => self.labelled(property, Slot::Email, without_scheme(&unescaped(value), "mailto:")),
            "TEL" => self.labelled(property, Slot::Phone, &phone_of(&unescaped(value))),
            "URL" => self.labelled(property, Slot::Website, &unescaped(value)),
            "ADR" => self.address(property),
            "LABEL" if !self.own && !self.has_address => {
                let label = self.label(property);
                self.place(label, vec![(AddressPart::Street, unescaped(value))]);
            }
            "BDAY" if self.is_first("BDAY") => self.birthday(property),
            "CATEGORIES" => {
                let own = self.own;
                self.contact
                    .tags
                    .extend(list(value).filter(|tag| own || !NO_TAGS.contains(&tag.as_str())));
            }
            "UID" if self.contact.uid.is_none() => self.uid(property),
            "PHOTO" if self.picture(property) => {}
            "X-CRYSTALQORE-VERSION" => self.value(Slot::Version, value),
            "X-CRYSTALQORE-FIELD" if split(value, b';').len() == 2 => self.field(value),
            _ => self.keep(property),
        }
    }

    /// Whether this is the first property with this name, of which a contact holds one value.
    fn is_first(&mut self, name: &'static str) -> bool {
        let is_first = !self.taken.contains(&name);
        if is_first {
            self.taken.push(name);
        }
        is_first
    }

    fn value(&mut self, slot: Slot, value: &str) {
        if !value.trim().is_empty() {
            self.contact.values.push((slot, value.trim().to_owned()));
        }
    }

    fn text(&mut self, field: TextField, value: &str) {
        self.value(Slot::Text(field), value);
    }

    fn texts(&mut self, texts: Vec<(TextField, String)>) {
        for (field, text) in texts {
            self.text(field, &text);
        }
    }

    fn text_of(&self, field: TextField) -> Option<&str> {
        let mut values = self.contact.values.iter();
        values
            .find(|(slot, _)| *slot == Slot::Text(field))
            .map(|(_, value)| value.as_str())
    }

    /// Returns the `X-ABLabel` of a property.
    fn given_label(&self, property: &Property) -> Option<&str> {
        let group = property.group.as_ref()?.to_lowercase();
        self.labels.get(&group).map(String::as_str)
    }

    fn label(&self, property: &Property) -> Label {
        label_of(property, self.given_label(property), self.own)
    }

    fn labelled(&mut self, property: &Property, slot: impl Fn(Label) -> Slot, value: &str) {
        let label = self.label(property);
        self.value(slot(label), value);
    }

    fn android_nickname(&mut self, value: &str) -> bool {
        let parts = split(value, b';');
        if parts.first() != Some(&ANDROID_NICKNAME) || self.text_of(TextField::Nickname).is_some() {
            return false;
        }
        let nickname = unescaped(parts.get(1).unwrap_or(&""));
        self.text(TextField::Nickname, &nickname);
        true
    }

    fn organisation(&mut self, value: &str) {
        let parts: Vec<String> = split(value, b';')
            .into_iter()
            .map(|part| unescaped(part).trim().to_owned())
            .collect();
        let Some((company, departments)) = parts.split_first() else {
            return;
        };
        self.text(TextField::Company, company);
        let departments: Vec<&str> = departments
            .iter()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        self.text(TextField::Department, &departments.join(", "));
    }

    fn note(&mut self, note: &str) {
        let known = self
            .contact
            .values
            .iter_mut()
            .find(|(slot, _)| *slot == Slot::Text(TextField::Notes));
        match known {
            Some((_, notes)) => *notes = format!("{notes}\n\n{}", note.trim()),
            None => self.text(TextField::Notes, note),
        }
    }

    fn address(&mut self, property: &Property) {
        let parts = parts_of_address(property);
        if !parts.is_empty() {
            self.place(self.label(property), parts);
        }
    }

    /// Takes an address, under a label that no other address of the contact has.
    fn place(&mut self, label: Label, parts: Vec<(AddressPart, String)>) {
        let is_taken = |label: &Label| {
            let mut values = self.contact.values.iter();
            values.any(|(slot, _)| matches!(slot, Slot::Address(of, _) if of == label))
        };
        let mut number = 0;
        let mut free = label.clone();
        while is_taken(&free) && number < MOST_ADDRESSES {
            number += 1;
            free = numbered(&label, number);
        }
        for (part, text) in parts {
            self.value(Slot::Address(free.clone(), part), &text);
        }
    }

    fn birthday(&mut self, property: &Property) {
        let omitted = property
            .parameter("X-APPLE-OMIT-YEAR")
            .and_then(|year| year.parse().ok());
        match birthday_of(&unescaped(property.value.trim()), omitted) {
            Some(day) => self.value(Slot::Birthday, &day.to_string()),
            None => self.keep(property),
        }
    }

    fn uid(&mut self, property: &Property) {
        let uid = unescaped(property.value.trim());
        if self.own {
            self.value(Slot::Id, plain_id(&uid));
        } else {
            self.keep(property);
        }
        self.contact.uid = Some(uid);
    }

    fn field(&mut self, value: &str) {
        let parts = split(value, b';');
        let name = parts.first().map(|name| unescaped(name)).unwrap_or_default();
        let text = parts.get(1).map(|text| unescaped(text)).unwrap_or_default();
        if !name.trim().is_empty() {
            self.value(Slot::Custom(name.trim().to_owned()), &text);
        }
    }

    /// Keeps a picture in one form, in whichever form the card holds it. Returns `false` if the property has a group
    /// or further parameters, or is no picture that can be displayed.
    fn picture(&mut self, property: &Property) -> bool {
        let of_form = ["ENCODING", "TYPE", "VALUE", "MEDIATYPE"];
        if property.group.is_some() || property.parameters.iter().any(|p| !of_form.contains(&p.name.as_str())) {
            return false;
        }
        let picture = kept(property, None, false).as_ref().and_then(Picture::of_line);
        let line = picture.and_then(|picture| picture.line());
        let is_picture = line.is_some();
        self.contact.kept.extend(line);
        is_picture
    }

    fn keep(&mut self, property: &Property) {
        let label = self.given_label(property);
        let group = property.group.as_ref().map(|group| group.to_lowercase());
        let is_alone = group.is_some_and(|group| self.grouped.get(&group) == Some(&1));
        // A group with a single property has no meaning, except in a card of our own, where it is part of the contact.
        let with_group = label.is_none() && (self.own || !is_alone);
        match kept(property, label, with_group) {
            Some(line) => self.contact.kept.push(line),
            None => self.note_unreadable(property),
        }
    }

    /// Uses the formatted name if the card has no parts of a name.
    fn take_formatted_name(&mut self) {
        let names = [TextField::FirstName, TextField::MiddleName, TextField::LastName];
        let formatted = std::mem::take(&mut self.formatted);
        // Some programs fill it with an email or a number.
        let is_name = formatted.chars().any(char::is_alphabetic) && !formatted.contains('@');
        if self.own || !is_name || names.iter().any(|field| self.text_of(*field).is_some()) {
            return;
        }
        let company = self.text_of(TextField::Company).unwrap_or_default().to_owned();
        let parts = parts_of_formatted_name(&formatted, &company, self.is_company);
        for (field, text) in parts {
            if self.text_of(field).is_none() {
                self.text(field, &text);
            }
        }
    }

    fn remark(&mut self, property: &str, message: String, advice: &str, is_bad: bool) {
        self.contact.remarks.push(Remark {
            property: property.to_owned(),
            message,
            advice: advice.to_owned(),
            is_bad,
        });
    }

    fn note_left_out(&mut self, property: &Property) {
        let message = format!(
            "{} of this card ({}) is left out.",
            property.name,
            size(property.left_out)
        );
        self.remark(
            &property.name,
            message,
            "pictures, sounds and keys stay in the file; only small ones are kept",
            false,
        );
    }

    fn note_unreadable(&mut self, property: &Property) {
        let message = format!("Line {} of the file is no property; it is left out.", property.line);
        self.remark(&property.name, message, "a line begins with a name and a colon", false);
    }

    fn note_oddities(&mut self, oddities: &[CardDefect]) {
        for anomaly in oddities {
            match anomaly {
                CardDefect::NoEnd => {
                    let message = "This card has no end; what is there of it is read.".to_owned();
                    self.remark("", message, "a card ends with END:VCARD", false);
                }
                CardDefect::TooLarge => {
                    let message = format!("This card is larger than {} without its pictures.", size(LARGEST));
                    self.remark("", message, "make its longest text shorter", true);
                }
                CardDefect::NoProperty(line) => {
                    let message =
                        format!("Line {line} of the file is no property; its text is joined to the line before.");
                    self.remark(
                        "",
                        message,
                        "a line begins with a name and a colon, or with a blank if it continues",
                        false,
                    );
                }
            }
        }
        let contact = &self.contact;
        if contact.values.is_empty() && contact.tags.is_empty() && contact.kept.is_empty() && contact.remarks.is_empty()
        {
            self.remark(
                "",
                "This card is empty.".to_owned(),
                "a contact needs a name, company, email or phone",
                true,
            );
        }
    }
}

/// Addresses with the same label that get labels of their own.
const MOST_ADDRESSES: usize = 50;

fn size(bytes: usize) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KB", bytes.div_ceil(1024)),
        _ => format!("{} MB", bytes.div_ceil(1_048_576)),
    }
}

fn without_scheme<'v>(value: &'v str, scheme: &str) -> &'v str {
    match value.get(..scheme.len()) {
        Some(begin) if begin.eq_ignore_ascii_case(scheme) => &value[scheme.len()..],
        _ => value,
    }
}

/// Returns a phone number, which may be written as a URI: `tel:+1-202-555-0101;ext=12`.
fn phone_of(value: &str) -> String {
    let bare = without_scheme(value, "tel:");
    if bare.len() == value.len() {
        return value.to_owned();
    }
    let mut parts = bare.split(';');
    let number = parts.next().unwrap_or_default();
    match parts.find_map(|part| part.strip_prefix("ext=")) {
        Some(extension) => format!("{number} ext. {extension}"),
        None => number.to_owned(),
    }
}

/// Parses a birthday: `19840309`, `1984-03-09`, `--0309`, with or without a time. The year is ignored if it is
/// `omitted`.
fn birthday_of(value: &str, omitted: Option<u16>) -> Option<Birthday> {
    let date = value.split(['T', 't', ' ']).next()?;
    let (year, rest) = match date.strip_prefix("--") {
        Some(rest) => (None, rest),
        None => (Some(date.get(..4)?.parse::<u16>().ok()?), date.get(4..)?),
    };
    let digits = rest.replace('-', "");
    let is_day = digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit());
    let number = |text: &str| text.parse::<u8>().ok();
    let year = year.filter(|year| Some(*year) != omitted);
    is_day.then(|| Birthday::new(year, number(&digits[..2])?, number(&digits[2..])?))?
}

#[cfg(test)]
#[path = "card_tests.rs"]
mod tests;
