//! The only SQL of CrystalQore: one [`Store`], its migrations, and every statement, grouped by subject.
//!
//! Owns the schema, the transactions and the statements. A subject is a module of free functions that take a [`Tx`] and a
//! [`Workspace`]: [`workspaces`], [`contacts`], [`keys`], [`names`], [`texts`], [`trash`], [`imports`], [`changes`]. No
//! statement crosses workspaces. Times are UTC microseconds since 1970 and are passed in; JSON is kept as the text that came.
//! Leaves out rights, what the JSON means, files other than the database, the clock. It is synchronous: doors call it on
//! threads that may block.

pub mod changes;
pub mod contacts;
mod error;
mod ids;
pub mod imports;
pub mod keys;
mod migrations;
pub mod names;
mod sqlite;
pub mod texts;
pub mod trash;
mod waist;
pub mod workspaces;

pub use error::{Error, Result};
pub use ids::{ImportId, Member, Workspace};
pub use waist::Tx;

use sqlite::open::Sqlite;
use std::path::Path;

/// An open database. Clones share it; threads may use it at the same time.
#[derive(Clone)]
pub struct Store {
    engine: Engine,
}

/// PostgreSQL comes to stand here.
#[derive(Clone)]
enum Engine {
    Sqlite(Sqlite),
}

impl Store {
    /// Opens the SQLite database in the file `path`, whose folder must exist. Makes the file if it is missing and brings
    /// its schema up to date.
    ///
    /// # Errors
    /// [`Error::CannotOpen`], [`Error::NotADatabase`], [`Error::Foreign`], [`Error::NewerSchema`], [`Error::Migration`].
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Self {
            engine: Engine::Sqlite(Sqlite::file(path)?),
        })
    }

    /// Makes an empty private database with the same schema, for work whose result is not kept. It lives in memory as far
    /// as its page cache goes, beyond that in a temporary file, and is gone when the last clone is dropped. It is not
    /// durable, has one connection, and cannot roll back: after a write that failed it answers [`Error::Spoiled`].
    ///
    /// # Errors
    /// [`Error::Sql`] if there is no place for a temporary file.
    pub fn scratch() -> Result<Self> {
        Ok(Self {
            engine: Engine::Sqlite(Sqlite::scratch()?),
        })
    }

    /// Runs `work` in a transaction that writes. All of it is committed, durably, or (if `work` fails) nothing. One
    /// transaction writes at a time; others wait. Do not begin another transaction inside: it would wait for this one.
    ///
    /// # Errors
    /// What `work` returns; [`Error::Aborted`] if `work` went on after a statement that failed; [`Error::Busy`] after ten seconds of waiting.
    pub fn write<T, E: From<Error>>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.write(work),
        }
    }

    /// Runs `work` in a transaction that reads: from its first question on it sees one moment of the database, whatever
    /// others write meanwhile.
    ///
    /// # Errors
    /// What `work` returns; [`Error::ReadOnly`] if it tries to write; [`Error::Busy`] if no connection became free.
    pub fn read<T, E: From<Error>>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.read(work),
        }
    }
}
