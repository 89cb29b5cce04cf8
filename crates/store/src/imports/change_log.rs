//! The change log: the values of contacts before an import changed them.
//!
//! Records updates, and contacts that an import created outside of its batches' ranges of ids. Contacts within these
//! ranges need no row each: [`imports::batches`](crate::imports::batches) and
//! [`contacts::page_created_by`](crate::contacts::page_created_by) find them.

use crate::engine::{OnConflict, Row, Table, Tx, Value};
use crate::error::Result;
use crate::ids::{ImportId, Member, RunId, Workspace};
use model::{ContactId, Version};

/// One contact that an import changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub contact: ContactId,
    /// The line of the file, counted from 1.
    pub line: u64,
    /// The contact before the change; `None` if the import created it.
    pub before: Option<Before>,
}

/// A contact as it was before an import changed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    pub version: Version,
    /// The run that had written that version; `None` if a person had.
    pub written_by: Option<RunId>,
    /// The person who had written that version, if known.
    pub edited_by: Option<Member>,
    /// Its values, as JSON.
    pub body: String,
}

pub(crate) const TABLE: Table<8> = Table {
    name: "import_changes",
    columns: [
        "workspace_id",
        "import_id",
        "contact_id",
        "line",
        "before_version",
        "before_written_import",
        "before_edited_by",
        "before_body",
    ],
};

const IDENTITY: Table<3> = Table {
    name: TABLE.name,
    columns: ["workspace_id", "import_id", "contact_id"],
};

fn read(row: &Row<'_>) -> Result<Change> {
    let before = match row.opt_text(5)? {
        Some(body) => Some(Before {
            version: row.int(2)?,
            written_by: row.opt_int(3)?.map(RunId::from_stored),
            edited_by: row.opt_int(4)?.map(Member),
            body: body.to_owned(),
        }),
        None => None,
    };
    Ok(Change {
        contact: row.id(0)?,
        line: row.count(1)?,
        before,
    })
}

/// Records changes. If the import has changed a contact before, the first record is kept, because it holds the values
/// before.
pub fn record(tx: &mut Tx<'_>, workspace: Workspace, import: ImportId, changes: &[Change]) -> Result<()> {
    let rows = changes.iter().map(|change| {
        let before = change.before.as_ref();
        [
            workspace.into(),
            Value::Int(import.0),
            Value::id(&change.contact),
            Value::count(change.line),
            before.map(|b| b.version).into(),
            before.and_then(|b| b.written_by).map(RunId::stored).into(),
            before.and_then(|b| b.edited_by).map(|m| m.0).into(),
            before.map(|b| b.body.as_str()).into(),
        ]
    });
    tx.bulk_insert("noting changes", &TABLE, OnConflict::Keep, rows)?;
    Ok(())
}

/// Returns the change of one contact by an import; `None` if there was none.
pub fn get(tx: &mut Tx<'_>, workspace: Workspace, import: ImportId, contact: ContactId) -> Result<Option<Change>> {
    tx.query_one(
        "reading a change",
        "SELECT contact_id, line, before_version, before_written_import, before_edited_by, before_body FROM import_changes
         WHERE workspace_id = $1 AND import_id = $2 AND contact_id = $3",
        &[workspace.into(), Value::Int(import.0), Value::id(&contact)],
        read,
    )
}

/// Returns the changes of a contact by the last imports that changed it and whose log is kept, at most `limit`, the
/// latest first.
pub fn of_contact(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    contact: ContactId,
    limit: u64,
) -> Result<Vec<(ImportId, Change)>> {
    tx.query(
        "reading the changes of a contact",
        "SELECT c.contact_id, c.line, c.before_version, c.before_written_import, c.before_edited_by, c.before_body, c.import_id
         FROM imports i
         JOIN import_changes c ON c.workspace_id = $1 AND c.import_id = i.import_id AND c.contact_id = $2
         WHERE i.workspace_id = $1 AND i.forgotten_at IS NULL AND c.before_body IS NOT NULL
         ORDER BY c.import_id DESC LIMIT $3",
        &[workspace.into(), Value::id(&contact), Value::count(limit)],
        |row| Ok((ImportId(row.int(6)?), read(row)?)),
    )
}

/// Returns the next changes of an import after the contact `after`, at most `limit`, in the order of the contacts' ids.
pub fn page(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    import: ImportId,
    after: Option<ContactId>,
    limit: u64,
) -> Result<Vec<Change>> {
    tx.query(
        "reading changes",
        "SELECT contact_id, line, before_version, before_written_import, before_edited_by, before_body FROM import_changes
         WHERE workspace_id = $1 AND import_id = $2 AND contact_id > $3 ORDER BY contact_id LIMIT $4",
        &[
            workspace.into(),
            Value::Int(import.0),
            Value::after(after.as_ref()),
            Value::count(limit),
        ],
        read,
    )
}

/// Deletes the log of an import; returns how many changes it held.
pub fn forget(tx: &mut Tx<'_>, workspace: Workspace, import: ImportId) -> Result<u64> {
    let sql = "DELETE FROM import_changes WHERE workspace_id = $1 AND import_id = $2";
    tx.execute("forgetting changes", sql, &[workspace.into(), Value::Int(import.0)])
}

/// Deletes at most `limit` changes of imports whose log is marked as deleted
/// ([`imports::set_forgotten`](crate::imports::set_forgotten)); returns how many.
pub fn forget_marked(tx: &mut Tx<'_>, workspace: Workspace, limit: u64) -> Result<u64> {
    let old = tx.query(
        "looking for change logs that were let go of",
        "SELECT c.import_id, c.contact_id FROM imports i
         JOIN import_changes c ON c.workspace_id = $1 AND c.import_id = i.import_id
         WHERE i.workspace_id = $1 AND i.forgotten_at IS NOT NULL LIMIT $2",
        &[workspace.into(), Value::count(limit)],
        |row| Ok((row.int(0)?, row.id(1)?)),
    )?;
    let rows = old
        .iter()
        .map(|(import, contact)| [workspace.into(), Value::Int(*import), Value::id(contact)]);
    tx.bulk_delete("letting go of change logs", &IDENTITY, rows)
}
