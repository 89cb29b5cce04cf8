//! The program under test, and what an import of it came to.
//!
//! Owns its commands and the reading of what they print. Leaves out when it is struck.

use super::expect;
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};

/// The file that is imported, from the program's folder.
pub const CONTACTS: &str = "contacts.csv";

/// The program and the folder that everything happens in.
pub struct Program {
    pub binary: PathBuf,
    /// The folder that it is run in.
    pub folder: PathBuf,
    /// What it is told by its environment.
    pub environment: Vec<(&'static str, String)>,
}

/// What broken and unbroken runs must agree on.
#[derive(Debug, PartialEq, Eq)]
pub struct End {
    /// A hash of the contacts in their order, without ids and versions.
    pub contacts: u64,
    /// The counts of the import, as JSON.
    pub counts: String,
    /// A hash of the file of rejected rows.
    pub rejected: u64,
}

/// An import in the list of imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its state, as the program calls it.
    pub state: String,
    /// The rows that are committed.
    pub rows: u64,
    counts: String,
}

impl Listed {
    /// One that was met with so many rows.
    #[cfg(test)]
    pub fn of(state: &str, rows: u64) -> Self {
        Self {
            state: state.to_owned(),
            rows,
            counts: String::new(),
        }
    }

    /// Whether all rows are settled.
    pub fn is_done(&self) -> bool {
        self.state == "done"
    }
}

impl Program {
    /// One of its commands, on a data folder.
    pub fn command(&self, data: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        let data = self.folder.join(data);
        command
            .arg("--data")
            .arg(data)
            .args(arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.folder);
        command
    }

    /// The import into a data folder, its rejected rows beside it.
    pub fn import(&self, data: &str) -> Command {
        let rejected = format!("{data}.csv");
        let mut command = self.command(data, &["import", CONTACTS, "--rejected", &rejected]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// The import in the list, if there is one; more than one is an error.
    pub fn listed(&self, data: &str) -> io::Result<Option<Listed>> {
        let output = self.command(data, &["imports", "--json"]).output()?;
        expect(output.status.success(), || {
            format!("imports failed: {}", String::from_utf8_lossy(&output.stderr))
        })?;
        only_one(&String::from_utf8_lossy(&output.stdout))
    }

    /// What the import came to that `of` began, as seen from a data folder.
    pub fn end(&self, data: &str, of: &str) -> io::Result<End> {
        let listed = self.listed(data)?;
        expect(listed.as_ref().is_some_and(Listed::is_done), || {
            format!("the import should be done: {listed:?}")
        })?;
        let mut rejected = DefaultHasher::new();
        rejected.write(&fs::read(self.folder.join(format!("{of}.csv")))?);
        Ok(End {
            contacts: self.hash_of_contacts(data)?,
            counts: listed.map(|listed| listed.counts).unwrap_or_default(),
            rejected: rejected.finish(),
        })
    }

    fn hash_of_contacts(&self, data: &str) -> io::Result<u64> {
        let mut export = self.command(data, &["export", "--format", "jsonl"]);
        let mut child = export.stdout(Stdio::piped()).spawn()?;
        let mut hash = DefaultHasher::new();
        if let Some(out) = child.stdout.take() {
            for line in BufReader::new(out).lines() {
                let line = line?;
                let values = without_id_and_version(&line);
                expect(values.is_some(), || format!("a line of another form: {line}"))?;
                hash.write(values.unwrap_or_default().as_bytes());
            }
        }
        expect(child.wait()?.success(), || "the export failed".to_owned())?;
        Ok(hash.finish())
    }
}

/// Reads the list of imports.
fn only_one(json: &str) -> io::Result<Option<Listed>> {
    let Some(state) = between(json, "\"state\":\"", "\"") else {
        return Ok(None);
    };
    let counts = between(json, "\"counts\":{", "}").unwrap_or_default();
    let rows = number_behind(counts, "\"rows\":");
    expect(json.matches("\"state\":").count() == 1 && rows.is_some(), || {
        format!("there should be one import, with its rows: {json}")
    })?;
    Ok(Some(Listed {
        state: state.to_owned(),
        rows: rows.unwrap_or_default(),
        counts: counts.to_owned(),
    }))
}

/// What stands behind id and version, which differ from one run to the next.
fn without_id_and_version(line: &str) -> Option<&str> {
    let (_, behind) = line.split_once("\"version\":\"")?;
    behind.split_once('"').map(|(_, values)| values)
}

/// The first text between two marks.
fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    text.split_once(from)?.1.split_once(to).map(|(found, _)| found)
}

/// The number behind a mark.
fn number_behind(text: &str, mark: &str) -> Option<u64> {
    let (_, behind) = text.split_once(mark)?;
    let end = behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len());
    behind[..end].parse().ok()
}

/// Whether a run went to its end: with 0, or with 4 if it rejected rows.
pub fn is_finished(status: ExitStatus) -> bool {
    matches!(status.code(), Some(0 | 4))
}

/// Takes a run that did not for an error.
pub fn finished(status: ExitStatus) -> io::Result<()> {
    expect(is_finished(status), || format!("a run did not finish: {status}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_versions_are_cut_off() {
        let line = r#"{"id":"1","version":"v2","first_name":"Ann"}"#;
        assert_eq!(without_id_and_version(line), Some(r#","first_name":"Ann"}"#));
        assert_eq!(without_id_and_version("{}"), None);
    }

    #[test]
    fn the_list_of_imports_is_read() {
        let one = r#"{"counts":{"new":2,"rows":3},"file":"a.csv","state":"running"}"#;
        let listed = only_one(&format!(r#"{{"imports":[{one}]}}"#)).unwrap().unwrap();
        assert_eq!((listed.state.as_str(), listed.rows), ("running", 3));
        assert_eq!(listed.counts, r#""new":2,"rows":3"#);
        assert!(!listed.is_done());
        assert_eq!(only_one(r#"{"imports":[]}"#).unwrap(), None);
    }

    #[test]
    fn a_second_import_is_an_error() {
        let one = r#"{"counts":{"rows":3},"state":"done"}"#;
        assert!(only_one(&format!("[{one},{one}]")).is_err());
        assert!(only_one(r#"{"counts":{},"state":"done"}"#).is_err());
    }
}
