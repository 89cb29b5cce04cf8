//! Everything a person may do.
//!
//! Owns rights, transactions, the order of steps, and the import runner. Leaves out how people ask for it (pages, API,
//! command line), how files are read (`exchange`) and every statement of SQL (`store`).

mod access;
mod accounts;
mod actions;
mod audit;
mod audit_log;
mod cancel;
mod colleagues;
mod collected;
mod columns;
mod contacts;
mod counts;
mod crew;
mod crowd;
mod database;
mod devices;
mod directory;
mod doctor;
mod download;
mod draft;
mod duplicates;
#[cfg(test)]
mod elsewhere_tests;
mod error;
mod export;
mod fields;
mod filter;
mod history;
mod import;
#[cfg(test)]
mod import_rights_tests;
mod inspect;
mod judging;
mod key_filter;
mod lease;
mod leaving;
mod links;
mod live;
mod long_reads;
mod lookback;
mod meeting;
mod members;
mod merge;
mod moving;
mod notable;
mod objects;
mod passwords;
mod patience;
mod plan;
mod private_folder;
mod quotas;
mod readiness;
mod rejected;
mod retention;
mod roster;
mod run;
mod runner;
mod search;
mod second_factor;
mod security_settings;
mod sessions;
mod settings;
mod settle;
mod shares;
mod tagging;
mod taking_back;
mod told_filter;
mod tries;
mod undo;
mod uploads;
mod views;
mod whole_file;
mod world;

pub use access::{Actor, Right};
pub use accounts::{AccountField, Setup};
pub use actions::ActionReport;
pub use audit::AuditAction;
pub use audit_log::{AuditLine, AuditPage, AuditRequest};
pub use cancel::ImportProgress;
pub use colleagues::Colleague;
pub use contacts::{StoredContact, TrashedContact};
pub use counts::Counts;
pub use crew::{Crew, Hired, PEOPLE};
pub use database::{DatabaseServer, is_server};
pub use devices::DeviceToken;
pub use doctor::{Finding, Health, doctor};
pub use download::{Download, Piece};
pub use draft::{
    ArrivingFile, ColumnProblem, Decision, Draft, DraftSettings, MappedFile, MatchedContact, PreviewRow, PreviewState,
    RowClass, RowsPage, ValueChange,
};
pub use duplicates::{DuplicateGroup, DuplicatePair, DuplicatesPage};
pub use error::Error;
pub use export::{ExportFormat, ExportReport, ExportRequest, Order, Scope};
pub use fields::{DefinedField, fields_to_require};
pub use filter::Filter;
pub use history::{ContactHistory, LastImport, Namesake};
pub use import::{ImportReport, ImportRequest, ImportSummary, Stopped};
pub use inspect::{Inspected, InspectedRow, RawSink, inspect, inspect_raw};
pub use links::{InvitationInfo, LinkKind, LinkOffer, LinkSecret, NewLink};
pub use members::{MemberInfo, MemberMore};
pub use merge::{MERGED_AT_ONCE, MergeRequest};
pub use moving::{CopyRequest, copy_database};
pub use notable::Notable;
pub use objects::ObjectsError;
pub use passwords::CHARACTERS as PASSWORD_CHARACTERS;
pub use plan::{Conflicts, Duplicates, ImportOptions, Match, NumbersOf, Opening};
pub use readiness::Readiness;
pub use rejected::RejectedFile;
pub use roster::{ListPage, ListRequest, Listed, Sort};
pub use run::{Progress, Watch};
pub use runner::{Runner, Told};
pub use search::Indexed;
pub use second_factor::{Enrolment, SecondFactorState};
pub use security_settings::{MOST_IDLE_HOURS, MOST_SESSION_HOURS, SecuritySettings};
pub use sessions::{Caller, SignInInfo, SignedIn, Token};
pub use settings::{MOST_DAYS, MOST_DRAFTS, MOST_GIB, WorkspaceSettings};
pub use settle::{Outcome, Standing};
pub use shares::{ShareInfo, SharedBy};
pub use taking_back::ActionUndone;
pub use undo::UndoReport;
pub use uploads::{Spooled, spool};
pub use views::{SavedView, ViewContent};
pub use whole_file::write_whole;
pub use world::World;

// What the doors need of the crates below, so that they reach through one.
pub use exchange::export::SAMPLE as SAMPLE_CSV;
pub use exchange::fixes::{Fix, Fixes};
pub use exchange::judge::BadValues;
pub use exchange::mapping::{Column, MappingError};
pub use exchange::open::{Charset, Dialect, EncodingFound, HeaderChoice, Source};
pub use exchange::reason::Reason;
pub use store::accounts::Role;
pub use store::contacts::Origin;
pub use store::copy::CopiedTable;
pub use store::fields::FieldId;
pub use store::imports::ImportState;
pub use store::members::{Belongings, MemberState};
pub use store::shares::{Access, Grantee};
pub use store::{ExistingBackup, ImportId, Member};

use lease::Process;
use live::Live;
use long_reads::LongReads;
use moving::refuse_unfinished;
use objects::Objects;
use passwords::Passwords;
use runner::Bell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use store::Store;

/// The database of an installation that is in no server.
pub(crate) const DATABASE_FILE: &str = "crystalqore.db";

/// Where an installation is.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The folder of this machine that it may write to.
    pub data: &'a Path,
    /// Where uploaded files and rejected rows are kept, if not in that folder: another one, or `s3://BUCKET/PREFIX`.
    /// Processes that share a database must share this too, and nobody else may.
    pub objects: Option<&'a str>,
    /// The server that has the database; without one, it is a file in the data folder.
    pub database: Option<DatabaseServer<'a>>,
}

/// A running installation: its database, its object store, and the world it asks for time and ids.
pub struct App {
    // Leases are given back through the store, and the process's lock goes last.
    store: Store,
    /// The same database, for what must not wait for long work: who is signed in, signing in, whether all is well.
    reserved: Store,
    rosters: roster::Rosters,
    objects: Objects,
    data: PathBuf,
    process: Process,
    world: Arc<dyn World>,
    passwords: Passwords,
    live: Live,
    bell: Bell,
    downloads: download::Downloads,
    long_reads: LongReads,
    drafts: draft::Desks,
    duplicates: duplicates::Findings,
    suggestions: roster::Suggestions,
    /// Whether the last work in the background ended because the disk is full.
    disk_full: AtomicBool,
    thrifty: bool,
    soundness: readiness::Soundness,
}

impl App {
    /// Opens an installation, creating folder and tables if they are missing.
    ///
    /// # Errors
    /// When the folder cannot be written, the database cannot be opened or a copy into it is not finished, or the place of
    /// the objects is none.
    pub fn open(place: &Place<'_>, world: Arc<dyn World>) -> Result<Self, Error> {
        let objects = Objects::open(place.data, place.objects)?;
        let data = place.data.to_owned();
        private_folder::create_private_folder(&data).map_err(|e| Error::io("creating the data folder", &data, e))?;
        let process = Process::new(world.unique_name(), &data);
        let store = match &place.database {
            Some(server) => Store::connect(server.url, &server.options(process.name()))?,
            None => Store::open(&data.join(DATABASE_FILE))?,
        };
        refuse_unfinished(&store)?;
        let long_reads = LongReads::beside(store.readers());
        Ok(Self {
            rosters: roster::Rosters::new(store.clone()),
            reserved: store.reserved(),
            store,
            objects,
            data,
            process,
            world,
            passwords: Passwords::default(),
            live: Live::default(),
            bell: Bell::default(),
            downloads: download::Downloads::default(),
            long_reads,
            drafts: draft::Desks::default(),
            duplicates: duplicates::Findings::default(),
            suggestions: roster::Suggestions::default(),
            disk_full: AtomicBool::new(false),
            thrifty: false,
            soundness: readiness::Soundness::default(),
        })
    }

    /// With imports and previews that take little memory and let others in often, for a process that does other things too.
    #[must_use]
    pub fn thrifty(self) -> Self {
        Self { thrifty: true, ..self }
    }

    /// How many imports this process runs at this moment.
    pub fn imports_running(&self) -> usize {
        self.live.count()
    }
}
