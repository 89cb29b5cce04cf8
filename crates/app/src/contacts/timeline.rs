//! The timeline of a contact: imports, edits, tags, shares, transfers and merges, latest first.
//!
//! Read from the records that undo uses, so it reaches back as far as these are kept. Old values are shown only to the
//! contact's owner, because they may be older than the shares of other members.

use crate::View;
use crate::access::{self, Actor, Right};
use crate::contacts::bulk::{ActionKind, SharesChanged};
use crate::contacts::stored::{read, read_body};
use crate::error::Error;
use crate::workspace::member_names::Names;
use model::{Contact, ContactId, Version};
use store::contacts::bulk_actions::{self, Touched};
use store::contacts::shares::{Access, Grantee};
use store::imports::change_log;
use store::{ImportId, Member, RunId, Tx, imports};

/// The maximum number of entries read from each source: imports and actions.
const MOST: u64 = 50;

/// One event of a contact.
#[derive(Clone, Debug)]
pub struct TimelineEntry {
    /// When, in UTC microseconds.
    pub at: i64,
    /// The name of the member who did it; empty if the member was removed.
    pub by: String,
    pub what: TimelineEvent,
    /// The values before and after; `None` if they did not change, are not known, or are not for this member.
    pub values: Option<Box<(Contact, Contact)>>,
}

/// The kind of an event, with its details.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimelineEvent {
    Imported {
        import: ImportId,
        file_name: String,
        /// Counted from 1.
        line: u64,
        /// Whether the member made the import, and so may look at it.
        own: bool,
    },
    Edited,
    Tagged,
    Untagged,
    /// The names of the grantees and their access; empty if this member does not own the contact.
    Shared(Vec<(String, Access)>),
    /// The revoked shares, as in `Shared`.
    Unshared(Vec<(String, Access)>),
    /// The name of the new owner.
    Transferred(String),
    Merged,
}

/// A state that a contact had.
struct State {
    contact: Contact,
    version: Version,
    written_by: Option<RunId>,
}

/// An entry as it is read, with the contact's state before it.
struct Noted {
    at: i64,
    by: Member,
    what: TimelineEvent,
    before: Option<State>,
    left: Left,
}

/// How to recognise the state that an entry has left.
enum Left {
    Version(Option<Version>),
    Import(ImportId),
}

impl Left {
    fn is(&self, state: &State) -> bool {
        match self {
            Self::Version(version) => *version == Some(state.version),
            Self::Import(import) => state.written_by.and_then(RunId::import) == Some(*import),
        }
    }
}

impl View<'_, '_> {
    /// Returns the events of a contact, latest first, as far back as they are recorded.
    ///
    /// # Errors
    /// [`Error::NoContact`].
    pub fn contact_timeline(&mut self, id: ContactId) -> Result<Vec<TimelineEntry>, Error> {
        let (tx, actor) = (&mut *self.tx, self.actor);
        let (right, row) = access::found(tx, actor, id)?;
        let owns = right == Right::Own;
        let mut noted = of_imports(tx, actor, id)?;
        noted.extend(of_actions(tx, actor, id, owns)?);
        noted.sort_by_key(|entry| std::cmp::Reverse(entry.at));
        let mut state = State {
            contact: read(&row)?,
            version: row.version,
            written_by: row.written_by,
        };
        let names = Names::load(tx, actor.workspace, noted.iter().map(|entry| entry.by))?;
        let mut timeline = Vec::with_capacity(noted.len());
        for entry in noted {
            let mut values = None;
            if let Some(before) = entry.before {
                let after = std::mem::replace(&mut state, before);
                if owns && entry.left.is(&after) {
                    values = Some(Box::new((state.contact.clone(), after.contact)));
                }
            }
            timeline.push(TimelineEntry {
                at: entry.at,
                by: names.name(entry.by),
                what: entry.what,
                values,
            });
        }
        Ok(timeline)
    }
}

/// The imports that changed a contact.
fn of_imports(tx: &mut Tx<'_>, actor: Actor, id: ContactId) -> Result<Vec<Noted>, Error> {
    let mut noted = Vec::new();
    for (number, change) in change_log::of_contact(tx, actor.workspace, id, MOST)? {
        let (Some(import), Some(before)) = (imports::get(tx, actor.workspace, number)?, change.before) else {
            continue;
        };
        noted.push(Noted {
            at: import.finished_at.unwrap_or(import.updated_at),
            by: import.owner,
            what: TimelineEvent::Imported {
                import: number,
                file_name: import.file_name,
                line: change.line,
                own: import.owner == actor.member,
            },
            before: Some(State {
                contact: read_body(id, &before.body)?,
                version: before.version,
                written_by: before.written_by,
            }),
            left: Left::Import(number),
        });
    }
    Ok(noted)
}

/// The actions of members that changed a contact, alone or among others.
fn of_actions(tx: &mut Tx<'_>, actor: Actor, id: ContactId, owns: bool) -> Result<Vec<Noted>, Error> {
    let mut noted = Vec::new();
    for (action, touched) in bulk_actions::of_contact(tx, actor.workspace, id, MOST)? {
        if action.undone_at.is_some() {
            continue;
        }
        let kind = ActionKind::named(&action.kind)?;
        let what = event(tx, actor, kind, &touched, owns)?;
        let before = match &touched.body {
            Some(body) => Some(State {
                contact: read_body(id, body)?,
                version: touched.version,
                written_by: touched.written_by,
            }),
            None => None,
        };
        noted.push(Noted {
            at: action.at,
            by: action.member,
            what,
            before,
            left: Left::Version(touched.after_version),
        });
    }
    Ok(noted)
}

fn event(
    tx: &mut Tx<'_>,
    actor: Actor,
    kind: ActionKind,
    touched: &Touched,
    owns: bool,
) -> Result<TimelineEvent, Error> {
    let shares = match touched.shares.as_deref().filter(|_| owns) {
        Some(text) => SharesChanged::read(touched.contact, text)?,
        None => SharesChanged::default(),
    };
    Ok(match kind {
        ActionKind::Tag => TimelineEvent::Tagged,
        ActionKind::Untag => TimelineEvent::Untagged,
        ActionKind::Share => {
            let given = shares.is(touched.contact).map(|share| (share.to, share.access));
            TimelineEvent::Shared(named(tx, actor, given.collect())?)
        }
        ActionKind::Unshare => {
            let taken = shares.was(touched.contact).map(|share| (share.to, share.access));
            TimelineEvent::Unshared(named(tx, actor, taken.collect())?)
        }
        ActionKind::HandOver => {
            let to = touched.after_owner;
            TimelineEvent::Transferred(Names::load(tx, actor.workspace, [to].into_iter())?.name(to))
        }
        ActionKind::Merge => TimelineEvent::Merged,
        ActionKind::Edit => TimelineEvent::Edited,
    })
}

/// Replaces the grantees of shares by their names.
fn named(tx: &mut Tx<'_>, actor: Actor, shares: Vec<(Grantee, Access)>) -> Result<Vec<(String, Access)>, store::Error> {
    let member = |to: &Grantee| match to {
        Grantee::Member(member) => Some(*member),
        Grantee::Everyone => None,
    };
    let names = Names::load(tx, actor.workspace, shares.iter().filter_map(|(to, _)| member(to)))?;
    let name = |to: Grantee| match to {
        Grantee::Member(member) => names.name(member),
        Grantee::Everyone => "everyone".to_owned(),
    };
    Ok(shares.into_iter().map(|(to, access)| (name(to), access)).collect())
}
