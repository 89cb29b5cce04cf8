//! Our own program in a bench, as it is now or as it was.
//!
//! Owns the command that is measured.

use super::timing::{Took, timed_with_peak};
use super::{Contacts, absolute};
use crate::run::printed;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// An import is done with 0, or with 4 if it rejected rows.
const DONE: [i32; 2] = [0, 4];

/// Where the program is told of a server. Arguments are seen by everybody on the machine, and this holds a password.
const DATABASE: &str = "CRYSTALQORE_DATABASE";

/// A build of the program.
pub struct Program {
    /// How it is called in the table.
    pub name: String,
    /// Where it is.
    pub binary: PathBuf,
}

impl Program {
    /// The program at a path.
    pub fn at(binary: &Path) -> io::Result<Self> {
        let binary = absolute(binary)?;
        Ok(Self {
            name: format!("the program at {}", binary.display()),
            binary,
        })
    }

    /// Imports the file, into a server's database if there is one, and else into a file in `folder`. An error if the counts
    /// are wrong.
    pub fn import(&self, contacts: &Contacts, folder: &Path, url: Option<&str>) -> io::Result<Took> {
        let mut import = self.command(folder, url);
        import.args(["import", "--region", "US", "--json"]).arg(&contacts.csv);
        let took = timed_with_peak(&mut import, &DONE, folder)?;
        let listed = printed(self.command(folder, url).args(["imports", "--json"]))?;
        let expected = &contacts.expected;
        let counts = [
            ("new", expected.new),
            ("duplicate", expected.duplicates()),
            ("invalid", expected.invalid()),
        ];
        match counts.iter().find(|(class, count)| !counts_are(&listed, class, *count)) {
            None => Ok(took),
            Some((class, count)) => Err(io::Error::other(format!("{class} should be {count}: {listed}"))),
        }
    }

    fn command(&self, folder: &Path, url: Option<&str>) -> Command {
        let mut command = Command::new(&self.binary);
        command.arg("--data").arg(folder.join("data"));
        match url {
            Some(url) => command.env(DATABASE, url),
            None => command.env_remove(DATABASE),
        };
        command
    }
}

/// Whether a list of one import says that a class has so many rows.
fn counts_are(listed: &str, class: &str, count: u64) -> bool {
    let number = listed
        .split_once(&format!("\"{class}\":"))
        .map(|(_, rest)| rest.trim_start());
    number.is_some_and(|text| text.split(|c: char| !c.is_ascii_digit()).next() == Some(&count.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_compared_as_whole_numbers() {
        let listed = r#"{"imports":[{"counts":{"rows":12,"new": 10}}]}"#;
        assert!(counts_are(listed, "rows", 12) && counts_are(listed, "new", 10));
        assert!(!counts_are(listed, "rows", 1) && !counts_are(listed, "invalid", 0));
    }
}
