//! Recognises rows that are not contacts: notes and totals below the table, repetitions of the header row, records that
//! could not be read.

use super::notes;
use crate::mapping::BoundMapping;
use crate::open::{Anomaly, Record};
use crate::reason::{Code, Reason, shortened};

/// Returns why the row is not a contact; `None` for an ordinary row.
pub fn reason(record: Record<'_>, mapping: &BoundMapping) -> Option<Reason> {
    let line = record.line();
    let row = |code, message: &str, advice: &str| {
        let mut reason = Reason::of_row(code, line, message, advice);
        reason.value = shortened(record.get(0).unwrap_or_default());
        Some(reason)
    };
    match record.anomaly() {
        Some(Anomaly::BadBytes) => {
            return bad_bytes(record, mapping);
        }
        Some(Anomaly::UnclosedQuote) => {
            return row(
                Code::UnclosedQuote,
                "A value in this row opens a quotation mark that never closes.",
                "close the quotation mark, or remove it",
            );
        }
        Some(Anomaly::TooLong) => {
            return row(
                Code::RecordTooLong,
                "This row is longer than 16 MiB.",
                "check for a line break or a quotation mark that is missing",
            );
        }
        Some(Anomaly::OtherEncoding(_)) | None => {}
    }
    if is_repeated_header(record, mapping) {
        return row(
            Code::RepeatedHeader,
            "This row repeats the header row.",
            "it is not a contact; nothing needs to be done",
        );
    }
    if record.is_of_other_table() {
        return row(
            Code::SecondTable,
            "This row belongs to another table further down in the file, whose header row differs.",
            "put that table into a file of its own and import it",
        );
    }
    if record.is_lone() && mapping.columns().len() >= 3 {
        return row(
            Code::Footer,
            "This line looks like a note below the table or a title between its rows.",
            "it is not a contact; if it is one, fill the other columns",
        );
    }
    let what = notes::kind_of(record)?;
    let message = format!("This line looks like {what}.");
    row(
        Code::Footer,
        &message,
        "it is not a contact; if it is one, fill the other columns",
    )
}

/// Returns a warning about an ordinary row, if there is one.
pub fn warning(record: Record<'_>, mapping: &BoundMapping) -> Option<Reason> {
    let Some(Anomaly::OtherEncoding(other)) = record.anomaly() else {
        return None;
    };
    let (at, value) = record.cells().enumerate().find(|(_, cell)| !cell.is_ascii())?;
    let column = mapping.columns().get(at);
    Some(Reason {
        code: Code::Encoding,
        line: record.line(),
        column: column.map(|c| c.header.clone()).unwrap_or_default(),
        message: format!(
            "This row is not UTF-8 as the rest of the file; it was read as {}.",
            other.name()
        ),
        value: shortened(value),
        advice: "look whether its letters are right; if not, write the row again in UTF-8".to_owned(),
        suggestion: None,
        warning: true,
    })
}

fn bad_bytes(record: Record<'_>, mapping: &BoundMapping) -> Option<Reason> {
    let (at, value) = record.cells().enumerate().find(|(_, cell)| cell.contains('\u{fffd}'))?;
    let column = mapping.columns().get(at).map(|c| c.header.clone()).unwrap_or_default();
    Some(Reason {
        code: Code::Encoding,
        line: record.line(),
        message: format!(
            "\"{}\" holds bytes that are no text in the file's encoding.",
            shortened(value)
        ),
        value: shortened(value),
        column,
        advice: "write this row again in the encoding of the others, or choose the file's encoding".to_owned(),
        suggestion: None,
        warning: false,
    })
}

fn is_repeated_header(record: Record<'_>, mapping: &BoundMapping) -> bool {
    let columns = mapping.columns();
    let Some((first, header)) = record.get(0).zip(columns.first()) else {
        return false;
    };
    columns.len() > 1
        && record.len() + 1 >= columns.len()
        && is_name(first, &header.header)
        && columns
            .iter()
            .zip(record.cells())
            .all(|(column, cell)| is_name(cell, &column.header))
}

/// Whether a cell is the name of a column, in any case. A name that occurs twice may have been prefixed with its group.
fn is_name(cell: &str, header: &str) -> bool {
    let is_same_or_end = |cell: &str, header: &str| {
        header == cell || !cell.is_empty() && header.strip_suffix(cell).is_some_and(|group| group.ends_with(' '))
    };
    let cell = model::clean(cell);
    if !cell.is_ascii() || !header.is_ascii() {
        return is_same_or_end(&cell.to_lowercase(), &header.to_lowercase());
    }
    let ends_alike = || {
        let end = &header[header.len() - cell.len()..];
        end.eq_ignore_ascii_case(&cell)
    };
    cell.len() <= header.len()
        && ends_alike()
        && is_same_or_end(&cell.to_ascii_lowercase(), &header.to_ascii_lowercase())
}

#[cfg(test)]
#[path = "odd_rows_tests.rs"]
mod tests;
