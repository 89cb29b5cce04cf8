//! Our own program in a bench, as it is now or as it was.
//!
//! Owns the commands that are measured, and what they must count.

use super::absolute;
use super::contacts::{Contacts, has_records};
use super::timing::{OUTPUT, Took, timed};
use crate::run;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// An import is done with 0, or with 4 if it rejected rows.
const DONE: [i32; 2] = [0, 4];

/// The variable that names a server. Other users of the machine can read arguments, and this holds a password.
const DATABASE: &str = "CRYSTALQORE_DATABASE";

/// Where the database is, in the folder of a run.
pub const DATA: &str = "data";

/// What a command must count: the name in its JSON, and the number.
type Counts<'a> = [(&'a str, u64)];

/// A build of the program.
pub struct Program {
    /// How it is called in the table.
    pub name: String,
    /// Where it is.
    pub binary: PathBuf,
}

/// Our program as it is now, after the one that it is to be compared with.
pub fn programs(root: &Path, against: Option<&Path>) -> io::Result<Vec<Program>> {
    let now = Program {
        name: "crystalqore".to_owned(),
        binary: run::release(root)?,
    };
    let before = against.map(Program::at).transpose()?;
    Ok(before.into_iter().chain([now]).collect())
}

impl Program {
    /// The program at a path.
    fn at(binary: &Path) -> io::Result<Self> {
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
        counted(&mut import, folder, &contacts.counts())
    }

    /// Imports a file of our own whose rows all change a contact.
    pub fn update(&self, csv: &Path, contacts: u64, folder: &Path) -> io::Result<Took> {
        let mut import = self.command(folder, None);
        import.args(["import", "--duplicates", "update", "--json"]).arg(csv);
        counted(&mut import, folder, &[("update", contacts)])
    }

    /// Says what an import would do.
    pub fn preview(&self, contacts: &Contacts, folder: &Path) -> io::Result<Took> {
        let mut import = self.command(folder, None);
        import
            .args(["import", "--dry-run", "--region", "US", "--json"])
            .arg(&contacts.csv);
        counted(&mut import, folder, &contacts.counts())
    }

    /// Reads the whole file, without a directory, and prints ten rows.
    pub fn inspect(&self, contacts: &Contacts, folder: &Path) -> io::Result<Took> {
        let mut inspect = self.command(folder, None);
        inspect
            .args(["inspect", "--json", "--limit", "10", "--region", "US"])
            .arg(&contacts.csv);
        counted(&mut inspect, folder, &contacts.counts())
    }

    /// Writes all contacts to a file.
    pub fn export(&self, contacts: u64, folder: &Path) -> io::Result<Took> {
        let csv = folder.join("export.csv");
        let took = timed(
            self.command(folder, None).arg("export").arg("-o").arg(&csv),
            &[0],
            folder,
        )?;
        has_records(&csv, contacts + 1)?;
        Ok(took)
    }

    pub fn command(&self, folder: &Path, url: Option<&str>) -> Command {
        let mut command = Command::new(&self.binary);
        command.arg("--data").arg(folder.join(DATA));
        match url {
            Some(url) => command.env(DATABASE, url),
            None => command.env_remove(DATABASE),
        };
        command
    }
}

/// Measures a command that prints its counts as JSON. An error if they are wrong.
fn counted(command: &mut Command, folder: &Path, expected: &Counts) -> io::Result<Took> {
    let took = timed(command, &DONE, folder)?;
    let said = fs::read_to_string(folder.join(OUTPUT))?;
    match expected.iter().find(|(class, count)| !counts_are(&said, class, *count)) {
        None => Ok(took),
        Some((class, count)) => Err(io::Error::other(format!("{class} should be {count}: {said}"))),
    }
}

/// Whether JSON says that a class has so many rows.
fn counts_are(json: &str, class: &str, count: u64) -> bool {
    let number = json
        .split_once("\"counts\":")
        .and_then(|(_, counts)| counts.split_once(&format!("\"{class}\":")))
        .map(|(_, rest)| rest.trim_start());
    number.is_some_and(|text| text.split(|c: char| !c.is_ascii_digit()).next() == Some(&count.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_compared_as_whole_numbers() {
        let json = r#"{"rows": [{"new": 3}], "counts":{"rows":12,"new": 10}}"#;
        assert!(counts_are(json, "rows", 12) && counts_are(json, "new", 10));
        assert!(!counts_are(json, "rows", 1) && !counts_are(json, "invalid", 0));
    }
}
