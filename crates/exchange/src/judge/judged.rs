//! The result of judging a row: the contact it describes, or the reasons why it cannot be imported.

use crate::reason::Reason;
use crate::spreadsheet_damage::Unread;
use model::{Contact, ContactId, Patch, Slot, Version};

/// The effect of an unreadable value on its row.
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
    /// The line of the file on which the row begins.
    pub line: u64,
    /// The contact that the row describes, as far as it could be read.
    pub contact: Contact,
    /// The row's values for updating a contact; only if the judge keeps patches.
    pub patch: Option<Box<Patch>>,
    /// What is wrong or odd.
    pub reasons: Vec<Reason>,
    /// Values that a new contact requires and the row lacks. They make the row invalid only if it becomes a new
    /// contact.
    pub lacking: Vec<(Slot, Reason)>,
    /// Values that could not be read and may be a spreadsheet's damage to the contact's values. Each also has its
    /// reason.
    pub unread: Vec<Unread>,
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

    /// Whether the row cannot be imported unless the contact that it matches excuses it: its only errors are values
    /// that may be a spreadsheet's damage.
    pub fn may_be_excused(&self) -> bool {
        !self.unread.is_empty() && self.reasons.iter().filter(|r| !r.warning).count() == self.unread.len()
    }
}
