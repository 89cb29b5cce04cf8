//! Where the values of a contact came from, and who else has them.
//!
//! Owns what a page tells beside the contact itself: the file that made it, the import that changed it last with what was
//! there before, and contacts that share an email or a phone. Leaves out the contact (`contacts`).

use crate::contacts::read;
use crate::{Actor, App, Error};
use model::{Contact, ContactId, MatchKey};
use store::{ImportId, changes, contacts, imports, keys};

/// Namesakes that are told, at most.
const NAMESAKES: usize = 5;

/// Where the values of a contact came from.
#[derive(Clone, Debug, Default)]
pub struct ContactHistory {
    /// The name of the file that the contact was made from; none if a person made it.
    pub created_from: Option<String>,
    /// The import that changed it last; none if a person did, or none has since it was made.
    pub changed_by: Option<LastImport>,
}

/// What an import changed.
#[derive(Clone, Debug)]
pub struct LastImport {
    /// Which.
    pub import: ImportId,
    /// The name of its file.
    pub file_name: String,
    /// The line, counted from 1.
    pub line: u64,
    /// What was there before it.
    pub before: Contact,
}

/// Another contact with the same email or phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namesake {
    /// Which.
    pub id: ContactId,
    /// Its name.
    pub name: String,
    /// Whether they share an email; else it is a phone.
    pub by_email: bool,
}

impl App {
    /// Where the values of a contact came from.
    ///
    /// # Errors
    /// [`Error::NoContact`]; those of the database.
    pub fn contact_history(&self, actor: Actor, id: ContactId) -> Result<ContactHistory, Error> {
        let workspace = actor.workspace;
        self.store.read(|tx| {
            let row = contacts::get(tx, workspace, id)?
                .filter(|row| row.owner == actor.member)
                .ok_or(Error::NoContact(id))?;
            let mut file_name = |import| -> Result<String, Error> {
                let import = imports::get(tx, workspace, import)?;
                Ok(import.map(|import| import.file_name).unwrap_or_default())
            };
            let created_from = row.created_by.map(|origin| file_name(origin.import)).transpose()?;
            let Some(import) = row.written_by else {
                return Ok(ContactHistory {
                    created_from,
                    changed_by: None,
                });
            };
            let file_name = file_name(import)?;
            let change = changes::get(tx, workspace, import, id)?;
            let changed_by = change.and_then(|change| {
                Some(LastImport {
                    import,
                    file_name,
                    line: change.line,
                    before: Contact::from_json(&change.before?.body).ok()?,
                })
            });
            Ok(ContactHistory {
                created_from,
                changed_by,
            })
        })
    }

    /// Some of the contacts that have an email or a phone of this one too, but for `but`, those by email first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn namesakes(&self, actor: Actor, contact: &Contact, but: Option<ContactId>) -> Result<Vec<Namesake>, Error> {
        let mut shared: Vec<MatchKey> = MatchKey::of(contact)
            .into_iter()
            .filter(|key| !key.is_content())
            .collect();
        shared.sort_by_key(|key| !key.is_email());
        self.store.read(|tx| {
            let found = keys::find_many(tx, actor.workspace, &shared)?;
            let mut namesakes: Vec<Namesake> = Vec::new();
            for (key, ids) in shared.iter().zip(found) {
                for row in contacts::get_many(tx, actor.workspace, &ids[..ids.len().min(NAMESAKES + 1)])? {
                    let known = Some(row.id) == but || namesakes.iter().any(|known| known.id == row.id);
                    if known || row.owner != actor.member || namesakes.len() >= NAMESAKES {
                        continue;
                    }
                    namesakes.push(Namesake {
                        id: row.id,
                        name: read(&row)?.display_name(),
                        by_email: key.is_email(),
                    });
                }
            }
            Ok(namesakes)
        })
    }
}
