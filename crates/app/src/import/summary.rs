//! The first rows of each outcome that a person should check. The result pages show all rows.

use crate::import::outcome::{Outcome, RowResult};
use crate::import::pipeline::Chunk;
use exchange::reason::Reason;
use serde::Serialize;

/// The maximum number of rows of each kind in a summary.
const NAMED_ROWS: usize = 10;
/// A row that a person should check.
#[derive(Clone, Debug, Serialize)]
pub struct Notable {
    /// The line on which the row begins.
    pub line: u64,
    /// The outcome of the row.
    #[serde(skip)]
    pub outcome: Outcome,
    pub reasons: Vec<Reason>,
}

/// Adds a row to `notable` if a person should check it and its kind has fewer than `NAMED_ROWS` rows.
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
