//! The narrow waist: the few primitives that every statement runs through.
//!
//! Owns values, rows and the transaction, and hands each primitive to the engine that is open. A statement is written
//! once, with `$1, $2, ...` for its values, in the subset of SQL that SQLite and PostgreSQL share; `$` stands nowhere
//! else. What no shared statement can say well (many rows at once, many keys at once) is a primitive of its own, given as
//! table and columns, so that each engine writes the statement that suits it.
//! Leaves out how an engine does it (`sqlite.rs`, `postgresql.rs`) and all that is about contacts or imports.

use crate::error::{Error, Result};
use crate::{Workspace, postgresql, sqlite};
use uuid::Uuid;

/// A value bound to a statement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Int(i64),
    Text(&'a str),
    Blob(&'a [u8]),
}

impl<'a> Value<'a> {
    /// A number of rows, lines or bytes.
    pub(crate) fn count(count: u64) -> Self {
        // No file and no table comes near to 2^63.
        Self::Int(i64::try_from(count).unwrap_or(i64::MAX))
    }

    pub(crate) fn id(id: &'a Uuid) -> Self {
        Self::Blob(id.as_bytes())
    }

    /// Where a page in id order goes on; without an id, what sorts before every id.
    pub(crate) fn after(id: Option<&'a Uuid>) -> Self {
        id.map_or(Self::Blob(&[]), Self::id)
    }
}

impl From<Workspace> for Value<'_> {
    fn from(workspace: Workspace) -> Self {
        Self::Int(workspace.0)
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(int: Option<i64>) -> Self {
        int.map_or(Self::Null, Self::Int)
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }
}

/// A row of an answer. Columns count from 0. A value of another type than asked for is an [`Error::Corrupt`].
pub(crate) enum Row<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r ::postgres::Row),
}

impl<'r> Row<'r> {
    pub(crate) fn value(&self, column: usize) -> Result<Value<'r>> {
        match self {
            Self::Sqlite(row) => sqlite::value(row, column),
            Self::Postgres(row) => postgresql::value(row, column),
        }
    }

    fn damaged<T>(&self, column: usize) -> Result<T> {
        let name = match self {
            Self::Sqlite(row) => sqlite::column_name(row, column),
            Self::Postgres(row) => postgresql::column_name(row, column),
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

/// A table and the columns that a bulk write names.
pub(crate) struct Table<const N: usize> {
    pub(crate) name: &'static str,
    pub(crate) columns: [&'static str; N],
}

/// What a bulk insert does with a row whose primary key exists.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum OnConflict {
    /// The whole insert fails with [`Error::Conflict`].
    Fail,
    /// The row that exists stays.
    Keep,
}

/// A question asked for many keys of one workspace at once: of `table`, the `columns` of the rows whose `key` is asked
/// for, for each key in the order of the column `order`.
pub(crate) struct Lookup {
    pub(crate) table: &'static str,
    pub(crate) key: &'static str,
    pub(crate) columns: &'static str,
    pub(crate) order: &'static str,
}

/// A transaction. [`Store::read`](crate::Store::read) and [`Store::write`](crate::Store::write) make it and end it.
pub struct Tx<'c> {
    engine: EngineTx<'c>,
    writes: bool,
    /// What the first statement that failed was doing.
    failed: Option<&'static str>,
}

enum EngineTx<'c> {
    Sqlite(&'c rusqlite::Connection),
    Postgres(postgresql::session::Session<'c>),
}

impl<'c> Tx<'c> {
    pub(crate) fn on_sqlite(connection: &'c rusqlite::Connection, writes: bool) -> Self {
        Self {
            engine: EngineTx::Sqlite(connection),
            writes,
            failed: None,
        }
    }

    pub(crate) fn on_postgres(session: postgresql::session::Session<'c>, writes: bool) -> Self {
        Self {
            engine: EngineTx::Postgres(session),
            writes,
            failed: None,
        }
    }

    /// Refuses to commit after a statement that failed, even if the caller went on. PostgreSQL does the same, and a bulk
    /// write may have left its first rows behind.
    pub(crate) fn may_commit(&self) -> Result<()> {
        self.failed.map_or(Ok(()), |doing| Err(Error::Aborted { doing }))
    }

    fn note<T>(&mut self, doing: &'static str, outcome: Result<T>) -> Result<T> {
        if outcome.is_err() {
            self.failed.get_or_insert(doing);
        }
        outcome
    }

    fn must_write(&self, doing: &'static str) -> Result<()> {
        // SQLite would let a snapshot grow into a write and fail at random when somebody else wrote meanwhile.
        if self.writes {
            Ok(())
        } else {
            Err(Error::ReadOnly { doing })
        }
    }

    /// Runs a statement that changes rows; says how many.
    pub(crate) fn execute(&mut self, doing: &'static str, sql: &str, values: &[Value<'_>]) -> Result<u64> {
        self.must_write(doing)?;
        let outcome = match &mut self.engine {
            EngineTx::Sqlite(connection) => sqlite::execute(connection, doing, sql, values),
            EngineTx::Postgres(session) => session
                .connection()
                .and_then(|mut connection| postgresql::execute(&mut connection, doing, sql, values)),
        };
        self.note(doing, outcome)
    }

    /// Runs a question and hands over each row as it comes, in constant memory.
    pub(crate) fn for_each(
        &mut self,
        doing: &'static str,
        sql: &str,
        values: &[Value<'_>],
        take: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let outcome = match &mut self.engine {
            EngineTx::Sqlite(connection) => sqlite::for_each(connection, doing, sql, values, take),
            EngineTx::Postgres(session) => session
                .connection()
                .and_then(|mut connection| postgresql::for_each(&mut connection, doing, sql, values, take)),
        };
        self.note(doing, outcome)
    }

    /// The time by the database's clock, in UTC microseconds: one clock for all processes that share it.
    pub(crate) fn clock(&mut self) -> Result<i64> {
        let sql = match self.engine {
            EngineTx::Sqlite(_) => "SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) * 1000",
            EngineTx::Postgres(_) => "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)",
        };
        let now = self.query_one("asking the time", sql, &[], |row| row.int(0))?;
        Ok(now.unwrap_or(0))
    }

    /// Runs a question and collects its rows.
    pub(crate) fn query<T>(
        &mut self,
        doing: &'static str,
        sql: &str,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut rows = Vec::new();
        self.for_each(doing, sql, values, |row| {
            rows.push(read(row)?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// Runs a question that has at most one row.
    pub(crate) fn query_one<T>(
        &mut self,
        doing: &'static str,
        sql: &str,
        values: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        Ok(self.query(doing, sql, values, read)?.pop())
    }

    /// Inserts many rows of one workspace. What is wrong with them may be told by whatever is asked next. Rows in the order of the primary key go fastest.
    pub(crate) fn bulk_insert<'v, const N: usize>(
        &mut self,
        doing: &'static str,
        into: &Table<N>,
        on_conflict: OnConflict,
        rows: impl ExactSizeIterator<Item = [Value<'v>; N]>,
    ) -> Result<()> {
        self.must_write(doing)?;
        let outcome = match &mut self.engine {
            EngineTx::Sqlite(connection) => sqlite::bulk_insert(connection, doing, into, on_conflict, rows),
            EngineTx::Postgres(session) => postgresql::bulk_insert(session, doing, into, on_conflict, rows),
        };
        self.note(doing, outcome)
    }

    /// Deletes the rows of one workspace whose columns (those of `from`, the workspace first) have these values; says how many there were.
    pub(crate) fn bulk_delete<'v, const N: usize>(
        &mut self,
        doing: &'static str,
        from: &Table<N>,
        rows: impl ExactSizeIterator<Item = [Value<'v>; N]>,
    ) -> Result<u64> {
        self.must_write(doing)?;
        let outcome = match &mut self.engine {
            EngineTx::Sqlite(connection) => sqlite::bulk_delete(connection, doing, from, rows),
            EngineTx::Postgres(session) => session
                .connection()
                .and_then(|mut connection| postgresql::bulk_delete(&mut connection, doing, from, rows)),
        };
        self.note(doing, outcome)
    }

    /// Looks up many keys; hands over each row found with the place of its key among the keys. Sorted keys go fastest.
    pub(crate) fn lookup<'v>(
        &mut self,
        doing: &'static str,
        what: &Lookup,
        workspace: Workspace,
        keys: impl ExactSizeIterator<Item = Value<'v>>,
        take: impl FnMut(usize, &Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let outcome = match &mut self.engine {
            EngineTx::Sqlite(connection) => sqlite::lookup(connection, doing, what, workspace, keys, take),
            EngineTx::Postgres(session) => session
                .connection()
                .and_then(|mut connection| postgresql::lookup(&mut connection, doing, what, workspace, keys, take)),
        };
        self.note(doing, outcome)
    }
}
