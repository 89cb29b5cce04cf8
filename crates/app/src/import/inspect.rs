//! Inspection of a file without a database: how it is written, what each column becomes, which rows are valid, and
//! which rows may be the same person although they share no email or phone.

use crate::access::Actor;
use crate::clock::System;
use crate::error::Error;
use crate::import::analysis::{Opening, PhoneRegion, look, open_file};
use crate::import::conversion::readable;
use crate::import::counts::Counts;
use crate::import::outcome::{Outcome, RowResult};
use crate::import::pipeline::{Chunk, ParsedRow};
use crate::import::recent_rows::{ComparedRow, RecentRows};
use crate::import::run::Run;
use crate::import::uploads::Counted;
use crate::import::warnings::Warnings;
use crate::import_options::ImportOptions;
use crate::workspace::custom_fields::WorkspaceRules;
use exchange::convert::TableSource;
use exchange::mapping::Column;
use exchange::open::{Batch, Opened, Records, decoded};
use exchange::reason::Reason;
use model::Contact;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The findings about a file.
#[derive(Debug)]
pub struct Inspected {
    /// How the file is written.
    pub opened: Opened,
    /// Where the table comes from, if the file is not a CSV itself.
    pub source: Option<TableSource>,
    /// The id of the known layout, if one was recognised.
    pub layout: Option<String>,
    /// What each column became.
    pub columns: Vec<Column>,
    /// The country of numbers without country code.
    pub numbers_of: Option<PhoneRegion>,
    /// Rows by outcome, as an import into an empty directory would count them.
    pub counts: Counts,
    /// Warnings about rows that are not invalid.
    pub warnings: Warnings,
}

/// The judgement of one row.
#[derive(Debug)]
pub struct InspectedRow<'a> {
    /// The line on which the row begins.
    pub line: u64,
    /// `valid`, `invalid` or `duplicate`.
    pub status: &'static str,
    /// The problems and warnings of the row.
    pub reasons: Vec<&'a Reason>,
    /// The contact that the row describes.
    pub contact: &'a Contact,
}

/// Inspects a file and calls `row` for every row. The first `shown` rows (all rows if `shown` is `None`) have their
/// contacts and are compared with the rows before them. Later rows have an empty contact and no warning of a possible
/// duplicate, because the comparison takes as long as everything else together.
///
/// # Errors
/// When the file cannot be read or the choices do not fit it.
pub fn inspect(
    path: &Path,
    opening: &Opening,
    system: &dyn System,
    shown: Option<u64>,
    row: &mut dyn FnMut(InspectedRow<'_>) -> Result<(), Error>,
) -> Result<Inspected, Error> {
    let file = readable(path, opening.sheet.as_deref())?;
    let opening = &opening.clone().of_table(file.source);
    let source = Counted::new(&file.path);
    let look = look(&source, opening, &WorkspaceRules::default())?;
    let options = ImportOptions::default();
    let is_shown = Arc::new(AtomicBool::new(shown != Some(0)));
    let mut run = Run::preview(system, Actor::OUTSIDER, options, &look.reading, &source)
        .showing_contacts(shown, Arc::clone(&is_shown));
    let nothing = Contact::default();
    let mut recent = RecentRows::default();
    let mut left = shown.unwrap_or(u64::MAX);
    let mut seen = |chunk: &mut Chunk, at: usize, result: &RowResult| {
        let seen = &mut chunk.rows[at];
        let is_compared = left > 0 && matches!(result.outcome, Outcome::New { .. });
        left = left.saturating_sub(1);
        is_shown.store(left > 0, Ordering::Relaxed);
        let like = is_compared
            .then(|| compared_row(seen))
            .flatten()
            .and_then(|row| recent.meet(seen.line, row));
        row(InspectedRow {
            line: seen.line,
            status: status(&result.outcome),
            reasons: seen.reasons.iter().chain(&result.reason).chain(&like).collect(),
            contact: seen.contact.as_deref().unwrap_or(&nothing),
        })
    };
    run.preview_rows(None, None, &mut seen)?;
    let counts = run.counts();
    let warnings = run.warnings().clone();
    let numbers_of = look.reading.numbers_of();
    Ok(Inspected {
        opened: look.opened,
        source: look.reading.source,
        layout: look.layout,
        columns: look.columns,
        numbers_of,
        counts,
        warnings,
    })
}

/// Returns the values by which a row is compared. The judges count blank records as rows, so they may not have prepared
/// them for the last of the rows to show; then they are taken from the contact.
fn compared_row(row: &mut ParsedRow) -> Option<ComparedRow> {
    let contact = row.contact.as_deref();
    row.compared.take().or_else(|| contact.map(ComparedRow::new))
}

fn status(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Invalid => "invalid",
        Outcome::Duplicate { .. } | Outcome::Ambiguous { .. } => "duplicate",
        _ => "valid",
    }
}

/// Receives a file's records unchanged.
pub trait RawSink {
    /// Receives the header row, once, before the records; `None` if the file has none.
    ///
    /// # Errors
    /// When the header cannot be passed on.
    fn header(&mut self, header: Option<&[String]>) -> Result<(), Error>;

    /// Receives one record.
    ///
    /// # Errors
    /// When the record cannot be passed on.
    fn record(&mut self, cells: &[&str]) -> Result<(), Error>;
}

/// Reads a file's records unchanged, without preamble and header.
///
/// # Errors
/// When the file cannot be read.
pub fn inspect_raw(path: &Path, opening: &Opening, sink: &mut dyn RawSink) -> Result<(), Error> {
    let file = readable(path, opening.sheet.as_deref())?;
    let source = file.path.clone();
    let opened = open_file(&source, &opening.clone().of_table(file.source))?;
    sink.header(opened.header_row.map(|_| opened.header.as_slice()))?;
    let mut records = Records::new(
        decoded(&source, &opened.encoding).map_err(Error::Read)?,
        opened.dialect.clone(),
    );
    let mut batch = Batch::default();
    while records.fill(&mut batch, 1000).map_err(Error::Read)? {
        for record in batch
            .records()
            .filter(|r| opened.header_row.is_none_or(|at| r.index() > at))
        {
            sink.record(&record.cells().collect::<Vec<_>>())?;
        }
    }
    Ok(())
}
