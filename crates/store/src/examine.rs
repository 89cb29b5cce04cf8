//! Looking at a database without changing it, for whoever wants to know what is wrong with it.
//!
//! Owns the facts. Leaves out what is good or bad about them and what to do; `app` says that.

use crate::error::Result;
pub use crate::postgresql::server::ServerFacts;
use crate::sqlite::examine;
use crate::{PostgresOptions, postgresql};
use std::path::Path;

/// The oldest PostgreSQL that is fit: the first whose `pg_trgm` needs no superuser.
pub const OLDEST_SERVER: i32 = 13;

/// What there is to know of a SQLite file.
#[derive(Clone, Debug)]
pub struct FileFacts {
    /// The version of SQLite inside this program.
    pub version: &'static str,
    /// Bytes of the file and of the log beside it.
    pub size: u64,
    /// The version of the schema; none in a file that has none of ours.
    pub schema: Option<i64>,
    /// The version that this program knows.
    pub newest_schema: i64,
    /// What is wrong with the file itself; none if it is sound. Looking takes a second or two a million contacts.
    pub damage: Option<String>,
}

/// Asks a server about itself and the database.
///
/// # Errors
/// [`Error::BadAddress`](crate::Error::BadAddress), [`Error::Unreachable`](crate::Error::Unreachable).
pub fn server(address: &str, options: &PostgresOptions) -> Result<ServerFacts> {
    postgresql::server::facts(&mut postgresql::open::client(address, options)?)
}

/// Looks at a file; none if there is none yet.
///
/// # Errors
/// [`Error::NotADatabase`](crate::Error::NotADatabase), [`Error::Foreign`](crate::Error::Foreign), and those of reading.
pub fn file(path: &Path) -> Result<Option<FileFacts>> {
    if !path.exists() {
        return Ok(None);
    }
    examine::file(path).map(Some)
}

/// How people know the database at an address: host, port and name, nothing secret.
///
/// # Errors
/// [`Error::BadAddress`](crate::Error::BadAddress).
pub fn name_of_server(address: &str) -> Result<String> {
    postgresql::open::name_of(address)
}
