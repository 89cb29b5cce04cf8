//! A mapping bound to a header row: the only thing that can read rows.

use super::column::Column;
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
    /// The column that tells the label of its values.
    pub label_from: Option<usize>,
    /// Its place among the columns of the same slot, from 0.
    pub place: usize,
}

/// A mapping that does not fit the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// There is no such column.
    #[error("the file has no column \"{column}\"; it has: {}", .there.join(", "))]
    UnknownColumn {
        /// What was asked for.
        column: String,
        /// What the file has.
        there: Vec<String>,
    },
    /// There is no such slot.
    #[error("\"{slot}\" is no slot; there are: {}", Slot::catalogue())]
    UnknownSlot {
        /// What was asked for.
        slot: String,
    },
    /// Two columns for one slot that takes one.
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

impl BoundMapping {
    /// Binds proposed columns, after the user's choices (column name or `#3` for the third, and slot; an empty slot or
    /// `ignore` leaves the column out) have overruled them.
    ///
    /// # Errors
    /// When a column or slot does not exist, or one slot that is no list is asked for twice.
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
        check_claims(columns, &mut slots, &chosen)?;
        Ok(Self::from_slots(columns, slots))
    }

    fn from_slots(columns: &[Column], slots: Vec<Option<Slot>>) -> Self {
        let mut places: HashMap<Slot, usize> = HashMap::new();
        let label_from = |at: usize| columns.iter().position(|c| c.label_for.contains(&at));
        let bound = slots
            .into_iter()
            .enumerate()
            .map(|(at, slot)| {
                let place = slot.as_ref().map_or(0, |slot| {
                    let next = places.entry(slot.clone()).or_default();
                    *next += 1;
                    *next - 1
                });
                let labelled = columns[at].slot == slot && slot.is_some();
                BoundColumn {
                    header: columns[at].header.clone(),
                    label_from: if labelled { label_from(at) } else { None },
                    slot,
                    place,
                }
            })
            .collect();
        Self { columns: bound }
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

    /// The label of a column's values where its label column is empty.
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

/// A choice of the user takes the slot from a proposed column; two choices for one slot are an error.
fn check_claims(columns: &[Column], slots: &mut [Option<Slot>], chosen: &[bool]) -> Result<(), MappingError> {
    for i in 0..slots.len() {
        let Some(slot) = slots[i].clone().filter(|s| !s.is_list()) else {
            continue;
        };
        for j in i + 1..slots.len() {
            if slots[j].as_ref() != Some(&slot) {
                continue;
            }
            match (chosen[i], chosen[j]) {
                (true, true) => {
                    return Err(MappingError::Twice {
                        slot: slot.to_string(),
                        first: columns[i].header.clone(),
                        second: columns[j].header.clone(),
                    });
                }
                (true, false) => slots[j] = None,
                _ => slots[i] = None,
            }
        }
    }
    Ok(())
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
        assert!(bind(&["a", "b"], &[("a", "notes"), ("b", "notes")]).is_err());
    }
}
