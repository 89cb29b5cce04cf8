//! Sessions, identified by the hash of a secret, and failed attempts to sign in.

use crate::engine::{Row, Table, Tx, Value};
use crate::error::Result;
use crate::ids::{Member, Workspace};

pub(crate) const TABLE: Table<9> = Table {
    name: "sign_ins",
    columns: [
        "workspace_id",
        "token_hash",
        "member_id",
        "created_at",
        "seen_at",
        "expires_at",
        "proved_at",
        "awaits_code",
        "agent",
    ],
};
pub(crate) const FAILURES: Table<5> = Table {
    name: "sign_in_failures",
    columns: ["workspace_id", "subject", "failures", "last_at", "blocked_until"],
};

/// A session: a browser in which a member has signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// The hash of the secret.
    pub token_hash: Vec<u8>,
    pub member: Member,
    pub created_at: i64,
    /// When it was last used, approximately.
    pub seen_at: i64,
    /// When it expires, unless it is used again.
    pub expires_at: i64,
    /// When the member last entered password and second factor.
    pub proved_at: i64,
    /// Whether the code of the second factor is still missing; until it is entered, the session gives no access.
    pub awaits_code: bool,
    /// The user agent of the browser.
    pub agent: String,
}

/// Failed attempts to sign in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    pub count: i64,
    /// When the last attempt was.
    pub last_at: i64,
    /// Until when no further attempt is allowed.
    pub blocked_until: i64,
}

const SIGN_IN: &str =
    "SELECT token_hash, member_id, created_at, seen_at, expires_at, agent, proved_at, awaits_code FROM sign_ins
     WHERE workspace_id = $1";

fn read(row: &Row<'_>) -> Result<SignIn> {
    Ok(SignIn {
        token_hash: row.blob(0)?.to_owned(),
        member: Member(row.int(1)?),
        created_at: row.int(2)?,
        seen_at: row.int(3)?,
        expires_at: row.int(4)?,
        agent: row.text(5)?.to_owned(),
        proved_at: row.int(6)?,
        awaits_code: row.int(7)? != 0,
    })
}

/// Adds a session.
pub fn add(tx: &mut Tx<'_>, workspace: Workspace, sign_in: &SignIn) -> Result<()> {
    tx.execute(
        "signing in",
        "INSERT INTO sign_ins
         (workspace_id, token_hash, member_id, created_at, seen_at, expires_at, agent, proved_at, awaits_code)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            workspace.into(),
            Value::Blob(&sign_in.token_hash),
            Value::Int(sign_in.member.0),
            Value::Int(sign_in.created_at),
            Value::Int(sign_in.seen_at),
            Value::Int(sign_in.expires_at),
            Value::Text(&sign_in.agent),
            Value::Int(sign_in.proved_at),
            Value::Int(i64::from(sign_in.awaits_code)),
        ],
    )?;
    Ok(())
}

/// Returns the session with this hash.
pub fn find(tx: &mut Tx<'_>, workspace: Workspace, token_hash: &[u8]) -> Result<Option<SignIn>> {
    let sql = format!("{SIGN_IN} AND token_hash = $2");
    tx.query_one(
        "reading a sign-in",
        &sql,
        &[workspace.into(), Value::Blob(token_hash)],
        read,
    )
}

/// Returns the sessions of a member that give access, the most recently used first.
pub fn of_member(tx: &mut Tx<'_>, workspace: Workspace, member: Member) -> Result<Vec<SignIn>> {
    let sql = format!("{SIGN_IN} AND member_id = $2 AND awaits_code = 0 ORDER BY seen_at DESC, token_hash");
    tx.query(
        "reading sign-ins",
        &sql,
        &[workspace.into(), Value::Int(member.0)],
        read,
    )
}

/// Returns all sessions that give access and have not expired, the most recently used first.
pub fn lasting(tx: &mut Tx<'_>, workspace: Workspace, now: i64) -> Result<Vec<SignIn>> {
    let sql = format!("{SIGN_IN} AND expires_at > $2 AND awaits_code = 0 ORDER BY seen_at DESC, token_hash");
    tx.query("reading sign-ins", &sql, &[workspace.into(), Value::Int(now)], read)
}

/// Records that a session was used, and when it expires now.
pub fn seen(tx: &mut Tx<'_>, workspace: Workspace, token_hash: &[u8], now: i64, expires_at: i64) -> Result<()> {
    tx.execute(
        "noting a sign-in",
        "UPDATE sign_ins SET seen_at = $3, expires_at = $4 WHERE workspace_id = $1 AND token_hash = $2",
        &[
            workspace.into(),
            Value::Blob(token_hash),
            Value::Int(now),
            Value::Int(expires_at),
        ],
    )?;
    Ok(())
}

/// Records that the member has entered password and second factor again.
pub fn proved(tx: &mut Tx<'_>, workspace: Workspace, token_hash: &[u8], now: i64) -> Result<()> {
    tx.execute(
        "noting a sign-in",
        "UPDATE sign_ins SET proved_at = $3 WHERE workspace_id = $1 AND token_hash = $2",
        &[workspace.into(), Value::Blob(token_hash), Value::Int(now)],
    )?;
    Ok(())
}

/// Ends a session.
pub fn remove(tx: &mut Tx<'_>, workspace: Workspace, token_hash: &[u8]) -> Result<()> {
    tx.execute(
        "signing out",
        "DELETE FROM sign_ins WHERE workspace_id = $1 AND token_hash = $2",
        &[workspace.into(), Value::Blob(token_hash)],
    )?;
    Ok(())
}

/// Ends all sessions of a member except the one with the hash `keep`. Returns how many.
pub fn remove_others(tx: &mut Tx<'_>, workspace: Workspace, member: Member, keep: &[u8]) -> Result<u64> {
    tx.execute(
        "ending other sign-ins",
        "DELETE FROM sign_ins WHERE workspace_id = $1 AND member_id = $2 AND token_hash <> $3",
        &[workspace.into(), Value::Int(member.0), Value::Blob(keep)],
    )
}

/// Ends all sessions of a member. Returns how many.
pub fn remove_all(tx: &mut Tx<'_>, workspace: Workspace, member: Member) -> Result<u64> {
    tx.execute(
        "ending sign-ins",
        "DELETE FROM sign_ins WHERE workspace_id = $1 AND member_id = $2",
        &[workspace.into(), Value::Int(member.0)],
    )
}

/// Deletes sessions that have expired, and failures from before `failed_before`.
pub fn forget(tx: &mut Tx<'_>, workspace: Workspace, now: i64, failed_before: i64) -> Result<()> {
    tx.execute(
        "forgetting old sign-ins",
        "DELETE FROM sign_ins WHERE workspace_id = $1 AND expires_at <= $2",
        &[workspace.into(), Value::Int(now)],
    )?;
    tx.execute(
        "forgetting old failures",
        "DELETE FROM sign_in_failures WHERE workspace_id = $1 AND last_at < $2",
        &[workspace.into(), Value::Int(failed_before)],
    )?;
    Ok(())
}

/// Returns the failures of a subject, and locks them until this transaction ends, so that concurrent attempts are
/// counted one by one.
pub fn lock_failures(tx: &mut Tx<'_>, workspace: Workspace, subject: &str, now: i64) -> Result<Failures> {
    tx.execute(
        "counting tries",
        "INSERT INTO sign_in_failures (workspace_id, subject, failures, last_at, blocked_until)
         VALUES ($1, $2, 0, $3, 0)
         ON CONFLICT (workspace_id, subject) DO UPDATE SET failures = sign_in_failures.failures",
        &[workspace.into(), Value::Text(subject), Value::Int(now)],
    )?;
    let failures = tx.query_one(
        "reading tries",
        "SELECT failures, last_at, blocked_until FROM sign_in_failures WHERE workspace_id = $1 AND subject = $2",
        &[workspace.into(), Value::Text(subject)],
        |row| {
            Ok(Failures {
                count: row.int(0)?,
                last_at: row.int(1)?,
                blocked_until: row.int(2)?,
            })
        },
    )?;
    Ok(failures.unwrap_or_default())
}

/// Records the failures of a subject that were read with `lock_failures`.
pub fn set_failures(tx: &mut Tx<'_>, workspace: Workspace, subject: &str, failures: &Failures) -> Result<()> {
    tx.execute(
        "counting tries",
        "UPDATE sign_in_failures SET failures = $3, last_at = $4, blocked_until = $5
         WHERE workspace_id = $1 AND subject = $2",
        &[
            workspace.into(),
            Value::Text(subject),
            Value::Int(failures.count),
            Value::Int(failures.last_at),
            Value::Int(failures.blocked_until),
        ],
    )?;
    Ok(())
}

/// Deletes the failures of a subject.
pub fn clear_failures(tx: &mut Tx<'_>, workspace: Workspace, subject: &str) -> Result<u64> {
    tx.execute(
        "clearing failures",
        "DELETE FROM sign_in_failures WHERE workspace_id = $1 AND subject = $2",
        &[workspace.into(), Value::Text(subject)],
    )
}

/// Deletes all failures.
pub fn clear_all_failures(tx: &mut Tx<'_>, workspace: Workspace) -> Result<u64> {
    tx.execute(
        "clearing failures",
        "DELETE FROM sign_in_failures WHERE workspace_id = $1",
        &[workspace.into()],
    )
}
