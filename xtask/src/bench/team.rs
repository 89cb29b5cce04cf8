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
    /// An earlier build of the program, to be measured first.
    against: Option<PathBuf>,
}

impl Options {
    /// Reads `[CONTACTS] [--postgres] [--against PATH]`; none if there is anything else.
    pub fn parse(arguments: &[&str]) -> Option<Self> {
        let (arguments, against) = match arguments {
            [rest @ .., "--against", path] => (rest, Some(path.into())),
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
            against,
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
    let what = match door {
        Door::Engine => format!("engine {}", options.contacts),
        Door::Server => {
            let before = options.against.as_ref().map(|program| absolute(program)).transpose()?;
            let programs: Vec<String> = before
                .into_iter()
                .chain([run::release(root)?])
                .map(|program| program.display().to_string())
                .collect();
            format!("server {} {}", options.contacts, programs.join(" "))
        }
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
        let options = |contacts, postgres, against: Option<&str>| {
            Some(Options {
                contacts,
                postgres,
                against: against.map(PathBuf::from),
            })
        };
        assert_eq!(Options::parse(&[]), options(CONTACTS, false, None));
        assert_eq!(Options::parse(&["5000"]), options(5_000, false, None));
        assert_eq!(Options::parse(&["--postgres"]), options(CONTACTS, true, None));
        assert_eq!(
            Options::parse(&["5000", "--postgres", "--against", "a"]),
            options(5_000, true, Some("a"))
        );
        for wrong in [
            &["999"][..],
            &["x"],
            &["5000", "6000"],
            &["--against"],
            &["--postgres", "5000"],
        ] {
            assert_eq!(Options::parse(wrong), None, "{wrong:?}");
        }
    }
}
