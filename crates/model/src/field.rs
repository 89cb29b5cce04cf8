//! What a workspace asks of its contacts: its custom fields, what a value of each may be, and which fields a contact needs.
//!
//! Owns the one place where a value of a custom field is checked. Leaves out who may define fields and where they are kept:
//! forms and files hand the same rules in.

use crate::birthday::{Birthday, DateOrder, whole_date};
use crate::contact::Contact;
use crate::number::{DecimalSign, canonical_number};
use crate::slot::Slot;
use crate::text::{Text, clean};
use serde::{Deserialize, Serialize};

/// What a value of a custom field is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Any text.
    #[default]
    Text,
    /// A number, kept as decimal text.
    Number,
    /// A day with its year, kept as `2026-12-31`.
    Date,
    /// One of a few words.
    Choice,
}

impl FieldKind {
    /// All of them, in the order in which they are offered.
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

    /// The kind that a word stands for.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// How values are written where a value alone does not show it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Notation {
    /// The order of day and month.
    pub dates: DateOrder,
    /// The sign before fractions.
    pub decimals: DecimalSign,
}

/// A custom field of a workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct CustomField {
    /// Its name, which is that of its values in contacts.
    pub name: String,
    /// What a value is.
    pub kind: FieldKind,
    /// The choices, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// Choices that are not offered any more, and that contacts may have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub former_choices: Vec<String>,
    /// Whether it is only kept: nothing offers it, and its values stay.
    pub archived: bool,
}

/// Why a value is none of its field, in words that stand behind the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// What is wrong.
    pub what: String,
    /// What would be right.
    pub advice: String,
}

/// Choices that advice names.
const NAMED_CHOICES: usize = 12;

impl CustomField {
    /// A field that takes any text.
    pub fn of_text(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// The value as it is kept; an empty text for none.
    ///
    /// # Errors
    /// When it is no value of this field.
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

    /// The choice that a text means: exactly, or but for case.
    fn among<'a>(choices: &'a [String], text: &str) -> Option<&'a str> {
        let same = |choice: &&String| choice.to_lowercase() == text.to_lowercase();
        let exact = choices.iter().find(|choice| *choice == text);
        exact.or_else(|| choices.iter().find(same)).map(String::as_str)
    }

    /// A former choice that a text means.
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

/// What a workspace asks of its contacts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct ContactRules {
    /// The custom fields in their order, archived ones last.
    pub fields: Vec<CustomField>,
    /// What every contact needs beside something to know it by. A slot without a label means one of whatever label.
    #[serde(with = "slot_texts")]
    pub required: Vec<Slot>,
}

/// Something about a contact that the rules do not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleBroken {
    /// Where.
    pub slot: Slot,
    /// What is wrong, a sentence without its end.
    pub what: String,
}

impl ContactRules {
    /// The field of a name: exactly, or but for case.
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

    /// The custom values of a contact in the order of the fields, then those of archived fields and of none, each with
    /// whether its field is offered.
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

    /// What a contact lacks that it needs.
    pub fn lacking<'a>(&'a self, contact: &'a Contact) -> impl Iterator<Item = &'a Slot> {
        self.required.iter().filter(|slot| !contact.has(slot))
    }

    /// Brings the custom values that somebody has entered into the form in which they are kept, and says what is wrong
    /// with the contact. What it was `before` may stay, whatever the rules say now; only what it needs, it needs.
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
