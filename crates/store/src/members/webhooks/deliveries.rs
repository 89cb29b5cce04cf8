//! Webhook deliveries: messages that are sent until they arrive or are given up, and the log of their attempts.

use crate::engine::{OnConflict, Row, Table, Tx, Value};
use crate::error::Result;
use crate::ids::Workspace;

pub(crate) const TABLE: Table<11> = Table {
    name: "webhook_deliveries",
    columns: [
        "workspace_id",
        "webhook_id",
        "delivery_id",
        "event",
        "body",
        "created_at",
        "attempts",
        "next_at",
        "attempted_at",
        "arrived_at",
        "answer",
    ],
};

/// A message to a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRow {
    /// The id, unique for the webhook.
    pub id: String,
    /// The event that it reports, in the words of `app`.
    pub event: String,
    pub body: String,
    pub created_at: i64,
    /// The number of attempts to send it.
    pub attempts: u64,
    /// When the next attempt is due; `None` if it has arrived or was given up.
    pub next_at: Option<i64>,
    /// When the last attempt was made.
    pub attempted_at: Option<i64>,
    pub arrived_at: Option<i64>,
    /// The result of the last attempt, as text for people.
    pub answer: Option<String>,
}

const DELIVERY: &str =
    "SELECT delivery_id, event, body, created_at, attempts, next_at, attempted_at, arrived_at, answer
     FROM webhook_deliveries WHERE workspace_id = $1 AND webhook_id = $2";

fn read(row: &Row<'_>) -> Result<DeliveryRow> {
    Ok(DeliveryRow {
        id: row.text(0)?.to_owned(),
        event: row.text(1)?.to_owned(),
        body: row.text(2)?.to_owned(),
        created_at: row.int(3)?,
        attempts: row.count(4)?,
        next_at: row.opt_int(5)?,
        attempted_at: row.opt_int(6)?,
        arrived_at: row.opt_int(7)?,
        answer: row.opt_text(8)?.map(str::to_owned),
    })
}

/// Adds deliveries of a webhook. Existing ones with the same ids are kept.
pub fn add(tx: &mut Tx<'_>, workspace: Workspace, webhook: &str, deliveries: &[DeliveryRow]) -> Result<()> {
    let rows = deliveries.iter().map(|delivery| {
        [
            workspace.into(),
            Value::Text(webhook),
            Value::Text(&delivery.id),
            Value::Text(&delivery.event),
            Value::Text(&delivery.body),
            Value::Int(delivery.created_at),
            Value::count(delivery.attempts),
            delivery.next_at.into(),
            delivery.attempted_at.into(),
            delivery.arrived_at.into(),
            delivery.answer.as_deref().into(),
        ]
    });
    let rows: Vec<_> = rows.collect();
    tx.bulk_insert("adding deliveries", &TABLE, OnConflict::Keep, rows.into_iter())
}

/// Returns one delivery.
pub fn get(tx: &mut Tx<'_>, workspace: Workspace, webhook: &str, id: &str) -> Result<Option<DeliveryRow>> {
    let sql = format!("{DELIVERY} AND delivery_id = $3");
    let values = [workspace.into(), Value::Text(webhook), Value::Text(id)];
    tx.query_one("reading a delivery", &sql, &values, read)
}

/// Returns the deliveries of a webhook before the moment and id `before`, at most `limit`, the newest first.
pub fn log(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    webhook: &str,
    before: Option<(i64, &str)>,
    limit: u64,
) -> Result<Vec<DeliveryRow>> {
    let (at, id) = before.unwrap_or((i64::MAX, ""));
    let sql = format!(
        "{DELIVERY} AND (created_at < $3 OR (created_at = $3 AND delivery_id < $4))
         ORDER BY created_at DESC, delivery_id DESC LIMIT $5"
    );
    let values = [
        workspace.into(),
        Value::Text(webhook),
        Value::Int(at),
        Value::Text(id),
        Value::count(limit),
    ];
    tx.query("reading deliveries", &sql, &values, read)
}

/// Counts the deliveries of a webhook that have neither arrived nor been given up.
pub fn waiting(tx: &mut Tx<'_>, workspace: Workspace, webhook: &str) -> Result<u64> {
    let count = tx.query_one(
        "counting deliveries",
        "SELECT count(*) FROM webhook_deliveries WHERE workspace_id = $1 AND webhook_id = $2 AND next_at IS NOT NULL",
        &[workspace.into(), Value::Text(webhook)],
        |row| row.count(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// Returns the due delivery of a webhook that has waited longest.
pub fn due(tx: &mut Tx<'_>, workspace: Workspace, webhook: &str, now: i64) -> Result<Option<DeliveryRow>> {
    let sql = format!("{DELIVERY} AND next_at <= $3 ORDER BY next_at, created_at, delivery_id LIMIT 1");
    let values = [workspace.into(), Value::Text(webhook), Value::Int(now)];
    tx.query_one("looking for a delivery", &sql, &values, read)
}

/// Takes a delivery for an attempt at `now`: until `lease` it is not due for other processes. Returns false if another
/// process was faster.
pub fn take(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    webhook: &str,
    delivery: &DeliveryRow,
    now: i64,
    lease: i64,
) -> Result<bool> {
    let taken = tx.execute(
        "taking a delivery",
        "UPDATE webhook_deliveries SET next_at = $5, attempts = attempts + 1, attempted_at = $6
         WHERE workspace_id = $1 AND webhook_id = $2 AND delivery_id = $3 AND next_at = $4",
        &[
            workspace.into(),
            Value::Text(webhook),
            Value::Text(&delivery.id),
            delivery.next_at.into(),
            Value::Int(lease),
            Value::Int(now),
        ],
    )?;
    Ok(taken > 0)
}

/// Records the result of an attempt, and when the next one is due: `None` if the delivery has arrived or is given up.
pub fn note(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    webhook: &str,
    id: &str,
    answer: &str,
    arrived_at: Option<i64>,
    next_at: Option<i64>,
) -> Result<()> {
    tx.execute(
        "noting what became of a delivery",
        "UPDATE webhook_deliveries SET answer = $4, arrived_at = $5, next_at = $6
         WHERE workspace_id = $1 AND webhook_id = $2 AND delivery_id = $3",
        &[
            workspace.into(),
            Value::Text(webhook),
            Value::Text(id),
            Value::Text(answer),
            arrived_at.into(),
            next_at.into(),
        ],
    )?;
    Ok(())
}

/// Schedules a delivery to be sent again, or all that were given up. Returns how many.
pub fn replay(tx: &mut Tx<'_>, workspace: Workspace, webhook: &str, id: Option<&str>, now: i64) -> Result<u64> {
    let sql = "UPDATE webhook_deliveries SET attempts = 0, next_at = $3, arrived_at = NULL, answer = NULL
         WHERE workspace_id = $1 AND webhook_id = $2 AND ";
    let (workspace, webhook, now) = (workspace.into(), Value::Text(webhook), Value::Int(now));
    let doing = "sending deliveries again";
    match id {
        Some(id) => tx.execute(
            doing,
            &format!("{sql} delivery_id = $4"),
            &[workspace, webhook, now, Value::Text(id)],
        ),
        None => tx.execute(
            doing,
            &format!("{sql} next_at IS NULL AND arrived_at IS NULL"),
            &[workspace, webhook, now],
        ),
    }
}

/// Deletes the deliveries that have arrived or were given up and were created before `before`.
pub fn forget(tx: &mut Tx<'_>, workspace: Workspace, before: i64) -> Result<()> {
    tx.execute(
        "forgetting old deliveries",
        "DELETE FROM webhook_deliveries WHERE workspace_id = $1 AND next_at IS NULL AND created_at < $2",
        &[workspace.into(), Value::Int(before)],
    )?;
    Ok(())
}
