//! Taking all suggestions of a draft at once: columns that may fill a field, and emails that were surely mistyped.
//!
//! A suggestion is one that the program has made and shown; nothing else of the file is touched.

use crate::App;
use crate::access::Actor;
use crate::error::Error;
use exchange::fixes::Fix;
use std::time::Duration;
use store::ImportId;

/// How many suggestions were taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AcceptedSuggestions {
    /// Columns that fill a field from now on.
    pub columns: u64,
    /// Values that were corrected.
    pub values: u64,
}

impl App {
    /// Takes the suggestions of a draft: first those for columns, then those for values of invalid rows as they are mapped
    /// then. Waits at most so long for the preview of these; rows that it has not come past stay as they are.
    ///
    /// # Errors
    /// [`Error::NotADraft`].
    pub fn accept_suggestions(
        &self,
        actor: Actor,
        import: ImportId,
        wait: Duration,
    ) -> Result<AcceptedSuggestions, Error> {
        let columns = self.accept_columns(actor, import)?;
        self.preview_state(actor, import, wait)?;
        let (fixes, values) = self.suggested_fixes(actor, import)?;
        if values > 0 {
            self.fix_many(actor, import, &fixes)?;
        }
        Ok(AcceptedSuggestions { columns, values })
    }

    /// Lets columns fill what they may fill.
    fn accept_columns(&self, actor: Actor, import: ImportId) -> Result<u64, Error> {
        let mapped = self.mapped_file(actor, import)?;
        let mut settings = self.draft(actor, import)?.settings;
        let mut accepted = 0;
        for (at, column) in mapped.columns.iter().enumerate() {
            let name = format!("#{}", at + 1);
            let is_chosen = settings.choices.iter().any(|(chosen, _)| *chosen == name);
            let Some(proposal) = column.proposal.as_ref().filter(|_| !is_chosen) else {
                continue;
            };
            let mut with_it = settings.clone();
            with_it.choices.push((name, proposal.to_string()));
            // Another column may fill that field already.
            if self.set_draft(actor, import, with_it.clone()).is_ok() {
                settings = with_it;
                accepted += 1;
            }
        }
        Ok(accepted)
    }

    /// Accepts the suggestions of every column with invalid values; says how many values they correct.
    fn suggested_fixes(&self, actor: Actor, import: ImportId) -> Result<(Vec<Fix>, u64), Error> {
        let problems = self.preview_problems(actor, import)?;
        let suggested = problems.iter().filter(|problem| problem.suggested > 0);
        let values = suggested.clone().map(|problem| problem.suggested).sum();
        let fixes = suggested.map(|problem| Fix::Accept {
            column: problem.column,
            code: problem.code,
        });
        Ok((fixes.collect(), values))
    }
}
