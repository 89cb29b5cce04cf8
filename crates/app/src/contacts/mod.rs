//! What a person may do with one contact: create, look at, edit, delete it, and take it back from the trash.
//!
//! Owns the order of steps of each, all in one transaction, and keeps match keys, names and search texts in step;
//! shares go to the trash with their contact and come back with it. A contact that a member may not see is one that is
//! not there.

pub(crate) mod bulk;
pub(crate) mod bulk_undo;
pub(crate) mod history;
pub(crate) mod merge;
pub(crate) mod search_text;
pub(crate) mod share_text;
pub(crate) mod shares;
pub(crate) mod stored;
pub(crate) mod tags;

use crate::App;
use crate::access::Actor;
use crate::access::{self, CanEdit, Owns};
use crate::audit::AuditAction;
use crate::contacts::search_text::{follow, text_of};
use crate::contacts::share_text::{shares_from_text, shares_to_text};
use crate::contacts::stored::{StoredContact, read};
use crate::error::Error;
use crate::workspace::custom_fields::validate;
use crate::workspace::member_names::name_of;
use crate::workspace::stored::stored_settings;
use model::{Contact, ContactId, MatchKey, Version, name_order};
use std::collections::{HashMap, HashSet};
use store::contacts::ContactRow;
use store::contacts::change_feed::{self, Touched};
use store::contacts::shares as stored_shares;
use store::contacts::shares::Share;
use store::contacts::trash::{self, Trashed};
use store::contacts::{match_keys, name_order, search_texts};
use store::workspace::workspaces;
use store::{Tx, Workspace, contacts};

/// Contacts forgotten in one transaction.
const FORGOTTEN_AT_ONCE: u64 = 1_000;

/// Contacts deleted or restored in one transaction. In a file their keys and names lie all over the tables, so that many
/// small transactions would write nearly all of these again and again.
const DELETED_AT_ONCE: usize = 25_000;
/// The same on a server, which writes only what has changed: whoever else wants to write waits for less time.
const DELETED_AT_ONCE_ON_SERVER: usize = 5_000;

/// A contact in the trash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrashedContact {
    pub id: ContactId,
    /// When it was deleted, in UTC microseconds.
    pub trashed_at: i64,
    pub contact: Contact,
}

impl App {
    /// Creates a contact that the member owns.
    ///
    /// # Errors
    /// [`Error::NoIdentity`] if there is nothing to know it by; [`Error::Rules`] if it is not what the workspace asks for;
    /// those of the database.
    pub fn create_contact(&self, actor: Actor, contact: Contact) -> Result<ContactId, Error> {
        let mut contact = checked(contact)?;
        let (now, id) = (self.world.now(), self.world.contact_id());
        self.change(actor, id, |tx| {
            validate(tx, actor.workspace, &mut contact, None)?;
            let row = ContactRow {
                id,
                owner: actor.member,
                version: now,
                created_at: now,
                created_by: None,
                made_by: Some(actor.member),
                written_by: None,
                edited_by: Some(actor.member),
                body: contact.to_json(),
            };
            add(tx, actor.workspace, &row, &contact)
        })?;
        Ok(id)
    }

    /// A contact.
    ///
    /// # Errors
    /// [`Error::NoContact`]; those of the database.
    pub fn contact(&self, actor: Actor, id: ContactId) -> Result<StoredContact, Error> {
        self.store.read(|tx| {
            let (right, row) = access::found(tx, actor, id)?;
            Ok(StoredContact {
                id: row.id,
                version: row.version,
                created_at: row.created_at,
                created_by: row.created_by,
                written_by: row.written_by,
                contact: read(&row)?,
                right,
                owner_name: name_of(tx, actor.workspace, row.owner)?,
            })
        })
    }

    /// Gives a contact new values, all of them, and says its new version; the old one if nothing differs. `expected` is the
    /// version that the member has seen.
    ///
    /// # Errors
    /// [`Error::NoContact`]; [`Error::Forbidden`] if the member may only see it; [`Error::ChangedMeanwhile`] if the contact
    /// has another version; [`Error::NoIdentity`]; [`Error::Rules`] if it is not what the workspace asks for; those of the
    /// database.
    pub fn edit_contact(
        &self,
        actor: Actor,
        id: ContactId,
        expected: Version,
        contact: Contact,
    ) -> Result<Version, Error> {
        let mut after = checked(contact)?;
        let now = self.world.now();
        self.change(actor, id, |tx| {
            let row = access::edit(tx, actor, id)?;
            if row.version != expected {
                return Err(Error::ChangedMeanwhile {
                    contact: id,
                    version: row.version,
                });
            }
            let before = read(&row)?;
            if after == before {
                return Ok(row.version);
            }
            validate(tx, actor.workspace, &mut after, Some(&before))?;
            rewrite(tx, actor, row, &before, &after, now)
        })
    }

    /// Deletes a contact: it goes to the trash.
    ///
    /// # Errors
    /// [`Error::NoContact`]; [`Error::Forbidden`] unless it is the member's own; those of the database.
    pub fn delete_contact(&self, actor: Actor, id: ContactId) -> Result<(), Error> {
        let now = self.world.now();
        self.change(actor, id, |tx| {
            let row = access::own(tx, actor, id)?;
            self.audit(tx, actor, AuditAction::Deleted, &id.to_string(), 1)?;
            discard(tx, actor, vec![row], now).map(drop)
        })
    }

    /// Deletes contacts: they go to the trash. Those that are not there, or that are not the member's own, are passed over.
    /// Says how many went, and by which moment [`App::restore_deleted_at`] knows them.
    ///
    /// # Errors
    /// The database fails; what was committed before stays.
    pub fn delete_contacts(&self, actor: Actor, ids: &[ContactId]) -> Result<(u64, i64), Error> {
        let now = self.world.now();
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        let (mut deleted, mut noted) = (0, None);
        for some in ids.chunks(self.deleted_at_once()) {
            deleted += self.change_many(actor, |tx| {
                let rows = contacts::get_many(tx, actor.workspace, some)?;
                let gone = discard(tx, actor, access::owned(actor, rows), now)?;
                if !gone.is_empty() {
                    self.audit_part(tx, actor, &mut noted, AuditAction::Deleted, "", gone.len() as u64)?;
                }
                Ok((gone.len() as u64, gone))
            })?;
        }
        Ok((deleted, now))
    }

    /// Takes those contacts out of the trash that the member deleted at one moment. Says how many came back.
    ///
    /// # Errors
    /// The database fails; what was committed before stays.
    pub fn restore_deleted_at(&self, actor: Actor, at: i64) -> Result<u64, Error> {
        let (mut restored, mut after, mut noted) = (0, None, None);
        loop {
            let (count, last) = self.change_many(actor, |tx| {
                let (workspace, limit) = (actor.workspace, self.deleted_at_once() as u64);
                let mut page = trash::page_at(tx, workspace, actor.member, at, after, limit)?;
                let last = page.last().map(|trashed| trashed.contact.id);
                let ids: Vec<ContactId> = page.iter().map(|trashed| trashed.contact.id).collect();
                let there = contacts::owners(tx, workspace, &ids)?;
                let there: HashSet<ContactId> = there.into_iter().map(|(id, _)| id).collect();
                // An import may have brought it back.
                page.retain(|trashed| !there.contains(&trashed.contact.id));
                let back = bring_back(tx, workspace, page)?;
                trash::remove_many(tx, workspace, &back)?;
                if !back.is_empty() {
                    self.audit_part(tx, actor, &mut noted, AuditAction::Restored, "", back.len() as u64)?;
                }
                Ok(((back.len() as u64, last), back))
            })?;
            restored += count;
            match last {
                Some(last) => after = Some(last),
                None => return Ok(restored),
            }
        }
    }

    /// Takes a contact out of the trash. It comes back exactly as it was.
    ///
    /// # Errors
    /// [`Error::NotInTrash`]; [`Error::IdTaken`] if an import has brought it back already; those of the database.
    pub fn restore_contact(&self, actor: Actor, id: ContactId) -> Result<(), Error> {
        self.change(actor, id, |tx| {
            let taken = trash::take(tx, actor.workspace, id)?;
            let trashed = taken
                .filter(|trashed| trashed.contact.owner == actor.member)
                .ok_or(Error::NotInTrash(id))?;
            if contacts::get(tx, actor.workspace, id)?.is_some() {
                return Err(Error::IdTaken(id));
            }
            self.audit(tx, actor, AuditAction::Restored, &id.to_string(), 1)?;
            bring_back(tx, actor.workspace, vec![trashed]).map(drop)
        })
    }

    /// Of the contacts that the member owned and that are in the trash, the next at most `limit` after `after`, in the
    /// order in which they came to be.
    pub fn trash(&self, actor: Actor, after: Option<ContactId>, limit: u64) -> Result<Vec<TrashedContact>, Error> {
        let page = self
            .store
            .read(|tx| trash::page(tx, actor.workspace, actor.member, after, limit))?;
        page.iter().map(shown).collect()
    }

    /// Forgets for good what has been in the trash of the workspace for as long as the settings say; says how many contacts that were.
    pub fn forget_old_trash(&self, actor: Actor) -> Result<u64, Error> {
        let settings = self.store.read(|tx| stored_settings(tx, actor.workspace))?;
        let before = settings.trash_since(self.world.now());
        let mut forgotten = 0;
        loop {
            let step = self
                .store
                .write(|tx| trash::forget(tx, actor.workspace, before, FORGOTTEN_AT_ONCE))?;
            forgotten += step;
            if step < FORGOTTEN_AT_ONCE {
                return Ok(forgotten);
            }
        }
    }

    fn deleted_at_once(&self) -> usize {
        match self.store.is_shared() {
            true => DELETED_AT_ONCE_ON_SERVER,
            false => DELETED_AT_ONCE,
        }
    }

    /// Runs a change of a contact that keeps its search text in step.
    fn change<T>(
        &self,
        actor: Actor,
        id: ContactId,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.change_many(actor, |tx| Ok((work(tx)?, vec![id])))
    }

    /// Runs a change of contacts that keeps their search texts in step, and says which.
    fn change_many<T>(
        &self,
        actor: Actor,
        work: impl FnOnce(&mut Tx<'_>) -> Result<(T, Vec<ContactId>), Error>,
    ) -> Result<T, Error> {
        self.store.write(|tx| {
            let change = workspaces::begin_change(tx, actor.workspace)?;
            access::active(tx, actor)?;
            let (done, ids) = work(tx)?;
            change_feed::note(tx, actor.workspace, &[Touched::Contacts(ids)])?;
            follow(tx, actor.workspace, change)?;
            Ok(done)
        })
    }
}

/// A contact in order, with something to know it by.
fn checked(mut contact: Contact) -> Result<Contact, Error> {
    contact.normalise();
    if contact.has_identity() {
        Ok(contact)
    } else {
        Err(Error::NoIdentity)
    }
}

/// Gives a contact other values and says its new version.
pub(crate) fn rewrite(
    tx: &mut Tx<'_>,
    actor: Actor,
    row: CanEdit<ContactRow>,
    before: &Contact,
    after: &Contact,
    now: i64,
) -> Result<Version, Error> {
    let row = row.into_inner();
    let edited = ContactRow {
        version: now.max(row.version + 1),
        written_by: None,
        edited_by: Some(actor.member),
        body: after.to_json(),
        ..row
    };
    unindex_contact(tx, actor.workspace, edited.id, before)?;
    contacts::update(tx, actor.workspace, &edited)?;
    index_contact(tx, actor.workspace, &edited, after)?;
    Ok(edited.version)
}

/// Puts contacts into the trash, and their shares with them: whoever gets their ids later does not get these. Says which.
pub(crate) fn discard(
    tx: &mut Tx<'_>,
    actor: Actor,
    owned: Vec<Owns<ContactRow>>,
    now: i64,
) -> Result<Vec<ContactId>, Error> {
    let workspace = actor.workspace;
    let rows: Vec<ContactRow> = owned.into_iter().map(Owns::into_inner).collect();
    let ids: Vec<ContactId> = rows.iter().map(|row| row.id).collect();
    let (mut gone_keys, mut gone_names) = (Vec::new(), Vec::new());
    for row in &rows {
        let contact = read(row)?;
        gone_keys.extend(keys_of(row.id, &contact));
        gone_names.push((name_order(&contact), row.id));
    }
    match_keys::delete_many(tx, workspace, gone_keys)?;
    name_order::delete_many(tx, workspace, gone_names)?;
    search_texts::delete_many(tx, workspace, &ids)?;
    contacts::delete_many(tx, workspace, &ids)?;
    let mut gone_shares: HashMap<ContactId, Vec<Share>> = HashMap::new();
    for share in stored_shares::of_many(tx, workspace, &ids)? {
        gone_shares.entry(share.contact).or_default().push(share);
    }
    stored_shares::remove_of(tx, workspace, &ids)?;
    let trashed = rows.into_iter().map(|row| Trashed {
        shares: shares_to_text(&gone_shares.remove(&row.id).unwrap_or_default()),
        contact: row,
        at: now,
        by: actor.member,
    });
    trash::put_many(tx, workspace, &trashed.collect::<Vec<_>>())?;
    Ok(ids)
}

/// Puts what was in the trash back, shared as it was with those who are still there. Says what.
fn bring_back(tx: &mut Tx<'_>, workspace: Workspace, all: Vec<Trashed>) -> Result<Vec<ContactId>, Error> {
    let shares = shares_from_text(
        tx,
        workspace,
        all.iter().map(|trashed| (trashed.contact.id, trashed.shares.as_str())),
    )?;
    let rows: Vec<ContactRow> = all.into_iter().map(|trashed| trashed.contact).collect();
    contacts::insert_many(tx, workspace, &rows)?;
    let (mut new_keys, mut new_names, mut new_texts) = (Vec::new(), Vec::new(), Vec::new());
    for row in &rows {
        let contact = read(row)?;
        new_keys.extend(keys_of(row.id, &contact));
        new_names.push((name_order(&contact), row.id));
        new_texts.push(text_of(row, &contact));
    }
    match_keys::insert_many(tx, workspace, new_keys)?;
    name_order::insert_many(tx, workspace, new_names)?;
    search_texts::set_many(tx, workspace, &new_texts)?;
    let ids: Vec<ContactId> = rows.into_iter().map(|row| row.id).collect();
    stored_shares::replace_all(tx, workspace, &ids, &shares)?;
    Ok(ids)
}

fn shown(trashed: &Trashed) -> Result<TrashedContact, Error> {
    Ok(TrashedContact {
        id: trashed.contact.id,
        trashed_at: trashed.at,
        contact: read(&trashed.contact)?,
    })
}

fn add(tx: &mut Tx<'_>, workspace: Workspace, row: &ContactRow, contact: &Contact) -> Result<(), Error> {
    contacts::insert_many(tx, workspace, std::slice::from_ref(row))?;
    index_contact(tx, workspace, row, contact)
}

/// Writes what a contact is found by: match keys, name, search text.
fn index_contact(tx: &mut Tx<'_>, workspace: Workspace, row: &ContactRow, contact: &Contact) -> Result<(), Error> {
    index_keys_and_name(tx, workspace, row.id, contact)?;
    Ok(search_texts::set_many(tx, workspace, &[text_of(row, contact)])?)
}

/// Writes match keys and name of a contact, whose search text is written afterwards.
pub(crate) fn index_keys_and_name(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    id: ContactId,
    contact: &Contact,
) -> Result<(), store::Error> {
    match_keys::insert_many(tx, workspace, keys_of(id, contact))?;
    name_order::insert_many(tx, workspace, vec![(name_order(contact), id)])
}

/// Deletes what a contact is found by.
pub(crate) fn unindex_contact(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    id: ContactId,
    contact: &Contact,
) -> Result<(), store::Error> {
    match_keys::delete_many(tx, workspace, keys_of(id, contact))?;
    name_order::delete_many(tx, workspace, vec![(name_order(contact), id)])?;
    search_texts::delete_many(tx, workspace, &[id])?;
    Ok(())
}

fn keys_of(id: ContactId, contact: &Contact) -> Vec<(MatchKey, ContactId)> {
    MatchKey::of_contact(contact).into_iter().map(|key| (key, id)).collect()
}
