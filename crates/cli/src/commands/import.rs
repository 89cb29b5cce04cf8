//! `crystalqore import`: imports contacts from a file.

use crate::args::{ImportArgs, PlaceArgs};
use crate::exit::{Failure, GOOD, OTHER, REJECTED_ROWS};
use crate::input::Input;
use crate::installation::open_as;
use crate::mapping_file::opening;
use crate::progress::watched;
use crate::show;
use app::{Column, Counts, ImportRequest, ImportSummary, Notable, RejectedFile, Stopped, TableSource, Warnings};
use serde::Serialize;
use std::io::{self, Write};

/// Imports a file, or with `--dry-run` reports what would happen.
pub fn run(place: &PlaceArgs, args: &ImportArgs) -> Result<u8, Failure> {
    let input = Input::open(&args.file)?;
    let opening = opening(&args.opening)?;
    let (app, actor) = open_as(place, &args.acting)?;
    let request = ImportRequest {
        path: input.path(),
        file_name: &input.name(),
        opening,
        options: args.options(app.import_defaults(actor)?),
        rejected: args.rejected.as_deref(),
    };
    let summary = watched(|watch| {
        if args.dry_run {
            app.preview(actor, &request, watch)
        } else {
            app.import(actor, &request, watch)
        }
    })?;
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut out, &JsonSummary::new(&summary)).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        tell_people(&mut out, &summary, &input.name())?;
    }
    Ok(exit_code(&summary))
}

/// The exit code for the result of a run or a preview.
pub fn exit_code(summary: &ImportSummary) -> u8 {
    match (summary.stopped, summary.import, summary.counts.invalid) {
        (Stopped::OnRequest | Stopped::Cancelled, ..) => OTHER,
        (_, Some(_), 1..) => REJECTED_ROWS,
        _ => GOOD,
    }
}

/// The output of `--json`; the fields that programs look for first come first.
#[derive(Serialize)]
pub struct JsonSummary<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    import: Option<String>,
    counts: &'a Counts,
    /// Whether every row has its outcome.
    finished: bool,
    /// The file of rejected rows, if one was requested and could be written.
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected: Option<String>,
    /// Why the file could not be written.
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected_unwritten: Option<&'a str>,
    #[serde(skip_serializing_if = "<[Column]>::is_empty")]
    columns: &'a [Column],
    look_at: Vec<Notable>,
    /// The warnings of imported rows, by kind.
    warnings: &'a Warnings,
    /// Where the table comes from, if the file is not CSV.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a TableSource>,
}

impl<'a> JsonSummary<'a> {
    /// Converts a summary.
    pub fn new(summary: &'a ImportSummary) -> Self {
        let (rejected, rejected_unwritten) = match &summary.rejected {
            Some(RejectedFile::Written(path)) => (Some(path.display().to_string()), None),
            Some(RejectedFile::Unwritten { why, .. }) => (None, Some(why.as_str())),
            None => (None, None),
        };
        Self {
            import: summary.import.map(|import| import.to_string()),
            counts: &summary.counts,
            finished: summary.stopped == Stopped::No,
            rejected,
            rejected_unwritten,
            columns: &summary.columns,
            look_at: summary.notable.iter().map(worded).collect(),
            warnings: &summary.warnings,
            source: summary.source.as_ref(),
        }
    }
}

/// Returns the row with the advice for users of the command line.
fn worded(row: &Notable) -> Notable {
    Notable {
        reasons: row.reasons.iter().map(show::worded).collect(),
        ..row.clone()
    }
}

/// Reports the result of a run or a preview as text.
pub fn tell_people(out: &mut dyn Write, summary: &ImportSummary, file: &str) -> Result<(), Failure> {
    match (summary.import, summary.stopped) {
        (None, Stopped::No) => writeln!(out, "What importing {file} would do (nothing was changed):")?,
        (None, Stopped::OnRequest) => writeln!(
            out,
            "Stopped looking at {file}. So far it would do (nothing was changed):"
        )?,
        (import, Stopped::Cancelled) => {
            writeln!(out, "Importing {file} was cancelled. What is done so far stays.")?;
            if let Some(import) = import {
                writeln!(out, "To undo it: crystalqore undo {import}")?;
            }
        }
        (Some(import), Stopped::No) => writeln!(out, "Imported {file} (import {import}):")?,
        (Some(import), Stopped::OnRequest) => {
            writeln!(
                out,
                "Stopped importing {file}. What is done so far stays. Go on with: crystalqore resume {import}"
            )?;
        }
    }
    show::counts(out, &summary.counts, summary.import.is_none())?;
    if let Some(source) = &summary.source {
        writeln!(out, "\nRead from: {}", show::source(source))?;
    }
    show::losses(out, summary.source.as_ref())?;
    if let Some(numbers) = summary.numbers_of.as_ref().filter(|n| n.assumed) {
        writeln!(
            out,
            "\nNumbers without country code were read as those of {} (--region says otherwise).",
            numbers.region
        )?;
    }
    let left_out: Vec<&str> = summary
        .columns
        .iter()
        .filter(|c| c.field().is_none() && !c.is_kept() && !c.header.is_empty())
        .map(|c| c.header.as_str())
        .collect();
    if !left_out.is_empty() {
        let (some, rest) = left_out.split_at(left_out.len().min(12));
        let more = if rest.is_empty() {
            String::new()
        } else {
            format!(" and {} more", rest.len())
        };
        writeln!(
            out,
            "\nColumns left out: {}{more} (--unmapped custom keeps them; inspect says why)",
            some.join(", ")
        )?;
    }
    show::warnings(out, &summary.warnings)?;
    show::notable(out, &summary.notable)?;
    tell_rejected(out, summary)?;
    if let (Some(import), Stopped::No, 1..) = (
        summary.import,
        summary.stopped,
        summary.counts.new + summary.counts.update,
    ) {
        writeln!(out, "\nTo undo it: crystalqore undo {import}")?;
    }
    Ok(())
}

/// Reports where the rows are that can be corrected.
fn tell_rejected(out: &mut dyn Write, summary: &ImportSummary) -> io::Result<()> {
    let (Some(import), 1..) = (summary.import, summary.counts.to_correct()) else {
        return Ok(());
    };
    match &summary.rejected {
        Some(RejectedFile::Written(path)) => writeln!(
            out,
            "\nThe rows that were not imported are in {}; correct them there and import that file.",
            path.display()
        ),
        Some(RejectedFile::Unwritten { path, why }) => writeln!(
            out,
            "\nThe rows that were not imported could not be written to {}: {why}.\n\
             They are kept; to get them: crystalqore rejected {import} -o FILE",
            path.display()
        ),
        None => writeln!(
            out,
            "\nTo correct the rows that were not imported, and import them: crystalqore rejected {import} -o FILE"
        ),
    }
}
