//! `cargo xtask test --api`: schemathesis sends random requests for every operation of the API to a real server, on
//! SQLite and on PostgreSQL, with the tokens of an owner and of a member and with a revoked token.
//!
//! Owns the server with its accounts, and how schemathesis is started.

use crate::postgres::{Postgres, Purpose};
use crate::run::{self, printed, shown_at_end, timed};
use crate::{first_failure, python};
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const PACKAGE: &str = "schemathesis==4.32.5";

const SCOPES: &str = "contacts:read,contacts:write,imports,exports,admin";
const OWNER: &str = "owner@example.com";
const MEMBER: &str = "member@example.com";
const PASSWORD: &str = "violet-harbour-trombone-17";

/// The number of requests per operation and phase, and the maximum time per token in seconds.
const OPTIONS: &str =
    "--phases examples,coverage,fuzzing --max-examples 50 --max-time 600 --continue-on-failure --no-color";

/// Tests the API on both engines.
pub fn test(root: &Path) -> u8 {
    let tested = run::debug(root).and_then(|program| {
        let programs = python::installed(root, "schemathesis", &[PACKAGE])?;
        let schemathesis = programs.join("schemathesis");
        let sqlite = on_engine(root, &program, &schemathesis, None)?;
        let server = Postgres::start(Purpose::Tests)?;
        let postgres = on_engine(root, &program, &schemathesis, Some(&server.url()))?;
        Ok(first_failure([sqlite, postgres]))
    });
    tested.unwrap_or_else(|error| {
        eprintln!("test: the API was not tested: {error}");
        1
    })
}

fn on_engine(root: &Path, program: &Path, schemathesis: &Path, database: Option<&str>) -> io::Result<u8> {
    let engine = if database.is_some() { "PostgreSQL" } else { "SQLite" };
    let installation = Installation::new(program, database)?;
    let tokens = installation.tokens()?;
    let server = installation.serve()?;
    // Generating requests keeps one core busy per token.
    let codes = std::thread::scope(|scope| {
        let mut number = 0;
        let runs = tokens.map(|(whose, token)| {
            // Separate client addresses: an address that sends many wrong tokens is refused for a while.
            number += 1;
            let address = format!("X-Forwarded-For: 192.0.2.{number}");
            let mut command = Command::new(schemathesis);
            command
                .arg("--config-file")
                .arg(root.join("tests/api/schemathesis.toml"));
            command
                .arg("run")
                .arg(format!("{}/api/v1/openapi.json", server.address));
            command.args(["-H", &format!("Authorization: Bearer {token}"), "-H", &address]);
            command.args(OPTIONS.split(' ')).current_dir(&installation.folder);
            let what = format!("test: the API with the token of {whose}, on {engine}");
            scope.spawn(move || timed(&what, || shown_at_end(&mut command)))
        });
        runs.map(|run| run.join().unwrap_or(1))
    });
    Ok(first_failure(codes))
}

/// A data folder with an owner and a member, removed on drop.
struct Installation<'a> {
    program: &'a Path,
    folder: PathBuf,
    database: Option<&'a str>,
}

impl<'a> Installation<'a> {
    fn new(program: &'a Path, database: Option<&'a str>) -> io::Result<Self> {
        let folder = std::env::temp_dir().join(format!("crystalqore-api-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        let installation = Self {
            program,
            folder,
            database,
        };
        for (email, role) in [(OWNER, "owner"), (MEMBER, "member")] {
            installation.add(email, role)?;
        }
        Ok(installation)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(self.program);
        command.env("CRYSTALQORE_DATA", self.folder.join("data"));
        match self.database {
            Some(database) => command.env("CRYSTALQORE_DATABASE", database),
            None => command.env_remove("CRYSTALQORE_DATABASE"),
        };
        command
    }

    fn add(&self, email: &str, role: &str) -> io::Result<()> {
        let mut add = self.command();
        add.args([
            "member",
            "add",
            email,
            "--name",
            email,
            "--role",
            role,
            "--password-stdin",
        ]);
        let mut add = add.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
        if let Some(mut input) = add.stdin.take() {
            input.write_all(PASSWORD.as_bytes())?;
        }
        match add.wait()?.success() {
            true => Ok(()),
            false => Err(io::Error::other(format!("{email} cannot be added"))),
        }
    }

    /// Creates the tokens, each with a description of its owner.
    fn tokens(&self) -> io::Result<[(&'static str, String); 3]> {
        let (owner, _) = self.token(OWNER)?;
        let (member, _) = self.token(MEMBER)?;
        let (revoked, id) = self.token(OWNER)?;
        printed(self.command().args(["token", "revoke", &id]))?;
        Ok([("an owner", owner), ("a member", member), ("nobody any more", revoked)])
    }

    /// Creates a token, and returns it with its id.
    fn token(&self, email: &str) -> io::Result<(String, String)> {
        let mut create = self.command();
        create.args([
            "token",
            "create",
            "schemathesis",
            "--json",
            "--scope",
            SCOPES,
            "--as",
            email,
        ]);
        let created = printed(&mut create)?;
        let field = |name| text_of(&created, name).ok_or_else(|| io::Error::other(format!("no {name} in {created}")));
        Ok((field("token")?, field("id")?))
    }

    fn serve(&self) -> io::Result<Server> {
        let mut serve = self.command();
        serve.args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--trust-proxy",
            "--api-requests",
            "10000000",
        ]);
        let mut process = serve.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut greeting = String::new();
        if let Some(output) = process.stdout.as_mut() {
            BufReader::new(output).read_line(&mut greeting)?;
        }
        let address = greeting.split(' ').find(|word| word.starts_with("http://"));
        match address {
            Some(address) => Ok(Server {
                address: address.trim_end_matches('/').to_owned(),
                process,
            }),
            None => Err(io::Error::other(format!("the server does not start: {greeting}"))),
        }
    }
}

/// Returns a string field of a JSON object, without handling escapes.
fn text_of(json: &str, name: &str) -> Option<String> {
    let (_, rest) = json.split_once(&format!("\"{name}\":\""))?;
    rest.split_once('"').map(|(text, _)| text.to_owned())
}

impl Drop for Installation<'_> {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A running server, killed on drop.
struct Server {
    address: String,
    process: Child,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_from_json() {
        let json = r#"{"id":"12","token":"cq_1"}"#;
        assert_eq!(text_of(json, "token").as_deref(), Some("cq_1"));
        assert_eq!(text_of(json, "name"), None);
    }
}
