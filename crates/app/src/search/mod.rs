//! Finding contacts: filters written in words, saved views, and the columns of the list.

pub(crate) mod columns;
pub(crate) mod filter;
pub(crate) mod filter_text;
pub(crate) mod searchable;
pub(crate) mod views;
