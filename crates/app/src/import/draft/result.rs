//! Pages of an import's rows with their outcomes.

use crate::App;
use crate::access::Actor;
use crate::error::Error;
use crate::import::draft::cache::DraftCache;
use crate::import::draft::rows::RowPages;
use crate::import::draft::text::Text;
use crate::import::draft::{RowClass, RowsPage};
use crate::import::stored::{parse_checkpoint, plan_of};
use std::sync::Arc;
use store::ImportId;
use store::imports::ImportState;

impl App {
    /// Returns a page of an import's rows in a class. Pages are numbered from 0.
    ///
    /// # Errors
    /// [`Error::RowsGone`] when the file or the outcomes of its rows are not kept, or no longer kept.
    pub fn result_rows(
        &self,
        actor: Actor,
        import: ImportId,
        class: RowClass,
        page: u64,
        size: u64,
    ) -> Result<RowsPage, Error> {
        let stored = self.stored(actor, import)?;
        if matches!(
            stored.state,
            ImportState::Draft | ImportState::Undoing | ImportState::Undone
        ) {
            return Err(Error::RowsGone(import));
        }
        let (plan, reached) = (plan_of(&stored)?, parse_checkpoint(&stored)?);
        if !plan.keeps_rows {
            return Err(Error::RowsGone(import));
        }
        let cache = self.drafts.cache(actor.workspace, import, &plan.upload, || {
            match self.fetch_upload(import, &plan.upload) {
                Ok(upload) => Ok(DraftCache::of_upload(upload)),
                Err(Error::UploadMissing { .. }) => Err(Error::RowsGone(import)),
                Err(error) => Err(error),
            }
        })?;
        let index = match cache.result(reached.counts.rows) {
            Some(index) => index,
            None => {
                let index = Arc::new(self.kept_rows(actor, import, reached.next_record, reached.counts.rows)?);
                cache.set_result(Arc::clone(&index));
                index
            }
        };
        let text = cache.text(|| Text::open(Arc::clone(&cache.file), &plan.reading.encoding))?;
        let pages = RowPages {
            actor,
            run: import.into(),
            reading: &plan.reading,
            options: plan.options,
            index: &index,
            text: &text,
            fixes: &plan.fixes.ready(),
            decisions: &plan.decisions,
        };
        self.store.read(|tx| pages.page(tx, class, page, size))
    }
}
