//! Contacts: the list, one contact, creating and editing, and what is done with a selection.

mod bulk;
pub mod criteria;
mod edit;
mod form;
mod list;
mod show;

pub use bulk::{act, criteria as criteria_of, fields, selection, undelete};
pub use edit::{create, edit, new, save};
pub use list::{contacts, list};
pub use show::{delete, show, title};
