//! Which column fills which slot.
//!
//! Defines the known layouts and the words of headers in many languages, proposes a slot with a confidence and a reason
//! for every column, and binds a mapping to a header row; only a bound mapping can read rows. Validating the values is
//! done in `judge`; which mapping a member used before is decided in `app`.

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
