//! Conversion of SQLite's values and errors to and from those of the store.

use crate::engine::value::Value;
use crate::error::{Error, Result};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{ErrorCode, ToSql, ffi};

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Value::Null => ValueRef::Null,
            Value::Int(int) => ValueRef::Integer(int),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

pub(crate) fn value<'r>(row: &'r rusqlite::Row<'_>, column: usize) -> Result<Value<'r>> {
    let wrong = || Error::Corrupt(format!("column {} cannot be read", column_name(row, column)));
    match row.get_ref(column).map_err(|_| wrong())? {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(int) => Ok(Value::Int(int)),
        ValueRef::Text(text) => std::str::from_utf8(text).map(Value::Text).map_err(|_| wrong()),
        ValueRef::Blob(bytes) => Ok(Value::Blob(bytes)),
        ValueRef::Real(_) => Err(wrong()),
    }
}

pub(crate) fn column_name(row: &rusqlite::Row<'_>, column: usize) -> String {
    row.as_ref()
        .column_name(column)
        .map_or_else(|_| column.to_string(), str::to_owned)
}

/// Maps every failure of SQLite to an error of the store.
pub(crate) fn error(doing: &'static str, error: &rusqlite::Error) -> Error {
    let constraint = [ffi::SQLITE_CONSTRAINT_PRIMARYKEY, ffi::SQLITE_CONSTRAINT_UNIQUE];
    match error.sqlite_error() {
        Some(e) if matches!(e.code, ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Busy,
        Some(e) if matches!(e.code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            Error::Corrupt(format!("{error} (while {doing})"))
        }
        // The shared-memory index of the log is a file too; SQLite has its own code for a failure to enlarge it.
        Some(e) if e.code == ErrorCode::DiskFull || e.extended_code == ffi::SQLITE_IOERR_SHMSIZE => {
            Error::Full { doing }
        }
        Some(e) if constraint.contains(&e.extended_code) => Error::Conflict { doing },
        _ => Error::Sql {
            doing,
            source_text: error.to_string(),
        },
    }
}
