//! Rows counted by outcome.

use crate::import::outcome::Outcome;
use serde::{Deserialize, Serialize};

/// The rows of a file by outcome. Every row is counted in exactly one of `new` to `invalid`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Rows with at least one value.
    pub rows: u64,
    pub new: u64,
    pub update: u64,
    /// Rows whose values the contact has already.
    pub unchanged: u64,
    /// Rows skipped because the contact exists.
    pub duplicate: u64,
    /// Rows skipped because more than one contact matches.
    pub ambiguous: u64,
    /// Rows skipped because the contact was changed since the export.
    pub conflict: u64,
    /// Rows that cannot be imported.
    pub invalid: u64,
    /// The part of `duplicate` that shares a phone or an email with a contact that is not certainly the same.
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

    /// Returns the number of valid rows that changed nothing: the contact has their values, or the rule leaves it
    /// unchanged.
    pub fn unchanged_or_skipped(&self) -> u64 {
        self.unchanged + self.duplicate + self.ambiguous + self.conflict
    }

    /// Returns the number of rejected rows, which a member can correct and import again.
    pub fn to_correct(&self) -> u64 {
        self.invalid + self.ambiguous + self.conflict
    }

    /// Whether the outcomes add up to the number of rows.
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

/// The outcome of a row, with possible duplicates as a class of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RowClass {
    /// A new contact.
    New,
    /// A contact with changed values.
    Update,
    /// Nothing: the row brings nothing new.
    Unchanged,
    /// Nothing: the contact exists.
    Duplicate,
    /// Nothing: a contact has the same phone or email, but is not certainly the same.
    Possible,
    /// Nothing: more than one contact matches.
    Ambiguous,
    /// Nothing: the contact was changed since the export that the row comes from.
    Conflict,
    /// Nothing: the row cannot be imported.
    Invalid,
}

impl RowClass {
    /// All classes.
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

    /// Returns the word for the class in URLs.
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

    /// Returns the class of a word; `None` if the word is unknown.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == word)
    }

    /// Returns the number of rows in this class. Possible duplicates are not counted as duplicates.
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
