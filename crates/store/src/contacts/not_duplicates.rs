//! Pairs of contacts that a member has marked as not duplicates. A pair may outlive its contacts: ids are never reused.

use crate::engine::{Lookup, OnConflict, Table, Tx, Value};
use crate::error::Result;
use crate::ids::{Member, Workspace};
use model::ContactId;

/// Two contacts, the smaller id first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair {
    first: ContactId,
    second: ContactId,
}

impl Pair {
    /// Returns the pair of two contacts, given in either order.
    pub fn new(one: ContactId, other: ContactId) -> Self {
        Self {
            first: one.min(other),
            second: one.max(other),
        }
    }
}

pub(crate) const TABLE: Table<5> = Table {
    name: "not_duplicates",
    columns: ["workspace_id", "first_id", "second_id", "member_id", "said_at"],
};

const BY_FIRST: Lookup = Lookup {
    table: "not_duplicates",
    key: "first_id",
    columns: "second_id",
    order: "second_id",
};

/// Records pairs that a member marked as not duplicates. Earlier marks are kept.
pub fn put_many(tx: &mut Tx<'_>, workspace: Workspace, member: Member, at: i64, pairs: &[Pair]) -> Result<()> {
    let rows = pairs.iter().map(|pair| {
        [
            workspace.into(),
            Value::id(&pair.first),
            Value::id(&pair.second),
            Value::Int(member.0),
            Value::Int(at),
        ]
    });
    tx.bulk_insert("telling contacts apart", &TABLE, OnConflict::Keep, rows)?;
    Ok(())
}

/// Returns the pairs marked as not duplicates whose smaller id is one of `contacts`.
pub fn of_many(tx: &mut Tx<'_>, workspace: Workspace, contacts: &[ContactId]) -> Result<Vec<Pair>> {
    let mut found = Vec::new();
    let keys = contacts.iter().map(Value::id);
    tx.lookup("reading dismissed pairs", &BY_FIRST, workspace, keys, |place, row| {
        found.push(Pair {
            first: contacts[place],
            second: row.id(0)?,
        });
        Ok(())
    })?;
    Ok(found)
}
