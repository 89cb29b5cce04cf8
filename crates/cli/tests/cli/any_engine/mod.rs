//! Tests that do not depend on the database engine: reading files, mapping, matching, writing formats, the help.
//!
//! `cargo xtask test` runs them on SQLite only. That both engines match, import and export alike is tested by the
//! lockstep and property tests of `app`, which run on both.

mod export;
mod help;
mod import;
mod import_lists;
mod import_matching;
mod inspect;
mod reports;
mod sample;
mod workbook;
