//! Determines the columns that the cards of a file need, and fills their cells.
//!
//! The number of columns is bounded, no matter how many labels a file uses: values without a column of their own are
//! added to others of their field, or kept as lines.

use super::card::CardContact;
use super::remark::remarks_cell;
use super::text::escaped;
use crate::cell_lists::list_cell;
use crate::export::crystalqore::{Column, header_of};
use crate::native::VCARD_REMARKS;
use foldhash::{HashMap, HashMapExt};
use model::{Label, Slot, TextField, VcardLine};
use std::collections::BTreeMap;
use std::ops::Range;

/// The maximum number of columns.
const MOST: usize = 1_000;

/// The maximum number of columns of one slot.
const MOST_OF_A_SLOT: usize = 50;

/// Counts the columns that the cards of a file need.
#[derive(Debug)]
pub struct ColumnCounts {
    /// The number of columns of each slot.
    counts: BTreeMap<Slot, usize>,
    total: usize,
    has_remarks: bool,
}

impl ColumnCounts {
    /// Starts with the columns that every table has: the usual ones of CrystalQore CSV, because a column of first
    /// names alone would be taken for whole names, and those that receive values without a column.
    pub fn new() -> Self {
        let other = Label::exact("other");
        let always = [
            Slot::Id,
            Slot::Version,
            Slot::Text(TextField::FirstName),
            Slot::Text(TextField::LastName),
            Slot::Text(TextField::Company),
            Slot::Text(TextField::Title),
            Slot::Text(TextField::Notes),
            Slot::Tags,
            Slot::VcardLines,
            Slot::Email(other.clone()),
            Slot::Phone(other),
        ];
        Self {
            total: always.len(),
            counts: always.into_iter().map(|slot| (slot, 1)).collect(),
            has_remarks: false,
        }
    }

    /// Adds the columns that the values of a card need.
    pub fn add(&mut self, contact: &CardContact) {
        self.has_remarks |= !contact.remarks.is_empty();
        let mut needed: HashMap<&Slot, usize> = HashMap::new();
        for (slot, _) in &contact.values {
            *needed.entry(slot).or_default() += 1;
        }
        for (slot, needed) in needed {
            let has = self.counts.get(slot).copied().unwrap_or_default();
            let more = needed.min(MOST_OF_A_SLOT).saturating_sub(has).min(MOST - self.total);
            if more > 0 {
                *self.counts.entry(slot.clone()).or_default() += more;
                self.total += more;
            }
        }
    }

    /// Returns the columns in their order.
    pub fn into_columns(self) -> Columns {
        let mut header = Vec::with_capacity(self.total + 1);
        let mut places = HashMap::with_capacity(self.counts.len());
        for (slot, count) in self.counts {
            let from = header.len();
            header.extend((0..count).map(|place| {
                header_of(&Column {
                    slot: slot.clone(),
                    place,
                })
            }));
            places.insert(slot, from..header.len());
        }
        let columns = header.len();
        header.extend(self.has_remarks.then(|| VCARD_REMARKS.to_owned()));
        Columns {
            header,
            places,
            remarks: self.has_remarks.then_some(columns),
        }
    }
}

#[derive(Debug)]
pub struct Columns {
    header: Vec<String>,
    /// The columns of each slot.
    places: HashMap<Slot, Range<usize>>,
    /// The column of remarks.
    remarks: Option<usize>,
}

impl Columns {
    /// The header row.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// Returns the cells of a card, one for each column.
    pub fn cells(&self, contact: CardContact) -> Vec<String> {
        let mut cells = vec![String::new(); self.header.len()];
        let mut lines: Vec<String> = contact.kept.iter().map(ToString::to_string).collect();
        for (slot, value) in contact.values {
            lines.extend(self.place(&slot, value, &mut cells));
        }
        let rest = [
            (
                self.first(&Slot::Tags),
                list_cell(contact.tags.iter().map(String::as_str)),
            ),
            (self.first(&Slot::VcardLines), lines.join("\n")),
            (self.remarks, remarks_cell(&contact.remarks)),
        ];
        for (column, cell) in rest {
            if let Some(column) = column {
                cells[column] = cell;
            }
        }
        cells
    }

    fn first(&self, slot: &Slot) -> Option<usize> {
        self.places.get(slot).map(|columns| columns.start)
    }

    /// Puts a value into the next free column of its slot. If none is free, an email or phone is added to the last
    /// filled cell of its slot or, if its slot has no column, of the label "other"; any other value is returned as a
    /// line to keep.
    fn place(&self, slot: &Slot, value: String, cells: &mut [String]) -> Option<String> {
        let own = self.places.get(slot);
        if let Some(free) = own.and_then(|columns| cells[columns.clone()].iter_mut().find(|cell| cell.is_empty())) {
            *free = value;
            return None;
        }
        let other = match slot {
            Slot::Email(_) => Slot::Email(Label::exact("other")),
            Slot::Phone(_) => Slot::Phone(Label::exact("other")),
            _ => {
                let line = format!("X-CRYSTALQORE-VALUE:{};{}", escaped(&slot.to_string()), escaped(&value));
                return VcardLine::parse(&line).map(|line| line.to_string());
            }
        };
        let columns = own.or_else(|| self.places.get(&other))?.clone();
        match cells[columns.clone()].iter_mut().rfind(|cell| !cell.is_empty()) {
            Some(last) => {
                last.push_str("; ");
                last.push_str(&value);
            }
            None => cells[columns.start] = value,
        }
        None
    }
}
