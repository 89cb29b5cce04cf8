//! Drafts: imports that are being prepared. A file is uploaded, analysed, mapped and previewed before its import is
//! started.
//!
//! Contains every step up to the start, and the pages of rows that members see before and after the import. A draft is
//! a row of the table `imports`, so any process that shares the database and the object store can serve it. Caches are
//! kept in memory in addition; each process can rebuild them.

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
