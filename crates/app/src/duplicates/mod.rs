//! Duplicates: contacts of the directory that may be one.
//!
//! Owns the list that a member is shown (groups of contacts, the reasons, and whether they may be merged), and
//! remembers which contacts are not duplicates. The result of a search is kept for a while, so that its pages are one
//! list; each group is compared again when it is shown, with the rights of that moment.

pub(crate) mod finding;
pub(crate) mod merge_all;

use crate::access::{Actor, Right};
use crate::audit::AuditAction;
use crate::contacts::merge::hindered;
use crate::contacts::stored::StoredContact;
use crate::contacts::stored::read;
use crate::error::Error;
use crate::idempotency::{OnceAnswer, keep_answer};
use crate::{App, access};
use finding::{Finding, very_likely};
use model::{Contact, ContactId, Verdict, similarity};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::contacts;
use store::contacts::not_duplicates::{self, Pair};
use store::workspace::workspaces;

/// Maximum number of groups read for one page: most of them may already be merged or dismissed.
const READ_FOR_A_PAGE: usize = 200;
/// Maximum number of groups on a page.
const MOST: usize = 50;
/// How long a result is shown although the directory has changed, in microseconds: merging is such a change.
const FRESH_FOR: i64 = 60 * 60 * 1_000_000;
/// How long a count of duplicates is shown although the directory has changed, in microseconds.
const COUNTED_FOR: i64 = 60 * 1_000_000;
/// Maximum number of members whose results are kept.
const KEPT: usize = 16;
/// Maximum number of contacts that are marked as not duplicates of each other at once.
const DISMISSED_AT_ONCE: usize = 20;

/// The search of each member.
#[derive(Default)]
pub(crate) struct Findings {
    known: Mutex<HashMap<(i64, i64), Arc<Finding>>>,
}

impl Findings {
    fn known(&self) -> MutexGuard<'_, HashMap<(i64, i64), Arc<Finding>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Findings {
    fn drop(&mut self) {
        for finding in self.known().values() {
            finding.stop();
        }
    }
}

/// Two contacts of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicatePair {
    /// The indices of the two contacts in the group.
    pub of: (usize, usize),
    /// How likely the two are one contact, from 0 to 100.
    pub strength: u8,
    pub reasons: Vec<String>,
}

/// Contacts that may be one.
#[derive(Clone, Debug)]
pub struct DuplicateGroup {
    /// The contacts, first the one to keep.
    pub contacts: Vec<StoredContact>,
    /// The pairs that are alike, the most likely first.
    pub pairs: Vec<DuplicatePair>,
    /// Why the member cannot merge the group; `None` if they can.
    pub hindered: Option<String>,
}

/// A page of the result of a search.
#[derive(Clone, Debug, Default)]
pub struct DuplicatesPage {
    pub groups: Vec<DuplicateGroup>,
    /// The position of the next page; `None` on the last one.
    pub next: Option<usize>,
    /// Total number of groups that were found; some of them may be merged or dismissed by now.
    pub found: usize,
    /// Whether the search has ended.
    pub complete: bool,
    /// Contacts read so far; each contact is read twice.
    pub looked_at: u64,
    /// Whether the search failed.
    pub failed: bool,
    /// Whether the directory has changed since the search began.
    pub changed_since: bool,
    /// How many of the groups found are very likely one contact.
    pub very_likely: usize,
}

impl App {
    /// Returns groups of contacts that may be one, among those that the member sees, starting at position `from`. The
    /// first call starts the search in the background and waits at most `wait` for its end.
    pub fn find_duplicates(
        &self,
        actor: Actor,
        from: usize,
        size: usize,
        wait: Duration,
    ) -> Result<DuplicatesPage, Error> {
        let (changes, _) = self.store.read(|tx| workspaces::changes(tx, actor.workspace))?;
        let finding = self.finding(actor, changes, from == 0);
        finding.shown.store(true, Ordering::Relaxed);
        let found = finding.wait(wait);
        let mut page = DuplicatesPage {
            complete: found.groups.is_some(),
            looked_at: finding.looked_at(),
            failed: found.failed,
            changed_since: finding.changes != changes,
            ..DuplicatesPage::default()
        };
        let groups = found.groups.unwrap_or_default();
        page.found = groups.len();
        let size = size.clamp(1, MOST);
        page.very_likely = very_likely(&groups).len();
        for (at, group) in groups.iter().enumerate().skip(from).take(READ_FOR_A_PAGE) {
            if page.groups.len() == size {
                break;
            }
            page.groups.extend(self.duplicate_group(actor, &group.ids)?);
            page.next = Some(at + 1).filter(|next| *next < groups.len());
        }
        Ok(page)
    }

    /// Returns the number of groups that the last search found; `None` while a search runs. Starts a search in the
    /// background if the directory has changed since; not while the member is working through the results, and not too
    /// often.
    ///
    /// # Errors
    /// If the database fails.
    pub fn count_duplicates(&self, actor: Actor) -> Result<Option<usize>, Error> {
        let (changes, _) = self.store.read(|tx| workspaces::changes(tx, actor.workspace))?;
        let now = self.system.now();
        let is_stale = |known: &Arc<Finding>| {
            let is_old = !(0..=COUNTED_FOR).contains(&(now - known.began_at));
            known.changes != changes && is_old && !known.shown.load(Ordering::Relaxed)
        };
        let mut known = self.duplicates.known();
        let stale = known
            .get(&key_of(actor))
            .filter(|known| is_stale(known))
            .map(Arc::clone);
        if let Some(stale) = stale {
            stale.stop();
            known.remove(&key_of(actor));
        }
        drop(known);
        let found = self.finding(actor, changes, false).wait(Duration::ZERO);
        Ok(found.groups.map(|groups| groups.len()))
    }

    /// Starts a new search for duplicates.
    pub fn look_for_duplicates_again(&self, actor: Actor) -> Result<(), Error> {
        let gone = self.duplicates.known().remove(&key_of(actor));
        if let Some(gone) = gone {
            gone.stop();
        }
        let (changes, _) = self.store.read(|tx| workspaces::changes(tx, actor.workspace))?;
        self.finding(actor, changes, true);
        Ok(())
    }

    /// Marks contacts as not duplicates of each other, and returns the number of pairs. This applies to the whole
    /// workspace, so the member must be able to edit at least one contact of a pair: pairs of two contacts that they
    /// may only view are not marked.
    ///
    /// # Errors
    /// [`Error::TooMany`] for more than 20 contacts; [`Error::NoContact`] for the first contact that the member may not
    /// see; [`Error::Forbidden`] if they may edit none of them; errors of the database.
    pub fn mark_not_duplicates(&self, actor: Actor, ids: &[ContactId]) -> Result<u64, Error> {
        self.mark_not_duplicates_once(actor, ids, None)
    }

    /// Like [`App::mark_not_duplicates`]; with `once` the count is stored as the answer of a keyed request.
    ///
    /// # Errors
    /// Errors of [`App::mark_not_duplicates`].
    pub fn mark_not_duplicates_once(
        &self,
        actor: Actor,
        ids: &[ContactId],
        once: Option<OnceAnswer<'_, u64>>,
    ) -> Result<u64, Error> {
        if ids.len() > DISMISSED_AT_ONCE {
            let (what, most) = ("contacts", DISMISSED_AT_ONCE);
            return Err(Error::TooMany { what, most });
        }
        let now = self.system.now();
        self.store.write(|tx| {
            let mut seen: Vec<(ContactId, Right)> = Vec::new();
            for id in ids {
                let (right, row) = access::found(tx, actor, *id)?;
                if seen.iter().all(|(known, _)| *known != row.id) {
                    seen.push((row.id, right));
                }
            }
            if seen.len() > 1 && seen.iter().all(|(_, right)| *right < Right::Edit) {
                return Err(Error::Forbidden(
                    "these contacts are shared with you to view; only who may edit one of them can say that they are not the same",
                ));
            }
            let pairs: Vec<Pair> = pairs_of(&seen)
                .filter(|((_, one), (_, other))| (*one).max(*other) >= Right::Edit)
                .map(|((a, _), (b, _))| Pair::new(*a, *b))
                .collect();
            if !pairs.is_empty() {
                not_duplicates::put_many(tx, actor.workspace, actor.member, now, &pairs)?;
                self.audit(tx, actor, AuditAction::MarkedNotDuplicates, "", seen.len() as u64)?;
            }
            let pairs = pairs.len() as u64;
            keep_answer(tx, once, &pairs)?;
            Ok(pairs)
        })
    }

    /// Returns the member's search, finished or running. Starts one if there is none, or with `from_the_start` if it is
    /// out of date.
    fn finding(&self, actor: Actor, changes: i64, from_the_start: bool) -> Arc<Finding> {
        let now = self.system.now();
        let mut known = self.duplicates.known();
        if let Some(finding) = known.get(&key_of(actor)) {
            let is_over = finding.wait(Duration::ZERO).groups.is_some();
            let is_new = (0..=FRESH_FOR).contains(&(now - finding.began_at)) && finding.shown.load(Ordering::Relaxed);
            let is_old = finding.changes != changes && !is_new;
            if !(is_over && is_old && from_the_start) {
                return Arc::clone(finding);
            }
        }
        if known.len() >= KEPT
            && let Some(oldest) = known.iter().min_by_key(|(_, f)| f.began_at).map(|(key, _)| *key)
            && let Some(gone) = known.remove(&oldest)
        {
            gone.stop();
        }
        let finding = Finding::begin(self.store.clone(), actor, changes, now, self.long_reads.clone());
        known.insert(key_of(actor), Arc::clone(&finding));
        finding
    }

    /// Returns a group in its current state; `None` if it contains no pair of possible duplicates any more.
    fn duplicate_group(&self, actor: Actor, ids: &[ContactId]) -> Result<Option<DuplicateGroup>, Error> {
        let (rows, apart) = self.store.read(|tx| {
            let rows = contacts::get_many(tx, actor.workspace, ids)?;
            let seen = access::seen(tx, actor, rows)?;
            let apart: HashSet<Pair> = not_duplicates::of_many(tx, actor.workspace, ids)?.into_iter().collect();
            let contacts: Result<Vec<_>, _> = seen
                .into_iter()
                .map(|(right, row)| Ok((right, row.id, read(&row)?)))
                .collect();
            Ok::<_, store::Error>((contacts?, apart))
        })?;
        let mut rows = rows;
        sort_by_worth(&mut rows);
        let mut pairs = Vec::new();
        let places: Vec<usize> = (0..rows.len()).collect();
        for (a, b) in pairs_of(&places) {
            let found = similarity(&rows[*a].2, &rows[*b].2);
            if found.verdict > Verdict::Different && !apart.contains(&Pair::new(rows[*a].1, rows[*b].1)) {
                pairs.push((rows[*a].1, rows[*b].1, found));
            }
        }
        let asked = |id: &ContactId| pairs.iter().any(|(a, b, _)| a == id || b == id);
        let rows: Vec<_> = rows.into_iter().filter(|(_, id, _)| asked(id)).collect();
        if rows.is_empty() {
            return Ok(None);
        }
        let place = |wanted: &ContactId| rows.iter().position(|(_, id, _)| id == wanted).unwrap_or_default();
        let mut pairs: Vec<DuplicatePair> = pairs
            .iter()
            .map(|(a, b, found)| DuplicatePair {
                of: (place(a), place(b)),
                strength: found.strength,
                reasons: found.reasons.clone(),
            })
            .collect();
        pairs.sort_by_key(|pair| std::cmp::Reverse(pair.strength));
        let mut contacts = Vec::with_capacity(rows.len());
        for (_, id, _) in &rows {
            match self.contact(actor, *id) {
                Ok(contact) => contacts.push(contact),
                // Deleted or unshared just now.
                Err(Error::NoContact(_)) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Ok(Some(DuplicateGroup {
            hindered: hindered(&contacts),
            contacts,
            pairs,
        }))
    }
}

/// Sorts the contact to keep first: a contact of another owner cannot be merged away; otherwise the one with the most
/// data.
pub(crate) fn sort_by_worth(rows: &mut [(Right, ContactId, Contact)]) {
    rows.sort_by_key(|(right, _, contact)| (*right == Right::Own, std::cmp::Reverse(contact.to_json().len())));
}

fn key_of(actor: Actor) -> (i64, i64) {
    (actor.workspace.0, actor.member.0)
}

fn pairs_of<T>(all: &[T]) -> impl Iterator<Item = (&T, &T)> {
    all.iter()
        .enumerate()
        .flat_map(move |(at, a)| all[at + 1..].iter().map(move |b| (a, b)))
}
