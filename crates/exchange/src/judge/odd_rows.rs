//! Rows that are no contacts: notes and totals below the table, the header once more, records that could not be read.

use crate::mapping::BoundMapping;
use crate::open::{Anomaly, Record};
use crate::reason::{Code, Reason, shortened};
use model::fold;

/// Words that begin a line of totals, folded.
const TOTALS: &[&str] = &[
    "total",
    "totals",
    "grand total",
    "sum",
    "count",
    "summe",
    "gesamt",
    "gesamtsumme",
    "insgesamt",
    "somme",
    "suma",
    "totale",
    "totaal",
    "totalt",
    "soma",
    "итого",
    "всего",
    "合計",
    "合计",
    "总计",
    "합계",
];

/// Why the row is no contact; none for an ordinary row.
pub fn reason(record: Record<'_>, mapping: &BoundMapping) -> Option<Reason> {
    let line = record.line();
    let row = |code, message: &str, advice: &str| {
        let mut reason = Reason::of_row(code, line, message, advice);
        reason.value = shortened(record.get(0).unwrap_or_default());
        Some(reason)
    };
    match record.oddity() {
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
        None => {}
    }
    if is_repeated_header(record, mapping) {
        return row(
            Code::RepeatedHeader,
            "This row repeats the header row.",
            "it is no contact; nothing needs to be done",
        );
    }
    if record.is_lone() && mapping.columns().len() >= 3 {
        return row(
            Code::Footer,
            "This line looks like a note below the table.",
            "it is no contact; if it is one, fill the other columns",
        );
    }
    if is_total(record) {
        return row(
            Code::Footer,
            "This line looks like a total below the table.",
            "it is no contact; nothing needs to be done",
        );
    }
    None
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
        warning: false,
    })
}

fn is_repeated_header(record: Record<'_>, mapping: &BoundMapping) -> bool {
    let columns = mapping.columns();
    record.get(0).map(str::trim) == columns.first().map(|c| c.header.as_str())
        && columns.len() > 1
        && columns
            .iter()
            .zip(record.cells())
            .all(|(column, cell)| column.header == model::clean(cell))
        && record.len() + 1 >= columns.len()
}

fn is_total(record: Record<'_>) -> bool {
    let mut filled = record.cells().map(str::trim).filter(|c| !c.is_empty());
    let Some(first) = filled.next() else { return false };
    let mut rest = filled.peekable();
    rest.peek().is_some()
        && first.len() <= 40
        && rest.all(|c| {
            c.chars()
                .all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | ' ' | '%' | '-'))
        })
        && TOTALS.contains(&fold(first).as_str())
}
