//! The JSON resource of an import, with the names that the command line uses.

use crate::api::imports::settings::ChosenSettings;
use crate::api::json::instant;
use crate::api::problem::ApiProblem;
use app::{Actor, App, Counts, Draft, Error, ImportId, ImportReport, ImportState, PreviewState};
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use std::time::Duration;
use utoipa::ToSchema;

/// An import.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "import": "3", "file": "contacts.csv", "file_size": 58210, "state": "previewed", "interrupted": false,
    "started": "2026-11-29T09:36:40Z", "updated": "2026-11-29T09:36:41Z", "finished": null,
    "counts": {"rows": 500, "new": 480, "update": 0, "unchanged": 0, "duplicate": 15, "ambiguous": 0, "conflict": 0, "invalid": 5, "possible": 2},
    "expected": null, "progress": {"bytes": 58210, "of_bytes": 58210}, "corrections": 0, "decisions": 0,
    "settings": {"options": {"duplicates": "skip", "match": "email-or-phone"}, "mapping": {}}, "problem": null, "warnings": [],
}))]
pub struct ImportResource {
    /// The id of the import.
    import: String,
    /// The name of the file.
    file: String,
    file_size: u64,
    state: StateName,
    /// Whether the import is not finished and no process runs it. A running process resumes it.
    interrupted: bool,
    /// When the file was uploaded.
    #[schema(format = "date-time")]
    started: String,
    #[schema(format = "date-time")]
    #[serde(skip_serializing_if = "Option::is_none")]
    updated: Option<String>,
    /// When the import ended.
    finished: Option<String>,
    /// Rows by outcome, in the preview or the import so far.
    counts: CountsResource,
    /// The counts of the preview when the import was started. If they differ, contacts were changed in between.
    expected: Option<CountsResource>,
    progress: ProgressResource,
    /// How many corrections were made.
    corrections: u64,
    /// How many rows have a decision of their own.
    decisions: u64,
    /// The settings of the draft; null after the start.
    settings: Option<ChosenSettings>,
    /// Why the file cannot be previewed with these settings.
    problem: Option<String>,
    /// Warnings about rows that are not rejected, by kind, each with its code, its count and its first rows.
    #[schema(value_type = Vec<Object>)]
    warnings: Value,
    /// The tag of what is chosen for a draft, which is a header.
    #[serde(skip)]
    revision: Option<String>,
}

/// The state of an import. States may be added: treat an unknown state as not finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum StateName {
    /// Rows are being checked; nothing is written.
    Previewing,
    /// All rows were checked; nothing is written.
    Previewed,
    /// Rows are being written.
    Running,
    /// The import stops after the current rows.
    Cancelling,
    /// The import was stopped; written rows stay. It can be resumed.
    Cancelled,
    /// All rows are processed.
    Done,
    /// The import is being undone.
    Undoing,
    Undone,
    /// The file cannot be read with these settings; other settings may help.
    Failed,
}

impl StateName {
    /// Whether the state changes without further requests.
    pub fn is_in_progress(self) -> bool {
        matches!(
            self,
            Self::Previewing | Self::Running | Self::Cancelling | Self::Undoing
        )
    }
}

/// Rows by outcome. Every row is counted in exactly one of `new`, `update`, `unchanged`, `duplicate`, `ambiguous`, `conflict` and
/// `invalid`.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct CountsResource {
    rows: u64,
    new: u64,
    update: u64,
    unchanged: u64,
    duplicate: u64,
    ambiguous: u64,
    conflict: u64,
    invalid: u64,
    /// How many duplicates share a phone or an email with a contact of another name.
    possible: u64,
}

impl From<Counts> for CountsResource {
    fn from(counts: Counts) -> Self {
        Self {
            rows: counts.rows,
            new: counts.new,
            update: counts.update,
            unchanged: counts.unchanged,
            duplicate: counts.duplicate,
            ambiguous: counts.ambiguous,
            conflict: counts.conflict,
            invalid: counts.invalid,
            possible: counts.possible,
        }
    }
}

/// How much of the file was read, in bytes.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct ProgressResource {
    /// The bytes read so far; null if another process reads the file.
    bytes: Option<u64>,
    of_bytes: u64,
}

/// Parses the number in an address. Text that is not a number is reported as a missing import.
pub fn id(text: &str) -> Result<ImportId, ApiProblem> {
    text.parse().map(ImportId).map_err(|_| {
        ApiProblem::new(
            StatusCode::NOT_FOUND,
            "no_such_import",
            format!("there is no import {text}"),
        )
    })
}

/// The address of an import.
pub fn address(import: ImportId) -> String {
    format!("/api/v1/imports/{import}")
}

impl ImportResource {
    /// Reads the current state of an import.
    pub fn read(app: &App, actor: Actor, import: ImportId) -> Result<Self, Error> {
        let report = app.import_report(actor, import)?;
        if report.state == ImportState::Draft {
            let draft = app.draft(actor, import)?;
            return Self::of_draft(app, actor, &draft, &report);
        }
        Ok(Self::of_started(app, actor, &report))
    }

    fn of_draft(app: &App, actor: Actor, draft: &Draft, report: &ImportReport) -> Result<Self, Error> {
        let preview = match app.preview_state(actor, draft.import, Duration::ZERO) {
            Ok(preview) => preview,
            // The chosen settings may not fit the file; other settings may.
            Err(error @ (Error::Open(_) | Error::Mapping(_) | Error::Read(_))) => PreviewState {
                problem: Some(error.for_members()),
                ..PreviewState::default()
            },
            Err(error) => return Err(error),
        };
        Ok(Self {
            state: match (preview.complete, &preview.problem) {
                (_, Some(_)) => StateName::Failed,
                (true, None) => StateName::Previewed,
                (false, None) => StateName::Previewing,
            },
            counts: preview.counts.into(),
            progress: ProgressResource {
                bytes: Some(preview.bytes),
                of_bytes: preview.of_bytes,
            },
            corrections: draft.fixes,
            decisions: draft.decisions,
            settings: Some(ChosenSettings::from(&draft.settings)),
            revision: Some(draft.revision.clone()),
            warnings: serde_json::to_value(&preview.warnings).unwrap_or_default(),
            problem: preview.problem,
            ..Self::of_report(report)
        })
    }

    fn of_started(app: &App, actor: Actor, report: &ImportReport) -> Self {
        let mut resource = Self::of_report(report);
        if let Ok(progress) = app.import_progress(actor, report.import) {
            resource.counts = progress.counts.into();
            resource.progress.bytes = progress.bytes;
        }
        resource
    }

    /// Converts a report, without the progress of a preview, as in the list of imports.
    pub fn of_report(report: &ImportReport) -> Self {
        Self {
            import: report.import.to_string(),
            file: report.file_name.clone(),
            file_size: report.file_size,
            state: match report.state {
                ImportState::Draft => StateName::Previewing,
                ImportState::Running => StateName::Running,
                ImportState::Cancelling => StateName::Cancelling,
                ImportState::Cancelled => StateName::Cancelled,
                ImportState::Done => StateName::Done,
                ImportState::Undoing => StateName::Undoing,
                ImportState::Undone => StateName::Undone,
            },
            interrupted: report.interrupted && report.state != ImportState::Draft,
            started: instant(report.created_at),
            updated: Some(instant(report.updated_at)),
            finished: report.finished_at.map(instant),
            counts: report.counts.into(),
            expected: report.expected.map(CountsResource::from),
            progress: ProgressResource {
                bytes: None,
                of_bytes: report.file_size,
            },
            corrections: 0,
            decisions: 0,
            settings: None,
            revision: None,
            problem: None,
            warnings: serde_json::to_value(&report.warnings).unwrap_or_default(),
        }
    }

    /// The `ETag` of the settings of a draft. `None` once it is started.
    pub fn etag(&self) -> Option<String> {
        self.revision.as_ref().map(|revision| format!("\"{revision}\""))
    }

    pub fn state(&self) -> StateName {
        self.state
    }
}
