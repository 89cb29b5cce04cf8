//! Reports values that the workspace requires and a row lacks, at the column that should contain them.
//!
//! They make the row invalid only if it becomes a new contact, which is decided in `app`.

use crate::mapping::{BoundColumn, BoundMapping};
use crate::reason::{Code, Reason};
use model::{Contact, ContactRules, Label, Slot, TextField};

/// Returns the values lacking in the contact of a row, with their reasons.
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

/// Whether the slot that a column fills satisfies a required slot.
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
