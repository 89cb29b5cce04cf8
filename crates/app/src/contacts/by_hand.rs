//! What holds for a contact that a member writes by hand, one or many.

use crate::access::Actor;
use crate::error::Error;
use model::{Contact, ContactId, Version};
use store::contacts::ContactRow;

/// A contact in order, with something to know it by.
pub(crate) fn checked(mut contact: Contact) -> Result<Contact, Error> {
    contact.normalise();
    if contact.has_identity() {
        Ok(contact)
    } else {
        Err(Error::NoIdentity)
    }
}

/// A contact that the actor makes.
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

/// Refuses a contact that is not as the member has seen it.
pub(crate) fn refuse_another(row: &ContactRow, expected: Option<Version>) -> Result<(), Error> {
    match expected {
        Some(expected) if row.version != expected => Err(Error::ChangedMeanwhile {
            contact: row.id,
            version: row.version,
        }),
        _ => Ok(()),
    }
}
