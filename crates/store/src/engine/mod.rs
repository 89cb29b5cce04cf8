//! The engines, and the few primitives that every statement runs through.
//!
//! Owns values, rows and the transaction, and hands each primitive to the engine that is open. A statement is written
//! once, with `$1, $2, ...` for its values, in the subset of SQL that SQLite and PostgreSQL share; `$` stands nowhere
//! else. What no shared statement can say well (many rows at once, many keys at once) is a primitive of its own, given
//! as table and columns, so that each engine writes the statement that suits it.

pub(crate) mod postgres;
mod row;
pub(crate) mod sqlite;
mod value;

pub(crate) use row::Row;
pub(crate) use value::{Bound, LastLookup, Lookup, OnConflict, Table, Value, join};

use crate::error::{Error, Result};
use crate::ids::Workspace;
use postgres::session::Session;

/// What happens in a transaction; says whether it is to be committed. Without a type of its own, so that what surrounds it is
/// compiled once.
pub(crate) type Work<'w> = Box<dyn FnOnce(&mut Tx<'_>) -> bool + 'w>;

/// A transaction. [`Store::read`](crate::Store::read) and [`Store::write`](crate::Store::write) make it and end it.
pub struct Tx<'c> {
    engine: EngineTx<'c>,
    writes: bool,
    /// What the first statement that failed was doing.
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
        // SQLite would let a snapshot grow into a write and fail at random when somebody else wrote in the meantime.
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
            EngineTx::Sqlite(connection) => sqlite::statements::execute(connection, doing, sql, values),
            EngineTx::Postgres(session) => session
                .connection()
                .and_then(|mut connection| postgres::statements::execute(&mut connection, doing, sql, values)),
        };
        self.note(doing, outcome)
    }

    /// Runs a question and hands over each row as it comes, in constant memory.
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
        self.for_each(doing, sql, values, &mut |row| {
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

    /// Inserts many rows of one workspace. An error in them may be returned by the next statement instead. Rows in the order of the primary key go fastest.
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

    /// Changes rows of one workspace that the first `names` columns of `of` name, the workspace first; writes the other
    /// columns and says how many rows there were. Rows in the order of the primary key go fastest; none may be named twice.
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

    /// Deletes the rows of one workspace whose columns (those of `from`, the workspace first) have these values; says how many there were.
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

    /// Deletes all rows of a workspace; all at once where no other workspace has any.
    pub(crate) fn delete_all<const N: usize>(
        &mut self,
        doing: &'static str,
        from: &Table<N>,
        workspace: Workspace,
    ) -> Result<()> {
        let Table { name, columns } = from;
        let workspace_column = columns[0];
        // Only SQLite is faster so, and only there nobody else writes in the meantime.
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

    /// Looks up many keys; hands over each row found with the place of its key among the keys. Sorted keys go fastest.
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

    /// Looks up the last row within a bound for many keys; hands over each one found with the place of the key that asked for
    /// it. Sorted keys go fastest.
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
