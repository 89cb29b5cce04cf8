//! A contact as the store keeps it.

use crate::access::{Actor, Right};
use crate::error::Error;
use crate::workspace::member_names::name_of;
use model::Contact;
use model::ContactId;
use model::Version;
use store::contacts::{self, ContactRow};
use store::{ImportId, RunId, Tx};

/// A contact of the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredContact {
    pub id: ContactId,
    /// The version that an edit must name.
    pub version: Version,
    /// When it was created, in UTC microseconds.
    pub created_at: i64,
    /// The line of a file that it was made from; none if a person made it.
    pub created_by: Option<Origin>,
    /// The import that changed it last, or created it; none if a person did.
    pub written_by: Option<ImportId>,
    pub contact: Contact,
    /// What the member may do with it.
    pub right: Right,
    /// To whom it belongs.
    pub owner_name: String,
}

impl StoredContact {
    /// A row that the actor may see, with the values that were read from it.
    pub(crate) fn of_row(
        tx: &mut Tx<'_>,
        actor: Actor,
        right: Right,
        row: &ContactRow,
        contact: Contact,
    ) -> Result<Self, Error> {
        let owner_name = name_of(tx, actor.workspace, row.owner)?;
        Ok(Self::new(right, row, contact, owner_name))
    }

    /// The same, where the owner's name is known.
    pub(crate) fn new(right: Right, row: &ContactRow, contact: Contact, owner_name: String) -> Self {
        Self {
            id: row.id,
            version: row.version,
            created_at: row.created_at,
            created_by: row.created_by.and_then(Origin::from_stored),
            written_by: row.written_by.and_then(RunId::import),
            contact,
            right,
            owner_name,
        }
    }
}

/// The line of a file that a contact was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The import of the file.
    pub import: ImportId,
    /// The line, counted from 1.
    pub line: u64,
}

impl Origin {
    /// None for a contact of a preview, which is in no directory.
    pub(crate) fn from_stored(stored: contacts::Origin) -> Option<Self> {
        let import = stored.run.import()?;
        let line = stored.line;
        Some(Self { import, line })
    }
}

/// The values of a contact.
pub(crate) fn read(row: &ContactRow) -> Result<Contact, store::Error> {
    read_body(row.id, &row.body)
}

/// The same, of the text that is stored. One that cannot be read is damage, never a contact without values.
pub(crate) fn read_body(id: ContactId, body: &str) -> Result<Contact, store::Error> {
    Contact::from_json(body).map_err(|_| store::Error::Corrupt(format!("contact {id} cannot be read")))
}
