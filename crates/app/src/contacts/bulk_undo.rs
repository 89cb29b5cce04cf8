//! Undoing a bulk action: every contact that is still as the action left it is restored to its previous state.
//!
//! Works in steps that each commit and delete the records of the contacts they have handled, so that an interrupted
//! undo can be continued.

use crate::App;
use crate::access::{self, Actor, CanEdit, CanUndo, MayShare, Owns};
use crate::audit::AuditAction;
use crate::contacts::bulk::{STEP, SharesChanged};
use crate::contacts::share_text::drop_lost_members;
use crate::contacts::write::{Changes, ShareChanges};
use crate::error::Error;
use crate::idempotency::{OnceAnswer, keep_answer};
use model::ContactId;
use std::collections::HashMap;
use store::Tx;
use store::contacts::bulk_actions::{self, Touched};
use store::contacts::shares::{self, Share};
use store::contacts::{self, ContactRow};

/// The result of undoing an action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ActionUndone {
    /// Contacts restored to their previous state.
    pub restored: u64,
    /// Contacts kept, because they were changed or deleted since, or because the member may not change them any more.
    pub kept: u64,
}

impl App {
    /// Undoes an action. Only the member who did it may undo it, as long as its records are kept.
    ///
    /// # Errors
    /// [`Error::NoAction`], [`Error::ActionUndone`].
    pub fn undo_action(&self, actor: Actor, action: i64) -> Result<ActionUndone, Error> {
        self.undo_action_once(actor, action, None)
    }

    /// Undoes an action. With `once`, the result is stored as the answer of a keyed request, in the transaction of the
    /// last step.
    ///
    /// # Errors
    /// The errors of [`App::undo_action`].
    pub fn undo_action_once(
        &self,
        actor: Actor,
        action: i64,
        once: Option<OnceAnswer<'_, ActionUndone>>,
    ) -> Result<ActionUndone, Error> {
        let workspace = actor.workspace;
        let mut undone = ActionUndone::default();
        let began = self.system.now();
        loop {
            let more = self.change(actor, |changes| {
                changes.at = Some(began);
                let tx = &mut *changes.tx;
                let found = bulk_actions::get(tx, workspace, action)?.filter(|found| found.member == actor.member);
                let found = found.ok_or(Error::NoAction(action))?;
                if found.undone_at.is_some() {
                    return Err(Error::ActionUndone);
                }
                let page = bulk_actions::page(tx, workspace, action, None, STEP as u64)?;
                let ids: Vec<ContactId> = page.iter().map(|touched| touched.contact).collect();
                let restored = self.undo_page(changes, actor, page)?;
                let tx = &mut *changes.tx;
                bulk_actions::forget_contacts(tx, workspace, action, &ids)?;
                undone.restored += restored;
                undone.kept += ids.len() as u64 - restored;
                let more = ids.len() == STEP;
                if !more {
                    bulk_actions::set_undone(tx, workspace, action, self.system.now())?;
                    self.audit(tx, actor, AuditAction::ActionUndone, &found.kind, undone.restored)?;
                    keep_answer(tx, once, &undone)?;
                }
                Ok(more)
            })?;
            if !more {
                return Ok(undone);
            }
        }
    }

    /// Restores contacts to their previous state where that is allowed; returns how many. A removed contact gets a new
    /// id if another member has a contact with its id now, for example by importing a file from when the contact was
    /// shared with them.
    fn undo_page(&self, changes: &mut Changes<'_, '_>, actor: Actor, mut page: Vec<Touched>) -> Result<u64, Error> {
        let mut current = CurrentState::read(changes.tx, actor, &page)?;
        for touched in page.iter_mut() {
            if current.has_lost_its_id(actor, touched) {
                touched.contact = self.system.contact_id();
            }
        }
        let mut plan = Plan::default();
        for touched in page {
            plan.add(&mut current, actor, touched)?;
        }
        drop_lost_members(changes.tx, actor.workspace, &mut plan.shares.given)?;
        let contacts = plan.contacts;
        plan.carry_out(changes)?;
        Ok(contacts)
    }
}

/// The current state of the contacts of a step.
struct CurrentState {
    rows: HashMap<ContactId, ContactRow>,
    editable: HashMap<ContactId, CanEdit<ContactRow>>,
    shares: HashMap<ContactId, Vec<Share>>,
}

/// A contact for which an action can be undone.
enum Undoable {
    /// The action has removed the contact.
    Removed,
    Present(CanUndo<ContactRow>),
}

impl CurrentState {
    fn read(tx: &mut Tx<'_>, actor: Actor, page: &[Touched]) -> Result<Self, Error> {
        let ids: Vec<ContactId> = page.iter().map(|touched| touched.contact).collect();
        let rows = contacts::get_many(tx, actor.workspace, &ids)?;
        let editable = access::editable(tx, actor, rows.clone())?;
        let shared = page.iter().filter(|touched| touched.shares.is_some());
        let shared: Vec<ContactId> = shared.map(|touched| touched.contact).collect();
        let mut shares: HashMap<ContactId, Vec<Share>> = HashMap::new();
        for share in shares::of_many(tx, actor.workspace, &shared)? {
            shares.entry(share.contact).or_default().push(share);
        }
        Ok(Self {
            editable: editable.into_iter().map(|row| (row.id, row)).collect(),
            rows: rows.into_iter().map(|row| (row.id, row)).collect(),
            shares,
        })
    }

    /// Whether a contact of the member that the action removed cannot be restored under its own id, because another
    /// member owns a contact with this id now.
    fn has_lost_its_id(&self, actor: Actor, touched: &Touched) -> bool {
        let taken = self
            .rows
            .get(&touched.contact)
            .is_some_and(|now| now.owner != actor.member);
        taken && touched.after_version.is_none() && touched.owner == actor.member
    }

    /// Returns the contact if the member may undo the action for it and it was not changed since.
    fn undoable(&mut self, actor: Actor, touched: &Touched, shares: Option<&SharesChanged>) -> Option<Undoable> {
        let is_removed = touched.after_version.is_none();
        let Some(now) = self.rows.remove(&touched.contact) else {
            // Only the owner can remove a contact.
            return (is_removed && touched.owner == actor.member).then_some(Undoable::Removed);
        };
        if is_removed {
            return None;
        }
        let (id, owner, version) = (now.id, now.owner, now.version);
        let editable = self.editable.remove(&id);
        let was_given = touched.owner != touched.after_owner;
        let given_away = access::given_away(actor, now, touched);
        let is_giver = given_away.is_some();
        let owns = owner == actor.member || is_giver;
        let values = touched.body.is_none() || (touched.after_version == Some(version) && editable.is_some());
        let now_shared = self.shares.remove(&id).unwrap_or_default();
        let shared = shares.is_none_or(|shares| owns && shares.stands(id, &now_shared));
        let proof = given_away.or(editable.map(CanUndo::from))?;
        (values && shared && (!was_given || is_giver)).then_some(Undoable::Present(proof))
    }
}

/// The writes of one step.
#[derive(Default)]
struct Plan {
    contacts: u64,
    /// Contacts with the state to which they are restored.
    changed: Vec<(CanUndo<ContactRow>, ContactRow)>,
    /// Removed contacts that are added again.
    added: Vec<Owns<ContactRow>>,
    shares: ShareChanges,
}

impl Plan {
    fn add(&mut self, current: &mut CurrentState, actor: Actor, touched: Touched) -> Result<(), Error> {
        let id = touched.contact;
        let shares = touched.shares.as_deref();
        let shares = shares.map(|text| SharesChanged::read(id, text)).transpose()?;
        match current.undoable(actor, &touched, shares.as_ref()) {
            Some(Undoable::Present(now)) => {
                self.contacts += 1;
                self.share(&now, shares.as_ref());
                let was_given = touched.owner != touched.after_owner;
                if touched.body.is_some() || was_given {
                    let before = ContactRow {
                        owner: if was_given { touched.owner } else { now.owner },
                        version: touched.version,
                        written_by: touched.written_by,
                        edited_by: touched.edited_by,
                        body: touched.body.unwrap_or_else(|| now.body.clone()),
                        ..now.clone()
                    };
                    self.changed.push((now, before));
                }
            }
            Some(Undoable::Removed) => {
                self.contacts += 1;
                let Some(body) = touched.body else { return Ok(()) };
                let removed = ContactRow {
                    id,
                    owner: touched.owner,
                    version: touched.version,
                    created_at: touched.created_at,
                    created_by: touched.created_by,
                    made_by: touched.made_by,
                    written_by: touched.written_by,
                    edited_by: touched.edited_by,
                    body,
                };
                for removed in access::owned(actor, vec![removed]) {
                    self.share(&removed, shares.as_ref());
                    self.added.push(removed);
                }
            }
            None => {}
        }
        Ok(())
    }

    fn share(&mut self, contact: &impl MayShare, shares: Option<&SharesChanged>) {
        if let Some(shares) = shares {
            self.shares.take(contact, shares.is(contact.id).map(|share| share.to));
            self.shares.give(contact, shares.was(contact.id));
        }
    }

    fn carry_out(self, changes: &mut Changes<'_, '_>) -> Result<(), store::Error> {
        changes.put_back(self.changed)?;
        changes.bring_back(self.added)?;
        changes.share(&self.shares)
    }
}

#[cfg(test)]
#[path = "bulk_undo_tests.rs"]
mod tests;
