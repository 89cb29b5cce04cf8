//! `cargo xtask postgres`: a server for experiments.
//!
//! Owns what runs with the server and when the server ends.

use super::{MAINTENANCE, Postgres, Purpose, TEST_URL};
use crate::run::without_this_package;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// The purpose of the server, and the command to run with it.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    purpose: Purpose,
    /// A program and its arguments; `None` to wait for the end of the input.
    command: Option<Vec<String>>,
}

impl Options {
    /// Parses `[--durable] [-- COMMAND...]`; `None` if there is anything else.
    pub fn parse(arguments: &[&str]) -> Option<Self> {
        let (purpose, rest) = match arguments {
            ["--durable", rest @ ..] => (Purpose::Measuring, rest),
            rest => (Purpose::Tests, rest),
        };
        let command = match rest {
            [] => None,
            ["--", command @ ..] if !command.is_empty() => Some(command.iter().map(|&word| word.to_owned()).collect()),
            _ => return None,
        };
        Some(Self { purpose, command })
    }
}

/// Starts a server, prints its URL, and runs the command, or waits for the end of the input.
pub fn command(options: &Options) -> u8 {
    match run(options) {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("postgres: {error}");
            1
        }
    }
}

fn run(options: &Options) -> io::Result<()> {
    let server = Postgres::start(options.purpose)?;
    match &options.command {
        Some(words) => become_command(server, words),
        None => wait(&server),
    }
}

/// Waits for the end of the input. Ctrl-C ends the process too: then the guard cleans up.
fn wait(server: &Postgres) -> io::Result<()> {
    println!("{}", server.url());
    eprintln!("postgres: until Ctrl-C, or the end of the input");
    io::copy(&mut io::stdin().lock(), &mut io::sink()).map(drop)
}

/// Replaces this process with the command, so that signals reach it and its exit code is returned as if it were run
/// alone. Returns only on failure. The URL goes to standard error: standard output belongs to the command.
fn become_command(mut server: Postgres, words: &[String]) -> io::Result<()> {
    let Some((program, arguments)) = words.split_first() else {
        return Ok(());
    };
    eprintln!("{}", server.url());
    server.home.wait_for_this_process()?;
    let mut command = Command::new(program);
    without_this_package(&mut command);
    command.args(arguments).env(TEST_URL, server.url());
    let error = command.envs(server.environment(MAINTENANCE)).exec();
    Err(io::Error::new(error.kind(), format!("{program}: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read() {
        let options = |purpose, command: Option<&[&str]>| {
            let command = command.map(|words| words.iter().map(|&word| word.to_owned()).collect());
            Some(Options { purpose, command })
        };
        assert_eq!(Options::parse(&[]), options(Purpose::Tests, None));
        assert_eq!(Options::parse(&["--durable"]), options(Purpose::Measuring, None));
        assert_eq!(
            Options::parse(&["--durable", "--", "psql", "--durable"]),
            options(Purpose::Measuring, Some(&["psql", "--durable"]))
        );
        assert_eq!(Options::parse(&["psql"]), None);
        assert_eq!(Options::parse(&["--"]), None);
        assert_eq!(
            Options::parse(&["--", "true"]),
            options(Purpose::Tests, Some(&["true"]))
        );
    }
}
