//! Taking an action back: every contact that is still what the action has left becomes what it was before.
//!
//! In steps that each commit and forget what they have dealt with, so that one that was interrupted can be gone on
//! with.

use crate::App;
use crate::access;
use crate::access::Actor;
use crate::audit::AuditAction;
use crate::contacts::bulk::{ActionKind, STEP, SharesChanged};
use crate::contacts::search_text::{follow, text_of};
use crate::contacts::share_text::drop_lost_members;
use crate::contacts::stored::read;
use crate::error::Error;
use model::{Contact, ContactId, MatchKey, name_order};
use std::collections::{HashMap, HashSet};
use store::contacts::bulk_actions::{self, Touched};
use store::contacts::change_feed;
use store::contacts::shares::{self, Grantee, Share};
use store::contacts::{self, ContactRow};
use store::contacts::{match_keys, name_order, search_texts, trash};
use store::workspace::workspaces;
use store::{Tx, Workspace};

/// What taking an action back came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ActionUndone {
    /// Contacts that are what they were before.
    pub restored: u64,
    /// Contacts kept, because they were changed or deleted since, or are not the member's to change any more.
    pub kept: u64,
}

impl App {
    /// Takes an action back. Only who did it may, while it is remembered.
    ///
    /// # Errors
    /// [`Error::NoAction`], [`Error::ActionUndone`]; those of the database.
    pub fn undo_action(&self, actor: Actor, action: i64) -> Result<ActionUndone, Error> {
        let workspace = actor.workspace;
        let mut undone = ActionUndone::default();
        loop {
            let more = self.store.write(|tx| {
                let change = workspaces::begin_change(tx, workspace)?;
                access::active(tx, actor)?;
                let found = bulk_actions::get(tx, workspace, action)?.filter(|found| found.member == actor.member);
                let found = found.ok_or(Error::NoAction(action))?;
                if found.undone_at.is_some() {
                    return Err(Error::ActionUndone);
                }
                let page = bulk_actions::page(tx, workspace, action, None, STEP as u64)?;
                let mut ids: Vec<ContactId> = page.iter().map(|touched| touched.contact).collect();
                let (restored, anew) = self.take_back(tx, actor, page)?;
                bulk_actions::forget_contacts(tx, workspace, action, &ids)?;
                undone.restored += restored;
                undone.kept += ids.len() as u64 - restored;
                let more = ids.len() == STEP;
                ids.extend(anew);
                if !more {
                    bulk_actions::set_undone(tx, workspace, action, self.world.now())?;
                    self.audit(tx, actor, AuditAction::ActionUndone, &found.kind, undone.restored)?;
                }
                let kind = ActionKind::named(&found.kind)?;
                change_feed::note(tx, workspace, &[kind.touched(ids)])?;
                follow(tx, workspace, change)?;
                Ok(more)
            })?;
            if !more {
                return Ok(undone);
            }
        }
    }

    /// Gives contacts their old state back, where that may be done; says how many, and the ids of those that come back under
    /// another: somebody else has taken theirs, with a file from when they could still see them.
    fn take_back(&self, tx: &mut Tx<'_>, actor: Actor, mut page: Vec<Touched>) -> Result<(u64, Vec<ContactId>), Error> {
        let there = There::look(tx, actor, &page)?;
        let mut anew = Vec::new();
        for touched in page.iter_mut().filter(|touched| there.has_lost_its_id(actor, touched)) {
            touched.contact = self.world.contact_id();
            anew.push(touched.contact);
        }
        let mut plan = Plan::default();
        for touched in page {
            plan.add(&there, actor, touched)?;
        }
        drop_lost_members(tx, actor.workspace, &mut plan.shared)?;
        plan.carry_out(tx, actor.workspace)?;
        Ok((plan.contacts, anew))
    }
}

/// What there is now of the contacts of a step.
struct There {
    rows: HashMap<ContactId, ContactRow>,
    editable: HashSet<ContactId>,
    shares: HashMap<ContactId, Vec<Share>>,
}

impl There {
    fn look(tx: &mut Tx<'_>, actor: Actor, page: &[Touched]) -> Result<Self, Error> {
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
            editable: editable.iter().map(|row| row.id).collect(),
            rows: rows.into_iter().map(|row| (row.id, row)).collect(),
            shares,
        })
    }

    /// Whether a contact of the member's that the action removed cannot come back as itself.
    fn has_lost_its_id(&self, actor: Actor, touched: &Touched) -> bool {
        let taken = self
            .rows
            .get(&touched.contact)
            .is_some_and(|now| now.owner != actor.member);
        taken && touched.after_version.is_none() && touched.owner == actor.member
    }

    /// Whether the member may take this back, and nothing has happened to it since.
    fn lets(&self, actor: Actor, touched: &Touched, shares: Option<&SharesChanged>) -> bool {
        let Some(now) = self.rows.get(&touched.contact) else {
            // Only who owned it could remove it.
            return touched.after_version.is_none() && touched.owner == actor.member;
        };
        if touched.after_version.is_none() {
            return false;
        }
        let was_given = touched.owner != touched.after_owner;
        let as_left = touched.after_version == Some(now.version);
        // Who has given a contact away may take it back as long as the new owner has not touched it.
        let giver = was_given && touched.owner == actor.member && now.owner == touched.after_owner && as_left;
        let owns = now.owner == actor.member || giver;
        let values = touched.body.is_none() || (as_left && self.editable.contains(&now.id));
        let none = Vec::new();
        let now_shared = self.shares.get(&now.id).unwrap_or(&none);
        let shared = shares.is_none_or(|shares| owns && shares.stands(now.id, now_shared));
        values && shared && (!was_given || giver)
    }
}

/// All that is to be written in a step.
#[derive(Default)]
struct Plan {
    contacts: u64,
    /// Rows that go in place of others.
    changed: Vec<(ContactRow, ContactRow)>,
    /// Rows that come back.
    added: Vec<ContactRow>,
    unshared: Vec<(ContactId, Grantee)>,
    shared: Vec<Share>,
}

impl Plan {
    fn add(&mut self, there: &There, actor: Actor, touched: Touched) -> Result<(), Error> {
        let id = touched.contact;
        let shares = touched.shares.as_deref();
        let shares = shares.map(|text| SharesChanged::read(id, text)).transpose()?;
        if !there.lets(actor, &touched, shares.as_ref()) {
            return Ok(());
        }
        self.contacts += 1;
        if let Some(shares) = shares {
            self.unshared.extend(shares.is(id).map(|share| (id, share.to)));
            self.shared.extend(shares.was(id));
        }
        let was_given = touched.owner != touched.after_owner;
        match (there.rows.get(&id), touched.body) {
            (Some(now), body) if body.is_some() || was_given => {
                let before = ContactRow {
                    owner: if was_given { touched.owner } else { now.owner },
                    version: touched.version,
                    written_by: touched.written_by,
                    edited_by: touched.edited_by,
                    body: body.unwrap_or_else(|| now.body.clone()),
                    ..now.clone()
                };
                self.changed.push((now.clone(), before));
            }
            (None, Some(body)) => self.added.push(ContactRow {
                id,
                owner: touched.owner,
                version: touched.version,
                created_at: touched.created_at,
                created_by: touched.created_by,
                made_by: touched.made_by,
                written_by: touched.written_by,
                edited_by: touched.edited_by,
                body,
            }),
            _ => {}
        }
        Ok(())
    }

    fn carry_out(&self, tx: &mut Tx<'_>, workspace: Workspace) -> Result<(), Error> {
        rewrite(tx, workspace, &self.changed)?;
        for row in &self.added {
            // Where it was put into the trash too, it comes back once.
            trash::take(tx, workspace, row.id)?;
        }
        add(tx, workspace, &self.added)?;
        shares::remove_many(tx, workspace, &self.unshared)?;
        Ok(shares::put_many(tx, workspace, &self.shared)?)
    }
}

/// Puts rows in the place of others of the same ids, with all that they are found by. Each pair is what there is and what
/// there will be.
pub(crate) fn rewrite(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    pairs: &[(ContactRow, ContactRow)],
) -> Result<(), store::Error> {
    let (mut gone, mut come) = (Traces::default(), Traces::default());
    let mut fresh = Vec::with_capacity(pairs.len());
    for (now, next) in pairs {
        if now.body == next.body && now.version == next.version {
            // Only its owner is another: neither its words nor the version that they name are.
            continue;
        }
        let contact = read(next)?;
        fresh.push(text_of(next, &contact));
        if now.body != next.body {
            gone.add(now.id, &read(now)?);
            come.add(next.id, &contact);
        }
    }
    gone.without(&come).drop(tx, workspace)?;
    come.without(&gone).leave(tx, workspace)?;
    // The text is written again even where the words are the same: it names the version.
    search_texts::set_many(tx, workspace, &fresh)?;
    let rows: Vec<ContactRow> = pairs.iter().map(|(_, next)| next.clone()).collect();
    contacts::replace_many(tx, workspace, &rows)
}

/// Adds rows with all that they are found by.
fn add(tx: &mut Tx<'_>, workspace: Workspace, rows: &[ContactRow]) -> Result<(), store::Error> {
    let mut come = Traces::default();
    let mut fresh = Vec::with_capacity(rows.len());
    for row in rows {
        let contact = read(row)?;
        come.add(row.id, &contact);
        fresh.push(text_of(row, &contact));
    }
    contacts::insert_many(tx, workspace, rows)?;
    come.leave(tx, workspace)?;
    search_texts::set_many(tx, workspace, &fresh)
}

/// What contacts are found by, but for their search texts.
#[derive(Clone, Default)]
struct Traces {
    keys: HashSet<(MatchKey, ContactId)>,
    names: HashSet<(String, ContactId)>,
}

impl Traces {
    fn add(&mut self, id: ContactId, contact: &Contact) {
        self.keys
            .extend(MatchKey::of_contact(contact).into_iter().map(|key| (key, id)));
        self.names.insert((name_order(contact), id));
    }

    fn without(&self, others: &Self) -> Self {
        Self {
            keys: self.keys.difference(&others.keys).cloned().collect(),
            names: self.names.difference(&others.names).cloned().collect(),
        }
    }

    fn leave(self, tx: &mut Tx<'_>, workspace: Workspace) -> Result<(), store::Error> {
        match_keys::insert_many(tx, workspace, self.keys.into_iter().collect())?;
        name_order::insert_many(tx, workspace, self.names.into_iter().collect())
    }

    fn drop(self, tx: &mut Tx<'_>, workspace: Workspace) -> Result<(), store::Error> {
        match_keys::delete_many(tx, workspace, self.keys.into_iter().collect())?;
        name_order::delete_many(tx, workspace, self.names.into_iter().collect())?;
        Ok(())
    }
}

#[cfg(test)]
#[path = "bulk_undo_tests.rs"]
mod tests;
