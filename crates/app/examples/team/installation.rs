//! Where the workspace lies: a folder, and a database of its own on a server if the bench is told of one.

use crate::workspace::OsSystem;
use app::{App, DatabaseServer, Place};
use std::path::Path;
use std::sync::Arc;
use store::{PostgresOptions, Store};
use tempfile::TempDir;
use testbed::Database;

/// Connections, as many as the program has if nothing is said.
const POOL: u32 = 8;

/// It is gone when this is dropped.
pub struct Installation {
    folder: TempDir,
    server: Option<Database>,
}

impl Installation {
    pub fn new() -> Self {
        let server = testbed::wants_postgres().then(|| Database::create().expect("there is a server"));
        Self {
            folder: tempfile::tempdir().unwrap(),
            server,
        }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The address of its database, if a server has it.
    pub fn url(&self) -> Option<&str> {
        self.server.as_ref().map(Database::url)
    }

    pub fn app(&self) -> App {
        let place = Place {
            data: self.folder(),
            objects: None,
            database: self.url().map(|url| DatabaseServer {
                url,
                pool: POOL,
                timeout: None,
            }),
        };
        App::open(&place, Arc::new(OsSystem::default())).unwrap()
    }

    pub fn store(&self) -> Store {
        let Some(url) = self.url() else {
            return Store::open(&self.folder().join("crystalqore.db")).unwrap();
        };
        let options = PostgresOptions {
            pool: POOL,
            statement_timeout: None,
            process: "bench".to_owned(),
        };
        Store::connect(url, &options).unwrap()
    }
}
