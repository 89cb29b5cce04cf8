//! What the database keeps of an import that is not started.

use crate::error::Error;
use crate::import::draft::DraftSettings;
use crate::import::outcome::Decisions;
use exchange::fixes::Fixes;
use serde::Deserialize;
use serde::Serialize;
use store::imports::Import;

/// What is stored of a draft.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct DraftPlan {
    pub(crate) upload: String,
    pub settings: DraftSettings,
    /// Whether a mapping that was used before is applied.
    pub remembered: bool,
    pub fixes: Fixes,
    pub decisions: Decisions,
}

/// The file of a draft.
pub(crate) fn upload_of(import: &Import) -> Option<String> {
    let plan: DraftPlan = serde_json::from_str(&import.plan).ok()?;
    Some(plan.upload)
}

/// What is stored of a draft.
pub(crate) fn draft_plan(stored: &Import) -> Result<DraftPlan, Error> {
    serde_json::from_str(&stored.plan).map_err(|_| Error::UnreadablePlan(stored.id))
}
