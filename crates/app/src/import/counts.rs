//! How many rows came to which end.

use crate::import::outcome::Outcome;
use serde::{Deserialize, Serialize};

/// Rows of a file by outcome. Every row is in exactly one of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Rows with any value.
    pub rows: u64,
    pub new: u64,
    pub update: u64,
    /// Rows that say what the contact says already.
    pub unchanged: u64,
    /// Rows skipped because the contact is there.
    pub duplicate: u64,
    /// Rows skipped because two contacts match.
    pub ambiguous: u64,
    /// Rows skipped because the contact was changed since the export.
    pub conflict: u64,
    /// Rows that cannot be imported.
    pub invalid: u64,
    /// Of the duplicates: those that share a phone or an email with somebody of another name.
    pub possible: u64,
}

impl Counts {
    /// Counts one row.
    pub fn add(&mut self, outcome: &Outcome) {
        self.rows += 1;
        match outcome {
            Outcome::New { .. } => self.new += 1,
            Outcome::Update { .. } => self.update += 1,
            Outcome::Unchanged { .. } => self.unchanged += 1,
            Outcome::Duplicate { possible, .. } => {
                self.duplicate += 1;
                self.possible += u64::from(*possible);
            }
            Outcome::Ambiguous { .. } => self.ambiguous += 1,
            Outcome::Conflict { .. } => self.conflict += 1,
            Outcome::Invalid => self.invalid += 1,
        }
    }

    /// Valid rows that changed nothing: the contact has their values, or the rule leaves it as it is.
    pub fn unchanged_or_skipped(&self) -> u64 {
        self.unchanged + self.duplicate + self.ambiguous + self.conflict
    }

    /// Rows that a person can correct and import again: those that are kept as rejected rows.
    pub fn to_correct(&self) -> u64 {
        self.invalid + self.ambiguous + self.conflict
    }

    /// Whether every row is accounted for.
    pub fn add_up(&self) -> bool {
        let Self {
            rows,
            new,
            update,
            unchanged,
            duplicate,
            ambiguous,
            conflict,
            invalid,
            ..
        } = *self;
        rows == new + update + unchanged + duplicate + ambiguous + conflict + invalid
    }
}

/// What a row becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RowClass {
    /// A new contact.
    New,
    /// Changed values of a contact.
    Update,
    /// Nothing: the row brings nothing new.
    Unchanged,
    /// Nothing: the contact is there.
    Duplicate,
    /// Nothing: a contact has the same phone or email, and another name.
    Possible,
    /// Nothing: more than one contact matches.
    Ambiguous,
    /// Nothing: the contact was changed since the export that the row comes from.
    Conflict,
    /// Nothing: the row cannot be imported.
    Invalid,
}

impl RowClass {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::New,
        Self::Update,
        Self::Unchanged,
        Self::Duplicate,
        Self::Possible,
        Self::Ambiguous,
        Self::Conflict,
        Self::Invalid,
    ];

    /// The word by which addresses name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Update => "update",
            Self::Unchanged => "unchanged",
            Self::Duplicate => "duplicate",
            Self::Possible => "possible",
            Self::Ambiguous => "ambiguous",
            Self::Conflict => "conflict",
            Self::Invalid => "invalid",
        }
    }

    /// The class of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == word)
    }

    /// How many rows of it there are. Possible duplicates are set apart from the others.
    pub fn count_in(self, counts: &Counts) -> u64 {
        match self {
            Self::New => counts.new,
            Self::Update => counts.update,
            Self::Unchanged => counts.unchanged,
            Self::Duplicate => counts.duplicate - counts.possible,
            Self::Possible => counts.possible,
            Self::Ambiguous => counts.ambiguous,
            Self::Conflict => counts.conflict,
            Self::Invalid => counts.invalid,
        }
    }
}
