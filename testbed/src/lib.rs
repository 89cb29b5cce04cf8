//! Databases of tests: one on PostgreSQL that is gone when the test is, and writing into one behind the program's back.
//!
//! Owns how tests come to a database: `cargo xtask test` starts a server and names it in `CRYSTALQORE_TEST_POSTGRES`.
//! Leaves out the server itself, and what is in the database, but for taking it out again (`emptied`).

mod emptied;

use postgres::{Client, Config, NoTls};
use std::path::Path;
use std::process;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

/// Names the server on which tests may make databases, by the address of one of its databases.
const SERVER: &str = "CRYSTALQORE_TEST_POSTGRES";

/// Says on which engine tests run that run on one of them: `postgres`, or else SQLite.
const ENGINE: &str = "CRYSTALQORE_TEST_ENGINE";

/// A database that nobody else has.
pub struct Database {
    server: Config,
    name: String,
    url: String,
    /// What keeps others from one that will be used again.
    held: Option<Mutex<Client>>,
}

/// The address of the server, if there is one.
#[expect(
    clippy::disallowed_methods,
    reason = "tests are told so by the command that runs them"
)]
pub fn server() -> Option<String> {
    std::env::var(SERVER).ok()
}

/// Whether tests that run on one engine are to run on PostgreSQL.
#[expect(
    clippy::disallowed_methods,
    reason = "tests are told so by the command that runs them"
)]
pub fn wants_postgres() -> bool {
    std::env::var(ENGINE).is_ok_and(|engine| engine == "postgres")
}

/// Runs statements in a SQLite database, behind the program's back.
///
/// # Panics
/// When they fail.
pub fn execute_in_file(file: &Path, sql: &str) {
    let connection = rusqlite::Connection::open(file);
    let outcome = connection.and_then(|connection| connection.execute_batch(sql));
    assert!(outcome.is_ok(), "{}: {outcome:?}", file.display());
}

impl Database {
    /// Makes one without tables, if there is a server.
    ///
    /// # Panics
    /// When the server is named but makes no database: a test that was to run there must not pass without it.
    pub fn create() -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let server_url = server()?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", process::id());
        let (server, mut client) = connect(&server_url);
        // A test that was killed may have left one, and process numbers come again.
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

    /// One without rows, if there is a server; its schema may be up to date already. To make a database and its tables for
    /// each case of a test takes longer than most cases do, so those that tests of this binary have done with are used again.
    ///
    /// # Panics
    /// As [`Self::create`].
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

    /// Runs statements in it, behind the program's back.
    ///
    /// # Panics
    /// When they fail, and in one that is used again: they may change more than its rows.
    pub fn execute(&self, sql: &str) {
        assert!(self.held.is_none(), "the next test gets this one; make one for this");
        let mut config = self.server.clone();
        let mut client = must(
            config.dbname(&self.name).connect(NoTls),
            "connecting to the database of a test",
        );
        run(&mut client, sql);
    }

    /// Does something while a session holds an advisory lock of this number.
    ///
    /// # Panics
    /// When the server is gone.
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

/// The address of a database on the same server.
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
