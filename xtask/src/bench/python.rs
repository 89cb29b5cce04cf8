//! Peers from PyPI: DuckDB, and django-import-export.
//!
//! Owns their versions and how they are run.

use super::contacts::Contacts;
use super::timing::{Took, timed};
use crate::python;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The packages to install, with the versions that are compared.
const PACKAGES: [&str; 3] = ["duckdb==2.0.1", "django==5.2.19", "django-import-export==4.4.3"];

const DUCKDB: &str = include_str!("peers/duckdb_load.py");
const DJANGO: &str = include_str!("peers/django_import.py");

/// A Python with the peers installed.
pub struct Python {
    program: PathBuf,
}

impl Python {
    /// Installs the peers in the target folder, unless they are installed.
    pub fn installed(root: &Path) -> io::Result<Self> {
        let programs = python::installed(root, "bench", &PACKAGES)?;
        Ok(Self {
            program: programs.join("python"),
        })
    }

    /// Measures DuckDB: it reads the file into a table, without checks.
    pub fn duckdb(&self, contacts: &Contacts, folder: &Path) -> io::Result<Took> {
        self.run(DUCKDB, contacts, folder, contacts.rows)
    }

    /// Measures django-import-export: it previews the file and then imports it, as its pages do.
    pub fn django(&self, contacts: &Contacts, folder: &Path) -> io::Result<Took> {
        self.run(DJANGO, contacts, folder, contacts.expected.new)
    }

    /// Runs a script with the file, a database to create, and the minimum number of rows in it.
    fn run(&self, script: &str, contacts: &Contacts, folder: &Path, rows: u64) -> io::Result<Took> {
        let mut python = Command::new(&self.program);
        python
            .args(["-c", script])
            .arg(&contacts.csv)
            .arg(folder.join("peer.db"));
        timed(python.arg(rows.to_string()), &[0], folder)
    }
}
