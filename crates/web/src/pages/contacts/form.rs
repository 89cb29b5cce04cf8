//! The contact form: what was entered, its conversion into a contact, and validation.
//!
//! Defines the names of the form's fields and the wording of the mistakes.

use crate::ui::form_data::Pairs;
use model::{
    Address, AddressPart, Birthday, Contact, ContactRules, DateOrder, Email, Label, LabeledEmail, LabeledPhone, Phone,
    Region, RuleBroken, Slot, Text, TextField, Website,
};

/// A label and its value, as entered.
pub type Pair = (String, String);

/// The content of the form, as entered.
#[derive(Clone, Debug, Default)]
pub struct FormInput {
    pub texts: Vec<String>,
    pub emails: Vec<Pair>,
    pub phones: Vec<Pair>,
    pub websites: Vec<Pair>,
    /// Label and address parts.
    pub addresses: Vec<(String, Vec<String>)>,
    pub birthday: String,
    pub tags: Vec<String>,
    /// Custom fields: name and value.
    pub custom: Vec<Pair>,
}

/// The prefix of the name of a custom field's input.
pub const OWN: &str = "field:";

/// A mistake: the id of the input, and the message.
pub type Mistake = (String, String);

/// The hint below the input of a required field.
pub const REQUIRED: &str = "Required";

pub const NOTES: TextField = TextField::Notes;

fn pair(label: &Label, value: &str) -> Pair {
    (label.as_str().to_owned(), value.to_owned())
}

impl FormInput {
    /// The form content for an existing contact.
    pub fn from_contact(contact: &Contact) -> Self {
        let address = |address: &Address| {
            let parts = AddressPart::ALL.map(|part| address.part(part).to_string());
            (address.label.as_str().to_owned(), parts.to_vec())
        };
        Self {
            texts: TextField::ALL.map(|field| contact.text(field).to_string()).to_vec(),
            emails: contact
                .emails
                .iter()
                .map(|e| pair(&e.label, e.value.as_str()))
                .collect(),
            phones: contact.phones.iter().map(|p| pair(&p.label, p.phone.raw())).collect(),
            websites: contact
                .websites
                .iter()
                .map(|w| pair(&w.label, w.value.as_str()))
                .collect(),
            addresses: contact.addresses.iter().map(address).collect(),
            birthday: contact.birthday.map(|day| day.to_string()).unwrap_or_default(),
            tags: contact.tags.iter().map(Text::to_string).collect(),
            custom: contact
                .custom
                .iter()
                .map(|(name, value)| (name.clone(), value.to_string()))
                .collect(),
        }
    }

    /// Reads the fields of a submitted form. The rows of a list are repeated fields, in order.
    pub fn read(fields: &Pairs) -> Self {
        let all = |wanted: &str| -> Vec<String> { fields.all(wanted).map(str::to_owned).collect() };
        let one = |wanted: &str| fields.first(wanted).unwrap_or_default().to_owned();
        // A value without a label gets the default one: browsers always send labels, scripts may omit them.
        let pairs = |labels: &str, values: &str| {
            let labels = all(labels).into_iter().chain(std::iter::repeat_with(String::new));
            labels.zip(all(values)).collect()
        };
        let parts: Vec<Vec<String>> = AddressPart::ALL.iter().map(|part| all(part.name())).collect();
        let addresses = parts.iter().map(Vec::len).max().unwrap_or(0);
        let part = |part: &Vec<String>, at: usize| part.get(at).cloned().unwrap_or_default();
        Self {
            texts: TextField::ALL.iter().map(|field| one(field.name())).collect(),
            emails: pairs("email_label", "email"),
            phones: pairs("phone_label", "phone"),
            websites: pairs("website_label", "website"),
            addresses: all("address_label")
                .into_iter()
                .chain(std::iter::repeat_with(String::new))
                .take(addresses)
                .enumerate()
                .map(|(at, label)| (label, parts.iter().map(|list| part(list, at)).collect()))
                .collect(),
            birthday: one("birthday"),
            tags: all("tag"),
            custom: fields
                .with_prefix(OWN)
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }
    }

    /// Replaces a text, or the first value of a list; returns false if there is no such field.
    pub fn set_first(&mut self, field: &str, value: String) -> bool {
        let list = match field {
            "email" => &mut self.emails,
            "phone" => &mut self.phones,
            _ => {
                let at = TextField::ALL.iter().position(|text| text.name() == field);
                let place = at.and_then(|at| self.texts.get_mut(at));
                return place.map(|text| *text = value).is_some();
            }
        };
        match list.first_mut() {
            Some((_, first)) => *first = value,
            None => list.push((String::new(), value)),
        }
        true
    }

    /// Adds an empty row to a list.
    pub fn add(&mut self, list: &str) {
        match list {
            "email" => self.emails.push(Pair::default()),
            "phone" => self.phones.push(Pair::default()),
            "website" => self.websites.push(Pair::default()),
            "address" => self
                .addresses
                .push((String::new(), vec![String::new(); AddressPart::ALL.len()])),
            "tag" => self.tags.push(String::new()),
            _ => {}
        }
    }

    /// Adds an empty row to each list that has none.
    pub fn with_rows(mut self) -> Self {
        let empty = [
            ("email", self.emails.is_empty()),
            ("phone", self.phones.is_empty()),
            ("website", self.websites.is_empty()),
            ("address", self.addresses.is_empty()),
            ("tag", self.tags.is_empty()),
        ];
        self.texts.resize(TextField::ALL.len(), String::new());
        empty
            .into_iter()
            .filter(|(_, empty)| *empty)
            .for_each(|(list, _)| self.add(list));
        self
    }

    /// The value entered for a custom field.
    pub fn own(&self, name: &str) -> Option<&str> {
        let found = self.custom.iter().find(|(of, _)| of == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Converts the form into a contact, or returns every mistake in it. A phone entered exactly as in `known` is
    /// kept unchanged; other phones are read as numbers of `region` unless they have a country code. Values without
    /// an input in the form are taken from `known`.
    pub fn contact(
        &self,
        known: Option<&Contact>,
        region: Option<Region>,
        rules: &ContactRules,
    ) -> Result<Contact, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let mut contact = Contact::default();
        for (field, text) in TextField::ALL.into_iter().zip(&self.texts) {
            *contact.text_mut(field) = Text::new(text);
        }
        for (at, (label, value)) in filled(&self.emails) {
            match Email::parse(value) {
                Ok(value) => contact.emails.push(LabeledEmail {
                    label: Label::new(label),
                    value,
                }),
                Err(problem) => {
                    let meant = problem
                        .suggestion
                        .map(|meant| format!("; perhaps {meant}?"))
                        .unwrap_or_default();
                    mistakes.push((
                        format!("email-{at}"),
                        format!("“{}” {}{meant}", value.trim(), problem.what),
                    ));
                }
            }
        }
        for (at, (label, value)) in filled(&self.phones) {
            let same = known.and_then(|known| known.phones.iter().find(|phone| phone.phone.raw() == value.trim()));
            match same.map_or_else(|| Phone::parse(value, region), |same| Ok(same.phone.clone())) {
                Ok(phone) => contact.phones.push(LabeledPhone {
                    label: Label::new(label),
                    phone,
                }),
                Err(problem) => mistakes.push((
                    format!("phone-{at}"),
                    format!(
                        "“{}” {}. Include the country code, as in +1 202 555 0101.",
                        value.trim(),
                        problem.what()
                    ),
                )),
            }
        }
        contact
            .websites
            .extend(filled(&self.websites).map(|(_, (label, value))| Website {
                label: Label::new(label),
                value: Text::new(value),
            }));
        for (label, parts) in &self.addresses {
            let mut address = Address {
                label: Label::new(label),
                ..Address::default()
            };
            for (part, text) in AddressPart::ALL.into_iter().zip(parts) {
                *address.part_mut(part) = Text::new(text);
            }
            contact.addresses.push(address);
        }
        if !self.birthday.trim().is_empty() {
            match birthday(self.birthday.trim()) {
                Ok(day) => contact.birthday = Some(day),
                Err(what) => mistakes.push(("birthday".to_owned(), what)),
            }
        }
        contact.tags.extend(self.tags.iter().map(|tag| Text::new(tag)));
        contact.custom = known.map(|known| known.custom.clone()).unwrap_or_default();
        contact.vcard_lines = known.map(|known| known.vcard_lines.clone()).unwrap_or_default();
        for field in rules.offered() {
            if let Some(value) = self.own(&field.name) {
                contact.custom.insert(field.name.clone(), Text::new(value));
            }
        }
        contact.normalise();
        // A value that was entered but could not be parsed is not also reported as missing.
        let is_reported = |id: &str| {
            mistakes
                .iter()
                .any(|(of, _)| of.split('-').next() == id.split('-').next())
        };
        let broken: Vec<Mistake> = rules
            .check(&mut contact, known)
            .into_iter()
            .map(|RuleBroken { slot, what }| (id_of(&slot, rules), what))
            .filter(|(id, _)| id.starts_with("field") || !is_reported(id))
            .collect();
        mistakes.extend(broken);
        if mistakes.is_empty() && !contact.has_identity() {
            let what = "enter a name, a company, an email or a phone number";
            mistakes.push(("first_name".to_owned(), what.to_owned()));
        }
        if mistakes.is_empty() {
            Ok(contact)
        } else {
            Err(mistakes)
        }
    }
}

/// The id of a slot's input.
fn id_of(slot: &Slot, rules: &ContactRules) -> String {
    match slot {
        Slot::Text(field) => field.name().to_owned(),
        Slot::Email(_) => "email-0".to_owned(),
        Slot::Phone(_) => "phone-0".to_owned(),
        Slot::Website(_) => "website-0".to_owned(),
        Slot::Address(_, part) => format!("{}-0", part.name()),
        Slot::Tags => "tag-0".to_owned(),
        Slot::Birthday => "birthday".to_owned(),
        Slot::Custom(name) => {
            let at = rules.offered().position(|field| field.name == *name);
            format!("field-{}", at.unwrap_or_default())
        }
        Slot::FullName | Slot::VcardLines | Slot::Id | Slot::Version => "first_name".to_owned(),
    }
}

/// The rows of a list that have a value, each with its index.
fn filled(pairs: &[Pair]) -> impl Iterator<Item = (usize, &Pair)> {
    pairs
        .iter()
        .enumerate()
        .filter(|(_, (_, value))| !value.trim().is_empty())
}

/// Parses a birthday that is unambiguous in day and month.
fn birthday(text: &str) -> Result<Birthday, String> {
    let read = |order| Birthday::parse(text, order);
    match (read(DateOrder::DayFirst), read(DateOrder::MonthFirst)) {
        (Some(day), Some(same)) if day == same => Ok(day),
        (Some(day), Some(other)) => Err(format!(
            "“{text}” could be {day} or {other}. Use YYYY-MM-DD, or --MM-DD without a year"
        )),
        (day, other) => day
            .or(other)
            .ok_or_else(|| format!("“{text}” is not a date. Use YYYY-MM-DD, or --MM-DD without a year")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{CustomField, FieldKind};

    fn entered<const N: usize>(fields: &[(&str, &str); N]) -> FormInput {
        FormInput::read(&Pairs::from(*fields))
    }

    fn rules() -> ContactRules {
        ContactRules {
            fields: vec![CustomField {
                kind: FieldKind::Number,
                ..CustomField::of_text("Shoe")
            }],
            required: Vec::new(),
        }
    }

    #[test]
    fn what_a_contact_has_reads_back_as_it_was() {
        let mut contact = entered(&[
            ("first_name", "Ann"),
            ("email_label", "work"),
            ("email", "ann@acme.com"),
            ("phone_label", "mobile"),
            ("phone", "(415) 555-0132"),
            ("address_label", ""),
            ("address", "1 Elm St"),
            ("city", "Reno"),
            ("tag", "vip"),
            ("tag", ""),
            ("field:Shoe", "44"),
            ("birthday", "--03-09"),
        ])
        .contact(None, Region::from_code("US"), &rules())
        .unwrap();
        assert_eq!(contact.custom["Shoe"].as_str(), "44");
        contact.custom.insert("Old".to_owned(), "kept".into());
        assert_eq!(contact.addresses.first().unwrap().city.as_str(), "Reno");
        // Without a region the number cannot be parsed again; it is kept because it is unchanged.
        let again = FormInput::from_contact(&contact)
            .with_rows()
            .contact(Some(&contact), None, &rules())
            .unwrap();
        contact.normalise();
        assert_eq!(again, contact);
    }

    #[test]
    fn a_birthday_that_has_two_readings_is_asked_about() {
        let day = |year, month, day| Ok(Birthday::new(year, month, day).unwrap());
        assert_eq!(birthday("1984-09-03"), day(Some(1984), 9, 3));
        assert_eq!(birthday("23/9/1984"), day(Some(1984), 9, 23));
        assert_eq!(birthday("9/23/1984"), day(Some(1984), 9, 23));
        assert_eq!(birthday("9/9/1984"), day(Some(1984), 9, 9));
        let asked = birthday("3/9/1984").unwrap_err();
        assert!(asked.contains("1984-09-03 or 1984-03-09"), "{asked}");
    }

    #[test]
    fn mistakes_stand_beside_their_fields() {
        let entered = entered(&[
            ("email_label", ""),
            ("email", ""),
            ("email_label", ""),
            ("email", "ann@"),
            ("phone_label", ""),
            ("phone", "12"),
            ("birthday", "soon"),
            ("field:Shoe", "wide"),
        ]);
        let mistakes = entered.contact(None, None, &rules()).unwrap_err();
        let places: Vec<&str> = mistakes.iter().map(|(place, _)| place.as_str()).collect();
        assert_eq!(places, ["email-1", "phone-0", "birthday", "field-0"]);
        let nobody = FormInput::default()
            .with_rows()
            .contact(None, None, &rules())
            .unwrap_err();
        assert_eq!(nobody[0].0, "first_name");
    }

    /// Scripts may omit labels; the value must be kept all the same.
    #[test]
    fn a_value_without_a_label_is_kept() {
        let entered = entered(&[
            ("first_name", "Keep"),
            ("email", "keep@example.com"),
            ("email", "second@example.com"),
            ("phone", "+1 202 555 0101"),
            ("website", "https://example.com"),
            ("city", "London"),
        ]);
        let contact = entered.contact(None, None, &rules()).unwrap();
        let lists = (
            contact.emails.len(),
            contact.phones.len(),
            contact.websites.len(),
            contact.addresses.len(),
        );
        assert_eq!(lists, (2, 1, 1, 1));
    }

    #[test]
    fn what_is_required_is_asked_for_at_its_place() {
        let rules = ContactRules {
            required: vec![
                Slot::Text(TextField::Company),
                Slot::Email(Label::NONE),
                Slot::Custom("Shoe".to_owned()),
            ],
            ..rules()
        };
        let mistakes = entered(&[("first_name", "Ann"), ("email_label", ""), ("email", "ann@")])
            .contact(None, None, &rules)
            .unwrap_err();
        let places: Vec<&str> = mistakes.iter().map(|(place, _)| place.as_str()).collect();
        assert_eq!(places, ["email-0", "company", "field-0"]);
        assert_eq!(mistakes[1].1, "Company is required here");
    }
}
