//! Everything a person may do.
//!
//! Owns rights, transactions, the order of steps, and the import runner. Leaves out how people ask for it (pages, API,
//! command line), how files are read (`exchange`) and every statement of SQL (`store`).

mod access;
mod contacts;
mod counts;
mod directory;
mod error;
mod export;
mod filter;
mod import;
mod inspect;
mod judging;
mod key_filter;
mod plan;
mod rejected;
mod run;
mod search;
mod settle;
mod undo;
mod uploads;
mod world;

pub use access::Actor;
pub use contacts::{StoredContact, TrashedContact};
pub use counts::Counts;
pub use error::Error;
pub use export::{ExportFormat, ExportReport, ExportRequest, Order, Scope};
pub use filter::Filter;
pub use import::{ImportReport, ImportRequest, ImportSummary, Stopped};
pub use inspect::{Inspected, InspectedRow, RawSink, inspect, inspect_raw};
pub use plan::{Conflicts, Duplicates, ImportOptions, Match, NumbersOf, Opening};
pub use run::{Notable, Progress, Watch};
pub use search::Indexed;
pub use settle::{Outcome, Standing};
pub use undo::UndoReport;
pub use uploads::{Spooled, spool};
pub use world::World;

// What the doors need of the crates below, so that they reach through one.
pub use exchange::export::SAMPLE as SAMPLE_CSV;
pub use exchange::judge::BadValues;
pub use exchange::mapping::Column;
pub use exchange::open::{Charset, Source};
pub use exchange::reason::Reason;
pub use store::ImportId;
pub use store::imports::ImportState;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::Store;

/// A running installation: its database, its folder for uploaded files, and the world it asks for time and ids.
pub struct App {
    store: Store,
    uploads: PathBuf,
    world: Arc<dyn World>,
}

impl App {
    /// Opens the installation in a data folder, creating folder and database if they are missing.
    ///
    /// # Errors
    /// When the folder cannot be written or the database cannot be opened.
    pub fn open(data: &Path, world: Arc<dyn World>) -> Result<Self, Error> {
        let uploads = data.join("uploads");
        std::fs::create_dir_all(&uploads).map_err(|e| Error::io("creating the data folder", &uploads, e))?;
        let store = Store::open(&data.join("crystalqore.db"))?;
        Ok(Self { store, uploads, world })
    }
}
