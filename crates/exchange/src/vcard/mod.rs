//! Reads vCards (2.1, 3.0 and 4.0) as a table with the columns of CrystalQore CSV, so that an import treats it like
//! any other file.
//!
//! Decides how a file is split into cards, how properties are read, and which field each one fills. Lines that no
//! field holds are kept with the contact ([`model::VcardLine`]). Values are not validated here: they are passed on as
//! they are in the card.

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
