//! Our own program in a benchmark, in its current build or an earlier one.
//!
//! Owns the commands that are measured, and the counts that they must report.

use super::absolute;
use super::contacts::{Contacts, has_records};
use super::timing::{OUTPUT, Took, timed};
use crate::run;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The exit codes of a complete import: 0, or 4 if it rejected rows.
const DONE: [i32; 2] = [0, 4];

/// The variable with the URL of a database server. It is not an argument, because other users of the machine can read
/// arguments, and the URL holds a password.
const DATABASE: &str = "CRYSTALQORE_DATABASE";

/// The data folder within the folder of a run.
pub const DATA: &str = "data";

/// The counts that a command must report: the name in its JSON, and the number.
type Counts<'a> = [(&'a str, u64)];

/// A build of the program.
pub struct Program {
    /// The name in the table.
    pub name: String,
    /// The path of its binary.
    pub binary: PathBuf,
}

/// Returns the current build, preceded by the build to compare it with.
pub fn programs(root: &Path, against: Option<&Path>) -> io::Result<Vec<Program>> {
    let now = Program {
        name: "crystalqore".to_owned(),
        binary: run::release(root)?,
    };
    let before = against.map(Program::at).transpose()?;
    Ok(before.into_iter().chain([now]).collect())
}

impl Program {
    /// Returns the build at a path.
    fn at(binary: &Path) -> io::Result<Self> {
        let binary = absolute(binary)?;
        Ok(Self {
            name: format!("the program at {}", binary.display()),
            binary,
        })
    }

    /// Imports the file, into the database of a server if `url` is given, else into a file in `folder`. Returns an
    /// error if the counts are wrong.
    pub fn import(&self, contacts: &Contacts, folder: &Path, url: Option<&str>) -> io::Result<Took> {
        let mut import = self.command(folder, url);
        import.args(["import", "--region", "US", "--json"]).arg(&contacts.csv);
        counted(&mut import, folder, &contacts.counts())
    }

    /// Imports an edited export in which every row changes a contact.
    pub fn update(&self, csv: &Path, contacts: u64, folder: &Path) -> io::Result<Took> {
        let mut import = self.command(folder, None);
        import.args(["import", "--duplicates", "update", "--json"]).arg(csv);
        counted(&mut import, folder, &[("update", contacts)])
    }

    /// Runs a preview of an import.
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

/// Measures a command that prints its counts as JSON. Returns an error if they are wrong.
fn counted(command: &mut Command, folder: &Path, expected: &Counts) -> io::Result<Took> {
    let took = timed(command, &DONE, folder)?;
    let said = fs::read_to_string(folder.join(OUTPUT))?;
    match expected.iter().find(|(class, count)| !counts_are(&said, class, *count)) {
        None => Ok(took),
        Some((class, count)) => Err(io::Error::other(format!("{class} should be {count}: {said}"))),
    }
}

/// Whether the JSON reports this count for a class of rows.
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
