//! The application layer: everything a member may do, whether through web pages, API or command line.
//!
//! Owns rights, transactions, the order of steps, and the import runner.

pub(crate) mod access;
pub(crate) mod admin;
pub(crate) mod audit;
pub(crate) mod auth;
pub(crate) mod clock;
pub(crate) mod contact_index;
pub(crate) mod contacts;
pub(crate) mod duplicates;
pub(crate) mod error;
pub(crate) mod export;
pub(crate) mod idempotency;
pub(crate) mod import;
pub(crate) mod import_options;
#[cfg(test)]
mod import_rights_tests;
pub(crate) mod jobs;
pub(crate) mod json;
pub(crate) mod members;
pub(crate) mod search;
pub(crate) mod storage;
#[cfg(test)]
mod tenant_isolation_tests;
pub(crate) mod webhooks;
#[cfg(test)]
mod wording_tests;
pub(crate) mod worker;
pub(crate) mod workspace;

pub use access::Scope;
pub use access::{Actor, Right};
pub use admin::copy::{CopyRequest, copy_database};
pub use admin::database::{DatabaseServer, is_server};
pub use admin::doctor::{Advice, Finding, Health, doctor};
pub use admin::readiness::Readiness;
pub use audit::AuditAction;
pub use audit::log::{AuditLine, AuditPage, AuditRequest};
pub use auth::accounts::Setup;
pub use auth::caller::DeviceToken;
pub use auth::caller::{Caller, Token};
pub use auth::passwords::CHARACTERS as PASSWORD_CHARACTERS;
pub use auth::second_factor::{Enrolment, SecondFactorState};
pub use auth::sessions::{SignInInfo, SignedIn};
pub use auth::tokens::{Authenticated, CreatedToken, NewToken, TokenInfo, TokenScope};
pub use clock::System;
pub use contact_index::{ListPage, ListPosition, ListRequest, Listed, Sort};
pub use contacts::TrashedContact;
pub use contacts::batch::{
    BATCH_OPERATIONS, BatchRequest, ContactOperation, ExternalId, NewValues, OperationDone, OperationResult,
};
pub use contacts::bulk::{ActionReport, InterruptedAction};
pub use contacts::bulk_undo::ActionUndone;
pub use contacts::card::ContactCard;
pub use contacts::changes::{ChangePosition, ContactChanges};
pub use contacts::history::{ContactHistory, LastImport, Namesake};
pub use contacts::keyed_actions::BulkAction;
pub use contacts::merge::{MERGED_AT_ONCE, MergeRequest};
pub use contacts::notifications::{NotificationInfo, NotificationKind};
pub use contacts::search_text::Indexed;
pub use contacts::shares::{ShareInfo, SharedBy, SharedWith};
pub use contacts::stored::{Origin, StoredContact};
pub use contacts::timeline::{TimelineEntry, TimelineEvent};
pub use duplicates::finding::VERY_LIKELY;
pub use duplicates::{DuplicateGroup, DuplicatePair, DuplicatesPage};
pub use error::AccountField;
pub use error::{Error, ValueProblem};
pub use export::atomic_file::write_whole;
pub use export::download::{Download, Piece};
pub use export::{ExportReport, ExportRequest, Order};
pub use idempotency::{Claim, Keyed, OnceAnswer};
pub use import::analysis::{Opening, PhoneRegion};
pub use import::counts::Counts;
pub use import::draft::hits::Hits;
pub use import::draft::suggestions::AcceptedSuggestions;
pub use import::draft::{
    ArrivingFile, ColumnProblem, Decision, Draft, DraftSettings, MappedFile, MatchedContact, PreviewRow, PreviewState,
    RowClass, RowsPage, ValueChange,
};
pub use import::inspect::{Inspected, InspectedRow, RawSink, inspect, inspect_raw};
pub use import::json_rows::{JsonRow, rows_as_csv};
pub use import::outcome::{Outcome, RowResult};
pub use import::progress::ImportProgress;
pub use import::rejected::RejectedFile;
pub use import::stored::Stopped;
pub use import::stored::{Progress, Watch};
pub use import::summary::Notable;
pub use import::undo::UndoReport;
pub use import::uploads::{Spooled, spool};
pub use import::warnings::{Warned, WarningKind, WarningText, Warnings};
pub use import::{ImportPage, ImportReport, ImportRequest, ImportSummary};
pub use import_options::{Conflicts, Duplicates, ImportOptions, Match};
pub use jobs::thread_pool::{JoinHandle, REQUEST_POOL, ThreadPool};
pub use members::directory::Colleague;
pub use members::invitations::{InvitationInfo, LinkKind, LinkOffer, LinkSecret, NewLink};
pub use members::{MemberInfo, MemberMore};
pub use search::filter::Filter;
pub use search::views::{SavedView, ViewContent};
pub use storage::ObjectsError;
pub use webhooks::address::{WebhookTarget, private_kind};
pub use webhooks::event::WebhookEvent;
pub use webhooks::sending::{Attempt, DueDelivery};
pub use webhooks::{DeliveryInfo, DeliveryPage, NewWebhook, WebhookChange, WebhookInfo, WebhookSecret};
pub use worker::{Worker, WorkerObserver};
pub use workspace::custom_fields::{DefinedField, fields_to_require};
pub use workspace::security::{MOST_IDLE_HOURS, MOST_SESSION_HOURS, SecuritySettings};
pub use workspace::settings::{MOST_DAYS, MOST_DRAFTS, MOST_GIB, WorkspaceSettings};

// Re-exports of what the interfaces (`web`, `cli`) need from the crates below, so that they import it from here.
pub use exchange::convert::{Archive, SourceFormat, TableSource};
pub use exchange::export::SAMPLE as SAMPLE_CSV;
pub use exchange::export::{ExportFormat, Loss, Losses};
pub use exchange::fixes::{CellFix, Fix, Fixes};
pub use exchange::judge::BadValues;
pub use exchange::mapping::{Column, MappingError};
pub use exchange::open::{Charset, Dialect, EncodingFound, HeaderChoice, Source};
pub use exchange::reason::{Code, Hint, Reason};
pub use exchange::vcard::Picture;
pub use store::admin::copy::CopiedTable;
pub use store::contacts::shares::{Access, Grantee};
pub use store::imports::ImportState;
pub use store::members::accounts::Role;
pub use store::members::webhooks::WebhookState;
pub use store::members::{Belongings, MemberState};
pub use store::workspace::custom_fields::FieldId;
pub use store::{ExistingBackup, ImportId, Member};

use admin::copy::refuse_unfinished;
use auth::passwords::Passwords;
use import::lease::Process;
use import::running::RunningImports;
use jobs::long_reads::LongReads;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use storage::Objects;
use storage::disk_reserve::DiskReserve;
use store::{Store, Tx};
use worker::Notify;

/// File name of the SQLite database of an installation that uses no database server.
pub(crate) const DATABASE_FILE: &str = "crystalqore.db";

/// The locations of an installation.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The data folder: the folder of this machine that the program may write to.
    pub data: &'a Path,
    /// Where uploaded files and rejected rows are kept, if not in the data folder: another folder, or with the feature
    /// `s3` `s3://BUCKET/PREFIX`.
    /// Processes that share a database must share this location too, and no other process may use it.
    pub objects: Option<&'a str>,
    /// The database server; `None` if the database is a file in the data folder.
    pub database: Option<DatabaseServer<'a>>,
}

/// The database at one moment, as a member sees it: everything on a page is read in one transaction.
pub struct View<'a, 'tx> {
    app: &'a App,
    tx: &'a mut Tx<'tx>,
    actor: Actor,
    /// The contact list in memory, once it was requested.
    index: Option<contact_index::updater::Fresh>,
}

/// A running installation: its database, its object store, and the `System` that supplies time and ids.
pub struct App {
    /// Released where a full disk keeps members from signing in.
    disk_reserve: DiskReserve,
    // Field order is drop order: leases are released through the store, and the lock of `process` is released last.
    store: Store,
    /// The same database over reserved connections, for short work that must not wait for long work: finding the
    /// signed-in member, signing in, the readiness check.
    reserved: Store,
    contact_indexes: contact_index::ContactIndexes,
    objects: Objects,
    data: PathBuf,
    process: Process,
    system: Arc<dyn System>,
    passwords: Passwords,
    live: RunningImports,
    wake_up: Notify,
    downloads: export::download::Downloads,
    long_reads: LongReads,
    drafts: import::draft::DraftCaches,
    duplicates: duplicates::Findings,
    suggestions: contact_index::Suggestions,
    /// Whether the last round of the background worker found the disk full.
    disk_full: AtomicBool,
    low_memory: bool,
    soundness: admin::readiness::IntegrityStatus,
}

impl App {
    /// Opens an installation. Creates the data folder and the tables if they are missing.
    ///
    /// # Errors
    /// If the folder cannot be written, the database cannot be opened, a copy into it is unfinished, or `place.objects`
    /// is not a valid location.
    pub fn open(place: &Place<'_>, system: Arc<dyn System>) -> Result<Self, Error> {
        let objects = Objects::open(place.data, place.objects)?;
        let data = place.data.to_owned();
        storage::private_folder::create_private_folder(&data)
            .map_err(|e| Error::io("creating the data folder", &data, e))?;
        let process = Process::new(system.unique_name(), &data);
        let store = match &place.database {
            Some(server) => Store::connect(server.url, &server.options(process.name()))?,
            None => Store::open(&data.join(DATABASE_FILE))?,
        };
        refuse_unfinished(&store)?;
        let long_reads = LongReads::beside(store.readers());
        Ok(Self {
            disk_reserve: DiskReserve::new(place.database.is_none().then_some(&data)),
            contact_indexes: contact_index::ContactIndexes::new(store.clone()),
            reserved: store.reserved(),
            store,
            objects,
            data,
            process,
            system,
            passwords: Passwords::default(),
            live: RunningImports::default(),
            wake_up: Notify::default(),
            downloads: export::download::Downloads::default(),
            long_reads,
            drafts: import::draft::DraftCaches::default(),
            duplicates: duplicates::Findings::default(),
            suggestions: contact_index::Suggestions::default(),
            disk_full: AtomicBool::new(false),
            low_memory: false,
            soundness: admin::readiness::IntegrityStatus::default(),
        })
    }

    /// Runs `work` on a view of the database at one moment, as a member sees it. If `work` needs the contact list, it
    /// must request the list first: it is brought up to date with that moment.
    ///
    /// # Errors
    /// Errors of `work`.
    pub fn read<T>(&self, actor: Actor, work: impl FnOnce(&mut View<'_, '_>) -> Result<T, Error>) -> Result<T, Error> {
        self.store.read(|tx| {
            work(&mut View {
                app: self,
                tx,
                actor,
                index: None,
            })
        })
    }

    /// Counts the transactions that have read the database since it was opened, except those that identify the
    /// signed-in member.
    pub fn reads(&self) -> u64 {
        self.store.reads()
    }

    /// Makes imports and previews use little memory and run at low priority, for a process that serves requests too.
    #[must_use]
    pub fn low_memory(self) -> Self {
        Self {
            low_memory: true,
            ..self
        }
    }

    /// Counts the imports that this process is running.
    pub fn imports_running(&self) -> usize {
        self.live.count()
    }
}
