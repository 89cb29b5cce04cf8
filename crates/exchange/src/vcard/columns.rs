//! The columns that the cards of a file need, and their cells.
//!
//! The number of columns is bounded whatever labels are in a file: values that get no column of their own join others of
//! their field, or are kept as lines.

use super::card::CardContact;
use super::remark::remarks_cell;
use super::text::escaped;
use crate::cell_lists::list_cell;
use crate::export::crystalqore::{Column, header_of};
use crate::native::VCARD_REMARKS;
use model::{Label, Slot, TextField, VcardLine};
use std::collections::{BTreeMap, HashMap};

/// The most columns.
const MOST: usize = 1_000;

/// The most columns of one slot.
const MOST_OF_A_SLOT: usize = 50;

/// The columns of a table.
#[derive(Debug)]
pub struct Columns {
    /// How many columns each slot has.
    counts: BTreeMap<Slot, usize>,
    total: usize,
    has_remarks: bool,
}

impl Columns {
    /// Those that every table has: those of our own CSV, because a column of first names alone would be taken for whole names,
    /// and those that take what finds no column.
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

    /// Makes room for the values of a card.
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

    fn each(&self) -> impl Iterator<Item = Column> + '_ {
        let columns = self.counts.iter();
        columns.flat_map(|(slot, count)| {
            (0..*count).map(|place| Column {
                slot: slot.clone(),
                place,
            })
        })
    }

    /// The header row.
    pub fn header(&self) -> Vec<String> {
        let remarks = self.has_remarks.then(|| VCARD_REMARKS.to_owned());
        self.each().map(|column| header_of(&column)).chain(remarks).collect()
    }

    /// The cells of a card, whose tags are these.
    pub fn cells(&self, contact: &CardContact) -> Vec<String> {
        let mut values: BTreeMap<&Slot, Vec<String>> = BTreeMap::new();
        let mut lines: Vec<String> = contact.kept.iter().map(ToString::to_string).collect();
        for (slot, value) in &contact.values {
            self.place(slot, value, &mut values, &mut lines);
        }
        let tags = list_cell(contact.tags.iter().map(String::as_str));
        let cell = |column: &Column| match column.slot {
            Slot::Tags => tags.clone(),
            Slot::VcardLines => lines.join("\n"),
            _ => {
                let of_slot = values.get(&column.slot);
                of_slot
                    .and_then(|values| values.get(column.place))
                    .cloned()
                    .unwrap_or_default()
            }
        };
        let remarks = self.has_remarks.then(|| remarks_cell(&contact.remarks));
        self.each().map(|column| cell(&column)).chain(remarks).collect()
    }

    fn place<'c>(
        &'c self,
        slot: &'c Slot,
        value: &str,
        values: &mut BTreeMap<&'c Slot, Vec<String>>,
        lines: &mut Vec<String>,
    ) {
        let room = |slot: &Slot| self.counts.get(slot).copied().unwrap_or_default();
        let filled = values.get(slot).map_or(0, Vec::len);
        if filled < room(slot) {
            return values.entry(slot).or_default().push(value.to_owned());
        }
        let is_same_field = |of: &&Slot| match slot {
            Slot::Email(_) => matches!(of, Slot::Email(_)),
            Slot::Phone(_) => matches!(of, Slot::Phone(_)),
            _ => false,
        };
        let joined = self.counts.keys().find(|of| *of == slot && is_same_field(of));
        let joined = joined.or_else(|| self.counts.keys().rfind(|of| is_same_field(of) && is_other(of)));
        match joined {
            Some(slot) => {
                let values = values.entry(slot).or_default();
                match values.last_mut().filter(|_| room(slot) > 0) {
                    Some(last) => *last = format!("{last}; {value}"),
                    None => values.push(value.to_owned()),
                }
            }
            None => {
                let line = format!("X-CRYSTALQORE-VALUE:{};{}", escaped(&slot.to_string()), escaped(value));
                lines.extend(VcardLine::parse(&line).map(|line| line.to_string()));
            }
        }
    }
}

fn is_other(slot: &Slot) -> bool {
    matches!(slot, Slot::Email(label) | Slot::Phone(label) if label.as_str() == "other")
}
