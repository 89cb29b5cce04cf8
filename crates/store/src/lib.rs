//! The only SQL of CrystalQore: one [`Store`], its migrations, and every statement, grouped by subject.
//!
//! Each subject is a module of free functions that take a [`Tx`] and a [`Workspace`]; the folders are [`contacts`],
//! [`imports`], [`members`], [`workspace`] and [`admin`], above the engines. No statement crosses workspaces. Times are
//! UTC microseconds since 1970 and are passed in, except those of leases, which use the database's clock; JSON is
//! stored verbatim. Everything is synchronous: callers use threads that may block.

pub mod admin;
pub mod contacts;
mod engine;
mod error;
mod ids;
pub mod imports;
pub mod members;
mod migrations;
pub mod workspace;

pub use engine::Tx;
pub use engine::postgres::open::PostgresOptions;
pub use error::{Error, Result};
pub use ids::{ImportId, Member, RunId, Workspace};

use engine::Work;
use engine::postgres::open::Postgres;
use engine::sqlite::open::Sqlite;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// An open database. Clones share it; threads may use it at the same time.
#[derive(Clone)]
pub struct Store {
    engine: Engine,
    /// Counts the read transactions that have begun.
    reads: Arc<AtomicU64>,
}

/// Calls `run` with `work` and returns the result of `work`, or the error of `run` if that fails.
fn outcome_of<T, E: From<Error>>(
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    run: impl FnOnce(Work<'_>) -> Result<()>,
) -> Result<T, E> {
    let mut outcome = None;
    run(Box::new(|tx| outcome.insert(work(tx)).is_ok()))?;
    #[expect(clippy::expect_used, reason = "a transaction that has not failed has run its work")]
    outcome.expect("the work has been done")
}

/// What to do if a backup of the same name exists already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExistingBackup {
    /// Keep the existing backup and refuse to write the new one.
    Keep,
    /// Replace the existing backup.
    Replace,
}

#[derive(Clone)]
enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl From<Engine> for Store {
    fn from(engine: Engine) -> Self {
        Self {
            engine,
            reads: Arc::default(),
        }
    }
}

impl Store {
    /// Opens the SQLite database in the file `path`, whose folder must exist. Creates the file if it is missing and
    /// brings its schema up to date.
    ///
    /// # Errors
    /// [`Error::CannotOpen`], [`Error::EmptyFile`], [`Error::NotADatabase`], [`Error::Foreign`],
    /// [`Error::NewerSchema`], [`Error::Migration`].
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Engine::Sqlite(Sqlite::file(path)?).into())
    }

    /// Connects to the PostgreSQL database at `address` (`postgres://USER:PASSWORD@HOST:PORT/DATABASE`, with `sslmode`
    /// and `sslrootcert` as in libpq) and brings its schema up to date.
    ///
    /// # Errors
    /// [`Error::BadAddress`], [`Error::Unreachable`], [`Error::Unsuitable`], [`Error::NewerSchema`],
    /// [`Error::Migration`].
    pub fn connect(address: &str, options: &PostgresOptions) -> Result<Self> {
        Ok(Engine::Postgres(Postgres::connect(address, options)?).into())
    }

    /// Whether processes on other machines may use this database too.
    pub fn is_shared(&self) -> bool {
        matches!(self.engine, Engine::Postgres(_))
    }

    /// Returns the same database over a few connections that are reserved for short work that must not wait for long
    /// work, such as finding out who is signed in. On SQLite, writes still use the only write connection.
    #[must_use]
    pub fn reserved(&self) -> Self {
        match &self.engine {
            Engine::Sqlite(sqlite) => Engine::Sqlite(sqlite.reserved()).into(),
            Engine::Postgres(postgres) => Engine::Postgres(postgres.reserved()).into(),
        }
    }

    /// Returns the first damage found in the whole database, over a connection of its own. `None` on PostgreSQL, where
    /// the server checks its own data.
    ///
    /// # Errors
    /// If the database cannot be read, which includes a file that is no longer a database.
    pub fn damage(&self) -> Result<Option<String>> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.damage(),
            Engine::Postgres(_) => Ok(None),
        }
    }

    /// Returns how many transactions can read at the same time.
    pub fn readers(&self) -> u32 {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.readers(),
            Engine::Postgres(postgres) => postgres.connections(),
        }
    }

    /// Ends the database sessions of a process that has lost its imports to this one, which rolls back what that
    /// process has begun to write. Does nothing on SQLite, where a live process cannot lose its imports.
    pub fn disconnect(&self, process: &str) -> Result<()> {
        match &self.engine {
            Engine::Sqlite(_) => Ok(()),
            Engine::Postgres(postgres) => postgres.disconnect(process),
        }
    }

    /// Writes a backup of one moment into a new file, while others read and write, and checks that the file is sound.
    /// Only the owner of the file can read it. An existing backup that may be replaced is replaced once the new one is
    /// complete.
    ///
    /// # Errors
    /// [`Error::NotAFile`] on PostgreSQL; [`Error::BackupExists`] if a backup exists and is to be kept;
    /// [`Error::NoBackup`] if the file exists and is not a backup; [`Error::File`].
    pub fn backup(&self, file: &Path, existing: ExistingBackup) -> Result<()> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.backup(file, existing),
            Engine::Postgres(_) => Err(Error::NotAFile),
        }
    }

    /// Restores the database from a backup, in one step that other connections see completely or not at all. Afterwards
    /// no process holds an import: a run of this database that is still in progress stops at its next batch.
    ///
    /// # Errors
    /// [`Error::NotAFile`] on PostgreSQL; [`Error::NotADatabase`], [`Error::Foreign`], [`Error::Corrupt`],
    /// [`Error::NewerSchema`] about the backup; [`Error::Busy`] if another writer is active for too long.
    pub fn restore(&self, file: &Path) -> Result<()> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.restore(file),
            Engine::Postgres(_) => Err(Error::NotAFile),
        }
    }

    /// Runs `work` in a write transaction. All of it is committed, durably, or (if `work` fails) nothing. On SQLite,
    /// one transaction writes at a time and others wait; on PostgreSQL, only transactions that change contacts of the
    /// same workspace wait for each other ([`workspace::workspaces::begin_change`]). Do not begin another transaction
    /// inside: it would wait for this one.
    ///
    /// # Errors
    /// The error of `work`; [`Error::Aborted`] if `work` continued after a failed statement; [`Error::Busy`] after ten
    /// seconds of waiting.
    pub fn write<T, E: From<Error>>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        outcome_of(work, |work| match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.write(work),
            Engine::Postgres(postgres) => postgres.write(work),
        })
    }

    /// Runs `work` in a read transaction: from its first query on, it sees the database as of one moment, whatever
    /// others write in the meantime.
    ///
    /// # Errors
    /// The error of `work`; [`Error::ReadOnly`] if it tries to write; [`Error::Busy`] if no connection became free.
    pub fn read<T, E: From<Error>>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        outcome_of(work, |work| match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.read(work),
            Engine::Postgres(postgres) => postgres.read(work),
        })
    }

    /// Returns how many read transactions have begun on this database since it was opened, without those of
    /// [`Store::reserved`].
    pub fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }
}
