//! Rows of a run that a person should look at.
//!
//! The first of each kind; all rows are in the result.

use crate::import::outcome::{Outcome, RowResult};
use crate::import::pipeline::Chunk;
use exchange::reason::Reason;
use serde::Serialize;

/// How many rows of each kind a summary names.
const NAMED_ROWS: usize = 10;
/// A row that a person should look at.
#[derive(Clone, Debug, Serialize)]
pub struct Notable {
    /// The line it begins on.
    pub line: u64,
    /// What became of it.
    #[serde(skip)]
    pub outcome: Outcome,
    pub reasons: Vec<Reason>,
}

/// Keeps the first rows of each kind that a person should look at.
pub(crate) fn note(notable: &mut Vec<Notable>, chunk: &Chunk, at: usize, result: &RowResult) {
    let kind = |outcome: &Outcome| match outcome {
        Outcome::Invalid => 1,
        Outcome::Ambiguous { .. } => 2,
        Outcome::Conflict { .. } => 3,
        Outcome::Duplicate { possible: true, .. } => 4,
        _ => 0,
    };
    let this = kind(&result.outcome);
    if this == 0 || notable.iter().filter(|n| kind(&n.outcome) == this).count() >= NAMED_ROWS {
        return;
    }
    let row = &chunk.rows[at];
    let reasons = row.reasons.iter().chain(&result.reason).cloned().collect();
    notable.push(Notable {
        line: row.line,
        outcome: result.outcome.clone(),
        reasons,
    });
}
