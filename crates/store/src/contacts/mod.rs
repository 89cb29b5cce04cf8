//! The contacts table: one row per contact, clustered by id, read in pages.
//!
//! A body is JSON that only `model::Contact` interprets. The tables that belong to a contact ([`match_keys`],
//! [`name_order`], [`search_texts`], [`shares`]) are not changed here: `app::contacts::write` keeps them consistent.

pub mod bulk_actions;
pub mod change_feed;
pub mod external_ids;
mod index_blocks;
mod index_runs;
pub mod match_keys;
mod merged_runs;
pub mod name_order;
pub mod not_duplicates;
pub mod search_texts;
pub mod shares;
pub mod tombstones;
pub mod trash;

use crate::engine::{Lookup, OnConflict, Row, Table, Tx, Value, join};
use crate::error::Result;
use crate::ids::{ImportId, Member, RunId, Workspace};
use model::{ContactId, Version};
use std::collections::HashMap;

/// A contact as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactRow {
    pub id: ContactId,
    /// The member it belongs to.
    pub owner: Member,
    /// The moment of its last change, in UTC microseconds.
    pub version: Version,
    /// When it was created, in UTC microseconds.
    pub created_at: i64,
    /// The line of a file that it was created from; `None` if a person created it.
    pub created_by: Option<Origin>,
    /// The person who created it; `None` if an import did, or if it was not recorded.
    pub made_by: Option<Member>,
    /// The run that wrote the current version; `None` if a person did.
    pub written_by: Option<RunId>,
    /// The person who wrote the current version; `None` if an import did, or if it was not recorded.
    pub edited_by: Option<Member>,
    /// The values, as JSON.
    pub body: String,
}

/// The line of a file that a contact was created from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The run that read the file.
    pub run: RunId,
    /// The line, counted from 1.
    pub line: u64,
}

/// Passes the columns that every table of contacts has to another macro, in the order of [`Authorship`] and [`values`].
/// A macro, because `concat!` accepts no constants.
macro_rules! with_columns {
    ($take:ident) => {
        $take!(
            "contact_id",
            "owner_id",
            "version",
            "created_at",
            "created_import",
            "created_line",
            "made_by",
            "written_import",
            "edited_by",
            "body"
        )
    };
}

macro_rules! names {
    ($($name:literal),*) => { [$($name),*] };
}

macro_rules! selected {
    ($first:literal $(, $next:literal)*) => { concat!("c.", $first $(, ", c.", $next)*) };
}

/// The columns of contacts as the list of a SELECT, for a table with the alias `c`.
macro_rules! columns {
    () => {
        with_columns!(selected)
    };
}

/// For the other tables that hold contacts.
pub(crate) use {columns, selected, with_columns};

pub(crate) const COLUMNS: [&str; 10] = with_columns!(names);

pub(crate) const TABLE: Table<11> = Table {
    name: "contacts",
    columns: join(["workspace_id"], COLUMNS),
};

const IDENTITY: Table<2> = Table {
    name: "contacts",
    columns: ["workspace_id", "contact_id"],
};

const BY_ID: Lookup = Lookup {
    table: "contacts c",
    key: "c.contact_id",
    columns: columns!(),
    order: "c.contact_id",
};

const OWNERS: Lookup = Lookup {
    table: "contacts c",
    key: "c.contact_id",
    columns: "c.contact_id, c.owner_id",
    order: "c.contact_id",
};

/// The columns between a contact's id and its body: its owner, and when and by what it was created and written.
#[derive(Clone, Copy)]
pub(crate) struct Authorship {
    pub(crate) owner: Member,
    pub(crate) version: Version,
    pub(crate) created_at: i64,
    pub(crate) created_by: Option<Origin>,
    pub(crate) made_by: Option<Member>,
    pub(crate) written_by: Option<RunId>,
    pub(crate) edited_by: Option<Member>,
}

impl Authorship {
    pub(crate) fn read(row: &Row<'_>) -> Result<Self> {
        let created_by = match row.opt_int(4)? {
            Some(run) => Some(Origin {
                run: RunId::from_stored(run),
                line: row.count(5)?,
            }),
            None => None,
        };
        Ok(Self {
            owner: Member(row.int(1)?),
            version: row.int(2)?,
            created_at: row.int(3)?,
            created_by,
            made_by: row.opt_int(6)?.map(Member),
            written_by: row.opt_int(7)?.map(RunId::from_stored),
            edited_by: row.opt_int(8)?.map(Member),
        })
    }
}

impl From<&ContactRow> for Authorship {
    fn from(row: &ContactRow) -> Self {
        Self {
            owner: row.owner,
            version: row.version,
            created_at: row.created_at,
            created_by: row.created_by,
            made_by: row.made_by,
            written_by: row.written_by,
            edited_by: row.edited_by,
        }
    }
}

/// Returns the values of a contact's columns, in the order of `COLUMNS`.
pub(crate) fn values<'a>(id: &'a ContactId, of: Authorship, body: Value<'a>) -> [Value<'a>; 10] {
    [
        Value::id(id),
        Value::Int(of.owner.0),
        Value::Int(of.version),
        Value::Int(of.created_at),
        of.created_by.map(|origin| origin.run.stored()).into(),
        of.created_by.map_or(Value::Null, |origin| Value::count(origin.line)),
        of.made_by.map(|member| member.0).into(),
        of.written_by.map(RunId::stored).into(),
        of.edited_by.map(|member| member.0).into(),
        body,
    ]
}

pub(crate) fn read(row: &Row<'_>) -> Result<ContactRow> {
    let Authorship {
        owner,
        version,
        created_at,
        created_by,
        made_by,
        written_by,
        edited_by,
    } = Authorship::read(row)?;
    Ok(ContactRow {
        id: row.id(0)?,
        owner,
        version,
        created_at,
        created_by,
        made_by,
        written_by,
        edited_by,
        body: row.text(9)?.to_owned(),
    })
}

/// Adds contacts. Fastest in the order of their ids.
///
/// # Errors
/// [`Error::Conflict`](crate::error::Error::Conflict) if an id exists.
pub fn insert_many(tx: &mut Tx<'_>, workspace: Workspace, rows: &[ContactRow]) -> Result<()> {
    let rows = rows.iter().map(|row| {
        let values = values(&row.id, row.into(), Value::Text(&row.body));
        join([workspace.into()], values)
    });
    tx.bulk_insert("adding contacts", &TABLE, OnConflict::Fail, rows)?;
    Ok(())
}

/// Returns a contact; `None` if it does not exist.
pub fn get(tx: &mut Tx<'_>, workspace: Workspace, id: ContactId) -> Result<Option<ContactRow>> {
    Ok(get_many(tx, workspace, &[id])?.pop())
}

/// Returns the contacts that exist, in the order of `ids`. Fastest if the ids are sorted.
pub fn get_many(tx: &mut Tx<'_>, workspace: Workspace, ids: &[ContactId]) -> Result<Vec<ContactRow>> {
    let mut found = Vec::with_capacity(ids.len());
    tx.lookup(
        "reading contacts",
        &BY_ID,
        workspace,
        ids.iter().map(Value::id),
        |_, row| {
            found.push(read(row)?);
            Ok(())
        },
    )?;
    Ok(found)
}

/// Returns the owners of the contacts that exist, in the order of `ids`. Fastest if the ids are sorted.
pub fn owners(tx: &mut Tx<'_>, workspace: Workspace, ids: &[ContactId]) -> Result<Vec<(ContactId, Member)>> {
    let mut found = Vec::with_capacity(ids.len());
    let keys = ids.iter().map(Value::id);
    tx.lookup("reading owners", &OWNERS, workspace, keys, |_, row| {
        found.push((row.id(0)?, Member(row.int(1)?)));
        Ok(())
    })?;
    Ok(found)
}

/// The key of a contact, and then the columns that an update writes.
const UPDATED: Table<7> = Table {
    name: "contacts",
    columns: [
        "workspace_id",
        "contact_id",
        "owner_id",
        "version",
        "written_import",
        "edited_by",
        "body",
    ],
};

/// Writes owner, version, last writer and body of contacts; when and by what they were created is not changed. Returns
/// how many of the contacts exist. Fastest in the order of their ids.
pub fn update_many(tx: &mut Tx<'_>, workspace: Workspace, rows: &[ContactRow]) -> Result<u64> {
    let rows = rows.iter().map(|row| {
        [
            workspace.into(),
            Value::id(&row.id),
            Value::Int(row.owner.0),
            Value::Int(row.version),
            row.written_by.map(RunId::stored).into(),
            row.edited_by.map(|member| member.0).into(),
            Value::Text(&row.body),
        ]
    });
    tx.bulk_update("changing contacts", &UPDATED, 2, rows)
}

/// Writes contacts in place of those with the same ids, all at once: one by one, each would take a round trip to a
/// server. Fastest in the order of their ids.
///
/// # Errors
/// [`Error::Conflict`](crate::error::Error::Conflict) if an id occurs twice.
pub fn replace_many(tx: &mut Tx<'_>, workspace: Workspace, rows: &[ContactRow]) -> Result<()> {
    let ids: Vec<ContactId> = rows.iter().map(|row| row.id).collect();
    delete_many(tx, workspace, &ids)?;
    insert_many(tx, workspace, rows)
}

/// Deletes contacts, but not their match keys and names; returns how many there were.
pub fn delete_many(tx: &mut Tx<'_>, workspace: Workspace, ids: &[ContactId]) -> Result<u64> {
    let rows = ids.iter().map(|id| [workspace.into(), Value::id(id)]);
    tx.bulk_delete("deleting contacts", &IDENTITY, rows)
}

/// Returns the next contacts after `after`, at most `limit`, in the order of their ids.
pub fn page(tx: &mut Tx<'_>, workspace: Workspace, after: Option<ContactId>, limit: u64) -> Result<Vec<ContactRow>> {
    tx.query(
        "reading contacts",
        concat!(
            "SELECT ",
            columns!(),
            " FROM contacts c WHERE c.workspace_id = $1 AND c.contact_id > $2 ORDER BY c.contact_id LIMIT $3"
        ),
        &[workspace.into(), Value::after(after.as_ref()), Value::count(limit)],
        read,
    )
}

/// Returns the next contacts after `after`, at most `limit`, that a member owns or that are shared with them or with
/// everyone, in the order of their ids.
pub fn page_seen(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    member: Member,
    after: Option<ContactId>,
    limit: u64,
) -> Result<Vec<ContactRow>> {
    tx.query(
        "reading the contacts of a member",
        concat!(
            "SELECT ",
            columns!(),
            " FROM contacts c WHERE c.workspace_id = $1 AND c.contact_id > $2
               AND (c.owner_id = $3 OR EXISTS (
                   SELECT 1 FROM contact_shares s
                   WHERE s.workspace_id = $1 AND s.contact_id = c.contact_id AND s.grantee IN (0, $3)))
             ORDER BY c.contact_id LIMIT $4"
        ),
        &[
            workspace.into(),
            Value::after(after.as_ref()),
            Value::Int(member.0),
            Value::count(limit),
        ],
        read,
    )
}

/// Returns the next contacts after `after`, at most `limit`, in name order, each with the text by which it is ordered.
/// A contact without a name entry is left out.
pub fn page_by_name(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    after: Option<&(String, ContactId)>,
    limit: u64,
) -> Result<Vec<(String, ContactRow)>> {
    let mut named = Vec::new();
    let mut after = after.cloned();
    while (named.len() as u64) < limit {
        let entries = name_order::page(tx, workspace, after.as_ref(), limit - named.len() as u64)?;
        if entries.is_empty() {
            break;
        }
        after = entries.last().cloned();
        named.extend(with_contacts(tx, workspace, entries)?);
    }
    Ok(named)
}

/// Reads the contacts of name entries, in the order of the entries.
fn with_contacts(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    entries: Vec<(String, ContactId)>,
) -> Result<Vec<(String, ContactRow)>> {
    let mut ids: Vec<ContactId> = entries.iter().map(|(_, id)| *id).collect();
    ids.sort_unstable();
    let rows = get_many(tx, workspace, &ids)?;
    let mut rows: HashMap<ContactId, ContactRow> = rows.into_iter().map(|row| (row.id, row)).collect();
    let named = entries
        .into_iter()
        .filter_map(|(name, id)| Some((name, rows.remove(&id)?)));
    Ok(named.collect())
}

/// Returns those of `ids` whose contacts the run `run` has created, in order.
fn created_by(tx: &mut Tx<'_>, workspace: Workspace, run: RunId, mut ids: Vec<ContactId>) -> Result<Vec<ContactId>> {
    ids.sort_unstable();
    ids.dedup();
    let what = Lookup {
        table: "contacts",
        key: "contact_id",
        columns: "contact_id, created_import",
        order: "contact_id",
    };
    let mut created = Vec::new();
    tx.lookup(
        "asking who created contacts",
        &what,
        workspace,
        ids.iter().map(Value::id),
        |_, row| {
            if row.opt_int(1)?.map(RunId::from_stored) == Some(run) {
                created.push(row.id(0)?);
            }
            Ok(())
        },
    )?;
    Ok(created)
}

/// Returns the next contacts after `after`, at most `limit`, that `import` created with ids from `first` to `last`, in
/// the order of their ids.
pub fn page_created_by(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    import: ImportId,
    (first, last): (ContactId, ContactId),
    after: Option<ContactId>,
    limit: u64,
) -> Result<Vec<ContactRow>> {
    // One lower bound: given two, SQLite may start at the smaller one for every page.
    let before_first = first.as_u128().checked_sub(1).map(ContactId::from_u128);
    let after = after.max(before_first);
    tx.query(
        "reading the contacts of an import",
        concat!(
            "SELECT ",
            columns!(),
            " FROM contacts c WHERE c.workspace_id = $1 AND c.contact_id > $2 AND c.contact_id <= $3
               AND c.created_import = $4 ORDER BY c.contact_id LIMIT $5"
        ),
        &[
            workspace.into(),
            Value::after(after.as_ref()),
            Value::id(&last),
            Value::Int(import.0),
            Value::count(limit),
        ],
        read,
    )
}

/// Returns the existing ids from `first` to `last`, in order, at most `limit`.
pub fn ids_between(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    (first, last): (ContactId, ContactId),
    limit: u64,
) -> Result<Vec<ContactId>> {
    tx.query(
        "reading ids of contacts",
        "SELECT contact_id FROM contacts WHERE workspace_id = $1 AND contact_id BETWEEN $2 AND $3
         ORDER BY contact_id LIMIT $4",
        &[
            workspace.into(),
            Value::id(&first),
            Value::id(&last),
            Value::count(limit),
        ],
        |row| row.id(0),
    )
}

/// Counts the contacts. Scans every one: about 0.1 s per million when they are in the cache.
pub fn count(tx: &mut Tx<'_>, workspace: Workspace) -> Result<u64> {
    let sql = "SELECT count(*) FROM contacts WHERE workspace_id = $1";
    let count = tx.query_one("counting contacts", sql, &[workspace.into()], |row| row.count(0))?;
    Ok(count.unwrap_or(0))
}
