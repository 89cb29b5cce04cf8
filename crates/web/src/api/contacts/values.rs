//! The values of a contact as JSON, with the same field names as every other JSON format of the program.

use app::{Error, ValueProblem};
use model::{
    Address, AddressPart, Birthday, Contact, DateOrder, Email, Label, LabeledEmail, LabeledPhone, Phone, Region, Text,
    TextField, VcardLine, Website,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The values of a contact. Fields without a value are omitted.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(example = json!({
    "first_name": "Ann", "last_name": "Miller", "company": "Acme",
    "emails": [{"label": "work", "value": "ann@acme.example"}],
    "phones": [{"label": "mobile", "value": "+12025550101"}],
    "tags": ["customer"],
}))]
pub struct ContactValues {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub first_name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub middle_name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub last_name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub suffix: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub nickname: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub company: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub department: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<LabeledValue>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<PhoneValue>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<AddressValue>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub website: Vec<LabeledValue>,
    /// The birthday, as `1984-03-09`, or `--03-09` without a year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birthday: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub notes: String,
    /// The values of custom fields, by the name of the field.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub custom: BTreeMap<String, String>,
    /// Lines of a vCard that no field can hold, stored to be written back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub vcard_lines: Vec<String>,
}

/// A value and its type.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LabeledValue {
    /// `work`, `home`, `mobile`, `fax`, `other`, or a custom label.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    pub value: String,
}

/// A telephone number and its type.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PhoneValue {
    /// `work`, `home`, `mobile`, `fax`, `other`, or a custom label.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// The number in E.164 format, with its extension as `;ext=`. In a request, any usual notation with its country code.
    pub value: String,
    /// The number as it was written, if different.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
}

/// A postal address and its type. A contact has at most one address of each type.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AddressValue {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// Street and house number, on one or more lines.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub address: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub city: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub state: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub zip_code: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub country: String,
}

impl ContactValues {
    /// The values of a contact.
    pub fn from_contact(contact: &Contact) -> Self {
        let text = |field: TextField| contact.text(field).to_string();
        Self {
            prefix: text(TextField::Prefix),
            first_name: text(TextField::FirstName),
            middle_name: text(TextField::MiddleName),
            last_name: text(TextField::LastName),
            suffix: text(TextField::Suffix),
            nickname: text(TextField::Nickname),
            company: text(TextField::Company),
            department: text(TextField::Department),
            title: text(TextField::Title),
            notes: text(TextField::Notes),
            emails: contact
                .emails
                .iter()
                .map(|email| labeled(&email.label, email.value.as_str()))
                .collect(),
            phones: contact.phones.iter().map(phone_value).collect(),
            addresses: contact.addresses.iter().map(address_value).collect(),
            website: contact
                .websites
                .iter()
                .map(|website| labeled(&website.label, website.value.as_str()))
                .collect(),
            birthday: contact.birthday.map(|birthday| birthday.to_string()),
            tags: contact.tags.iter().map(Text::to_string).collect(),
            custom: contact
                .custom
                .iter()
                .map(|(name, value)| (name.clone(), value.to_string()))
                .collect(),
            vcard_lines: contact
                .vcard_lines
                .iter()
                .map(|line| line.as_str().to_owned())
                .collect(),
        }
    }

    /// Converts the values to a contact. Values that `known` already has are taken from it unchanged; other numbers
    /// without a country code are parsed for `region`.
    ///
    /// # Errors
    /// [`Error::Values`] with everything that cannot be parsed.
    pub fn contact(&self, known: Option<&Contact>, region: Option<Region>) -> Result<Contact, Error> {
        let mut problems = Vec::new();
        let nothing = Contact::default();
        let known = known.unwrap_or(&nothing);
        let label = |text: &str| label_of(text, known);
        let mut contact = Contact::default();
        for (field, text) in self.texts() {
            *contact.text_mut(field) = Text::new(text);
        }
        contact.emails = read_all(&self.emails, ("emails", "/value"), &mut problems, |email| {
            read_email(email, known, label(&email.label))
        });
        contact.phones = read_all(&self.phones, ("phones", "/value"), &mut problems, |phone| {
            read_phone(phone, known, label(&phone.label), region)
        });
        contact.addresses = self
            .addresses
            .iter()
            .map(|value| address(value, label(&value.label)))
            .collect();
        contact.websites = self
            .website
            .iter()
            .map(|website| Website {
                label: label(&website.label),
                value: Text::new(&website.value),
            })
            .collect();
        if let Some(birthday) = self.birthday.as_deref().filter(|birthday| !birthday.trim().is_empty()) {
            let same = known.birthday.filter(|known| known.to_string() == birthday);
            contact.birthday = same.or_else(|| Birthday::parse(birthday.trim(), DateOrder::default()));
            if contact.birthday.is_none() {
                problems.push(ValueProblem {
                    pointer: "/contact/birthday".to_owned(),
                    what: "this is no date; write it as 1984-03-09, or --03-09 without a year".to_owned(),
                });
            }
        }
        contact.tags = self.tags.iter().map(|tag| Text::new(tag)).collect();
        let custom = self.custom.iter();
        contact.custom = custom.map(|(name, value)| (name.clone(), Text::new(value))).collect();
        contact.vcard_lines = read_all(&self.vcard_lines, ("vcard_lines", ""), &mut problems, |line| {
            VcardLine::parse(line)
                .ok_or_else(|| "this is not a line of a vCard; write it as NAME:value, without line breaks".to_owned())
        });
        match problems.is_empty() {
            true => Ok(contact),
            false => Err(Error::Values(problems)),
        }
    }

    fn texts(&self) -> [(TextField, &str); 10] {
        [
            (TextField::Prefix, &self.prefix),
            (TextField::FirstName, &self.first_name),
            (TextField::MiddleName, &self.middle_name),
            (TextField::LastName, &self.last_name),
            (TextField::Suffix, &self.suffix),
            (TextField::Nickname, &self.nickname),
            (TextField::Company, &self.company),
            (TextField::Department, &self.department),
            (TextField::Title, &self.title),
            (TextField::Notes, &self.notes),
        ]
    }
}

fn labeled(label: &Label, value: &str) -> LabeledValue {
    LabeledValue {
        label: label.as_str().to_owned(),
        value: value.to_owned(),
    }
}

fn phone_value(phone: &LabeledPhone) -> PhoneValue {
    let (value, raw) = (phone.phone.as_str(), phone.phone.raw());
    PhoneValue {
        label: phone.label.as_str().to_owned(),
        value: value.to_owned(),
        raw: (raw != value).then(|| raw.to_owned()),
    }
}

fn address_value(address: &Address) -> AddressValue {
    let part = |part| address.part(part).to_string();
    AddressValue {
        label: address.label.as_str().to_owned(),
        address: part(AddressPart::Street),
        city: part(AddressPart::City),
        state: part(AddressPart::State),
        zip_code: part(AddressPart::ZipCode),
        country: part(AddressPart::Country),
    }
}

/// Returns an existing label of the contact unchanged; other labels are parsed as in files.
fn label_of(text: &str, known: &Contact) -> Label {
    let labels = known.emails.iter().map(|email| &email.label);
    let labels = labels.chain(known.phones.iter().map(|phone| &phone.label));
    let labels = labels.chain(known.addresses.iter().map(|address| &address.label));
    let mut labels = labels.chain(known.websites.iter().map(|website| &website.label));
    let same = labels.find(|label| label.as_str() == text);
    same.cloned().unwrap_or_else(|| Label::new(text))
}

fn address(value: &AddressValue, label: Label) -> Address {
    let mut address = Address {
        label,
        ..Address::default()
    };
    for (part, text) in [
        (AddressPart::Street, &value.address),
        (AddressPart::City, &value.city),
        (AddressPart::State, &value.state),
        (AddressPart::ZipCode, &value.zip_code),
        (AddressPart::Country, &value.country),
    ] {
        *address.part_mut(part) = Text::new(text);
    }
    address
}

/// Parses the values of a list, and collects a problem for each that cannot be parsed.
fn read_all<V, T>(
    values: &[V],
    (list, member): (&str, &str),
    problems: &mut Vec<ValueProblem>,
    read_one: impl Fn(&V) -> Result<T, String>,
) -> Vec<T> {
    let mut read = Vec::with_capacity(values.len());
    for (at, value) in values.iter().enumerate() {
        match read_one(value) {
            Ok(value) => read.push(value),
            Err(what) => problems.push(ValueProblem {
                pointer: format!("/contact/{list}/{at}{member}"),
                what,
            }),
        }
    }
    read
}

fn read_email(value: &LabeledValue, known: &Contact, label: Label) -> Result<LabeledEmail, String> {
    let same = known.emails.iter().find(|email| email.value.as_str() == value.value);
    if let Some(same) = same {
        let value = same.value.clone();
        return Ok(LabeledEmail { label, value });
    }
    match Email::parse(&value.value) {
        Ok(value) => Ok(LabeledEmail { label, value }),
        Err(problem) => Err(match problem.suggestion {
            Some(meant) => format!("{}; perhaps {meant}?", problem.what),
            None => problem.what.to_string(),
        }),
    }
}

fn read_phone(
    value: &PhoneValue,
    known: &Contact,
    label: Label,
    region: Option<Region>,
) -> Result<LabeledPhone, String> {
    let raw = value.raw.as_deref().unwrap_or(&value.value);
    let same = |phone: &&LabeledPhone| phone.phone.as_str() == value.value && phone.phone.raw() == raw;
    if let Some(same) = known.phones.iter().find(same) {
        let phone = same.phone.clone();
        return Ok(LabeledPhone { label, phone });
    }
    let phone = Phone::parse(&value.value, region).map_err(|problem| {
        format!(
            "{}; write it with its country code, as in +1 202 555 0101",
            problem.what()
        )
    })?;
    let phone = match &value.raw {
        Some(raw) => phone.written_as(raw),
        None => phone,
    };
    Ok(LabeledPhone { label, phone })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> ContactValues {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_contact_reads_back_as_it_was() {
        let text = r#"{
            "prefix": "Dr", "first_name": "Ann", "last_name": "Miller", "notes": "two\nlines",
            "emails": [{"label": "work", "value": "ann@acme.example"}, {"value": "a@b.example"}],
            "phones": [{"label": "mobile", "value": "+12025550101", "raw": "(202) 555-0101"}],
            "addresses": [{"label": "home", "address": "1 Elm St", "city": "Reno", "zip_code": "00501"}],
            "website": [{"value": "https://acme.example"}], "birthday": "--03-09",
            "tags": ["a", "b"], "custom": {"Shoe": "44"}
        }"#;
        let mut contact = values(text).contact(None, None).unwrap();
        contact.normalise();
        let mut again = ContactValues::from_contact(&contact).contact(None, None).unwrap();
        again.normalise();
        assert_eq!(again, contact);
        let whole: serde_json::Value = serde_json::to_value(ContactValues::from_contact(&contact)).unwrap();
        let stored: serde_json::Value = serde_json::from_str(&contact.to_json()).unwrap();
        assert_eq!(whole, stored, "the names are those of the store and the exports");
    }

    #[test]
    fn everything_that_cannot_be_read_is_named_at_once() {
        let text = r#"{"emails": [{"value": "a@b.example"}, {"value": "none"}], "phones": [{"value": "x"}], "birthday": "soon"}"#;
        let Err(Error::Values(problems)) = values(text).contact(None, None) else {
            unreachable!("it was read");
        };
        let pointers: Vec<&str> = problems.iter().map(|problem| problem.pointer.as_str()).collect();
        assert_eq!(
            pointers,
            [
                "/contact/emails/1/value",
                "/contact/phones/0/value",
                "/contact/birthday"
            ]
        );
    }
}
