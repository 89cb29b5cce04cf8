//! Which column fills which slot.
//!
//! Owns known layouts, the names of fields in many languages, and the proposal with its confidence and reason for every
//! column; then a mapping bound to a header row, which alone can read rows. Leaves out what the values are worth
//! (`judge`) and which mapping a member used before (`app`).

mod bind;
mod column;
mod header_words;
mod layouts;
mod lexicon;
mod neighbours;
mod own_fields;
mod propose;
mod values;

pub use bind::{BoundColumn, BoundMapping, MappingError};
pub use column::Column;
pub use layouts::layout_name;
pub use lexicon::is_known_name;
pub use own_fields::{find_fields, known_name};
pub use propose::propose;
