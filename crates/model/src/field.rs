//! The rules of a workspace for its contacts: its custom fields, the values that each one accepts, and the fields that
//! every contact needs.
//!
//! This is the only place where values of custom fields are checked: forms and files use the same rules. Who may
//! define fields, and where they are stored, is decided elsewhere.

use crate::birthday::{Birthday, DateOrder, whole_date};
use crate::contact::Contact;
use crate::number::{DecimalSign, canonical_number};
use crate::slot::Slot;
use crate::text::{Text, clean};
use serde::{Deserialize, Serialize};

/// The kind of values of a custom field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Any text.
    #[default]
    Text,
    /// A number, stored as decimal text.
    Number,
    /// A day with its year, stored as `2026-12-31`.
    Date,
    /// One of the field's choices.
    Choice,
}

impl FieldKind {
    /// All kinds, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Text, Self::Number, Self::Date, Self::Choice];

    /// The word that is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Date => "date",
            Self::Choice => "choice",
        }
    }

    /// Returns the kind with this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// How values are written, where a value alone is ambiguous.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Notation {
    /// The order of day and month.
    pub dates: DateOrder,
    /// The decimal separator.
    pub decimals: DecimalSign,
}

/// A custom field of a workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct CustomField {
    /// Its name, under which contacts store its values.
    pub name: String,
    /// The kind of its values.
    pub kind: FieldKind,
    /// The choices, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// Choices that are no longer offered but that contacts may still have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub former_choices: Vec<String>,
    /// Whether the field is archived: it is not offered any more, and its values stay.
    pub archived: bool,
}

/// Why a value does not fit its field, as the end of a sentence that begins with the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The problem.
    pub what: String,
    /// What would be correct.
    pub advice: String,
}

/// The number of choices that an advice lists.
const NAMED_CHOICES: usize = 12;

impl CustomField {
    /// Creates a field that accepts any text.
    pub fn of_text(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// Returns the value in the form in which it is stored; empty if there is none.
    ///
    /// # Errors
    /// If it is not a value of this field.
    pub fn read(&self, raw: &str, notation: Notation) -> Result<Text, Misfit> {
        let text = Text::new(raw);
        if text.is_empty() {
            return Ok(text);
        }
        match self.kind {
            FieldKind::Text => Ok(text),
            FieldKind::Number => match canonical_number(text.as_str(), notation.decimals) {
                Some(number) => Ok(Text::new(&number)),
                None => Err(misfit(
                    "is not a number",
                    "write it in figures, such as 1234.5, or leave it empty",
                )),
            },
            FieldKind::Date if Birthday::is_empty_date(text.as_str()) => Ok(Text::default()),
            FieldKind::Date => match whole_date(text.as_str(), notation.dates) {
                Some(date) => Ok(Text::new(&date)),
                None => Err(misfit(
                    "is not a valid date",
                    "write dates as 2026-12-31, or leave it empty",
                )),
            },
            FieldKind::Choice => match Self::among(&self.choices, text.as_str()) {
                Some(choice) => Ok(Text::new(choice)),
                None => Err(self.no_choice()),
            },
        }
    }

    /// Finds a choice: an exact match, or one that differs only in case.
    fn among<'a>(choices: &'a [String], text: &str) -> Option<&'a str> {
        let same = |choice: &&String| choice.to_lowercase() == text.to_lowercase();
        let exact = choices.iter().find(|choice| *choice == text);
        exact.or_else(|| choices.iter().find(same)).map(String::as_str)
    }

    /// Finds a former choice.
    pub fn former(&self, text: &str) -> Option<&str> {
        Self::among(&self.former_choices, &clean(text)).filter(|_| self.kind == FieldKind::Choice)
    }

    fn no_choice(&self) -> Misfit {
        let named: Vec<&str> = self.choices.iter().take(NAMED_CHOICES).map(String::as_str).collect();
        let more = if self.choices.len() > NAMED_CHOICES {
            ", …"
        } else {
            ""
        };
        Misfit {
            what: format!("is not a choice of {}", self.name),
            advice: format!("choose one of: {}{more}; or leave it empty", named.join(", ")),
        }
    }
}

fn misfit(what: &str, advice: &str) -> Misfit {
    Misfit {
        what: what.to_owned(),
        advice: advice.to_owned(),
    }
}

/// The rules of a workspace for its contacts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct ContactRules {
    /// The custom fields in their order, archived ones last.
    pub fields: Vec<CustomField>,
    /// The slots that every contact must fill in addition to an identifying value. A slot without a label matches any
    /// label.
    #[serde(with = "slot_texts")]
    pub required: Vec<Slot>,
}

/// A violation of the rules by a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleBroken {
    /// The slot concerned.
    pub slot: Slot,
    /// The problem, as a sentence without its full stop.
    pub what: String,
}

impl ContactRules {
    /// Finds a field by its name: an exact match, or one that differs only in case.
    pub fn field(&self, name: &str) -> Option<&CustomField> {
        let exact = self.fields.iter().find(|field| field.name == name);
        exact.or_else(|| {
            let lower = clean(name).to_lowercase();
            self.fields.iter().find(|field| field.name.to_lowercase() == lower)
        })
    }

    /// The fields that are offered, in order.
    pub fn offered(&self) -> impl Iterator<Item = &CustomField> {
        self.fields.iter().filter(|field| !field.archived)
    }

    /// Returns the custom values of a contact in the order of the fields, followed by values without a field; each
    /// with whether its field is offered.
    pub fn in_order<'a>(&'a self, contact: &'a Contact) -> Vec<(&'a str, &'a Text, bool)> {
        let known = self.fields.iter().filter_map(|field| {
            let value = contact.custom.get(&field.name)?;
            Some((field.name.as_str(), value, !field.archived))
        });
        let others = contact
            .custom
            .iter()
            .filter(|(name, _)| self.fields.iter().all(|f| f.name != **name));
        known
            .chain(others.map(|(name, value)| (name.as_str(), value, false)))
            .collect()
    }

    /// Returns the required slots that a contact does not fill.
    pub fn lacking<'a>(&'a self, contact: &'a Contact) -> impl Iterator<Item = &'a Slot> {
        self.required.iter().filter(|slot| !contact.has(slot))
    }

    /// Normalises the custom values that were entered, and returns the violations of the rules. Values that the
    /// contact already had `before` may stay, even if the rules do not accept them any more; required slots must
    /// always be filled.
    pub fn check(&self, contact: &mut Contact, before: Option<&Contact>) -> Vec<RuleBroken> {
        let mut broken = Vec::new();
        for (name, value) in &mut contact.custom {
            let stayed = before.and_then(|before| before.custom.get(name)) == Some(value);
            if stayed || value.is_empty() {
                continue;
            }
            let kept = match self.fields.iter().find(|field| field.name == *name) {
                Some(field) => field.read(value.as_str(), Notation::default()),
                None => Err(misfit(
                    "cannot be kept",
                    &format!("there is no field “{name}”; ask an admin to add it"),
                )),
            };
            match kept {
                Ok(kept) => *value = kept,
                Err(misfit) => broken.push(RuleBroken {
                    slot: Slot::Custom(name.clone()),
                    what: format!("“{value}” {}; {}", misfit.what, misfit.advice),
                }),
            }
        }
        let lacking = self.lacking(contact).map(|slot| RuleBroken {
            slot: slot.clone(),
            what: format!("{} is required here", slot.title()),
        });
        broken.extend(lacking.collect::<Vec<_>>());
        broken
    }
}

/// Slots are stored as their texts.
mod slot_texts {
    use super::Slot;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(slots: &[Slot], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(slots.iter().map(Slot::to_string))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Slot>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        let slot = |text: String| text.parse().map_err(|_| serde::de::Error::custom("unknown slot"));
        texts.into_iter().map(slot).collect()
    }
}

#[cfg(test)]
#[path = "field_tests.rs"]
mod tests;
