//! Imports that are being prepared: a file that was uploaded, looked at, mapped and previewed before it is started.
//!
//! Owns what is stored of a draft and every step up to its start, and the rows that people see of it, before the import and
//! after. Leaves out running it (`import`, `run`, `runner`) and every page. A draft is a row of `imports`: any process that
//! shares the database and the object store can serve it; what is kept here beside that are caches that are made anew by
//! whoever lacks them.

mod arriving;
mod desk;
mod index;
mod kept;
mod mapped;
mod preview;
mod result;
mod rows;
mod settings;
mod shown;
mod stored;
mod text;
mod values;

pub use arriving::ArrivingFile;
pub use settings::DraftSettings;
pub use shown::{
    ColumnProblem, Decision, Draft, MappedFile, MatchedContact, PreviewRow, PreviewState, RowClass, RowsPage,
    ValueChange,
};

pub(crate) use desk::Desks;
pub(crate) use index::Entry;
pub(crate) use kept::KeptRows;
pub(crate) use stored::upload_of;
