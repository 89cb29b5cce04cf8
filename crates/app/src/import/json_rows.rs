//! Rows that a program sends as JSON, as the file that they become: then they go the way of every other file.

use crate::error::Error;
use std::collections::BTreeMap;

/// One row: values by the names of their columns.
pub type JsonRow = BTreeMap<String, String>;

/// The rows as a CSV with a header row, which names every column that any of them has.
///
/// # Errors
/// [`Error::Read`] never in practice: memory takes what is written to it.
pub fn rows_as_csv(rows: &[JsonRow]) -> Result<Vec<u8>, Error> {
    let mut header: Vec<&str> = Vec::new();
    for name in rows.iter().flat_map(BTreeMap::keys) {
        if !header.contains(&name.as_str()) {
            header.push(name);
        }
    }
    let failed = |error: csv::Error| Error::reading(error.into());
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(&header).map_err(failed)?;
    for row in rows {
        let cells = header.iter().map(|name| row.get(*name).map_or("", String::as_str));
        writer.write_record(cells).map_err(failed)?;
    }
    writer.into_inner().map_err(|error| Error::reading(error.into_error()))
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
}
