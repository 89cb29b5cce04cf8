//! In-memory caches of the drafts that were used last: the local file, the findings about it, and the preview.
//!
//! Nothing here is authoritative: a process without a cache rebuilds it from the database and the object store.

use crate::error::Error;
use crate::import::analysis::{
    FileAnalysis, Mapped, Opening, build_analysis, known_regions, map_columns, open_file, survey_file,
};
use crate::import::draft::DraftSettings;
use crate::import::draft::preview::Preview;
use crate::import::draft::text::Text;
use crate::import::row_index::RowIndex;
use crate::import::uploads::Upload;
use crate::storage::Fetched;
use crate::workspace::custom_fields::WorkspaceRules;
use exchange::convert::TableSource;
use exchange::judge::{Survey, holds_dates, holds_numbers};
use exchange::open::Opened;
use model::{AddressPart, Slot};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::{ImportId, Workspace};

/// The maximum number of cached drafts.
const REMEMBERED: usize = 16;
/// The maximum number of cached findings of each kind about a file.
const FINDINGS: usize = 4;

/// The caches of the drafts that were used last.
#[derive(Default)]
pub(crate) struct DraftCaches {
    caches: Mutex<Vec<Placed>>,
}

/// A cache with its workspace and import.
#[derive(Clone)]
struct Placed {
    of: (Workspace, ImportId),
    cache: Arc<DraftCache>,
}

/// The cache of a draft, or of an import whose rows are viewed.
pub(crate) struct DraftCache {
    /// The name of the upload.
    upload: String,
    pub file: Arc<Fetched>,
    /// Where the table comes from.
    source: Option<TableSource>,
    inside: Mutex<Inside>,
}

#[derive(Default)]
struct Inside {
    opened: Vec<(String, Arc<Opened>)>,
    surveys: Vec<(String, Survey)>,
    looks: Vec<(String, Arc<FileAnalysis>)>,
    preview: Option<Arc<Preview>>,
    result: Option<Arc<RowIndex>>,
    text: Option<Arc<Text>>,
}

impl DraftCaches {
    fn list(&self) -> MutexGuard<'_, Vec<Placed>> {
        self.caches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the cache of an import with this upload; `fetch` creates it if there is none. A cache of another upload,
    /// such as the table of the sheet that was chosen before, is dropped.
    pub fn cache(
        &self,
        workspace: Workspace,
        import: ImportId,
        upload: &str,
        fetch: impl FnOnce() -> Result<DraftCache, Error>,
    ) -> Result<Arc<DraftCache>, Error> {
        let of = (workspace, import);
        let known = {
            let mut list = self.list();
            let known = list.iter().position(|placed| placed.of == of).map(|at| list.remove(at));
            let known = known.filter(|known| {
                let is_current = known.cache.upload == upload;
                if !is_current {
                    known.cache.stop();
                }
                is_current
            });
            list.extend(known.clone());
            known
        };
        if let Some(known) = known {
            return Ok(known.cache);
        }
        Ok(self.place(workspace, import, fetch()?))
    }

    /// Stores the cache of an import, and returns it. If another thread has stored one with the same upload, that one
    /// is returned.
    pub fn place(&self, workspace: Workspace, import: ImportId, cache: DraftCache) -> Arc<DraftCache> {
        let of = (workspace, import);
        let mut list = self.list();
        if let Some(other) = list.iter().find(|placed| placed.of == of) {
            if other.cache.upload == cache.upload {
                return Arc::clone(&other.cache);
            }
            other.cache.stop();
        }
        list.retain(|placed| placed.of != of);
        let cache = Arc::new(cache);
        list.push(Placed {
            of,
            cache: Arc::clone(&cache),
        });
        if list.len() > REMEMBERED {
            list.remove(0).cache.stop();
        }
        cache
    }

    /// Drops the cache of an import.
    pub fn forget(&self, workspace: Workspace, import: ImportId) {
        self.list().retain(|placed| {
            let stays = placed.of != (workspace, import);
            if !stays {
                placed.cache.stop();
            }
            stays
        });
    }
}

impl Drop for DraftCaches {
    fn drop(&mut self) {
        let caches = std::mem::take(&mut *self.list());
        caches.iter().for_each(|placed| placed.cache.stop());
        caches.iter().for_each(|placed| placed.cache.wait());
    }
}

impl DraftCache {
    /// Creates the cache of an upload that was just stored or fetched.
    pub fn of_upload(upload: Upload) -> Self {
        Self {
            upload: upload.name,
            file: Arc::new(upload.file),
            source: upload.source,
            inside: Mutex::default(),
        }
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stop(&self) {
        if let Some(preview) = &self.inside().preview {
            preview.stop();
        }
    }

    fn wait(&self) {
        let preview = self.inside().preview.take();
        if let Some(preview) = preview {
            preview.join();
        }
    }

    /// Returns the analysis of the file with these settings. The whole file is read again only if the changed settings
    /// require it.
    pub fn look(&self, settings: &DraftSettings, terms: &WorkspaceRules) -> Result<Arc<FileAnalysis>, Error> {
        let opening = settings.opening().of_table(self.source.clone());
        let inside = &mut *self.inside();
        let key = format!("{opening:?} {terms:?}");
        if let Some(known) = find(&inside.looks, &key) {
            return Ok(known);
        }
        let source = self.file.path.clone();
        let how = format!("{:?} {:?} {:?}", opening.charset, opening.delimiter, opening.header);
        let opened = match find(&inside.opened, &how) {
            Some(known) => known,
            None => {
                let opened = Arc::new(open_file(&source, &opening)?);
                keep(&mut inside.opened, how.clone(), Arc::clone(&opened));
                opened
            }
        };
        let mapped = map_columns(&opened, &opening, terms)?;
        let asked = format!("{how} {}", survey_key(&mapped, &opening, terms));
        let survey = match find(&inside.surveys, &asked) {
            Some(known) => known,
            None => {
                let survey = survey_file(
                    &source,
                    &opened,
                    &mapped.mapping,
                    &terms.rules,
                    known_regions(&opening, terms),
                )?;
                keep(&mut inside.surveys, asked, survey.clone());
                survey
            }
        };
        let look = Arc::new(build_analysis(Opened::clone(&opened), mapped, survey, &opening, terms));
        keep(&mut inside.looks, key, Arc::clone(&look));
        Ok(look)
    }

    /// Returns the preview, if there is one.
    pub fn preview(&self) -> Option<Arc<Preview>> {
        self.inside().preview.clone()
    }

    /// Returns the running preview with this key. Otherwise stops the current preview, if there is one, and begins a
    /// new one.
    pub fn preview_or(
        &self,
        key: u128,
        begin: impl FnOnce() -> Result<Arc<Preview>, Error>,
    ) -> Result<Arc<Preview>, Error> {
        let inside = &mut *self.inside();
        if let Some(earlier) = &inside.preview {
            if earlier.key == key && !earlier.is_over() && !earlier.was_stopped() {
                return Ok(Arc::clone(earlier));
            }
            earlier.stop();
        }
        let preview = begin()?;
        inside.preview = Some(Arc::clone(&preview));
        Ok(preview)
    }

    /// Replaces the preview. The earlier one is stopped.
    pub fn set_preview(&self, preview: Option<Arc<Preview>>) {
        let earlier = std::mem::replace(&mut self.inside().preview, preview);
        if let Some(earlier) = earlier {
            earlier.stop();
        }
    }

    /// Returns the index of an import's rows, if it is cached and has `rows` rows.
    pub fn result(&self, rows: u64) -> Option<Arc<RowIndex>> {
        self.inside().result.clone().filter(|index| index.rows() == rows)
    }

    /// Returns the file's text; `make` opens it if it is not cached.
    pub fn text(&self, make: impl FnOnce() -> Result<Text, Error>) -> Result<Arc<Text>, Error> {
        let inside = &mut *self.inside();
        let text = match &inside.text {
            Some(text) => Arc::clone(text),
            None => Arc::clone(inside.text.insert(Arc::new(make()?))),
        };
        Ok(text)
    }

    /// Caches the index of an import's rows.
    pub fn set_result(&self, index: Arc<RowIndex>) {
        self.inside().result = Some(index);
    }
}

/// Returns the cache key of a survey: the columns and countries on which its result depends.
fn survey_key(mapped: &Mapped, opening: &Opening, terms: &WorkspaceRules) -> String {
    let rules = &terms.rules;
    let tells = |slot: &Slot| {
        matches!(slot, Slot::Phone(_) | Slot::Address(_, AddressPart::Country))
            || holds_dates(slot, rules)
            || holds_numbers(slot, rules)
    };
    let columns = mapped.mapping.columns().iter().enumerate();
    let telling: Vec<String> = columns
        .filter_map(|(at, column)| Some((at, column.slot.as_ref().filter(|slot| tells(slot))?)))
        .map(|(at, slot)| format!("{at}={slot}"))
        .collect();
    format!("{:?} {telling:?}", known_regions(opening, terms))
}

fn find<T: Clone>(list: &[(String, T)], key: &str) -> Option<T> {
    list.iter().find(|(k, _)| k == key).map(|(_, found)| found.clone())
}

fn keep<T>(list: &mut Vec<(String, T)>, key: String, found: T) {
    if list.len() >= FINDINGS {
        list.remove(0);
    }
    list.push((key, found));
}
