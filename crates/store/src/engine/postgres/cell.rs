//! Conversion of PostgreSQL's values and errors to and from those of the store.

use crate::engine::value::Value;
use crate::error::{Error, Result};
use ::postgres::error::SqlState;
use ::postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use bytes::BytesMut;

/// Every integer of the schema is a BIGINT and every id a BYTEA, so the kind of a value is always that of its column.
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

/// Maps every failure of PostgreSQL to an error of the store. The server's message is included only if it cannot
/// contain a value of a row.
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

/// Returns the code, and the message if it cannot quote data: errors about data (class 22) and constraints (class 23)
/// may.
fn words(code: &SqlState, message: &str) -> String {
    match code.code().get(..2) {
        Some("22" | "23") => format!("SQLSTATE {}", code.code()),
        _ => format!("{message} (SQLSTATE {})", code.code()),
    }
}

fn is_of_the_network(error: &::postgres::Error) -> bool {
    std::error::Error::source(error).is_some_and(|source| source.is::<std::io::Error>())
}
