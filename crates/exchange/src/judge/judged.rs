//! What becomes of a row: the contact it describes, or the reasons why it cannot be imported.

use crate::reason::Reason;
use model::{Contact, ContactId, Patch, Slot, Version};

/// What a value that cannot be read does to its row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BadValues {
    /// The row is invalid.
    #[default]
    Reject,
    /// The value is left out and reported; the rest is imported.
    LeaveOut,
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
