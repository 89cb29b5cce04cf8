//! What does not depend on the engine: reading files, mapping, matching, writing formats, the help.
//!
//! `cargo xtask test` runs these on SQLite alone. That both engines match, import and export alike is held by the tests in
//! lockstep and the properties of `app`, which run on both.

mod export;
mod help;
mod import;
mod import_lists;
mod import_matching;
mod inspect;
mod reports;
mod sample;
mod workbook;
