//! A draft of an import's rejected rows, so that they can be corrected in the wizard and imported. The rows are read
//! with the settings of that import.

use crate::App;
use crate::access::Actor;
use crate::error::Error;
use crate::import::analysis::Reading;
use crate::import::draft::{ArrivingFile, DraftSettings};
use crate::import::rejected::{OWN_COLUMNS, is_own_column};
use crate::import::stored::{Plan, plan_of};
use model::{DateOrder, Region};
use std::io::{self, Write};
use store::ImportId;

impl App {
    /// Creates a draft of the rows that an import has rejected, at most `limit` bytes of them, with the import's
    /// mapping and options.
    ///
    /// # Errors
    /// [`Error::RejectedRowsUndone`] if the import was undone; the errors of receiving a file.
    pub fn draft_of_rejected(&self, actor: Actor, import: ImportId, limit: u64) -> Result<ImportId, Error> {
        let stored = self.stored(actor, import)?;
        let plan = plan_of(&stored)?;
        let mut file = self.receive_file(actor, limit)?;
        let mut arriving = Arriving {
            file: &mut file,
            refusal: None,
        };
        let written = self.rejected_rows(actor, import, &mut arriving);
        if let Some(refusal) = arriving.refusal {
            return Err(refusal);
        }
        written?;
        let draft = self.begin_draft_of(actor, &format!("Invalid rows of {}", stored.file_name), file)?;
        self.set_draft(actor, draft, settings_of(&plan))?;
        Ok(draft)
    }
}

/// Writes rows to an arriving file. If the file refuses them, its error is kept here, because an `io::Error` cannot
/// express it.
struct Arriving<'a> {
    file: &'a mut ArrivingFile,
    refusal: Option<Error>,
}

impl Write for Arriving<'_> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        match self.file.write(piece) {
            Ok(()) => Ok(piece.len()),
            Err(error) => {
                self.refusal = Some(error);
                Err(io::Error::other("the file was refused"))
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns the settings with which the rejected rows are read as in the import. What the import detected is chosen
/// explicitly, because detection from these rows alone could give another result.
fn settings_of(plan: &Plan) -> DraftSettings {
    let reading = &plan.reading;
    let region = reading.chosen_region.as_ref().or(reading.suggested_region.as_ref());
    let dated = reading.month_first || !reading.dates.is_empty();
    DraftSettings {
        delimiter: Some(reading.dialect.delimiter),
        region: region.and_then(|code| Region::from_code(code)),
        date_order: dated.then_some(match reading.month_first {
            true => DateOrder::MonthFirst,
            false => DateOrder::DayFirst,
        }),
        choices: choices_of(reading),
        options: plan.options,
        ..DraftSettings::default()
    }
}

/// Returns the choices that repeat the import's mapping. Columns that hold a label or a piece of a value are left out,
/// because they are detected again.
fn choices_of(reading: &Reading) -> Vec<(String, String)> {
    let columns = reading.mapping.columns();
    let is_chosen = |at: usize| {
        let tells_a_label = columns.iter().any(|column| column.label_from == Some(at));
        columns[at].piece.is_none() && columns[at].piece_of.is_none() && !tells_a_label
    };
    let original = (0..columns.len()).filter(|at| !is_own_column(&columns[*at].header));
    original
        .enumerate()
        .filter(|(_, at)| is_chosen(*at))
        .map(|(place, at)| {
            let slot = columns[at].slot.as_ref().map(ToString::to_string).unwrap_or_default();
            (format!("#{}", OWN_COLUMNS.len() + place + 1), slot)
        })
        .collect()
}
