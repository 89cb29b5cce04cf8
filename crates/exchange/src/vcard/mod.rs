//! Reading vCards (2.1, 3.0 and 4.0) as a table with the columns of our own CSV, so that an import runs on it as on any other
//! file.
//!
//! Owns cutting a file into cards, reading their properties, and which field each fills. Lines that no field holds are kept
//! with the contact ([`model::VcardLine`]). Leaves out validating values: they come out as they are in the card.

mod address;
mod card;
mod cards;
mod columns;
mod groups;
pub(crate) mod kept;
mod labels;
mod lines;
mod names;
mod picture;
pub(crate) mod property;
pub(crate) mod remark;
mod table;
pub(crate) mod text;

pub use picture::Picture;
pub use table::{VcardReport, write_table};
