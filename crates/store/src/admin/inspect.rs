//! Facts about a database, read without changing it, for `crystalqore doctor`.

pub use crate::engine::postgres::open::OLDEST_SERVER;
use crate::engine::postgres::open::PostgresOptions;
pub use crate::engine::postgres::server::ServerFacts;
pub use crate::engine::sqlite::examine::FileFacts;
use crate::engine::{postgres, sqlite};
use crate::error::Result;
use std::path::Path;

/// Queries a server for facts about itself and the database.
///
/// # Errors
/// [`Error::BadAddress`](crate::error::Error::BadAddress), [`Error::Unreachable`](crate::error::Error::Unreachable).
pub fn server(address: &str, options: &PostgresOptions) -> Result<ServerFacts> {
    postgres::server::facts(&mut postgres::open::client(address, options)?)
}

/// Examines a file; `None` if there is none yet.
///
/// # Errors
/// [`Error::NotADatabase`](crate::error::Error::NotADatabase), [`Error::Foreign`](crate::error::Error::Foreign), and
/// errors of reading.
pub fn file(path: &Path) -> Result<Option<FileFacts>> {
    if !path.exists() {
        return Ok(None);
    }
    sqlite::examine::file(path).map(Some)
}

/// Returns the name of the database at an address, as people know it: host, port and database, nothing secret.
///
/// # Errors
/// [`Error::BadAddress`](crate::error::Error::BadAddress).
pub fn name_of_server(address: &str) -> Result<String> {
    postgres::open::name_of(address)
}
