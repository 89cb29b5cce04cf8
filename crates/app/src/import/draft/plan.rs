//! What the database keeps of an import that is not started.

use crate::error::Error;
use crate::import::draft::DraftSettings;
use crate::import::outcome::Decisions;
use exchange::convert::TableSource;
use exchange::fixes::Fixes;
use serde::Deserialize;
use serde::Serialize;
use store::imports::Import;

/// What is stored of a draft.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct DraftPlan {
    pub(crate) upload: String,
    /// Where the table of that file comes from, if what was uploaded is no CSV.
    pub source: Option<TableSource>,
    /// How many bytes the table has.
    pub upload_bytes: u64,
    /// What was uploaded, for as long as another sheet of it can be chosen.
    pub original: Option<String>,
    pub settings: DraftSettings,
    /// Whether a mapping that was used before is applied.
    pub remembered: bool,
    pub fixes: Fixes,
    pub decisions: Decisions,
}

/// What is stored of a draft, unless another version of the program has written it.
pub(crate) fn plan_if_readable(import: &Import) -> Option<DraftPlan> {
    serde_json::from_str(&import.plan).ok()
}

/// What is stored of a draft.
pub(crate) fn draft_plan(stored: &Import) -> Result<DraftPlan, Error> {
    serde_json::from_str(&stored.plan).map_err(|_| Error::UnreadablePlan(stored.id))
}
