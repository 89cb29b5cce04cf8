//! Keeps the contact index of each workspace: builds it, and brings it up to date from the change feed.
//!
//! A few changes are applied by the request that finds them; many by a background thread, while requests are answered
//! from the older index.

use crate::contact_index::entry::Entry;
use crate::contact_index::index::ContactIndex;
use crate::contact_index::segment::Builder;
use crate::contact_index::visibility::SeenBy;
use crate::error::Error;
use foldhash::{HashMap, HashSet};
use model::ContactId;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::JoinHandle;
use std::time::Duration;
use store::contacts::ContactRow;
use store::contacts::change_feed::{self, Touched};
use store::contacts::shares;
use store::contacts::shares::{Grantee, Share};
use store::workspace::workspaces;
use store::{Store, Tx, Workspace, contacts};

/// Contacts read in one query.
const PAGE: usize = 2_000;
/// A request applies changes of at most this many contacts itself; more are left to the background thread.
const AT_ONCE: usize = 300;
/// A request builds an index of at most this many contacts itself.
const BUILT_AT_ONCE: u64 = 2_000;
/// Feed entries read at once: more than any single change has.
const ENTRIES: u64 = 128;
/// How long a request sleeps before it checks again whether another request has finished the update.
const LOOK_AGAIN: Duration = Duration::from_millis(1);
/// About how many contacts the background thread updates in one step.
const STEP: usize = 50_000;

/// The contact indexes of all workspaces.
pub(crate) struct ContactIndexes {
    store: Store,
    updaters: Mutex<HashMap<Workspace, Arc<Updater>>>,
    ending: Arc<AtomicBool>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// Keeps the contact index of one workspace.
struct Updater {
    store: Store,
    workspace: Workspace,
    index: Mutex<Option<Arc<ContactIndex>>>,
    /// Held while the next index is made.
    work: Mutex<()>,
    /// Whether the background thread is running.
    busy: AtomicBool,
    ending: Arc<AtomicBool>,
}

/// The current index.
#[derive(Clone)]
pub(crate) struct Fresh {
    /// `None` while it is being built.
    pub index: Option<Arc<ContactIndex>>,
    /// Whether there are changes that are not in it yet.
    pub catching_up: bool,
}

/// The difference between an index and the database.
enum Behind {
    Nothing,
    /// These contacts may differ. Once they are updated, the index includes this change.
    Some(Differing, i64),
    Much,
    /// The feed does not have the changes; the index must be rebuilt.
    Unknown,
}

/// Contacts that may differ from an index.
#[derive(Default)]
struct Differing {
    contacts: HashSet<ContactId>,
    /// Contacts that differ only in who sees them.
    shared: HashSet<ContactId>,
}

impl Differing {
    fn len(&self) -> usize {
        self.contacts.len() + self.shared.len()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // The data behind these locks is consistent at any moment, also after a panic.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ContactIndexes {
    pub fn new(store: Store) -> Self {
        Self {
            store,
            updaters: Mutex::default(),
            ending: Arc::default(),
            threads: Mutex::default(),
        }
    }

    fn updater(&self, workspace: Workspace) -> Arc<Updater> {
        let mut updaters = locked(&self.updaters);
        let updater = updaters.entry(workspace).or_insert_with(|| {
            Arc::new(Updater {
                store: self.store.clone(),
                workspace,
                index: Mutex::default(),
                work: Mutex::default(),
                busy: AtomicBool::new(false),
                ending: Arc::clone(&self.ending),
            })
        });
        Arc::clone(updater)
    }

    /// Returns the index of a workspace, up to date if that is little work.
    pub(crate) fn fresh(&self, workspace: Workspace) -> Result<Fresh, Error> {
        self.store.read(|tx| self.fresh_in(tx, workspace))
    }

    /// Returns the index of a workspace in a transaction; if it is up to date, it matches the transaction's snapshot.
    pub(crate) fn fresh_in(&self, tx: &mut Tx<'_>, workspace: Workspace) -> Result<Fresh, Error> {
        let updater = self.updater(workspace);
        let fresh = updater.fresh(tx)?;
        if fresh.index.is_none() || fresh.catching_up {
            self.work(&updater);
        }
        Ok(fresh)
    }

    /// Starts a background thread that builds the index of a workspace or brings it up to date.
    pub fn warm(&self, workspace: Workspace) {
        self.work(&self.updater(workspace));
    }

    fn work(&self, updater: &Arc<Updater>) {
        if updater.busy.swap(true, Ordering::AcqRel) {
            return;
        }
        let worker = Arc::clone(updater);
        let spawned = std::thread::Builder::new()
            .name("contact list".to_owned())
            .spawn(move || {
                let _idle = Idle(&worker);
                // The next request gets the same error and reports it.
                let _ = worker.bring_up_to_date();
            });
        match spawned {
            Ok(thread) => {
                let mut threads = locked(&self.threads);
                threads.retain(|thread| !thread.is_finished());
                threads.push(thread);
            }
            Err(_) => updater.busy.store(false, Ordering::Release),
        }
    }
}

impl Drop for ContactIndexes {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::Relaxed);
        for thread in locked(&self.threads).drain(..) {
            let _ = thread.join();
        }
    }
}

/// Clears `busy` when the background thread ends, also after a panic.
struct Idle<'a>(&'a Updater);

impl Drop for Idle<'_> {
    fn drop(&mut self) {
        self.0.busy.store(false, Ordering::Release);
    }
}

impl Updater {
    fn index(&self) -> Option<Arc<ContactIndex>> {
        locked(&self.index).clone()
    }

    fn publish(&self, index: ContactIndex) -> Arc<ContactIndex> {
        let index = Arc::new(index);
        *locked(&self.index) = Some(Arc::clone(&index));
        index
    }

    fn fresh(&self, tx: &mut Tx<'_>) -> Result<Fresh, Error> {
        let Some(index) = self.index() else {
            return Ok(Fresh {
                index: self.build_if_small(tx)?,
                catching_up: false,
            });
        };
        let (changes, _) = workspaces::changes(tx, self.workspace)?;
        if changes == index.at {
            return Ok(Fresh {
                index: Some(index),
                catching_up: false,
            });
        }
        let Some(_guard) = self.lock_unless_busy() else {
            return Ok(Fresh {
                index: Some(index),
                catching_up: true,
            });
        };
        match self.index() {
            // Another request has updated the index since, with later changes than this transaction sees.
            Some(next) if next.at > index.at && next.at > changes => Ok(Fresh {
                index: Some(next),
                catching_up: false,
            }),
            next => self.follow_at_once(tx, next),
        }
    }

    /// Takes the `work` lock; `None` while the background thread is running. A request holds a connection that the
    /// thread may need, so it must not wait for the thread.
    fn lock_unless_busy(&self) -> Option<MutexGuard<'_, ()>> {
        loop {
            match self.work.try_lock() {
                Ok(guard) => return Some(guard),
                Err(TryLockError::Poisoned(guard)) => return Some(guard.into_inner()),
                Err(TryLockError::WouldBlock) if self.busy.load(Ordering::Acquire) => return None,
                // Another request is applying a few changes.
                Err(TryLockError::WouldBlock) => std::thread::sleep(LOOK_AGAIN),
            }
        }
    }

    /// Applies the changes if that is little work. The caller holds the `work` lock.
    fn follow_at_once(&self, tx: &mut Tx<'_>, index: Option<Arc<ContactIndex>>) -> Result<Fresh, Error> {
        let Some(index) = index else {
            return Ok(Fresh {
                index: None,
                catching_up: false,
            });
        };
        Ok(match behind(tx, self.workspace, &index, AT_ONCE)? {
            Behind::Nothing => Fresh {
                index: Some(index),
                catching_up: false,
            },
            Behind::Some(differing, at) => Fresh {
                index: Some(self.publish(follow(tx, self.workspace, &index, &differing, at)?)),
                catching_up: false,
            },
            Behind::Much | Behind::Unknown => Fresh {
                index: Some(index),
                catching_up: true,
            },
        })
    }

    fn build_if_small(&self, tx: &mut Tx<'_>) -> Result<Option<Arc<ContactIndex>>, Error> {
        let Ok(_guard) = self.work.try_lock() else {
            return Ok(None);
        };
        if let Some(index) = self.index() {
            return Ok(Some(index));
        }
        let (at, _) = workspaces::changes(tx, self.workspace)?;
        let rows = contacts::page(tx, self.workspace, None, BUILT_AT_ONCE + 1)?;
        if rows.len() as u64 > BUILT_AT_ONCE {
            return Ok(None);
        }
        let mut index = ContactIndex::empty_at(at);
        let mut builder = Builder::default();
        let shares = shares_of_page(tx, self.workspace, &rows)?;
        add_all(&mut builder, &rows, shares)?;
        index.insert(builder.finish());
        Ok(Some(self.publish(index)))
    }

    /// Builds the index, or applies the feed to its end.
    fn bring_up_to_date(&self) -> Result<(), Error> {
        let _guard = locked(&self.work);
        while !self.ending.load(Ordering::Relaxed) {
            let Some(index) = self.index() else {
                match self.build()? {
                    Some(index) => self.publish(index),
                    None => return Ok(()),
                };
                continue;
            };
            let next = self.store.read(|tx| {
                Ok::<_, store::Error>(match behind(tx, self.workspace, &index, STEP)? {
                    Behind::Nothing => Some(None),
                    Behind::Some(differing, at) => Some(Some(follow(tx, self.workspace, &index, &differing, at)?)),
                    Behind::Much | Behind::Unknown => None,
                })
            })?;
            drop(index);
            match next {
                Some(Some(next)) => {
                    self.publish(next);
                }
                Some(None) => return Ok(()),
                // The old index is dropped before the rebuild, because memory may not hold two.
                None => *locked(&self.index) = None,
            }
        }
        Ok(())
    }

    /// Builds an index from the database. Contacts that change during the build are in the feed and are updated
    /// afterwards. `None` if the program is ending.
    fn build(&self) -> Result<Option<ContactIndex>, Error> {
        let (at, _) = self.store.read(|tx| workspaces::changes(tx, self.workspace))?;
        let mut index = ContactIndex::empty_at(at);
        let mut builder = Builder::default();
        let mut after = None;
        loop {
            if self.ending.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let (page, shares) = self.store.read(|tx| {
                let page = contacts::page(tx, self.workspace, after, PAGE as u64)?;
                let shares = shares_of_page(tx, self.workspace, &page)?;
                Ok::<_, store::Error>((page, shares))
            })?;
            add_all(&mut builder, &page, shares)?;
            let at_end = page.len() < PAGE;
            if (at_end || builder.is_full()) && !builder.is_empty() {
                index.insert(std::mem::take(&mut builder).finish());
            }
            match page.last() {
                Some(last) if !at_end => after = Some(last.id),
                _ => return Ok(Some(index)),
            }
        }
    }
}

/// Returns the difference between an index and the transaction's snapshot. With `limit` = `STEP` (the background
/// thread), returns the first changes completely, up to about that many contacts; with a lower limit, returns
/// `Behind::Much` if more contacts differ.
fn behind(tx: &mut Tx<'_>, workspace: Workspace, index: &ContactIndex, limit: usize) -> Result<Behind, store::Error> {
    let (changes, _) = workspaces::changes(tx, workspace)?;
    if changes == index.at {
        return Ok(Behind::Nothing);
    }
    let mut entries = change_feed::since(tx, workspace, index.at, ENTRIES)?;
    if entries.len() as u64 == ENTRIES {
        // The last change may have more entries than were read.
        let last = entries.last().map_or(0, |entry| entry.change);
        entries.retain(|entry| entry.change < last);
    } else if entries.last().is_none_or(|last| last.change != changes) {
        return Ok(Behind::Unknown);
    }
    let (mut differing, mut at) = (Differing::default(), index.at);
    for entry in entries {
        if entry.change > at + 1 {
            return Ok(Behind::Unknown);
        }
        if entry.change == at + 1 {
            if limit == STEP && differing.len() >= STEP {
                break;
            }
            at = entry.change;
        }
        match entry.touched {
            Touched::Contacts(some) => differing.contacts.extend(some),
            Touched::Shares(some) => differing.shared.extend(some),
            Touched::Range(first, last) => {
                differing.contacts.extend(index.between(first, last));
                let ids = ids_between(tx, workspace, (first, last), limit)?;
                differing.contacts.extend(ids);
            }
            Touched::Everything => return Ok(Behind::Unknown),
        }
        if limit != STEP && differing.len() > limit {
            return Ok(Behind::Much);
        }
    }
    if at < changes && limit != STEP {
        return Ok(Behind::Much);
    }
    Ok(Behind::Some(differing, at))
}

/// Returns the ids of contacts in a range: all if `limit` is `STEP`, else at most `limit` + 1.
fn ids_between(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    (first, last): (ContactId, ContactId),
    limit: usize,
) -> Result<Vec<ContactId>, store::Error> {
    let limit = if limit == STEP { u64::MAX } else { limit as u64 + 1 };
    contacts::ids_between(tx, workspace, (first, last), limit)
}

/// Returns the next index: these contacts as they are now, at a change.
fn follow(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    index: &ContactIndex,
    differing: &Differing,
    at: i64,
) -> Result<ContactIndex, store::Error> {
    let mut next = index.clone();
    next.at = at;
    next.remove(&differing.contacts);
    let mut builder = Builder::default();
    for some in sorted(&differing.contacts).chunks(PAGE) {
        let rows = contacts::get_many(tx, workspace, some)?;
        add_all(&mut builder, &rows, shares::of_many(tx, workspace, some)?)?;
        if builder.is_full() {
            next.insert(std::mem::take(&mut builder).finish());
        }
    }
    if !builder.is_empty() {
        next.insert(builder.finish());
    }
    let mut seen_by = HashMap::default();
    for some in sorted(&differing.shared).chunks(PAGE) {
        let mut shared_with = by_contact(shares::of_many(tx, workspace, some)?);
        for (id, owner) in contacts::owners(tx, workspace, some)? {
            let shared_with = shared_with.remove(&id).unwrap_or_default();
            seen_by.insert(id, SeenBy { owner, shared_with });
        }
    }
    next.share(&seen_by);
    Ok(next.tidied())
}

fn sorted(ids: &HashSet<ContactId>) -> Vec<ContactId> {
    let mut sorted: Vec<ContactId> = ids.iter().copied().collect();
    sorted.sort_unstable();
    sorted
}

/// Reads the shares of a page of contacts, which is ordered by id.
fn shares_of_page(tx: &mut Tx<'_>, workspace: Workspace, page: &[ContactRow]) -> Result<Vec<Share>, store::Error> {
    match (page.first(), page.last()) {
        (Some(first), Some(last)) => shares::between(tx, workspace, first.id, last.id),
        _ => Ok(Vec::new()),
    }
}

/// Groups the grantees of shares by contact.
fn by_contact(shares: Vec<Share>) -> HashMap<ContactId, Vec<Grantee>> {
    let mut shared_with: HashMap<ContactId, Vec<Grantee>> = HashMap::default();
    for share in shares {
        shared_with.entry(share.contact).or_default().push(share.to);
    }
    shared_with
}

fn add_all(builder: &mut Builder, rows: &[ContactRow], shares: Vec<Share>) -> Result<(), store::Error> {
    let mut shared_with = by_contact(shares);
    for row in rows {
        builder.add(Entry::new(row, shared_with.remove(&row.id).unwrap_or_default())?);
    }
    Ok(())
}
