//! `cargo xtask postgres`: a server to try things on.
//!
//! Owns what is run beside the server and when it ends.

use super::{MAINTENANCE, Postgres, Purpose, TEST_URL};
use crate::run::without_this_package;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// What the server is for and what runs beside it.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    purpose: Purpose,
    /// A program and its arguments; none to wait.
    command: Option<Vec<String>>,
}

impl Options {
    /// Reads `[--durable] [-- COMMAND...]`; none if there is anything else.
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

/// Starts a server, prints its url, and runs the command, or waits for the end of the input.
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

/// Waits for the end of the input. Ctrl-C ends it too: the guard sees to the rest.
fn wait(server: &Postgres) -> io::Result<()> {
    println!("{}", server.url());
    eprintln!("postgres: until Ctrl-C, or the end of the input");
    io::copy(&mut io::stdin().lock(), &mut io::sink()).map(drop)
}

/// Becomes the command, so that signals reach it and its exit code comes back as if it were run alone. Only a failure
/// returns. The url goes to the standard error: the standard output is the command's.
fn become_command(mut server: Postgres, words: &[String]) -> io::Result<()> {
    let Some((program, arguments)) = words.split_first() else {
        return Ok(());
    };
    eprintln!("{}", server.url());
    server.home.outlive_us()?;
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
