//! The stored data of an import: its plan, its progress, and how long its files are kept.

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

/// How long the file and the rows of a finished import and an unchanged draft are kept, in microseconds: 30 days.
pub(crate) const KEPT_FOR: i64 = 30 * 24 * 60 * 60 * 1_000_000;

/// The stored plan of an import, by which it can be resumed.
#[derive(Serialize, Deserialize)]
pub(crate) struct Plan {
    pub reading: Reading,
    pub options: ImportOptions,
    pub upload: String,
    /// The size of the upload in bytes. If the file was converted, this is the size of the table.
    #[serde(default)]
    pub upload_bytes: u64,
    pub rejected: Option<PathBuf>,
    /// The member's corrections.
    #[serde(default)]
    pub fixes: Fixes,
    /// The member's decisions about single rows.
    #[serde(default)]
    pub decisions: Decisions,
    /// Rows by outcome in the preview.
    #[serde(default)]
    pub expected: Option<Counts>,
    /// Whether the file and the outcomes of its rows are kept for 30 days, so that the result can be viewed row by row.
    #[serde(default)]
    pub keeps_rows: bool,
}

/// Whether and why a run ended before the end of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// The run reached the end of the file: every row has its outcome.
    No,
    /// The run was requested to stop. It can be resumed.
    OnRequest,
    /// The import was cancelled. Written contacts stay until it is undone.
    Cancelled,
}

/// The files that an import still needs.
pub(crate) struct NeededUploads {
    pub names: Vec<String>,
    /// The size of all files in bytes.
    pub bytes: u64,
}

/// Returns the files that an import still needs: to be prepared, to be resumed, or to show the outcomes of its rows.
/// `None` if it needs none.
pub(crate) fn needed_uploads(import: &Import, kept_since: i64) -> Option<NeededUploads> {
    if import.state == ImportState::Draft {
        let plan = draft::plan_if_readable(import)?;
        return Some(NeededUploads {
            // `file_size` is the size of the original. A table is stored alone or, if the original has other sheets,
            // with it.
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
    /// Returns the size in bytes of the file that the import reads.
    pub fn bytes_of(&self, import: &Import) -> u64 {
        match self.upload_bytes {
            // The plan was stored by a version that did not convert files.
            0 => import.file_size,
            bytes => bytes,
        }
    }
}

/// Refuses an import that is still a draft.
pub(crate) fn refuse_draft(stored: &Import) -> Result<(), Error> {
    match stored.state {
        ImportState::Draft => Err(Error::StillADraft(stored.id)),
        _ => Ok(()),
    }
}

/// Parses the plan of an import.
pub(crate) fn plan_of(stored: &Import) -> Result<Plan, Error> {
    serde_json::from_str(&stored.plan).map_err(|_| Error::UnreadablePlan(stored.id))
}

/// Parses the checkpoint of an import.
pub(crate) fn parse_checkpoint(stored: &Import) -> Result<ImportCheckpoint, Error> {
    serde_json::from_str(&stored.counts).map_err(|_| Error::UnreadablePlan(stored.id))
}

/// The progress of a running import, for display.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Rows that have their outcome.
    pub counts: Counts,
    /// The bytes of the file that were read.
    pub bytes: u64,
    /// The size of the file in bytes.
    pub of_bytes: u64,
}

/// The connection between a run and its caller: reports progress and receives the request to stop.
pub struct Watch<'a> {
    /// Called after every chunk.
    pub progress: &'a mut dyn FnMut(Progress),
    /// Set by the caller to stop the run after the current rows.
    pub stop: &'a AtomicBool,
}

/// The checkpoint of an import: its progress up to the last committed batch.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct ImportCheckpoint {
    pub counts: Counts,
    /// Warnings about rows that were not rejected.
    #[serde(default)]
    pub warnings: Warnings,
    /// The record to continue with, blank lines counted.
    pub next_record: u64,
    pub(crate) batches: u64,
    /// The progress of the import's undo, once it was begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<UndoProgress>,
}

/// The progress of an undo. It is stored with the import, so that every process can read its result.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct UndoProgress {
    pub removed: u64,
    pub restored: u64,
    pub kept: u64,
    /// The ids of the first contacts that are kept. Names are not stored, because a contact may be deleted or hidden
    /// later.
    pub first_kept: Vec<String>,
}

/// Whether an import in this state is running or must be resumed.
pub(crate) fn is_unfinished(state: ImportState) -> bool {
    matches!(
        state,
        ImportState::Running | ImportState::Cancelling | ImportState::Undoing
    )
}

/// Whether the import was cancelled, in any process.
pub(crate) fn is_cancelling(tx: &mut Tx<'_>, workspace: Workspace, import: ImportId) -> Result<bool, store::Error> {
    let stored = imports::get(tx, workspace, import)?;
    Ok(stored.is_some_and(|import| import.state == ImportState::Cancelling))
}
