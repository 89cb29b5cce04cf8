//! Where the values of a contact came from, and which other contacts share them.
//!
//! Provides what a page shows beside the contact itself: the file that it was created from, the import that changed it
//! last with the values before, and contacts that share an email or a phone.

use crate::App;
use crate::View;
use crate::access::{self, CanView};
use crate::access::{Actor, Right};
use crate::contacts::stored::{read, read_body};
use crate::error::Error;
use crate::workspace::member_names::Names;
use model::{Contact, ContactId, MatchKey};
use store::contacts::ContactRow;
use store::contacts::match_keys;
use store::imports::Import;
use store::imports::change_log;
use store::{ImportId, Member, RunId, Tx, contacts, imports};

/// The maximum number of namesakes returned.
const NAMESAKES: usize = 5;
/// Contacts read at once.
const LOOKED_AT: usize = 500;

/// Returns where the values of a contact came from.
#[derive(Clone, Debug, Default)]
pub struct ContactHistory {
    /// The name of the member who created it, by hand or with an import; `None` if that was not recorded.
    pub creator: Option<String>,
    /// The name of the file that the contact was created from; `None` if a person created it.
    pub created_from: Option<String>,
    /// Whether the import that created it belongs to the member, who may then open it.
    pub created_by_own: bool,
    /// The name of the member who changed it last, by hand or with an import; `None` if that was not recorded.
    pub editor: Option<String>,
    /// The import that changed it last; `None` if a person did, or if it was not changed since its creation.
    pub changed_by: Option<LastImport>,
}

/// What an import changed.
#[derive(Clone, Debug)]
pub struct LastImport {
    pub import: ImportId,
    /// The name of its file.
    pub file_name: String,
    /// The line, counted from 1.
    pub line: u64,
    /// Whether the import belongs to the member, who may then open it.
    pub own: bool,
    /// The values before it. Only the contact's owner gets them: they may be older than the shares of other members.
    pub before: Option<Contact>,
}

/// Another contact with the same email or phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namesake {
    pub id: ContactId,
    pub name: String,
    /// Whether they share an email; else it is a phone.
    pub by_email: bool,
}

impl App {
    /// Returns where the values of a contact came from.
    ///
    /// # Errors
    /// [`Error::NoContact`].
    pub fn contact_history(&self, actor: Actor, id: ContactId) -> Result<ContactHistory, Error> {
        self.read(actor, |view| view.contact_history(id))
    }

    /// Returns some of the contacts that share an email or a phone with this one, except `but`; those that share an
    /// email come first.
    pub fn namesakes(&self, actor: Actor, contact: &Contact, but: Option<ContactId>) -> Result<Vec<Namesake>, Error> {
        let mut shared: Vec<MatchKey> = MatchKey::of_contact(contact)
            .into_iter()
            .filter(|key| !key.is_content())
            .collect();
        shared.sort_by_key(|key| !key.is_email());
        self.store.read(|tx| {
            let found = match_keys::find_many(tx, actor.workspace, &shared)?;
            let mut namesakes: Vec<Namesake> = Vec::new();
            for (key, ids) in shared.iter().zip(found) {
                // Contacts that the member may not see must not take the place of those that they may.
                for some in ids.chunks(LOOKED_AT) {
                    let rows = contacts::get_many(tx, actor.workspace, some)?;
                    for (_, row) in access::seen(tx, actor, rows)? {
                        let known = Some(row.id) == but || namesakes.iter().any(|known| known.id == row.id);
                        if !known && namesakes.len() < NAMESAKES {
                            namesakes.push(Namesake {
                                id: row.id,
                                name: read(&row)?.display_name(),
                                by_email: key.is_email(),
                            });
                        }
                    }
                    if namesakes.len() >= NAMESAKES {
                        return Ok(namesakes);
                    }
                }
            }
            Ok(namesakes)
        })
    }
}

impl View<'_, '_> {
    /// Returns where the values of a contact came from.
    ///
    /// # Errors
    /// [`Error::NoContact`].
    pub fn contact_history(&mut self, id: ContactId) -> Result<ContactHistory, Error> {
        let (tx, actor) = (&mut *self.tx, self.actor);
        let (right, row) = access::found(tx, actor, id)?;
        let made_with = imported(tx, actor, row.created_by.and_then(|origin| origin.run.import()))?;
        let written_with = imported(tx, actor, row.written_by.and_then(RunId::import))?;
        let creator = made_with.as_ref().map(|import| import.owner).or(row.made_by);
        let editor = written_with.as_ref().map(|import| import.owner).or(row.edited_by);
        let changed_by = match written_with {
            Some(import) => last_change(tx, actor, &row, import, right)?,
            None => None,
        };
        let names = Names::load(tx, actor.workspace, creator.into_iter().chain(editor))?;
        let named = |member: Option<Member>| member.map(|member| names.name(member));
        Ok(ContactHistory {
            creator: named(creator),
            created_by_own: made_with.as_ref().is_some_and(|import| import.owner == actor.member),
            created_from: made_with.map(|import| import.file_name),
            editor: named(editor),
            changed_by,
        })
    }
}

/// Reads an import; `None` if there was none or its record was deleted.
fn imported(tx: &mut Tx<'_>, actor: Actor, import: Option<ImportId>) -> Result<Option<Import>, Error> {
    let import = import.map(|import| imports::get(tx, actor.workspace, import));
    Ok(import.transpose()?.flatten())
}

/// What an import changed of a contact that the actor may see.
fn last_change(
    tx: &mut Tx<'_>,
    actor: Actor,
    row: &CanView<ContactRow>,
    import: Import,
    right: Right,
) -> Result<Option<LastImport>, Error> {
    let Some(change) = change_log::get(tx, actor.workspace, import.id, row.id)? else {
        return Ok(None);
    };
    let Some(before) = change.before else { return Ok(None) };
    let before = read_body(row.id, &before.body)?;
    Ok(Some(LastImport {
        import: import.id,
        file_name: import.file_name,
        line: change.line,
        own: import.owner == actor.member,
        before: (right == Right::Own).then_some(before),
    }))
}
