//! The only SQL of CrystalQore: one [`Store`], its migrations, and every statement, grouped by subject.
//!
//! A subject is a module of free functions that take a [`Tx`] and a [`Workspace`]; the folders are [`contacts`],
//! [`imports`], [`members`], [`workspace`] and [`admin`], above the engines. No statement crosses workspaces. Times are UTC
//! microseconds since 1970 and are passed in, except those of leases; JSON is kept as the text that came. Everything is
//! synchronous: callers use threads that may block.

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
    /// How many transactions that read have begun.
    reads: Arc<AtomicU64>,
}

/// What `work` returns in the transaction in which `run` runs it; the error of `run` if that fails.
fn outcome_of<T, E: From<Error>>(
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    run: impl FnOnce(Work<'_>) -> Result<()>,
) -> Result<T, E> {
    let mut outcome = None;
    run(Box::new(|tx| outcome.insert(work(tx)).is_ok()))?;
    #[expect(clippy::expect_used, reason = "a transaction that has not failed has run its work")]
    outcome.expect("the work has been done")
}

/// What happens to a backup that has the name of a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExistingBackup {
    /// It stays, and the new one is refused.
    Keep,
    /// The new one replaces it.
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
    /// Opens the SQLite database in the file `path`, whose folder must exist. Makes the file if it is missing and brings
    /// its schema up to date.
    ///
    /// # Errors
    /// [`Error::CannotOpen`], [`Error::EmptyFile`], [`Error::NotADatabase`], [`Error::Foreign`], [`Error::NewerSchema`],
    /// [`Error::Migration`].
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Engine::Sqlite(Sqlite::file(path)?).into())
    }

    /// Connects to the PostgreSQL database at `address` (`postgres://USER:PASSWORD@HOST:PORT/DATABASE`, with `sslmode` and
    /// `sslrootcert` as libpq knows them) and brings its schema up to date.
    ///
    /// # Errors
    /// [`Error::BadAddress`], [`Error::Unreachable`], [`Error::Unsuitable`], [`Error::NewerSchema`], [`Error::Migration`].
    pub fn connect(address: &str, options: &PostgresOptions) -> Result<Self> {
        Ok(Engine::Postgres(Postgres::connect(address, options)?).into())
    }

    /// Whether processes on other machines may use this database too.
    pub fn is_shared(&self) -> bool {
        matches!(self.engine, Engine::Postgres(_))
    }

    /// The same database over a few connections that are kept back for this: for short work that must not wait for long
    /// work, such as finding out who is signed in. On SQLite it writes over the one connection that writes.
    #[must_use]
    pub fn reserved(&self) -> Self {
        match &self.engine {
            Engine::Sqlite(sqlite) => Engine::Sqlite(sqlite.reserved()).into(),
            Engine::Postgres(postgres) => Engine::Postgres(postgres.reserved()).into(),
        }
    }

    /// The first damage that is found in the whole database, over a connection of its own. A server looks after that itself,
    /// so on PostgreSQL there is none.
    ///
    /// # Errors
    /// When it cannot be read: also a file that is not a database any more.
    pub fn damage(&self) -> Result<Option<String>> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.damage(),
            Engine::Postgres(_) => Ok(None),
        }
    }

    /// How many may read at the same time.
    pub fn readers(&self) -> u32 {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.readers(),
            Engine::Postgres(postgres) => postgres.connections(),
        }
    }

    /// Ends the sessions of a process that has lost its imports to this one, with what it has begun to write. Nothing to
    /// do on SQLite: there a process that lives cannot lose them.
    pub fn disconnect(&self, process: &str) -> Result<()> {
        match &self.engine {
            Engine::Sqlite(_) => Ok(()),
            Engine::Postgres(postgres) => postgres.disconnect(process),
        }
    }

    /// Writes everything of one moment into a new file, while others read and write, and looks whether the file is sound.
    /// Only its owner may read it. A backup of that name that may be replaced is replaced once the new one is complete.
    ///
    /// # Errors
    /// [`Error::NotAFile`] on PostgreSQL; [`Error::BackupExists`] if there is a backup that is to be kept;
    /// [`Error::NoBackup`] if the file exists and is something else; [`Error::File`].
    pub fn backup(&self, file: &Path, existing: ExistingBackup) -> Result<()> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.backup(file, existing),
            Engine::Postgres(_) => Err(Error::NotAFile),
        }
    }

    /// Makes the database what it was when a backup was written, in one step that others see whole or not at all. Nobody
    /// holds an import afterwards: a run of this database that goes on in the meantime stops at its next batch.
    ///
    /// # Errors
    /// [`Error::NotAFile`] on PostgreSQL; [`Error::NotADatabase`], [`Error::Foreign`], [`Error::Corrupt`],
    /// [`Error::NewerSchema`] about the backup; [`Error::Busy`] if somebody writes for too long.
    pub fn restore(&self, file: &Path) -> Result<()> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.restore(file),
            Engine::Postgres(_) => Err(Error::NotAFile),
        }
    }

    /// Runs `work` in a transaction that writes. All of it is committed, durably, or (if `work` fails) nothing. On SQLite
    /// one transaction writes at a time and others wait; on PostgreSQL those wait that change contacts of the same workspace
    /// ([`workspace::workspaces::begin_change`]). Do not begin another transaction inside: it would wait for this one.
    ///
    /// # Errors
    /// What `work` returns; [`Error::Aborted`] if `work` went on after a statement that failed; [`Error::Busy`] after ten seconds of waiting.
    pub fn write<T, E: From<Error>>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        outcome_of(work, |work| match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.write(work),
            Engine::Postgres(postgres) => postgres.write(work),
        })
    }

    /// Runs `work` in a transaction that reads: from its first question on it sees one moment of the database, whatever
    /// others write in the meantime.
    ///
    /// # Errors
    /// What `work` returns; [`Error::ReadOnly`] if it tries to write; [`Error::Busy`] if no connection became free.
    pub fn read<T, E: From<Error>>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        outcome_of(work, |work| match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.read(work),
            Engine::Postgres(postgres) => postgres.read(work),
        })
    }

    /// How many transactions that read have begun on this database since it was opened, those of [`Store::reserved`] left out.
    pub fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }
}
