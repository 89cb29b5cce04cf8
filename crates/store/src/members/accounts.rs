//! Accounts: the name, email and password hash by which a member signs in.
//!
//! Emails are compared byte by byte, so callers fold them first. Hashing and password rules are in `app`.

use crate::engine::{Row, Tx, Value};
use crate::error::{Error, Result};
use crate::ids::{Member, Workspace};

/// The rights of a member beyond their own contacts. A later role includes the rights of those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Member,
    /// May also administer the workspace.
    Admin,
    /// May also give and take the role of owner.
    Owner,
}

impl Role {
    /// All roles, the one with the fewest rights first.
    pub const ALL: [Self; 3] = [Self::Member, Self::Admin, Self::Owner];

    /// Returns the word that is stored and written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// Returns the role with that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

/// The values of a new account.
#[derive(Clone, Copy, Debug)]
pub struct NewAccount<'a> {
    pub name: &'a str,
    /// The address to sign in with.
    pub email: &'a str,
    /// The hash that passwords are checked against.
    pub password_hash: &'a str,
}

/// A member who can sign in.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    pub member: Member,
    pub name: String,
    /// The address to sign in with.
    pub email: String,
    /// The hash that passwords are checked against.
    pub password_hash: String,
    pub workspace_name: String,
    pub role: Role,
}

const ACCOUNT: &str = "SELECT m.member_id, m.name, m.email, m.password_hash, w.name, m.role
     FROM members m JOIN workspaces w ON w.workspace_id = $1
     WHERE m.workspace_id = $1 AND m.password_hash IS NOT NULL AND m.state = 'active'";

fn read(row: &Row<'_>) -> Result<Account> {
    Ok(Account {
        member: Member(row.int(0)?),
        name: row.text(1)?.to_owned(),
        email: row.text(2)?.to_owned(),
        password_hash: row.text(3)?.to_owned(),
        workspace_name: row.text(4)?.to_owned(),
        role: read_role(row, 5)?,
    })
}

fn read_role(row: &Row<'_>, column: usize) -> Result<Role> {
    let name = row.text(column)?;
    Role::named(name).ok_or_else(|| Error::Corrupt(format!("a member has the role {name:?}")))
}

/// Whether any member has an account.
pub fn exist(tx: &mut Tx<'_>, workspace: Workspace) -> Result<bool> {
    let found = tx.query_one(
        "looking for accounts",
        "SELECT member_id FROM members WHERE workspace_id = $1 AND password_hash IS NOT NULL LIMIT 1",
        &[workspace.into()],
        |row| row.int(0),
    )?;
    Ok(found.is_some())
}

/// Returns the account with that email, if its member is active.
pub fn by_email(tx: &mut Tx<'_>, workspace: Workspace, email: &str) -> Result<Option<Account>> {
    let sql = format!("{ACCOUNT} AND m.email = $2");
    tx.query_one(
        "reading an account",
        &sql,
        &[workspace.into(), Value::Text(email)],
        read,
    )
}

/// Returns the account of a member, if the member is active.
pub fn get(tx: &mut Tx<'_>, workspace: Workspace, member: Member) -> Result<Option<Account>> {
    let sql = format!("{ACCOUNT} AND m.member_id = $2");
    tx.query_one(
        "reading an account",
        &sql,
        &[workspace.into(), Value::Int(member.0)],
        read,
    )
}

/// Returns the role of a member; `None` if there is no such member, or the member is not active.
pub fn role(tx: &mut Tx<'_>, workspace: Workspace, member: Member) -> Result<Option<Role>> {
    let found = tx.query_one(
        "reading a role",
        "SELECT role FROM members WHERE workspace_id = $1 AND member_id = $2 AND state = 'active'",
        &[workspace.into(), Value::Int(member.0)],
        |row| read_role(row, 0),
    )?;
    Ok(found)
}

/// Creates the account of a member who has none. Returns whether it did; of two concurrent calls, one does.
pub fn claim(tx: &mut Tx<'_>, workspace: Workspace, member: Member, account: &NewAccount<'_>) -> Result<bool> {
    let claimed = tx.execute(
        "making an account",
        "UPDATE members SET name = $3, email = $4, password_hash = $5
         WHERE workspace_id = $1 AND member_id = $2 AND password_hash IS NULL",
        &[
            workspace.into(),
            Value::Int(member.0),
            Value::Text(account.name),
            Value::Text(account.email),
            Value::Text(account.password_hash),
        ],
    )?;
    Ok(claimed == 1)
}

/// Gives a member another name.
pub fn rename(tx: &mut Tx<'_>, workspace: Workspace, member: Member, name: &str) -> Result<()> {
    tx.execute(
        "renaming a member",
        "UPDATE members SET name = $3 WHERE workspace_id = $1 AND member_id = $2",
        &[workspace.into(), Value::Int(member.0), Value::Text(name)],
    )?;
    Ok(())
}

/// Gives a member another password.
pub fn set_password(tx: &mut Tx<'_>, workspace: Workspace, member: Member, password_hash: &str) -> Result<()> {
    tx.execute(
        "changing a password",
        "UPDATE members SET password_hash = $3 WHERE workspace_id = $1 AND member_id = $2",
        &[workspace.into(), Value::Int(member.0), Value::Text(password_hash)],
    )?;
    Ok(())
}

/// Gives the workspace another name.
pub fn rename_workspace(tx: &mut Tx<'_>, workspace: Workspace, name: &str) -> Result<()> {
    tx.execute(
        "renaming a workspace",
        "UPDATE workspaces SET name = $2 WHERE workspace_id = $1",
        &[workspace.into(), Value::Text(name)],
    )?;
    Ok(())
}
