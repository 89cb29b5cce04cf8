//! Importing a file: from the start, from where it was interrupted, or as a preview that writes nothing.
//!
//! Owns what is stored of an import, its states, and the list of imports. How a run goes through a file is in `run`.

use crate::plan::{ImportOptions, Look, NumbersOf, Opening, Reading, look};
use crate::rejected::RejectedRows;
use crate::run::{Notable, Reached, Run, Watch, over_scratch, to_json};
use crate::uploads::{Counted, Upload};
use crate::{Actor, App, Counts, Error};
use exchange::mapping::Column;
use exchange::open::Source;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use store::imports::{self, Import, ImportState, NewImport};
use store::{ImportId, Store};

/// A file and what is to be done with it: what all doors ask for.
#[derive(Clone, Debug)]
pub struct ImportRequest<'a> {
    /// Where the file is.
    pub path: &'a Path,
    /// The name that people know it by.
    pub file_name: &'a str,
    /// How it is to be opened and mapped.
    pub opening: Opening,
    /// What is to be done with its rows.
    pub options: ImportOptions,
    /// Where rejected rows are to be written. A preview writes none.
    pub rejected: Option<&'a Path>,
}

/// What is stored of an import, so that it can go on.
#[derive(Serialize, Deserialize)]
struct Plan {
    reading: Reading,
    options: ImportOptions,
    upload: String,
    rejected: Option<PathBuf>,
}

/// Why an import came to an end before the file did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// It did not: all rows are settled.
    No,
    /// Somebody asked it to stop; it can be gone on with.
    OnRequest,
}

/// What a run or a preview came to.
#[derive(Debug)]
pub struct ImportSummary {
    /// The import; none for a preview.
    pub import: Option<ImportId>,
    /// Rows by outcome.
    pub counts: Counts,
    /// The first invalid, ambiguous and conflicting rows and possible duplicates.
    pub notable: Vec<Notable>,
    /// What each column became; empty when an import was gone on with.
    pub columns: Vec<Column>,
    /// The country of numbers without country code.
    pub numbers_of: Option<NumbersOf>,
    /// Whether all rows are settled.
    pub stopped: Stopped,
    /// The file of rejected rows, if one was asked for.
    pub rejected: Option<PathBuf>,
}

/// An import in the list.
#[derive(Debug)]
pub struct ImportReport {
    /// Its number.
    pub import: ImportId,
    /// The file's name.
    pub file_name: String,
    /// Where it stands.
    pub state: ImportState,
    /// Whether it was interrupted: it is not finished, and no process runs it.
    pub interrupted: bool,
    /// Rows by outcome so far.
    pub counts: Counts,
    /// When it was started, in UTC microseconds.
    pub created_at: i64,
}

/// An import that is about to run, or to go on.
struct Start {
    import: ImportId,
    plan: Plan,
    reached: Reached,
    upload: Upload,
    rejected: Option<RejectedRows>,
    columns: Vec<Column>,
}

impl App {
    /// What an import of the file would do, row by row exactly as the import would, without changing anything.
    ///
    /// # Errors
    /// When the file cannot be read or mapped, or the database fails.
    pub fn preview(
        &self,
        actor: Actor,
        request: &ImportRequest<'_>,
        mut watch: Watch<'_>,
    ) -> Result<ImportSummary, Error> {
        refuse_overwriting(request)?;
        let source = Counted::new(request.path);
        let look = usable_look(&source, &request.opening)?;
        let size = std::fs::metadata(request.path).map_or(0, |m| m.len());
        let mut run = Run::preview(&*self.world, actor, request.options, &look.reading, &source).of_size(size);
        let scratch = Store::scratch()?;
        let stopped = self.store.read(|base| {
            let mut seen = |_: &_, _, _: &_| Ok(());
            over_scratch(&scratch, Some(base), &mut run, Some(&mut watch), &mut seen)
        })?;
        let (counts, notable) = run.into_result();
        Ok(ImportSummary {
            import: None,
            counts,
            notable,
            columns: look.columns,
            numbers_of: look.reading.numbers_of(),
            stopped,
            rejected: None,
        })
    }

    /// Imports a file. It goes on in batches; what is committed stays, and a run that dies can be gone on with.
    ///
    /// # Errors
    /// When the file cannot be read or mapped, or the database fails.
    pub fn import(&self, actor: Actor, request: &ImportRequest<'_>, watch: Watch<'_>) -> Result<ImportSummary, Error> {
        refuse_overwriting(request)?;
        let original = request.path.to_owned();
        let look = usable_look(&original, &request.opening)?;
        self.sweep_uploads(&self.needed_uploads(actor)?);
        let upload = self.take_upload(&original)?;
        // Who goes on with it later may stand in another folder.
        let rejected = request
            .rejected
            .map(|p| std::path::absolute(p).unwrap_or_else(|_| p.to_owned()));
        let plan = Plan {
            reading: look.reading,
            options: request.options,
            upload: upload.name.clone(),
            rejected,
        };
        let rejected = plan
            .rejected
            .as_deref()
            .map(|p| RejectedRows::create(p, &plan.reading))
            .transpose()?;
        let new = NewImport {
            owner: actor.member,
            file_name: request.file_name,
            file_size: upload.size,
            plan: &to_json(&plan),
            counts: &to_json(&Reached::default()),
        };
        let now = self.world.now();
        let import = self.store.write(|tx| imports::create(tx, actor.workspace, &new, now))?;
        let start = Start {
            import,
            plan,
            reached: Reached::default(),
            upload,
            rejected,
            columns: look.columns,
        };
        self.run(actor, start, watch)
    }

    /// Goes on with an interrupted import and ends as an unbroken run.
    ///
    /// # Errors
    /// When there is no such import, it is not interrupted, or another process runs it.
    pub fn resume(&self, actor: Actor, import: ImportId, watch: Watch<'_>) -> Result<ImportSummary, Error> {
        let stored = self.stored(actor, import)?;
        if stored.state != ImportState::Running {
            return Err(Error::NotResumable {
                import,
                state: stored.state.as_str(),
            });
        }
        let plan = plan_of(&stored)?;
        let upload = self.hold_run(&stored)?;
        // Only now that nobody else runs it, what is stored is the last word.
        let stored = self.stored(actor, import)?;
        let rejected = match &plan.rejected {
            Some(path) => Some(RejectedRows::go_on(path, &plan.reading, stored.rejected_bytes, import)?),
            None => None,
        };
        let start = Start {
            import,
            plan,
            reached: reached_of(&stored)?,
            upload,
            rejected,
            columns: Vec::new(),
        };
        self.run(actor, start, watch)
    }

    /// The imports, newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn imports(&self, actor: Actor) -> Result<Vec<ImportReport>, Error> {
        let stored = self.store.read(|tx| imports::list(tx, actor.workspace))?;
        stored.iter().map(|import| self.report(import)).collect()
    }

    fn report(&self, stored: &Import) -> Result<ImportReport, Error> {
        let interrupted = match stored.state {
            // Whoever runs it holds its file.
            ImportState::Running => {
                plan_of(stored).is_ok_and(|plan| !matches!(self.hold_upload(&plan.upload), Ok(None)))
            }
            // An undo holds nothing; while it runs it looks interrupted, and doing it again does no harm.
            ImportState::Undoing => true,
            _ => false,
        };
        Ok(ImportReport {
            import: stored.id,
            file_name: stored.file_name.clone(),
            state: stored.state,
            interrupted,
            counts: reached_of(stored)?.counts,
            created_at: stored.created_at,
        })
    }

    fn needed_uploads(&self, actor: Actor) -> Result<Vec<String>, Error> {
        let stored = self.store.read(|tx| imports::list(tx, actor.workspace))?;
        let unfinished = stored.iter().filter(|i| i.state == ImportState::Running);
        Ok(unfinished
            .filter_map(|i| plan_of(i).ok())
            .map(|plan| plan.upload)
            .collect())
    }

    pub(crate) fn stored(&self, actor: Actor, import: ImportId) -> Result<Import, Error> {
        self.store
            .read(|tx| imports::get(tx, actor.workspace, import))?
            .ok_or(Error::NoImport(import))
    }

    /// The same for an import that will not go on: its file may be gone, and then nobody can run it.
    pub(crate) fn hold_run_if_there(&self, stored: &Import) -> Result<Option<Upload>, Error> {
        match self.hold_run(stored) {
            Err(Error::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => Ok(None),
            held => held.map(Some),
        }
    }

    /// Takes hold of an interrupted import, so that no other process goes on with it.
    pub(crate) fn hold_run(&self, stored: &Import) -> Result<Upload, Error> {
        self.hold_upload(&plan_of(stored)?.upload)?
            .ok_or(Error::ImportRuns(stored.id))
    }

    fn run(&self, actor: Actor, start: Start, mut watch: Watch<'_>) -> Result<ImportSummary, Error> {
        let Start {
            import,
            plan,
            reached,
            upload,
            rejected,
            columns,
        } = start;
        let source = Counted::new(&upload.path);
        let mut run = Run::real(&*self.world, actor, plan.options, &plan.reading, &source, import)
            .of_size(upload.size)
            .from(reached)
            .writing_rejected(rejected);
        let stopped = run.go_through(&self.store, &mut watch)?;
        let (counts, notable) = run.into_result();
        if stopped == Stopped::No {
            let now = self.world.now();
            self.store
                .write(|tx| imports::set_state(tx, actor.workspace, import, ImportState::Done, now, true))?;
            Self::drop_upload(upload);
        }
        Ok(ImportSummary {
            import: Some(import),
            counts,
            notable,
            columns,
            numbers_of: plan.reading.numbers_of(),
            stopped,
            rejected: plan.rejected,
        })
    }
}

/// The file of rejected rows must not be the one that they are read from.
fn refuse_overwriting(request: &ImportRequest<'_>) -> Result<(), Error> {
    let same = |a: &Path, b: &Path| match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    };
    match request.rejected {
        Some(rejected) if same(rejected, request.path) => Err(Error::RejectedOverInput(rejected.to_owned())),
        _ => Ok(()),
    }
}

/// A look at a file whose columns fill at least one field.
fn usable_look(source: &dyn Source, opening: &Opening) -> Result<Look, Error> {
    let look = look(source, opening)?;
    if look.reading.mapping.is_empty() {
        return Err(Error::NothingMapped(look.opened.header));
    }
    Ok(look)
}

fn plan_of(stored: &Import) -> Result<Plan, Error> {
    serde_json::from_str(&stored.plan).map_err(|_| Error::UnreadablePlan(stored.id))
}

fn reached_of(stored: &Import) -> Result<Reached, Error> {
    serde_json::from_str(&stored.counts).map_err(|_| Error::UnreadablePlan(stored.id))
}
