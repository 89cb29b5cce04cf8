//! Many rows at once: `COPY` in PostgreSQL's binary form.
//!
//! Owns the form (PostgreSQL's manual, COPY, "Binary Format") and the table in between for rows that may exist. The
//! client's own writer of this form goes through its runtime for every row; this one hands over large pieces, which is
//! what a bulk write is for. Leaves out when a bulk write is worth it.

use super::{Connection, error};
use crate::error::{Error, Result};
use crate::waist::{Table, Value};
use std::io::{self, Write};

/// Signature, flags, and length of the header's extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// In place of a row's number of columns.
const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();
/// In place of a value's length.
const NULL: [u8; 4] = (-1_i32).to_be_bytes();
/// Bytes that are handed over at once.
const PIECE: usize = 128 * 1024;

/// Writes rows into a table; one that exists fails the transaction.
pub(super) fn into<'v, const N: usize>(
    connection: &mut Connection,
    doing: &'static str,
    table: &str,
    columns: &[&str; N],
    rows: impl Iterator<Item = [Value<'v>; N]>,
) -> Result<u64> {
    let sql = format!("COPY {table} ({}) FROM STDIN BINARY", columns.join(", "));
    let statement = connection.prepare(doing, &sql)?;
    // The server's own words come wrapped in an error of the stream.
    let lost = |e: io::Error| match e.get_ref().and_then(|e| e.downcast_ref::<::postgres::Error>()) {
        Some(said) => error(doing, said),
        None => Error::Disconnected { doing },
    };
    let mut writer = connection.client.copy_in(&statement).map_err(|e| error(doing, &e))?;
    let mut piece = Vec::with_capacity(PIECE + 4096);
    piece.extend_from_slice(HEADER);
    for row in rows {
        add_row(&mut piece, &row);
        if piece.len() >= PIECE {
            writer.write_all(&piece).map_err(lost)?;
            piece.clear();
        }
    }
    piece.extend_from_slice(&TRAILER);
    writer.write_all(&piece).map_err(lost)?;
    writer.finish().map_err(|e| error(doing, &e))
}

/// Writes those of the rows whose key does not exist; says how many.
pub(super) fn what_is_new<'v, const N: usize>(
    connection: &mut Connection,
    doing: &'static str,
    into_table: &Table<N>,
    rows: impl Iterator<Item = [Value<'v>; N]>,
) -> Result<u64> {
    let name = into_table.name;
    let columns = into_table.columns.join(", ");
    let staged = format!("staged_{name}");
    // It belongs to this connection alone and is made once; a transaction finds it empty.
    connection.run(
        doing,
        &format!(
            "SET LOCAL client_min_messages = warning;
             CREATE TEMP TABLE IF NOT EXISTS {staged} ON COMMIT DELETE ROWS AS SELECT {columns} FROM {name} WITH NO DATA;
             TRUNCATE {staged}"
        ),
    )?;
    into(connection, doing, &staged, &into_table.columns, rows)?;
    let sql = format!("INSERT INTO {name} ({columns}) SELECT {columns} FROM {staged} ON CONFLICT DO NOTHING");
    super::execute(connection, doing, &sql, &[])
}

fn add_row<const N: usize>(piece: &mut Vec<u8>, row: &[Value<'_>; N]) {
    // No table has 32,768 columns.
    piece.extend_from_slice(&(N as i16).to_be_bytes());
    for value in row {
        match value {
            Value::Null => piece.extend_from_slice(&NULL),
            Value::Int(int) => add_value(piece, &int.to_be_bytes()),
            Value::Text(text) => add_value(piece, text.as_bytes()),
            Value::Blob(bytes) => add_value(piece, bytes),
        }
    }
}

fn add_value(piece: &mut Vec<u8>, bytes: &[u8]) {
    // PostgreSQL takes no value of a gibibyte, so that a length has room; what is too long it refuses itself.
    let length = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
    piece.extend_from_slice(&length.to_be_bytes());
    piece.extend_from_slice(bytes);
}
