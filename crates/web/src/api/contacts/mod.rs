//! Contacts: list, one, many at once, merging.

pub mod batch;
pub mod body;
pub mod changes;
pub mod list;
pub mod many;
pub mod merge;
pub mod one;
pub mod precondition;
pub mod resource;
pub mod values;
