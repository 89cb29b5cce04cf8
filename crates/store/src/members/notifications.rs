//! Notifications: what other members did with contacts and a member should be informed of. A notification for everyone
//! is stored once.

use crate::engine::{Row, Table, Tx, Value};
use crate::error::Result;
use crate::ids::{Member, Workspace};
use model::ContactId;

/// A message to a member, or to everyone, about what another member did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// The recipient; `None` for everyone.
    pub to: Option<Member>,
    /// When it was done, in UTC microseconds. Everything a member did in one action has the same time.
    pub at: i64,
    /// Who did it.
    pub by: Member,
    pub kind: String,
    /// How many contacts it is about.
    pub contacts: u64,
    /// The contact, if it is about exactly one.
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

/// The stored number for everyone; the numbers of members begin at 1.
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

/// Adds a notification. If one with the same recipient, time, author and kind exists, its count of contacts is
/// increased.
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

/// Returns the latest notifications of a member after `after`, at most `limit`, including those for everyone, but none
/// about what the member did.
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

/// Counts the notifications of a member after `after`, including those for everyone, but none about what the member
/// did.
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

/// Deletes the notifications of a workspace before `before`; returns how many there were. Scans every one.
pub fn forget(tx: &mut Tx<'_>, workspace: Workspace, before: i64) -> Result<u64> {
    tx.execute(
        "forgetting notifications",
        "DELETE FROM notifications WHERE workspace_id = $1 AND at < $2",
        &[workspace.into(), Value::Int(before)],
    )
}
