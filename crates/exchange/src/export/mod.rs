//! Writing contacts: the export profiles.
//!
//! Owns how contacts become the lines of a file. Leaves out which contacts, and where the file goes.

pub mod crystalqore;
mod format;
pub mod google;
pub mod google_parts;
pub mod jsonl;
mod loss;
mod losses;
pub mod outlook;
mod sample;
pub mod vcard;
pub mod xlsx;

pub use format::ExportFormat;
pub use loss::Loss;
pub use losses::Losses;
pub use sample::SAMPLE;

use model::{Contact, ContactId, Version};

/// A contact with what an export says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// Its id.
    pub id: ContactId,
    /// Its version.
    pub version: Version,
    /// Its values.
    pub contact: Contact,
}
