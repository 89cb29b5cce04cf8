//! Converts rows that a program sends as JSON to a CSV file, which is then imported like every other file.

use crate::error::Error;
use std::collections::{BTreeMap, BTreeSet};

/// One row: its values by column name.
pub type JsonRow = BTreeMap<String, String>;

/// The limits for columns and for the cells of all rows. Rows with few values each can have many columns together.
const MOST_COLUMNS: usize = 4_096;
const MOST_CELLS: usize = 8_000_000;

/// Returns the rows as a CSV. Its header row names every column of at least one row.
///
/// # Errors
/// [`Error::TooMany`]. [`Error::Read`] never in practice: the output is memory.
pub fn rows_as_csv(rows: &[JsonRow]) -> Result<Vec<u8>, Error> {
    let mut known = BTreeSet::new();
    let mut header: Vec<&str> = Vec::new();
    for name in rows.iter().flat_map(BTreeMap::keys) {
        if known.insert(name) {
            header.push(name);
        }
    }
    refuse_many("columns", header.len(), MOST_COLUMNS)?;
    refuse_many("cells", header.len().saturating_mul(rows.len()), MOST_CELLS)?;
    let failed = |error: csv::Error| Error::reading(error.into());
    let mut text = Vec::new();
    let mut csv = csv::Writer::from_writer(&mut text);
    csv.write_record(&header).map_err(failed)?;
    for row in rows {
        let cells = header.iter().map(|name| row.get(*name).map_or("", String::as_str));
        csv.write_record(cells).map_err(failed)?;
    }
    csv.flush().map_err(Error::reading)?;
    drop(csv);
    Ok(text)
}

fn refuse_many(what: &'static str, there_are: usize, most: usize) -> Result<(), Error> {
    match there_are > most {
        true => Err(Error::TooMany { what, most }),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_the_columns_of_all_of_them() {
        let row = |pairs: &[(&str, &str)]| {
            let pairs = pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            pairs.collect::<JsonRow>()
        };
        let rows = [
            row(&[("Name", "Ann, \"A\""), ("Email", "ann@acme.example")]),
            row(&[("Name", "Ben\nB"), ("Notes", "")]),
            row(&[]),
        ];
        let text = String::from_utf8(rows_as_csv(&rows).unwrap()).unwrap();
        let expected = "Email,Name,Notes\nann@acme.example,\"Ann, \"\"A\"\"\",\n,\"Ben\nB\",\n,,\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn rows_that_would_become_far_more_than_they_are_are_refused() {
        let refused = |rows: &[JsonRow]| match rows_as_csv(rows) {
            Err(Error::TooMany { what, .. }) => what,
            other => unreachable!("{other:?}"),
        };
        let wide: JsonRow = (0..4_097).map(|n| (n.to_string(), String::new())).collect();
        assert_eq!(refused(&[wide]), "columns");
        let mut rows = vec![JsonRow::new(); 9_000];
        rows.push((0..1_000).map(|n| (n.to_string(), String::new())).collect());
        assert_eq!(refused(&rows), "cells");
    }
}
