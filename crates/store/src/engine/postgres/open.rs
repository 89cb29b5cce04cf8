//! Connections to PostgreSQL: addresses, the pool, the settings of a session, and transactions.
//!
//! Owns what an address may say, which server is fit, and who brings the schema up to date: one process, under a lock.
//! Writers are not queued here: a transaction that changes contacts locks its workspace's row
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

/// The oldest PostgreSQL that is fit: the first whose `pg_trgm` needs no superuser.
pub const OLDEST_SERVER: i32 = 13;

/// How to connect.
#[derive(Clone, Debug)]
pub struct PostgresOptions {
    /// Connections of this process at the same time. A running import takes two. Two more are kept back for
    /// [`Store::reserved`](crate::Store::reserved).
    pub pool: u32,
    /// How long one statement may take; none for no limit.
    pub statement_timeout: Option<Duration>,
    /// What this process calls itself: its sessions carry the name, so that anyone who takes over from it can end them.
    pub process: String,
}

/// Connections for [`Store::reserved`](crate::Store::reserved).
const RESERVED: u32 = 2;

/// How long to wait for a lock, a connection, or the server.
const WAIT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a server that does not answer is waited for in the middle of a statement.
const SILENCE: Duration = Duration::from_secs(30);

/// How long a transaction that writes may stand still. Between two statements of an import lie milliseconds.
const STANDSTILL: Duration = Duration::from_secs(300);

/// "CrQo": the lock under which one process brings the schema up to date.
const MIGRATION_LOCK: i64 = 0x4372_516F;

/// An open PostgreSQL database.
#[derive(Clone)]
pub(crate) struct Postgres {
    pool: r2d2::Pool<Connections>,
    reserved: r2d2::Pool<Connections>,
    failed: Failed,
}

/// Why the last attempt to connect failed; the pool itself keeps only words.
type Failed = Arc<Mutex<Option<Error>>>;

impl Postgres {
    /// Connects, and makes or updates the schema as needed.
    pub(crate) fn connect(address: &str, options: &PostgresOptions) -> Result<Self> {
        let connections = Connections::new(address, options)?;
        let mut first = connections.open()?;
        be_fit(&mut first)?;
        bring_up_to_date(&mut first)?;
        Ok(Self {
            failed: Arc::clone(&connections.failed),
            reserved: pool(RESERVED, connections.clone()),
            pool: pool(options.pool.max(2), connections),
        })
    }

    /// The same database over the connections that are kept back.
    pub(crate) fn reserved(&self) -> Self {
        Self {
            pool: self.reserved.clone(),
            ..self.clone()
        }
    }

    /// How many transactions may go on at the same time.
    pub(crate) fn connections(&self) -> u32 {
        self.pool.max_size()
    }

    /// Runs a transaction that writes; an error or a panic rolls it back, and so does work that fails.
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

    /// Runs a transaction that reads: from its first question on it sees one moment of the database.
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

    /// Ends every session of a process of this name, with what it has begun to write. Only sessions of the same user can
    /// be ended, which those of one installation are.
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

    /// A connection with a transaction that was begun on it.
    fn begun(&self, doing: &'static str, begin: &str) -> Result<r2d2::PooledConnection<Connections>> {
        loop {
            let mut connection = self.connection()?;
            let is_trusted = connection.was_just_used();
            match connection.run(doing, begin) {
                Ok(()) => return Ok(connection),
                // Nobody has looked whether it is still there, and nothing has begun: another one is as good.
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

/// A connection for anyone who wants to look at the server; nothing is changed by it.
pub(crate) fn client(address: &str, options: &PostgresOptions) -> Result<Client> {
    Connections::new(address, options)?.open()
}

/// Host, port and database of an address.
pub(crate) fn name_of(address: &str) -> Result<String> {
    understand(address).map(|(config, _)| server_of(&config))
}

fn application_name(process: &str) -> String {
    format!("crystalqore {process}")
}

/// A transaction that is rolled back unless it is ended.
struct Transaction<'c> {
    connection: &'c mut Connection,
    ended: bool,
}

impl<'c> Transaction<'c> {
    /// Of a connection on which it was begun.
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

/// What the pool needs to know.
#[derive(Clone)]
struct Connections {
    config: Config,
    /// Made once: it may read every certificate of the machine.
    connector: MakeRustlsConnect,
    settings: String,
    failed: Failed,
}

impl Connections {
    fn new(address: &str, options: &PostgresOptions) -> Result<Self> {
        let (mut config, tls) = understand(address)?;
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

    /// Where the server is and what it said; never the password, nor what else the address holds.
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
        // A request is answered by several short transactions; an exchange more for each would be a large part of it.
        match connection.was_just_used() {
            true => Ok(()),
            false => connection.run("looking whether the server is there", ""),
        }
    }

    fn has_broken(&self, connection: &mut Connection) -> bool {
        connection.broken || connection.client.is_closed()
    }
}

/// Reads an address. The client library does not know all of libpq's words for encryption.
fn understand(address: &str) -> Result<(Config, Tls)> {
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
    // Blanks as %20: the client library does not read a plus sign as one.
    let query = rest.finish().replace('+', "%20");
    let config = format!("{start}?{query}")
        .parse::<Config>()
        .map_err(|e| Error::BadAddress(why_not(&e)))?;
    if config.get_hosts().is_empty() {
        return Err(Error::BadAddress("it names no host".to_owned()));
    }
    Ok((config, tls))
}

fn why_not(error: &::postgres::Error) -> String {
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

/// The settings of a session. Plans are made anew for each run of a statement, because a plan made for an empty table
/// would be kept while an import fills it; they are small, and making one takes a tenth of a millisecond.
fn settings(options: &PostgresOptions) -> String {
    format!(
        "SET TIME ZONE 'UTC'; SET client_encoding = 'UTF8'; SET jit = off; SET plan_cache_mode = force_custom_plan;
         SET standard_conforming_strings = on; SET lock_timeout = {}; SET statement_timeout = {}",
        WAIT_TIMEOUT.as_millis(),
        options.statement_timeout.map_or(0, |t| t.as_millis()),
    )
}

/// Refuses a server that would lose something.
fn be_fit(client: &mut Client) -> Result<()> {
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

/// One process does it, the others wait and find it done. A lock of the session, because refinery has its own transaction.
fn bring_up_to_date(client: &mut Client) -> Result<()> {
    if is_up_to_date(client)? {
        // Without the lock: a process that is stopped while it holds it must not keep others from starting.
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

/// Refuses a schema that is newer than this program.
fn is_up_to_date(client: &mut Client) -> Result<bool> {
    let Some(found) = super::server::schema_version(client)? else {
        return Ok(false);
    };
    migrations::refuse_newer(migrations::POSTGRES, found)?;
    Ok(found == migrations::newest(migrations::POSTGRES)?)
}

/// With the lock; somebody else may have been quicker.
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
            understand("postgres://ann:p%40ss@db.example:6432/crm?sslmode=verify-full&connect_timeout=3").unwrap();
        assert_eq!(config.get_password(), Some(&b"p@ss"[..]));
        assert_eq!(config.get_connect_timeout(), Some(&Duration::from_secs(3)));
        assert_eq!(tls.mode, Mode::Verify);
        assert_eq!(server_of(&config), "db.example:6432/crm");
        assert_eq!(understand("postgres://db/crm").unwrap().1.mode, Mode::Prefer);
    }

    #[test]
    fn a_bad_address_is_reported_without_its_content() {
        for address in [
            "postgres://ann:secret@db.example:port/crm",
            "postgres://ann:secret@db/crm?sslmode=perhaps",
            "postgres://ann:secret@db/crm?secret=1",
            "postgres:///?user=secret",
        ] {
            let error = understand(address).unwrap_err();
            assert!(matches!(error, Error::BadAddress(_)));
            let said = format!("{error} {error:?}");
            assert!(
                !said.contains("ann") && (!said.contains("secret") || address.contains("?secret")),
                "{said}"
            );
        }
    }
}
