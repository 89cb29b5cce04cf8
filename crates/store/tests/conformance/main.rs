//! The conformance suite: every public function of `store`, on every engine.
//!
//! One binary, because each engine is one entry of [`ENGINES`] and each test runs on all of them; on PostgreSQL only if
//! a server is configured, as `cargo xtask test` does. `coverage.rs` fails when a public function is missing here.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "the helpers of tests are tests too"
)]

mod accounts;
mod api_tokens;
mod audit;
mod backup;
mod bulk_actions;
mod change_feed;
mod change_log;
mod contacts;
mod copy;
mod coverage;
mod custom_fields;
mod devices;
mod external_ids;
mod files;
mod imports;
mod inspect;
mod leases;
mod mappings;
mod match_keys;
mod members;
mod name_order;
mod not_duplicates;
mod notifications;
mod one_time_tokens;
mod preferences;
mod request_keys;
mod search_texts;
mod second_factors;
mod servers;
mod sessions;
mod settings;
mod shares;
mod tombstones;
mod transactions;
mod trash;
mod views;
mod webhooks;
mod workspaces;

use model::{ContactId, MatchKey};
use std::time::Duration;
use store::contacts::{ContactRow, Origin};
use store::imports::{ImportState, NewImport};
use store::{ImportId, Member, PostgresOptions, RunId, Store, Workspace};
use tempfile::TempDir;
use testbed::Database;

/// An import for tests that need only its number.
const SMALL_IMPORT: NewImport<'_> = NewImport {
    owner: Member(1),
    file_name: "f.csv",
    file_size: 1,
    plan: "{}",
    counts: "{}",
    state: ImportState::Running,
};

/// An engine to test.
struct Engine {
    name: &'static str,
    /// Returns `None` if there is no server.
    open: fn() -> Option<Opened>,
}

/// A database without rows. The store is dropped before the place that holds its data.
struct Opened {
    store: Store,
    _place: Place,
}

/// The place of a database, removed on drop.
enum Place {
    Folder { _folder: TempDir },
    Server { _database: Box<Database> },
}

const ENGINES: &[Engine] = &[
    Engine {
        name: "SQLite file",
        open: sqlite_file,
    },
    Engine {
        name: "PostgreSQL",
        open: postgres,
    },
];

fn sqlite_file() -> Option<Opened> {
    Some(Opened::sqlite())
}

impl Opened {
    fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            store: Store::open(&folder.path().join("contacts.db")).unwrap(),
            _place: Place::Folder { _folder: folder },
        }
    }
}

fn postgres() -> Option<Opened> {
    let database = Database::without_rows()?;
    Some(Opened {
        store: Store::connect(database.url(), &options()).unwrap(),
        _place: Place::Server {
            _database: Box::new(database),
        },
    })
}

fn options() -> PostgresOptions {
    PostgresOptions {
        pool: 8,
        statement_timeout: Some(Duration::from_secs(60)),
        process: "of a test".to_owned(),
    }
}

/// Runs a test on a database without rows of each engine. Prints the engine's name, for the output of a failure.
fn on_every_engine(test: impl Fn(&Store, &Engine)) {
    for engine in ENGINES {
        println!("on {}", engine.name);
        if let Some(opened) = (engine.open)() {
            test(&opened.store, engine);
        }
    }
}

const HERE: Workspace = Workspace(1);
const ELSEWHERE: Workspace = Workspace(2);

/// Returns the `n`th id, in order.
fn id(n: u64) -> ContactId {
    uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(n))
}

fn key(text: &str) -> MatchKey {
    MatchKey::from_stored(text)
}

/// Returns the `n`th contact, created by line `n` of import 1.
fn imported(n: u64) -> ContactRow {
    ContactRow {
        id: id(n),
        owner: Member(1),
        version: 100,
        created_at: 100,
        created_by: Some(Origin {
            run: RunId::Import(ImportId(1)),
            line: n,
        }),
        made_by: None,
        written_by: Some(RunId::Import(ImportId(1))),
        edited_by: None,
        body: format!(r#"{{"n":{n}}}"#),
    }
}

/// Returns the `n`th contact, created by a person.
fn typed(n: u64) -> ContactRow {
    ContactRow {
        created_by: None,
        made_by: Some(Member(1)),
        written_by: None,
        edited_by: Some(Member(2)),
        ..imported(n)
    }
}
