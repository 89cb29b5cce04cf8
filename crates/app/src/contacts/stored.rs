//! A contact as it is stored.

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
    /// The line of a file that it was created from; `None` if a person created it.
    pub created_by: Option<Origin>,
    /// The import that changed it last or created it; `None` if a person did.
    pub written_by: Option<ImportId>,
    pub contact: Contact,
    /// The member's right to it.
    pub right: Right,
    /// The name of its owner.
    pub owner_name: String,
}

impl StoredContact {
    /// Builds it from a row that the actor may see and the values read from the row; reads the owner's name.
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

    /// Builds it from a row, its values and the owner's name.
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

/// The line of a file that a contact was created from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The import of the file.
    pub import: ImportId,
    /// The line, counted from 1.
    pub line: u64,
}

impl Origin {
    /// `None` for a contact of a preview, which is in no directory.
    pub(crate) fn from_stored(stored: contacts::Origin) -> Option<Self> {
        let import = stored.run.import()?;
        let line = stored.line;
        Some(Self { import, line })
    }
}

/// Parses the values of a contact.
pub(crate) fn read(row: &ContactRow) -> Result<Contact, store::Error> {
    read_body(row.id, &row.body)
}

/// Parses a stored contact. A text that cannot be parsed is reported as corruption, never treated as an empty contact.
pub(crate) fn read_body(id: ContactId, body: &str) -> Result<Contact, store::Error> {
    Contact::from_json(body).map_err(|_| store::Error::Corrupt(format!("contact {id} cannot be read")))
}
