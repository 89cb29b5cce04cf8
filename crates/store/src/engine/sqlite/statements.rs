//! How each primitive of the engine runs on a SQLite connection.
//!
//! Translates statements, values, rows and errors, and defines the statements that are specific to SQLite: many rows
//! per INSERT, one prepared SELECT per key.

use super::cell::error;
use crate::engine::row::Row;
use crate::engine::value::{LastLookup, Lookup, OnConflict, Table, Value};
use crate::error::{Error, Result};
use crate::ids::Workspace;
use rusqlite::{CachedStatement, Connection};

/// Rows per INSERT. More rows gain nothing; single ones cost a third more for wide rows, a few percent for narrow ones.
const ROWS_PER_INSERT: usize = 100;

/// SQLite's limit on the number of values in one statement.
const MAX_VALUES: usize = 32_766;

/// A prepared statement with its purpose. SQLite reads `$1` as a name and numbers names in the order of their
/// appearance, so `?1` is used instead.
struct Prepared<'c> {
    statement: CachedStatement<'c>,
    doing: &'static str,
}

impl<'c> Prepared<'c> {
    fn new(connection: &'c Connection, doing: &'static str, sql: &str) -> Result<Self> {
        let statement = connection
            .prepare_cached(&sql.replace('$', "?"))
            .map_err(|e| error(doing, &e))?;
        Ok(Self { statement, doing })
    }

    /// Binds values to the parameters after the first `taken` ones.
    fn bind(&mut self, taken: usize, values: &[Value<'_>]) -> Result<()> {
        for (i, value) in values.iter().enumerate() {
            self.statement
                .raw_bind_parameter(taken + i + 1, value)
                .map_err(|e| error(self.doing, &e))?;
        }
        Ok(())
    }

    fn execute(&mut self) -> Result<u64> {
        let changed = self.statement.raw_execute().map_err(|e| error(self.doing, &e))?;
        Ok(changed as u64)
    }

    fn for_each(&mut self, take: &mut dyn FnMut(&Row<'_>) -> Result<()>) -> Result<()> {
        let doing = self.doing;
        let mut rows = self.statement.raw_query();
        while let Some(row) = rows.next().map_err(|e| error(doing, &e))? {
            take(&Row::Sqlite(row))?;
        }
        Ok(())
    }
}

pub(crate) fn execute(connection: &Connection, doing: &'static str, sql: &str, values: &[Value<'_>]) -> Result<u64> {
    let mut statement = Prepared::new(connection, doing, sql)?;
    statement.bind(0, values)?;
    statement.execute()
}

pub(crate) fn for_each(
    connection: &Connection,
    doing: &'static str,
    sql: &str,
    values: &[Value<'_>],
    take: &mut dyn FnMut(&Row<'_>) -> Result<()>,
) -> Result<()> {
    let mut statement = Prepared::new(connection, doing, sql)?;
    statement.bind(0, values)?;
    statement.for_each(take)
}

pub(crate) fn bulk_insert<'v, const N: usize>(
    connection: &Connection,
    doing: &'static str,
    into: &Table<N>,
    on_conflict: OnConflict,
    mut rows: impl ExactSizeIterator<Item = [Value<'v>; N]>,
) -> Result<()> {
    // All rows are of one workspace, which is bound once; the other values follow it.
    let others = N - 1;
    let at_once = ROWS_PER_INSERT.min((MAX_VALUES - 1) / others.max(1));
    // The remaining rows are inserted one by one, so that two statements are enough for a table.
    for rows_each in [at_once, 1] {
        if rows.len() < rows_each || rows.len() == 0 {
            continue;
        }
        let mut statement = Prepared::new(connection, doing, &insert_sql(into, on_conflict, rows_each))?;
        for _ in 0..rows.len() / rows_each {
            let mut workspace = None;
            for (i, row) in rows.by_ref().take(rows_each).enumerate() {
                if *workspace.get_or_insert(row[0]) != row[0] {
                    return Err(Error::Corrupt(format!("{doing}: rows of two workspaces")));
                }
                statement.bind(1 + i * others, &row[1..])?;
            }
            statement.bind(0, workspace.as_slice())?;
            statement.execute()?;
        }
    }
    Ok(())
}

/// Uses `OR FAIL` and `OR IGNORE`, because a statement that can be rolled back by itself copies every page it touches,
/// which takes a tenth of an import's time. So a statement that fails here leaves its first rows behind, and the
/// transaction must not be committed.
fn insert_sql<const N: usize>(into: &Table<N>, on_conflict: OnConflict, rows: usize) -> String {
    let row = format!("(?1{})", ",?".repeat(N - 1));
    let rows = vec![row.as_str(); rows].join(",");
    let or = match on_conflict {
        OnConflict::Fail => "FAIL",
        OnConflict::Keep => "IGNORE",
    };
    format!(
        "INSERT OR {or} INTO {} ({}) VALUES {rows}",
        into.name,
        into.columns.join(",")
    )
}

pub(crate) fn bulk_update<'v, const N: usize>(
    connection: &Connection,
    doing: &'static str,
    of: &Table<N>,
    names: usize,
    rows: impl ExactSizeIterator<Item = [Value<'v>; N]>,
) -> Result<u64> {
    let is_value: Vec<String> = (1..)
        .zip(of.columns)
        .map(|(at, name)| format!("{name} = ?{at}"))
        .collect();
    let (named, written) = is_value.split_at(names);
    let sql = format!(
        "UPDATE {} SET {} WHERE {}",
        of.name,
        written.join(", "),
        named.join(" AND ")
    );
    let mut statement = Prepared::new(connection, doing, &sql)?;
    let mut changed = 0;
    for row in rows {
        statement.bind(0, &row)?;
        changed += statement.execute()?;
    }
    Ok(changed)
}

pub(crate) fn bulk_delete<'v, const N: usize>(
    connection: &Connection,
    doing: &'static str,
    from: &Table<N>,
    rows: impl ExactSizeIterator<Item = [Value<'v>; N]>,
) -> Result<u64> {
    let sql = format!("DELETE FROM {} WHERE {} = ?", from.name, from.columns.join(" = ? AND "));
    let mut statement = Prepared::new(connection, doing, &sql)?;
    let mut deleted = 0;
    for row in rows {
        statement.bind(0, &row)?;
        deleted += statement.execute()?;
    }
    Ok(deleted)
}

pub(crate) fn lookup<'v>(
    connection: &Connection,
    doing: &'static str,
    what: &Lookup,
    workspace: Workspace,
    keys: impl ExactSizeIterator<Item = Value<'v>>,
    take: &mut dyn FnMut(usize, &Row<'_>) -> Result<()>,
) -> Result<()> {
    let Lookup {
        table,
        key,
        columns,
        order,
    } = what;
    let sql = format!("SELECT {columns} FROM {table} WHERE workspace_id = ? AND {key} = ? ORDER BY {order}");
    ask_each(connection, doing, &sql, workspace, keys, take)
}

pub(crate) fn lookup_last<'v>(
    connection: &Connection,
    doing: &'static str,
    what: &LastLookup,
    workspace: Workspace,
    keys: impl ExactSizeIterator<Item = Value<'v>>,
    take: &mut dyn FnMut(usize, &Row<'_>) -> Result<()>,
) -> Result<()> {
    let LastLookup {
        table,
        key,
        then,
        columns,
        bound,
    } = what;
    let within = bound.operator();
    let sql = format!(
        "SELECT {columns} FROM {table} WHERE workspace_id = ? AND {key} {within} ? ORDER BY {key} DESC, {then} DESC LIMIT 1"
    );
    ask_each(connection, doing, &sql, workspace, keys, take)
}

fn ask_each<'v>(
    connection: &Connection,
    doing: &'static str,
    sql: &str,
    workspace: Workspace,
    keys: impl Iterator<Item = Value<'v>>,
    take: &mut dyn FnMut(usize, &Row<'_>) -> Result<()>,
) -> Result<()> {
    let mut statement = Prepared::new(connection, doing, sql)?;
    statement.bind(0, &[workspace.into()])?;
    for (place, key) in keys.enumerate() {
        statement.bind(1, &[key])?;
        statement.for_each(&mut |row| take(place, row))?;
    }
    Ok(())
}
