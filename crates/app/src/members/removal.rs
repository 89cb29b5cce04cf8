//! A member goes, and what was theirs goes to another one.
//!
//! Owns the order of steps: first the member is kept out, then contacts are handed over in steps that each commit and
//! let others write in between, and at last, when nothing is left, the member is gone. Who is interrupted begins again:
//! nothing is lost in between, because what was not handed over still belongs to a member who is only kept out.

use crate::App;
use crate::access;
use crate::access::Actor;
use crate::access::named;
use crate::audit::AuditAction;
use crate::contacts::search_text::follow;
use crate::error::Error;
use crate::members::{governed_other, shut_out};
use crate::search::views;
use model::ContactId;
use store::contacts::change_feed::{self, Touched};
use store::contacts::shares::{self, Grantee};
use store::imports::{self, ImportState};
use store::members::{self, Belongings, MemberState};
use store::members::{accounts, second_factors};
use store::workspace::workspaces;
use store::{Member, Tx};

/// Contacts of one step.
const STEP: u64 = 5_000;

impl App {
    /// What belongs to a member, for an admin who thinks of removing them.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NoMember`]; those of the database.
    pub fn belongings(&self, actor: Actor, member: Member) -> Result<Belongings, Error> {
        self.store.read(|tx| {
            let admin = access::admin(tx, actor)?;
            governed_other(tx, admin, actor, member)?;
            Ok(members::belongings(tx, actor.workspace, member)?)
        })
    }

    /// Removes a member and gives what is theirs to another one: contacts, those in the trash too, imports, and the views that
    /// they shared; other views of theirs are deleted. What others shared with them is not shared with them any more; what they shared stays shared. Says what was handed over.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NoMember`] about either of both, [`Error::LastOwner`]; those of the database. What was
    /// handed over before stays so, and the member stays kept out.
    pub fn remove_member(&self, actor: Actor, member: Member, to: Member) -> Result<Belongings, Error> {
        let had = self.change_members(actor, |tx, admin| {
            governed_other(tx, admin, actor, member)?;
            refuse_absent(tx, actor, member, to)?;
            shut_out(tx, actor, member)?;
            Ok(members::belongings(tx, actor.workspace, member)?)
        })?;
        let mut after = None;
        loop {
            let given = self.store.write(|tx| {
                let change = workspaces::begin_change(tx, actor.workspace)?;
                access::admin(tx, actor)?;
                refuse_absent(tx, actor, member, to)?;
                let given = give(tx, actor, (member, to), after)?;
                change_feed::note(tx, actor.workspace, &[Touched::Contacts(given.clone())])?;
                follow(tx, actor.workspace, change)?;
                Ok::<_, Error>(given)
            })?;
            match given.last() {
                Some(last) if given.len() as u64 == STEP => after = Some(*last),
                _ => break,
            }
        }
        self.forget_drafts(actor, member)?;
        self.finish_removing(actor, member, to, had)?;
        // Files of imports that were only drafts are of no use to anybody.
        self.sweep(actor)?;
        Ok(had)
    }

    /// The last step: an import that wrote until now has left contacts behind, and is to go on for somebody else.
    fn finish_removing(&self, actor: Actor, member: Member, to: Member, had: Belongings) -> Result<(), Error> {
        self.store.write(|tx| {
            let change = workspaces::begin_change(tx, actor.workspace)?;
            let admin = access::admin(tx, actor)?;
            let row = governed_other(tx, admin, actor, member)?;
            refuse_absent(tx, actor, member, to)?;
            let (mut late, mut after) = (Vec::new(), None);
            loop {
                let given = give(tx, actor, (member, to), after)?;
                late.extend_from_slice(&given);
                after = match given.last() {
                    Some(last) if given.len() as u64 == STEP => Some(*last),
                    _ => break,
                };
            }
            members::hand_over_rest(tx, actor.workspace, member, to)?;
            shares::remove_member(tx, actor.workspace, member)?;
            views::hand_over(tx, actor.workspace, member, to)?;
            second_factors::remove(tx, actor.workspace, member)?;
            members::set_state(tx, actor.workspace, member, MemberState::Removed)?;
            change_feed::note(tx, actor.workspace, &[Touched::Contacts(late)])?;
            follow(tx, actor.workspace, change)?;
            let to_name = workspaces::member_name(tx, actor.workspace, to)?.unwrap_or_default();
            let about = format!("{}; what was theirs went to {to_name}", named(&row));
            Ok(self.audit(tx, actor, AuditAction::Removed, &about, had.contacts)?)
        })
    }

    /// What is kept in memory of a member's drafts.
    fn forget_drafts(&self, actor: Actor, member: Member) -> Result<(), Error> {
        let all = self.store.read(|tx| imports::list(tx, actor.workspace))?;
        let drafts = all
            .iter()
            .filter(|import| import.owner == member && import.state == ImportState::Draft);
        drafts.for_each(|draft| self.drafts.forget(actor.workspace, draft.id));
        Ok(())
    }
}

/// Gives some contacts to their new owner, who needs no share of them any more.
fn give(
    tx: &mut Tx<'_>,
    actor: Actor,
    (from, to): (Member, Member),
    after: Option<ContactId>,
) -> Result<Vec<ContactId>, Error> {
    let given = members::hand_over_contacts(tx, actor.workspace, (from, to), after, STEP)?;
    let needless: Vec<_> = given.iter().map(|id| (*id, Grantee::Member(to))).collect();
    shares::remove_many(tx, actor.workspace, &needless)?;
    Ok(given)
}

/// Nothing goes to somebody who is not there, or who goes.
fn refuse_absent(tx: &mut Tx<'_>, actor: Actor, member: Member, to: Member) -> Result<(), Error> {
    match accounts::role(tx, actor.workspace, to)? {
        Some(_) if to != member => Ok(()),
        _ => Err(Error::NoMember),
    }
}
