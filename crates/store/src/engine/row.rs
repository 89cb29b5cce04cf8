//! A row of a query result, from either engine.

use super::value::Value;
use super::{postgres, sqlite};
use crate::error::{Error, Result};
use uuid::Uuid;

/// A row of a query result. Columns count from 0. A value of another type than requested is an [`Error::Corrupt`].
pub(crate) enum Row<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r ::postgres::Row),
}

impl<'r> Row<'r> {
    pub(crate) fn value(&self, column: usize) -> Result<Value<'r>> {
        match self {
            Self::Sqlite(row) => sqlite::cell::value(row, column),
            Self::Postgres(row) => postgres::cell::value(row, column),
        }
    }

    fn damaged<T>(&self, column: usize) -> Result<T> {
        let name = match self {
            Self::Sqlite(row) => sqlite::cell::column_name(row, column),
            Self::Postgres(row) => postgres::cell::column_name(row, column),
        };
        Err(Error::Corrupt(format!("column {name} holds a value of the wrong kind")))
    }

    pub(crate) fn opt_int(&self, column: usize) -> Result<Option<i64>> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Int(int) => Ok(Some(int)),
            Value::Text(_) | Value::Blob(_) => self.damaged(column),
        }
    }

    pub(crate) fn int(&self, column: usize) -> Result<i64> {
        self.opt_int(column)?.map_or_else(|| self.damaged(column), Ok)
    }

    pub(crate) fn count(&self, column: usize) -> Result<u64> {
        u64::try_from(self.int(column)?).or_else(|_| self.damaged(column))
    }

    pub(crate) fn opt_text(&self, column: usize) -> Result<Option<&'r str>> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Text(text) => Ok(Some(text)),
            Value::Int(_) | Value::Blob(_) => self.damaged(column),
        }
    }

    pub(crate) fn text(&self, column: usize) -> Result<&'r str> {
        self.opt_text(column)?.map_or_else(|| self.damaged(column), Ok)
    }

    pub(crate) fn blob(&self, column: usize) -> Result<&'r [u8]> {
        match self.value(column)? {
            Value::Blob(bytes) => Ok(bytes),
            Value::Null | Value::Int(_) | Value::Text(_) => self.damaged(column),
        }
    }

    pub(crate) fn id(&self, column: usize) -> Result<Uuid> {
        match self.value(column)? {
            Value::Blob(bytes) => Uuid::from_slice(bytes).or_else(|_| self.damaged(column)),
            Value::Null | Value::Int(_) | Value::Text(_) => self.damaged(column),
        }
    }
}
