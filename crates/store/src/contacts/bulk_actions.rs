//! Bulk actions: changes that a member made to many contacts at once, with each contact as it was before, for undo.

use crate::contacts::{self, Authorship, COLUMNS, Origin, columns, selected, with_columns};
use crate::engine::{OnConflict, Row, Table, Tx, Value, join};
use crate::error::Result;
use crate::ids::{Member, RunId, Workspace};
use model::{ContactId, Version};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    pub id: i64,
    /// The member who did it.
    pub member: Member,
    pub kind: String,
    /// When it began, in UTC microseconds.
    pub at: i64,
    /// When it was undone; `None` if it was not.
    pub undone_at: Option<i64>,
}

/// A contact that an action touched, as it was before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    pub contact: ContactId,
    /// The version after the action; `None` if it removed the contact.
    pub after_version: Option<Version>,
    /// The owner after the action.
    pub after_owner: Member,
    /// The owner before the action.
    pub owner: Member,
    pub version: Version,
    /// When it was created, in UTC microseconds.
    pub created_at: i64,
    /// The line of a file that it was created from; `None` if a person created it.
    pub created_by: Option<Origin>,
    /// The person who had created it, if known.
    pub made_by: Option<Member>,
    /// The run that had written the version; `None` if a person had.
    pub written_by: Option<RunId>,
    /// The person who had written the version, if known.
    pub edited_by: Option<Member>,
    /// Its shares that the action touched, as text.
    pub shares: Option<String>,
    /// Its values, as JSON; `None` if the action did not change them.
    pub body: Option<String>,
}

pub(crate) const TABLE: Table<7> = Table {
    name: "actions",
    columns: [
        "workspace_id",
        "action_id",
        "member_id",
        "kind",
        "at",
        "undone_at",
        "open_until",
    ],
};

pub(crate) const TOUCHED: Table<15> = Table {
    name: "action_contacts",
    columns: {
        let columns: [&str; 12] = join(["workspace_id", "action_id"], COLUMNS);
        join(columns, ["after_version", "after_owner", "shares"])
    },
};

const TOUCHED_KEY: Table<3> = Table {
    name: "action_contacts",
    columns: ["workspace_id", "action_id", "contact_id"],
};

fn read(row: &Row<'_>) -> Result<Action> {
    Ok(Action {
        id: row.int(0)?,
        member: Member(row.int(1)?),
        kind: row.text(2)?.to_owned(),
        at: row.int(3)?,
        undone_at: row.opt_int(4)?,
    })
}

/// Reads the columns of a contact, then those of the action.
fn read_touched(row: &Row<'_>) -> Result<Touched> {
    let Authorship {
        owner,
        version,
        created_at,
        created_by,
        made_by,
        written_by,
        edited_by,
    } = Authorship::read(row)?;
    Ok(Touched {
        contact: row.id(0)?,
        after_version: row.opt_int(10)?,
        after_owner: Member(row.int(11)?),
        owner,
        version,
        created_at,
        created_by,
        made_by,
        written_by,
        edited_by,
        shares: row.opt_text(12)?.map(str::to_owned),
        body: row.opt_text(9)?.map(str::to_owned),
    })
}

impl From<&Touched> for Authorship {
    fn from(touched: &Touched) -> Self {
        Self {
            owner: touched.owner,
            version: touched.version,
            created_at: touched.created_at,
            created_by: touched.created_by,
            made_by: touched.made_by,
            written_by: touched.written_by,
            edited_by: touched.edited_by,
        }
    }
}

/// Begins an action of a member and returns its number. Callers first call
/// [`workspaces::begin_change`](crate::workspace::workspaces::begin_change), so that actions of the same workspace
/// begin one at a time.
pub fn begin(tx: &mut Tx<'_>, workspace: Workspace, member: Member, kind: &str, now: i64) -> Result<i64> {
    let last = tx.query_one(
        "numbering an action",
        "SELECT coalesce(max(action_id), 0) FROM actions WHERE workspace_id = $1",
        &[workspace.into()],
        |row| row.int(0),
    )?;
    let number = now.max(last.unwrap_or(0) + 1);
    tx.execute(
        "beginning an action",
        "INSERT INTO actions (workspace_id, action_id, member_id, kind, at) VALUES ($1, $2, $3, $4, $5)",
        &[
            workspace.into(),
            Value::Int(number),
            Value::Int(member.0),
            Value::Text(kind),
            Value::Int(now),
        ],
    )?;
    Ok(number)
}

/// Returns an action; `None` if it is not recorded any more.
pub fn get(tx: &mut Tx<'_>, workspace: Workspace, action: i64) -> Result<Option<Action>> {
    tx.query_one(
        "reading an action",
        "SELECT action_id, member_id, kind, at, undone_at FROM actions WHERE workspace_id = $1 AND action_id = $2",
        &[workspace.into(), Value::Int(action)],
        read,
    )
}

/// Records contacts that an action touched. If a contact is already recorded, the first record is kept, because it
/// holds the values before.
pub fn note(tx: &mut Tx<'_>, workspace: Workspace, action: i64, touched: &[Touched]) -> Result<()> {
    let rows = touched.iter().map(|contact| {
        let values = contacts::values(&contact.contact, contact.into(), contact.body.as_deref().into());
        let values: [Value<'_>; 12] = join([workspace.into(), Value::Int(action)], values);
        let of_action = [
            contact.after_version.into(),
            Value::Int(contact.after_owner.0),
            contact.shares.as_deref().into(),
        ];
        join(values, of_action)
    });
    tx.bulk_insert("noting what was there", &TOUCHED, OnConflict::Keep, rows)
}

/// Returns the next contacts that an action touched after `after`, at most `limit`, in the order of their ids.
pub fn page(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    action: i64,
    after: Option<ContactId>,
    limit: u64,
) -> Result<Vec<Touched>> {
    tx.query(
        "reading what was there",
        concat!(
            "SELECT ",
            columns!(),
            ", c.after_version, c.after_owner, c.shares FROM action_contacts c
             WHERE c.workspace_id = $1 AND c.action_id = $2 AND c.contact_id > $3 ORDER BY c.contact_id LIMIT $4"
        ),
        &[
            workspace.into(),
            Value::Int(action),
            Value::after(after.as_ref()),
            Value::count(limit),
        ],
        read_touched,
    )
}

/// Returns the last actions that touched a contact, at most `limit`, with the contact as it was before each, the latest
/// first.
pub fn of_contact(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    contact: ContactId,
    limit: u64,
) -> Result<Vec<(Action, Touched)>> {
    tx.query(
        "reading the actions of a contact",
        concat!(
            "SELECT ",
            columns!(),
            ", c.after_version, c.after_owner, c.shares, a.action_id, a.member_id, a.kind, a.at, a.undone_at
             FROM action_contacts c
             JOIN actions a ON a.workspace_id = c.workspace_id AND a.action_id = c.action_id
             WHERE c.workspace_id = $1 AND c.contact_id = $2 ORDER BY c.action_id DESC LIMIT $3"
        ),
        &[workspace.into(), Value::id(&contact), Value::count(limit)],
        |row| {
            let action = Action {
                id: row.int(13)?,
                member: Member(row.int(14)?),
                kind: row.text(15)?.to_owned(),
                at: row.int(16)?,
                undone_at: row.opt_int(17)?,
            };
            Ok((action, read_touched(row)?))
        },
    )
}

/// Deletes the records of contacts that an action touched; returns how many there were.
pub fn forget_contacts(tx: &mut Tx<'_>, workspace: Workspace, action: i64, contacts: &[ContactId]) -> Result<u64> {
    let rows = contacts
        .iter()
        .map(|contact| [workspace.into(), Value::Int(action), Value::id(contact)]);
    tx.bulk_delete("forgetting what was there", &TOUCHED_KEY, rows)
}

/// Records until when (in UTC microseconds) the steps of an action are expected to continue; `None` if it has ended.
pub fn set_open(tx: &mut Tx<'_>, workspace: Workspace, action: i64, until: Option<i64>) -> Result<()> {
    tx.execute(
        "noting how long an action goes on",
        "UPDATE actions SET open_until = $3 WHERE workspace_id = $1 AND action_id = $2",
        &[workspace.into(), Value::Int(action), until.into()],
    )?;
    Ok(())
}

/// Returns the latest action of a member that began after `since`, was interrupted between its steps and was not
/// undone, with the number of contacts that it had changed. Times are UTC microseconds.
pub fn interrupted(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    member: Member,
    since: i64,
    now: i64,
) -> Result<Option<(Action, u64)>> {
    let found = tx.query_one(
        "looking for an interrupted action",
        "SELECT action_id, member_id, kind, at, undone_at FROM actions
         WHERE workspace_id = $1 AND action_id > $2 AND member_id = $3 AND open_until < $4 AND undone_at IS NULL
         ORDER BY action_id DESC LIMIT 1",
        &[
            workspace.into(),
            Value::Int(since),
            Value::Int(member.0),
            Value::Int(now),
        ],
        read,
    )?;
    let Some(action) = found else { return Ok(None) };
    let contacts = tx.query_one(
        "counting the contacts of an action",
        "SELECT count(*) FROM action_contacts WHERE workspace_id = $1 AND action_id = $2",
        &[workspace.into(), Value::Int(action.id)],
        |row| row.count(0),
    )?;
    Ok(Some((action, contacts.unwrap_or(0))))
}

/// Records that an action was undone.
pub fn set_undone(tx: &mut Tx<'_>, workspace: Workspace, action: i64, now: i64) -> Result<()> {
    tx.execute(
        "noting that an action was taken back",
        "UPDATE actions SET undone_at = $3 WHERE workspace_id = $1 AND action_id = $2",
        &[workspace.into(), Value::Int(action), Value::Int(now)],
    )?;
    Ok(())
}

/// Deletes the records of at most `limit` contacts of the oldest action that began before `before`, and the action once
/// it has none left; returns whether there was such an action.
pub fn forget(tx: &mut Tx<'_>, workspace: Workspace, before: i64, limit: u64) -> Result<bool> {
    let oldest = tx.query_one(
        "looking for old actions",
        "SELECT action_id FROM actions WHERE workspace_id = $1 AND at < $2 ORDER BY action_id LIMIT 1",
        &[workspace.into(), Value::Int(before)],
        |row| row.int(0),
    )?;
    let Some(action) = oldest else { return Ok(false) };
    let contacts: Vec<ContactId> = tx.query(
        "looking for contacts of an old action",
        "SELECT contact_id FROM action_contacts WHERE workspace_id = $1 AND action_id = $2 ORDER BY contact_id LIMIT $3",
        &[workspace.into(), Value::Int(action), Value::count(limit)],
        |row| row.id(0),
    )?;
    forget_contacts(tx, workspace, action, &contacts)?;
    if (contacts.len() as u64) < limit {
        tx.execute(
            "forgetting an old action",
            "DELETE FROM actions WHERE workspace_id = $1 AND action_id = $2",
            &[workspace.into(), Value::Int(action)],
        )?;
    }
    Ok(true)
}
