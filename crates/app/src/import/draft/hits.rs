//! Counts the cells that a correction of a whole column would change, before it is made.

use crate::App;
use crate::access::Actor;
use crate::error::Error;
use crate::import::draft::plan::draft_plan;
use exchange::fixes::Fix;
use exchange::open::Batch;
use store::ImportId;

/// The number of records that are read at once.
const BATCH: usize = 1_000;
/// The number of cells that are shown before and after the correction.
const EXAMPLES: usize = 3;

/// The effect of a correction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// The number of cells that it changes.
    pub cells: u64,
    /// The first changed cells, before and after the correction.
    pub examples: Vec<(String, String)>,
}

impl App {
    /// Counts the cells of the file that a correction of a whole column would change, after the corrections that were
    /// made already. Reads the whole file.
    ///
    /// # Errors
    /// [`Error::NotADraft`]; when the file cannot be read.
    pub fn count_hits(&self, actor: Actor, import: ImportId, fix: &Fix) -> Result<Hits, Error> {
        let (stored, cache) = self.draft_cache(actor, import)?;
        let Some(column) = fix.column() else {
            return Ok(Hits::default());
        };
        let plan = draft_plan(&stored)?;
        let look = cache.look(&plan.settings, &self.terms(actor)?)?;
        let fixes = plan.fixes.ready();
        let source = cache.file.path.clone();
        let mut records = look.reading.records(&source)?;
        let mut batch = Batch::default();
        let mut hits = Hits::default();
        while records.fill(&mut batch, BATCH).map_err(Error::Read)? {
            for record in batch.records() {
                if look.reading.header_row.is_some_and(|at| record.index() <= at) {
                    continue;
                }
                let changed = fixes.changed(record);
                let own = changed.iter().find(|(at, _)| *at == column);
                let now = own.map_or_else(|| record.get(column), |(_, value)| Some(value.as_str()));
                let Some(then) = fix.corrected(now).filter(|then| Some(then.as_str()) != now) else {
                    continue;
                };
                hits.cells += 1;
                if hits.examples.len() < EXAMPLES {
                    hits.examples.push((now.unwrap_or_default().to_owned(), then));
                }
            }
        }
        Ok(hits)
    }
}
