//! Bulk actions: changes of many contacts by a member that can be undone.
//!
//! Records the previous state of the contacts of an action, and changes any number of contacts in steps that each
//! commit, so that others can write in between. All steps belong to one action.

use crate::access::Actor;
use crate::audit::AuditAction;
use crate::contacts::share_text::ShareText;
use crate::contacts::write::Changes;
use crate::error::Error;
use crate::workspace::stored::stored_settings;
use crate::{App, View, access};
use model::{ContactId, Version};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use store::contacts::bulk_actions::{self, Touched};
use store::contacts::shares::{self, Share};
use store::contacts::{self, ContactRow};
use store::{Member, Tx};

/// Contacts of one step.
pub(crate) const STEP: usize = 4_000;

/// How long the next step of an action may take to commit, in microseconds. An action whose last step is longer ago was
/// interrupted: by a crash, or by an error that ended it.
const STEP_TAKES: i64 = 2 * 60 * 1_000_000;

/// For how long the undo of an interrupted action is offered, in microseconds.
const OFFERED_FOR: i64 = 7 * 24 * 3_600 * 1_000_000;

/// The kind of a bulk action. Deleting is not one of them: deleted contacts are restored from the trash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ActionKind {
    /// Adds a tag.
    Tag,
    /// Removes a tag.
    Untag,
    /// Grants shares.
    Share,
    /// Revokes shares.
    Unshare,
    /// Transfers the contacts to another owner.
    HandOver,
    /// Merges the contacts into one.
    Merge,
    /// Changes the values of one contact by hand.
    Edit,
}

impl ActionKind {
    const ALL: [Self; 7] = [
        Self::Tag,
        Self::Untag,
        Self::Share,
        Self::Unshare,
        Self::HandOver,
        Self::Merge,
        Self::Edit,
    ];

    /// The stored name.
    fn as_str(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Untag => "untag",
            Self::Share => "share",
            Self::Unshare => "unshare",
            Self::HandOver => "hand_over",
            Self::Merge => "merge",
            Self::Edit => "edit",
        }
    }

    /// Parses a stored name.
    pub fn named(name: &str) -> Result<Self, store::Error> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == name);
        found.ok_or_else(|| store::Error::Corrupt(format!("an action is of the kind {name:?}")))
    }

    /// The kind's name in the audit log. Single edits are not logged there: the history of the contact shows them.
    fn audit_action(self) -> Option<AuditAction> {
        Some(match self {
            Self::Edit => return None,
            Self::Tag => AuditAction::Tagged,
            Self::Untag => AuditAction::Untagged,
            Self::Share => AuditAction::Shared,
            Self::Unshare => AuditAction::Unshared,
            Self::HandOver => AuditAction::HandedOver,
            Self::Merge => AuditAction::Merged,
        })
    }

    /// Whether the kind changes values, so that the old ones must be stored.
    fn changes_values(self) -> bool {
        matches!(self, Self::Tag | Self::Untag | Self::Merge | Self::Edit)
    }
}

/// A contact as it was before an action touched it.
#[derive(Debug)]
pub(crate) struct Before {
    pub row: ContactRow,
    /// All its shares; `None` if the action does not change shares.
    pub shares: Option<Vec<Share>>,
    /// The version after the action; `None` if the action has removed the contact.
    pub after: Option<Version>,
}

/// Runs in the transaction of the last step, with the report of the whole action.
pub(crate) type AtEnd<'a> = &'a dyn Fn(&mut Tx<'_>, &ActionReport) -> Result<(), Error>;

/// For actions without a keyed request, whose report need not be stored.
pub(crate) const NOTHING_AT_END: AtEnd<'static> = &|_, _| Ok(());

/// The result of one step.
#[derive(Debug, Default)]
pub(crate) struct Step {
    /// The contacts that were changed, as they were.
    pub touched: Vec<Before>,
    /// Contacts that the member may see but not change in this way.
    pub skipped: u64,
}

/// The result of a bulk action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ActionReport {
    /// Contacts that were changed.
    pub contacts: u64,
    /// Contacts skipped because the member may not change them in this way.
    pub skipped: u64,
    /// The number by which the action can be undone; `None` if nothing was changed.
    pub action: Option<i64>,
}

/// A change of many contacts that ended before its last contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InterruptedAction {
    /// The number by which it can be undone.
    pub action: i64,
    /// In the words of the audit log, such as "tagged".
    pub done: &'static str,
    /// When it began, in UTC microseconds.
    pub began_at: i64,
    /// Contacts that it has changed.
    pub contacts: u64,
}

/// The shares of a contact that an action has changed, before and after it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct SharesChanged {
    was: Vec<ShareText>,
    is: Vec<ShareText>,
}

impl SharesChanged {
    fn between(before: &[Share], after: &[Share]) -> Self {
        let only = |these: &[Share], others: &[Share]| {
            let differ = these.iter().filter(|share| !others.contains(share));
            differ.map(ShareText::from_share).collect()
        };
        Self {
            was: only(before, after),
            is: only(after, before),
        }
    }

    /// Parses the stored text.
    pub fn read(contact: ContactId, text: &str) -> Result<Self, store::Error> {
        let read = serde_json::from_str(text);
        read.map_err(|_| store::Error::Corrupt(format!("the old shares of contact {contact} cannot be read")))
    }

    fn text(&self) -> Result<String, store::Error> {
        serde_json::to_string(self).map_err(|error| store::Error::Corrupt(error.to_string()))
    }

    /// The changed shares as they were before the action.
    pub fn was(&self, contact: ContactId) -> impl Iterator<Item = Share> {
        self.was.iter().map(move |share| share.of_contact(contact))
    }

    /// The changed shares as the action left them.
    pub fn is(&self, contact: ContactId) -> impl Iterator<Item = Share> {
        self.is.iter().map(move |share| share.of_contact(contact))
    }

    /// Whether the changed shares are still as the action left them; `now` has the contact's current shares.
    pub fn stands(&self, contact: ContactId, now: &[Share]) -> bool {
        let is: Vec<Share> = self.is(contact).collect();
        let gone = self.was(contact).filter(|was| is.iter().all(|is| is.to != was.to));
        is.iter().all(|share| now.contains(share)) && gone.into_iter().all(|was| now.iter().all(|now| now.to != was.to))
    }
}

/// Begins an action of the member, in the transaction of its first step; returns its number.
pub(crate) fn begin(tx: &mut Tx<'_>, actor: Actor, kind: ActionKind, now: i64) -> Result<i64, Error> {
    Ok(bulk_actions::begin(
        tx,
        actor.workspace,
        actor.member,
        kind.as_str(),
        now,
    )?)
}

/// Records the previous state of contacts. Must run in the transaction that changes them and after the change, because
/// the state after the action is read here.
pub(crate) fn note(tx: &mut Tx<'_>, actor: Actor, action: i64, touched: &[Before]) -> Result<(), Error> {
    let workspace = actor.workspace;
    let kind = match bulk_actions::get(tx, workspace, action)? {
        Some(action) => ActionKind::named(&action.kind)?,
        None => return Err(Error::NoAction(action)),
    };
    let owners: HashMap<ContactId, Member> = if kind == ActionKind::HandOver {
        let ids: Vec<ContactId> = touched.iter().map(|before| before.row.id).collect();
        let rows = contacts::get_many(tx, workspace, &ids)?;
        rows.into_iter().map(|row| (row.id, row.owner)).collect()
    } else {
        HashMap::new()
    };
    let shared = touched.iter().filter(|before| before.shares.is_some());
    let shared: Vec<ContactId> = shared.map(|before| before.row.id).collect();
    let mut now: HashMap<ContactId, Vec<Share>> = HashMap::new();
    for share in shares::of_many(tx, workspace, &shared)? {
        now.entry(share.contact).or_default().push(share);
    }
    let mut notes = Vec::with_capacity(touched.len());
    for Before { row, shares, after } in touched {
        let left = now.remove(&row.id).unwrap_or_default();
        let changed = shares.as_ref().map(|shares| SharesChanged::between(shares, &left));
        notes.push(Touched {
            contact: row.id,
            after_version: *after,
            after_owner: owners.get(&row.id).copied().unwrap_or(row.owner),
            owner: row.owner,
            version: row.version,
            created_at: row.created_at,
            created_by: row.created_by,
            made_by: row.made_by,
            written_by: row.written_by,
            edited_by: row.edited_by,
            shares: changed.map(|changed| changed.text()).transpose()?,
            body: kind.changes_values().then(|| row.body.clone()),
        });
    }
    Ok(bulk_actions::note(tx, workspace, action, &notes)?)
}

impl App {
    /// Changes contacts in steps and records their previous state, so that the whole action can be undone. `work` gets
    /// the ids of a step in ascending order without duplicates, changes the contacts that the member may change, and
    /// returns their previous state. The audit log gets one entry for the whole action, with `about` as its text.
    /// `at_end` is called in the transaction of the last step.
    pub(crate) fn in_steps(
        &self,
        actor: Actor,
        kind: ActionKind,
        about: &str,
        ids: &[ContactId],
        at_end: AtEnd<'_>,
        mut work: impl FnMut(&mut Changes<'_, '_>, &[ContactId]) -> Result<Step, Error>,
    ) -> Result<ActionReport, Error> {
        let now = self.system.now();
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        let mut report = ActionReport::default();
        let mut entry = None;
        let steps = ids.chunks(STEP);
        let last = steps.len().saturating_sub(1);
        if ids.is_empty() {
            self.store.write(|tx| at_end(tx, &report))?;
        }
        for (at, some) in steps.enumerate() {
            report = self.change(actor, |changes| {
                changes.at = Some(now);
                let step = work(changes, some)?;
                let tx = &mut *changes.tx;
                let mut action = report.action;
                if !step.touched.is_empty() {
                    let number = match action {
                        Some(number) => number,
                        None => begin(tx, actor, kind, now)?,
                    };
                    action = Some(number);
                    note(tx, actor, number, &step.touched)?;
                }
                if let (Some(number), true) = (action, last > 0) {
                    let until = (at < last).then(|| self.system.now() + STEP_TAKES);
                    bulk_actions::set_open(tx, actor.workspace, number, until)?;
                }
                let contacts = step.touched.len() as u64;
                if let Some(action) = kind.audit_action().filter(|_| contacts > 0) {
                    self.audit_part(tx, actor, &mut entry, action, about, contacts)?;
                }
                let report = ActionReport {
                    contacts: report.contacts + contacts,
                    skipped: report.skipped + step.skipped,
                    action,
                };
                if at == last {
                    at_end(changes.tx, &report)?;
                }
                Ok(report)
            })?;
        }
        Ok(report)
    }

    /// Returns the member's latest bulk action that was interrupted, if there is one.
    pub fn interrupted_action(&self, actor: Actor) -> Result<Option<InterruptedAction>, Error> {
        self.read(actor, |view| view.interrupted_action())
    }

    /// Keeps the changes of a member's interrupted action; its undo is not offered any more.
    ///
    /// # Errors
    /// [`Error::NoAction`] if the member has no action with this number.
    pub fn keep_action(&self, actor: Actor, action: i64) -> Result<(), Error> {
        self.store.write(|tx| {
            access::active(tx, actor)?;
            let own = bulk_actions::get(tx, actor.workspace, action)?.filter(|found| found.member == actor.member);
            let own = own.ok_or(Error::NoAction(action))?;
            Ok(bulk_actions::set_open(tx, actor.workspace, own.id, None)?)
        })
    }

    /// Deletes the records of actions older than the settings allow; these cannot be undone any more.
    pub fn forget_old_actions(&self, actor: Actor) -> Result<(), Error> {
        let settings = self.store.read(|tx| stored_settings(tx, actor.workspace))?;
        let before = settings.log_since(self.system.now());
        while self
            .store
            .write(|tx| bulk_actions::forget(tx, actor.workspace, before, STEP as u64))?
        {}
        Ok(())
    }
}

impl View<'_, '_> {
    /// Returns the member's latest bulk action that was interrupted, if there is one.
    pub fn interrupted_action(&mut self) -> Result<Option<InterruptedAction>, Error> {
        let now = self.app.system.now();
        let (tx, actor) = (&mut *self.tx, self.actor);
        let Some((action, contacts)) =
            bulk_actions::interrupted(tx, actor.workspace, actor.member, now - OFFERED_FOR, now)?
        else {
            return Ok(None);
        };
        Ok(Some(InterruptedAction {
            action: action.id,
            done: ActionKind::named(&action.kind)?
                .audit_action()
                .map_or("edited", AuditAction::as_str),
            began_at: action.at,
            contacts,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenant_isolation_tests::Counting;
    use store::contacts::shares::{Access, Grantee};

    /// A touched contact, with the values that matter in these tests.
    fn before(id: ContactId, owner: Member) -> Before {
        let row = ContactRow {
            id,
            version: 1,
            owner,
            created_at: 1,
            created_by: None,
            made_by: None,
            written_by: None,
            edited_by: None,
            body: "{}".to_owned(),
        };
        Before {
            row,
            shares: None,
            after: Some(2),
        }
    }

    #[test]
    fn an_action_that_ends_between_its_steps_is_offered_for_undo_until_it_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let place = crate::Place {
            data: folder.path(),
            objects: None,
            database: None,
        };
        let system = std::sync::Arc::new(Counting::default());
        let app = App::open(&place, std::sync::Arc::clone(&system) as _).unwrap();
        let owner = app.local_actor().unwrap();
        let ids: Vec<ContactId> = (0..=STEP as u128).map(ContactId::from_u128).collect();
        let mut steps = 0;
        let mut one_step = |_: &mut Changes<'_, '_>, some: &[ContactId]| {
            steps += 1;
            match steps {
                1 => Ok(Step {
                    touched: vec![before(some[0], owner.member)],
                    skipped: 0,
                }),
                _ => Err(Error::Broken),
            }
        };
        assert!(
            app.in_steps(owner, ActionKind::Tag, "vip", &ids, NOTHING_AT_END, &mut one_step)
                .is_err()
        );
        assert_eq!(app.interrupted_action(owner).unwrap(), None, "it may still go on");
        let later = u32::try_from(STEP_TAKES + 1).unwrap();
        system.0.fetch_add(later, std::sync::atomic::Ordering::Relaxed);
        let found = app.interrupted_action(owner).unwrap().unwrap();
        assert_eq!((found.done, found.contacts), ("tagged", 1));
        app.keep_action(owner, found.action).unwrap();
        assert_eq!(app.interrupted_action(owner).unwrap(), None);
        let whole = |_: &mut Changes<'_, '_>, some: &[ContactId]| {
            Ok(Step {
                touched: vec![before(some[0], owner.member)],
                skipped: 0,
            })
        };
        app.in_steps(owner, ActionKind::Tag, "vip", &ids, NOTHING_AT_END, whole)
            .unwrap();
        system.0.fetch_add(later, std::sync::atomic::Ordering::Relaxed);
        assert_eq!(app.interrupted_action(owner).unwrap(), None, "it has ended");
    }

    fn member(number: i64) -> Grantee {
        Grantee::Member(Member(number))
    }

    fn share(to: Grantee, access: Access, at: i64) -> Share {
        Share {
            contact: ContactId::nil(),
            to,
            access,
            by: Member(1),
            at,
        }
    }

    #[test]
    fn only_the_shares_that_differ_are_kept() {
        let stays = share(Grantee::Everyone, Access::View, 1);
        let (old, new) = (share(member(2), Access::View, 1), share(member(2), Access::Edit, 5));
        let gone = share(member(3), Access::Edit, 1);
        let changed = SharesChanged::between(&[stays, old, gone], &[stays, new]);
        let changed = SharesChanged::read(ContactId::nil(), &changed.text().unwrap()).unwrap();
        assert_eq!(changed.was(ContactId::nil()).collect::<Vec<_>>(), [old, gone]);
        assert_eq!(changed.is(ContactId::nil()).collect::<Vec<_>>(), [new]);
        for (now, stands) in [
            (vec![stays, new], true),
            (vec![new], true),
            (vec![stays, old], false),
            (vec![stays], false),
            (vec![stays, new, gone], false),
            (vec![stays, new, share(member(4), Access::View, 9)], true),
        ] {
            assert_eq!(changed.stands(ContactId::nil(), &now), stands, "{now:?}");
        }
    }

    #[test]
    fn every_kind_is_known_by_its_name() {
        for kind in ActionKind::ALL {
            assert_eq!(ActionKind::named(kind.as_str()).unwrap(), kind);
        }
    }
}
