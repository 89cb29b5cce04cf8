//! Accepts all suggestions of a draft at once: columns that may fill a field, and emails that were certainly mistyped.
//!
//! Only suggestions that the program shows are accepted; the rest of the file is not changed. The suggestions for
//! values depend on the columns, so a preview with the suggested columns is made first. Then all suggestions are stored
//! in one transaction.

use crate::App;
use crate::access::Actor;
use crate::error::Error;
use crate::idempotency::{OnceAnswer, keep_answer};
use crate::import::draft::DraftSettings;
use crate::import::draft::cache::DraftCache;
use crate::import::draft::plan::{DraftPlan, draft_plan};
use crate::import::draft::preview::Preview;
use crate::import::draft::store::{key_of, lock_draft};
use crate::json::to_json;
use crate::workspace::custom_fields::refuse_new_fields;
use exchange::fixes::Fix;
use std::sync::Arc;
use std::time::Duration;
use store::ImportId;
use store::imports;
use store::workspace::workspaces;

/// The number of accepted suggestions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AcceptedSuggestions {
    /// Columns that now fill a field.
    pub columns: u64,
    /// Values that were corrected.
    pub values: u64,
}

/// The suggestions of a draft.
struct Suggestions {
    /// The draft's settings when the suggestions were made.
    before: DraftSettings,
    /// The settings with the suggested columns.
    settings: DraftSettings,
    fixes: Vec<Fix>,
    counts: AcceptedSuggestions,
}

impl App {
    /// Accepts the suggestions of a draft: for columns, and for values of invalid rows under the new mapping. Waits at
    /// most for `wait` for the preview with that mapping. Suggestions for values are accepted by column and code; a
    /// column and code that occur only in rows that the preview has not processed by then are left unchanged. With
    /// `once`, the result is stored as the answer of a keyed request.
    ///
    /// # Errors
    /// [`Error::NotADraft`].
    pub fn accept_suggestions(
        &self,
        actor: Actor,
        import: ImportId,
        wait: Duration,
        once: Option<OnceAnswer<'_, AcceptedSuggestions>>,
    ) -> Result<AcceptedSuggestions, Error> {
        loop {
            let (stored, cache) = self.draft_cache(actor, import)?;
            let plan = draft_plan(&stored)?;
            let before = plan.settings.clone();
            let (settings, columns) = self.with_proposals(actor, &cache, &before)?;
            let mapped = match columns {
                0 => None,
                _ => Some(self.preview_of_columns(actor, &cache, changed(plan, &settings))?),
            };
            let preview = match &mapped {
                Some(preview) => {
                    preview.state(wait);
                    Arc::clone(preview)
                }
                None => self.waited_preview(actor, import, wait)?,
            };
            let (fixes, values) = fixes_of(&preview);
            let suggestions = Suggestions {
                before,
                settings,
                fixes,
                counts: AcceptedSuggestions { columns, values },
            };
            let taken = self.store_suggestions(actor, import, &suggestions, once);
            match (mapped, &taken) {
                // The draft now equals the previewed state, so the preview can be used for it.
                (Some(preview), Ok(true)) if values == 0 => cache.set_preview(Some(preview)),
                (Some(preview), _) => preview.stop(),
                (None, _) => {}
            }
            if taken? {
                return Ok(suggestions.counts);
            }
        }
    }

    /// Returns the settings with the suggested columns, and the number of these columns.
    fn with_proposals(
        &self,
        actor: Actor,
        cache: &DraftCache,
        settings: &DraftSettings,
    ) -> Result<(DraftSettings, u64), Error> {
        let terms = self.terms(actor)?;
        let look = cache.look(settings, &terms)?;
        let mut settings = settings.clone();
        let mut accepted = 0;
        for (at, column) in look.columns.iter().enumerate() {
            let name = format!("#{}", at + 1);
            let is_chosen = settings.choices.iter().any(|(chosen, _)| *chosen == name);
            let Some(proposal) = column.proposal.as_ref().filter(|_| !is_chosen) else {
                continue;
            };
            let mut with_it = settings.clone();
            with_it.choices.push((name, proposal.to_string()));
            // Another column may fill that field already.
            if refuse_new_fields(&with_it.choices, &terms).is_ok() && cache.look(&with_it, &terms).is_ok() {
                settings = with_it;
                accepted += 1;
            }
        }
        Ok((settings, accepted))
    }

    /// Begins a preview of the changed draft. It is not stored as the draft's preview yet, because others still see the
    /// unchanged draft.
    fn preview_of_columns(&self, actor: Actor, cache: &DraftCache, plan: DraftPlan) -> Result<Arc<Preview>, Error> {
        let (changes, _) = self.store.read(|tx| workspaces::changes(tx, actor.workspace))?;
        let terms = self.terms(actor)?;
        let look = cache.look(&plan.settings, &terms)?;
        let key = key_of(&to_json(&plan), &terms);
        // Stops a running preview of the former columns, which the new one would have to wait for.
        cache.set_preview(None);
        Preview::begin(self.preview_inputs(actor, cache), key, changes, plan, look)
    }

    /// Stores the suggestions of a draft, unless its settings have changed since they were made. Returns whether they
    /// were stored. Corrections that were made by another request in between are kept.
    fn store_suggestions(
        &self,
        actor: Actor,
        import: ImportId,
        suggestions: &Suggestions,
        once: Option<OnceAnswer<'_, AcceptedSuggestions>>,
    ) -> Result<bool, Error> {
        let (workspace, now) = (actor.workspace, self.system.now());
        self.store.write(|tx| {
            let mut plan = draft_plan(&lock_draft(tx, workspace, import, now)?)?;
            if plan.settings != suggestions.before {
                return Ok(false);
            }
            plan = changed(plan, &suggestions.settings);
            suggestions.fixes.iter().for_each(|fix| plan.fixes.add(fix.clone()));
            imports::set_plan(tx, workspace, import, &to_json(&plan), now)?;
            keep_answer(tx, once, &suggestions.counts)?;
            Ok(true)
        })
    }
}

/// Returns the draft with other settings.
fn changed(plan: DraftPlan, settings: &DraftSettings) -> DraftPlan {
    DraftPlan {
        remembered: plan.remembered && plan.settings.choices == settings.choices,
        settings: settings.clone(),
        ..plan
    }
}

/// Returns the corrections that accept the suggestions of every column with invalid values, and the number of values
/// that they correct.
fn fixes_of(preview: &Preview) -> (Vec<Fix>, u64) {
    let problems = preview.problems();
    let suggested = problems.iter().filter(|problem| problem.suggested > 0);
    let values = suggested.clone().map(|problem| problem.suggested).sum();
    let fixes = suggested.map(|problem| Fix::Accept {
        column: problem.column,
        code: problem.code,
    });
    (fixes.collect(), values)
}
