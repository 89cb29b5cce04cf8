//! Opening a file: from bytes to records.
//!
//! Decides whether a file is a table at all (and refuses it otherwise), its encoding, its dialect and how it is split
//! into records. The meaning of the columns is decided in `mapping`; here a known column name is only evidence for a
//! header row.

mod batch;
mod charset;
mod decode;
mod dialect;
mod dialect_detection;
mod encoding;
mod foreign;
mod guess;
mod header;
mod letters;
mod records;
mod refusal;
mod refuse;
mod source;
mod split;
mod tables;
mod utf8;
mod width;

pub use batch::{Anomaly, Batch, Position, Record};
pub use charset::Charset;
pub use decode::decoded;
pub use dialect::Dialect;
pub use encoding::Found as EncodingFound;
pub use header::HeaderChoice;
pub use records::Records;
pub use refusal::{OpenError, Refusal};
pub use source::Source;

pub(crate) use encoding::detect as detect_encoding;
pub(crate) use header::is_data_like as is_data_like_cell;

use std::io::Read;

/// Settings chosen by the user, which replace detection.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// The encoding.
    pub charset: Option<Charset>,
    /// The delimiter.
    pub delimiter: Option<u8>,
    /// The header row.
    pub header: HeaderChoice,
    /// Whether this is a table written by [`crate::convert`]; then nothing about it is detected.
    pub converted: bool,
}

/// A file that was opened: how it is written, its header row and its first rows.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The encoding and how it was detected.
    pub encoding: EncodingFound,
    /// Delimiter, quotes and line ends.
    pub dialect: Dialect,
    /// The index of the header record, counted from 0 including blank lines; `None` if the file has no header row.
    pub header_row: Option<u64>,
    /// The names of the columns; `Column 1` and so on without a header.
    pub header: Vec<String>,
    /// The first data rows, for display and detection.
    pub sample: Vec<Vec<String>>,
}

/// How many bytes of decoded text are examined to detect the dialect.
const SAMPLE_BYTES: u64 = 512 * 1024;
/// How many records of the sample are examined.
const SAMPLE_RECORDS: usize = 500;

/// Detects how a file is written. Reads all of it once, for its encoding, with constant memory.
///
/// # Errors
/// When the file cannot be read or is not a table.
pub fn open(source: &dyn Source, overrides: &Overrides) -> Result<Opened, OpenError> {
    if overrides.converted {
        let encoding = encoding::of_converted();
        let sample = sample_of(source, &encoding)?;
        if sample.is_empty() {
            return Err(OpenError::Refused(Refusal::Empty));
        }
        return opened(&sample, encoding, Dialect::of_converted(), overrides);
    }
    refuse::by_first_bytes(&mut *source.open()?)?;
    let encoding = match overrides.charset {
        Some(charset) => encoding::chosen(charset, source)?,
        None => encoding::detect(source)?,
    };
    let sample = sample_of(source, &encoding)?;
    refuse::by_text(&sample)?;
    let mut dialect = dialect_detection::detect(&sample, is_whole(&sample), overrides.delimiter);
    dialect.other_encoding = encoding.other;
    opened(&sample, encoding, dialect, overrides)
}

/// The beginning of the decoded text.
fn sample_of(source: &dyn Source, encoding: &EncodingFound) -> Result<Vec<u8>, OpenError> {
    let mut sample = Vec::new();
    decoded(source, encoding)?.take(SAMPLE_BYTES).read_to_end(&mut sample)?;
    Ok(sample)
}

/// Whether the sample contains the whole file.
fn is_whole(sample: &[u8]) -> bool {
    (sample.len() as u64) < SAMPLE_BYTES
}

/// Finds the header row in a sample of known encoding and dialect.
fn opened(
    sample: &[u8],
    encoding: EncodingFound,
    mut dialect: Dialect,
    overrides: &Overrides,
) -> Result<Opened, OpenError> {
    let mut records = sample_records(sample, &dialect, is_whole(sample));
    width::drop_empty_ends(&mut records);
    dialect.spaced = blank_lines_between(&records);
    let mut found = header::chosen(&records, overrides.header);
    refuse::prose(&records, &found)?;
    let after_header = found.header_at.map_or(0, |at| at + 1);
    let sample: Vec<Vec<String>> = records[after_header..]
        .iter()
        .filter(|(_, r)| r.iter().any(|c| !c.trim().is_empty()))
        .map(|(_, r)| r.clone())
        .collect();
    width::limit(&mut found, &sample).map_err(OpenError::Refused)?;
    Ok(Opened {
        encoding,
        header_row: found.header_at.map(|at| records[at].0),
        header: found.names,
        sample,
        dialect,
    })
}

/// Whether blank lines precede more than a third of the rows.
fn blank_lines_between(records: &[(u64, Vec<String>)]) -> bool {
    let filled = |record: &[String]| record.iter().filter(|cell| !cell.trim().is_empty()).count();
    let mut rows = 0;
    let mut apart = 0;
    let mut before: Option<&(u64, Vec<String>)> = None;
    for record in records {
        if filled(&record.1) > 1 {
            rows += 1;
            let blank_line = before.is_some_and(|(index, _)| index + 1 < record.0);
            let blank_record = before.is_some_and(|(_, cells)| filled(cells) == 0);
            apart += usize::from(blank_line || blank_record);
        }
        before = Some(record);
    }
    rows > 3 && apart * 3 > rows
}

/// The non-blank records of the sample with their indexes (blank lines counted).
fn sample_records(sample: &[u8], dialect: &Dialect, whole_file: bool) -> Vec<(u64, Vec<String>)> {
    let mut reader = Records::new(sample, dialect.clone());
    let mut batch = Batch::default();
    // Reading from memory cannot fail.
    let _ = reader.fill(&mut batch, SAMPLE_RECORDS);
    let mut records: Vec<_> = batch
        .records()
        .map(|r| (r.index(), r.cells().map(str::to_owned).collect::<Vec<_>>()))
        .collect();
    if !whole_file && records.len() > 1 && records.len() < SAMPLE_RECORDS {
        records.pop();
    }
    records
}

#[cfg(test)]
#[path = "open_tests.rs"]
mod tests;
