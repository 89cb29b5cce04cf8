//! Taking all suggestions of a draft at once: columns that may fill a field, and emails that were surely mistyped.
//!
//! A suggestion is one that the program has made and shown; nothing else of the file is touched. Which suggestions there are
//! for values depends on the columns, so a preview of the draft as it will be is made first. Then all are stored in one
//! transaction.

use crate::App;
use crate::access::Actor;
use crate::error::Error;
use crate::idempotency::{OnceAnswer, keep_answer};
use crate::import::draft::DraftSettings;
use crate::import::draft::cache::DraftCache;
use crate::import::draft::plan::{DraftPlan, draft_plan};
use crate::import::draft::preview::Preview;
use crate::import::draft::store::{held_draft, key_of};
use crate::json::to_json;
use crate::workspace::custom_fields::refuse_new_fields;
use exchange::fixes::Fix;
use std::sync::Arc;
use std::time::Duration;
use store::ImportId;
use store::imports;
use store::workspace::workspaces;

/// How many suggestions were taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AcceptedSuggestions {
    /// Columns that fill a field from now on.
    pub columns: u64,
    /// Values that were corrected.
    pub values: u64,
}

/// The suggestions of a draft.
struct Suggestions {
    /// What was chosen when they were made.
    before: DraftSettings,
    /// The same with the columns that may fill a field.
    settings: DraftSettings,
    fixes: Vec<Fix>,
    counts: AcceptedSuggestions,
}

impl App {
    /// Takes the suggestions of a draft: those for columns, and those for values of invalid rows as they are mapped then.
    /// Waits at most so long for the preview of these; rows that it has not come past stay as they are. With `once` what was
    /// taken is kept as the answer of a keyed request.
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
                // It is a preview of what the draft is now.
                (Some(preview), Ok(true)) if values == 0 => cache.set_preview(Some(preview)),
                (Some(preview), _) => preview.stop(),
                (None, _) => {}
            }
            if taken? {
                return Ok(suggestions.counts);
            }
        }
    }

    /// The settings with the columns that may fill a field, and how many these are.
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

    /// Begins a preview of a draft as it will be. It is not that of the draft yet: what others see is the draft as it is.
    fn preview_of_columns(&self, actor: Actor, cache: &DraftCache, plan: DraftPlan) -> Result<Arc<Preview>, Error> {
        let (changes, _) = self.store.read(|tx| workspaces::changes(tx, actor.workspace))?;
        let terms = self.terms(actor)?;
        let look = cache.look(&plan.settings, &terms)?;
        let key = key_of(&to_json(&plan), &terms);
        // One that is going on for the columns as they were would be waited for.
        cache.set_preview(None);
        Preview::begin(self.preview_inputs(actor, cache), key, changes, plan, look)
    }

    /// Stores suggestions that were made for a draft; not if what is chosen for it has changed since. Says whether it has
    /// stored them. Corrections that somebody else has made in between stay.
    fn store_suggestions(
        &self,
        actor: Actor,
        import: ImportId,
        suggestions: &Suggestions,
        once: Option<OnceAnswer<'_, AcceptedSuggestions>>,
    ) -> Result<bool, Error> {
        let (workspace, now) = (actor.workspace, self.world.now());
        self.store.write(|tx| {
            let mut plan = draft_plan(&held_draft(tx, workspace, import, now)?)?;
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

/// A draft with other settings.
fn changed(plan: DraftPlan, settings: &DraftSettings) -> DraftPlan {
    DraftPlan {
        remembered: plan.remembered && plan.settings.choices == settings.choices,
        settings: settings.clone(),
        ..plan
    }
}

/// The corrections that accept the suggestions of every column with invalid values, and how many values they correct.
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
