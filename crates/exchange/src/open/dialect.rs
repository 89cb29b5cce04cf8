//! How a CSV file is written: delimiter, quotes, escapes, line ends, and values in another encoding than the rest; and that
//! of a converted table.

use super::charset::Charset;

/// How a CSV file is written.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Dialect {
    /// What stands between cells.
    pub delimiter: u8,
    /// What stands around cells that hold delimiters or line breaks.
    pub quote: u8,
    /// What stands before a quote inside a quoted cell, beside the doubling of quotes.
    pub escape: Option<u8>,
    /// Whether a CR without LF ends a record (classic Mac OS), instead of being part of a value.
    pub cr_ends_record: bool,
    /// Whether the file begins with a line such as `sep=;` for Excel.
    pub sep_line: bool,
    /// Whether records stand in quotes as a whole, so that they look like one cell.
    #[serde(default)]
    pub wrapped: bool,
    /// Whether blank lines stand between rows, so that they end nothing.
    #[serde(default)]
    pub spaced: bool,
    /// The encoding of values that are not UTF-8, in a file that is UTF-8 else.
    #[serde(default)]
    pub other_encoding: Option<Charset>,
    /// Whether each record begins with its line in the file that it was converted from ([`crate::convert`]). That number is
    /// no cell.
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
    /// That of a converted table: UTF-8, commas, double quotes, and the number of each row.
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
