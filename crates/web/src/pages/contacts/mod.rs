//! Contacts: the lists, the page of one contact, creating and editing, sharing, saved views, bulk actions, and the
//! export.

pub mod bulk;
pub mod card;
mod columns;
pub mod columns_menu;
mod conflict;
mod custom_field_inputs;
pub mod edit;
pub mod export;
mod form;
mod form_view;
pub mod list;
mod list_query;
pub mod merge;
pub mod photo;
mod selection;
pub mod share;
pub mod show;
mod table;
mod timeline;
pub mod undo;
pub mod value;
pub mod views;
