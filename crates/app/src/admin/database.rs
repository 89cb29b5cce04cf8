//! Which server has the database, and how it is spoken to.

use std::time::Duration;
use store::PostgresOptions;

/// A PostgreSQL server.
#[derive(Clone, Copy)]
pub struct DatabaseServer<'a> {
    /// `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, with `sslmode` and `sslrootcert` as libpq knows them.
    pub url: &'a str,
    /// Connections of this process at the same time.
    pub pool: u32,
    /// How long one statement may take; none for no limit.
    pub timeout: Option<Duration>,
}

/// Whether a text names a server, and not a file or a folder.
pub fn is_server(text: &str) -> bool {
    text.starts_with("postgres://") || text.starts_with("postgresql://")
}

impl DatabaseServer<'_> {
    /// How to connect as the process of that name.
    pub(crate) fn options(&self, process: &str) -> PostgresOptions {
        PostgresOptions {
            pool: self.pool,
            statement_timeout: self.timeout,
            process: process.to_owned(),
        }
    }
}

/// The address may hold a password.
impl std::fmt::Debug for DatabaseServer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DatabaseServer")
            .field("pool", &self.pool)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
