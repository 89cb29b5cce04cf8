//! Notifications: what others did that a member should know of. Those for everyone are kept once.

use crate::engine::{Row, Table, Tx, Value};
use crate::error::Result;
use crate::ids::{Member, Workspace};
use model::ContactId;

/// What a member did for another one, or for everyone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// To whom it is; none for everyone.
    pub to: Option<Member>,
    /// When, in UTC microseconds. What a member did in one action has one moment.
    pub at: i64,
    /// Who did it.
    pub by: Member,
    /// Of what kind.
    pub kind: String,
    /// How many contacts it is about.
    pub contacts: u64,
    /// The contact, if it is one.
    pub contact: Option<ContactId>,
}

pub(crate) const TABLE: Table<7> = Table {
    name: "notifications",
    columns: [
        "workspace_id",
        "member_id",
        "at",
        "by_member",
        "kind",
        "contacts",
        "contact_id",
    ],
};

/// Everyone; members count from 1.
const EVERYONE: i64 = 0;

fn read(row: &Row<'_>) -> Result<Notification> {
    let to = row.int(0)?;
    let contact = match row.value(5)? {
        Value::Null => None,
        _ => Some(row.id(5)?),
    };
    Ok(Notification {
        to: (to != EVERYONE).then_some(Member(to)),
        at: row.int(1)?,
        by: Member(row.int(2)?),
        kind: row.text(3)?.to_owned(),
        contacts: row.count(4)?,
        contact,
    })
}

/// Adds a notification. Where there is one of the same moment, member and kind already, its contacts are counted on.
pub fn add(tx: &mut Tx<'_>, workspace: Workspace, notification: &Notification) -> Result<()> {
    let contact = notification.contact.as_ref().map_or(Value::Null, Value::id);
    tx.execute(
        "notifying a member",
        "INSERT INTO notifications (workspace_id, member_id, at, by_member, kind, contacts, contact_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (workspace_id, member_id, at, by_member, kind)
         DO UPDATE SET contacts = notifications.contacts + excluded.contacts, contact_id = NULL",
        &[
            workspace.into(),
            Value::Int(notification.to.map_or(EVERYONE, |member| member.0)),
            Value::Int(notification.at),
            Value::Int(notification.by.0),
            Value::Text(&notification.kind),
            Value::count(notification.contacts),
            contact,
        ],
    )?;
    Ok(())
}

/// The latest at most `limit` notifications of a member after a moment, those for everyone among them, but none of what they
/// did themselves.
pub fn latest(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    member: Member,
    after: i64,
    limit: u64,
) -> Result<Vec<Notification>> {
    tx.query(
        "reading notifications",
        "SELECT member_id, at, by_member, kind, contacts, contact_id FROM notifications
         WHERE workspace_id = $1 AND member_id IN (0, $2) AND at > $3 AND by_member <> $2
         ORDER BY at DESC, member_id DESC, by_member, kind LIMIT $4",
        &[
            workspace.into(),
            Value::Int(member.0),
            Value::Int(after),
            Value::count(limit),
        ],
        read,
    )
}

/// How many notifications a member has after a moment.
pub fn count(tx: &mut Tx<'_>, workspace: Workspace, member: Member, after: i64) -> Result<u64> {
    let found = tx.query_one(
        "counting notifications",
        "SELECT count(*) FROM notifications
         WHERE workspace_id = $1 AND member_id IN (0, $2) AND at > $3 AND by_member <> $2",
        &[workspace.into(), Value::Int(member.0), Value::Int(after)],
        |row| row.count(0),
    )?;
    Ok(found.unwrap_or_default())
}

/// Forgets the notifications of a workspace before a moment; says how many there were. It looks at every one.
pub fn forget(tx: &mut Tx<'_>, workspace: Workspace, before: i64) -> Result<u64> {
    tx.execute(
        "forgetting notifications",
        "DELETE FROM notifications WHERE workspace_id = $1 AND at < $2",
        &[workspace.into(), Value::Int(before)],
    )
}
