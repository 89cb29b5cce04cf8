//! Imports: one row for each run of a file, and the ranges of contact ids that its batches gave out.
//!
//! Stores an import's number, state, progress and batches. Plan and counts are JSON that `app` interprets; the values
//! before a change are in [`change_log`].

pub mod change_log;
pub mod leases;
pub mod mappings;

use crate::engine::{Row, Tx, Value};
use crate::error::{Error, Result};
use crate::ids::{ImportId, Member, Workspace};
use model::ContactId;

/// An import as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    pub id: ImportId,
    /// The member who runs it.
    pub owner: Member,
    /// The file's name.
    pub file_name: String,
    /// The file's size in bytes.
    pub file_size: u64,
    pub state: ImportState,
    /// Dialect, mapping and options, as JSON.
    pub plan: String,
    /// Rows of the file that are done and committed.
    pub rows_done: u64,
    /// Counts of the outcomes of these rows, as JSON.
    pub counts: String,
    /// Size in bytes of the file of rejected rows after the rows done.
    pub rejected_bytes: u64,
    /// When it was created, in UTC microseconds.
    pub created_at: i64,
    /// When its plan, progress or state last changed, in UTC microseconds.
    pub updated_at: i64,
    /// When it last ended, in UTC microseconds.
    pub finished_at: Option<i64>,
    /// When its change log was deleted, in UTC microseconds; `None` while the import can be undone.
    pub forgotten_at: Option<i64>,
}

/// The state of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportState {
    /// Its file has arrived and is being reviewed; nothing is written yet.
    Draft,
    /// Rows are being written, or were when the process died.
    Running,
    /// It is to stop after the current batch.
    Cancelling,
    /// Stopped on request; what is written is kept.
    Cancelled,
    /// Every row is done.
    Done,
    /// It is being undone, or was when the process died.
    Undoing,
    /// It was undone.
    Undone,
}

impl ImportState {
    /// Returns the word that is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Running => "running",
            Self::Cancelling => "cancelling",
            Self::Cancelled => "cancelled",
            Self::Done => "done",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
        }
    }

    /// Returns the state that is stored as this word.
    pub fn parse(word: &str) -> Option<Self> {
        let states = [
            Self::Draft,
            Self::Running,
            Self::Cancelling,
            Self::Cancelled,
            Self::Done,
            Self::Undoing,
            Self::Undone,
        ];
        states.into_iter().find(|state| state.as_str() == word)
    }
}

/// The initial values of an import.
#[derive(Clone, Debug)]
pub struct NewImport<'a> {
    /// The member who runs it.
    pub owner: Member,
    /// The file's name.
    pub file_name: &'a str,
    /// The file's size in bytes.
    pub file_size: u64,
    /// Dialect, mapping and options, as JSON.
    pub plan: &'a str,
    /// The counts before any row is done, as JSON.
    pub counts: &'a str,
    /// [`ImportState::Draft`] or [`ImportState::Running`].
    pub state: ImportState,
}

/// The progress of an import.
#[derive(Clone, Debug)]
pub struct Checkpoint<'a> {
    /// Rows of the file that are done.
    pub rows_done: u64,
    /// Counts of the outcomes of these rows, as JSON.
    pub counts: &'a str,
    /// Size in bytes of the file of rejected rows after the rows done.
    pub rejected_bytes: u64,
}

/// The range of ids that a batch gave to the contacts it created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The batch's number within its import.
    pub number: u64,
    /// The smallest id.
    pub first: ContactId,
    /// The greatest id.
    pub last: ContactId,
    /// How many contacts it created.
    pub created: u64,
}

/// The columns of an import, in the order in which [`read`] takes them.
macro_rules! columns {
    () => {
        "import_id, owner_id, file_name, file_size, state, plan, rows_done, counts, rejected_bytes, created_at, updated_at, \
         finished_at, forgotten_at"
    };
}

fn read(row: &Row<'_>) -> Result<Import> {
    let state = row.text(4)?;
    Ok(Import {
        id: ImportId(row.int(0)?),
        owner: Member(row.int(1)?),
        file_name: row.text(2)?.to_owned(),
        file_size: row.count(3)?,
        state: ImportState::parse(state)
            .ok_or_else(|| Error::Corrupt("an import is in an unknown state".to_owned()))?,
        plan: row.text(5)?.to_owned(),
        rows_done: row.count(6)?,
        counts: row.text(7)?.to_owned(),
        rejected_bytes: row.count(8)?,
        created_at: row.int(9)?,
        updated_at: row.int(10)?,
        finished_at: row.opt_int(11)?,
        forgotten_at: row.opt_int(12)?,
    })
}

/// Creates an import with the next number of the workspace.
///
/// # Errors
/// [`Error::Conflict`] if another process took the number at the same moment: try again. This cannot happen on SQLite,
/// which has one writer.
pub fn create(tx: &mut Tx<'_>, workspace: Workspace, import: &NewImport<'_>, now: i64) -> Result<ImportId> {
    let next = "SELECT coalesce(max(import_id), 0) + 1 FROM imports WHERE workspace_id = $1";
    let number = tx
        .query_one("numbering an import", next, &[workspace.into()], |row| row.int(0))?
        .unwrap_or(1);
    tx.execute(
        "beginning an import",
        "INSERT INTO imports (workspace_id, import_id, owner_id, file_name, file_size, state, plan, rows_done, counts,
                              rejected_bytes, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, 0, $9, $9)",
        &[
            workspace.into(),
            Value::Int(number),
            Value::Int(import.owner.0),
            Value::Text(import.file_name),
            Value::count(import.file_size),
            Value::Text(import.state.as_str()),
            Value::Text(import.plan),
            Value::Text(import.counts),
            Value::Int(now),
        ],
    )?;
    Ok(ImportId(number))
}

/// Returns an import; `None` if it does not exist.
pub fn get(tx: &mut Tx<'_>, workspace: Workspace, id: ImportId) -> Result<Option<Import>> {
    tx.query_one(
        "reading an import",
        concat!(
            "SELECT ",
            columns!(),
            " FROM imports WHERE workspace_id = $1 AND import_id = $2"
        ),
        &[workspace.into(), Value::Int(id.0)],
        read,
    )
}

/// Returns all imports, the newest first.
pub fn list(tx: &mut Tx<'_>, workspace: Workspace) -> Result<Vec<Import>> {
    tx.query(
        "reading imports",
        concat!(
            "SELECT ",
            columns!(),
            " FROM imports WHERE workspace_id = $1 ORDER BY import_id DESC"
        ),
        &[workspace.into()],
        read,
    )
}

/// Returns the next imports of a member before `before`, at most `limit`, the newest first.
pub fn page(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    owner: Member,
    before: Option<ImportId>,
    limit: u64,
) -> Result<Vec<Import>> {
    let before = before.map_or(i64::MAX, |import| import.0);
    tx.query(
        "reading a page of imports",
        concat!(
            "SELECT ",
            columns!(),
            " FROM imports WHERE workspace_id = $1 AND owner_id = $2 AND import_id < $3 ORDER BY import_id DESC LIMIT $4"
        ),
        &[
            workspace.into(),
            Value::Int(owner.0),
            Value::Int(before),
            Value::count(limit),
        ],
        read,
    )
}

/// Returns the imports that are running, cancelling or undoing, the oldest first.
pub fn unfinished(tx: &mut Tx<'_>, workspace: Workspace) -> Result<Vec<Import>> {
    tx.query(
        "looking for unfinished imports",
        concat!(
            "SELECT ",
            columns!(),
            " FROM imports WHERE workspace_id = $1 AND state IN ('running', 'cancelling', 'undoing') ORDER BY import_id"
        ),
        &[workspace.into()],
        read,
    )
}

/// Returns number, state and end of a member's imports that ended or were undone at `since` or later, in the order of
/// that time.
pub fn ended_since(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    owner: Member,
    since: i64,
) -> Result<Vec<(ImportId, ImportState, i64)>> {
    tx.query(
        "looking for imports that have ended",
        "SELECT import_id, state, updated_at FROM imports
         WHERE workspace_id = $1 AND updated_at >= $3 AND state IN ('done', 'cancelled', 'undone') AND owner_id = $2
         ORDER BY updated_at, import_id",
        &[workspace.into(), Value::Int(owner.0), Value::Int(since)],
        |row| {
            let state = ImportState::parse(row.text(1)?);
            let state = state.ok_or_else(|| Error::Corrupt("an import is in an unknown state".to_owned()))?;
            Ok((ImportId(row.int(0)?), state, row.int(2)?))
        },
    )
}

/// Records the progress of an import; returns whether the import exists.
pub fn checkpoint(tx: &mut Tx<'_>, workspace: Workspace, id: ImportId, at: &Checkpoint<'_>, now: i64) -> Result<bool> {
    let changed = tx.execute(
        "noting an import's progress",
        "UPDATE imports SET rows_done = $3, counts = $4, rejected_bytes = $5, updated_at = $6
         WHERE workspace_id = $1 AND import_id = $2",
        &[
            workspace.into(),
            Value::Int(id.0),
            Value::count(at.rows_done),
            Value::Text(at.counts),
            Value::count(at.rejected_bytes),
            Value::Int(now),
        ],
    )?;
    Ok(changed == 1)
}

/// Changes an import's state; with `finished`, records `now` as the time of its end. Returns whether the import exists.
pub fn set_state(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    id: ImportId,
    state: ImportState,
    now: i64,
    finished: bool,
) -> Result<bool> {
    let changed = tx.execute(
        "changing an import's state",
        "UPDATE imports SET state = $3, updated_at = $4, finished_at = coalesce($5, finished_at)
         WHERE workspace_id = $1 AND import_id = $2",
        &[
            workspace.into(),
            Value::Int(id.0),
            Value::Text(state.as_str()),
            Value::Int(now),
            finished.then_some(now).into(),
        ],
    )?;
    Ok(changed == 1)
}

/// Changes an import's state from `from` to `to`; returns whether it was in `from`.
pub fn change_state(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    id: ImportId,
    from: ImportState,
    to: ImportState,
    now: i64,
) -> Result<bool> {
    let changed = tx.execute(
        "changing an import's state",
        "UPDATE imports SET state = $4, updated_at = $5 WHERE workspace_id = $1 AND import_id = $2 AND state = $3",
        &[
            workspace.into(),
            Value::Int(id.0),
            Value::Text(from.as_str()),
            Value::Text(to.as_str()),
            Value::Int(now),
        ],
    )?;
    Ok(changed == 1)
}

/// Records that the change log of an import is deleted; returns whether the import exists.
pub fn set_forgotten(tx: &mut Tx<'_>, workspace: Workspace, id: ImportId, now: i64) -> Result<bool> {
    let changed = tx.execute(
        "letting go of a change log",
        "UPDATE imports SET forgotten_at = $3 WHERE workspace_id = $1 AND import_id = $2",
        &[workspace.into(), Value::Int(id.0), Value::Int(now)],
    )?;
    Ok(changed == 1)
}

/// Replaces the plan of a draft; returns whether the import exists and is still a draft.
pub fn set_plan(tx: &mut Tx<'_>, workspace: Workspace, id: ImportId, plan: &str, now: i64) -> Result<bool> {
    let changed = tx.execute(
        "changing a draft",
        "UPDATE imports SET plan = $3, updated_at = $4 WHERE workspace_id = $1 AND import_id = $2 AND state = $5",
        &[
            workspace.into(),
            Value::Int(id.0),
            Value::Text(plan),
            Value::Int(now),
            Value::Text(ImportState::Draft.as_str()),
        ],
    )?;
    Ok(changed == 1)
}

/// Deletes a draft; returns whether it existed. An import that has written anything cannot be deleted.
pub fn delete_draft(tx: &mut Tx<'_>, workspace: Workspace, id: ImportId) -> Result<bool> {
    let deleted = tx.execute(
        "deleting a draft",
        "DELETE FROM imports WHERE workspace_id = $1 AND import_id = $2 AND state = $3",
        &[
            workspace.into(),
            Value::Int(id.0),
            Value::Text(ImportState::Draft.as_str()),
        ],
    )?;
    Ok(deleted == 1)
}

/// Records the range of ids of the contacts that a batch created.
///
/// # Errors
/// [`Error::Conflict`] if the import has a batch of this number.
pub fn add_batch(tx: &mut Tx<'_>, workspace: Workspace, id: ImportId, batch: &Batch) -> Result<()> {
    tx.execute(
        "noting a batch",
        "INSERT INTO import_batches (workspace_id, import_id, batch_no, first_contact, last_contact, created)
         VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            workspace.into(),
            Value::Int(id.0),
            Value::count(batch.number),
            Value::id(&batch.first),
            Value::id(&batch.last),
            Value::count(batch.created),
        ],
    )?;
    Ok(())
}

/// Returns the batches of an import that created contacts, by number.
pub fn batches(tx: &mut Tx<'_>, workspace: Workspace, id: ImportId) -> Result<Vec<Batch>> {
    tx.query(
        "reading batches",
        "SELECT batch_no, first_contact, last_contact, created FROM import_batches
         WHERE workspace_id = $1 AND import_id = $2 ORDER BY batch_no",
        &[workspace.into(), Value::Int(id.0)],
        |row| {
            Ok(Batch {
                number: row.count(0)?,
                first: row.id(1)?,
                last: row.id(2)?,
                created: row.count(3)?,
            })
        },
    )
}
