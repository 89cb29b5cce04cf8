//! SQLite: files, pools, statements, and backups.

pub(crate) mod backup;
pub(crate) mod cell;
mod create;
pub(crate) mod examine;
mod header;
pub(crate) mod open;
pub(crate) mod statements;
