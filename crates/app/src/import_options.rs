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
    /// A new contact is created.
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
    /// The same email or the same phone, and a name that is certainly the same (`model::by_key`).
    EmailOrPhoneAndName,
}

impl Match {
    /// Whether two contacts that share this key are the same by this rule.
    pub(crate) fn counts(self, key: &MatchKey) -> bool {
        match self {
            Self::Email => key.is_email(),
            Self::Phone => key.is_phone(),
            Self::EmailOrPhone | Self::EmailOrPhoneAndName => key.is_email() || key.is_phone(),
        }
    }

    /// Whether a single kind of key identifies a contact, whatever its name.
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

/// What an import does with its rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportOptions {
    /// For rows that match a contact.
    pub duplicates: Duplicates,
    /// What counts as a match.
    pub matching: Match,
    /// For rows whose contact was changed after the export.
    pub conflicts: Conflicts,
    /// Whether empty cells clear values when updating.
    pub empty_cells_clear: bool,
    /// Whether the emails, phones, addresses, websites and tags of a row replace those of the contact that it updates;
    /// otherwise they are added.
    #[serde(default)]
    pub replace_lists: bool,
}

impl ImportOptions {
    /// How a row's values are merged into its contact; `None` if they are not.
    pub(crate) fn fill(&self) -> Option<Fill> {
        match self.duplicates {
            Duplicates::Skip | Duplicates::Create => None,
            Duplicates::Fill => Some(Fill::Blanks),
            Duplicates::Update => Some(self.update()),
        }
    }

    /// How an update merges a row's values into the contact.
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
