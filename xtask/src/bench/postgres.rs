//! Imports into PostgreSQL: psql's `\copy` followed by a checked insertion, and our program.
//!
//! Owns the peer's tables and statements, and the databases that are filled.

use super::contacts::Contacts;
use super::ours::Program;
use super::timing::{Took, timed};
use crate::postgres::Postgres;
use std::fs;
use std::io;
use std::path::Path;

/// The columns of the file, as text.
const COLUMNS: &str = "first text,last text,email text,phone_work text,phone_mobile text,company text,title text,address text,city text,state text,zip text,country text,tag text,notes text";

/// The indexes of the peer's table: emails are unique, and both phones and the name are indexed.
const INDEXES: [&str; 4] = [
    "create unique index on k(email_key)",
    "create index on k(work_key)",
    "create index on k(mobile_key)",
    "create index on k(lower(last) collate \"C\", lower(first) collate \"C\")",
];

/// Fills the table from the copied rows. Rows with an invalid email or an existing one are left out.
const INSERT: &str = "\
insert into k(first,last,email,phone_work,phone_mobile,company,title,address,city,state,zip,country,tag,notes,email_key,work_key,mobile_key,created)
 select first,last,email,phone_work,phone_mobile,company,title,address,city,state,zip,country,tag,notes, lower(btrim(email)),
 regexp_replace(phone_work,'[^0-9+]','','g'), regexp_replace(phone_mobile,'[^0-9+]','','g'), now()
 from stage where email is null or btrim(email) ~ '^[^@[:space:]]+@[^@[:space:].]+([.][^@[:space:].]+)+$'
 on conflict do nothing;";

/// The database of the current import.
const DATABASE: &str = "bench";

/// Measures psql: it copies the rows into a table, and inserts those that are valid and new.
pub fn import(server: &Postgres, contacts: &Contacts, folder: &Path) -> io::Result<Took> {
    let table = format!(
        "create table k(id bigserial primary key, {COLUMNS}, email_key text, work_key text, mobile_key text, created \
         timestamptz)"
    );
    let statements: Vec<&str> = std::iter::once(table.as_str()).chain(INDEXES).collect();
    server.fresh(DATABASE)?;
    server.query(DATABASE, &statements)?;
    let script = folder.join("peer.sql");
    fs::write(&script, staged(&contacts.csv.to_string_lossy()))?;
    server.checkpoint()?;
    let took = timed(server.psql(DATABASE).arg("-f").arg(script), &[0], folder);
    server.discard(DATABASE)?;
    took
}

/// The peer's script: one transaction, from the file to the table.
fn staged(csv: &str) -> String {
    let csv = csv.replace('\'', "''");
    format!(
        "begin;\ncreate temp table stage({COLUMNS}) on commit drop;\n\\copy stage from '{csv}' csv \
         header\n{INSERT}\ncommit;\n"
    )
}

/// Measures our import into a new database.
pub fn ours(server: &Postgres, program: &Program, contacts: &Contacts, folder: &Path) -> io::Result<Took> {
    server.fresh(DATABASE)?;
    server.checkpoint()?;
    let took = program.import(contacts, folder, Some(&server.url_of(DATABASE)));
    server.discard(DATABASE)?;
    took
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peers_script_copies_in_one_line() {
        let script = staged("/tmp/it's.csv");
        assert!(script.contains("\n\\copy stage from '/tmp/it''s.csv' csv header\n"));
        assert!(script.starts_with("begin;") && script.ends_with("commit;\n"));
    }
}
