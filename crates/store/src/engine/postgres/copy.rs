//! Writes many rows at once, with `COPY` in PostgreSQL's binary format.
//!
//! Defines the format (PostgreSQL's manual, COPY, "Binary Format") and the temporary table for rows that may exist
//! already. The client library's writer of this format goes through its async runtime for every row; this one sends
//! large pieces, which makes bulk writes fast.

use super::cell::error;
use super::connection::Connection;
use crate::engine::value::{OnConflict, Table, Value};
use crate::error::{Error, Result};
use std::io::{self, Write};

/// Signature, flags, and length of the header's extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// The end of the data, in place of a row's number of columns.
const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();
/// A NULL, in place of a value's length.
const NULL: [u8; 4] = (-1_i32).to_be_bytes();
/// Bytes that are sent at once.
const PIECE: usize = 128 * 1024;

/// Encoded rows, and the table to write them to.
pub(crate) struct CopyBatch {
    /// What the store is doing.
    pub doing: &'static str,
    table: &'static str,
    columns: String,
    on_conflict: OnConflict,
    /// The rows in their binary form.
    rows: Vec<u8>,
}

impl CopyBatch {
    pub fn pack<'v, const N: usize>(
        doing: &'static str,
        into: &Table<N>,
        on_conflict: OnConflict,
        rows: impl Iterator<Item = [Value<'v>; N]>,
    ) -> Self {
        let mut packed = HEADER.to_vec();
        rows.for_each(|row| add_row(&mut packed, &row));
        packed.extend_from_slice(&TRAILER);
        Self {
            doing,
            table: into.name,
            columns: into.columns.join(", "),
            on_conflict,
            rows: packed,
        }
    }

    /// Writes the rows. With `OnConflict::Keep`, callers have mostly made sure that the rows are new, so they are first
    /// copied straight into the table, which takes half the time of a temporary table. The temporary table is used only
    /// if a row exists after all.
    pub fn deliver(&self, connection: &mut Connection) -> Result<()> {
        if self.on_conflict == OnConflict::Fail {
            return self.copy_into(connection, self.table);
        }
        connection.run(self.doing, "SAVEPOINT bulk")?;
        match self.copy_into(connection, self.table) {
            Err(Error::Conflict { .. }) => {
                connection.run(self.doing, "ROLLBACK TO SAVEPOINT bulk")?;
                self.insert_what_is_new(connection)
            }
            Ok(()) => connection.run(self.doing, "RELEASE SAVEPOINT bulk"),
            Err(error) => Err(error),
        }
    }

    fn copy_into(&self, connection: &mut Connection, table: &str) -> Result<()> {
        let doing = self.doing;
        // The server's own message is wrapped in an error of the stream.
        let lost = |e: io::Error| match e.get_ref().and_then(|e| e.downcast_ref::<::postgres::Error>()) {
            Some(said) => error(doing, said),
            None => Error::Disconnected { doing },
        };
        let sql = format!("COPY {table} ({}) FROM STDIN BINARY", self.columns);
        let statement = connection.prepare(doing, &sql)?;
        let mut writer = connection.client.copy_in(&statement).map_err(|e| error(doing, &e))?;
        for piece in self.rows.chunks(PIECE) {
            writer.write_all(piece).map_err(lost)?;
        }
        writer.finish().map_err(|e| error(doing, &e))?;
        Ok(())
    }

    fn insert_what_is_new(&self, connection: &mut Connection) -> Result<()> {
        let Self {
            doing, table, columns, ..
        } = self;
        let staged = format!("staged_{table}");
        // The temporary table belongs to this connection and is created once; each transaction finds it empty.
        connection.run(
            doing,
            &format!(
                "SET LOCAL client_min_messages = warning;
                 CREATE TEMP TABLE IF NOT EXISTS {staged} ON COMMIT DELETE ROWS AS SELECT {columns} FROM {table} WITH NO DATA;
                 TRUNCATE {staged}"
            ),
        )?;
        self.copy_into(connection, &staged)?;
        let sql = format!("INSERT INTO {table} ({columns}) SELECT {columns} FROM {staged} ON CONFLICT DO NOTHING");
        connection.execute(doing, &sql, &[])?;
        Ok(())
    }
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
    // PostgreSQL accepts no value of a gibibyte or more, so every valid length fits; longer values are refused by the
    // server.
    let length = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
    piece.extend_from_slice(&length.to_be_bytes());
    piece.extend_from_slice(bytes);
}
