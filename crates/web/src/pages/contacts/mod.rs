//! Contacts: the lists, one contact, creating and editing, sharing, saved views, and what is done with a selection.

mod bulk;
pub mod columns;
pub mod criteria;
mod edit;
mod form;
mod list;
pub mod merge;
mod own_fields;
pub mod share;
mod show;
mod table;
mod told;
pub mod views;

pub use bulk::{act, fields, selection, undelete};
pub use edit::{create, edit, new, save};
pub use list::{contacts, list, shared};
pub use show::{delete, facts, show, title};
pub use told::undo;
