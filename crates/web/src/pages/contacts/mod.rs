//! Contacts: the lists, one contact, creating and editing, sharing, saved views, what is done with a selection, and the
//! export.

pub mod bulk;
pub mod columns;
pub mod edit;
pub mod export;
mod form;
pub mod list;
mod list_query;
pub mod merge;
mod own_fields;
mod selection;
pub mod share;
pub mod show;
mod table;
pub mod undo;
pub mod views;
