//! What the workspace requires and a row lacks, reported at the column that should have it.
//!
//! Leaves out whether that makes the row invalid: only where it becomes a contact.

use crate::mapping::{BoundColumn, BoundMapping};
use crate::reason::{Code, Reason};
use model::{Contact, ContactRules, Label, Slot, TextField};

/// What is lacking in the contact of a row.
pub fn lacking(mapping: &BoundMapping, rules: &ContactRules, line: u64, contact: &Contact) -> Vec<(Slot, Reason)> {
    let columns = mapping.columns();
    let reason = |slot: &Slot| {
        let fills = |column: &&BoundColumn| column.slot.as_ref().is_some_and(|filled| answers(slot, filled));
        let column = columns.iter().find(fills);
        let reason = Reason {
            code: Code::Required,
            line,
            column: column.map(|column| column.header.clone()).unwrap_or_default(),
            value: String::new(),
            message: format!("{} is required here.", slot.title()),
            advice: match column {
                Some(_) => "fill it".to_owned(),
                None => "no column fills it; map one to it".to_owned(),
            },
            suggestion: None,
            warning: false,
        };
        (slot.clone(), reason)
    };
    rules.lacking(contact).map(reason).collect()
}

/// Whether a value of the slot that a column fills is one that is asked for.
fn answers(asked: &Slot, filled: &Slot) -> bool {
    let meant = |asked: &Label, label: &Label| asked.is_none() || asked == label;
    match (asked, filled) {
        (Slot::Email(asked), Slot::Email(label))
        | (Slot::Phone(asked), Slot::Phone(label))
        | (Slot::Website(asked), Slot::Website(label)) => meant(asked, label),
        (Slot::Address(asked, part), Slot::Address(label, filled)) => part == filled && meant(asked, label),
        (Slot::Text(TextField::FirstName | TextField::MiddleName | TextField::LastName), Slot::FullName) => true,
        _ => asked == filled,
    }
}
