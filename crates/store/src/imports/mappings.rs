//! Mappings that members have used, by the header row that they were used for.

use crate::engine::{Table, Tx, Value};
use crate::error::Result;
use crate::ids::{Member, Workspace};

pub(crate) const TABLE: Table<5> = Table {
    name: "mappings",
    columns: ["workspace_id", "member_id", "header_hash", "mapping", "used_at"],
};

/// Returns the mapping that a member last used for a header row; `None` if there is none.
pub fn get(tx: &mut Tx<'_>, workspace: Workspace, member: Member, header: u128) -> Result<Option<String>> {
    tx.query_one(
        "reading a mapping",
        "SELECT mapping FROM mappings WHERE workspace_id = $1 AND member_id = $2 AND header_hash = $3",
        &[
            workspace.into(),
            Value::Int(member.0),
            Value::Blob(&header.to_be_bytes()),
        ],
        |row| Ok(row.text(0)?.to_owned()),
    )
}

/// Stores the mapping that a member has used for a header row, replacing an earlier one.
pub fn put(tx: &mut Tx<'_>, workspace: Workspace, member: Member, header: u128, mapping: &str, now: i64) -> Result<()> {
    tx.execute(
        "remembering a mapping",
        "INSERT INTO mappings (workspace_id, member_id, header_hash, mapping, used_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (workspace_id, member_id, header_hash)
         DO UPDATE SET mapping = excluded.mapping, used_at = excluded.used_at",
        &[
            workspace.into(),
            Value::Int(member.0),
            Value::Blob(&header.to_be_bytes()),
            Value::Text(mapping),
            Value::Int(now),
        ],
    )?;
    Ok(())
}
