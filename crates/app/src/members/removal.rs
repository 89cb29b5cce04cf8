//! Removing a member, and transferring what is theirs to another one.
//!
//! Decides the order of the steps: first the member is deactivated, then contacts are transferred in steps that each
//! commit and let others write in between, and when nothing is left the member is removed. An interrupted removal is
//! started again: nothing is lost, because what was not transferred still belongs to a member who is only deactivated.

use crate::App;
use crate::access;
use crate::access::Actor;
use crate::access::named;
use crate::audit::AuditAction;
use crate::error::Error;
use crate::idempotency::{OnceAnswer, keep_answer};
use crate::members::{governed_other, revoke_access};
use crate::search::views;
use store::contacts::external_ids;
use store::imports::{self, ImportState};
use store::members::{self, Belongings, MemberState};
use store::members::{accounts, second_factors};
use store::workspace::workspaces;
use store::{Member, Tx};

/// Contacts per step.
const STEP: u64 = 5_000;

impl App {
    /// Counts what belongs to a member, for an admin who considers removing them.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NoMember`].
    pub fn belongings(&self, actor: Actor, member: Member) -> Result<Belongings, Error> {
        self.store.read(|tx| {
            let admin = access::admin(tx, actor)?;
            governed_other(tx, admin, actor, member)?;
            Ok(members::belongings(tx, actor.workspace, member)?)
        })
    }

    /// Removes a member and transfers what is theirs to another one: contacts, including trashed ones, imports, and the
    /// views that they shared; their other views are deleted. Shares granted to them are revoked; shares that they
    /// granted stay. Returns what was transferred.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NoMember`] for either member, [`Error::LastOwner`]. What was transferred before
    /// the error stays so, and the member stays deactivated.
    pub fn remove_member(&self, actor: Actor, member: Member, to: Member) -> Result<Belongings, Error> {
        self.remove_member_once(actor, (member, to), None)
    }

    /// Removes a member. With `once`, what was transferred is stored as the answer of a keyed request, in the
    /// transaction of the last step.
    ///
    /// # Errors
    /// The errors of [`App::remove_member`].
    pub fn remove_member_once(
        &self,
        actor: Actor,
        (member, to): (Member, Member),
        once: Option<OnceAnswer<'_, Belongings>>,
    ) -> Result<Belongings, Error> {
        let had = self.change_members(actor, |tx, admin| {
            governed_other(tx, admin, actor, member)?;
            refuse_absent(tx, actor, member, to)?;
            revoke_access(tx, actor, member)?;
            Ok(members::belongings(tx, actor.workspace, member)?)
        })?;
        let mut after = None;
        let began = self.system.now();
        loop {
            let given = self.change(actor, |changes| {
                changes.at = Some(began);
                let admin = access::admin(changes.tx, actor)?;
                refuse_absent(changes.tx, actor, member, to)?;
                Ok(changes.hand_over_next(admin, (member, to), after, STEP)?)
            })?;
            match given.last() {
                Some(last) if given.len() as u64 == STEP => after = Some(*last),
                _ => break,
            }
        }
        self.forget_drafts(actor, member)?;
        self.finish_removing(actor, (member, to), (had, began), once)?;
        // The files of deleted drafts are not needed any more.
        self.sweep(actor)?;
        Ok(had)
    }

    /// The last step, in one transaction: transfers the contacts that a running import has added since, and everything
    /// else, including that import, which continues for its new owner.
    fn finish_removing(
        &self,
        actor: Actor,
        (member, to): (Member, Member),
        (had, began): (Belongings, i64),
        once: Option<OnceAnswer<'_, Belongings>>,
    ) -> Result<(), Error> {
        self.change(actor, |changes| {
            changes.at = Some(began);
            let admin = access::admin(changes.tx, actor)?;
            let row = governed_other(changes.tx, admin, actor, member)?;
            refuse_absent(changes.tx, actor, member, to)?;
            let mut after = None;
            loop {
                let given = changes.hand_over_next(admin, (member, to), after, STEP)?;
                after = match given.last() {
                    Some(last) if given.len() as u64 == STEP => Some(*last),
                    _ => break,
                };
            }
            changes.unshare_member(admin, member)?;
            let tx = &mut *changes.tx;
            members::hand_over_rest(tx, actor.workspace, member, to)?;
            views::hand_over(tx, actor.workspace, member, to)?;
            second_factors::remove(tx, actor.workspace, member)?;
            external_ids::remove_all(tx, actor.workspace, member)?;
            members::set_state(tx, actor.workspace, member, MemberState::Removed)?;
            let to_name = workspaces::member_name(tx, actor.workspace, to)?.unwrap_or_default();
            let about = format!("{}; what was theirs went to {to_name}", named(&row));
            self.audit(tx, actor, AuditAction::Removed, &about, had.contacts)?;
            keep_answer(tx, once, &had)
        })
    }

    /// Drops a member's drafts from memory.
    fn forget_drafts(&self, actor: Actor, member: Member) -> Result<(), Error> {
        let all = self.store.read(|tx| imports::list(tx, actor.workspace))?;
        let drafts = all
            .iter()
            .filter(|import| import.owner == member && import.state == ImportState::Draft);
        drafts.for_each(|draft| self.drafts.forget(actor.workspace, draft.id));
        Ok(())
    }
}

/// Refuses a recipient who is not an active member, or who is the removed member.
fn refuse_absent(tx: &mut Tx<'_>, actor: Actor, member: Member, to: Member) -> Result<(), Error> {
    match accounts::role(tx, actor.workspace, to)? {
        Some(_) if to != member => Ok(()),
        _ => Err(Error::NoMember),
    }
}
