//! Creates, changes, starts and discards drafts.

use crate::App;
use crate::access::Actor;
use crate::error::Error;
use crate::idempotency::{OnceAnswer, keep_answer};
use crate::import::analysis::FileAnalysis;
use crate::import::draft::arriving::ArrivingFile;
use crate::import::draft::cache::DraftCache;
use crate::import::draft::mapping::{header_hash, mapping_text, remembered_choices};
use crate::import::draft::plan::{DraftPlan, draft_plan, plan_if_readable};
use crate::import::draft::preview::{Preview, PreviewInputs};
use crate::import::draft::sheets::TakenFile;
use crate::import::draft::{
    ColumnProblem, Decision, Draft, DraftSettings, PreviewRow, PreviewState, RowClass, RowsPage,
};
use crate::import::stored::ImportCheckpoint;
use crate::import::stored::{KEPT_FOR, Plan, plan_of};
use crate::import::uploads::Upload;
use crate::import::{ImportReport, report_in};
use crate::json::to_json;
use crate::workspace::custom_fields::{WorkspaceRules, refuse_new_fields};
use exchange::fixes::Fix;
use std::io::Read;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::imports::mappings;
use store::imports::{self, Import, ImportState, NewImport};
use store::workspace::workspaces;
use store::{ImportId, Tx, Workspace};
use xxhash_rust::xxh3::xxh3_128;

/// How often a preview is requested at most, if changes of the draft keep stopping it.
const ATTEMPTS: usize = 3;

impl App {
    /// Receives a file of at most `limit` bytes and creates a draft for it. The preview begins at once.
    ///
    /// # Errors
    /// [`Error::TooLarge`]; [`Error::Quota`]; when the file is not a table; errors of the object store and the
    /// database.
    pub fn begin_draft(
        &self,
        actor: Actor,
        file_name: &str,
        content: &mut dyn Read,
        limit: u64,
    ) -> Result<ImportId, Error> {
        let mut file = self.receive_file(actor, limit)?;
        file.write_all(content)?;
        self.begin_draft_of(actor, file_name, file)
    }

    /// Creates a draft for a received file. The preview begins at once.
    ///
    /// # Errors
    /// When the file is not a table; errors of the object store and the database.
    pub fn begin_draft_of(&self, actor: Actor, file_name: &str, file: ArrivingFile) -> Result<ImportId, Error> {
        self.begin_draft_with(actor, file_name, file, &|_| {}, None)
    }

    /// Creates a draft for a received file; `choose` sets the initial settings. With `once`, the import's number is
    /// stored as the answer of a keyed request.
    ///
    /// # Errors
    /// When the file is not a table or cannot be read with these settings; errors of the object store and the database.
    pub fn begin_draft_with(
        &self,
        actor: Actor,
        file_name: &str,
        file: ArrivingFile,
        choose: &dyn Fn(&mut DraftSettings),
        once: Option<OnceAnswer<'_, ImportId>>,
    ) -> Result<ImportId, Error> {
        let taken = self.take_arrived(actor, file.copy, file.limit, &file.room)?;
        let names = [Some(taken.upload.name.clone()), taken.original.clone()];
        let begun = self.create_draft(actor, file_name, taken, choose, once);
        if begun.is_err() {
            names.iter().flatten().for_each(|name| self.drop_upload(name));
        }
        begun
    }

    fn create_draft(
        &self,
        actor: Actor,
        file_name: &str,
        taken: TakenFile,
        choose: &dyn Fn(&mut DraftSettings),
        once: Option<OnceAnswer<'_, ImportId>>,
    ) -> Result<ImportId, Error> {
        let mut plan = DraftPlan {
            upload: taken.upload.name.clone(),
            source: taken.upload.source.clone(),
            upload_bytes: taken.upload.file.size,
            original: taken.original,
            ..DraftPlan::default()
        };
        let cache = DraftCache::of_upload(taken.upload);
        let terms = self.terms(actor)?;
        plan.settings.options = self.import_defaults(actor)?;
        choose(&mut plan.settings);
        refuse_new_fields(&plan.settings.choices, &terms)?;
        let look = cache.look(&plan.settings, &terms)?;
        if let Some(header) = header_hash(&look).filter(|_| plan.settings.choices.is_empty()) {
            let used = self
                .store
                .read(|tx| mappings::get(tx, actor.workspace, actor.member, header))?;
            if let Some(choices) = used.and_then(|text| remembered_choices(&text, &look, &terms)) {
                plan.settings.choices = choices;
                plan.remembered = true;
            }
        }
        let text = to_json(&plan);
        let new = NewImport {
            owner: actor.member,
            file_name,
            file_size: taken.bytes,
            plan: &text,
            counts: &to_json(&ImportCheckpoint::default()),
            state: ImportState::Draft,
        };
        let now = self.system.now();
        let import = self.numbered(|tx| {
            let import = imports::create(tx, actor.workspace, &new, now)?;
            keep_answer(tx, once, &import)?;
            Ok(import)
        })?;
        // The cache may belong to an import that had the same number in an earlier database.
        self.drafts.forget(actor.workspace, import);
        self.drafts.place(actor.workspace, import, cache);
        // If the preview cannot be started, the next request for it returns the error.
        let _ = self.preview_now(actor, import);
        Ok(import)
    }

    /// Returns a draft, or the import that it has become.
    ///
    /// # Errors
    /// When there is no such import that this member may see.
    pub fn draft(&self, actor: Actor, import: ImportId) -> Result<Draft, Error> {
        let stored = self.stored(actor, import)?;
        let (settings, fixes, decisions, source) = if stored.state == ImportState::Draft {
            let plan = draft_plan(&stored)?;
            (plan.settings, plan.fixes.len(), plan.decisions.len(), plan.source)
        } else {
            let plan = plan_of(&stored)?;
            let settings = DraftSettings {
                options: plan.options,
                ..DraftSettings::default()
            };
            (settings, plan.fixes.len(), plan.decisions.len(), plan.reading.source)
        };
        Ok(Draft {
            import,
            revision: revision_of(&stored),
            file_name: stored.file_name,
            file_size: stored.file_size,
            created_at: stored.created_at,
            settings,
            fixes: fixes as u64,
            decisions: decisions as u64,
            state: stored.state,
            source,
        })
    }

    /// Changes the settings. The preview is made anew. If another sheet is chosen, the table is converted anew, and
    /// settings that depend on the former table's columns are ignored.
    ///
    /// # Errors
    /// [`Error::Open`] if there is no such sheet or it is empty; [`Error::NotADraft`]; [`Error::Mapping`] if the
    /// choices do not fit the file; when the file cannot be read with these settings.
    pub fn set_draft(&self, actor: Actor, import: ImportId, settings: DraftSettings) -> Result<(), Error> {
        self.set_seen_draft(actor, import, settings, None)
    }

    /// Changes the settings like [`App::set_draft`], if the revision of the draft is still `seen`
    /// ([`Draft::revision`]).
    ///
    /// # Errors
    /// [`Error::DraftChanged`]; the errors of [`App::set_draft`].
    pub fn set_seen_draft(
        &self,
        actor: Actor,
        import: ImportId,
        settings: DraftSettings,
        seen: Option<&str>,
    ) -> Result<(), Error> {
        let (stored, cache) = self.draft_cache(actor, import)?;
        refuse_another(&stored, seen)?;
        let plan = draft_plan(&stored)?;
        if plan.settings.sheet != settings.sheet {
            return self.choose_sheet(actor, import, &plan, &settings, seen);
        }
        let terms = self.terms(actor)?;
        refuse_new_fields(&settings.choices, &terms)?;
        cache.look(&settings, &terms)?;
        self.revise_seen(actor, import, seen, |plan| {
            plan.remembered &= plan.settings.choices == settings.choices;
            plan.settings = settings.clone();
        })
    }

    /// Corrects values of the file. The preview is made anew.
    ///
    /// # Errors
    /// [`Error::NotADraft`].
    pub fn fix_rows(&self, actor: Actor, import: ImportId, fix: Fix) -> Result<(), Error> {
        self.revise(actor, import, |plan| plan.fixes.add(fix.clone()))
    }

    /// Returns the row that begins on a line; `None` if the preview has not processed it yet or there is none.
    ///
    /// # Errors
    /// [`Error::NotADraft`].
    pub fn preview_row(&self, actor: Actor, import: ImportId, line: u64) -> Result<Option<PreviewRow>, Error> {
        let preview = self.preview_now(actor, import)?;
        self.row_of_preview(actor, &preview, line)
    }

    /// Removes the last correction, if there is any. The preview is made anew.
    ///
    /// # Errors
    /// [`Error::NotADraft`].
    pub fn undo_last_fix(&self, actor: Actor, import: ImportId) -> Result<(), Error> {
        self.revise(actor, import, |plan| {
            plan.fixes.undo_last();
        })
    }

    /// Sets the decision about one row; `None` removes it. The preview is made anew.
    ///
    /// # Errors
    /// [`Error::NotADraft`].
    pub fn decide(&self, actor: Actor, import: ImportId, row: u64, decision: Option<Decision>) -> Result<(), Error> {
        self.revise(actor, import, |plan| {
            match decision {
                Some(decision) => plan.decisions.insert(row, decision),
                None => plan.decisions.remove(&row),
            };
        })
    }

    /// Returns the progress of the preview. Begins a preview if there is none for the current settings. Waits for its
    /// end, but at most for `wait`.
    ///
    /// # Errors
    /// [`Error::NotADraft`].
    pub fn preview_state(&self, actor: Actor, import: ImportId, wait: Duration) -> Result<PreviewState, Error> {
        Ok(self.waited_preview(actor, import, wait)?.state(Duration::ZERO))
    }

    /// Returns the preview for the current settings, after waiting for its end, but at most for `wait`.
    pub(crate) fn waited_preview(&self, actor: Actor, import: ImportId, wait: Duration) -> Result<Arc<Preview>, Error> {
        let until = monotonic().checked_add(wait);
        let mut tries = 0;
        loop {
            let left = until.map_or(wait, |until| until.saturating_duration_since(monotonic()));
            let preview = self.preview_now(actor, import)?;
            preview.state(left);
            tries += 1;
            if !preview.was_stopped() || tries == ATTEMPTS {
                return Ok(preview);
            }
        }
    }

    /// Returns a page of the rows in a class that the preview has processed so far. Pages are numbered from 0.
    ///
    /// # Errors
    /// [`Error::NotADraft`].
    pub fn preview_rows(
        &self,
        actor: Actor,
        import: ImportId,
        class: RowClass,
        page: u64,
        size: u64,
    ) -> Result<RowsPage, Error> {
        let preview = self.preview_now(actor, import)?;
        self.page_of_preview(actor, &preview, class, page, size)
    }

    /// Returns the problems of invalid rows by column and kind, the most frequent first.
    ///
    /// # Errors
    /// [`Error::NotADraft`].
    pub fn preview_problems(&self, actor: Actor, import: ImportId) -> Result<Vec<ColumnProblem>, Error> {
        Ok(self.preview_now(actor, import)?.problems())
    }

    /// Starts the import: its state becomes `Running`, and a background worker picks it up. The mapping is remembered
    /// for this header row.
    ///
    /// # Errors
    /// [`Error::NotADraft`]; [`Error::NothingMapped`].
    pub fn start_draft(&self, actor: Actor, import: ImportId) -> Result<(), Error> {
        self.start_draft_once(actor, import, None).map(drop)
    }

    /// Starts the import like [`App::start_draft`], and returns its state afterwards. With `once`, the report is stored
    /// as the answer of a keyed request.
    ///
    /// # Errors
    /// The errors of [`App::start_draft`].
    pub fn start_draft_once(
        &self,
        actor: Actor,
        import: ImportId,
        once: Option<OnceAnswer<'_, ImportReport>>,
    ) -> Result<ImportReport, Error> {
        loop {
            let (stored, cache) = self.draft_cache(actor, import)?;
            let draft = draft_plan(&stored)?;
            let terms = self.terms(actor)?;
            let look = cache.look(&draft.settings, &terms)?;
            if look.reading.mapping.is_empty() {
                return Err(Error::NothingMapped(look.opened.header.clone()));
            }
            let expected = cache
                .preview()
                .filter(|preview| preview.key == key_of(&stored.plan, &terms))
                .map(|preview| preview.state(Duration::ZERO))
                .filter(|state| state.complete)
                .map(|state| state.counts);
            let plan = Plan {
                reading: look.reading.clone(),
                options: draft.settings.options,
                upload: draft.upload,
                upload_bytes: cache.file.size,
                rejected: None,
                fixes: draft.fixes,
                decisions: draft.decisions,
                expected,
                keeps_rows: true,
            };
            if let Some(report) = self.start_plan(actor, &stored, (&plan, &look), once)? {
                cache.set_preview(None);
                draft.original.iter().for_each(|name| self.drop_upload(name));
                self.wake_up.notify();
                return Ok(report);
            }
        }
    }

    /// Starts an import with this plan and returns its state; `None` if the draft was changed since the plan was made.
    fn start_plan(
        &self,
        actor: Actor,
        draft: &Import,
        (plan, look): (&Plan, &FileAnalysis),
        once: Option<OnceAnswer<'_, ImportReport>>,
    ) -> Result<Option<ImportReport>, Error> {
        let (workspace, import) = (actor.workspace, draft.id);
        let now = self.system.now();
        self.store.write(|tx| {
            let stored = lock_draft(tx, workspace, import, now)?;
            if stored.plan != draft.plan {
                return Ok(None);
            }
            self.define_mapped(tx, actor, &plan.reading.mapping)?;
            imports::set_plan(tx, workspace, import, &to_json(plan), now)?;
            imports::change_state(tx, workspace, import, ImportState::Draft, ImportState::Running, now)?;
            if let Some(header) = header_hash(look) {
                mappings::put(tx, workspace, actor.member, header, &mapping_text(look), now)?;
            }
            report_in(tx, actor, import, once).map(Some)
        })
    }

    /// Deletes a draft and its file.
    ///
    /// # Errors
    /// [`Error::NotADraft`].
    pub fn discard_draft(&self, actor: Actor, import: ImportId) -> Result<(), Error> {
        let stored = self.stored_draft(actor, import)?;
        self.drop_draft(actor, &stored)
    }

    fn drop_draft(&self, actor: Actor, draft: &Import) -> Result<(), Error> {
        let (workspace, import) = (actor.workspace, draft.id);
        if !self.store.write(|tx| imports::delete_draft(tx, workspace, import))? {
            // Another request has started or deleted the draft since it was read.
            return Err(not_a_draft(&self.stored(actor, import)?));
        }
        self.drafts.forget(workspace, import);
        if let Some(plan) = plan_if_readable(draft) {
            self.drop_upload(&plan.upload);
            plan.original.iter().for_each(|name| self.drop_upload(name));
        }
        Ok(())
    }

    /// Deletes drafts that were not changed for `KEPT_FOR`, and the row indexes of imports that ended that long ago.
    pub(crate) fn sweep_drafts(&self, actor: Actor) -> Result<(), Error> {
        let kept_since = self.system.now() - KEPT_FOR;
        for import in self.store.read(|tx| imports::list(tx, actor.workspace))? {
            let is_old = import.updated_at < kept_since;
            if is_old && import.state == ImportState::Draft {
                // The deletion fails for a draft that was just started, which is then kept.
                let _ = self.drop_draft(actor, &import);
            } else if is_old
                && import.updated_at > kept_since - KEPT_FOR
                && plan_of(&import).is_ok_and(|plan| plan.keeps_rows)
                && matches!(import.state, ImportState::Done | ImportState::Cancelled)
            {
                self.forget_rows(actor, import.id);
            }
        }
        Ok(())
    }

    fn stored_draft(&self, actor: Actor, import: ImportId) -> Result<Import, Error> {
        let stored = self.stored(actor, import)?;
        match stored.state {
            ImportState::Draft => Ok(stored),
            _ => Err(not_a_draft(&stored)),
        }
    }

    /// Returns a draft and its cache.
    pub(crate) fn draft_cache(&self, actor: Actor, import: ImportId) -> Result<(Import, Arc<DraftCache>), Error> {
        let stored = self.stored_draft(actor, import)?;
        let DraftPlan { upload, source, .. } = draft_plan(&stored)?;
        let cache = self.drafts.cache(actor.workspace, import, &upload, || {
            let fetched = self.fetch_upload(import, &upload)?;
            Ok(DraftCache::of_upload(Upload { source, ..fetched }))
        })?;
        Ok((stored, cache))
    }

    /// Changes a draft in one transaction, so that concurrent changes, such as from two browser tabs, are all kept.
    pub(crate) fn revise(&self, actor: Actor, import: ImportId, change: impl Fn(&mut DraftPlan)) -> Result<(), Error> {
        self.revise_seen(actor, import, None, change)
    }

    /// Changes a draft, if its revision is still `seen` or `seen` is `None`.
    pub(crate) fn revise_seen(
        &self,
        actor: Actor,
        import: ImportId,
        seen: Option<&str>,
        change: impl Fn(&mut DraftPlan),
    ) -> Result<(), Error> {
        self.stored_draft(actor, import)?;
        let (workspace, now) = (actor.workspace, self.system.now());
        self.store.write(|tx| {
            let stored = lock_draft(tx, workspace, import, now)?;
            refuse_another(&stored, seen)?;
            let mut plan = draft_plan(&stored)?;
            change(&mut plan);
            imports::set_plan(tx, workspace, import, &to_json(&plan), now)?;
            Ok(())
        })
    }

    /// Returns the preview for the current settings. Begins it if there is none.
    fn preview_now(&self, actor: Actor, import: ImportId) -> Result<Arc<Preview>, Error> {
        let (stored, cache) = self.draft_cache(actor, import)?;
        let (changes, _) = self.store.read(|tx| workspaces::changes(tx, actor.workspace))?;
        let terms = self.terms(actor)?;
        let key = key_of(&stored.plan, &terms);
        let known = cache.preview().filter(|known| {
            let is_old = known.changes != changes && known.is_over() && self.imports_running() == 0;
            known.key == key && !is_old && !known.was_stopped()
        });
        if let Some(known) = known {
            return Ok(known);
        }
        let plan = draft_plan(&stored)?;
        let look = cache.look(&plan.settings, &terms)?;
        let means = self.preview_inputs(actor, &cache);
        cache.preview_or(key, || Preview::begin(means, key, changes, plan, look))
    }

    pub(crate) fn preview_inputs(&self, actor: Actor, cache: &DraftCache) -> PreviewInputs {
        PreviewInputs {
            store: self.store.clone(),
            system: Arc::clone(&self.system),
            actor,
            file: Arc::clone(&cache.file),
            long_reads: self.long_reads.clone(),
            low_memory: self.low_memory,
        }
    }
}

/// Returns the revision of a draft: a hash of its plan.
fn revision_of(stored: &Import) -> String {
    format!("{:032x}", xxh3_128(stored.plan.as_bytes()))
}

/// Refuses a draft whose revision is not `seen`.
fn refuse_another(stored: &Import, seen: Option<&str>) -> Result<(), Error> {
    match seen {
        Some(seen) if revision_of(stored) != seen => Err(Error::DraftChanged(stored.id)),
        _ => Ok(()),
    }
}

/// Returns the current state of a draft, and locks it: other writers of the draft wait until the transaction ends.
pub(crate) fn lock_draft(tx: &mut Tx<'_>, workspace: Workspace, import: ImportId, now: i64) -> Result<Import, Error> {
    // This update locks the row, so the state that is read next cannot change before the transaction ends.
    let is_draft = imports::change_state(tx, workspace, import, ImportState::Draft, ImportState::Draft, now)?;
    let stored = imports::get(tx, workspace, import)?.ok_or(Error::NoImport(import))?;
    if is_draft {
        Ok(stored)
    } else {
        Err(not_a_draft(&stored))
    }
}

fn not_a_draft(stored: &Import) -> Error {
    Error::NotADraft {
        import: stored.id,
        state: stored.state.as_str(),
    }
}

/// Returns the key of a preview: a hash of the draft's plan and the workspace's rules.
pub(crate) fn key_of(plan: &str, terms: &WorkspaceRules) -> u128 {
    xxh3_128(format!("{plan} {terms:?}").as_bytes())
}

/// Returns the time for a timeout. No result depends on it.
#[expect(
    clippy::disallowed_methods,
    reason = "only how long somebody waits, never what is answered"
)]
fn monotonic() -> Instant {
    Instant::now()
}
