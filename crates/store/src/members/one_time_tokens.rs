//! One-time tokens: invitations and password resets, identified by the hash of a secret.

use crate::engine::{Row, Table, Tx, Value};
use crate::error::{Error, Result};
use crate::ids::{Member, Workspace};
use crate::members::accounts::Role;

pub(crate) const TABLE: Table<10> = Table {
    name: "links",
    columns: [
        "workspace_id",
        "token_hash",
        "kind",
        "role",
        "member_id",
        "made_by",
        "made_at",
        "expires_at",
        "used_at",
        "email",
    ],
};

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To join with this role.
    Invitation(Role),
    /// To give this member a new password.
    Password(Member),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The hash of its secret.
    pub token_hash: Vec<u8>,
    /// What it is for.
    pub purpose: Purpose,
    /// The email of the person it is for, with which they sign in.
    pub email: String,
    /// Who made it.
    pub made_by: Member,
    /// When it was made, in UTC microseconds.
    pub made_at: i64,
    /// When it expires, in UTC microseconds.
    pub expires_at: i64,
}

const INVITATION: &str = "invitation";
const PASSWORD: &str = "password";

const LINK: &str = "SELECT token_hash, kind, role, member_id, email, made_by, made_at, expires_at FROM links
     WHERE workspace_id = $1 AND used_at IS NULL AND expires_at > $2";

fn read(row: &Row<'_>) -> Result<Link> {
    let role = row.opt_text(2)?.and_then(Role::named);
    let purpose = match (row.text(1)?, role, row.opt_int(3)?) {
        (INVITATION, Some(role), _) => Purpose::Invitation(role),
        (PASSWORD, _, Some(member)) => Purpose::Password(Member(member)),
        _ => return Err(Error::Corrupt("a link is for nothing that is known".to_owned())),
    };
    Ok(Link {
        token_hash: row.blob(0)?.to_owned(),
        purpose,
        email: row.text(4)?.to_owned(),
        made_by: Member(row.int(5)?),
        made_at: row.int(6)?,
        expires_at: row.int(7)?,
    })
}

/// Adds a link.
///
/// # Errors
/// [`Error::Conflict`] if there is a link with this hash.
pub fn add(tx: &mut Tx<'_>, workspace: Workspace, link: &Link) -> Result<()> {
    let (kind, role, member) = match link.purpose {
        Purpose::Invitation(role) => (INVITATION, Some(role.as_str()), None),
        Purpose::Password(member) => (PASSWORD, None, Some(member.0)),
    };
    tx.execute(
        "making a link",
        "INSERT INTO links (workspace_id, token_hash, kind, role, member_id, made_by, made_at, expires_at, email)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            workspace.into(),
            Value::Blob(&link.token_hash),
            Value::Text(kind),
            role.into(),
            member.into(),
            Value::Int(link.made_by.0),
            Value::Int(link.made_at),
            Value::Int(link.expires_at),
            Value::Text(&link.email),
        ],
    )?;
    Ok(())
}

/// Returns the link with this hash; `None` if it was used or has expired.
pub fn find(tx: &mut Tx<'_>, workspace: Workspace, token_hash: &[u8], now: i64) -> Result<Option<Link>> {
    let sql = format!("{LINK} AND token_hash = $3");
    let values = [workspace.into(), Value::Int(now), Value::Blob(token_hash)];
    tx.query_one("reading a link", &sql, &values, read)
}

/// Returns the invitations that are unused and have not expired, the newest first.
pub fn invitations(tx: &mut Tx<'_>, workspace: Workspace, now: i64) -> Result<Vec<Link>> {
    let sql = format!("{LINK} AND kind = $3 ORDER BY made_at DESC, token_hash");
    let values = [workspace.into(), Value::Int(now), Value::Text(INVITATION)];
    tx.query("reading invitations", &sql, &values, read)
}

/// Uses up a link. Returns whether it was valid: if two requests use it at once, one gets true.
pub fn use_up(tx: &mut Tx<'_>, workspace: Workspace, token_hash: &[u8], now: i64) -> Result<bool> {
    let used = tx.execute(
        "using a link",
        "UPDATE links SET used_at = $3
         WHERE workspace_id = $1 AND token_hash = $2 AND used_at IS NULL AND expires_at > $3",
        &[workspace.into(), Value::Blob(token_hash), Value::Int(now)],
    )?;
    Ok(used == 1)
}

/// Deletes the unused invitations for an email. Returns how many there were.
pub fn forget_invitations(tx: &mut Tx<'_>, workspace: Workspace, email: &str) -> Result<u64> {
    tx.execute(
        "taking invitations back",
        "DELETE FROM links WHERE workspace_id = $1 AND kind = $2 AND email = $3 AND used_at IS NULL",
        &[workspace.into(), Value::Text(INVITATION), Value::Text(email)],
    )
}

/// Deletes the links with which a member could set a new password.
pub fn forget_passwords(tx: &mut Tx<'_>, workspace: Workspace, member: Member) -> Result<()> {
    tx.execute(
        "taking links back",
        "DELETE FROM links WHERE workspace_id = $1 AND kind = $2 AND member_id = $3",
        &[workspace.into(), Value::Text(PASSWORD), Value::Int(member.0)],
    )?;
    Ok(())
}

/// Deletes the links that expired before `before`.
pub fn forget(tx: &mut Tx<'_>, workspace: Workspace, before: i64) -> Result<()> {
    tx.execute(
        "forgetting old links",
        "DELETE FROM links WHERE workspace_id = $1 AND expires_at < $2",
        &[workspace.into(), Value::Int(before)],
    )?;
    Ok(())
}
