//! Imports into SQLite: `sqlite3 .import` and us.
//!
//! Owns the tables of the peers.

use super::timing::{Took, timed};
use super::{Contacts, Options, Runner, compare, programs};
use crate::run::in_path;
use std::io;
use std::path::Path;
use std::process::Command;

/// The table that `sqlite3 .import` fills, and the indexes that make it comparable: email, two phones, name.
const TABLE: &str = "create table c(\"First Name\" TEXT,\"Last Name\" TEXT,\"Email\" TEXT,\"Phone (Work)\" TEXT,\"Phone (Mobile)\" TEXT,\"Company\" TEXT,\"Title\" TEXT,\"Address\" TEXT,\"City\" TEXT,\"State\" TEXT,\"Zip Code\" TEXT,\"Country\" TEXT,\"Tag\" TEXT,\"Notes\" TEXT);";
const INDEXES: &str = "create unique index c_e on c(\"Email\" collate nocase) where \"Email\"<>''; create index c_w on c(\"Phone (Work)\"); create index c_m on c(\"Phone (Mobile)\"); create index c_n on c(\"Last Name\" collate nocase,\"First Name\" collate nocase);";

/// It complains of every repeated email with 1, and goes on.
const DONE: [i32; 2] = [0, 1];

/// Compares the peers and us.
pub fn import(root: &Path, contacts: &Contacts, options: &Options) -> io::Result<()> {
    if in_path("sqlite3").is_none() {
        return Err(io::Error::other("sqlite3 is missing (Debian: apt-get install sqlite3)"));
    }
    let programs = programs(root, options)?;
    let mut runners = vec![
        Runner::new("sqlite3 .import, four indexes, no checks", |folder| {
            peer(&contacts.csv, folder, true)
        }),
        Runner::new("sqlite3 .import, no index, no checks", |folder| {
            peer(&contacts.csv, folder, false)
        }),
    ];
    runners.extend(
        programs
            .iter()
            .map(|program| Runner::new(&program.name, move |folder| program.import(contacts, folder, None))),
    );
    compare(&runners, options.rounds)
}

fn peer(csv: &Path, folder: &Path, indexes: bool) -> io::Result<Took> {
    let database = folder.join("peer.db");
    let schema = if indexes {
        format!("{TABLE}{INDEXES}")
    } else {
        TABLE.to_owned()
    };
    timed(Command::new("sqlite3").arg(&database).arg(schema), &[0])?;
    let import = format!(".import --skip 1 {} c", quoted(&csv.to_string_lossy()));
    let took = timed(
        Command::new("sqlite3").arg(&database).args([".mode csv", &import]),
        &DONE,
    )?;
    has_rows(&database).then_some(took).ok_or_else(|| {
        let csv = csv.display();
        io::Error::other(format!("it imported nothing of {csv}"))
    })
}

/// A word as sqlite3 reads it, whatever is in it.
fn quoted(word: &str) -> String {
    format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Whether anything was imported: the exit code does not tell.
fn has_rows(database: &Path) -> bool {
    let count = Command::new("sqlite3")
        .arg(database)
        .arg("select count(*) > 0 from c")
        .output();
    count.is_ok_and(|count| count.stdout.starts_with(b"1"))
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
