//! The data of the second step's page: the draft, its columns, and the choices for them.

use crate::pages::import::fields::LABEL_COLUMN;
use app::{Column, ColumnProblem, Draft, MappedFile};
use model::Slot;
use std::collections::HashMap;

/// A draft and its file, from the database and the preview.
pub struct DraftView {
    pub draft: Draft,
    pub file: MappedFile,
    pub problems: Vec<ColumnProblem>,
    /// Whether the preview may still find more problems.
    pub counting: bool,
}

/// The state of the page.
pub struct Shown<'a> {
    pub draft: &'a Draft,
    pub file: &'a MappedFile,
    /// The problems that the preview has found so far.
    pub problems: &'a [ColumnProblem],
    /// Whether the preview may still find more.
    pub counting: bool,
    /// Which page of the columns, from 0.
    pub page: usize,
    /// The problem with the submitted form.
    pub problem: Option<&'a str>,
    /// Submitted choices that were rejected.
    pub chosen: Option<&'a HashMap<usize, String>>,
}

impl<'a> Shown<'a> {
    /// The page for the draft as it is stored.
    pub fn new(looked: &'a DraftView, page: usize) -> Self {
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

    /// The index of the column whose field this column has taken.
    pub fn taken_from(&self, at: usize) -> Option<usize> {
        self.file.taken_by.iter().position(|taker| *taker == Some(at))
    }

    /// The most frequent problem with the values of a column.
    pub fn problem_of(&self, at: usize) -> Option<&'a ColumnProblem> {
        self.problems.iter().find(|problem| problem.column == at)
    }

    /// The header of another column that fills the same field, if the field takes only one column.
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

/// The value of a column's select.
pub fn shown(column: &Column) -> String {
    match &column.slot {
        Some(slot) => slot.to_string(),
        None if column.label_for.is_empty() => String::new(),
        None => LABEL_COLUMN.to_owned(),
    }
}
