//! Facts about a SQLite file.
//!
//! Opens files that may not be databases of this program, and checks them.

use super::cell::error;
use super::header::{DatabaseKind, whose};
use crate::error::{Error, Result};
use crate::migrations;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::Path;

/// Facts about a SQLite file.
#[derive(Clone, Debug)]
pub struct FileFacts {
    /// The version of SQLite inside this program.
    pub version: &'static str,
    /// Size of the file and of its log, in bytes.
    pub size: u64,
    /// The version of the schema; `None` if the file has no schema of this program.
    pub schema: Option<i64>,
    /// The newest version that this program supports.
    pub newest_schema: i64,
    /// The damage in the file; `None` if it is sound. The check takes one or two seconds per million contacts.
    pub damage: Option<String>,
}

/// Collects all facts about a file.
pub(crate) fn file(path: &Path) -> Result<FileFacts> {
    let connection = to_read(path)?;
    check_ownership(&connection, path)?;
    Ok(FileFacts {
        version: rusqlite::version(),
        size: size_of(path) + size_of(&super::create::beside(path, "-wal")),
        schema: schema_version(&connection)?,
        newest_schema: migrations::newest(migrations::SQLITE)?,
        damage: damage(&connection)?,
    })
}

fn size_of(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |meta| meta.len())
}

/// Opens an existing file without changing anything in it.
pub(super) fn to_read(path: &Path) -> Result<Connection> {
    if std::fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() == 0) {
        return Err(Error::EmptyFile { path: path.to_owned() });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(path, flags).map_err(|e| sort(path, &e))
}

/// Refuses a file that is not a database of this program.
pub(super) fn check_ownership(connection: &Connection, path: &Path) -> Result<()> {
    match whose(connection).map_err(|e| sort(path, &e))? {
        DatabaseKind::Ours => Ok(()),
        DatabaseKind::Empty | DatabaseKind::AnotherPrograms => Err(Error::Foreign { path: path.to_owned() }),
    }
}

/// Returns the version of the schema; `None` if the file has no schema of this program.
pub(super) fn schema_version(connection: &Connection) -> Result<Option<i64>> {
    let doing = "reading the schema's version";
    let there = connection
        .table_exists(None, migrations::HISTORY)
        .map_err(|e| error(doing, &e))?;
    if !there {
        return Ok(None);
    }
    let newest = format!("SELECT coalesce(max(version), 0) FROM {}", migrations::HISTORY);
    let version = connection.query_row(&newest, [], |row| row.get(0));
    version.map(Some).map_err(|e| error(doing, &e))
}

/// Returns the first damage that SQLite finds.
pub(super) fn damage(connection: &Connection) -> Result<Option<String>> {
    let said: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(|e| error("checking the database", &e))?;
    Ok((said != "ok").then_some(said))
}

fn sort(path: &Path, e: &rusqlite::Error) -> Error {
    match e.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => Error::NotADatabase { path: path.to_owned() },
        Some(ErrorCode::CannotOpen) => Error::CannotOpen {
            path: path.to_owned(),
            source_text: e.to_string(),
        },
        _ => error("reading the database", e),
    }
}
