//! The changes since a position, as one member sees them: for programs that keep a copy of the contacts.
//!
//! Reads the change feed. A touched contact is returned as it is now if the member may see it, and as removed if a
//! tombstone records that it was taken from them; other contacts are not mentioned. A program that applies the answers
//! one after the other has exactly the contacts that the member may see. A position is valid for as long as its changes
//! are kept.

use crate::access::{self, Actor};
use crate::clock::MINUTE;
use crate::contacts::stored::{StoredContact, read};
use crate::error::Error;
use crate::workspace::member_names::Names;
use crate::{App, View};
use model::ContactId;
use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;
use store::contacts::change_feed::{self, Entry, Touched};
use store::contacts::{self, tombstones};
use store::workspace::workspaces;

const DAY: i64 = 24 * 60 * MINUTE;
/// How long changes are kept, in days.
const KEPT_DAYS: i64 = 90;
/// Feed entries read at once.
const ENTRIES: u64 = 256;

/// A position in the change feed: after a change, or within a change that touched many contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangePosition {
    /// All changes up to this one were returned.
    after: i64,
    /// The number of entries of the next change that were returned.
    entries: usize,
    /// The last contact that was returned of the entry after these, if it was returned in part.
    within: Option<ContactId>,
}

/// The form that programs store: the numbers, separated by dots.
impl fmt::Display for ChangePosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.after)?;
        if self.entries > 0 || self.within.is_some() {
            write!(f, ".{}", self.entries)?;
        }
        match self.within {
            Some(id) => write!(f, ".{}", id.simple()),
            None => Ok(()),
        }
    }
}

impl FromStr for ChangePosition {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let read = || {
            let mut parts = text.split('.');
            let position = Self {
                after: parts.next()?.parse().ok().filter(|after| *after >= 0)?,
                entries: parts.next().map_or(Some(0), |part| part.parse().ok())?,
                within: parts.next().map(str::parse).transpose().ok()?,
            };
            parts.next().is_none().then_some(position)
        };
        read().ok_or(Error::ChangesGone)
    }
}

/// A page of changes.
#[derive(Clone, Debug)]
pub struct ContactChanges {
    /// Contacts that were created, changed, or became visible to the member, as they are now; in the order of the
    /// changes.
    pub changed: Vec<StoredContact>,
    /// Contacts that were deleted, or that the member may not see any more.
    pub removed: Vec<ContactId>,
    /// Where the next page begins.
    pub next: ChangePosition,
    /// Whether more changes can be read now.
    pub more: bool,
}

impl App {
    /// Returns the changes since a position, for about `limit` contacts. Without a position, returns only the current
    /// one.
    ///
    /// # Errors
    /// [`Error::ChangesGone`] if the position is too old, or if a change touched so much that its contacts were not
    /// recorded.
    pub fn contact_changes(
        &self,
        actor: Actor,
        since: Option<ChangePosition>,
        limit: usize,
    ) -> Result<ContactChanges, Error> {
        self.read(actor, |view| view.contact_changes(since, limit))
    }

    /// Deletes changes older than `KEPT_DAYS` from the feed.
    pub(crate) fn forget_old_changes(&self, actor: Actor) -> Result<(), Error> {
        let today = self.system.now().div_euclid(DAY);
        Ok(self.store.write(|tx| {
            change_feed::note_day(tx, actor.workspace, today)?;
            change_feed::forget(tx, actor.workspace, today - KEPT_DAYS)
        })?)
    }
}

impl View<'_, '_> {
    /// Returns the changes since a position, for about `limit` contacts. Without a position, returns only the current
    /// one.
    ///
    /// # Errors
    /// [`Error::ChangesGone`].
    pub fn contact_changes(&mut self, since: Option<ChangePosition>, limit: usize) -> Result<ContactChanges, Error> {
        let (now, _) = workspaces::changes(self.tx, self.actor.workspace)?;
        let nothing = |next: ChangePosition| ContactChanges {
            changed: Vec::new(),
            removed: Vec::new(),
            next,
            more: false,
        };
        let end = ChangePosition {
            after: now,
            entries: 0,
            within: None,
        };
        let Some(since) = since else { return Ok(nothing(end)) };
        if since == end {
            return Ok(nothing(end));
        }
        let page = self.touched(since, now, limit.max(1))?;
        let removed = self.removed(&page)?;
        Ok(ContactChanges {
            changed: self.visible(&page)?,
            removed,
            next: page.next,
            more: page.next != end,
        })
    }

    /// Returns the next touched contacts.
    fn touched(&mut self, since: ChangePosition, now: i64, limit: usize) -> Result<Page, Error> {
        let workspace = self.actor.workspace;
        let mut page = Page::begin(since, limit);
        loop {
            let entries = change_feed::since(self.tx, workspace, page.next.after, page.next.entries as u64 + ENTRIES)?;
            let is_all = (entries.len() as u64) < page.next.entries as u64 + ENTRIES;
            let fresh: Vec<Entry> = entries.into_iter().skip(page.next.entries).collect();
            for entry in fresh {
                if entry.change == page.next.after + 2 && page.next.entries > 0 {
                    page.end_change();
                }
                // Every change writes an entry, so a gap is a change whose entries were deleted, or one by an older
                // program.
                if entry.change != page.next.after + 1 {
                    return Err(Error::ChangesGone);
                }
                self.take(&mut page, entry)?;
                if page.is_full() {
                    return Ok(page);
                }
            }
            if is_all {
                if page.next.entries > 0 {
                    page.end_change();
                }
                return match page.next.after == now {
                    true => Ok(page),
                    false => Err(Error::ChangesGone),
                };
            }
        }
    }

    /// Adds the contacts of an entry to the page, as far as there is room.
    fn take(&mut self, page: &mut Page, entry: Entry) -> Result<(), Error> {
        match entry.touched {
            Touched::Contacts(ids) | Touched::Shares(ids) => page.take_list(&ids),
            Touched::Everything => return Err(Error::ChangesGone),
            Touched::Range(first, last) => {
                let before_first = first.as_u128().checked_sub(1).map(ContactId::from_u128);
                let mut after = page.next.within.or(before_first);
                loop {
                    let rows = contacts::page(self.tx, self.actor.workspace, after, page.room())?;
                    let is_end = rows.last().is_none_or(|row| row.id > last);
                    let ids = rows.iter().map(|row| row.id).take_while(|id| *id <= last);
                    page.take_some(ids);
                    after = rows.last().map(|row| row.id);
                    if is_end {
                        page.end_entry();
                        break;
                    }
                    if page.is_full() {
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    /// The contacts of the page that the member may see, as they are now.
    fn visible(&mut self, page: &Page) -> Result<Vec<StoredContact>, Error> {
        let (tx, actor) = (&mut *self.tx, self.actor);
        let rows = contacts::get_many(tx, actor.workspace, &page.ids)?;
        let seen = access::seen(tx, actor, rows)?;
        let names = Names::load(tx, actor.workspace, seen.iter().map(|(_, row)| row.owner))?;
        let stored = seen.into_iter().map(|(right, row)| {
            let contact = read(&row)?;
            Ok(StoredContact::new(right, &row, contact, names.name(row.owner)))
        });
        stored.collect()
    }

    /// The contacts of the page to which the member has lost access.
    fn removed(&mut self, page: &Page) -> Result<Vec<ContactId>, Error> {
        let (tx, actor) = (&mut *self.tx, self.actor);
        let range = (page.from, page.next.after + 1);
        let taken = tombstones::of_member(tx, actor.workspace, actor.member, range)?;
        let mut taken: Vec<ContactId> = taken.into_iter().map(|(_, id)| id).filter(|id| page.has(id)).collect();
        taken.sort_unstable();
        taken.dedup();
        let rows = contacts::get_many(tx, actor.workspace, &taken)?;
        let seen: HashSet<ContactId> = access::seen(tx, actor, rows)?.iter().map(|(_, row)| row.id).collect();
        taken.retain(|id| !seen.contains(id));
        Ok(taken)
    }
}

/// Touched contacts without duplicates, and the position after them.
struct Page {
    /// The first change of the page.
    from: i64,
    ids: Vec<ContactId>,
    known: HashSet<ContactId>,
    limit: usize,
    next: ChangePosition,
}

impl Page {
    fn begin(since: ChangePosition, limit: usize) -> Self {
        Self {
            from: since.after + 1,
            ids: Vec::new(),
            known: HashSet::new(),
            limit,
            next: since,
        }
    }

    fn has(&self, id: &ContactId) -> bool {
        self.known.contains(id)
    }

    fn is_full(&self) -> bool {
        self.ids.len() >= self.limit
    }

    fn room(&self) -> u64 {
        (self.limit.saturating_sub(self.ids.len())).max(1) as u64
    }

    /// Adds contacts in the order of their ids.
    fn take_some(&mut self, ids: impl Iterator<Item = ContactId>) {
        for id in ids {
            if self.known.insert(id) {
                self.ids.push(id);
            }
            self.next.within = Some(id);
        }
    }

    /// Adds the contacts of a sorted list, from where the previous page ended.
    fn take_list(&mut self, ids: &[ContactId]) {
        let from = self
            .next
            .within
            .map_or(0, |within| ids.partition_point(|id| *id <= within));
        let mut until = from;
        while until < ids.len() && !self.is_full() {
            self.take_some(std::iter::once(ids[until]));
            until += 1;
        }
        if until == ids.len() {
            self.end_entry();
        }
    }

    /// Moves the position past an entry.
    fn end_entry(&mut self) {
        self.next.entries += 1;
        self.next.within = None;
    }

    /// Moves the position past the change.
    fn end_change(&mut self) {
        self.next = ChangePosition {
            after: self.next.after + 1,
            entries: 0,
            within: None,
        };
    }
}
