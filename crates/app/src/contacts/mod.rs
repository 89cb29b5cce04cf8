//! Operations on single contacts: create, read, edit, delete, and restore from the trash.
//!
//! Decides the order of the steps of each operation, all in one transaction; `write` does the writing. A contact that
//! the member may not see is reported as not found.

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

/// Trashed contacts deleted for good in one transaction.
const FORGOTTEN_AT_ONCE: u64 = 1_000;

/// Contacts deleted or restored in one transaction if the database is a file. Their keys and names are spread over the
/// whole tables, so many small transactions would rewrite nearly all of these again and again.
const DELETED_AT_ONCE: usize = 25_000;
/// Contacts deleted or restored in one transaction on a database server, which writes only what has changed; smaller
/// transactions let other writers wait for less time.
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
    /// [`Error::NoIdentity`] if the contact has no name, company, email or phone; [`Error::Rules`] if it violates a
    /// rule of the workspace.
    pub fn create_contact(&self, actor: Actor, contact: Contact) -> Result<ContactId, Error> {
        let mut contact = checked(contact)?;
        let (now, id) = (self.system.now(), self.system.contact_id());
        self.change(actor, |changes| {
            validate(changes.tx, actor.workspace, &mut contact, None)?;
            let row = new_row(actor, id, now, &contact);
            Ok(changes.insert(access::owned(actor, vec![row]))?)
        })?;
        Ok(id)
    }

    /// Returns a contact.
    ///
    /// # Errors
    /// [`Error::NoContact`].
    pub fn contact(&self, actor: Actor, id: ContactId) -> Result<StoredContact, Error> {
        self.read(actor, |view| view.contact(id))
    }

    /// Replaces all values of a contact and returns its new version, or the old one if nothing differs. `expected` is
    /// the version that the member has seen.
    ///
    /// # Errors
    /// [`Error::NoContact`]; [`Error::Forbidden`] if the member may only view it; [`Error::VersionConflict`] if the
    /// contact has another version; [`Error::NoIdentity`]; [`Error::Rules`] if it violates a rule of the workspace;
    /// database errors.
    pub fn edit_contact(
        &self,
        actor: Actor,
        id: ContactId,
        expected: Version,
        contact: Contact,
    ) -> Result<Version, Error> {
        let mut after = checked(contact)?;
        let now = self.system.now();
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

    /// Moves a contact to the trash.
    ///
    /// # Errors
    /// [`Error::NoContact`]; [`Error::Forbidden`] unless it is the member's own.
    pub fn delete_contact(&self, actor: Actor, id: ContactId) -> Result<(), Error> {
        self.delete_contact_at(actor, id, None)
    }

    /// Moves a contact to the trash if it has the expected version.
    ///
    /// # Errors
    /// [`Error::NoContact`]; [`Error::Forbidden`] unless it is the member's own; [`Error::VersionConflict`].
    pub fn delete_contact_at(&self, actor: Actor, id: ContactId, expected: Option<Version>) -> Result<(), Error> {
        let now = self.system.now();
        self.change(actor, |changes| {
            let row = access::own(changes.tx, actor, id)?;
            refuse_another(&row, expected)?;
            self.audit(changes.tx, actor, AuditAction::Deleted, &id.to_string(), 1)?;
            Ok(changes.trash(vec![row], now)?)
        })
    }

    /// Moves contacts to the trash. Contacts that do not exist or that the member does not own are skipped. Returns how
    /// many were moved, and the moment by which [`App::restore_deleted_at`] identifies them.
    ///
    /// # Errors
    /// The database fails; what was committed before stays.
    pub fn delete_contacts(&self, actor: Actor, ids: &[ContactId]) -> Result<(u64, i64), Error> {
        let now = self.system.now();
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

    /// Restores the contacts that the member deleted at one moment. Returns how many were restored.
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
                // An import may have created a contact with the same id since.
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

    /// Restores a contact from the trash, exactly as it was.
    ///
    /// # Errors
    /// [`Error::NotInTrash`]; [`Error::IdTaken`] if an import has already created a contact with this id again.
    pub fn restore_contact(&self, actor: Actor, id: ContactId) -> Result<(), Error> {
        self.restore_contact_once(actor, id, None).map(drop)
    }

    /// Restores a contact from the trash. With `once`, the contact is stored as the answer of a keyed request.
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

    /// Returns up to `limit` trashed contacts that the member owned, after `after`, in the order of their creation.
    pub fn trash(&self, actor: Actor, after: Option<ContactId>, limit: u64) -> Result<Vec<TrashedContact>, Error> {
        let page = self
            .store
            .read(|tx| trash::page(tx, actor.workspace, actor.member, after, limit))?;
        page.iter().map(shown).collect()
    }

    /// Deletes for good the contacts that have been in the workspace's trash longer than its settings allow; returns
    /// how many.
    pub fn forget_old_trash(&self, actor: Actor) -> Result<u64, Error> {
        let settings = self.store.read(|tx| stored_settings(tx, actor.workspace))?;
        let before = settings.trash_since(self.system.now());
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
    /// Returns a contact.
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
