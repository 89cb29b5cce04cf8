//! Shares: who may view or edit a contact besides its owner. One row per contact and grantee.
//!
//! Only existing contacts have shares; those of a deleted contact are kept with it in the trash.

use crate::engine::{Lookup, OnConflict, Row, Table, Tx, Value};
use crate::error::{Error, Result};
use crate::ids::{Member, Workspace};
use model::ContactId;

/// What a share allows. Editing includes viewing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// The right to see the contact.
    View,
    /// The right to see the contact and to change its values.
    Edit,
}

impl Access {
    /// Returns the word that is stored and written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Edit => "edit",
        }
    }

    /// Returns the access with that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::View, Self::Edit]
            .into_iter()
            .find(|access| access.as_str() == name)
    }
}

/// The recipient of a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grantee {
    /// All members of the workspace, including those who join later.
    Everyone,
    /// One member.
    Member(Member),
}

/// The stored number for everyone; the numbers of members begin at 1.
const EVERYONE: i64 = 0;

impl Grantee {
    /// Returns the member; `None` for everyone.
    pub fn member(self) -> Option<Member> {
        match self {
            Self::Everyone => None,
            Self::Member(member) => Some(member),
        }
    }

    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Everyone => EVERYONE,
            Self::Member(member) => member.0,
        }
    }

    fn numbered(number: i64) -> Self {
        match number {
            EVERYONE => Self::Everyone,
            member => Self::Member(Member(member)),
        }
    }
}

/// A right on a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    pub contact: ContactId,
    /// The recipient.
    pub to: Grantee,
    /// What it allows.
    pub access: Access,
    /// Who gave it.
    pub by: Member,
    /// When it was given, in UTC microseconds.
    pub at: i64,
}

pub(crate) const TABLE: Table<6> = Table {
    name: "contact_shares",
    columns: [
        "workspace_id",
        "contact_id",
        "grantee",
        "access",
        "shared_by",
        "shared_at",
    ],
};

const IDENTITY: Table<3> = Table {
    name: "contact_shares",
    columns: ["workspace_id", "contact_id", "grantee"],
};

/// The columns that select all shares of a contact.
const OF_CONTACT: Table<2> = Table {
    name: "contact_shares",
    columns: ["workspace_id", "contact_id"],
};

const BY_CONTACT: Lookup = Lookup {
    table: "contact_shares",
    key: "contact_id",
    columns: "contact_id, grantee, access, shared_by, shared_at",
    order: "grantee",
};

fn read_access(row: &Row<'_>, column: usize) -> Result<Access> {
    let name = row.text(column)?;
    Access::named(name).ok_or_else(|| Error::Corrupt(format!("a share allows {name:?}")))
}

fn read(row: &Row<'_>) -> Result<Share> {
    Ok(Share {
        contact: row.id(0)?,
        to: Grantee::numbered(row.int(1)?),
        access: read_access(row, 2)?,
        by: Member(row.int(3)?),
        at: row.int(4)?,
    })
}

/// Gives shares. A share that the same grantee already has is replaced. Fastest if sorted by contact.
pub fn put_many(tx: &mut Tx<'_>, workspace: Workspace, shares: &[Share]) -> Result<()> {
    let identities: Vec<_> = shares.iter().map(|share| (share.contact, share.to)).collect();
    remove_many(tx, workspace, &identities)?;
    insert_many(tx, workspace, shares)
}

/// Replaces all shares of the contacts with `shares`. Fastest if sorted by contact.
pub fn replace_all(tx: &mut Tx<'_>, workspace: Workspace, contacts: &[ContactId], shares: &[Share]) -> Result<()> {
    remove_of(tx, workspace, contacts)?;
    insert_many(tx, workspace, shares)
}

fn insert_many(tx: &mut Tx<'_>, workspace: Workspace, shares: &[Share]) -> Result<()> {
    let rows = shares.iter().map(|share| {
        [
            workspace.into(),
            Value::id(&share.contact),
            Value::Int(share.to.number()),
            Value::Text(share.access.as_str()),
            Value::Int(share.by.0),
            Value::Int(share.at),
        ]
    });
    tx.bulk_insert("sharing contacts", &TABLE, OnConflict::Keep, rows)?;
    Ok(())
}

/// Revokes shares; returns how many there were.
pub fn remove_many(tx: &mut Tx<'_>, workspace: Workspace, shares: &[(ContactId, Grantee)]) -> Result<u64> {
    let rows = shares
        .iter()
        .map(|(contact, to)| [workspace.into(), Value::id(contact), Value::Int(to.number())]);
    tx.bulk_delete("taking shares back", &IDENTITY, rows)
}

/// Revokes all shares of some contacts; returns how many there were. Fastest if the ids are sorted.
pub fn remove_of(tx: &mut Tx<'_>, workspace: Workspace, contacts: &[ContactId]) -> Result<u64> {
    let rows = contacts.iter().map(|contact| [workspace.into(), Value::id(contact)]);
    tx.bulk_delete("taking all shares back", &OF_CONTACT, rows)
}

/// Revokes all shares that a member was given; returns how many there were. Scans every share.
pub fn remove_member(tx: &mut Tx<'_>, workspace: Workspace, member: Member) -> Result<u64> {
    let sql = "DELETE FROM contact_shares WHERE workspace_id = $1 AND grantee = $2";
    tx.execute(
        "taking a member's shares back",
        sql,
        &[workspace.into(), Value::Int(member.0)],
    )
}

/// Returns all shares of some contacts, in the order of `contacts`. Fastest if the ids are sorted.
pub fn of_many(tx: &mut Tx<'_>, workspace: Workspace, contacts: &[ContactId]) -> Result<Vec<Share>> {
    let mut found = Vec::new();
    tx.lookup(
        "reading shares",
        &BY_CONTACT,
        workspace,
        contacts.iter().map(Value::id),
        |_, row| {
            found.push(read(row)?);
            Ok(())
        },
    )?;
    Ok(found)
}

/// Returns all shares of the contacts with ids from `first` to `last`, in the order of the ids.
pub fn between(tx: &mut Tx<'_>, workspace: Workspace, first: ContactId, last: ContactId) -> Result<Vec<Share>> {
    tx.query(
        "reading shares",
        "SELECT contact_id, grantee, access, shared_by, shared_at FROM contact_shares
         WHERE workspace_id = $1 AND contact_id BETWEEN $2 AND $3 ORDER BY contact_id, grantee",
        &[workspace.into(), Value::id(&first), Value::id(&last)],
        read,
    )
}

/// Returns the contacts that are shared with a member or with everyone, each with the most that this allows, in the
/// order of `contacts`. Fastest if the ids are sorted.
pub fn granted(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    member: Member,
    contacts: &[ContactId],
) -> Result<Vec<(ContactId, Access)>> {
    let mut found: Vec<(ContactId, Access)> = Vec::new();
    tx.lookup(
        "reading rights",
        &BY_CONTACT,
        workspace,
        contacts.iter().map(Value::id),
        |place, row| {
            let grantee = row.int(1)?;
            if grantee != EVERYONE && grantee != member.0 {
                return Ok(());
            }
            let (contact, access) = (contacts[place], read_access(row, 2)?);
            match found.last_mut() {
                Some((last, most)) if *last == contact => *most = access.max(*most),
                _ => found.push((contact, access)),
            }
            Ok(())
        },
    )?;
    Ok(found)
}
