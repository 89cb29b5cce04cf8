//! Checks, and the initial row, of contacts that a member writes by hand, one or many.

use crate::access::Actor;
use crate::error::Error;
use model::{Contact, ContactId, Version};
use store::contacts::ContactRow;

/// Normalises a contact and refuses one without a name, company, email or phone.
pub(crate) fn checked(mut contact: Contact) -> Result<Contact, Error> {
    contact.normalise();
    if contact.has_identity() {
        Ok(contact)
    } else {
        Err(Error::NoIdentity)
    }
}

/// Returns the row of a new contact of the actor.
pub(crate) fn new_row(actor: Actor, id: ContactId, now: i64, contact: &Contact) -> ContactRow {
    ContactRow {
        id,
        owner: actor.member,
        version: now,
        created_at: now,
        created_by: None,
        made_by: Some(actor.member),
        written_by: None,
        edited_by: Some(actor.member),
        body: contact.to_json(),
    }
}

/// Refuses a contact whose version is not the one that the member has seen.
pub(crate) fn refuse_another(row: &ContactRow, expected: Option<Version>) -> Result<(), Error> {
    match expected {
        Some(expected) if row.version != expected => Err(Error::VersionConflict {
            contact: row.id,
            version: row.version,
        }),
        _ => Ok(()),
    }
}
