//! What is odd about a card, on its way through a table to the reasons of its row.

use serde::{Deserialize, Serialize};

/// One thing about a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// The property that it is about; empty if it is about the card.
    pub property: String,
    /// What is odd, a whole sentence.
    pub message: String,
    /// What would be right.
    pub advice: String,
    /// Whether the card cannot be imported for it.
    pub is_bad: bool,
}

/// Remarks as a cell.
pub fn remarks_cell(remarks: &[Remark]) -> String {
    if remarks.is_empty() {
        return String::new();
    }
    // Texts and booleans always have a JSON.
    serde_json::to_string(remarks).unwrap_or_default()
}

/// The remarks of a cell; none of what is no such cell.
pub fn remarks_in(cell: &str) -> Vec<Remark> {
    serde_json::from_str(cell).unwrap_or_default()
}
