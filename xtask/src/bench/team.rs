//! The workspace of a large team, measured inside of the engine or over HTTP.
//!
//! Owns reading the arguments, the program and the server. Leaves out the workspace and the figures: an example of the crate
//! `app` makes and prints them, because only there the engine can be reached.

use super::absolute;
use crate::postgres::{Postgres, Purpose, TEST_URL};
use crate::run;
use std::io;
use std::path::{Path, PathBuf};

/// Contacts, if nothing is said.
const CONTACTS: usize = 1_000_000;

/// Fewer make no team.
const FEWEST: usize = 1_000;

/// On which engine the example makes the workspace.
const ENGINE: &str = "CRYSTALQORE_TEST_ENGINE";

/// Where it is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Inside of the engine.
    Engine,
    /// Over HTTP, from the program.
    Server,
}

/// What is measured.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    contacts: usize,
    postgres: bool,
    /// A build of the program, in place of that of this repository.
    program: Option<PathBuf>,
}

impl Options {
    /// Reads `[CONTACTS] [--postgres] [--program PATH]`; none if there is anything else.
    pub fn parse(arguments: &[&str]) -> Option<Self> {
        let (arguments, program) = match arguments {
            [rest @ .., "--program", path] => (rest, Some(path.into())),
            rest => (rest, None),
        };
        let (arguments, postgres) = match arguments {
            [rest @ .., "--postgres"] => (rest, true),
            rest => (rest, false),
        };
        let contacts = match arguments {
            [] => CONTACTS,
            [contacts] => contacts.parse().ok().filter(|contacts| *contacts >= FEWEST)?,
            _ => return None,
        };
        Some(Self {
            contacts,
            postgres,
            program,
        })
    }
}

/// Prints what things take in the workspace of a large team.
pub fn team(root: &Path, door: Door, options: &Options) -> u8 {
    measured(root, door, options).unwrap_or_else(|error| {
        eprintln!("bench: {error}");
        1
    })
}

fn measured(root: &Path, door: Door, options: &Options) -> io::Result<u8> {
    let what = match (door, &options.program) {
        (Door::Engine, _) => format!("engine {}", options.contacts),
        (Door::Server, Some(program)) => format!("server {} {}", options.contacts, absolute(program)?.display()),
        (Door::Server, None) => format!("server {} {}", options.contacts, run::release(root)?.display()),
    };
    let example = format!("run --release --quiet -p app --example team -- {what}");
    if !options.postgres {
        return Ok(run::cargo(root, &example, &[(ENGINE, "sqlite")]));
    }
    let server = Postgres::start(Purpose::Measuring)?;
    let url = server.url();
    Ok(run::cargo(root, &example, &[(ENGINE, "postgres"), (TEST_URL, &url)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read() {
        let options = |contacts, postgres, program: Option<&str>| {
            Some(Options {
                contacts,
                postgres,
                program: program.map(PathBuf::from),
            })
        };
        assert_eq!(Options::parse(&[]), options(CONTACTS, false, None));
        assert_eq!(Options::parse(&["5000"]), options(5_000, false, None));
        assert_eq!(Options::parse(&["--postgres"]), options(CONTACTS, true, None));
        assert_eq!(
            Options::parse(&["5000", "--postgres", "--program", "a"]),
            options(5_000, true, Some("a"))
        );
        for wrong in [
            &["999"][..],
            &["x"],
            &["5000", "6000"],
            &["--program"],
            &["--postgres", "5000"],
        ] {
            assert_eq!(Options::parse(wrong), None, "{wrong:?}");
        }
    }
}
