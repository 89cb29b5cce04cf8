//! What the page of the second step shows: the draft, its columns, and what was chosen for them.

use crate::pages::import::fields::LABEL_COLUMN;
use app::{Column, ColumnProblem, Draft, MappedFile};
use model::Slot;
use std::collections::HashMap;

/// A draft with its file, as the database and the preview know them.
pub struct Looked {
    pub draft: Draft,
    pub file: MappedFile,
    pub problems: Vec<ColumnProblem>,
    /// Whether the preview may find more of them.
    pub counting: bool,
}

/// What the page shows.
pub struct Shown<'a> {
    pub draft: &'a Draft,
    pub file: &'a MappedFile,
    /// What the preview has found wrong with values so far.
    pub problems: &'a [ColumnProblem],
    /// Whether it may find more.
    pub counting: bool,
    /// Which page of the columns, from 0.
    pub page: usize,
    /// What is wrong with what was sent.
    pub problem: Option<&'a str>,
    /// What was chosen and not taken.
    pub chosen: Option<&'a HashMap<usize, String>>,
}

impl<'a> Shown<'a> {
    /// A draft as it stands.
    pub fn new(looked: &'a Looked, page: usize) -> Self {
        Self {
            draft: &looked.draft,
            file: &looked.file,
            problems: &looked.problems,
            counting: looked.counting,
            page,
            problem: None,
            chosen: None,
        }
    }

    pub fn choice(&self, at: usize, column: &Column) -> String {
        let sent = self.chosen.and_then(|chosen| chosen.get(&at));
        sent.cloned().unwrap_or_else(|| shown(column))
    }

    /// The column that this one has taken its field from.
    pub fn has_taken(&self, at: usize) -> Option<usize> {
        self.file.taken_by.iter().position(|taker| *taker == Some(at))
    }

    /// What is wrong with most of the values of a column that cannot be read.
    pub fn problem_of(&self, at: usize) -> Option<&'a ColumnProblem> {
        self.problems.iter().find(|problem| problem.column == at)
    }

    /// Another column that is to fill the same field, which takes one.
    pub fn twice(&self, at: usize, choice: &str) -> Option<&'a str> {
        let slot: Slot = choice.parse().ok()?;
        if self.chosen.is_none() || slot.takes_several() {
            return None;
        }
        let columns = self.file.columns.iter().enumerate();
        let mut others = columns.filter(|(other, column)| *other != at && self.choice(*other, column) == choice);
        others.next().map(|(_, column)| column.header.as_str())
    }
}

/// The value of a column's choice as the page shows it.
pub fn shown(column: &Column) -> String {
    match &column.slot {
        Some(slot) => slot.to_string(),
        None if column.label_for.is_empty() => String::new(),
        None => LABEL_COLUMN.to_owned(),
    }
}
