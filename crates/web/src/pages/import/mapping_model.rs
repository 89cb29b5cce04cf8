//! What the page of the second step shows: the draft, its columns, and what was chosen for them.

use crate::pages::import::fields::LABEL_COLUMN;
use app::{Column, Draft, MappedFile};
use model::Slot;
use std::collections::HashMap;

/// What the page shows.
pub struct Shown<'a> {
    pub draft: &'a Draft,
    pub file: &'a MappedFile,
    /// Which page of the columns, from 0.
    pub page: usize,
    /// What is wrong with what was sent.
    pub problem: Option<&'a str>,
    /// What was chosen and not taken.
    pub chosen: Option<&'a HashMap<usize, String>>,
}

impl<'a> Shown<'a> {
    /// A draft as it stands.
    pub fn new(draft: &'a Draft, file: &'a MappedFile, page: usize) -> Self {
        Self {
            draft,
            file,
            page,
            problem: None,
            chosen: None,
        }
    }

    pub fn choice(&self, at: usize, column: &Column) -> String {
        let sent = self.chosen.and_then(|chosen| chosen.get(&at));
        sent.cloned().unwrap_or_else(|| shown(column))
    }

    /// Another column that is to fill the same field, which takes one.
    pub fn twice(&self, at: usize, choice: &str) -> Option<&'a str> {
        let slot: Slot = choice.parse().ok()?;
        if self.chosen.is_none() || slot.is_list() {
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
