//! The change feed: which contacts each change of a workspace touched.
//!
//! Lists of contacts in memory follow it. Every transaction that counts a change
//! ([`workspaces::begin_change`](crate::workspace::workspaces::begin_change)) records here what it touched; otherwise
//! those lists read all contacts again. Programs follow it too ([`tombstones`](crate::contacts::tombstones) records
//! which contacts disappeared), for as long as changes are kept: expired changes are deleted up to the count of changes
//! that was recorded on a day.

use crate::engine::{OnConflict, Table, Tx, Value};
use crate::error::{Error, Result};
use crate::ids::Workspace;
use crate::workspace::workspaces;
use model::ContactId;

/// Ids per row.
const IDS_IN_A_ROW: usize = 4_096;
/// A change of more contacts than this is recorded as a change of everything.
const MOST_IDS: usize = 200_000;
/// Length of an id in bytes.
const ID: usize = 16;

/// Contacts that a change created, changed or deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Touched {
    Contacts(Vec<ContactId>),
    /// Contacts of which only the shares changed.
    Shares(Vec<ContactId>),
    /// Perhaps all contacts from the first to the last id.
    Range(ContactId, ContactId),
    Everything,
}

/// What one change touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The number of the change.
    pub change: i64,
    /// What it touched.
    pub touched: Touched,
}

pub(crate) const TABLE: Table<5> = Table {
    name: "contact_feed",
    columns: ["workspace_id", "change_no", "part", "kind", "ids"],
};

pub(crate) const DAYS: Table<3> = Table {
    name: "change_days",
    columns: ["workspace_id", "day", "change_no"],
};

/// Records what the change that this transaction began has touched: once per transaction, and also if it touched
/// nothing.
pub fn note(tx: &mut Tx<'_>, workspace: Workspace, touched: &[Touched]) -> Result<()> {
    let (change, _) = workspaces::changes(tx, workspace)?;
    let parts: Vec<(&str, Vec<u8>)> = touched.iter().flat_map(parts).collect();
    // Followers distinguish a change that touched nothing from one that was not recorded.
    let parts = if parts.is_empty() {
        vec![("contacts", Vec::new())]
    } else {
        parts
    };
    let rows = parts.iter().zip(0..).map(|((kind, ids), part)| {
        [
            workspace.into(),
            Value::Int(change),
            Value::Int(part),
            Value::Text(kind),
            Value::Blob(ids),
        ]
    });
    let rows: Vec<_> = rows.collect();
    tx.bulk_insert("noting what changed", &TABLE, OnConflict::Keep, rows.into_iter())
}

/// Records the count of changes on a day, unless it was already recorded on this day.
pub fn note_day(tx: &mut Tx<'_>, workspace: Workspace, day: i64) -> Result<()> {
    let (change, _) = workspaces::changes(tx, workspace)?;
    tx.execute(
        "noting the changes of a day",
        "INSERT INTO change_days (workspace_id, day, change_no) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        &[workspace.into(), Value::Int(day), Value::Int(change)],
    )?;
    Ok(())
}

/// Deletes the changes up to the count that was recorded on `day` or last before it, and their tombstones.
pub fn forget(tx: &mut Tx<'_>, workspace: Workspace, day: i64) -> Result<()> {
    let noted = tx.query_one(
        "looking for old changes",
        "SELECT change_no FROM change_days WHERE workspace_id = $1 AND day <= $2 ORDER BY day DESC LIMIT 1",
        &[workspace.into(), Value::Int(day)],
        |row| row.int(0),
    )?;
    let Some(change) = noted else { return Ok(()) };
    for (doing, sql) in [
        (
            "forgetting old changes",
            "DELETE FROM contact_feed WHERE workspace_id = $1 AND change_no <= $2",
        ),
        (
            "forgetting what disappeared long ago",
            "DELETE FROM contact_tombstones WHERE workspace_id = $1 AND change_no <= $2",
        ),
    ] {
        tx.execute(doing, sql, &[workspace.into(), Value::Int(change)])?;
    }
    tx.execute(
        "forgetting old days",
        "DELETE FROM change_days WHERE workspace_id = $1 AND day <= $2",
        &[workspace.into(), Value::Int(day)],
    )?;
    Ok(())
}

fn parts(touched: &Touched) -> Vec<(&'static str, Vec<u8>)> {
    let list = |kind: &'static str, ids: &[ContactId]| {
        let rows = ids.chunks(IDS_IN_A_ROW);
        rows.map(|ids| (kind, ids.iter().flat_map(|id| *id.as_bytes()).collect()))
            .collect()
    };
    match touched {
        Touched::Contacts(ids) | Touched::Shares(ids) if ids.len() > MOST_IDS => vec![("everything", Vec::new())],
        Touched::Contacts(ids) => list("contacts", ids),
        Touched::Shares(ids) => list("shares", ids),
        Touched::Range(first, last) => vec![("range", [*first.as_bytes(), *last.as_bytes()].concat())],
        Touched::Everything => vec![("everything", Vec::new())],
    }
}

/// Returns what the changes after `after` have touched, in their order, from at most `limit` rows: a change may have
/// several entries, and the last change of a full result may continue in the next.
pub fn since(tx: &mut Tx<'_>, workspace: Workspace, after: i64, limit: u64) -> Result<Vec<Entry>> {
    tx.query(
        "reading what changed",
        "SELECT change_no, kind, ids FROM contact_feed WHERE workspace_id = $1 AND change_no > $2
         ORDER BY change_no, part LIMIT $3",
        &[workspace.into(), Value::Int(after), Value::count(limit)],
        |row| {
            let Value::Blob(ids) = row.value(2)? else {
                return Err(unreadable());
            };
            Ok(Entry {
                change: row.int(0)?,
                touched: touched(row.text(1)?, ids)?,
            })
        },
    )
}

fn touched(kind: &str, ids: &[u8]) -> Result<Touched> {
    let mut read = ids.chunks_exact(ID).filter_map(|id| ContactId::from_slice(id).ok());
    Ok(match kind {
        "contacts" => Touched::Contacts(read.collect()),
        "shares" => Touched::Shares(read.collect()),
        "range" => match (read.next(), read.next()) {
            (Some(first), Some(last)) => Touched::Range(first, last),
            _ => return Err(unreadable()),
        },
        // A newer program may know more kinds.
        _ => Touched::Everything,
    })
}

fn unreadable() -> Error {
    Error::Corrupt("an entry of contact_feed cannot be read".to_owned())
}
