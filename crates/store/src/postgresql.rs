//! PostgreSQL's side of the waist: how each primitive runs on a connection.
//!
//! Owns the translation of values, rows and errors, and the statements that only PostgreSQL likes: `COPY` in its binary
//! form for many rows, arrays for many keys. Leaves out addresses, pools and transactions (`postgresql/open.rs`).

mod copy;
pub(crate) mod open;
pub(crate) mod server;
pub(crate) mod session;
mod tls;

use crate::Workspace;
use crate::error::{Error, Result};
use crate::waist::{Lookup, OnConflict, Row, Table, Value};
use ::postgres::error::SqlState;
use ::postgres::fallible_iterator::FallibleIterator;
use ::postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use ::postgres::{Client, Statement};
use bytes::BytesMut;
use copy::Parcel;
use session::Session;
use std::collections::HashMap;

/// Rows that go as arrays in the values of one statement. More of them go faster by `COPY`, which takes longer to begin.
const FEW: usize = 200;

/// Keys of one question. More gain nothing.
const KEYS_AT_ONCE: usize = 10_000;

/// A connection with its prepared statements.
pub(crate) struct Connection {
    client: Client,
    statements: HashMap<String, Statement>,
    /// A transaction could not be ended, so what the next one would meet is not known.
    broken: bool,
}

/// Every integer of ours is a BIGINT, every id a BYTEA, and the schema is ours, so the kind of a value is that of its column.
impl ToSql for Value<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => return Ok(IsNull::Yes),
            Self::Int(int) => out.extend_from_slice(&int.to_be_bytes()),
            Self::Text(text) => out.extend_from_slice(text.as_bytes()),
            Self::Blob(bytes) => out.extend_from_slice(bytes),
        }
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        [Type::INT8, Type::TEXT, Type::BYTEA].contains(ty)
    }

    to_sql_checked!();
}

pub(crate) fn value<'r>(row: &'r ::postgres::Row, column: usize) -> Result<Value<'r>> {
    let wrong = || Error::Corrupt(format!("column {} cannot be read", column_name(row, column)));
    let kind = row.columns().get(column).ok_or_else(wrong)?.type_();
    let value = match *kind {
        Type::INT8 => row.try_get::<_, Option<i64>>(column).map(|v| v.map(Value::Int)),
        Type::TEXT => row.try_get::<_, Option<&str>>(column).map(|v| v.map(Value::Text)),
        Type::BYTEA => row.try_get::<_, Option<&[u8]>>(column).map(|v| v.map(Value::Blob)),
        _ => return Err(wrong()),
    };
    value.map(|v| v.unwrap_or(Value::Null)).map_err(|_| wrong())
}

pub(crate) fn column_name(row: &::postgres::Row, column: usize) -> String {
    row.columns()
        .get(column)
        .map_or_else(|| column.to_string(), |c| c.name().to_owned())
}

/// Names every way in which PostgreSQL can fail. Its words are passed on only where they cannot hold a value of a row.
pub(crate) fn error(doing: &'static str, error: &::postgres::Error) -> Error {
    let Some(said) = error.as_db_error() else {
        return if error.is_closed() || is_of_the_network(error) {
            Error::Disconnected { doing }
        } else {
            Error::Sql {
                doing,
                source_text: error.to_string(),
            }
        };
    };
    match said.code() {
        &SqlState::UNIQUE_VIOLATION => Error::Conflict { doing },
        &SqlState::LOCK_NOT_AVAILABLE | &SqlState::T_R_DEADLOCK_DETECTED | &SqlState::T_R_SERIALIZATION_FAILURE => {
            Error::Busy
        }
        &SqlState::DISK_FULL => Error::Full { doing },
        &SqlState::QUERY_CANCELED => Error::TooSlow { doing },
        &SqlState::ADMIN_SHUTDOWN | &SqlState::CRASH_SHUTDOWN | &SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT => {
            Error::Disconnected { doing }
        }
        code => Error::Sql {
            doing,
            source_text: words(code, said.message()),
        },
    }
}

/// Errors about data (22) and constraints (23) may quote the data.
fn words(code: &SqlState, message: &str) -> String {
    match code.code().get(..2) {
        Some("22" | "23") => format!("SQLSTATE {}", code.code()),
        _ => format!("{message} (SQLSTATE {})", code.code()),
    }
}

fn is_of_the_network(error: &::postgres::Error) -> bool {
    std::error::Error::source(error).is_some_and(|source| source.is::<std::io::Error>())
}

impl Connection {
    fn new(client: Client) -> Self {
        Self {
            client,
            statements: HashMap::new(),
            broken: false,
        }
    }

    /// Runs statements without values, in one exchange with the server.
    fn run(&mut self, doing: &'static str, sql: &str) -> Result<()> {
        self.client.batch_execute(sql).map_err(|e| error(doing, &e))
    }

    fn prepare(&mut self, doing: &'static str, sql: &str) -> Result<Statement> {
        if let Some(known) = self.statements.get(sql) {
            return Ok(known.clone());
        }
        let statement = self.client.prepare(sql).map_err(|e| error(doing, &e))?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// Prepares a statement and runs it; says how many rows it changed.
    fn execute(&mut self, doing: &'static str, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Result<u64> {
        let statement = self.prepare(doing, sql)?;
        self.client.execute(&statement, values).map_err(|e| error(doing, &e))
    }

    /// The types of columns, as a statement names them.
    fn types(&mut self, doing: &'static str, table: &str, columns: &str) -> Result<Vec<String>> {
        let statement = self.prepare(doing, &format!("SELECT {columns} FROM {table}"))?;
        Ok(statement
            .columns()
            .iter()
            .map(|c| c.type_().name().to_owned())
            .collect())
    }
}

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
    mut take: impl FnMut(&Row<'_>) -> Result<()>,
) -> Result<()> {
    let statement = connection.prepare(doing, sql)?;
    rows_of(connection, doing, &statement, &as_parameters(values), |row| {
        take(&Row::Postgres(row))
    })
}

fn rows_of(
    connection: &mut Connection,
    doing: &'static str,
    statement: &Statement,
    values: &[&(dyn ToSql + Sync)],
    mut take: impl FnMut(&::postgres::Row) -> Result<()>,
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
        _ => session.send(Parcel::pack(doing, into, on_conflict, rows)),
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

/// The rows' values column by column, as arrays.
fn by_column<'v, const N: usize>(rows: impl Iterator<Item = [Value<'v>; N]>) -> [Vec<Value<'v>>; N] {
    let mut columns = [const { Vec::new() }; N];
    for row in rows {
        for (column, value) in columns.iter_mut().zip(row) {
            column.push(value);
        }
    }
    columns
}

/// `$1::int8[], $2::text[], ...`, counted from after the first `taken` values.
fn arrays(types: &[String], taken: usize) -> String {
    let each = types
        .iter()
        .enumerate()
        .map(|(i, name)| format!("${}::{name}[]", taken + i + 1));
    each.collect::<Vec<_>>().join(", ")
}

/// The workspace stands alone in the condition, so that a distributed database knows where to go. It leads every key.
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
    mut take: impl FnMut(usize, &Row<'_>) -> Result<()>,
) -> Result<()> {
    let Lookup {
        table,
        key,
        columns,
        order,
    } = what;
    let kind = connection.types(doing, table, key)?.concat();
    // The rows found stand behind the key that asked for them, as if one had been asked for after the other.
    let sql = format!(
        "SELECT {columns}, asked.place FROM unnest($2::{kind}[]) WITH ORDINALITY AS asked(wanted, place)
         JOIN {table} ON {key} = asked.wanted WHERE workspace_id = $1 ORDER BY asked.place, {order}"
    );
    let statement = connection.prepare(doing, &sql)?;
    let place_at = statement.columns().len().saturating_sub(1);
    let workspace = Value::from(workspace);
    let keys: Vec<Value<'v>> = keys.collect();
    for (chunk, asked) in keys.chunks(KEYS_AT_ONCE).enumerate() {
        rows_of(connection, doing, &statement, &[&workspace, &asked], |row| {
            let row = Row::Postgres(row);
            let place = usize::try_from(row.int(place_at)? - 1).unwrap_or(0);
            take(chunk * KEYS_AT_ONCE + place, &row)
        })?;
    }
    Ok(())
}
