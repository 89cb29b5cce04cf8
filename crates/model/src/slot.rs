//! The slots of a contact: the addressable places that a column can fill.

use crate::label::Label;
use std::fmt;
use std::str::FromStr;

/// A field that holds one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the fields of DESIGN.md 5.2")]
pub enum TextField {
    Prefix,
    FirstName,
    MiddleName,
    LastName,
    Suffix,
    Nickname,
    Company,
    Department,
    Title,
    Notes,
}

impl TextField {
    /// All fields, in the order in which they are displayed.
    pub const ALL: [TextField; 10] = [
        Self::Prefix,
        Self::FirstName,
        Self::MiddleName,
        Self::LastName,
        Self::Suffix,
        Self::Nickname,
        Self::Company,
        Self::Department,
        Self::Title,
        Self::Notes,
    ];

    /// The name of the slot.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prefix => "prefix",
            Self::FirstName => "first_name",
            Self::MiddleName => "middle_name",
            Self::LastName => "last_name",
            Self::Suffix => "suffix",
            Self::Nickname => "nickname",
            Self::Company => "company",
            Self::Department => "department",
            Self::Title => "title",
            Self::Notes => "notes",
        }
    }
}

/// A part of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the fields of DESIGN.md 5.2")]
pub enum AddressPart {
    Street,
    City,
    State,
    ZipCode,
    Country,
}

impl AddressPart {
    /// All parts, in the order in which they are displayed.
    pub const ALL: [AddressPart; 5] = [Self::Street, Self::City, Self::State, Self::ZipCode, Self::Country];

    /// The name of the slot.
    pub fn name(self) -> &'static str {
        match self {
            Self::Street => "address",
            Self::City => "city",
            Self::State => "state",
            Self::ZipCode => "zip_code",
            Self::Country => "country",
        }
    }
}

/// One addressable place in a contact: `first_name`, `email:home`, `phone:mobile`, `city:work`, `custom:Shoe size`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// A field that holds one text.
    Text(TextField),
    /// A whole name, which is split into its parts.
    FullName,
    /// An email address with a label.
    Email(Label),
    /// A telephone number with a label.
    Phone(Label),
    /// A part of the address with a label.
    Address(Label, AddressPart),
    /// A web address with a label.
    Website(Label),
    Birthday,
    Tags,
    /// A custom field, by its name.
    Custom(String),
    /// The kept lines of a vCard, which no field holds.
    VcardLines,
    /// The contact's id, as CrystalQore CSV exports it.
    Id,
    /// The contact's version, as CrystalQore CSV exports it.
    Version,
}

impl Slot {
    /// Whether several columns may fill the slot, each with its own value.
    pub fn is_list(&self) -> bool {
        matches!(
            self,
            Self::Email(_)
                | Self::Phone(_)
                | Self::Website(_)
                | Self::Tags
                | Self::VcardLines
                | Self::Address(_, AddressPart::Street)
        )
    }

    /// Whether several columns may fill the slot, each with its own value or together with one text.
    pub fn takes_several(&self) -> bool {
        self.is_list() || matches!(self, Self::FullName | Self::Text(TextField::Notes))
    }

    /// The name in sentences and column headers: `Company`, `Email (work)`; a custom field by its own name.
    pub fn title(&self) -> String {
        let labelled = |what: &str, label: &Label| match label.is_none() {
            true => what.to_owned(),
            false => format!("{what} ({label})"),
        };
        match self {
            Self::Text(TextField::Prefix) => "Title before the name".to_owned(),
            Self::Text(TextField::FirstName) => "First name".to_owned(),
            Self::Text(TextField::MiddleName) => "Middle name".to_owned(),
            Self::Text(TextField::LastName) => "Last name".to_owned(),
            Self::Text(TextField::Suffix) => "Suffix".to_owned(),
            Self::Text(TextField::Nickname) => "Nickname".to_owned(),
            Self::Text(TextField::Company) => "Company".to_owned(),
            Self::Text(TextField::Department) => "Department".to_owned(),
            Self::Text(TextField::Title) => "Job title".to_owned(),
            Self::Text(TextField::Notes) => "Notes".to_owned(),
            Self::FullName => "Full name".to_owned(),
            Self::Email(label) => labelled("Email", label),
            Self::Phone(label) => labelled("Phone", label),
            Self::Website(label) => labelled("Website", label),
            Self::Address(label, AddressPart::Street) => labelled("Street", label),
            Self::Address(label, AddressPart::City) => labelled("City", label),
            Self::Address(label, AddressPart::State) => labelled("State", label),
            Self::Address(label, AddressPart::ZipCode) => labelled("ZIP code", label),
            Self::Address(label, AddressPart::Country) => labelled("Country", label),
            Self::Birthday => "Birthday".to_owned(),
            Self::Tags => "Tags".to_owned(),
            Self::Custom(name) => name.clone(),
            Self::VcardLines => "vCard lines".to_owned(),
            Self::Id => "CrystalQore ID".to_owned(),
            Self::Version => "CrystalQore version".to_owned(),
        }
    }

    /// Lists the names of all slots without a label, and the forms of the others, for messages.
    pub fn catalogue() -> String {
        let texts = TextField::ALL.iter().map(|f| f.name());
        let parts = AddressPart::ALL.iter().map(|p| p.name());
        let others = [
            "full_name",
            "email",
            "phone",
            "website",
            "birthday",
            "tags",
            "vcard_lines",
            "id",
            "version",
        ];
        let mut names: Vec<&str> = texts.chain(parts).chain(others).collect();
        names.sort_unstable();
        format!(
            "{}; with a label (work, home, mobile, fax, other or your own word) email:LABEL, phone:LABEL, \
             website:LABEL, address:LABEL, city:LABEL, state:LABEL, zip_code:LABEL, country:LABEL; and custom:NAME",
            names.join(", ")
        )
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, label) = match self {
            Self::Text(field) => return f.write_str(field.name()),
            Self::FullName => return f.write_str("full_name"),
            Self::Birthday => return f.write_str("birthday"),
            Self::Tags => return f.write_str("tags"),
            Self::VcardLines => return f.write_str("vcard_lines"),
            Self::Id => return f.write_str("id"),
            Self::Version => return f.write_str("version"),
            Self::Custom(name) => return write!(f, "custom:{name}"),
            Self::Email(label) => ("email", label),
            Self::Phone(label) => ("phone", label),
            Self::Website(label) => ("website", label),
            Self::Address(label, part) => (part.name(), label),
        };
        if label.is_none() {
            f.write_str(name)
        } else {
            write!(f, "{name}:{label}")
        }
    }
}

/// The error for a name that is not a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownSlot(pub String);

impl FromStr for Slot {
    type Err = UnknownSlot;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || UnknownSlot(text.to_owned());
        let (name, rest) = match text.split_once(':') {
            Some((name, rest)) => (name.trim(), Some(rest.trim())),
            None => (text.trim(), None),
        };
        if name == "custom" {
            return match rest {
                Some(custom) if !custom.is_empty() => Ok(Self::Custom(custom.to_owned())),
                _ => Err(unknown()),
            };
        }
        let label = rest.map(Label::exact).unwrap_or_default();
        if let Some(part) = AddressPart::ALL.into_iter().find(|p| p.name() == name) {
            return Ok(Self::Address(label, part));
        }
        match name {
            "email" => return Ok(Self::Email(label)),
            "phone" => return Ok(Self::Phone(label)),
            "website" => return Ok(Self::Website(label)),
            _ if rest.is_some() => return Err(unknown()),
            _ => {}
        }
        if let Some(field) = TextField::ALL.into_iter().find(|f| f.name() == name) {
            return Ok(Self::Text(field));
        }
        match name {
            "full_name" => Ok(Self::FullName),
            "birthday" => Ok(Self::Birthday),
            "tags" => Ok(Self::Tags),
            "vcard_lines" => Ok(Self::VcardLines),
            "id" => Ok(Self::Id),
            "version" => Ok(Self::Version),
            _ => Err(unknown()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_written_as_they_are_read() {
        for text in [
            "first_name",
            "full_name",
            "email",
            "email:home",
            "phone:mobile",
            "city:work",
            "custom:Shoe size",
            "tags",
            "vcard_lines",
            "id",
        ] {
            assert_eq!(text.parse::<Slot>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_slot_is_refused() {
        for text in ["", "shoe", "custom:", "first_name:work", "tags:x"] {
            assert!(text.parse::<Slot>().is_err(), "{text}");
        }
    }
}
