//! How each primitive of the engine runs on a PostgreSQL connection.
//!
//! Translates values, rows and errors, and defines the statements that are specific to PostgreSQL: `COPY` in its binary
//! format for many rows, arrays for many keys.

use super::cell::error;
use super::connection::Connection;
use super::copy::CopyBatch;
use super::session::Session;
use crate::engine::row::Row;
use crate::engine::value::{LastLookup, Lookup, OnConflict, Table, Value};
use crate::error::Result;
use crate::ids::Workspace;
use ::postgres::Statement;
use ::postgres::fallible_iterator::FallibleIterator;
use ::postgres::types::ToSql;

/// The most rows that are sent as arrays in the values of one statement. More rows are faster with `COPY`, which takes
/// longer to begin.
const FEW: usize = 200;

/// Keys per query. More gain nothing.
const KEYS_AT_ONCE: usize = 10_000;

pub(crate) fn execute(
    connection: &mut Connection,
    doing: &'static str,
    sql: &str,
    values: &[Value<'_>],
) -> Result<u64> {
    connection.execute(doing, sql, &as_parameters(values))
}

pub(crate) fn for_each(
    connection: &mut Connection,
    doing: &'static str,
    sql: &str,
    values: &[Value<'_>],
    take: &mut dyn FnMut(&Row<'_>) -> Result<()>,
) -> Result<()> {
    let statement = connection.prepare(doing, sql)?;
    rows_of(connection, doing, &statement, &as_parameters(values), &mut |row| {
        take(&Row::Postgres(row))
    })
}

fn rows_of(
    connection: &mut Connection,
    doing: &'static str,
    statement: &Statement,
    values: &[&(dyn ToSql + Sync)],
    take: &mut dyn FnMut(&::postgres::Row) -> Result<()>,
) -> Result<()> {
    let values = values.iter().copied();
    let mut rows = connection
        .client
        .query_raw(statement, values)
        .map_err(|e| error(doing, &e))?;
    while let Some(row) = rows.next().map_err(|e| error(doing, &e))? {
        take(&row)?;
    }
    Ok(())
}

fn as_parameters<T: ToSql + Sync>(values: &[T]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

pub(crate) fn bulk_insert<'v, const N: usize>(
    session: &Session<'_>,
    doing: &'static str,
    into: &Table<N>,
    on_conflict: OnConflict,
    rows: impl ExactSizeIterator<Item = [Value<'v>; N]>,
) -> Result<()> {
    match rows.len() {
        0 => Ok(()),
        1..=FEW => insert_few(*session.connection()?, doing, into, on_conflict, rows),
        _ => session.send(CopyBatch::pack(doing, into, on_conflict, rows)),
    }
}

fn insert_few<'v, const N: usize>(
    connection: &mut Connection,
    doing: &'static str,
    into: &Table<N>,
    on_conflict: OnConflict,
    rows: impl Iterator<Item = [Value<'v>; N]>,
) -> Result<()> {
    let names = into.columns.join(", ");
    let arrays = arrays(&connection.types(doing, into.name, &names)?, 0);
    let or_keep = match on_conflict {
        OnConflict::Fail => "",
        OnConflict::Keep => " ON CONFLICT DO NOTHING",
    };
    let sql = format!(
        "INSERT INTO {} ({names}) SELECT * FROM unnest({arrays}){or_keep}",
        into.name
    );
    connection.execute(doing, &sql, &as_parameters(&by_column(rows)))?;
    Ok(())
}

/// Returns the rows' values column by column, as arrays.
fn by_column<'v, const N: usize>(rows: impl Iterator<Item = [Value<'v>; N]>) -> [Vec<Value<'v>>; N] {
    let mut columns = [const { Vec::new() }; N];
    for row in rows {
        for (column, value) in columns.iter_mut().zip(row) {
            column.push(value);
        }
    }
    columns
}

/// Returns `$1::int8[], $2::text[], ...`, numbered from after the first `taken` values.
fn arrays(types: &[String], taken: usize) -> String {
    let each = types
        .iter()
        .enumerate()
        .map(|(i, name)| format!("${}::{name}[]", taken + i + 1));
    each.collect::<Vec<_>>().join(", ")
}

/// Updates many rows. The workspace has a condition of its own, as in [`bulk_delete`].
pub(crate) fn bulk_update<'v, const N: usize>(
    connection: &mut Connection,
    doing: &'static str,
    of: &Table<N>,
    names: usize,
    rows: impl Iterator<Item = [Value<'v>; N]>,
) -> Result<u64> {
    let columns = by_column(rows);
    let Some((workspaces, others)) = columns.split_first() else {
        return Ok(0);
    };
    let Some(workspace) = workspaces.first() else {
        return Ok(0);
    };
    let is_new = |name: &&str| format!("{name} = n.{name}");
    let (named, written) = of.columns.split_at(names);
    let named: Vec<String> = named[1..].iter().map(|name| format!("t.{name} = n.{name}")).collect();
    let written: Vec<String> = written.iter().map(is_new).collect();
    let given = of.columns[1..].join(", ");
    let arrays = arrays(&connection.types(doing, of.name, &given)?, 1);
    let sql = format!(
        "UPDATE {} AS t SET {} FROM unnest({arrays}) AS n ({given}) WHERE t.{} = $1 AND {}",
        of.name,
        written.join(", "),
        of.columns[0],
        named.join(" AND ")
    );
    let mut values: Vec<&(dyn ToSql + Sync)> = vec![workspace];
    values.extend(as_parameters(others));
    connection.execute(doing, &sql, &values)
}

/// Deletes many rows. The workspace, which is the first column of every key, has a condition of its own, so that a
/// distributed database can route the statement.
pub(crate) fn bulk_delete<'v, const N: usize>(
    connection: &mut Connection,
    doing: &'static str,
    from: &Table<N>,
    rows: impl Iterator<Item = [Value<'v>; N]>,
) -> Result<u64> {
    let columns = by_column(rows);
    let Some((workspaces, keys)) = columns.split_first() else {
        return Ok(0);
    };
    let Some(workspace) = workspaces.first() else {
        return Ok(0);
    };
    let names = from.columns[1..].join(", ");
    let arrays = arrays(&connection.types(doing, from.name, &names)?, 1);
    let sql = format!(
        "DELETE FROM {} WHERE {} = $1 AND ({names}) IN (SELECT * FROM unnest({arrays}))",
        from.name, from.columns[0]
    );
    let mut values: Vec<&(dyn ToSql + Sync)> = vec![workspace];
    values.extend(as_parameters(keys));
    connection.execute(doing, &sql, &values)
}

pub(crate) fn lookup<'v>(
    connection: &mut Connection,
    doing: &'static str,
    what: &Lookup,
    workspace: Workspace,
    keys: impl Iterator<Item = Value<'v>>,
    take: &mut dyn FnMut(usize, &Row<'_>) -> Result<()>,
) -> Result<()> {
    let Lookup {
        table,
        key,
        columns,
        order,
    } = what;
    let kind = connection.types(doing, table, key)?.concat();
    // The rows found are in the order of their keys' indexes, as if the keys were looked up one after the other.
    let sql = format!(
        "SELECT {columns}, asked.place FROM unnest($2::{kind}[]) WITH ORDINALITY AS asked(wanted, place)
         JOIN {table} ON {key} = asked.wanted WHERE workspace_id = $1 ORDER BY asked.place, {order}"
    );
    ask_all(connection, doing, &sql, workspace, keys, take)
}

pub(crate) fn lookup_last<'v>(
    connection: &mut Connection,
    doing: &'static str,
    what: &LastLookup,
    workspace: Workspace,
    keys: impl Iterator<Item = Value<'v>>,
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
    let kind = connection.types(doing, table, key)?.concat();
    let sql = format!(
        "SELECT last.*, asked.place FROM unnest($2::{kind}[]) WITH ORDINALITY AS asked(wanted, place)
         CROSS JOIN LATERAL (SELECT {columns} FROM {table} WHERE workspace_id = $1 AND {key} {within} asked.wanted
                             ORDER BY {key} DESC, {then} DESC LIMIT 1) AS last
         ORDER BY asked.place"
    );
    ask_all(connection, doing, &sql, workspace, keys, take)
}

/// Looks up many keys, some thousands per query. The last column of a row is the index of its key, counted from 1.
fn ask_all<'v>(
    connection: &mut Connection,
    doing: &'static str,
    sql: &str,
    workspace: Workspace,
    keys: impl Iterator<Item = Value<'v>>,
    take: &mut dyn FnMut(usize, &Row<'_>) -> Result<()>,
) -> Result<()> {
    let statement = connection.prepare(doing, sql)?;
    let place_at = statement.columns().len().saturating_sub(1);
    let workspace = Value::from(workspace);
    let keys: Vec<Value<'v>> = keys.collect();
    for (chunk, asked) in keys.chunks(KEYS_AT_ONCE).enumerate() {
        rows_of(connection, doing, &statement, &[&workspace, &asked], &mut |row| {
            let row = Row::Postgres(row);
            let place = usize::try_from(row.int(place_at)? - 1).unwrap_or(0);
            take(chunk * KEYS_AT_ONCE + place, &row)
        })?;
    }
    Ok(())
}
