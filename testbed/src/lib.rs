//! Databases for tests: a PostgreSQL database that is removed with its test, and direct writes that bypass the program.
//!
//! Owns how tests get a database: `cargo xtask test` starts a server and passes its address in
//! `CRYSTALQORE_TEST_POSTGRES`. Leaves out the server itself and the contents of a database, except for emptying it
//! (`emptied`).

mod emptied;

use postgres::{Client, Config, NoTls};
use std::path::Path;
use std::process;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

/// Environment variable with the server on which tests may create databases, as the URL of one of its databases.
const SERVER: &str = "CRYSTALQORE_TEST_POSTGRES";

/// Environment variable with the engine for tests that run on one engine: `postgres`; any other value means SQLite.
const ENGINE: &str = "CRYSTALQORE_TEST_ENGINE";

/// A database for exclusive use.
pub struct Database {
    server: Config,
    name: String,
    url: String,
    /// The client whose lock reserves a database that will be reused.
    held: Option<Mutex<Client>>,
}

/// Returns the URL of the server, if there is one.
#[expect(
    clippy::disallowed_methods,
    reason = "tests are told so by the command that runs them"
)]
pub fn server() -> Option<String> {
    std::env::var(SERVER).ok()
}

/// Whether tests that run on one engine should run on PostgreSQL.
#[expect(
    clippy::disallowed_methods,
    reason = "tests are told so by the command that runs them"
)]
pub fn wants_postgres() -> bool {
    std::env::var(ENGINE).is_ok_and(|engine| engine == "postgres")
}

/// Runs statements in a SQLite database, bypassing the program.
///
/// # Panics
/// If they fail.
pub fn execute_in_file(file: &Path, sql: &str) {
    let connection = rusqlite::Connection::open(file);
    let outcome = connection.and_then(|connection| connection.execute_batch(sql));
    assert!(outcome.is_ok(), "{}: {outcome:?}", file.display());
}

impl Database {
    /// Creates a database without tables, if there is a server.
    ///
    /// # Panics
    /// If a server is named but creates no database: a test that should run there must not pass without it.
    pub fn create() -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let server_url = server()?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", process::id());
        let (server, mut client) = connect(&server_url);
        // A killed test may have left a database, and process ids are reused.
        run(&mut client, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        make(&mut client, &name);
        let url = url_of(&server_url, &name);
        let held = None;
        Some(Self {
            server,
            name,
            url,
            held,
        })
    }

    /// Returns a database without rows, if there is a server; its schema may be up to date already. Creating a database
    /// and its tables for each case of a test takes longer than most cases do, so databases that tests of this binary
    /// have finished with are reused.
    ///
    /// # Panics
    /// Like [`Self::create`].
    pub fn without_rows() -> Option<Self> {
        let server_url = server()?;
        let (server, mut client) = connect(&server_url);
        let name = emptied::take(&mut client, &server, emptied::this_binary());
        let url = url_of(&server_url, &name);
        let held = Some(Mutex::new(client));
        Some(Self {
            server,
            name,
            url,
            held,
        })
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Runs statements in the database, bypassing the program.
    ///
    /// # Panics
    /// If they fail, and in a database that will be reused: they may change more than its rows.
    pub fn execute(&self, sql: &str) {
        assert!(self.held.is_none(), "the next test gets this one; make one for this");
        let mut config = self.server.clone();
        let mut client = must(
            config.dbname(&self.name).connect(NoTls),
            "connecting to the database of a test",
        );
        run(&mut client, sql);
    }

    /// Runs `work` while a session holds the advisory lock `number`.
    ///
    /// # Panics
    /// If the server cannot be reached.
    pub fn while_locked(&self, number: i64, work: impl FnOnce()) {
        let mut config = self.server.clone();
        let mut client = must(
            config.dbname(&self.name).connect(NoTls),
            "connecting to the database of a test",
        );
        run(&mut client, &format!("SELECT pg_advisory_lock({number})"));
        work();
        run(&mut client, &format!("SELECT pg_advisory_unlock({number})"));
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.held.is_some() {
            return;
        }
        if let Ok(mut client) = self.server.connect(NoTls) {
            let _ = client.batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
    }
}

fn connect(server_url: &str) -> (Config, Client) {
    let server: Config = must(server_url.parse(), "the address in CRYSTALQORE_TEST_POSTGRES");
    let client = must(server.connect(NoTls), "connecting to the server of the tests");
    (server, client)
}

/// Returns the URL of a database on the same server.
fn url_of(server_url: &str, name: &str) -> String {
    let (start, _) = server_url.rsplit_once('/').unwrap_or((server_url, ""));
    format!("{start}/{name}")
}

fn make(client: &mut Client, name: &str) {
    run(
        client,
        &format!("CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0"),
    );
}

fn run(client: &mut Client, sql: &str) {
    must(client.batch_execute(sql), sql);
}

#[expect(clippy::panic, reason = "only tests are here, and they fail by it")]
fn must<T>(outcome: Result<T, postgres::Error>, doing: &str) -> T {
    outcome.unwrap_or_else(|e| {
        panic!(
            "{doing}: {e} {:?}",
            std::error::Error::source(&e).map(ToString::to_string)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_is_used_again_is_not_changed_behind_the_back_of_the_program() {
        let Some(one) = Database::without_rows() else { return };
        let change = std::panic::AssertUnwindSafe(|| one.execute("DROP SCHEMA public"));
        assert!(std::panic::catch_unwind(change).is_err());
    }
}
