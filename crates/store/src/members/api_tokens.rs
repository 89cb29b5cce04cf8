//! API tokens, by which programs of a member use the HTTP API, identified by the hash of their secret.

use crate::engine::{Row, Table, Tx, Value};
use crate::error::Result;
use crate::ids::{Member, Workspace};

pub(crate) const TABLE: Table<8> = Table {
    name: "api_tokens",
    columns: [
        "workspace_id",
        "token_hash",
        "member_id",
        "created_at",
        "expires_at",
        "used_at",
        "scopes",
        "name",
    ],
};

/// A token of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    /// The hash of the secret.
    pub token_hash: Vec<u8>,
    pub member: Member,
    pub created_at: i64,
    /// When it expires; `None` if never.
    pub expires_at: Option<i64>,
    /// When it was last used, approximately.
    pub used_at: Option<i64>,
    /// The scopes of the token, in the format of `app`.
    pub scopes: String,
    /// The name that the member gave it.
    pub name: String,
}

const TOKEN: &str = "SELECT token_hash, member_id, created_at, expires_at, used_at, scopes, name FROM api_tokens
     WHERE workspace_id = $1";

fn read(row: &Row<'_>) -> Result<TokenRow> {
    Ok(TokenRow {
        token_hash: row.blob(0)?.to_owned(),
        member: Member(row.int(1)?),
        created_at: row.int(2)?,
        expires_at: row.opt_int(3)?,
        used_at: row.opt_int(4)?,
        scopes: row.text(5)?.to_owned(),
        name: row.text(6)?.to_owned(),
    })
}

/// Adds a token.
pub fn add(tx: &mut Tx<'_>, workspace: Workspace, token: &TokenRow) -> Result<()> {
    tx.execute(
        "adding a token",
        "INSERT INTO api_tokens (workspace_id, token_hash, member_id, created_at, expires_at, used_at, scopes, name)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            workspace.into(),
            Value::Blob(&token.token_hash),
            Value::Int(token.member.0),
            Value::Int(token.created_at),
            token.expires_at.map_or(Value::Null, Value::Int),
            token.used_at.map_or(Value::Null, Value::Int),
            Value::Text(&token.scopes),
            Value::Text(&token.name),
        ],
    )?;
    Ok(())
}

/// Returns the token with this hash.
pub fn find(tx: &mut Tx<'_>, workspace: Workspace, token_hash: &[u8]) -> Result<Option<TokenRow>> {
    let sql = format!("{TOKEN} AND token_hash = $2");
    let values = [workspace.into(), Value::Blob(token_hash)];
    tx.query_one("reading a token", &sql, &values, read)
}

/// Returns the tokens of a member, the newest first.
pub fn of_member(tx: &mut Tx<'_>, workspace: Workspace, member: Member) -> Result<Vec<TokenRow>> {
    let sql = format!("{TOKEN} AND member_id = $2 ORDER BY created_at DESC, token_hash");
    let values = [workspace.into(), Value::Int(member.0)];
    tx.query("reading tokens", &sql, &values, read)
}

/// Records that a token was used.
pub fn used(tx: &mut Tx<'_>, workspace: Workspace, token_hash: &[u8], now: i64) -> Result<()> {
    tx.execute(
        "noting the use of a token",
        "UPDATE api_tokens SET used_at = $3 WHERE workspace_id = $1 AND token_hash = $2",
        &[workspace.into(), Value::Blob(token_hash), Value::Int(now)],
    )?;
    Ok(())
}

/// Removes a token.
pub fn remove(tx: &mut Tx<'_>, workspace: Workspace, token_hash: &[u8]) -> Result<()> {
    tx.execute(
        "revoking a token",
        "DELETE FROM api_tokens WHERE workspace_id = $1 AND token_hash = $2",
        &[workspace.into(), Value::Blob(token_hash)],
    )?;
    Ok(())
}

/// Removes all tokens of a member. Returns how many there were.
pub fn remove_all(tx: &mut Tx<'_>, workspace: Workspace, member: Member) -> Result<u64> {
    tx.execute(
        "revoking tokens",
        "DELETE FROM api_tokens WHERE workspace_id = $1 AND member_id = $2",
        &[workspace.into(), Value::Int(member.0)],
    )
}
