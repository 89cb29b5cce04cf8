//! Judging a row: its cells become values of a contact, or reasons why not.
//!
//! Owns cleaning, reading and checking the values of one row, all reasons at once, and what only the whole file can tell
//! (the order of dates, the country of numbers). Leaves out duplicates: whether a contact is there already is for those
//! who know the directory. Judging is a function of the row alone, so rows may be judged on many threads.

mod cell;
mod lacking;
mod odd_rows;
mod row;
mod survey;

pub use cell::{guarded, guarded_again};
pub(crate) use cell::{list_cell, unguarded};
pub use survey::{Survey, holds_dates, holds_numbers, survey};

use crate::mapping::BoundMapping;
use crate::open::Record;
use crate::reason::Reason;
use model::{
    Contact, ContactId, ContactRules, CustomField, DateOrder, FieldKind, Notation, Patch, Region, Slot, Version,
    region_of_country,
};

/// What a value that cannot be read does to its row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BadValues {
    /// The row is invalid.
    #[default]
    Reject,
    /// The value is left out and told; the rest is imported.
    LeaveOut,
}

/// The country of a number without country code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Regions {
    /// The one chosen for the import, for every row.
    pub chosen: Option<Region>,
    /// What the file's international numbers and countries suggest.
    pub suggested: Option<Region>,
    /// The workspace's, where the file says nothing.
    pub fallback: Option<Region>,
}

/// Everything that judging needs beside the row.
#[derive(Clone, Debug)]
pub struct Judge {
    mapping: BoundMapping,
    regions: Regions,
    notation: Notation,
    bad_values: BadValues,
    rules: ContactRules,
    /// For each column the custom field that it fills, if not every text is one of its values.
    fields: Vec<Option<CustomField>>,
    /// The layout's id: some write values in ways of their own.
    layout: Option<String>,
    keep_patch: bool,
}

/// A judged row.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// The line of the file that it begins on.
    pub line: u64,
    /// The contact that the row describes, as far as it could be read.
    pub contact: Contact,
    /// The row's values for updating a contact; only if asked for.
    pub patch: Option<Box<Patch>>,
    /// What is wrong or odd.
    pub reasons: Vec<Reason>,
    /// What a new contact needs and the row has not. It is wrong only where the row becomes a contact.
    pub lacking: Vec<(Slot, Reason)>,
    /// The contact's id, from our own export.
    pub id: Option<ContactId>,
    /// The contact's version, from our own export.
    pub version: Option<Version>,
}

impl Judged {
    /// Whether the row cannot be imported.
    pub fn is_invalid(&self) -> bool {
        self.reasons.iter().any(|r| !r.warning)
    }
}

impl Judge {
    /// A judge of the rows of one file.
    pub fn new(mapping: BoundMapping, layout: Option<String>) -> Self {
        Self {
            mapping,
            regions: Regions::default(),
            notation: Notation::default(),
            bad_values: BadValues::default(),
            rules: ContactRules::default(),
            fields: Vec::new(),
            layout,
            keep_patch: false,
        }
    }

    /// With the country of numbers without country code.
    pub fn with_regions(mut self, regions: Regions) -> Self {
        self.regions = regions;
        self
    }

    /// With the order of day and month.
    pub fn with_date_order(mut self, order: DateOrder) -> Self {
        self.notation.dates = order;
        self
    }

    /// With the order of day and month, and the sign before fractions.
    pub fn with_notation(mut self, notation: Notation) -> Self {
        self.notation = notation;
        self
    }

    /// With what the workspace asks of contacts.
    pub fn with_rules(mut self, rules: ContactRules) -> Self {
        let field = |slot: &Option<Slot>| match slot {
            Some(Slot::Custom(name)) => rules.field(name).filter(|field| field.kind != FieldKind::Text).cloned(),
            _ => None,
        };
        self.fields = self
            .mapping
            .columns()
            .iter()
            .map(|column| field(&column.slot))
            .collect();
        self.rules = rules;
        self
    }

    /// With a rule for values that cannot be read.
    pub fn with_bad_values(mut self, rule: BadValues) -> Self {
        self.bad_values = rule;
        self
    }

    /// With the values kept for updating contacts.
    pub fn keeping_patches(mut self, keep: bool) -> Self {
        self.keep_patch = keep;
        self
    }

    /// The mapping it reads rows by.
    pub fn mapping(&self) -> &BoundMapping {
        &self.mapping
    }

    /// Judges a row. None for a row without any value: there is nothing to lose in it.
    pub fn judge(&self, record: Record<'_>) -> Option<Judged> {
        if record.text().trim().is_empty() {
            return None;
        }
        if let Some(reason) = odd_rows::reason(record, &self.mapping) {
            return Some(Judged {
                line: record.line(),
                reasons: vec![reason],
                ..Judged::default()
            });
        }
        Some(row::read(self, record))
    }

    /// The countries to try for a number without country code, in order.
    fn regions_of(&self, record: Record<'_>) -> [Option<Region>; 2] {
        if self.regions.chosen.is_some() {
            return [self.regions.chosen, None];
        }
        let own = self
            .mapping
            .columns()
            .iter()
            .enumerate()
            .filter(|(_, c)| matches!(c.slot, Some(Slot::Address(_, model::AddressPart::Country))))
            .filter_map(|(i, _)| record.get(i))
            .find_map(region_of_country);
        let of_file = self.regions.suggested.or(self.regions.fallback);
        match own {
            Some(_) if own != of_file => [own, of_file],
            _ => [of_file, None],
        }
    }
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
