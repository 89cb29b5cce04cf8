//! Other formats as tables: workbooks, archives and vCards become a table in CSV, on which the import then runs as on any
//! other file.
//!
//! Owns recognising such files by their content, and the limits within which they are read: no file takes memory in
//! proportion to what it holds or claims to hold. Leaves out what the columns mean.

mod table_source;
mod table_writer;

pub use table_source::{Archive, SourceFormat, TableSource};
pub use table_writer::TableWriter;
