//! The stored plan of a draft.

use crate::error::Error;
use crate::import::draft::DraftSettings;
use crate::import::outcome::Decisions;
use exchange::convert::TableSource;
use exchange::fixes::Fixes;
use serde::Deserialize;
use serde::Serialize;
use store::imports::Import;

/// The stored plan of a draft.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct DraftPlan {
    pub(crate) upload: String,
    /// Where the table comes from, if the uploaded file is not a CSV.
    pub source: Option<TableSource>,
    /// The size of the table in bytes.
    pub upload_bytes: u64,
    /// The name of the original upload, if another sheet of it can be chosen.
    pub original: Option<String>,
    pub settings: DraftSettings,
    /// Whether a remembered mapping is applied.
    pub remembered: bool,
    pub fixes: Fixes,
    pub decisions: Decisions,
}

/// Parses the plan of a draft; `None` if another version of the program has written it in an unknown form.
pub(crate) fn plan_if_readable(import: &Import) -> Option<DraftPlan> {
    serde_json::from_str(&import.plan).ok()
}

/// Parses the plan of a draft.
pub(crate) fn draft_plan(stored: &Import) -> Result<DraftPlan, Error> {
    serde_json::from_str(&stored.plan).map_err(|_| Error::UnreadablePlan(stored.id))
}
