//! The database engines, and the few primitives that every statement runs through.
//!
//! Defines values, rows and the transaction, and forwards each primitive to the open engine. A statement is written
//! once, with `$1, $2, ...` for its values, in the subset of SQL that SQLite and PostgreSQL share; `$` is used for
//! nothing else. Operations that no shared statement does well (many rows or many keys at once) are primitives of their
//! own, which take a table and columns, so that each engine builds the statement that suits it.

pub(crate) mod postgres;
mod row;
pub(crate) mod sqlite;
mod value;

pub(crate) use row::Row;
pub(crate) use value::{Bound, LastLookup, Lookup, OnConflict, Table, Value, join};

use crate::error::{Error, Result};
use crate::ids::Workspace;
use postgres::session::Session;

/// The work of a transaction; returns whether to commit. A boxed closure instead of a type parameter, so that the code
/// around it is compiled only once.
pub(crate) type Work<'w> = Box<dyn FnOnce(&mut Tx<'_>) -> bool + 'w>;

/// A transaction. [`Store::read`](crate::Store::read) and [`Store::write`](crate::Store::write) begin and end it.
pub struct Tx<'c> {
    engine: EngineTx<'c>,
    writes: bool,
    /// What the first failed statement was doing.
    failed: Option<&'static str>,
}

enum EngineTx<'c> {
    Sqlite(&'c rusqlite::Connection),
    Postgres(Session<'c>),
}

impl<'c> Tx<'c> {
    pub(crate) fn on_sqlite(connection: &'c rusqlite::Connection, writes: bool) -> Self {
        Self {
            engine: EngineTx::Sqlite(connection),
            writes,
            failed: None,
        }
    }

    pub(crate) fn on_postgres(session: Session<'c>, writes: bool) -> Self {
        Self {
            engine: EngineTx::Postgres(session),
            writes,
            failed: None,
        }
    }

    /// Refuses to commit after a failed statement, even if the caller continued. PostgreSQL does the same; on SQLite, a
    /// bulk write may have left its first rows behind.
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
        // SQLite would upgrade a read snapshot to a write, and fail at random if another connection wrote in the
        // meantime.
        if self.writes {
            Ok(())
        } else {
            Err(Error::ReadOnly { doing })
        }
    }

    /// Runs a statement that changes rows; returns how many it changed.
    pub(crate) fn execute(&mut self, doing: &'static str, sql: &str, values: &[Value<'_>]) -> Result<u64> {
        self.must_write(doing)?;
        let outcome = match &mut self.engine {
            EngineTx::Sqlite(connection) => sqlite::statements::execute(connection, doing, sql, values),
            EngineTx::Postgres(session) => session
                .connection()
                .and_then(|mut connection| postgres::statements::execute(&mut connection, doing, sql, values)),
        };
        self.note(doing, outcome)
    }

    /// Runs a query and passes each row to `take` as it arrives, in constant memory.
    pub(crate) fn for_each(
        &mut self,
        doing: &'static str,
        sql: &str,
        values: &[Value<'_>],
        take: &mut dyn FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let outcome = match &mut self.engine {
            EngineTx::Sqlite(connection) => sqlite::statements::for_each(connection, doing, sql, values, take),
            EngineTx::Postgres(session) => session
                .connection()
                .and_then(|mut connection| postgres::statements::for_each(&mut connection, doing, sql, values, take)),
        };
        self.note(doing, outcome)
    }

    /// Returns the time of the database's clock, in UTC microseconds: one clock for all processes that share the
    /// database.
    pub(crate) fn clock(&mut self) -> Result<i64> {
        let sql = match self.engine {
            EngineTx::Sqlite(_) => "SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) * 1000",
            EngineTx::Postgres(_) => "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)",
        };
        let now = self.query_one("asking the time", sql, &[], |row| row.int(0))?;
        Ok(now.unwrap_or(0))
    }

    /// Runs a query and collects its rows.
    pub(crate) fn query<T>(
        &mut self,
        doing: &'static str,
        sql: &str,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut rows = Vec::new();
        self.for_each(doing, sql, values, &mut |row| {
            rows.push(read(row)?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// Runs a query that returns at most one row.
    pub(crate) fn query_one<T>(
        &mut self,
        doing: &'static str,
        sql: &str,
        values: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        Ok(self.query(doing, sql, values, read)?.pop())
    }

    /// Inserts many rows of one workspace. Its error may be returned by the next statement instead. Fastest if the rows
    /// are in the order of the primary key.
    pub(crate) fn bulk_insert<'v, const N: usize>(
        &mut self,
        doing: &'static str,
        into: &Table<N>,
        on_conflict: OnConflict,
        rows: impl ExactSizeIterator<Item = [Value<'v>; N]>,
    ) -> Result<()> {
        self.must_write(doing)?;
        let outcome = match &mut self.engine {
            EngineTx::Sqlite(connection) => sqlite::statements::bulk_insert(connection, doing, into, on_conflict, rows),
            EngineTx::Postgres(session) => postgres::statements::bulk_insert(session, doing, into, on_conflict, rows),
        };
        self.note(doing, outcome)
    }

    /// Updates rows of one workspace: the first `names` columns of `of`, the workspace first, identify a row, and the
    /// other columns are written. Returns how many of the rows exist. Fastest if the rows are in the order of the
    /// primary key; none may be named twice.
    pub(crate) fn bulk_update<'v, const N: usize>(
        &mut self,
        doing: &'static str,
        of: &Table<N>,
        names: usize,
        rows: impl ExactSizeIterator<Item = [Value<'v>; N]>,
    ) -> Result<u64> {
        self.must_write(doing)?;
        let outcome = match &mut self.engine {
            EngineTx::Sqlite(connection) => sqlite::statements::bulk_update(connection, doing, of, names, rows),
            EngineTx::Postgres(session) => session
                .connection()
                .and_then(|mut connection| postgres::statements::bulk_update(&mut connection, doing, of, names, rows)),
        };
        self.note(doing, outcome)
    }

    /// Deletes the rows of one workspace whose columns (those of `from`, the workspace first) have these values;
    /// returns how many there were.
    pub(crate) fn bulk_delete<'v, const N: usize>(
        &mut self,
        doing: &'static str,
        from: &Table<N>,
        rows: impl ExactSizeIterator<Item = [Value<'v>; N]>,
    ) -> Result<u64> {
        self.must_write(doing)?;
        let outcome = match &mut self.engine {
            EngineTx::Sqlite(connection) => sqlite::statements::bulk_delete(connection, doing, from, rows),
            EngineTx::Postgres(session) => session
                .connection()
                .and_then(|mut connection| postgres::statements::bulk_delete(&mut connection, doing, from, rows)),
        };
        self.note(doing, outcome)
    }

    /// Deletes all rows of a workspace; on SQLite all rows of the table at once if no other workspace has any.
    pub(crate) fn delete_all<const N: usize>(
        &mut self,
        doing: &'static str,
        from: &Table<N>,
        workspace: Workspace,
    ) -> Result<()> {
        let Table { name, columns } = from;
        let workspace_column = columns[0];
        // Only SQLite is faster this way, and only there no other connection can write in the meantime.
        let is_alone = matches!(self.engine, EngineTx::Sqlite(_)) && {
            let sql = format!("SELECT 1 FROM {name} WHERE {workspace_column} < $1 OR {workspace_column} > $1 LIMIT 1");
            self.query_one(doing, &sql, &[workspace.into()], |_| Ok(()))?.is_none()
        };
        match is_alone {
            true => self.execute(doing, &format!("DELETE FROM {name}"), &[])?,
            false => {
                let sql = format!("DELETE FROM {name} WHERE {workspace_column} = $1");
                self.execute(doing, &sql, &[workspace.into()])?
            }
        };
        Ok(())
    }

    /// Looks up many keys; passes each row found to `take`, with the index of its key. Fastest if the keys are sorted.
    pub(crate) fn lookup<'v>(
        &mut self,
        doing: &'static str,
        what: &Lookup,
        workspace: Workspace,
        keys: impl ExactSizeIterator<Item = Value<'v>>,
        mut take: impl FnMut(usize, &Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let take = &mut take;
        let outcome = match &mut self.engine {
            EngineTx::Sqlite(connection) => sqlite::statements::lookup(connection, doing, what, workspace, keys, take),
            EngineTx::Postgres(session) => session.connection().and_then(|mut connection| {
                postgres::statements::lookup(&mut connection, doing, what, workspace, keys, take)
            }),
        };
        self.note(doing, outcome)
    }

    /// Looks up the last row within a bound of each of many keys; passes each row found to `take`, with the index of
    /// its key. Fastest if the keys are sorted.
    pub(crate) fn lookup_last<'v>(
        &mut self,
        doing: &'static str,
        what: &LastLookup,
        workspace: Workspace,
        keys: impl ExactSizeIterator<Item = Value<'v>>,
        mut take: impl FnMut(usize, &Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let take = &mut take;
        let outcome = match &mut self.engine {
            EngineTx::Sqlite(connection) => {
                sqlite::statements::lookup_last(connection, doing, what, workspace, keys, take)
            }
            EngineTx::Postgres(session) => session.connection().and_then(|mut connection| {
                postgres::statements::lookup_last(&mut connection, doing, what, workspace, keys, take)
            }),
        };
        self.note(doing, outcome)
    }
}
