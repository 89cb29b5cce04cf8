//! Connections to PostgreSQL: addresses, the pool, the settings of a session, and transactions.
//!
//! Decides what an address may contain, which server is suitable, and which process brings the schema up to date: one,
//! under a lock. Writers are not queued here: a transaction that changes contacts locks its workspace's row
//! ([`workspaces::begin_change`](crate::workspace::workspaces::begin_change)), so workspaces do not wait for each
//! other.

use super::cell::error;
use super::connection::Connection;
use super::session::with_session;
use super::tls::{Mode, Tls};
use crate::engine::{Tx, Work};
use crate::error::{Error, Result};
use crate::migrations;
use ::postgres::{Client, Config};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio_postgres_rustls::MakeRustlsConnect;

/// The oldest suitable PostgreSQL: the first whose `pg_trgm` needs no superuser.
pub const OLDEST_SERVER: i32 = 13;

/// How to connect.
#[derive(Clone, Debug)]
pub struct PostgresOptions {
    /// The maximum number of connections of this process. A running import takes two. Two more are reserved for
    /// [`Store::reserved`](crate::Store::reserved).
    pub pool: u32,
    /// The time limit of one statement; `None` for no limit.
    pub statement_timeout: Option<Duration>,
    /// The name of this process. Its sessions carry the name, so that a process that takes over from it can end them.
    pub process: String,
}

/// Connections for [`Store::reserved`](crate::Store::reserved).
const RESERVED: u32 = 2;

/// How long to wait for a lock, a connection, or the server.
const WAIT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait for a server that does not respond in the middle of a statement.
const SILENCE: Duration = Duration::from_secs(30);

/// How long a write transaction may be idle. An import pauses only for milliseconds between two statements.
const STANDSTILL: Duration = Duration::from_secs(300);

/// "CrQo": the key of the lock under which one process brings the schema up to date.
const MIGRATION_LOCK: i64 = 0x4372_516F;

/// An open PostgreSQL database.
#[derive(Clone)]
pub(crate) struct Postgres {
    pool: r2d2::Pool<Connections>,
    reserved: r2d2::Pool<Connections>,
    failed: Failed,
}

/// Why the last attempt to connect failed; the pool itself keeps only text.
type Failed = Arc<Mutex<Option<Error>>>;

impl Postgres {
    /// Connects, and creates or updates the schema as needed.
    pub(crate) fn connect(address: &str, options: &PostgresOptions) -> Result<Self> {
        let connections = Connections::new(address, options)?;
        let mut first = connections.open()?;
        check_server(&mut first)?;
        bring_up_to_date(&mut first)?;
        Ok(Self {
            failed: Arc::clone(&connections.failed),
            reserved: pool(RESERVED, connections.clone()),
            pool: pool(options.pool.max(2), connections),
        })
    }

    /// Returns the same database over the reserved connections.
    pub(crate) fn reserved(&self) -> Self {
        Self {
            pool: self.reserved.clone(),
            ..self.clone()
        }
    }

    /// Returns how many transactions can be open at the same time.
    pub(crate) fn connections(&self) -> u32 {
        self.pool.max_size()
    }

    /// Runs a write transaction. It is rolled back on an error or a panic, or if `work` returns false.
    pub(crate) fn write(&self, work: Work<'_>) -> Result<()> {
        let begin = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL idle_in_transaction_session_timeout = {}",
            STANDSTILL.as_millis()
        );
        let mut connection = self.begun("beginning to write", &begin)?;
        let transaction = Transaction::new(&mut connection);
        let is_done = with_session(transaction.connection, true, |session| {
            let mut tx = Tx::on_postgres(session, true);
            let is_done = work(&mut tx);
            if is_done {
                tx.may_commit()?;
            }
            Ok(is_done)
        })?;
        match is_done {
            true => transaction.end("committing"),
            false => Ok(()),
        }
    }

    /// Runs a read transaction: from its first query on, it sees the database as of one moment.
    pub(crate) fn read(&self, work: Work<'_>) -> Result<()> {
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        let mut connection = self.begun("beginning to read", begin)?;
        let transaction = Transaction::new(&mut connection);
        let is_done = with_session(transaction.connection, false, |session| {
            Ok(work(&mut Tx::on_postgres(session, false)))
        })?;
        match is_done {
            true => transaction.end("ending to read"),
            false => Ok(()),
        }
    }

    /// Ends every session of the process with this name, which rolls back what it has begun to write. Only sessions of
    /// the same database user can be ended, which is the case for those of one installation.
    pub(crate) fn disconnect(&self, process: &str) -> Result<()> {
        let mut connection = self.connection()?;
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE application_name = $1 AND datname = current_database() AND usename = current_user";
        connection
            .client
            .execute(end, &[&application_name(process)])
            .map_err(|e| error("taking over", &e))?;
        Ok(())
    }

    /// Returns a connection on which a transaction was begun.
    fn begun(&self, doing: &'static str, begin: &str) -> Result<r2d2::PooledConnection<Connections>> {
        loop {
            let mut connection = self.connection()?;
            let is_trusted = connection.was_just_used();
            match connection.run(doing, begin) {
                Ok(()) => return Ok(connection),
                // The connection was not checked, and nothing has begun yet, so another connection can be used instead.
                Err(_) if is_trusted => connection.broken = true,
                Err(error) => return Err(error),
            }
        }
    }

    fn connection(&self) -> Result<r2d2::PooledConnection<Connections>> {
        self.pool.get().map_err(|_| {
            let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner).take();
            failed.unwrap_or(Error::Busy)
        })
    }
}

/// Opens a connection for inspecting the server; changes nothing.
pub(crate) fn client(address: &str, options: &PostgresOptions) -> Result<Client> {
    Connections::new(address, options)?.open()
}

/// Returns host, port and database of an address.
pub(crate) fn name_of(address: &str) -> Result<String> {
    parse_address(address).map(|(config, _)| server_of(&config))
}

fn application_name(process: &str) -> String {
    format!("crystalqore {process}")
}

/// A transaction that is rolled back on drop unless it was ended.
struct Transaction<'c> {
    connection: &'c mut Connection,
    ended: bool,
}

impl<'c> Transaction<'c> {
    /// Takes a connection on which a transaction was begun.
    fn new(connection: &'c mut Connection) -> Self {
        Self {
            connection,
            ended: false,
        }
    }

    fn end(mut self, doing: &'static str) -> Result<()> {
        self.ended = true;
        let ended = self.connection.run(doing, "COMMIT");
        match ended {
            Ok(()) => self.connection.ended(),
            Err(_) => self.connection.broken = true,
        }
        ended
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if !self.ended {
            let rolled_back = self.connection.run("rolling back", "ROLLBACK");
            self.connection.broken |= rolled_back.is_err();
        }
    }
}

fn pool(size: u32, connections: Connections) -> r2d2::Pool<Connections> {
    r2d2::Pool::builder()
        .max_size(size)
        .min_idle(Some(0))
        .connection_timeout(WAIT_TIMEOUT)
        .error_handler(Box::new(r2d2::NopErrorHandler))
        .build_unchecked(connections)
}

/// What the pool needs to open connections.
#[derive(Clone)]
struct Connections {
    config: Config,
    /// Created once, because it may read every certificate of the machine.
    connector: MakeRustlsConnect,
    settings: String,
    failed: Failed,
}

impl Connections {
    fn new(address: &str, options: &PostgresOptions) -> Result<Self> {
        let (mut config, tls) = parse_address(address)?;
        config
            .application_name(&application_name(&options.process))
            .ssl_mode(tls.mode.negotiation())
            .tcp_user_timeout(SILENCE)
            .keepalives_idle(SILENCE);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(WAIT_TIMEOUT);
        }
        Ok(Self {
            connector: tls.connector()?,
            config,
            settings: settings(options),
            failed: Arc::default(),
        })
    }

    fn open(&self) -> Result<Client> {
        let connector = self.connector.clone();
        let mut client = self.config.connect(connector).map_err(|e| self.unreachable(&e))?;
        client
            .batch_execute(&self.settings)
            .map_err(|e| error("configuring a connection", &e))?;
        Ok(client)
    }

    /// Returns an error with the server's address and message, but never with the password or anything else of the
    /// connection address.
    fn unreachable(&self, error: &::postgres::Error) -> Error {
        let reason = match (error.as_db_error(), std::error::Error::source(error)) {
            (Some(said), _) => said.message().to_owned(),
            (None, Some(source)) => source.to_string(),
            (None, None) => error.to_string(),
        };
        Error::Unreachable {
            server: server_of(&self.config),
            source_text: reason,
        }
    }
}

impl r2d2::ManageConnection for Connections {
    type Connection = Connection;
    type Error = Error;

    fn connect(&self) -> Result<Connection> {
        let opened = self.open();
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        match opened {
            Ok(client) => {
                *failed = None;
                Ok(Connection::new(client))
            }
            Err(error) => {
                let again = Error::Busy;
                *failed = Some(error);
                Err(again)
            }
        }
    }

    fn is_valid(&self, connection: &mut Connection) -> Result<()> {
        // A request runs several short transactions; one more round trip for each would take a large part of its time.
        match connection.was_just_used() {
            true => Ok(()),
            false => connection.run("looking whether the server is there", ""),
        }
    }

    fn has_broken(&self, connection: &mut Connection) -> bool {
        connection.broken || connection.client.is_closed()
    }
}

/// Parses an address. `sslmode` and `sslrootcert` are taken out, because the client library does not support all of
/// libpq's values.
fn parse_address(address: &str) -> Result<(Config, Tls)> {
    let (start, query) = address.split_once('?').unwrap_or((address, ""));
    let mut tls = Tls::default();
    let mut rest = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "sslmode" => {
                tls.mode = Mode::from_word(&value).ok_or_else(|| {
                    Error::BadAddress("sslmode is one of disable, prefer, require, verify-full".to_owned())
                })?;
            }
            "sslrootcert" => tls.roots = Some(value.into_owned().into()),
            _ => {
                rest.append_pair(&name, &value);
            }
        }
    }
    // Spaces as %20, because the client library does not read a plus sign as a space.
    let query = rest.finish().replace('+', "%20");
    let config = format!("{start}?{query}")
        .parse::<Config>()
        .map_err(|e| Error::BadAddress(parse_error_reason(&e)))?;
    if config.get_hosts().is_empty() {
        return Err(Error::BadAddress("it names no host".to_owned()));
    }
    Ok((config, tls))
}

fn parse_error_reason(error: &::postgres::Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

fn server_of(config: &Config) -> String {
    let host = match config.get_hosts().first() {
        Some(::postgres::config::Host::Tcp(name)) => name.clone(),
        #[cfg(unix)]
        Some(::postgres::config::Host::Unix(path)) => path.display().to_string(),
        None => "?".to_owned(),
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let database = config.get_dbname().or(config.get_user()).unwrap_or("?");
    format!("{host}:{port}/{database}")
}

/// Returns the settings of a session. Statements are planned anew for each run, because a plan made for an empty table
/// would be kept while an import fills it; plans are small, and making one takes a tenth of a millisecond.
fn settings(options: &PostgresOptions) -> String {
    format!(
        "SET TIME ZONE 'UTC'; SET client_encoding = 'UTF8'; SET jit = off; SET plan_cache_mode = force_custom_plan;
         SET standard_conforming_strings = on; SET lock_timeout = {}; SET statement_timeout = {}",
        WAIT_TIMEOUT.as_millis(),
        options.statement_timeout.map_or(0, |t| t.as_millis()),
    )
}

/// Refuses a server that is too old, or whose encoding cannot hold every text.
fn check_server(client: &mut Client) -> Result<()> {
    let doing = "looking at the server";
    let question = "SELECT current_setting('server_version_num'), current_setting('server_encoding')";
    let row = client.query_one(question, &[]).map_err(|e| error(doing, &e))?;
    let text = |column| row.try_get::<_, &str>(column).map_err(|e| error(doing, &e));
    let version = text(0)?.parse::<i32>().unwrap_or(0) / 10_000;
    if version < OLDEST_SERVER {
        return Err(Error::Unsuitable(format!(
            "it is PostgreSQL {version}; {OLDEST_SERVER} or newer is needed"
        )));
    }
    match text(1)? {
        "UTF8" => Ok(()),
        other => Err(Error::Unsuitable(format!(
            "its encoding is {other}; make one with: CREATE DATABASE crystalqore ENCODING 'UTF8' TEMPLATE template0"
        ))),
    }
}

/// Brings the schema up to date in one process; the others wait and find it done. The lock belongs to the session,
/// because refinery has its own transaction.
fn bring_up_to_date(client: &mut Client) -> Result<()> {
    if is_up_to_date(client)? {
        // Without the lock: a process that is stopped while it holds the lock must not keep others from starting.
        return Ok(());
    }
    let doing = "waiting for whoever brings the schema up to date";
    let run = |client: &mut Client, sql: &str| client.batch_execute(sql).map_err(|e| error(doing, &e));
    run(
        client,
        &format!("SET lock_timeout = 0; SELECT pg_advisory_lock({MIGRATION_LOCK})"),
    )?;
    let outcome = migrate(client);
    run(client, &format!("SELECT pg_advisory_unlock({MIGRATION_LOCK})"))?;
    outcome
}

/// Whether the schema is up to date. Refuses a schema that is newer than this program.
fn is_up_to_date(client: &mut Client) -> Result<bool> {
    let Some(found) = super::server::schema_version(client)? else {
        return Ok(false);
    };
    migrations::refuse_newer(migrations::POSTGRES, found)?;
    Ok(found == migrations::newest(migrations::POSTGRES)?)
}

/// Runs while holding the lock; another process may have been faster.
fn migrate(client: &mut Client) -> Result<()> {
    if is_up_to_date(client)? {
        return Ok(());
    }
    migrations::run(migrations::POSTGRES, client)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_how_to_encrypt() {
        let (config, tls) =
            parse_address("postgres://ann:p%40ss@db.example:6432/crm?sslmode=verify-full&connect_timeout=3").unwrap();
        assert_eq!(config.get_password(), Some(&b"p@ss"[..]));
        assert_eq!(config.get_connect_timeout(), Some(&Duration::from_secs(3)));
        assert_eq!(tls.mode, Mode::Verify);
        assert_eq!(server_of(&config), "db.example:6432/crm");
        assert_eq!(parse_address("postgres://db/crm").unwrap().1.mode, Mode::Prefer);
    }

    #[test]
    fn a_bad_address_is_reported_without_its_content() {
        for address in [
            "postgres://ann:secret@db.example:port/crm",
            "postgres://ann:secret@db/crm?sslmode=perhaps",
            "postgres://ann:secret@db/crm?secret=1",
            "postgres:///?user=secret",
        ] {
            let error = parse_address(address).unwrap_err();
            assert!(matches!(error, Error::BadAddress(_)));
            let said = format!("{error} {error:?}");
            assert!(
                !said.contains("ann") && (!said.contains("secret") || address.contains("?secret")),
                "{said}"
            );
        }
    }
}
