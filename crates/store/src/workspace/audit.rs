//! The audit log: who did what, and when. Rows are only added, and removed when they expire.

use crate::engine::{Row, Table, Tx, Value};
use crate::error::Result;
use crate::ids::{Member, Workspace};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// A UUIDv7: later entries have greater ids.
    pub id: Uuid,
    /// When it was done, in UTC microseconds.
    pub at: i64,
    /// Who did it; `None` if no known member did.
    pub member: Option<Member>,
    /// The action, in the words of `app`.
    pub action: String,
    /// The number of contacts that the action was about.
    pub contacts: u64,
    /// What the action was about, as text for people.
    pub about: String,
}

/// The stored number for no member; the numbers of members begin at 1.
const NOBODY: i64 = 0;

pub(crate) const TABLE: Table<7> = Table {
    name: "audit_log",
    columns: [
        "workspace_id",
        "entry_id",
        "at",
        "member_id",
        "action",
        "contacts",
        "about",
    ],
};

fn read(row: &Row<'_>) -> Result<AuditEntry> {
    Ok(AuditEntry {
        id: row.id(0)?,
        at: row.int(1)?,
        member: Some(row.int(2)?).filter(|member| *member != NOBODY).map(Member),
        action: row.text(3)?.to_owned(),
        contacts: row.count(4)?,
        about: row.text(5)?.to_owned(),
    })
}

/// Adds an entry.
pub fn add(tx: &mut Tx<'_>, workspace: Workspace, entry: &AuditEntry) -> Result<()> {
    tx.execute(
        "adding an audit entry",
        "INSERT INTO audit_log (workspace_id, entry_id, at, member_id, action, contacts, about)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            workspace.into(),
            Value::id(&entry.id),
            Value::Int(entry.at),
            Value::Int(entry.member.map_or(NOBODY, |member| member.0)),
            Value::Text(&entry.action),
            Value::count(entry.contacts),
            Value::Text(&entry.about),
        ],
    )?;
    Ok(())
}

/// Adds to the count of contacts of an entry: an action on many contacts is done in several transactions.
pub fn count_on(tx: &mut Tx<'_>, workspace: Workspace, id: Uuid, more: u64) -> Result<()> {
    tx.execute(
        "updating the count of an audit entry",
        "UPDATE audit_log SET contacts = contacts + $3 WHERE workspace_id = $1 AND entry_id = $2",
        &[workspace.into(), Value::id(&id), Value::count(more)],
    )?;
    Ok(())
}

/// Records how an action ended.
pub fn amend(tx: &mut Tx<'_>, workspace: Workspace, id: Uuid, about: &str, contacts: u64) -> Result<()> {
    tx.execute(
        "completing an audit entry",
        "UPDATE audit_log SET about = $3, contacts = $4 WHERE workspace_id = $1 AND entry_id = $2",
        &[
            workspace.into(),
            Value::id(&id),
            Value::Text(about),
            Value::count(contacts),
        ],
    )?;
    Ok(())
}

/// The entries to return; fields that are `None` do not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only actions of this kind.
    pub action: Option<String>,
    /// Only actions of this member.
    pub member: Option<Member>,
    /// Not before this moment, in UTC microseconds.
    pub from: Option<i64>,
    /// Before this moment, in UTC microseconds.
    pub until: Option<i64>,
}

/// Returns the next entries before `before` that match a filter, at most `limit`, the latest first.
pub fn page(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    filter: &AuditFilter,
    before: Option<Uuid>,
    limit: u64,
) -> Result<Vec<AuditEntry>> {
    let before = before.unwrap_or(Uuid::max());
    let mut values = vec![workspace.into(), Value::id(&before), Value::count(limit)];
    let mut conditions = String::new();
    let wanted = [
        ("action =", filter.action.as_deref().map(Value::Text)),
        ("member_id =", filter.member.map(|member| Value::Int(member.0))),
        ("at >=", filter.from.map(Value::Int)),
        ("at <", filter.until.map(Value::Int)),
    ];
    for (condition, value) in wanted
        .into_iter()
        .filter_map(|(condition, value)| Some((condition, value?)))
    {
        values.push(value);
        conditions.push_str(&format!(" AND {condition} ${}", values.len()));
    }
    let sql = format!(
        "SELECT entry_id, at, member_id, action, contacts, about FROM audit_log
         WHERE workspace_id = $1 AND entry_id < $2{conditions} ORDER BY entry_id DESC LIMIT $3"
    );
    tx.query("reading the audit log", &sql, &values, read)
}
