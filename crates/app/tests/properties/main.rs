//! Properties that must hold for every directory, file and choice of options (DESIGN.md 7), tested with random ones.
//!
//! `files.rs` generates the files from few names, addresses and numbers, so that rows often match each other and
//! existing contacts. `import_and_undo.rs`, `export_and_import.rs`, `drafts.rs`, `cancelling.rs` and `searching.rs`
//! contain the properties.

#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests too")]

mod cancelling;
mod drafts;
mod export_and_import;
mod files;
mod import_and_undo;
mod searching;

use app::{
    Actor, App, Counts, DatabaseServer, ExportFormat, ExportRequest, Filter, ImportOptions, ImportRequest,
    ImportSummary, Opening, Order, Place, Scope, System, Watch,
};
use model::{ContactId, Region};
use proptest::test_runner::Config;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use tempfile::TempDir;
use testbed::Database;

/// The number of random cases; `PROPTEST_CASES=2560` multiplies it by ten. Failures are not persisted as seeds: each
/// becomes a named test instead.
fn tried(cases: u32) -> Config {
    let usual = Config::default();
    Config {
        cases: cases * usual.cases / 256,
        failure_persistence: None,
        ..usual
    }
}

/// A system that counts: two runs of a test get the same times and ids. The ids of two systems interleave, as those
/// of two machines do, and are never equal.
struct Counting {
    number: u64,
    time: AtomicI64,
    ids: AtomicU64,
    names: AtomicU64,
}

impl System for Counting {
    fn now(&self) -> i64 {
        self.time.fetch_add(1000, Ordering::Relaxed)
    }

    fn contact_id(&self) -> ContactId {
        let milliseconds = 0x0190_0000_0000 + self.ids.fetch_add(1, Ordering::Relaxed);
        let (version, variant) = (7_u128 << 76, 2_u128 << 62);
        ContactId::from_u128(u128::from(milliseconds) << 80 | version | variant | u128::from(self.number))
    }

    fn unique_name(&self) -> String {
        format!("{}-{}", self.number, self.names.fetch_add(1, Ordering::Relaxed))
    }

    fn secret(&self) -> [u8; 32] {
        [7; 32]
    }
}

/// An installation in a temporary folder, which is deleted when this is dropped.
struct Installation {
    app: App,
    actor: Actor,
    folder: TempDir,
    /// Declared last, so that it is dropped after the connections to it.
    _database: Option<Database>,
}

/// Everything that can be observed of a directory.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    by_creation: String,
    by_name: String,
    csv: String,
}

impl Installation {
    fn new(number: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let system = Counting {
            number,
            time: AtomicI64::new(1_700_000_000_000_000),
            ids: AtomicU64::new(0),
            names: AtomicU64::new(0),
        };
        let database = testbed::wants_postgres().then(|| Database::without_rows().unwrap());
        let place = Place {
            data: folder.path(),
            objects: None,
            database: database.as_ref().map(|database| DatabaseServer {
                url: database.url(),
                pool: 4,
                timeout: None,
            }),
        };
        let app = App::open(&place, Arc::new(system)).unwrap();
        let actor = app.local_actor().unwrap();
        Self {
            app,
            actor,
            folder,
            _database: database,
        }
    }

    fn put(&self, csv: &str) -> PathBuf {
        let path = self.folder.path().join("file.csv");
        std::fs::write(&path, csv).unwrap();
        path
    }

    fn preview(&self, csv: &str, choices: &Choices) -> ImportSummary {
        self.ask(csv, choices, App::preview)
    }

    fn import(&self, csv: &str, choices: &Choices) -> ImportSummary {
        self.ask(csv, choices, App::import)
    }

    fn ask(
        &self,
        csv: &str,
        choices: &Choices,
        what: fn(&App, Actor, &ImportRequest<'_>, Watch<'_>) -> Result<ImportSummary, app::Error>,
    ) -> ImportSummary {
        let request = ImportRequest {
            path: &self.put(csv),
            file_name: "file.csv",
            opening: Opening {
                region: Region::from_code("US"),
                bad_values: choices.bad_values,
                ..Opening::default()
            },
            options: choices.options,
            rejected: None,
        };
        let watch = Watch {
            progress: &mut |_| {},
            stop: &AtomicBool::new(false),
        };
        what(&self.app, self.actor, &request, watch).unwrap()
    }

    fn export(&self, format: ExportFormat, order: Order) -> String {
        self.filtered(Filter::default(), format, order)
    }

    /// The contacts that match a filter.
    fn found(&self, filter: &str, order: Order) -> String {
        self.filtered(filter.parse().unwrap(), ExportFormat::Jsonl, order)
    }

    fn filtered(&self, filter: Filter, format: ExportFormat, order: Order) -> String {
        let request = ExportRequest {
            scope: Scope::All,
            selection: None,
            filter,
            format,
            order,
            columns: Vec::new(),
            delimiter: b',',
            bom: false,
        };
        let mut out = Vec::new();
        self.app.export(self.actor, &request, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn csv(&self) -> String {
        self.export(ExportFormat::CrystalQore, Order::Created)
    }

    fn seen(&self) -> Seen {
        Seen {
            by_creation: self.export(ExportFormat::Jsonl, Order::Created),
            by_name: self.export(ExportFormat::Jsonl, Order::Name),
            csv: self.csv(),
        }
    }
}

/// A member's choices for an import.
#[derive(Clone, Copy, Debug, Default)]
struct Choices {
    options: ImportOptions,
    bad_values: app::BadValues,
}

/// How many contacts are in a directory.
fn contacts_in(seen: &Seen) -> u64 {
    seen.by_creation.lines().count() as u64
}

/// The number of rows that change nothing.
fn skipped_rows(counts: &Counts) -> u64 {
    counts.unchanged + counts.duplicate + counts.ambiguous + counts.conflict + counts.invalid
}
