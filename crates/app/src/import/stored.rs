//! What the database keeps of an import: its plan, how far it is, and until when.

use crate::error::Error;
use crate::import::analysis::Reading;
use crate::import::counts::Counts;
use crate::import::draft;
use crate::import::outcome::Decisions;
use crate::import::warnings::Warnings;
use crate::import_options::ImportOptions;
use exchange::fixes::Fixes;
use serde::Deserialize;
use serde::Serialize;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use store::ImportId;
use store::Tx;
use store::Workspace;
use store::imports;
use store::imports::Import;
use store::imports::ImportState;

/// How long the file and the rows of a finished import are kept, and a draft that nobody touches, in microseconds: 30 days.
pub(crate) const KEPT_FOR: i64 = 30 * 24 * 60 * 60 * 1_000_000;

/// What is stored of an import, so that it can go on.
#[derive(Serialize, Deserialize)]
pub(crate) struct Plan {
    pub reading: Reading,
    pub options: ImportOptions,
    pub upload: String,
    /// How many bytes it has: those of the table, if the file was converted.
    #[serde(default)]
    pub upload_bytes: u64,
    pub rejected: Option<PathBuf>,
    /// What was corrected by hand.
    #[serde(default)]
    pub fixes: Fixes,
    /// What was decided for single rows.
    #[serde(default)]
    pub decisions: Decisions,
    /// Rows by outcome as the preview said.
    #[serde(default)]
    pub expected: Option<Counts>,
    /// Whether file and rows are kept for a while, so that the result can be looked at row by row.
    #[serde(default)]
    pub keeps_rows: bool,
}

/// Why an import came to an end before the file did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// It did not: every row has its outcome.
    No,
    /// Somebody asked it to stop; it can be resumed.
    OnRequest,
    /// Somebody cancelled the import; what is written stays until it is undone.
    Cancelled,
}

/// The files that an import still needs.
pub(crate) struct NeededUploads {
    pub names: Vec<String>,
    /// Bytes of all of them.
    pub bytes: u64,
}

/// The files that an import still needs: to be prepared, to be resumed, or to show what became of its rows.
pub(crate) fn needed_uploads(import: &Import, kept_since: i64) -> Option<NeededUploads> {
    if import.state == ImportState::Draft {
        let plan = draft::plan_if_readable(import)?;
        return Some(NeededUploads {
            // The original is as large as the import says; a table is kept beside it or alone.
            bytes: match (&plan.source, &plan.original) {
                (None, _) => import.file_size,
                (Some(_), None) => plan.upload_bytes,
                (Some(_), Some(_)) => plan.upload_bytes + import.file_size,
            },
            names: std::iter::once(plan.upload).chain(plan.original).collect(),
        });
    }
    let plan = plan_of(import).ok()?;
    let is_shown = plan.keeps_rows
        && matches!(import.state, ImportState::Done | ImportState::Cancelled)
        && import.updated_at >= kept_since;
    (is_shown || is_unfinished(import.state)).then(|| NeededUploads {
        bytes: plan.bytes_of(import),
        names: vec![plan.upload],
    })
}

impl Plan {
    /// How many bytes the file has that its import reads.
    pub fn bytes_of(&self, import: &Import) -> u64 {
        match self.upload_bytes {
            // Written before files were converted.
            0 => import.file_size,
            bytes => bytes,
        }
    }
}

/// Refuses an import that was not started.
pub(crate) fn refuse_draft(stored: &Import) -> Result<(), Error> {
    match stored.state {
        ImportState::Draft => Err(Error::StillADraft(stored.id)),
        _ => Ok(()),
    }
}

/// The plan of an import.
pub(crate) fn plan_of(stored: &Import) -> Result<Plan, Error> {
    serde_json::from_str(&stored.plan).map_err(|_| Error::UnreadablePlan(stored.id))
}

/// How far an import has come.
pub(crate) fn reached_of(stored: &Import) -> Result<Reached, Error> {
    serde_json::from_str(&stored.counts).map_err(|_| Error::UnreadablePlan(stored.id))
}

/// How far a running import is, for showing.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Rows that have their outcome.
    pub counts: Counts,
    /// Bytes read of the file.
    pub bytes: u64,
    /// Bytes of the file.
    pub of_bytes: u64,
}

/// What a run tells while it runs.
pub struct Watch<'a> {
    /// Called after every chunk.
    pub progress: &'a mut dyn FnMut(Progress),
    /// Set to stop after the batch in hand.
    pub stop: &'a AtomicBool,
}

/// How far an import has come.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Reached {
    pub counts: Counts,
    /// What was odd about rows that were not rejected.
    #[serde(default)]
    pub warnings: Warnings,
    /// The record to go on with, blank lines counted.
    pub next_record: u64,
    pub(crate) batches: u64,
    /// What its undo has done so far, once it was begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<UndoProgress>,
}

/// What an undo has done so far. It is kept with the import, so that its result is known to every process that asks.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct UndoProgress {
    pub removed: u64,
    pub restored: u64,
    pub kept: u64,
    /// The ids of the first contacts that are kept; their names may be gone one day.
    pub first_kept: Vec<String>,
}

/// Whether somebody runs an import in this state, or should.
pub(crate) fn is_unfinished(state: ImportState) -> bool {
    matches!(
        state,
        ImportState::Running | ImportState::Cancelling | ImportState::Undoing
    )
}

/// Whether somebody has asked the import to stop, in any process.
pub(crate) fn is_cancelling(tx: &mut Tx<'_>, workspace: Workspace, import: ImportId) -> Result<bool, store::Error> {
    let stored = imports::get(tx, workspace, import)?;
    Ok(stored.is_some_and(|import| import.state == ImportState::Cancelling))
}
