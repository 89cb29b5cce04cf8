//! The files that are imported, and directories that already contain contacts.
//!
//! Owns what is generated and the counts that an import of it must give.

use super::ours::{DATA, Program};
use crate::run::printed;
use csv::{ByteRecord, ReaderBuilder, Writer};
use generator::{Expected, Request};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A generated file, and the counts of an import of it.
pub struct Contacts {
    pub csv: PathBuf,
    pub rows: u64,
    pub expected: Expected,
}

impl Contacts {
    /// Generates a file for an empty directory.
    pub fn generate(csv: PathBuf, rows: u64) -> io::Result<Self> {
        Self::requested(
            csv,
            &Request {
                rows,
                seed: 1,
                ..Request::default()
            },
        )
    }

    /// Generates as many rows for a directory that contains [`Contacts::generate`]: half of them are known.
    pub fn half_known(csv: PathBuf, rows: u64) -> io::Result<Self> {
        let request = Request {
            rows,
            seed: 1,
            start: rows / 2,
            existing: rows,
        };
        Self::requested(csv, &request)
    }

    fn requested(csv: PathBuf, request: &Request) -> io::Result<Self> {
        let expected = generator::write(BufWriter::new(File::create(&csv)?), request)?;
        Ok(Self {
            csv,
            rows: request.rows,
            expected,
        })
    }

    /// The counts of an import that skips duplicates.
    pub fn counts(&self) -> [(&'static str, u64); 4] {
        let expected = &self.expected;
        [
            ("rows", self.rows),
            ("new", expected.new),
            ("duplicate", expected.duplicates()),
            ("invalid", expected.invalid()),
        ]
    }
}

/// A directory with contacts; each run starts from a copy of it.
pub struct Filled {
    folder: PathBuf,
    pub contacts: u64,
}

impl Filled {
    pub fn new(program: &Program, contacts: &Contacts, folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        program.import(contacts, &folder, None)?;
        Ok(Self {
            folder,
            contacts: contacts.expected.new,
        })
    }

    /// Copies the directory into the folder of a run.
    pub fn copy_to(&self, folder: &Path) -> io::Result<()> {
        printed(Command::new("cp").arg("-a").arg(self.folder.join(DATA)).arg(folder)).map(drop)
    }

    /// Writes an export of the directory, with a changed title in every row.
    pub fn edited_export(&self, program: &Program, csv: &Path) -> io::Result<()> {
        let export = self.folder.join("export.csv");
        printed(program.command(&self.folder, None).arg("export").arg("-o").arg(&export))?;
        edit(&export, csv, "Title")
    }
}

/// Appends a word to every value of a column.
fn edit(from: &Path, to: &Path, column: &str) -> io::Result<()> {
    let mut rows = ReaderBuilder::new().has_headers(false).from_path(from)?;
    let mut edited = Writer::from_path(to)?;
    let mut place = None;
    for row in rows.byte_records() {
        let row = row?;
        let Some(place) = place else {
            let found = row.iter().position(|name| name == column.as_bytes());
            place = Some(found.ok_or_else(|| io::Error::other(format!("the export has no column {column}")))?);
            edited.write_byte_record(&row)?;
            continue;
        };
        let cells = row.iter().enumerate().map(|(at, cell)| match at == place {
            true => [cell, b" edited"].concat(),
            false => cell.to_vec(),
        });
        edited.write_byte_record(&cells.collect::<ByteRecord>())?;
    }
    edited.flush()
}

/// Returns an error if the number of records in a CSV file, including its header, differs from `expected`.
pub fn has_records(csv: &Path, expected: u64) -> io::Result<()> {
    let records = records(BufReader::with_capacity(1 << 16, File::open(csv)?))?;
    match records == expected {
        true => Ok(()),
        false => Err(io::Error::other(format!(
            "{records} records were written, not {expected}"
        ))),
    }
}

/// Counts the line ends outside quotes.
fn records(csv: impl BufRead) -> io::Result<u64> {
    let (mut records, mut quoted) = (0, false);
    for byte in csv.bytes() {
        match byte? {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => records += 1,
            _ => {}
        }
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_in_quotes_end_no_record() {
        assert_eq!(records(&b"a,b\r\n\"x\ny\",\"\"\"\n\"\n"[..]).unwrap(), 2);
    }

    #[test]
    fn a_column_is_edited_and_nothing_else() {
        let folder = std::env::temp_dir().join(format!("crystalqore-edited-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let [from, to] = ["from.csv", "to.csv"].map(|name| folder.join(name));
        fs::write(&from, "\u{feff}ID,Title\n1,\"a,b\"\n2,\n").unwrap();
        edit(&from, &to, "Title").unwrap();
        let edited = fs::read_to_string(&to).unwrap();
        let missing = edit(&from, &to, "Notes").unwrap_err();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(edited, "ID,Title\n1,\"a,b edited\"\n2, edited\n");
        assert_eq!(missing.to_string(), "the export has no column Notes");
    }
}
