//! Writes contacts in the export formats.
//!
//! Decides how contacts become the lines of a file. Which contacts are exported, and where the file goes, is decided
//! elsewhere.

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

/// A contact with its id and version, as the export formats write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    pub id: ContactId,
    pub version: Version,
    /// The values.
    pub contact: Contact,
}
