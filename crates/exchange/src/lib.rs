//! Reads and writes contact files.
//!
//! Decides how files of other formats become tables, how a table is opened (encoding, dialect, header row), how its
//! columns become slots, how a row is judged, and how contacts are written. Contains no databases, HTTP, members or
//! rights; match keys of existing contacts are compared in `app`.

mod cell_lists;
pub mod convert;
mod escapes;
pub mod export;
pub mod fixes;
pub mod formula_guard;
mod google_lines;
mod html_text;
pub mod judge;
pub mod mapping;
mod native;
mod nested_lists;
pub mod open;
pub mod reason;
pub mod spreadsheet_damage;
pub mod vcard;
