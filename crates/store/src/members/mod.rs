//! Members of a workspace: roles, states, and the transfer of what a removed member owned.
//!
//! A caller that changes members takes the workspace's lock first
//! ([`workspaces::queue`](crate::workspace::workspaces::queue)), so that two changes never act on outdated counts of
//! owners.

pub mod accounts;
pub mod api_tokens;
pub mod devices;
pub mod notifications;
pub mod one_time_tokens;
pub mod preferences;
pub mod request_keys;
pub mod second_factors;
pub mod sessions;
pub mod webhooks;

use crate::engine::{Row, Tx, Value};
use crate::error::{Error, Result};
use crate::ids::{Member, Workspace};
use crate::members::accounts::{NewAccount, Role};
use model::ContactId;

/// Whether a member can sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberState {
    /// Can sign in.
    Active,
    /// Cannot sign in for now, but keeps contacts and imports.
    Deactivated,
    /// Can never sign in again. Contacts and imports were handed over to another member.
    Removed,
}

impl MemberState {
    /// Returns the word that is stored and written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Deactivated => "deactivated",
            Self::Removed => "removed",
        }
    }

    /// Returns the state with that name.
    pub fn named(name: &str) -> Option<Self> {
        let states = [Self::Active, Self::Deactivated, Self::Removed];
        states.into_iter().find(|state| state.as_str() == name)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberRow {
    pub member: Member,
    pub name: String,
    /// The address to sign in with; `None` for a member who has no account, or was removed.
    pub email: Option<String>,
    pub role: Role,
    /// Whether the member can sign in.
    pub state: MemberState,
    /// When the member was added, in UTC microseconds.
    pub created_at: i64,
    /// When the member was last seen, approximately, in UTC microseconds.
    pub seen_at: Option<i64>,
}

const MEMBER: &str =
    "SELECT member_id, name, email, role, state, created_at, seen_at FROM members WHERE workspace_id = $1";

fn read(row: &Row<'_>) -> Result<MemberRow> {
    let (role, state) = (row.text(3)?, row.text(4)?);
    Ok(MemberRow {
        member: Member(row.int(0)?),
        name: row.text(1)?.to_owned(),
        email: row.opt_text(2)?.map(str::to_owned),
        role: Role::named(role).ok_or_else(|| Error::Corrupt(format!("a member has the role {role:?}")))?,
        state: MemberState::named(state).ok_or_else(|| Error::Corrupt(format!("a member is {state:?}")))?,
        created_at: row.int(5)?,
        seen_at: row.opt_int(6)?,
    })
}

/// Returns all members, including removed ones, in the order in which they were added.
pub fn list(tx: &mut Tx<'_>, workspace: Workspace) -> Result<Vec<MemberRow>> {
    let sql = format!("{MEMBER} ORDER BY member_id");
    tx.query("reading the members", &sql, &[workspace.into()], read)
}

/// Returns a member; `None` if there is none with this number.
pub fn get(tx: &mut Tx<'_>, workspace: Workspace, member: Member) -> Result<Option<MemberRow>> {
    let sql = format!("{MEMBER} AND member_id = $2");
    let values = [workspace.into(), Value::Int(member.0)];
    tx.query_one("reading a member", &sql, &values, read)
}

/// Returns the member with that email; `None` if there is none.
pub fn by_email(tx: &mut Tx<'_>, workspace: Workspace, email: &str) -> Result<Option<MemberRow>> {
    let sql = format!("{MEMBER} AND email = $2");
    let values = [workspace.into(), Value::Text(email)];
    tx.query_one("reading a member", &sql, &values, read)
}

/// Adds a member with the next number.
///
/// # Errors
/// [`Error::Conflict`] if another member has the email.
pub fn add(tx: &mut Tx<'_>, workspace: Workspace, account: &NewAccount<'_>, role: Role, now: i64) -> Result<Member> {
    let next = "SELECT coalesce(max(member_id), 0) + 1 FROM members WHERE workspace_id = $1";
    let number = tx.query_one("numbering a member", next, &[workspace.into()], |row| row.int(0))?;
    let number = number.unwrap_or(1);
    tx.execute(
        "adding a member",
        "INSERT INTO members (workspace_id, member_id, name, email, role, created_at, password_hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            workspace.into(),
            Value::Int(number),
            Value::Text(account.name),
            Value::Text(account.email),
            Value::Text(role.as_str()),
            Value::Int(now),
            Value::Text(account.password_hash),
        ],
    )?;
    Ok(Member(number))
}

/// Gives a member another role.
pub fn set_role(tx: &mut Tx<'_>, workspace: Workspace, member: Member, role: Role) -> Result<()> {
    tx.execute(
        "changing a role",
        "UPDATE members SET role = $3 WHERE workspace_id = $1 AND member_id = $2",
        &[workspace.into(), Value::Int(member.0), Value::Text(role.as_str())],
    )?;
    Ok(())
}

/// Changes a member's state. A removed member loses email and password, and keeps the name.
pub fn set_state(tx: &mut Tx<'_>, workspace: Workspace, member: Member, state: MemberState) -> Result<()> {
    let forget = if state == MemberState::Removed {
        ", email = NULL, password_hash = NULL"
    } else {
        ""
    };
    let sql = format!("UPDATE members SET state = $3{forget} WHERE workspace_id = $1 AND member_id = $2");
    tx.execute(
        "changing whether a member is active",
        &sql,
        &[workspace.into(), Value::Int(member.0), Value::Text(state.as_str())],
    )?;
    Ok(())
}

/// Records that a member was seen.
pub fn seen(tx: &mut Tx<'_>, workspace: Workspace, member: Member, now: i64) -> Result<()> {
    tx.execute(
        "noting that a member was seen",
        "UPDATE members SET seen_at = $3 WHERE workspace_id = $1 AND member_id = $2",
        &[workspace.into(), Value::Int(member.0), Value::Int(now)],
    )?;
    Ok(())
}

/// Counts the owners who can sign in, or could if they had an account.
pub fn active_owners(tx: &mut Tx<'_>, workspace: Workspace) -> Result<u64> {
    let sql = "SELECT count(*) FROM members WHERE workspace_id = $1 AND role = 'owner' AND state = 'active'";
    let count = tx.query_one("counting the owners", sql, &[workspace.into()], |row| row.count(0))?;
    Ok(count.unwrap_or(0))
}

/// What belongs to a member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Belongings {
    /// Contacts in the directory.
    pub contacts: u64,
    /// Contacts in the trash.
    pub trashed: u64,
    /// Imports that are more than a draft.
    pub imports: u64,
}

/// Counts what belongs to a member. Scans every contact.
pub fn belongings(tx: &mut Tx<'_>, workspace: Workspace, member: Member) -> Result<Belongings> {
    let mut count = |sql: &str| {
        let values = [workspace.into(), Value::Int(member.0)];
        let count = tx.query_one("counting what a member has", sql, &values, |row| row.count(0))?;
        Ok::<_, Error>(count.unwrap_or(0))
    };
    Ok(Belongings {
        contacts: count("SELECT count(*) FROM contacts WHERE workspace_id = $1 AND owner_id = $2")?,
        trashed: count("SELECT count(*) FROM trashed_contacts WHERE workspace_id = $1 AND owner_id = $2")?,
        imports: count("SELECT count(*) FROM imports WHERE workspace_id = $1 AND owner_id = $2 AND state <> 'draft'")?,
    })
}

/// Returns how many contacts each member owns, without members who own none. Scans every contact.
pub fn owned(tx: &mut Tx<'_>, workspace: Workspace) -> Result<Vec<(Member, u64)>> {
    tx.query(
        "counting contacts of members",
        "SELECT owner_id, count(*) FROM contacts WHERE workspace_id = $1 GROUP BY owner_id ORDER BY owner_id",
        &[workspace.into()],
        |row| Ok((Member(row.int(0)?), row.count(1)?)),
    )
}

/// Transfers the next contacts of a member after `after`, at most `limit`, in the order of their ids, to another
/// member. Returns their ids; if there are fewer than `limit`, they were the last. Versions stay, because no value of a
/// contact changes.
pub fn hand_over_contacts(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    (from, to): (Member, Member),
    after: Option<ContactId>,
    limit: u64,
) -> Result<Vec<ContactId>> {
    let ids = tx.query(
        "reading a member's contacts",
        "SELECT contact_id FROM contacts WHERE workspace_id = $1 AND contact_id > $2 AND owner_id = $3
         ORDER BY contact_id LIMIT $4",
        &[
            workspace.into(),
            Value::after(after.as_ref()),
            Value::Int(from.0),
            Value::count(limit),
        ],
        |row| row.id(0),
    )?;
    if let (Some(first), Some(last)) = (ids.first(), ids.last()) {
        tx.execute(
            "handing contacts over",
            "UPDATE contacts SET owner_id = $5
             WHERE workspace_id = $1 AND contact_id BETWEEN $2 AND $3 AND owner_id = $4",
            &[
                workspace.into(),
                Value::id(first),
                Value::id(last),
                Value::Int(from.0),
                Value::Int(to.0),
            ],
        )?;
    }
    Ok(ids)
}

/// Transfers what else belongs to a member to another one: contacts in the trash, and imports. Deletes the member's
/// drafts, remembered mappings and choices, and notifications. No process holds the imports afterwards: a process that
/// runs one stops before it writes again, and the process that takes the import over continues for the new owner.
pub fn hand_over_rest(tx: &mut Tx<'_>, workspace: Workspace, from: Member, to: Member) -> Result<()> {
    let both = [workspace.into(), Value::Int(from.0), Value::Int(to.0)];
    let [here, gone, _] = both;
    tx.execute(
        "handing the trash over",
        "UPDATE trashed_contacts SET owner_id = $3 WHERE workspace_id = $1 AND owner_id = $2",
        &both,
    )?;
    tx.execute(
        "deleting a member's drafts",
        "DELETE FROM imports WHERE workspace_id = $1 AND owner_id = $2 AND state = 'draft'",
        &[here, gone],
    )?;
    tx.execute(
        "handing imports over",
        "UPDATE imports SET owner_id = $3, holder = NULL WHERE workspace_id = $1 AND owner_id = $2",
        &both,
    )?;
    tx.execute(
        "forgetting a member's mappings",
        "DELETE FROM mappings WHERE workspace_id = $1 AND member_id = $2",
        &[here, gone],
    )?;
    tx.execute(
        "forgetting a member's choices",
        "DELETE FROM member_choices WHERE workspace_id = $1 AND member_id = $2",
        &[here, gone],
    )?;
    tx.execute(
        "forgetting a member's notifications",
        "DELETE FROM notifications WHERE workspace_id = $1 AND member_id = $2",
        &[here, gone],
    )?;
    Ok(())
}
