//! Remarks about a card, which are passed through a column of the table to the reasons of its row.

use serde::{Deserialize, Serialize};

/// A remark about a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// The property concerned; empty if the remark is about the whole card.
    pub property: String,
    /// The problem, as a whole sentence.
    pub message: String,
    /// What would be correct.
    pub advice: String,
    /// Whether the card cannot be imported because of it.
    pub is_bad: bool,
}

/// Returns remarks as the text of a cell.
pub fn remarks_cell(remarks: &[Remark]) -> String {
    if remarks.is_empty() {
        return String::new();
    }
    // Texts and booleans can always be written as JSON.
    serde_json::to_string(remarks).unwrap_or_default()
}

/// Parses the remarks of a cell; empty if the cell holds none.
pub fn remarks_in(cell: &str) -> Vec<Remark> {
    serde_json::from_str(cell).unwrap_or_default()
}
