//! The peer `sqlite3` with the same rows: `.import`, and `-csv -header`.
//!
//! Owns the peer's table and indexes.

use super::contacts::{Contacts, has_records};
use super::timing::{OUTPUT, Took, timed};
use crate::run::{in_path, printed};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The table that `sqlite3 .import` fills, and the indexes that make it comparable: email, two phones, name.
const TABLE: &str = "create table c(\"First Name\" TEXT,\"Last Name\" TEXT,\"Email\" TEXT,\"Phone (Work)\" TEXT,\"Phone (Mobile)\" TEXT,\"Company\" TEXT,\"Title\" TEXT,\"Address\" TEXT,\"City\" TEXT,\"State\" TEXT,\"Zip Code\" TEXT,\"Country\" TEXT,\"Tag\" TEXT,\"Notes\" TEXT);";
const INDEXES: &str = "create unique index c_e on c(\"Email\" collate nocase) where \"Email\"<>''; create index c_w on c(\"Phone (Work)\"); create index c_m on c(\"Phone (Mobile)\"); create index c_n on c(\"Last Name\" collate nocase,\"First Name\" collate nocase);";

/// Exit codes of a complete import: it reports every repeated email with 1, and continues.
const DONE: [i32; 2] = [0, 1];

/// Whether the peer's table has indexes.
#[derive(Clone, Copy)]
pub enum Indexes {
    None,
    Four,
}

/// Returns an error if `sqlite3` is not installed.
pub fn installed() -> io::Result<()> {
    match in_path("sqlite3") {
        Some(_) => Ok(()),
        None => Err(io::Error::other("sqlite3 is missing (Debian: apt-get install sqlite3)")),
    }
}

/// Measures filling a table from the file, without checks.
pub fn import(contacts: &Contacts, folder: &Path, indexes: Indexes) -> io::Result<Took> {
    let database = database(folder);
    let schema = match indexes {
        Indexes::Four => format!("{TABLE}{INDEXES}"),
        Indexes::None => TABLE.to_owned(),
    };
    printed(Command::new("sqlite3").arg(&database).arg(schema))?;
    let import = format!(".import --skip 1 {} c", quoted(&contacts.csv.to_string_lossy()));
    let took = timed(
        Command::new("sqlite3").arg(&database).args([".mode csv", &import]),
        &DONE,
        folder,
    )?;
    // A unique index rejects repeated emails.
    let least = match indexes {
        Indexes::None => contacts.rows,
        Indexes::Four => contacts.expected.new,
    };
    match rows(&database)? {
        rows if rows >= least => Ok(took),
        rows => Err(io::Error::other(format!("it imported {rows} rows, not {least}"))),
    }
}

/// Measures writing as many rows as our export, from a table that was filled before.
pub fn export(contacts: &Contacts, folder: &Path) -> io::Result<Took> {
    import(contacts, folder, Indexes::None)?;
    let rows = contacts.expected.new;
    let query = format!("select * from c limit {rows}");
    let took = timed(
        Command::new("sqlite3")
            .args(["-csv", "-header"])
            .arg(database(folder))
            .arg(query),
        &[0],
        folder,
    )?;
    has_records(&folder.join(OUTPUT), rows + 1)?;
    fs::remove_file(folder.join(OUTPUT))?;
    Ok(took)
}

fn database(folder: &Path) -> PathBuf {
    folder.join("peer.db")
}

/// Quotes a word for sqlite3.
fn quoted(word: &str) -> String {
    format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""))
}

fn rows(database: &Path) -> io::Result<u64> {
    let count = printed(Command::new("sqlite3").arg(database).arg("select count(*) from c"))?;
    count.trim().parse().map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted() {
        assert_eq!(quoted("it's a.csv"), "\"it's a.csv\"");
        assert_eq!(quoted("a\"b\\"), "\"a\\\"b\\\\\"");
    }
}
