//! Webhooks: addresses that receive messages about changes. Each belongs to a member and has that member's rights.

pub mod deliveries;

use crate::engine::{Row, Table, Tx, Value};
use crate::error::{Error, Result};
use crate::ids::{Member, Workspace};

pub(crate) const TABLE: Table<17> = Table {
    name: "webhooks",
    columns: [
        "workspace_id",
        "webhook_id",
        "member_id",
        "url",
        "events",
        "secret",
        "old_secret",
        "old_until",
        "created_at",
        "state",
        "reason",
        "followed",
        "looked_at",
        "imports_at",
        "failures",
        "failing_since",
        "wait_until",
    ],
};

/// A webhook.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookRow {
    pub id: String,
    pub member: Member,
    pub url: String,
    /// The events that it receives, in the format of `app`.
    pub events: String,
    /// The secret that its deliveries are signed with.
    pub secret: Vec<u8>,
    /// The previous secret, and until when deliveries are signed with it too.
    pub old_secret: Option<(Vec<u8>, i64)>,
    pub created_at: i64,
    pub state: WebhookState,
    /// Why it is disabled.
    pub reason: Option<String>,
    /// The position up to which it has followed the changes, in the format of `app`.
    pub followed: String,
    /// When a check for changes last found something.
    pub looked_at: i64,
    /// The end of the last import that it was notified of.
    pub imports_at: i64,
    /// The number of failed attempts since the last successful one.
    pub failures: u64,
    /// When the first of these failures occurred.
    pub failing_since: Option<i64>,
    /// Until when nothing is sent.
    pub wait_until: i64,
}

/// Whether a webhook receives messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookState {
    Active,
    /// Stopped by its member.
    Paused,
    /// Stopped by CrystalQore itself.
    Disabled,
}

impl WebhookState {
    /// Returns the word that is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Disabled => "disabled",
        }
    }

    fn parse(word: &str) -> Result<Self> {
        let states = [Self::Active, Self::Paused, Self::Disabled];
        let state = states.into_iter().find(|state| state.as_str() == word);
        state.ok_or_else(|| Error::Corrupt("a webhook is in an unknown state".to_owned()))
    }
}

const WEBHOOK: &str =
    "SELECT webhook_id, member_id, url, events, secret, old_secret, old_until, created_at, state, reason,
     followed, looked_at, imports_at, failures, failing_since, wait_until FROM webhooks WHERE workspace_id = $1";

fn read(row: &Row<'_>) -> Result<WebhookRow> {
    let old_until = row.opt_int(6)?;
    Ok(WebhookRow {
        id: row.text(0)?.to_owned(),
        member: Member(row.int(1)?),
        url: row.text(2)?.to_owned(),
        events: row.text(3)?.to_owned(),
        secret: row.blob(4)?.to_owned(),
        old_secret: match old_until {
            Some(until) => Some((row.blob(5)?.to_owned(), until)),
            None => None,
        },
        created_at: row.int(7)?,
        state: WebhookState::parse(row.text(8)?)?,
        reason: row.opt_text(9)?.map(str::to_owned),
        followed: row.text(10)?.to_owned(),
        looked_at: row.int(11)?,
        imports_at: row.int(12)?,
        failures: row.count(13)?,
        failing_since: row.opt_int(14)?,
        wait_until: row.int(15)?,
    })
}

/// Adds a webhook.
pub fn add(tx: &mut Tx<'_>, workspace: Workspace, webhook: &WebhookRow) -> Result<()> {
    let (old_secret, old_until) = old(webhook);
    tx.execute(
        "adding a webhook",
        "INSERT INTO webhooks (workspace_id, webhook_id, member_id, url, events, secret, old_secret, old_until, created_at,
                               state, reason, followed, looked_at, imports_at, failures, failing_since, wait_until)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        &[
            workspace.into(),
            Value::Text(&webhook.id),
            Value::Int(webhook.member.0),
            Value::Text(&webhook.url),
            Value::Text(&webhook.events),
            Value::Blob(&webhook.secret),
            old_secret,
            old_until,
            Value::Int(webhook.created_at),
            Value::Text(webhook.state.as_str()),
            webhook.reason.as_deref().into(),
            Value::Text(&webhook.followed),
            Value::Int(webhook.looked_at),
            Value::Int(webhook.imports_at),
            Value::count(webhook.failures),
            webhook.failing_since.into(),
            Value::Int(webhook.wait_until),
        ],
    )?;
    Ok(())
}

fn old(webhook: &WebhookRow) -> (Value<'_>, Value<'_>) {
    match &webhook.old_secret {
        Some((secret, until)) => (Value::Blob(secret), Value::Int(*until)),
        None => (Value::Null, Value::Null),
    }
}

/// Returns all webhooks of a workspace, the oldest first.
pub fn list(tx: &mut Tx<'_>, workspace: Workspace) -> Result<Vec<WebhookRow>> {
    let sql = format!("{WEBHOOK} ORDER BY created_at, webhook_id");
    tx.query("reading webhooks", &sql, &[workspace.into()], read)
}

/// Returns a webhook; `None` if there is none with this id.
pub fn get(tx: &mut Tx<'_>, workspace: Workspace, id: &str) -> Result<Option<WebhookRow>> {
    let sql = format!("{WEBHOOK} AND webhook_id = $2");
    tx.query_one("reading a webhook", &sql, &[workspace.into(), Value::Text(id)], read)
}

/// Writes the values of a webhook that its member may change, and ends a wait after failures.
pub fn change(tx: &mut Tx<'_>, workspace: Workspace, webhook: &WebhookRow) -> Result<()> {
    let (old_secret, old_until) = old(webhook);
    tx.execute(
        "changing a webhook",
        "UPDATE webhooks SET url = $3, events = $4, secret = $5, old_secret = $6, old_until = $7, state = $8, reason = $9,
             failures = 0, failing_since = NULL, wait_until = 0
         WHERE workspace_id = $1 AND webhook_id = $2",
        &[
            workspace.into(),
            Value::Text(&webhook.id),
            Value::Text(&webhook.url),
            Value::Text(&webhook.events),
            Value::Blob(&webhook.secret),
            old_secret,
            old_until,
            Value::Text(webhook.state.as_str()),
            webhook.reason.as_deref().into(),
        ],
    )?;
    Ok(())
}

/// Records up to where a webhook was notified of changes and imports. Returns false, and records nothing, if another
/// process was faster.
pub fn advance(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    id: &str,
    from: (&str, i64),
    to: (&str, i64),
    now: i64,
) -> Result<bool> {
    let advanced = tx.execute(
        "recording how far a webhook was notified",
        "UPDATE webhooks SET followed = $5, imports_at = $6, looked_at = $7
         WHERE workspace_id = $1 AND webhook_id = $2 AND followed = $3 AND imports_at = $4",
        &[
            workspace.into(),
            Value::Text(id),
            Value::Text(from.0),
            Value::Int(from.1),
            Value::Text(to.0),
            Value::Int(to.1),
            Value::Int(now),
        ],
    )?;
    Ok(advanced > 0)
}

/// Records that a delivery has arrived, which resets the failures.
pub fn succeeded(tx: &mut Tx<'_>, workspace: Workspace, id: &str) -> Result<()> {
    tx.execute(
        "noting that a webhook works",
        "UPDATE webhooks SET failures = 0, failing_since = NULL, wait_until = 0
         WHERE workspace_id = $1 AND webhook_id = $2 AND failures > 0",
        &[workspace.into(), Value::Text(id)],
    )?;
    Ok(())
}

/// Records that an attempt has failed, and until when nothing is sent.
pub fn failed(tx: &mut Tx<'_>, workspace: Workspace, id: &str, now: i64, wait_until: i64) -> Result<()> {
    tx.execute(
        "noting that a webhook fails",
        "UPDATE webhooks SET failures = failures + 1, failing_since = coalesce(failing_since, $3), wait_until = $4
         WHERE workspace_id = $1 AND webhook_id = $2",
        &[
            workspace.into(),
            Value::Text(id),
            Value::Int(now),
            Value::Int(wait_until),
        ],
    )?;
    Ok(())
}

/// Disables a webhook if it is active.
pub fn disable(tx: &mut Tx<'_>, workspace: Workspace, id: &str, reason: &str) -> Result<()> {
    tx.execute(
        "disabling a webhook",
        "UPDATE webhooks SET state = 'disabled', reason = $3
         WHERE workspace_id = $1 AND webhook_id = $2 AND state = 'active'",
        &[workspace.into(), Value::Text(id), Value::Text(reason)],
    )?;
    Ok(())
}

/// Removes a webhook and its deliveries.
pub fn remove(tx: &mut Tx<'_>, workspace: Workspace, id: &str) -> Result<()> {
    for sql in [
        "DELETE FROM webhook_deliveries WHERE workspace_id = $1 AND webhook_id = $2",
        "DELETE FROM webhooks WHERE workspace_id = $1 AND webhook_id = $2",
    ] {
        tx.execute("removing a webhook", sql, &[workspace.into(), Value::Text(id)])?;
    }
    Ok(())
}

/// Removes all webhooks of a member and their deliveries.
pub fn remove_all(tx: &mut Tx<'_>, workspace: Workspace, member: Member) -> Result<()> {
    for sql in [
        "DELETE FROM webhook_deliveries WHERE workspace_id = $1 AND webhook_id IN
             (SELECT webhook_id FROM webhooks WHERE workspace_id = $1 AND member_id = $2)",
        "DELETE FROM webhooks WHERE workspace_id = $1 AND member_id = $2",
    ] {
        let values = [workspace.into(), Value::Int(member.0)];
        tx.execute("removing the webhooks of a member", sql, &values)?;
    }
    Ok(())
}
