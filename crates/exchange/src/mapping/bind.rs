//! A mapping bound to a header row: the only type that can read rows.

use super::column::Column;
use super::piece::Piece;
use crate::google_lines::service_header;
use model::{Label, Slot};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Which column fills which slot, checked against a header row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoundMapping {
    columns: Vec<BoundColumn>,
}

/// A column of a bound mapping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoundColumn {
    /// Its name in the file.
    pub header: String,
    /// The slot it fills.
    #[serde(with = "slot_text")]
    pub slot: Option<Slot>,
    /// The column that holds the label of its values.
    pub label_from: Option<usize>,
    /// The column that holds the service of its messengers, such as Skype.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_from: Option<usize>,
    /// Its position among the columns of the same slot, from 0.
    pub place: usize,
    /// Which piece of the slot's value it holds, if not all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub piece: Option<Piece>,
    /// The column that holds the rest of the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub piece_of: Option<usize>,
    /// The column that fills its slot instead, because the user chose it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_by: Option<usize>,
}

/// A mapping that does not fit the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// The file has no such column.
    #[error("the file has no column \"{column}\"; it has: {}", .there.join(", "))]
    UnknownColumn {
        /// The requested column.
        column: String,
        /// The columns of the file.
        there: Vec<String>,
    },
    /// There is no such slot.
    #[error("\"{slot}\" is no slot; there are: {}", Slot::catalogue())]
    UnknownSlot {
        /// The requested slot.
        slot: String,
    },
    /// Two columns for one slot that takes only one.
    #[error("both \"{first}\" and \"{second}\" are to fill {slot}, which takes one column; leave one of them out")]
    Twice {
        /// The slot.
        slot: String,
        /// The first column.
        first: String,
        /// The second column.
        second: String,
    },
}

/// Returns the column that holds the service of the messengers in a column.
fn service_column(columns: &[Column], of: usize) -> Option<usize> {
    let service = service_header(&columns[of].header)?;
    columns.iter().position(|column| column.header == service)
}

impl BoundMapping {
    /// Binds proposed columns. The user's choices (column name or `#3` for the third, and slot; an empty slot or
    /// `ignore` leaves the column out) take precedence over the proposals.
    ///
    /// # Errors
    /// When a column or slot does not exist, or a slot that takes one column is chosen twice.
    pub fn bind(columns: &[Column], choices: &[(String, String)]) -> Result<Self, MappingError> {
        let mut slots: Vec<Option<Slot>> = columns.iter().map(|c| c.slot.clone()).collect();
        let mut chosen = vec![false; columns.len()];
        for (column, slot) in choices {
            let slot = match slot.trim() {
                "" | "ignore" => None,
                text => Some(
                    text.parse::<Slot>()
                        .map_err(|e| MappingError::UnknownSlot { slot: e.0 })?,
                ),
            };
            for at in columns_named(columns, column)? {
                slots[at].clone_from(&slot);
                chosen[at] = true;
            }
        }
        let taken_by = check_claims(columns, &mut slots, &chosen)?;
        let mut mapping = Self::from_slots(columns, slots);
        for (column, taker) in mapping.columns.iter_mut().zip(taken_by) {
            column.taken_by = taker;
        }
        Ok(mapping)
    }

    fn from_slots(columns: &[Column], slots: Vec<Option<Slot>>) -> Self {
        let mut places: HashMap<Slot, usize> = HashMap::new();
        let mut label_from: HashMap<usize, usize> = HashMap::new();
        for (from, column) in columns.iter().enumerate() {
            for labelled in &column.label_for {
                label_from.entry(*labelled).or_insert(from);
            }
        }
        let bound = slots
            .into_iter()
            .enumerate()
            .map(|(at, slot)| {
                let is_as_proposed = columns[at].slot == slot && slot.is_some();
                let piece = columns[at].piece.filter(|_| is_as_proposed);
                let place = slot.as_ref().filter(|_| !is_part(piece)).map_or(0, |slot| {
                    let next = places.entry(slot.clone()).or_default();
                    *next += 1;
                    *next - 1
                });
                BoundColumn {
                    header: columns[at].header.clone(),
                    label_from: label_from.get(&at).copied().filter(|_| is_as_proposed),
                    service_from: service_column(columns, at).filter(|_| is_as_proposed),
                    slot,
                    place,
                    piece,
                    piece_of: None,
                    taken_by: None,
                }
            })
            .collect();
        let mut mapping = Self { columns: bound };
        mapping.find_main_columns();
        mapping
    }

    /// Finds for every piece of a value the column that holds the rest: the nearest one of its slot, to the right for
    /// codes and name prefixes, to the left for everything else. Pieces of a birthday belong to the first of them.
    fn find_main_columns(&mut self) {
        let mut wholes: HashMap<Slot, Vec<usize>> = HashMap::new();
        let mut birthday = None;
        for (at, column) in self.columns.iter().enumerate() {
            let Some(slot) = &column.slot else { continue };
            if !is_part(column.piece) {
                wholes.entry(slot.clone()).or_default().push(at);
            } else if *slot == Slot::Birthday {
                birthday.get_or_insert(at);
            }
        }
        for at in 0..self.columns.len() {
            let column = &self.columns[at];
            let (Some(piece), Some(slot)) = (column.piece.filter(|piece| piece.is_part()), &column.slot) else {
                continue;
            };
            let main = match piece {
                Piece::Day | Piece::Month | Piece::Year => birthday,
                _ => wholes.get(slot).and_then(|wholes| {
                    let next = wholes.partition_point(|whole| *whole < at);
                    let (before, behind) = (next.checked_sub(1), (next < wholes.len()).then_some(next));
                    let nearest = match piece {
                        Piece::CallingCode | Piece::AreaCode | Piece::NamePrefix => behind.or(before),
                        _ => before.or(behind),
                    };
                    nearest.map(|at| wholes[at])
                }),
            };
            self.columns[at].piece_of = main;
        }
    }

    /// Whether values are composed from several columns.
    pub fn has_pieces(&self) -> bool {
        self.columns.iter().any(|column| column.piece_of.is_some())
    }

    /// The columns, in the file's order.
    pub fn columns(&self) -> &[BoundColumn] {
        &self.columns
    }

    /// Whether a column fills the slot.
    pub fn fills(&self, slot: &Slot) -> bool {
        self.columns.iter().any(|c| c.slot.as_ref() == Some(slot))
    }

    /// Whether any column fills any slot.
    pub fn is_empty(&self) -> bool {
        self.columns.iter().all(|c| c.slot.is_none())
    }

    /// The label of a column's values if its label column is empty.
    pub fn own_label(slot: &Slot) -> Label {
        match slot {
            Slot::Email(label) | Slot::Phone(label) | Slot::Website(label) | Slot::Address(label, _) => label.clone(),
            _ => Label::NONE,
        }
    }
}

fn columns_named(columns: &[Column], name: &str) -> Result<Vec<usize>, MappingError> {
    let by_number = name
        .strip_prefix('#')
        .and_then(|n| n.parse::<usize>().ok())
        .filter(|n| (1..=columns.len()).contains(n));
    let find = |same: &dyn Fn(&str) -> bool| -> Vec<usize> {
        (0..columns.len()).filter(|i| same(&columns[*i].header)).collect()
    };
    let exact = find(&|h| h == name);
    let found = match by_number {
        _ if !exact.is_empty() => exact,
        Some(number) => vec![number - 1],
        None => find(&|h| h.to_lowercase() == name.trim().to_lowercase()),
    };
    if found.is_empty() {
        let there = columns.iter().map(|c| c.header.clone()).collect();
        return Err(MappingError::UnknownColumn {
            column: name.to_owned(),
            there,
        });
    }
    Ok(found)
}

fn is_part(piece: Option<Piece>) -> bool {
    piece.is_some_and(Piece::is_part)
}

/// Resolves slots that two columns claim: a choice of the user replaces a proposal; two choices for one slot are an
/// error. Returns, for each column, the one that has taken its slot.
fn check_claims(
    columns: &[Column],
    slots: &mut [Option<Slot>],
    chosen: &[bool],
) -> Result<Vec<Option<usize>>, MappingError> {
    let mut taken_by = vec![None; slots.len()];
    let mut holders: HashMap<Slot, usize> = HashMap::new();
    for at in 0..slots.len() {
        if is_part(columns[at].piece) && columns[at].slot == slots[at] {
            continue;
        }
        let Some(slot) = slots[at].clone().filter(|s| !s.takes_several()) else {
            continue;
        };
        let Some(holder) = holders.get(&slot).copied() else {
            holders.insert(slot, at);
            continue;
        };
        match (chosen[holder], chosen[at]) {
            (true, true) => {
                return Err(MappingError::Twice {
                    slot: slot.to_string(),
                    first: columns[holder].header.clone(),
                    second: columns[at].header.clone(),
                });
            }
            (true, false) => {
                slots[at] = None;
                taken_by[at] = Some(holder);
            }
            _ => {
                slots[holder] = None;
                taken_by[holder] = Some(at);
                holders.insert(slot, at);
            }
        }
    }
    Ok(taken_by)
}

/// Slots are stored as their text.
mod slot_text {
    use model::Slot;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(slot: &Option<Slot>, serializer: S) -> Result<S::Ok, S::Error> {
        match slot {
            Some(slot) => serializer.serialize_some(&slot.to_string()),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Slot>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|t| t.parse().map_err(|_| serde::de::Error::custom("unknown slot")))
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::super::propose;
    use super::*;

    fn bind(headers: &[&str], choices: &[(&str, &str)]) -> Result<Vec<Option<String>>, MappingError> {
        let headers: Vec<String> = headers.iter().map(|h| (*h).to_owned()).collect();
        let choices: Vec<_> = choices
            .iter()
            .map(|(c, s)| ((*c).to_owned(), (*s).to_owned()))
            .collect();
        let bound = BoundMapping::bind(&propose(&headers, true, &[]).1, &choices)?;
        Ok(bound
            .columns()
            .iter()
            .map(|c| c.slot.as_ref().map(Slot::to_string))
            .collect())
    }

    #[test]
    fn choices_overrule_proposals() {
        let slots = bind(
            &["First Name", "Boss", "Email"],
            &[("boss", "custom:Boss"), ("#3", "ignore")],
        )
        .unwrap();
        assert_eq!(
            slots,
            [Some("first_name".to_owned()), Some("custom:Boss".to_owned()), None]
        );
        let slots = bind(&["First Name", "Called"], &[("Called", "first_name")]).unwrap();
        assert_eq!(slots, [None, Some("first_name".to_owned())]);
    }

    #[test]
    fn what_does_not_exist_is_an_error_that_lists_what_does() {
        let error = bind(&["First Name"], &[("Surname", "last_name")])
            .unwrap_err()
            .to_string();
        assert!(error.contains("First Name"), "{error}");
        let error = bind(&["First Name"], &[("First Name", "shoe")])
            .unwrap_err()
            .to_string();
        assert!(error.contains("middle_name"), "{error}");
        assert!(bind(&["a", "b"], &[("a", "company"), ("b", "company")]).is_err());
    }

    #[test]
    fn several_columns_fill_notes_tags_and_the_full_name() {
        for slot in ["notes", "tags", "full_name"] {
            let slots = bind(&["a", "b"], &[("a", slot), ("b", slot)]).unwrap();
            assert_eq!(slots, [Some(slot.to_owned()), Some(slot.to_owned())]);
        }
        let slots = bind(&["Notes", "Lead score"], &[("Lead score", "notes")]).unwrap();
        assert_eq!(slots, [Some("notes".to_owned()), Some("notes".to_owned())]);
    }

    #[test]
    fn a_column_whose_slot_a_choice_has_taken_names_the_other() {
        let headers = ["First Name", "Called"].map(str::to_owned);
        let choices = [("Called".to_owned(), "first_name".to_owned())];
        let bound = BoundMapping::bind(&propose(&headers, true, &[]).1, &choices).unwrap();
        let taken_by: Vec<_> = bound.columns().iter().map(|column| column.taken_by).collect();
        assert_eq!(taken_by, [Some(1), None]);
    }
}
