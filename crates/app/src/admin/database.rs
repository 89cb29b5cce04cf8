//! Which server holds the database, and how to connect to it.

use std::time::Duration;
use store::PostgresOptions;

/// A PostgreSQL server.
#[derive(Clone, Copy)]
pub struct DatabaseServer<'a> {
    /// `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, with `sslmode` and `sslrootcert` as in libpq.
    pub url: &'a str,
    /// Maximum number of connections of this process.
    pub pool: u32,
    /// The time limit of a statement; `None` for no limit.
    pub timeout: Option<Duration>,
}

/// Whether the text is the URL of a server, not a file or a folder.
pub fn is_server(text: &str) -> bool {
    text.starts_with("postgres://") || text.starts_with("postgresql://")
}

impl DatabaseServer<'_> {
    /// The options to connect as the process of that name.
    pub(crate) fn options(&self, process: &str) -> PostgresOptions {
        PostgresOptions {
            pool: self.pool,
            statement_timeout: self.timeout,
            process: process.to_owned(),
        }
    }
}

/// Omits the URL, which may hold a password.
impl std::fmt::Debug for DatabaseServer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DatabaseServer")
            .field("pool", &self.pool)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
