//! Which column fills which slot.
//!
//! Owns known layouts, the words of headers in many languages, and the proposal with its confidence and reason for every
//! column; then a mapping bound to a header row, which alone can read rows. Leaves out what the values are worth
//! (`judge`) and which mapping a member used before (`app`).

mod addresses;
mod bind;
mod candidate;
mod column;
mod header_words;
mod labels;
mod layouts;
mod lexicon;
mod meaning;
mod neighbours;
mod own_fields;
mod parse;
mod persons;
mod piece;
mod pieces;
mod propose;
mod second_values;
mod value_evidence;
mod values;

pub use bind::{BoundColumn, BoundMapping, MappingError};
pub use column::Column;
pub use layouts::layout_name;
pub use meaning::is_known_name;
pub use own_fields::{find_fields, known_name};
pub use piece::Piece;
pub use propose::propose;
