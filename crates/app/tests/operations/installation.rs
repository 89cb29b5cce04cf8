//! A test installation with a deterministic system.

use app::{Actor, App, DatabaseServer, ExportFormat, ExportRequest, Order, Place, Scope, System};
use model::ContactId;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use store::{PostgresOptions, Store};
use tempfile::TempDir;
use testbed::Database;

/// The initial time of the clock, in UTC microseconds.
pub const BEGINNING: i64 = 1_700_000_000_000_000;

/// A system that counts: two installations with the same sequence of calls get the same times and ids.
pub struct Counting {
    time: AtomicI64,
    ids: AtomicU64,
    files: AtomicU64,
}

impl System for Counting {
    fn now(&self) -> i64 {
        self.time.fetch_add(1000, Ordering::Relaxed)
    }

    fn contact_id(&self) -> ContactId {
        let milliseconds = 0x0190_0000_0000 + self.ids.fetch_add(1, Ordering::Relaxed);
        let (version, variant) = (7_u128 << 76, 2_u128 << 62);
        ContactId::from_u128(u128::from(milliseconds) << 80 | version | variant)
    }

    fn unique_name(&self) -> String {
        format!("{}", self.files.fetch_add(1, Ordering::Relaxed))
    }

    fn secret(&self) -> [u8; 32] {
        [7; 32]
    }
}

/// The database engine.
#[derive(Clone, Copy, Debug)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// An installation in a temporary folder, which is deleted when this is dropped.
pub struct Installation {
    pub app: App,
    pub actor: Actor,
    system: Arc<Counting>,
    pub folder: TempDir,
    /// Declared last, so that it is dropped after the connections to it.
    server: Option<Database>,
}

impl Installation {
    pub fn open(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let system = Arc::new(Counting {
            time: AtomicI64::new(BEGINNING),
            ids: AtomicU64::new(0),
            files: AtomicU64::new(0),
        });
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(Database::without_rows().unwrap()),
        };
        let place = Place {
            data: folder.path(),
            objects: None,
            database: database.as_ref().map(|database| DatabaseServer {
                url: database.url(),
                pool: 4,
                timeout: None,
            }),
        };
        let app = App::open(&place, system.clone()).unwrap();
        let actor = app.local_actor().unwrap();
        Self {
            app,
            actor,
            system,
            folder,
            server: database,
        }
    }

    pub fn system(&self) -> Arc<Counting> {
        self.system.clone()
    }

    /// Opens the database directly, bypassing the installation.
    pub fn database(&self) -> Store {
        let Some(server) = &self.server else {
            return Store::open(&self.folder.path().join("crystalqore.db")).unwrap();
        };
        let options = PostgresOptions {
            pool: 2,
            statement_timeout: None,
            process: "test".to_owned(),
        };
        Store::connect(server.url(), &options).unwrap()
    }

    pub fn set_time(&self, time: i64) {
        self.system.time.store(time, Ordering::Relaxed);
    }

    /// Writes a file into the installation's folder.
    pub fn put(&self, csv: &str) -> PathBuf {
        let path = self.folder.path().join("file.csv");
        std::fs::write(&path, csv).unwrap();
        path
    }

    /// The contacts that match a filter, exported as JSON Lines.
    pub fn found(&self, filter: &str, order: Order) -> String {
        let request = ExportRequest {
            scope: Scope::All,
            selection: None,
            filter: filter.parse().unwrap(),
            format: ExportFormat::Jsonl,
            order,
            columns: Vec::new(),
            delimiter: b',',
            bom: false,
        };
        let mut out = Vec::new();
        self.app.export(self.actor, &request, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }
}
