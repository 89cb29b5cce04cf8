//! The dialect of a CSV file: delimiter, quotes, escapes, line ends, and values in another encoding than the rest; also
//! the dialect of a converted table.

use super::charset::Charset;

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Dialect {
    /// Separates cells.
    pub delimiter: u8,
    /// Encloses cells that contain delimiters or line breaks.
    pub quote: u8,
    /// Precedes a quote inside a quoted cell, as an alternative to doubling it.
    pub escape: Option<u8>,
    /// Whether a CR without LF ends a record (classic Mac OS), instead of being part of a value.
    pub cr_ends_record: bool,
    /// Whether the file begins with a line such as `sep=;` for Excel.
    pub sep_line: bool,
    /// Whether whole records are enclosed in quotes, so that each looks like one cell.
    #[serde(default)]
    pub wrapped: bool,
    /// Whether blank lines separate the rows, so that a blank line does not end the table.
    #[serde(default)]
    pub spaced: bool,
    /// The encoding of the values that are not UTF-8 in a file that is otherwise UTF-8.
    #[serde(default)]
    pub other_encoding: Option<Charset>,
    /// Whether each record begins with its line number in the file that it was converted from ([`crate::convert`]).
    /// This number is not a cell.
    #[serde(default)]
    pub numbered: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            delimiter: b',',
            quote: b'"',
            escape: None,
            cr_ends_record: false,
            sep_line: false,
            wrapped: false,
            spaced: false,
            other_encoding: None,
            numbered: false,
        }
    }
}

impl Dialect {
    /// The dialect of a converted table: UTF-8, commas, double quotes, and a line number at the start of each row.
    pub fn of_converted() -> Self {
        Self {
            numbered: true,
            ..Self::default()
        }
    }

    /// The delimiter as text.
    pub fn delimiter_text(&self) -> String {
        char::from(self.delimiter).to_string()
    }
}
