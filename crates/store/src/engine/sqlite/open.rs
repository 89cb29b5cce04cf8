//! SQLite files: opening them, the settings of their connections, and transactions.
//!
//! Defines every PRAGMA, the pools, and what makes a file a database of this program. One connection writes, so that
//! writers of one process queue for it instead of polling the file's lock, and the large page cache exists once; a few
//! other connections read at the same time. `ANALYZE` and `PRAGMA optimize` are never run: a SQLite that was built with
//! STAT4 would take samples, and with them each SELECT by key is planned anew for each key, up to five times slower.

use super::cell::error;
use super::create;
use super::examine::{damage, schema_version, to_read};
use super::header::{DatabaseKind, whose};
use crate::engine::{Tx, Work};
use crate::error::{Error, Result};
use crate::migrations;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How long to wait for a writer in another process, or for a connection of our own.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);

/// Page cache of the connection that writes, in KiB. It bounds the memory of an import: what does not fit is spilled
/// into the log before the commit. 8 to 48 MiB were equally fast for a million contacts.
const WRITER_CACHE_KIB: i64 = 8 * 1024;

/// Page cache of each connection that reads, in KiB.
const READER_CACHE_KIB: i64 = 4 * 1024;

/// Connections that read at the same time.
const READERS: u32 = 6;

/// Connections for [`Store::reserved`](crate::Store::reserved), and the page cache of each in KiB: their queries are
/// small.
const RESERVED: u32 = 2;
const RESERVED_CACHE_KIB: i64 = 1024;

/// Pages in the log after which a commit moves them into the database.
const CHECKPOINT_PAGES: i64 = 1000;

/// Bytes of the log that stay on the disk once its pages are in the database. An import writes a few MiB per batch;
/// without a limit the log stays as large as the longest read transaction has let it grow.
const LOG_BYTES_KEPT: i64 = 16 * 1024 * 1024;

/// Prepared statements that each connection keeps; the store has fewer than that.
const STATEMENTS_KEPT: usize = 128;

/// An open SQLite database.
#[derive(Clone)]
pub(crate) struct Sqlite {
    path: PathBuf,
    writer: r2d2::Pool<Connections>,
    readers: r2d2::Pool<Connections>,
    reserved: r2d2::Pool<Connections>,
}

impl Sqlite {
    /// Opens the database in a file, creating or updating it as needed.
    pub(crate) fn file(path: &Path) -> Result<Self> {
        let cannot_open = |source_text| Error::CannotOpen {
            path: path.to_owned(),
            source_text,
        };
        // An absolute path cannot be taken for one of SQLite's special names, such as `:memory:`.
        let path = std::path::absolute(path).map_err(|e| cannot_open(e.to_string()))?;
        create::if_missing(&path)?;
        let mut connection = Connection::open_with_flags(&path, flags()).map_err(|e| cannot_open(e.to_string()))?;
        check_ownership(&connection, &path)?;
        configure(&connection, WRITER_CACHE_KIB)?;
        bring_up_to_date(&mut connection)?;
        let writer = Connections {
            first: Mutex::new(Some(connection)),
            path: path.clone(),
            cache_kib: WRITER_CACHE_KIB,
        };
        let reading = |cache_kib| Connections {
            first: Mutex::new(None),
            path: path.clone(),
            cache_kib,
        };
        Ok(Self {
            writer: pool(1, writer),
            readers: pool(READERS, reading(READER_CACHE_KIB)),
            reserved: pool(RESERVED, reading(RESERVED_CACHE_KIB)),
            path,
        })
    }

    /// Returns the same database, with reads over the reserved connections.
    pub(crate) fn reserved(&self) -> Self {
        Self {
            readers: self.reserved.clone(),
            ..self.clone()
        }
    }

    /// Runs a write transaction. It is rolled back on an error or a panic, or if `work` returns false.
    pub(crate) fn write(&self, work: Work<'_>) -> Result<()> {
        let mut connection = self.writer.get().map_err(|_| Error::Busy)?;
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|e| error("beginning to write", &e))?;
        let mut tx = Tx::on_sqlite(&transaction, true);
        if !work(&mut tx) {
            return Ok(());
        }
        tx.may_commit()?;
        transaction.commit().map_err(|e| error("committing", &e))
    }

    /// Runs a read transaction: from its first query on, it sees the database as of one moment.
    pub(crate) fn read(&self, work: Work<'_>) -> Result<()> {
        let mut connection = self.readers.get().map_err(|_| Error::Busy)?;
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Deferred)
            .map_err(|e| error("beginning to read", &e))?;
        match work(&mut Tx::on_sqlite(&transaction, false)) {
            true => transaction.commit().map_err(|e| error("ending to read", &e)),
            false => Ok(()),
        }
    }

    /// Returns how many transactions can read at the same time.
    pub(crate) fn readers(&self) -> u32 {
        self.readers.max_size()
    }

    /// Borrows a read connection, outside of any transaction.
    pub(super) fn reader(&self) -> Result<impl std::ops::Deref<Target = Connection>> {
        self.readers.get().map_err(|_| Error::Busy)
    }

    /// Borrows the write connection; while it is held, no writer of this process can begin.
    pub(super) fn writer(&self) -> Result<impl std::ops::DerefMut<Target = Connection>> {
        self.writer.get().map_err(|_| Error::Busy)
    }

    /// Returns the first damage found in the whole file.
    pub(crate) fn damage(&self) -> Result<Option<String>> {
        damage(&to_read(&self.path)?)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// What the pool needs to open connections. r2d2_sqlite does the same for another version of rusqlite.
struct Connections {
    /// The connection that opened the database; it becomes the first of its pool.
    first: Mutex<Option<Connection>>,
    path: PathBuf,
    cache_kib: i64,
}

impl r2d2::ManageConnection for Connections {
    type Connection = Connection;
    type Error = Error;

    fn connect(&self) -> Result<Connection> {
        if let Some(first) = self.first.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Ok(first);
        }
        let connection =
            Connection::open_with_flags(&self.path, flags()).map_err(|e| error("opening a connection", &e))?;
        configure(&connection, self.cache_kib)?;
        Ok(connection)
    }

    fn is_valid(&self, _: &mut Connection) -> Result<()> {
        Ok(())
    }

    fn has_broken(&self, _: &mut Connection) -> bool {
        false
    }
}

/// Builds a pool whose connections are opened on demand and kept forever: a new connection would start with an empty
/// cache.
fn pool(size: u32, connections: Connections) -> r2d2::Pool<Connections> {
    r2d2::Pool::builder()
        .max_size(size)
        .min_idle(Some(0))
        .max_lifetime(None)
        .idle_timeout(None)
        .test_on_check_out(false)
        .connection_timeout(LOCK_TIMEOUT)
        .build_unchecked(connections)
}

/// Without `SQLITE_OPEN_URI`, so that a path is never read as a URI.
fn flags() -> OpenFlags {
    OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX
}

/// Refuses a file of another program before anything in it is changed.
fn check_ownership(connection: &Connection, path: &Path) -> Result<()> {
    let sort = |e: rusqlite::Error| match e.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => Error::NotADatabase { path: path.to_owned() },
        Some(ErrorCode::CannotOpen) => Error::CannotOpen {
            path: path.to_owned(),
            source_text: e.to_string(),
        },
        _ => error("opening the database", &e),
    };
    connection.busy_timeout(LOCK_TIMEOUT).map_err(sort)?;
    match whose(connection).map_err(sort)? {
        DatabaseKind::Ours => Ok(()),
        DatabaseKind::Empty | DatabaseKind::AnotherPrograms => Err(Error::Foreign { path: path.to_owned() }),
    }
}

fn configure(connection: &Connection, cache_kib: i64) -> Result<()> {
    let settings = format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES};
         PRAGMA journal_size_limit = {LOG_BYTES_KEPT}; PRAGMA cache_size = -{cache_kib}; PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF;"
    );
    let configured = connection
        .busy_timeout(LOCK_TIMEOUT)
        .and_then(|()| connection.execute_batch(&settings));
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    configured.map_err(|e| error("configuring a connection", &e))
}

/// Applies the migrations that a database does not have yet.
pub(super) fn bring_up_to_date(connection: &mut Connection) -> Result<()> {
    if let Some(found) = schema_version(connection)? {
        migrations::refuse_newer(migrations::SQLITE, found)?;
    }
    migrations::run(migrations::SQLITE, connection)
}
