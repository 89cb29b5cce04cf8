//! Finds the header row, which may follow a preamble or be absent.

use crate::escapes::unescaped;
use crate::formula_guard::unguarded;
use crate::mapping::is_known_name;
use crate::native::is_own_header;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Which record is the header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeaderChoice {
    /// The record that looks like a header, if there is one.
    #[default]
    Auto,
    /// No header: all records are rows.
    None,
    /// The record with this index, counted from 0 including blank lines. No header if the beginning of the file has no
    /// such record.
    Row(u64),
}

/// The header row and the names of the columns.
pub struct Header {
    /// Its position among the examined records; `None` if there is no header row.
    pub header_at: Option<usize>,
    /// The columns' names.
    pub names: Vec<String>,
    /// Whether it contains a known column name.
    pub recognised: bool,
}

/// How many records at the start are searched for a header row with known column names.
const MOST_PREAMBLE: usize = 25;

/// Returns the header row chosen by the user.
pub fn chosen(records: &[(u64, Vec<String>)], choice: HeaderChoice) -> Header {
    let width = usual_width(records);
    let at = match choice {
        HeaderChoice::Auto => return find(records),
        HeaderChoice::None => None,
        HeaderChoice::Row(row) => records.iter().position(|(index, _)| *index == row),
    };
    Header {
        header_at: at,
        names: at.map_or_else(|| numbered(width), |at| names_of(&records[at].1, width)),
        recognised: true,
    }
}

/// The names of the columns of a file without header: `Column 1` and so on.
fn numbered(width: usize) -> Vec<String> {
    (1..=width.max(1)).map(|n| format!("Column {n}")).collect()
}

/// Finds the header row among the first records.
fn find(records: &[(u64, Vec<String>)]) -> Header {
    let width = usual_width(records);
    let full = usual_filled(records);
    let first = &records[..records.len().min(MOST_PREAMBLE)];
    let found = |at: usize, recognised| Header {
        header_at: Some(at),
        names: names_below(records, at, width),
        recognised,
    };
    let holds_names =
        |record: &[String]| !record.iter().any(|cell| is_data_like(cell)) && filled(record) >= width.min(2);
    // Our own header row is recognised with certainty, even if a custom field is called `4711-0815`.
    let own = first.iter().position(|(_, record)| is_own_header(record));
    let known_for = |least: &dyn Fn(usize, usize) -> bool| {
        let mut rows = first.iter();
        rows.position(|(_, record)| holds_names(record) && least(known(record), filled(record)))
    };
    let by_names = || {
        known_for(&|known, filled| known * 10 >= filled * 4 && (known >= 2 || filled * 2 >= full))
            .or_else(|| known_for(&|known, filled| known >= 2 && filled * 2 >= full))
            .or_else(|| known_for(&|known, _| known >= 2))
    };
    if let Some(at) = own.or_else(|| by_names().map(|at| below_groups(first, at))) {
        return found(at, true);
    }
    // No known word: the first full record is a header if it looks like names and its cells are not repeated below.
    let first_full = records
        .iter()
        .position(|(_, record)| filled(record) * 2 >= full && record.len() >= width.min(2));
    match first_full {
        Some(at) if looks_like_names(&records[at].1, &records[at + 1..]) => found(at, false),
        _ => Header {
            header_at: None,
            names: numbered(width),
            recognised: false,
        },
    }
}

fn known(record: &[String]) -> usize {
    record.iter().filter(|cell| is_known_name(cell)).count()
}

/// Returns the position of the real header row if the row found only groups the columns: then the next row has more
/// names.
fn below_groups(records: &[(u64, Vec<String>)], at: usize) -> usize {
    let Some((_, below)) = records.get(at + 1) else {
        return at;
    };
    let groups = &records[at].1;
    let has_more = filled(below) > filled(groups) && known(below) > known(groups) && known(below) >= 2;
    match has_more && !below.iter().any(|cell| is_data_like(cell)) {
        true => at + 1,
        false => at,
    }
}

/// The names of the columns. A repeated name is prefixed with the name of the group above it, if the row above has
/// groups.
fn names_below(records: &[(u64, Vec<String>)], at: usize, width: usize) -> Vec<String> {
    let names = names_of(&records[at].1, width);
    let Some((_, above)) = at.checked_sub(1).and_then(|above| records.get(above)) else {
        return names;
    };
    let groups = filled(above);
    if groups < 2 || groups >= filled(&records[at].1) || above.iter().any(|cell| is_data_like(cell)) {
        return names;
    }
    let mut times: HashMap<String, usize> = HashMap::new();
    for name in &names {
        *times.entry(name.to_lowercase()).or_default() += 1;
    }
    let mut group = String::new();
    let in_groups = names.into_iter().enumerate().map(|(column, name)| {
        let above = above.get(column).map(|cell| model::clean(cell)).unwrap_or_default();
        if !above.is_empty() {
            group = above.to_string();
        }
        let again = !name.is_empty() && times.get(&name.to_lowercase()).is_some_and(|times| *times > 1);
        match again && !group.is_empty() {
            true => format!("{group} {name}"),
            false => name,
        }
    });
    in_groups.collect()
}

fn filled(record: &[String]) -> usize {
    record.iter().filter(|c| !c.trim().is_empty()).count()
}

/// The most common number of cells, preferring numbers above one; of equally common ones the largest.
fn usual_width(records: &[(u64, Vec<String>)]) -> usize {
    let mut widths: Vec<usize> = records.iter().map(|(_, r)| r.len()).collect();
    widths.sort_unstable();
    widths
        .chunk_by(|a, b| a == b)
        .map(|w| (w[0] > 1, w.len(), w[0]))
        .max()
        .map_or(1, |(_, _, width)| width)
}

/// The median number of filled cells in a record.
fn usual_filled(records: &[(u64, Vec<String>)]) -> usize {
    let mut counts: Vec<usize> = records
        .iter()
        .map(|(_, record)| filled(record))
        .filter(|n| *n > 0)
        .collect();
    counts.sort_unstable();
    counts.get(counts.len() / 2).copied().unwrap_or(1)
}

fn looks_like_names(record: &[String], below: &[(u64, Vec<String>)]) -> bool {
    let mut cells: Vec<&str> = record.iter().map(|c| c.trim()).filter(|c| !c.is_empty()).collect();
    let count = cells.len();
    cells.sort_unstable();
    cells.dedup();
    let repeated_below = below.iter().any(|(_, r)| {
        r.iter()
            .zip(record)
            .any(|(a, b)| !a.trim().is_empty() && a.trim() == b.trim())
    });
    cells.len() == count
        && count * 10 >= record.len() * 7
        && !repeated_below
        && cells
            .iter()
            .all(|c| c.chars().count() <= 60 && c.chars().any(char::is_alphabetic) && !is_data_like(c))
}

/// Whether a cell is a value rather than a name: an email address, a number, a date, a web page.
pub fn is_data_like(cell: &str) -> bool {
    let cell = cell.trim();
    let at = cell
        .find('@')
        .is_some_and(|i| i > 0 && cell[i..].contains('.') && !cell.contains(' '));
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    let letters = cell.chars().filter(|c| c.is_alphabetic()).count();
    at || (digits >= 5 && digits > letters) || cell.starts_with("http://") || cell.starts_with("https://")
}

fn names_of(record: &[String], width: usize) -> Vec<String> {
    let mut names: Vec<String> = record
        .iter()
        .map(|c| unescaped(unguarded(&model::clean(c))).into_owned())
        .collect();
    // Unnamed cells at the end that no row fills are superfluous commas.
    while names.len() > width.max(1) && names.last().is_some_and(String::is_empty) {
        names.pop();
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header_at(text: &str) -> Option<usize> {
        let records: Vec<_> = text
            .lines()
            .enumerate()
            .map(|(i, l)| (i as u64, l.split(',').map(str::to_owned).collect()))
            .collect();
        find(&records).header_at
    }

    #[test]
    fn the_header_stands_below_a_preamble() {
        assert_eq!(header_at("Table 1\nName,Email,Phone\nAnn,a@x.org,1\n"), Some(1));
        assert_eq!(
            header_at("Customer list\nPrinted 2024-02-03\nfirst_name,email\nAnn,a@x.org\n"),
            Some(2)
        );
        assert_eq!(
            header_at("# exported\n# do not edit\nfirst_name,email\nAnn,a@x.org\n"),
            Some(2)
        );
    }

    #[test]
    fn empty_cells_around_the_names_do_not_hide_the_header() {
        let trailing = ",".repeat(40);
        for (text, at) in [
            (format!("Name,Email,Phone{trailing}\nAna,a@x.org,1{trailing}x\n"), 0),
            (
                format!("{trailing}Name,Email,Phone\n{trailing}Ana,a@x.org,1\nx{trailing}\n"),
                0,
            ),
            (format!("Name,Email\nAna,a@x.org{trailing}\nBo,b@x.org{trailing}x\n"), 0),
            (
                "Name,,,,Email,,,,Phone\nAna,,,,a@x.org,,,,1\nBo,x,y,z,b@x.org,x,y,z,2\n".to_owned(),
                0,
            ),
            (
                format!("List{trailing}\n{trailing}\nName,Email{trailing}\nAna,a@x.org{trailing}x\n"),
                2,
            ),
        ] {
            assert_eq!(header_at(&text), Some(at), "{text}");
        }
    }

    #[test]
    fn the_header_stands_below_a_row_of_groups() {
        let found = |text: &str| {
            let records: Vec<_> = text
                .lines()
                .enumerate()
                .map(|(i, l)| (i as u64, l.split(',').map(str::to_owned).collect()))
                .collect();
            let found = find(&records);
            (found.header_at, found.names.join("|"))
        };
        assert_eq!(
            found("Person,,Contact,,Address\nFirst Name,Last Name,Email,Phone,City\nAna,Marsh,a@x.org,1,Bern\n"),
            (Some(1), "First Name|Last Name|Email|Phone|City".to_owned())
        );
        assert_eq!(
            found("Name,,Home,,Work,\nFirst,Last,Phone,City,Phone,City\nAna,Marsh,1,Bern,2,Basel\n"),
            (
                Some(1),
                "First|Last|Home Phone|Home City|Work Phone|Work City".to_owned()
            )
        );
        assert_eq!(
            found("Name,Email,City\nTitle,Company,Phone\nAna,a@x.org,Bern\n").0,
            Some(0),
            "a row as full as the header is none of groups"
        );
    }

    #[test]
    fn a_guarded_name_is_read_without_its_guard() {
        let records = [(0, vec!["first_name".to_owned(), "email".to_owned(), "'=A1".to_owned()])];
        assert_eq!(find(&records).names, ["first_name", "email", "=A1"]);
    }

    #[test]
    fn our_own_header_is_known_whatever_its_fields_are_called() {
        assert_eq!(
            header_at("CrystalQore ID,CrystalQore Version,Custom: 4711081512345678\nx,y,z\n"),
            Some(0)
        );
    }

    #[test]
    fn a_file_may_have_none() {
        assert_eq!(
            header_at("Odalys,Brunt,odalys@example.com\nKofi,Annerl,kofi@example.org\n"),
            None
        );
    }

    #[test]
    fn unknown_words_can_be_a_header() {
        assert_eq!(header_at("foo,bar,baz\nx1,y1,z1\nx2,y2,z2\n"), Some(0));
    }
}
