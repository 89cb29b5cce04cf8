//! Who acts, and what they may do.
//!
//! Only this module creates an [`Actor`] and the proofs of rights: [`CanView`], [`CanEdit`] and [`Owns`] for a contact,
//! [`IsAdmin`] and [`IsOwner`] for a workspace. Every function that touches a contact takes a proof. A proof is created
//! in the transaction in which it is used, so that revoking a right takes effect at once. A contact that a member may
//! not see is reported as not found.

use crate::App;
use crate::access;
use crate::error::Error;
use model::ContactId;
use std::collections::HashMap;
use std::ops::Deref;
use store::contacts::bulk_actions::Touched;
use store::contacts::shares::{self, Access};
use store::contacts::trash::Trashed;
use store::contacts::{self, ContactRow};
use store::members;
use store::members::MemberRow;
use store::members::MemberState;
use store::members::accounts::{self, Role};
use store::workspace::workspaces;
use store::{Member, Tx, Workspace};

/// An authenticated member of a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Actor {
    pub(crate) workspace: Workspace,
    pub(crate) member: Member,
}

impl Actor {
    /// The actor that inspects a file without a directory. The contacts shown carry these numbers, which give no access
    /// to any directory: there, workspaces and members count from 1.
    pub(crate) const OUTSIDER: Self = Self {
        workspace: Workspace(0),
        member: Member(0),
    };

    /// The member's number within the workspace.
    pub fn member(self) -> Member {
        self.member
    }
}

/// What a member may do with a contact. Each variant includes the rights of the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    View,
    /// Also change its values.
    Edit,
    /// Also share it, transfer it and delete it.
    Own,
}

impl From<Access> for Right {
    fn from(access: Access) -> Self {
        match access {
            Access::View => Self::View,
            Access::Edit => Self::Edit,
        }
    }
}

/// Proof that the actor may view the value.
#[derive(Debug)]
pub(crate) struct CanView<T>(T);

/// Proof that the actor may edit the value.
#[derive(Debug)]
pub(crate) struct CanEdit<T>(T);

/// Proof that the actor owns the value.
#[derive(Debug)]
pub(crate) struct Owns<T>(T);

/// Proof that the actor may restore the state that the value had before one of their actions.
#[derive(Debug)]
pub(crate) struct CanUndo<T>(T);

macro_rules! proofs {
    ($($proof:ident),*) => {$(
        impl<T> Deref for $proof<T> {
            type Target = T;

            fn deref(&self) -> &T {
                &self.0
            }
        }
    )*};
}

proofs!(CanView, CanEdit, Owns, CanUndo);

impl<T> Owns<T> {
    /// Returns the value without the proof.
    pub fn into_inner(self) -> T {
        self.0
    }
}

/// Proof that the actor may share a contact or undo its sharing.
pub(crate) trait MayShare: Deref<Target = ContactRow> {}

impl MayShare for Owns<ContactRow> {}
impl MayShare for CanUndo<ContactRow> {}

impl<T> From<CanEdit<T>> for CanView<T> {
    fn from(proof: CanEdit<T>) -> Self {
        Self(proof.0)
    }
}

impl<T> From<Owns<T>> for CanEdit<T> {
    fn from(proof: Owns<T>) -> Self {
        Self(proof.0)
    }
}

impl<T> From<CanEdit<T>> for CanUndo<T> {
    fn from(proof: CanEdit<T>) -> Self {
        Self(proof.0)
    }
}

/// Returns a contact and the actor's right to it; [`Error::NoContact`] if the actor has none.
pub(crate) fn found(tx: &mut Tx<'_>, actor: Actor, id: ContactId) -> Result<(Right, CanView<ContactRow>), Error> {
    // Shares are queried in any case, so that the response time does not reveal whether the contact exists.
    let row = contacts::get(tx, actor.workspace, id)?;
    let granted = shares::granted(tx, actor.workspace, actor.member, &[id])?.pop();
    let row = row.ok_or(Error::NoContact(id))?;
    let right = match row.owner == actor.member {
        true => Some(Right::Own),
        false => granted.map(|(_, access)| Right::from(access)),
    };
    Ok((right.ok_or(Error::NoContact(id))?, CanView(row)))
}

/// Returns a contact that the actor may view.
pub(crate) fn view(tx: &mut Tx<'_>, actor: Actor, id: ContactId) -> Result<CanView<ContactRow>, Error> {
    Ok(found(tx, actor, id)?.1)
}

/// Returns a contact that the actor may edit.
pub(crate) fn edit(tx: &mut Tx<'_>, actor: Actor, id: ContactId) -> Result<CanEdit<ContactRow>, Error> {
    let (right, row) = found(tx, actor, id)?;
    edit_with(right, row.0)
}

/// Returns a contact that the actor may edit, given the right that was found in this transaction.
pub(crate) fn edit_with(right: Right, row: ContactRow) -> Result<CanEdit<ContactRow>, Error> {
    if right < Right::Edit {
        return Err(Error::Forbidden(
            "this contact is shared with you to view, not to edit; ask its owner",
        ));
    }
    Ok(CanEdit(row))
}

/// Returns a contact that the actor owns.
pub(crate) fn own(tx: &mut Tx<'_>, actor: Actor, id: ContactId) -> Result<Owns<ContactRow>, Error> {
    let (right, row) = found(tx, actor, id)?;
    if right < Right::Own {
        return Err(Error::Forbidden(
            "this contact belongs to another member; only its owner may do this",
        ));
    }
    Ok(Owns(row.0))
}

/// Returns the contacts that the actor may view, in their order, each with the actor's right. Shares of all contacts of
/// other members are read in one query.
pub(crate) fn seen(
    tx: &mut Tx<'_>,
    actor: Actor,
    rows: Vec<ContactRow>,
) -> Result<Vec<(Right, CanView<ContactRow>)>, store::Error> {
    let seen = with_rights(tx, actor, rows)?.into_iter();
    Ok(seen.map(|(right, row)| (right, CanView(row))).collect())
}

/// Like `seen` without proofs, for an import, which compares its rows with contacts and changes copies of them.
pub(crate) fn with_rights(
    tx: &mut Tx<'_>,
    actor: Actor,
    rows: Vec<ContactRow>,
) -> Result<Vec<(Right, ContactRow)>, store::Error> {
    let of_others: Vec<ContactId> = rows
        .iter()
        .filter(|row| row.owner != actor.member)
        .map(|row| row.id)
        .collect();
    let granted: HashMap<ContactId, Access> = if of_others.is_empty() {
        HashMap::new()
    } else {
        let granted = shares::granted(tx, actor.workspace, actor.member, &of_others)?;
        granted.into_iter().collect()
    };
    let right = |row: &ContactRow| match row.owner == actor.member {
        true => Some(Right::Own),
        false => granted.get(&row.id).map(|access| Right::from(*access)),
    };
    Ok(rows.into_iter().filter_map(|row| Some((right(&row)?, row))).collect())
}

/// Returns the contacts that the actor may edit, in their order.
pub(crate) fn editable(
    tx: &mut Tx<'_>,
    actor: Actor,
    rows: Vec<ContactRow>,
) -> Result<Vec<CanEdit<ContactRow>>, store::Error> {
    Ok(editable_of(seen(tx, actor, rows)?))
}

/// Filters contacts to those that the actor may edit, in their order.
pub(crate) fn editable_of(seen: Vec<(Right, CanView<ContactRow>)>) -> Vec<CanEdit<ContactRow>> {
    let editable = seen.into_iter().filter(|(right, _)| *right >= Right::Edit);
    editable.map(|(_, row)| CanEdit(row.0)).collect()
}

/// Filters contacts to those that the actor owns, in their order.
pub(crate) fn owned_of(seen: Vec<(Right, CanView<ContactRow>)>) -> Vec<Owns<ContactRow>> {
    let owned = seen.into_iter().filter(|(right, _)| *right == Right::Own);
    owned.map(|(_, row)| Owns(row.0)).collect()
}

/// Filters rows to those that the actor owns, in their order. They may be new contacts.
pub(crate) fn owned(actor: Actor, rows: Vec<ContactRow>) -> Vec<Owns<ContactRow>> {
    let own = rows.into_iter().filter(|row| row.owner == actor.member);
    own.map(Owns).collect()
}

/// Filters contacts in the trash to those that the actor owned, in their order.
pub(crate) fn owned_trash(actor: Actor, trashed: Vec<Trashed>) -> Vec<Owns<Trashed>> {
    let own = trashed
        .into_iter()
        .filter(|trashed| trashed.contact.owner == actor.member);
    own.map(Owns).collect()
}

/// Returns a contact that the actor has transferred to another owner by an action. They may undo it as long as the new
/// owner has not changed the contact.
pub(crate) fn given_away(actor: Actor, row: ContactRow, by: &Touched) -> Option<CanUndo<ContactRow>> {
    let was_given = by.owner == actor.member && by.owner != by.after_owner && row.owner == by.after_owner;
    (was_given && by.after_version == Some(row.version)).then_some(CanUndo(row))
}

/// Checks that the actor is still an active member. Every function that changes contacts calls this in its transaction:
/// a deactivated member cannot complete work that they had begun, and a contact created for a member who was just
/// removed would belong to nobody.
pub(crate) fn active(tx: &mut Tx<'_>, actor: Actor) -> Result<(), Error> {
    match accounts::role(tx, actor.workspace, actor.member)? {
        Some(_) => Ok(()),
        None => Err(Error::Forbidden("who is not an active member may not do this")),
    }
}

/// Proof that the actor is an admin or an owner of the workspace.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IsAdmin(());

/// Proof that the actor is an owner of the workspace.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IsOwner(());

/// Checks that the actor is an admin or an owner.
pub(crate) fn admin(tx: &mut Tx<'_>, actor: Actor) -> Result<IsAdmin, Error> {
    match accounts::role(tx, actor.workspace, actor.member)? {
        Some(Role::Admin | Role::Owner) => Ok(IsAdmin(())),
        _ => Err(Error::Forbidden(
            "only an admin or an owner of the workspace may do this",
        )),
    }
}

/// Checks that the actor is an owner of the workspace.
pub(crate) fn owner(tx: &mut Tx<'_>, actor: Actor) -> Result<IsOwner, Error> {
    match accounts::role(tx, actor.workspace, actor.member)? {
        Some(Role::Owner) => Ok(IsOwner(())),
        _ => Err(Error::Forbidden("only an owner of the workspace may do this")),
    }
}

impl App {
    /// Whether the actor is still an active member.
    pub(crate) fn is_active(&self, actor: Actor) -> Result<bool, Error> {
        let role = self
            .store
            .read(|tx| accounts::role(tx, actor.workspace, actor.member))?;
        Ok(role.is_some())
    }

    /// Returns the member that the command line acts as while there are no accounts: the owner of the data folder.
    pub fn local_actor(&self) -> Result<Actor, Error> {
        let made = self.reserved.read(workspaces::local)?;
        let (workspace, member) = match made {
            Some(local) => local,
            None => {
                let now = self.system.now();
                self.reserved.write(|tx| workspaces::ensure_local(tx, now))?
            }
        };
        Ok(Actor { workspace, member })
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// Contacts that the member owns.
    Mine,
    /// Contacts that others share with the member.
    Shared,
    /// All contacts that the member can see.
    #[default]
    All,
}

impl Scope {
    /// Whether the scope contains a contact to which the member has this right.
    pub(crate) fn takes(self, right: Right) -> bool {
        match self {
            Self::Mine => right == Right::Own,
            Self::Shared => right < Right::Own,
            Self::All => true,
        }
    }
}

/// Returns a member whom the actor may change.
pub(crate) fn governed(tx: &mut Tx<'_>, admin: IsAdmin, actor: Actor, member: Member) -> Result<MemberRow, Error> {
    let row = there(tx, admin, actor, member)?;
    if row.role == Role::Owner {
        access::owner(tx, actor)?;
    }
    Ok(row)
}

/// How the audit log names a member.
pub(crate) fn named(row: &MemberRow) -> String {
    match &row.email {
        Some(email) => format!("{} ({email})", row.name),
        None => row.name.clone(),
    }
}

/// Returns a member who was not removed.
pub(crate) fn there(tx: &mut Tx<'_>, _: IsAdmin, actor: Actor, member: Member) -> Result<MemberRow, Error> {
    members::get(tx, actor.workspace, member)?
        .filter(|row| row.state != MemberState::Removed)
        .ok_or(Error::NoMember)
}
