//! The trash: deleted contacts with the shares that they had, until they are restored or expire.
//!
//! Match keys, name order and search text are removed on deletion and made again on restoring.

use crate::contacts::{self, ContactRow, columns, selected, with_columns};
use crate::engine::{Lookup, OnConflict, Row, Table, Tx, Value, join};
use crate::error::Result;
use crate::ids::{Member, Workspace};
use model::ContactId;

/// A deleted contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trashed {
    /// The contact as it was.
    pub contact: ContactRow,
    /// When it was deleted, in UTC microseconds.
    pub at: i64,
    /// Who deleted it.
    pub by: Member,
    /// The shares that it had, as JSON; empty if it had none.
    pub shares: String,
}

pub(crate) const TABLE: Table<14> = Table {
    name: "trashed_contacts",
    columns: join(contacts::TABLE.columns, ["trashed_at", "trashed_by", "shares"]),
};

const IDENTITY: Table<2> = Table {
    name: "trashed_contacts",
    columns: ["workspace_id", "contact_id"],
};

const OWNERS: Lookup = Lookup {
    table: "trashed_contacts",
    key: "contact_id",
    columns: "contact_id, owner_id",
    order: "contact_id",
};

/// Reads the columns of a contact, then those of the trash.
fn read(row: &Row<'_>) -> Result<Trashed> {
    Ok(Trashed {
        contact: contacts::read(row)?,
        at: row.int(10)?,
        by: Member(row.int(11)?),
        shares: row.text(12)?.to_owned(),
    })
}

/// Puts contacts into the trash. Contacts with the same ids in the trash are replaced: an import may have brought them
/// back in the meantime. Fastest in the order of their ids.
pub fn put_many(tx: &mut Tx<'_>, workspace: Workspace, all: &[Trashed]) -> Result<()> {
    let ids: Vec<ContactId> = all.iter().map(|trashed| trashed.contact.id).collect();
    remove_many(tx, workspace, &ids)?;
    let rows = all.iter().map(|trashed| {
        let contact = &trashed.contact;
        let values = contacts::values(&contact.id, contact.into(), Value::Text(&contact.body));
        let values: [Value<'_>; 11] = join([workspace.into()], values);
        let of_trash = [
            Value::Int(trashed.at),
            Value::Int(trashed.by.0),
            Value::Text(&trashed.shares),
        ];
        join(values, of_trash)
    });
    tx.bulk_insert("putting contacts into the trash", &TABLE, OnConflict::Fail, rows)
}

/// Returns a deleted contact; `None` if it is not in the trash.
pub fn get(tx: &mut Tx<'_>, workspace: Workspace, id: ContactId) -> Result<Option<Trashed>> {
    tx.query_one(
        "looking into the trash",
        concat!(
            "SELECT ",
            columns!(),
            ", c.trashed_at, c.trashed_by, c.shares FROM trashed_contacts c WHERE c.workspace_id = $1 AND c.contact_id = $2"
        ),
        &[workspace.into(), Value::id(&id)],
        read,
    )
}

/// Returns the owners of the contacts that are in the trash, in the order of `ids`.
pub fn owners(tx: &mut Tx<'_>, workspace: Workspace, ids: &[ContactId]) -> Result<Vec<(ContactId, Member)>> {
    let mut found = Vec::new();
    let keys = ids.iter().map(Value::id);
    tx.lookup("reading owners of the trash", &OWNERS, workspace, keys, |_, row| {
        found.push((row.id(0)?, Member(row.int(1)?)));
        Ok(())
    })?;
    Ok(found)
}

/// Returns the next deleted contacts of a member after `after`, at most `limit`, in the order of their ids.
pub fn page(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    owner: Member,
    after: Option<ContactId>,
    limit: u64,
) -> Result<Vec<Trashed>> {
    tx.query(
        "reading the trash",
        concat!(
            "SELECT ",
            columns!(),
            ", c.trashed_at, c.trashed_by, c.shares FROM trashed_contacts c
             WHERE c.workspace_id = $1 AND c.contact_id > $2 AND c.owner_id = $3 ORDER BY c.contact_id LIMIT $4"
        ),
        &[
            workspace.into(),
            Value::after(after.as_ref()),
            Value::Int(owner.0),
            Value::count(limit),
        ],
        read,
    )
}

/// Returns the next contacts of a member after `after` that were deleted at the moment `at`, at most `limit`, in the
/// order of their ids.
pub fn page_at(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    owner: Member,
    at: i64,
    after: Option<ContactId>,
    limit: u64,
) -> Result<Vec<Trashed>> {
    tx.query(
        "reading the trash of a moment",
        concat!(
            "SELECT ",
            columns!(),
            ", c.trashed_at, c.trashed_by, c.shares FROM trashed_contacts c
             WHERE c.workspace_id = $1 AND c.contact_id > $2 AND c.owner_id = $3 AND c.trashed_at = $4
             ORDER BY c.contact_id LIMIT $5"
        ),
        &[
            workspace.into(),
            Value::after(after.as_ref()),
            Value::Int(owner.0),
            Value::Int(at),
            Value::count(limit),
        ],
        read,
    )
}

/// Takes a contact out of the trash and returns it; `None` if it is not there.
pub fn take(tx: &mut Tx<'_>, workspace: Workspace, id: ContactId) -> Result<Option<Trashed>> {
    let taken = get(tx, workspace, id)?;
    remove_many(tx, workspace, &[id])?;
    Ok(taken)
}

/// Deletes for good at most `limit` of the contacts that were put into the trash before `before`; returns how many
/// there were.
pub fn forget(tx: &mut Tx<'_>, workspace: Workspace, before: i64, limit: u64) -> Result<u64> {
    let old = tx.query(
        "looking for old contacts in the trash",
        "SELECT contact_id FROM trashed_contacts WHERE workspace_id = $1 AND trashed_at < $2 ORDER BY contact_id LIMIT $3",
        &[workspace.into(), Value::Int(before), Value::count(limit)],
        |row| row.id(0),
    )?;
    remove_many(tx, workspace, &old)
}

/// Takes contacts out of the trash; returns how many there were.
pub fn remove_many(tx: &mut Tx<'_>, workspace: Workspace, ids: &[ContactId]) -> Result<u64> {
    let rows = ids.iter().map(|id| [workspace.into(), Value::id(id)]);
    tx.bulk_delete("taking contacts out of the trash", &IDENTITY, rows)
}
