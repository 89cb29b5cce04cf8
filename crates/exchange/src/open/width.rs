//! Limits the number of columns of a file.
//!
//! Decides the limit, and which columns do not count: empty ones at the end of the rows, which spreadsheets often
//! write.

use super::header::Header;
use super::refusal::Refusal;

/// The maximum number of columns with a name or a value. No contact list comes near it; every column costs memory and
/// space on a page.
const MOST_COLUMNS: usize = 4_096;

/// The maximum number of columns including empty ones between the others. No spreadsheet has more.
const WIDEST: usize = 16_384;

/// Removes trailing cells in columns that are empty in all records: they tell nothing about where the header row is.
pub fn drop_empty_ends(records: &mut [(u64, Vec<String>)]) {
    let ends = |record: &[String]| record.iter().rposition(|cell| !cell.trim().is_empty());
    let width = records.iter().filter_map(|(_, record)| ends(record)).max();
    let width = width.map_or(1, |last| last + 1);
    for (_, record) in records {
        record.truncate(width);
    }
}

/// Removes the empty columns at the end, and refuses a file with too many others.
pub fn limit(header: &mut Header, sample: &[Vec<String>]) -> Result<(), Refusal> {
    let filled = filled(header, sample);
    let width = filled.iter().rposition(|filled| *filled).map_or(0, |last| last + 1);
    let columns = filled.iter().filter(|filled| **filled).count();
    if columns > MOST_COLUMNS || width > WIDEST {
        return Err(Refusal::TooManyColumns {
            columns: if columns > MOST_COLUMNS { columns } else { width },
            most: if columns > MOST_COLUMNS { MOST_COLUMNS } else { WIDEST },
        });
    }
    header.names.truncate(width.max(1));
    Ok(())
}

/// Which columns have a name of their own or a value.
fn filled(header: &Header, sample: &[Vec<String>]) -> Vec<bool> {
    let has_names = header.header_at.is_some();
    let mut filled: Vec<bool> = header.names.iter().map(|name| has_names && !name.is_empty()).collect();
    for row in sample {
        for (filled, cell) in filled.iter_mut().zip(row) {
            *filled |= !cell.trim().is_empty();
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limited(names: &[String], sample: &[Vec<String>]) -> Result<usize, Refusal> {
        let mut header = Header {
            header_at: Some(0),
            names: names.to_vec(),
            recognised: true,
        };
        limit(&mut header, sample).map(|()| header.names.len())
    }

    fn names(filled: usize, empty: usize) -> Vec<String> {
        let named = (0..filled).map(|at| format!("c{at}"));
        named.chain((0..empty).map(|_| String::new())).collect()
    }

    #[test]
    fn empty_columns_at_the_end_are_free() {
        assert_eq!(limited(&names(3, 100_000), &[]), Ok(3));
        assert_eq!(limited(&names(0, 5), &[]), Ok(1));
        let mut row = names(0, 6);
        row[4] = "x".to_owned();
        assert_eq!(limited(&names(3, 100), &[row]), Ok(5), "a value makes a column");
    }

    #[test]
    fn cells_that_are_empty_in_all_records_go() {
        let record = |cells: &[&str]| (0, cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>());
        let mut records = vec![record(&["a", "", " ", ""]), record(&["", "b", "", ""]), record(&["x"])];
        drop_empty_ends(&mut records);
        assert_eq!(records, [record(&["a", ""]), record(&["", "b"]), record(&["x"])]);
    }

    #[test]
    fn too_many_columns_are_counted_in_the_refusal() {
        assert_eq!(limited(&names(MOST_COLUMNS, 10), &[]), Ok(MOST_COLUMNS));
        let said = limited(&names(MOST_COLUMNS + 1, 0), &[]).unwrap_err().to_string();
        assert!(said.contains("4097 columns") && said.contains("4096"), "{said}");
        let mut sparse = names(1, 100_000);
        sparse.push("last".to_owned());
        assert!(limited(&sparse, &[]).is_err(), "two columns far apart");
    }
}
