//! Imports that are being prepared: a file that was uploaded, looked at, mapped and previewed before it is started.
//!
//! Owns what is stored of a draft and every step up to its start, and the rows that people see of it, before the import
//! and after. A draft is a row of `imports`: any process that shares the database and the object store can serve it;
//! what is kept here beside that are caches that are made anew by anyone who lacks them.

pub(crate) mod arriving;
pub(crate) mod cache;
pub(crate) mod diff;
pub(crate) mod hits;
pub(crate) mod mapping;
pub(crate) mod plan;
pub(crate) mod preview;
pub(crate) mod rejected;
pub(crate) mod result;
pub(crate) mod rows;
pub(crate) mod samples;
pub(crate) mod settings;
pub(crate) mod sheets;
pub(crate) mod store;
pub(crate) mod suggestions;
pub(crate) mod text;
pub(crate) mod view;

pub use crate::import::counts::RowClass;
pub use crate::import::draft::arriving::ArrivingFile;
pub use crate::import::draft::settings::DraftSettings;
pub use crate::import::draft::view::{
    ColumnProblem, Draft, MappedFile, MatchedContact, PreviewRow, PreviewState, RowsPage, ValueChange,
};
pub use crate::import::outcome::Decision;

pub(crate) use crate::import::draft::cache::DraftCaches;
pub(crate) use crate::import::draft::plan::plan_if_readable;
pub(crate) use crate::import::row_index::Entry;
pub(crate) use crate::import::row_log::KeptRows;
