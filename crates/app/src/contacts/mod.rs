//! What a person may do with one contact: create, look at, edit, delete it, and undo it from the trash.
//!
//! Owns the order of steps of each, all in one transaction; what is written is in `write`. A contact that a member may not
//! see is one that is not there.

pub(crate) mod batch;
pub(crate) mod bulk;
pub(crate) mod bulk_undo;
pub(crate) mod by_hand;
pub(crate) mod card;
pub(crate) mod changes;
pub(crate) mod history;
pub(crate) mod keyed_actions;
pub(crate) mod merge;
pub(crate) mod notifications;
pub(crate) mod search_text;
pub(crate) mod share_text;
pub(crate) mod shares;
pub(crate) mod stored;
pub(crate) mod tags;
pub(crate) mod timeline;
pub(crate) mod write;

use crate::App;
use crate::View;
use crate::access;
use crate::access::Actor;
use crate::audit::AuditAction;
use crate::contacts::bulk::{ActionKind, Before};
use crate::contacts::by_hand::{checked, new_row, refuse_another};
use crate::contacts::stored::{StoredContact, read};
use crate::error::Error;
use crate::idempotency::{OnceAnswer, keep_answer};
use crate::workspace::custom_fields::validate;
use crate::workspace::stored::stored_settings;
use model::{Contact, ContactId, Version};
use std::collections::HashSet;
use store::contacts;
use store::contacts::trash::{self, Trashed};

/// Contacts forgotten in one transaction.
const FORGOTTEN_AT_ONCE: u64 = 1_000;

/// Contacts deleted or restored in one transaction. In a file their keys and names lie all over the tables, so that many
/// small transactions would write nearly all of these again and again.
const DELETED_AT_ONCE: usize = 25_000;
/// The same on a server, which writes only what has changed: anyone else who wants to write waits for less time.
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
    /// [`Error::NoIdentity`] if there is nothing to know it by; [`Error::Rules`] if it is not what the workspace asks for.
    pub fn create_contact(&self, actor: Actor, contact: Contact) -> Result<ContactId, Error> {
        let mut contact = checked(contact)?;
        let (now, id) = (self.world.now(), self.world.contact_id());
        self.change(actor, |changes| {
            validate(changes.tx, actor.workspace, &mut contact, None)?;
            let row = new_row(actor, id, now, &contact);
            Ok(changes.insert(access::owned(actor, vec![row]))?)
        })?;
        Ok(id)
    }

    /// A contact.
    ///
    /// # Errors
    /// [`Error::NoContact`].
    pub fn contact(&self, actor: Actor, id: ContactId) -> Result<StoredContact, Error> {
        self.read(actor, |view| view.contact(id))
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
        self.change(actor, |changes| {
            let row = access::edit(changes.tx, actor, id)?;
            refuse_another(&row, Some(expected))?;
            let before = read(&row)?;
            if after == before {
                return Ok(row.version);
            }
            validate(changes.tx, actor.workspace, &mut after, Some(&before))?;
            let was = (*row).clone();
            let version = changes.edit(row, &after, now)?;
            let action = bulk::begin(changes.tx, actor, ActionKind::Edit, now)?;
            let before = Before {
                row: was,
                shares: None,
                after: Some(version),
            };
            bulk::note(changes.tx, actor, action, &[before])?;
            Ok(version)
        })
    }

    /// Deletes a contact: it goes to the trash.
    ///
    /// # Errors
    /// [`Error::NoContact`]; [`Error::Forbidden`] unless it is the member's own.
    pub fn delete_contact(&self, actor: Actor, id: ContactId) -> Result<(), Error> {
        self.delete_contact_at(actor, id, None)
    }

    /// Deletes a contact if it has the version that is expected.
    ///
    /// # Errors
    /// [`Error::NoContact`]; [`Error::Forbidden`] unless it is the member's own; [`Error::ChangedMeanwhile`].
    pub fn delete_contact_at(&self, actor: Actor, id: ContactId, expected: Option<Version>) -> Result<(), Error> {
        let now = self.world.now();
        self.change(actor, |changes| {
            let row = access::own(changes.tx, actor, id)?;
            refuse_another(&row, expected)?;
            self.audit(changes.tx, actor, AuditAction::Deleted, &id.to_string(), 1)?;
            Ok(changes.trash(vec![row], now)?)
        })
    }

    /// Deletes contacts: they go to the trash. Those that are not there, or that are not the member's own, are skipped.
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
            deleted += self.change(actor, |changes| {
                let rows = contacts::get_many(changes.tx, actor.workspace, some)?;
                let owned = access::owned(actor, rows);
                let count = owned.len() as u64;
                changes.trash(owned, now)?;
                if count > 0 {
                    self.audit_part(changes.tx, actor, &mut noted, AuditAction::Deleted, "", count)?;
                }
                Ok(count)
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
            let (count, last) = self.change(actor, |changes| {
                let tx = &mut *changes.tx;
                let (workspace, limit) = (actor.workspace, self.deleted_at_once() as u64);
                let mut page = trash::page_at(tx, workspace, actor.member, at, after, limit)?;
                let last = page.last().map(|trashed| trashed.contact.id);
                let ids: Vec<ContactId> = page.iter().map(|trashed| trashed.contact.id).collect();
                let there = contacts::owners(tx, workspace, &ids)?;
                let there: HashSet<ContactId> = there.into_iter().map(|(id, _)| id).collect();
                // An import may have brought it back.
                page.retain(|trashed| !there.contains(&trashed.contact.id));
                let owned = access::owned_trash(actor, page);
                let count = owned.len() as u64;
                changes.restore(owned)?;
                if count > 0 {
                    self.audit_part(changes.tx, actor, &mut noted, AuditAction::Restored, "", count)?;
                }
                Ok((count, last))
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
    /// [`Error::NotInTrash`]; [`Error::IdTaken`] if an import has brought it back already.
    pub fn restore_contact(&self, actor: Actor, id: ContactId) -> Result<(), Error> {
        self.restore_contact_once(actor, id, None).map(drop)
    }

    /// The same; with `once` the contact is kept as the answer of a keyed request.
    ///
    /// # Errors
    /// [`Error::NotInTrash`]; [`Error::IdTaken`].
    pub fn restore_contact_once(
        &self,
        actor: Actor,
        id: ContactId,
        once: Option<OnceAnswer<'_, StoredContact>>,
    ) -> Result<StoredContact, Error> {
        self.change(actor, |changes| {
            let trashed = trash::get(changes.tx, actor.workspace, id)?;
            let trashed = access::owned_trash(actor, trashed.into_iter().collect());
            if trashed.is_empty() {
                return Err(Error::NotInTrash(id));
            }
            if contacts::get(changes.tx, actor.workspace, id)?.is_some() {
                return Err(Error::IdTaken(id));
            }
            self.audit(changes.tx, actor, AuditAction::Restored, &id.to_string(), 1)?;
            changes.restore(trashed)?;
            let (right, row) = access::found(changes.tx, actor, id)?;
            let contact = read(&row)?;
            let restored = StoredContact::of_row(changes.tx, actor, right, &row, contact)?;
            keep_answer(changes.tx, once, &restored)?;
            Ok(restored)
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
}

impl View<'_, '_> {
    /// A contact.
    ///
    /// # Errors
    /// [`Error::NoContact`].
    pub fn contact(&mut self, id: ContactId) -> Result<StoredContact, Error> {
        let (right, row) = access::found(self.tx, self.actor, id)?;
        let contact = read(&row)?;
        StoredContact::of_row(self.tx, self.actor, right, &row, contact)
    }
}

fn shown(trashed: &Trashed) -> Result<TrashedContact, Error> {
    Ok(TrashedContact {
        id: trashed.contact.id,
        trashed_at: trashed.at,
        contact: read(&trashed.contact)?,
    })
}
