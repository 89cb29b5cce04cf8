//! What an import does with rows that match a contact, and what counts as a match.

use model::Blanks;
use model::Fill;
use model::Lists;
use model::MatchKey;
use serde::Deserialize;
use serde::Serialize;

/// What happens to a row that matches a contact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duplicates {
    /// Nothing; it is counted.
    #[default]
    Skip,
    /// The contact gets the row's values.
    Update,
    /// The contact gets the row's values where it has none.
    Fill,
    /// A new contact is made.
    Create,
}

/// What counts as a match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Match {
    /// The same email only.
    Email,
    /// The same phone only.
    Phone,
    /// The same email or the same phone.
    #[default]
    EmailOrPhone,
    /// The same email or the same phone, and a name that is surely the same (`model::by_key`).
    EmailOrPhoneAndName,
}

impl Match {
    /// Whether contacts with the same key of this kind are the same by this rule.
    pub(crate) fn counts(self, key: &MatchKey) -> bool {
        match self {
            Self::Email => key.is_email(),
            Self::Phone => key.is_phone(),
            Self::EmailOrPhone | Self::EmailOrPhoneAndName => key.is_email() || key.is_phone(),
        }
    }

    /// Whether one kind of value was said to be who somebody is, whatever the name.
    pub(crate) fn is_of_one_kind(self) -> bool {
        matches!(self, Self::Email | Self::Phone)
    }
}

/// What happens to a row whose contact was changed since the export that the row comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conflicts {
    /// Nothing; it is listed.
    #[default]
    Skip,
    /// The row's values win.
    Overwrite,
}

/// What an import does with rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportOptions {
    /// With rows that match a contact.
    pub duplicates: Duplicates,
    /// What a match is.
    pub matching: Match,
    /// With rows whose contact was changed since.
    pub conflicts: Conflicts,
    /// Whether empty cells clear values when updating.
    pub empty_cells_clear: bool,
    /// Whether the emails, phones, addresses, websites and tags of a row that updates its contact take the place of those
    /// that the contact has; else they are added.
    #[serde(default)]
    pub replace_lists: bool,
}

impl ImportOptions {
    /// How a row's values meet those of its contact; none if they do not.
    pub(crate) fn fill(&self) -> Option<Fill> {
        match self.duplicates {
            Duplicates::Skip | Duplicates::Create => None,
            Duplicates::Fill => Some(Fill::Blanks),
            Duplicates::Update => Some(self.update()),
        }
    }

    /// How an update brings in a row's values.
    pub(crate) fn update(&self) -> Fill {
        let blanks = match self.empty_cells_clear {
            true => Blanks::Clear,
            false => Blanks::Keep,
        };
        let lists = match self.replace_lists {
            true => Lists::Replace(blanks),
            false => Lists::Add,
        };
        Fill::Update(blanks, lists)
    }
}
