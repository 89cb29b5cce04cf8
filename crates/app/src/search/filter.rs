//! Filters: conditions on contacts, written as a person would type them.
//!
//! All words must occur in a contact's name, company, emails, phones or tags; a part of a word is enough, and phones
//! are compared by their digits. `tag:vip`, `company:acme`, `city:bonn`, `country:DE`, `import:3`, `has:email`,
//! `no:phone` and `changed:2026-11-01` (on that day or later) narrow further; a value with blanks is put in double
//! quotes. `field:"Shoe size"=42` requires a value of a custom field, `field:"Shoe size"` any value of it.

use crate::error::Error;
use crate::search::searchable::{SearchKind, searchable};
use model::{Contact, DecimalSign, Text, canonical_number, clean, country_key, fold};
use std::str::FromStr;
use store::contacts::ContactRow;
use store::contacts::search_texts;
use store::{ImportId, RunId};

/// How many words of a filter, and how many characters of each, are searched for in the database: enough to exclude
/// nearly all contacts that do not pass, and no more than every engine accepts in one query.
const SEARCHED_WORDS: usize = 8;
const SEARCHED_LETTERS: usize = 64;

/// Separates the name of a custom field from its value in the contact index.
pub(crate) const FIELD_END: char = '\u{7f}';

/// A filter. Every contact passes the empty one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    conditions: Vec<Condition>,
}

/// A condition that a contact must fulfil. The contact index checks the same conditions on its entries
/// (`contact_index::query`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    Word {
        folded: String,
        digits: String,
    },
    Tag(String),
    Company(String),
    City(String),
    Country(String),
    Import(ImportId),
    Has(Part),
    No(Part),
    /// Last changed at that moment or later, in UTC microseconds.
    Changed(i64),
    /// A custom field with this name ([`field_name`]) and one of these values ([`comparable`]), or any value if there
    /// are none.
    Field {
        name: String,
        values: Vec<String>,
    },
}

/// A part that a contact may have or lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Email,
    Phone,
    Company,
    Address,
    Tag,
    Notes,
    Birthday,
}

const PARTS: [Part; 7] = [
    Part::Email,
    Part::Phone,
    Part::Company,
    Part::Address,
    Part::Tag,
    Part::Notes,
    Part::Birthday,
];

impl Part {
    /// The bit of this part.
    pub(crate) fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// The bits of all parts that a contact has.
pub(crate) fn parts_of(contact: &Contact) -> u8 {
    PARTS
        .into_iter()
        .filter(|part| has(contact, *part))
        .fold(0, |bits, part| bits | part.bit())
}

impl FromStr for Filter {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let conditions = terms(text)
            .iter()
            .map(|term| condition(term))
            .collect::<Result<_, _>>()?;
        Ok(Self { conditions })
    }
}

/// Splits at blanks outside of double quotes.
fn terms(text: &str) -> Vec<String> {
    let mut terms = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => terms.push(String::new()),
            c => {
                if let Some(term) = terms.last_mut() {
                    term.push(c);
                }
            }
        }
    }
    terms.retain(|term| !term.is_empty());
    terms
}

fn condition(term: &str) -> Result<Condition, Error> {
    let Some((name, value)) = term.split_once(':') else {
        return Ok(word(term));
    };
    Ok(match name {
        "tag" => Condition::Tag(fold(value)),
        "company" => Condition::Company(fold(value)),
        "city" => Condition::City(fold(value)),
        "country" => Condition::Country(country_key(value)),
        "import" => match value.parse() {
            Ok(number) => Condition::Import(ImportId(number)),
            Err(_) => {
                return Err(Error::Filter(format!(
                    "import:{value}: the number of an import is a whole number"
                )));
            }
        },
        "has" => Condition::Has(part(value)?),
        "no" => Condition::No(part(value)?),
        "changed" => Condition::Changed(beginning_of(value)?),
        "field" => match value.split_once('=') {
            Some((name, value)) => field(name, value)?,
            None => field(value, "")?,
        },
        _ => {
            return Err(Error::Filter(format!(
                "{name}: is no kind of condition; there are tag:, company:, city:, country:, import:, has:, no:, changed: and \
                 field:"
            )));
        }
    })
}

/// A condition on a custom field and its value; a number matches however it is written.
fn field(name: &str, value: &str) -> Result<Condition, Error> {
    let name = field_name(name);
    if name.is_empty() {
        return Err(Error::Filter("field: needs the name of a custom field".to_owned()));
    }
    let mut values = Vec::new();
    if !clean(value).is_empty() {
        values.push(comparable(value));
        let number = canonical_number(value, DecimalSign::Point);
        values.extend(number.map(|number| comparable(&number)));
        values.dedup();
    }
    Ok(Condition::Field { name, values })
}

/// The form in which names of custom fields are compared.
pub(crate) fn field_name(name: &str) -> String {
    plain(&clean(name).to_lowercase())
}

/// The form in which values of custom fields are compared: folded, but numbers keep all their characters. Long values
/// are cut.
pub(crate) fn comparable(value: &str) -> String {
    let folded = fold(value);
    let is_number = canonical_number(value, DecimalSign::Point).is_some();
    let text = match folded.is_empty() || is_number {
        true => plain(&clean(value).to_lowercase()),
        false => folded,
    };
    text.chars().take(SEARCHED_LETTERS).collect()
}

/// Removes the characters that separate lines and names in the contact index.
fn plain(text: &str) -> String {
    text.chars().filter(|c| *c >= ' ' && *c != FIELD_END).collect()
}

/// The first moment of a day, in UTC microseconds.
fn beginning_of(day: &str) -> Result<i64, Error> {
    let date: Option<jiff::civil::Date> = day.parse().ok();
    let start = date.and_then(|date| date.to_zoned(jiff::tz::TimeZone::UTC).ok());
    start
        .map(|start| start.timestamp().as_microsecond())
        .ok_or_else(|| Error::Filter(format!("changed:{day}: a day is written as 2026-11-01")))
}

fn word(term: &str) -> Condition {
    let digits: String = term.chars().filter(char::is_ascii_digit).collect();
    let is_number = digits.len() >= 3 && term.chars().all(|c| c.is_ascii_digit() || "+-(). /".contains(c));
    Condition::Word {
        folded: fold(term),
        digits: if is_number { digits } else { String::new() },
    }
}

fn part(name: &str) -> Result<Part, Error> {
    Ok(match name {
        "email" => Part::Email,
        "phone" => Part::Phone,
        "company" => Part::Company,
        "address" => Part::Address,
        "tag" | "tags" => Part::Tag,
        "notes" => Part::Notes,
        "birthday" => Part::Birthday,
        _ => {
            return Err(Error::Filter(format!(
                "{name} cannot be asked for; there are email, phone, company, address, tag, notes and birthday"
            )));
        }
    })
}

impl Filter {
    /// Whether every contact passes.
    pub fn is_empty(&self) -> bool {
        self.conditions.is_empty()
    }

    /// Narrows to contacts with exactly this tag, ignoring case and diacritics.
    #[must_use]
    pub fn with_tag(self, tag: &str) -> Self {
        self.and(Condition::Tag(fold(tag)))
    }

    /// Narrows to contacts whose company contains the text.
    #[must_use]
    pub fn with_company(self, company: &str) -> Self {
        self.and(Condition::Company(fold(company)))
    }

    /// Narrows to contacts that an import created or changed last.
    #[must_use]
    pub fn with_import(self, import: ImportId) -> Self {
        self.and(Condition::Import(import))
    }

    /// Narrows to contacts that have no email.
    #[must_use]
    pub fn without_email(self) -> Self {
        self.and(Condition::No(Part::Email))
    }

    /// Narrows to contacts that were changed on a day (`2026-11-01`, in UTC) or later.
    ///
    /// # Errors
    /// [`Error::Filter`] if it is not a day.
    pub fn changed_since(self, day: &str) -> Result<Self, Error> {
        Ok(self.and(Condition::Changed(beginning_of(day)?)))
    }

    /// Narrows to contacts with a value of a custom field, or with any value of it if `value` is empty.
    ///
    /// # Errors
    /// [`Error::Filter`] without a name.
    pub fn with_field(self, name: &str, value: &str) -> Result<Self, Error> {
        Ok(self.and(field(name, value)?))
    }

    fn and(mut self, condition: Condition) -> Self {
        self.conditions.push(condition);
        self
    }

    /// The import to which it narrows, if there is one.
    pub(crate) fn import(&self) -> Option<ImportId> {
        self.conditions.iter().find_map(|condition| match condition {
            Condition::Import(import) => Some(*import),
            _ => None,
        })
    }

    /// The conditions, all of which must hold.
    pub(crate) fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// Words that occur in the search text of every contact that passes. The longest are chosen, because they are the
    /// rarest.
    pub(crate) fn words(&self) -> Vec<search_texts::Word> {
        let mut words: Vec<&Condition> = self.conditions.iter().filter(|c| c.word_length() > 0).collect();
        words.sort_by_key(|condition| std::cmp::Reverse(condition.word_length()));
        let searched = words.into_iter().take(SEARCHED_WORDS);
        searched.filter_map(Condition::searched).collect()
    }

    /// Whether a contact passes.
    pub(crate) fn lets_pass(&self, row: &ContactRow, contact: &Contact) -> bool {
        self.conditions.iter().all(|condition| condition.holds(row, contact))
    }
}

impl Condition {
    /// The length of the word; 0 for other conditions, and for words without a letter or digit, which exclude no
    /// contact.
    fn word_length(&self) -> usize {
        match self {
            Self::Word { folded, .. } => folded.len(),
            _ => 0,
        }
    }

    fn searched(&self) -> Option<search_texts::Word> {
        let beginning = |text: &String| text.chars().take(SEARCHED_LETTERS).collect();
        match self {
            Self::Word { folded, digits } => Some(search_texts::Word {
                text: beginning(folded),
                digits: Some(beginning(digits)).filter(|digits: &String| !digits.is_empty()),
            }),
            _ => None,
        }
    }

    fn holds(&self, row: &ContactRow, contact: &Contact) -> bool {
        let within = |text: &Text, part: &str| fold(text.as_str()).contains(part);
        match self {
            Self::Word { folded, digits } => searchable(contact).any(|(kind, value)| match kind {
                SearchKind::Phone => !digits.is_empty() && value.contains(digits),
                _ => value.contains(folded),
            }),
            Self::Tag(tag) => contact.tags.iter().any(|t| fold(t.as_str()) == *tag),
            Self::Company(company) => within(&contact.company, company),
            Self::City(city) => contact.addresses.iter().any(|a| within(&a.city, city)),
            Self::Country(country) => contact
                .addresses
                .iter()
                .any(|a| country_key(a.country.as_str()) == *country),
            Self::Import(import) => {
                let run = Some(RunId::Import(*import));
                row.created_by.map(|origin| origin.run) == run || row.written_by == run
            }
            Self::Has(part) => has(contact, *part),
            Self::No(part) => !has(contact, *part),
            Self::Changed(since) => row.version >= *since,
            Self::Field { name, values } => contact.custom.iter().any(|(of, value)| {
                field_name(of) == *name && (values.is_empty() || values.contains(&comparable(value.as_str())))
            }),
        }
    }
}

fn has(contact: &Contact, part: Part) -> bool {
    match part {
        Part::Email => !contact.emails.is_empty(),
        Part::Phone => !contact.phones.is_empty(),
        Part::Company => !contact.company.is_empty(),
        Part::Address => !contact.addresses.is_empty(),
        Part::Tag => !contact.tags.is_empty(),
        Part::Notes => !contact.notes.is_empty(),
        Part::Birthday => contact.birthday.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::Member;

    fn passes(filter: &str) -> bool {
        let contact = Contact {
            first_name: "Zoë".into(),
            last_name: "Ångström".into(),
            company: "Blue Yonder".into(),
            tags: vec!["trade show".into()],
            addresses: vec![model::Address {
                country: "U.S.A.".into(),
                ..model::Address::default()
            }],
            custom: [("Shoe size", "-5.5"), ("Level", "Größe L"), ("Code", "0012")]
                .map(|(name, value)| (name.to_owned(), Text::new(value)))
                .into(),
            phones: vec![model::LabeledPhone {
                label: model::Label::NONE,
                phone: model::Phone::parse("+1 202 555 0101", None).unwrap(),
            }],
            ..Contact::default()
        };
        let row = ContactRow {
            id: model::ContactId::nil(),
            owner: Member(1),
            version: 1,
            created_at: 1,
            created_by: Some(store::contacts::Origin {
                run: RunId::Import(ImportId(3)),
                line: 2,
            }),
            made_by: None,
            written_by: None,
            edited_by: None,
            body: String::new(),
        };
        filter.parse::<Filter>().unwrap().lets_pass(&row, &contact)
    }

    #[test]
    fn every_condition_must_hold() {
        for filter in [
            "",
            "zoe",
            "ANGST",
            "555-0101",
            "0101",
            "zoe yonder",
            "tag:\"Trade Show\"",
            "import:3 has:phone no:email",
            "company:blue",
            "country:US",
            "country:USA",
            "country:\"United States\"",
            "country:840",
            "field:\"shoe size\"",
            "field:\"Shoe size\"=-5.50",
            "field:Level=\"GROSSE l\"",
            "field:Code=0012",
        ] {
            assert!(passes(filter), "{filter}");
        }
        for filter in [
            "zoe smith",
            "tag:trade",
            "country:DE",
            "country:U",
            "import:4",
            "has:email",
            "999",
            "field:Shoe",
            "field:\"Shoe size\"=5.5",
            "field:Code=12",
        ] {
            assert!(!passes(filter), "{filter}");
        }
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        for filter in [
            "shoe:44",
            "import:x",
            "has:shoe",
            "changed:yesterday",
            "field:",
            "field:=5",
        ] {
            assert!(filter.parse::<Filter>().is_err(), "{filter}");
        }
    }
}
