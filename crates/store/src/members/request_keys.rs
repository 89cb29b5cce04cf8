//! Idempotency keys: requests of a member's programs that must have one effect however often they are sent.
//!
//! A key is claimed before the work, and answered in the transaction that does the work. Each claim has a name of its
//! own, so that work whose claim was taken over in the meantime cannot be committed in addition to that of the new
//! claim.

use crate::engine::{Table, Tx, Value};
use crate::error::Result;
use crate::ids::{Member, Workspace};

pub(crate) const TABLE: Table<8> = Table {
    name: "request_keys",
    columns: [
        "workspace_id",
        "member_id",
        "request_key",
        "request_hash",
        "claim",
        "holder",
        "claimed_at",
        "answer",
    ],
};

/// A request that was sent with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyedRequest {
    /// The hash that distinguishes this request from others with the same key.
    pub request_hash: Vec<u8>,
    /// The name of the claim under which it runs or ran.
    pub claim: String,
    /// The process that made the claim.
    pub holder: String,
    pub claimed_at: i64,
    /// The answer to the request; `None` while it runs.
    pub answer: Option<String>,
}

/// Claims an unused key. Returns whether it was unused. Concurrent claims of the same key wait until the transaction
/// ends.
pub fn claim(tx: &mut Tx<'_>, workspace: Workspace, member: Member, key: &str, request: &KeyedRequest) -> Result<bool> {
    let claimed = tx.execute(
        "claiming a key",
        "INSERT INTO request_keys (workspace_id, member_id, request_key, request_hash, claim, holder, claimed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        &[
            workspace.into(),
            Value::Int(member.0),
            Value::Text(key),
            Value::Blob(&request.request_hash),
            Value::Text(&request.claim),
            Value::Text(&request.holder),
            Value::Int(request.claimed_at),
        ],
    )?;
    Ok(claimed > 0)
}

/// Returns the request that was sent with a key.
pub fn get(tx: &mut Tx<'_>, workspace: Workspace, member: Member, key: &str) -> Result<Option<KeyedRequest>> {
    tx.query_one(
        "reading a key",
        "SELECT request_hash, claim, holder, claimed_at, answer FROM request_keys
         WHERE workspace_id = $1 AND member_id = $2 AND request_key = $3",
        &[workspace.into(), Value::Int(member.0), Value::Text(key)],
        |row| {
            Ok(KeyedRequest {
                request_hash: row.blob(0)?.to_owned(),
                claim: row.text(1)?.to_owned(),
                holder: row.text(2)?.to_owned(),
                claimed_at: row.int(3)?,
                answer: row.opt_text(4)?.map(str::to_owned),
            })
        },
    )
}

/// Records the answer of a claim. Returns whether the claim was still valid; if not, the transaction must not be
/// committed.
pub fn answer(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    member: Member,
    (key, claim): (&str, &str),
    answer: &str,
) -> Result<bool> {
    let answered = tx.execute(
        "answering a key",
        "UPDATE request_keys SET answer = $5
         WHERE workspace_id = $1 AND member_id = $2 AND request_key = $3 AND claim = $4 AND answer IS NULL",
        &[
            workspace.into(),
            Value::Int(member.0),
            Value::Text(key),
            Value::Text(claim),
            Value::Text(answer),
        ],
    )?;
    Ok(answered > 0)
}

/// Releases a key whose claim was not answered, because the work failed or its process has ended. Returns whether there
/// was such a claim.
pub fn release(tx: &mut Tx<'_>, workspace: Workspace, member: Member, (key, claim): (&str, &str)) -> Result<bool> {
    let released = tx.execute(
        "releasing a key",
        "DELETE FROM request_keys
         WHERE workspace_id = $1 AND member_id = $2 AND request_key = $3 AND claim = $4 AND answer IS NULL",
        &[
            workspace.into(),
            Value::Int(member.0),
            Value::Text(key),
            Value::Text(claim),
        ],
    )?;
    Ok(released > 0)
}

/// Deletes the keys that were claimed before `before`.
pub fn forget(tx: &mut Tx<'_>, workspace: Workspace, before: i64) -> Result<()> {
    tx.execute(
        "forgetting old keys",
        "DELETE FROM request_keys WHERE workspace_id = $1 AND claimed_at < $2",
        &[workspace.into(), Value::Int(before)],
    )?;
    Ok(())
}
