//! A private PostgreSQL server: it is started for one run, and removed completely when the run ends.
//!
//! Owns the server's settings, port and password, and how to connect to it.

mod account;
mod command;
mod home;
mod programs;

pub use account::is_root;
pub use command::{Options, command};

use crate::run::{last_line, printed};
use account::Account;
use home::Home;
use programs::Programs;
use std::fs;
use std::io::{self, Read};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// The superuser, who owns everything on this server.
const USER: &str = "crystalqore";

/// The database that exists in every new cluster.
const MAINTENANCE: &str = "postgres";

/// The extensions that our schema needs.
const EXTENSIONS: [&str; 2] = ["btree_gin", "pg_trgm"];

/// The environment variable that passes the server to tests.
pub const TEST_URL: &str = "CRYSTALQORE_TEST_POSTGRES";

/// Settings for tests: their data does not outlive the test, so nothing has to reach the disk.
const QUICK: [&str; 6] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "shared_buffers=128MB",
    "max_wal_size=2GB",
    "jit=off",
];

/// Settings for measurements that are comparable with others: every commit reaches the disk.
const DURABLE: [&str; 3] = ["shared_buffers=512MB", "max_wal_size=4GB", "maintenance_work_mem=256MB"];

/// Settings of all servers. Without a Unix socket, no socket path can be too long.
const ALWAYS: [&str; 4] = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=200",
    "logging_collector=off",
];

/// Number of ports to try: another program may take a free port before the server does.
const PORTS: usize = 5;

/// Interval and maximum number of checks whether a starting server answers.
const PAUSE: Duration = Duration::from_millis(50);
const MAX_CHECKS: usize = 1200;

/// The purpose of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Tests: as fast as possible.
    Tests,
    /// Measurements: as safe as a production server.
    Measuring,
}

impl Purpose {
    fn settings(self) -> impl Iterator<Item = &'static str> {
        let own: &[&str] = match self {
            Self::Tests => &QUICK,
            Self::Measuring => &DURABLE,
        };
        ALWAYS.iter().chain(own).copied()
    }
}

/// A running server. Dropping it stops it and removes its folder.
pub struct Postgres {
    programs: Programs,
    home: Home,
    server: Child,
    port: u16,
    password: String,
}

impl Postgres {
    /// Starts a server. Installs PostgreSQL first if it is missing and that is possible.
    pub fn start(purpose: Purpose) -> io::Result<Self> {
        let programs = Programs::find_or_install()?;
        let account = Account::for_server()?;
        let home = Home::new(account)?;
        let password = random()?;
        home.initialise(&programs, USER, &password, purpose)?;
        let mut server = Self::launch(programs, home, password, purpose)?;
        for _ in 0..PORTS {
            if server.accepts()? {
                server.has_extensions()?;
                return Ok(server);
            }
            server.move_on(purpose)?;
        }
        Err(io::Error::other(format!("no port for PostgreSQL in {PORTS} tries")))
    }

    fn launch(programs: Programs, home: Home, password: String, purpose: Purpose) -> io::Result<Self> {
        let port = free_port()?;
        Ok(Self {
            server: home.serve(&programs, port, purpose)?,
            programs,
            home,
            port,
            password,
        })
    }

    /// Tries another port after the server lost this one.
    fn move_on(&mut self, purpose: Purpose) -> io::Result<()> {
        self.port = free_port()?;
        self.server = self.home.serve(&self.programs, self.port, purpose)?;
        Ok(())
    }

    /// Waits until the server answers; false if it lost its port to another program.
    ///
    /// The password is random, so that no other server on this port can be mistaken for this one.
    fn accepts(&mut self) -> io::Result<bool> {
        for _ in 0..MAX_CHECKS {
            if self.server.try_wait()?.is_some() {
                return self.lost_port();
            }
            if self.answers() {
                return Ok(true);
            }
            sleep(PAUSE);
        }
        let log = self.home.log();
        let last = last_line(&log);
        Err(io::Error::other(format!("PostgreSQL does not answer: {last}")))
    }

    /// Whether the server answers now. A program that has taken the port may be silent, so the timeout is short.
    fn answers(&self) -> bool {
        let mut psql = self.psql(MAINTENANCE);
        psql.env("PGCONNECT_TIMEOUT", "2").args(["-c", "select 1"]);
        printed(&mut psql).is_ok()
    }

    /// Whether a server that has ended did so because its port was taken; any other cause is an error.
    fn lost_port(&self) -> io::Result<bool> {
        let log = self.home.log();
        if log.contains("could not bind") {
            return Ok(false);
        }
        Err(io::Error::other(format!(
            "PostgreSQL does not start: {}",
            last_line(&log)
        )))
    }

    fn has_extensions(&self) -> io::Result<()> {
        let there = self.query(MAINTENANCE, &["select name from pg_available_extensions"])?;
        match EXTENSIONS.iter().find(|name| !there.lines().any(|line| line == **name)) {
            None => Ok(()),
            Some(name) => Err(io::Error::other(format!(
                "PostgreSQL in {} lacks the extension {name}; install its contrib package (Debian: apt-get install \
                 postgresql-contrib)",
                self.programs.folder().display()
            ))),
        }
    }

    /// The URL of the database that always exists.
    pub fn url(&self) -> String {
        self.url_of(MAINTENANCE)
    }

    /// The URL of a database.
    pub fn url_of(&self, database: &str) -> String {
        format!("postgres://{USER}:{}@127.0.0.1:{}/{database}", self.password, self.port)
    }

    /// The environment variables with which PostgreSQL's own programs connect to a database.
    pub fn environment(&self, database: &str) -> [(&'static str, String); 5] {
        [
            ("PGHOST", "127.0.0.1".to_owned()),
            ("PGPORT", self.port.to_string()),
            ("PGUSER", USER.to_owned()),
            ("PGPASSWORD", self.password.clone()),
            ("PGDATABASE", database.to_owned()),
        ]
    }

    /// Returns a command for psql on a database; it stops at the first error, and ignores the user's settings.
    pub fn psql(&self, database: &str) -> Command {
        let mut psql = self.programs.command("psql");
        psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1"])
            .envs(self.environment(database))
            .env("PGCONNECT_TIMEOUT", "10")
            .stdin(Stdio::null());
        psql
    }

    /// Runs statements, each in its own transaction, and returns their output.
    pub fn query(&self, database: &str, statements: &[&str]) -> io::Result<String> {
        let mut psql = self.psql(database);
        psql.arg("-At");
        for statement in statements {
            psql.args(["-c", statement]);
        }
        printed(&mut psql)
    }

    /// Creates an empty database, replacing one of that name even if it has connections.
    pub fn fresh(&self, database: &str) -> io::Result<()> {
        self.discard(database)?;
        let create = format!("create database {database}");
        self.query(MAINTENANCE, &[&create]).map(drop)
    }

    /// Removes a database.
    pub fn discard(&self, database: &str) -> io::Result<()> {
        let discard = format!("drop database if exists {database} with (force)");
        self.query(MAINTENANCE, &[&discard]).map(drop)
    }

    /// Writes dirty buffers to disk, so that they do not slow down the next measurement.
    pub fn checkpoint(&self) -> io::Result<()> {
        self.query(MAINTENANCE, &["checkpoint"]).map(drop)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.home.end();
        let _ = self.server.wait();
    }
}

/// Returns a port that is free now.
fn free_port() -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

/// Returns sixteen random bytes in hexadecimal.
fn random() -> io::Result<String> {
    let mut bytes = [0; 16];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    /// Starts a server, if this machine has PostgreSQL: `cargo xtask test` makes sure of that.
    fn server() -> Option<Postgres> {
        Programs::find().map(|_| Postgres::start(Purpose::Tests).unwrap())
    }

    fn folder_of(server: &Postgres) -> PathBuf {
        let data = server.query(MAINTENANCE, &["show data_directory"]).unwrap();
        PathBuf::from(data.trim()).parent().unwrap().to_owned()
    }

    #[test]
    fn a_server_answers_and_leaves_nothing_behind() {
        let Some(server) = server() else { return };
        let folder = folder_of(&server);
        assert!(folder.starts_with(std::env::temp_dir()) && folder.is_dir());
        let encoding = server.query(MAINTENANCE, &["show server_encoding"]).unwrap();
        assert_eq!(encoding, "UTF8\n");
        let port = server.port;
        drop(server);
        assert!(!folder.exists());
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
    }

    #[test]
    fn two_servers_live_side_by_side_and_refuse_each_others_password() {
        let (Some(one), Some(other)) = (server(), server()) else {
            return;
        };
        assert_ne!(one.port, other.port);
        let mut psql = one.psql(MAINTENANCE);
        let stranger = psql.env("PGPASSWORD", &other.password).args(["-c", "select 1"]);
        let refused = printed(stranger).unwrap_err().to_string();
        assert!(refused.contains("password authentication failed"), "{refused}");
    }

    #[test]
    fn databases_come_and_go() {
        let Some(server) = server() else { return };
        for _ in 0..2 {
            server.fresh("room").unwrap();
            server.query("room", &["create table here()"]).unwrap();
        }
        server.discard("room").unwrap();
        assert!(server.query("room", &["select 1"]).is_err());
    }

    #[test]
    fn a_taken_port_is_given_up_for_another() {
        let Some(programs) = Programs::find() else { return };
        let home = Home::new(Account::for_server().unwrap()).unwrap();
        home.initialise(&programs, USER, "secret", Purpose::Tests).unwrap();
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let mut server = Postgres {
            server: home.serve(&programs, port, Purpose::Tests).unwrap(),
            programs,
            home,
            port,
            password: "secret".to_owned(),
        };
        assert!(!server.accepts().unwrap());
        server.move_on(Purpose::Tests).unwrap();
        assert!(server.accepts().unwrap());
    }

    #[test]
    fn a_password_is_never_the_same() {
        let (one, other) = (random().unwrap(), random().unwrap());
        assert_eq!(one.len(), 32);
        assert_ne!(one, other);
    }

    #[test]
    fn the_last_line_is_the_last_that_says_something() {
        assert_eq!(last_line("one\ntwo\n\n"), "two");
        assert_eq!(last_line("\n"), "it says nothing");
    }

    #[test]
    fn measurements_are_safe() {
        let safe = |purpose: Purpose| purpose.settings().all(|setting| setting != "fsync=off");
        assert!(safe(Purpose::Measuring) && !safe(Purpose::Tests));
    }
}
