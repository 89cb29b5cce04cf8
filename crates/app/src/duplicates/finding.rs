//! Background search for duplicates among the contacts that a member sees.
//!
//! Owns the three passes and their limits. Contacts are read in pages. The first pass counts, in a table of fixed size,
//! which blocks contain more than one contact; the second notes the contacts of those blocks; the third compares the
//! contacts of each small block. So the memory is bounded for any directory: the table, sixteen bytes a contact, and
//! the limits below.

use crate::access;
use crate::access::Actor;
use crate::contacts::stored::read;
use crate::error::Error;
use crate::jobs::long_reads::{Lane, LongReads};
use crate::jobs::thread_pool::lower_thread_priority;
use model::{Compared, Contact, ContactId, Verdict, rate};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;
use store::contacts::{self, ContactRow};
use store::{Store, Tx};
use xxhash_rust::xxh3::xxh3_64;

/// Contacts per read.
const PAGE: u64 = 2_000;
/// Maximum number of contacts in a block that are compared with each other; larger groups only share something like a
/// switchboard's number.
const IN_A_BLOCK: usize = 12;
/// Number of counters in the table; at two bits each it takes 16 MiB.
const COUNTERS: usize = 1 << 26;
/// Maximum number of (block, contact) entries that are noted.
const NOTED: usize = 4_000_000;
/// Maximum number of pairs that are compared.
const COMPARED: usize = 1_000_000;
/// Pairs compared per read.
const PAIRS_AT_ONCE: usize = 500;
/// Maximum number of contacts in a group.
const IN_A_GROUP: usize = 8;
/// From this strength on, a pair joins two groups: it is stronger evidence than what members of a family or a company
/// share.
const SURE: u8 = 62;

/// One search through the contacts of a member.
pub(crate) struct Finding {
    /// The change number of the workspace when the search began.
    pub changes: i64,
    /// When the search began.
    pub began_at: i64,
    /// Whether the member has seen the results. A search that only provides the number in the sidebar is not shown.
    pub shown: AtomicBool,
    looked_at: AtomicU64,
    stop: AtomicBool,
    found: Mutex<Found>,
    ended: Condvar,
}

/// The result of a search.
#[derive(Clone, Default)]
pub(crate) struct Found {
    /// Contacts that may be one, the most likely first; `None` while the search runs.
    pub groups: Option<Arc<Vec<FoundGroup>>>,
    /// Whether the search failed.
    pub failed: bool,
}

/// Contacts that may be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FoundGroup {
    pub ids: Vec<ContactId>,
    /// The strength of the weakest pair that joins the group, from 0 to 100.
    pub least: u8,
}

impl FoundGroup {
    fn of_pair(strength: u8, a: ContactId, b: ContactId) -> Self {
        Self {
            ids: vec![a, b],
            least: strength,
        }
    }

    fn add(&mut self, strength: u8, id: ContactId) {
        self.ids.push(id);
        self.least = self.least.min(strength);
    }

    /// Returns the group and leaves it without contacts.
    fn take(&mut self) -> Self {
        Self {
            ids: std::mem::take(&mut self.ids),
            least: self.least,
        }
    }

    fn join(&mut self, strength: u8, other: Self) {
        self.ids.extend(other.ids);
        self.least = self.least.min(strength).min(other.least);
    }
}

impl Finding {
    /// Starts a search in a thread. One search runs at a time, because each needs much memory.
    pub fn begin(store: Store, actor: Actor, changes: i64, now: i64, long_reads: LongReads) -> Arc<Self> {
        let finding = Arc::new(Self {
            changes,
            began_at: now,
            shown: AtomicBool::new(false),
            looked_at: AtomicU64::new(0),
            stop: AtomicBool::new(false),
            found: Mutex::default(),
            ended: Condvar::new(),
        });
        let looking = Arc::clone(&finding);
        thread::spawn(move || {
            lower_thread_priority();
            let is_wanted = || !looking.stop.load(Ordering::Relaxed);
            let groups = match long_reads.begin(Lane::Large, is_wanted) {
                Some(_turn) => looking.look(&store, actor),
                None => Err(Error::Forbidden("nobody waits for this any more")),
            };
            let mut found = looking.found();
            found.failed = groups.is_err();
            found.groups = Some(Arc::new(groups.unwrap_or_default()));
            looking.ended.notify_all();
        });
        finding
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the result, after waiting at most this long for the end of the search.
    pub fn wait(&self, at_most: Duration) -> Found {
        let going = |found: &mut Found| found.groups.is_none();
        let waited = self.ended.wait_timeout_while(self.found(), at_most, going);
        waited.unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    /// Counts the contacts read so far; each contact is read twice.
    pub fn looked_at(&self) -> u64 {
        self.looked_at.load(Ordering::Relaxed)
    }

    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    fn look(&self, store: &Store, actor: Actor) -> Result<Vec<FoundGroup>, Error> {
        let mut counters = Counters::new();
        self.each(store, actor, &mut |_, contact| {
            for block in all_blocks(contact) {
                counters.count(block);
            }
        })?;
        let mut ids: Vec<ContactId> = Vec::new();
        let mut noted: Vec<(u64, u32)> = Vec::new();
        self.each(store, actor, &mut |id, contact| {
            let place = u32::try_from(ids.len()).unwrap_or(u32::MAX);
            ids.push(id);
            let shared = all_blocks(contact)
                .into_iter()
                .filter(|block| counters.is_shared(*block));
            let room = NOTED.saturating_sub(noted.len());
            noted.extend(shared.take(room).map(|block| (block, place)));
        })?;
        drop(counters);
        let pairs = pairs_of(noted);
        let alike = self.compare(store, actor, &ids, &pairs)?;
        Ok(grouped(alike))
    }

    /// Passes every contact that the member sees to `take`.
    fn each(&self, store: &Store, actor: Actor, take: &mut dyn FnMut(ContactId, &Contact)) -> Result<(), Error> {
        let mut after: Option<ContactId> = None;
        loop {
            let page = store.read(|tx| contacts::page_seen(tx, actor.workspace, actor.member, after, PAGE))?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.id);
            for row in &page {
                take(row.id, &read(row)?);
            }
            self.looked_at.fetch_add(page.len() as u64, Ordering::Relaxed);
            if self.stop.load(Ordering::Relaxed) {
                return Err(Error::Forbidden("nobody waits for this any more"));
            }
        }
    }

    fn compare(
        &self,
        store: &Store,
        actor: Actor,
        ids: &[ContactId],
        pairs: &[(u32, u32)],
    ) -> Result<Vec<(u8, ContactId, ContactId)>, Error> {
        let mut alike = Vec::new();
        for some in pairs.chunks(PAIRS_AT_ONCE) {
            let some: Vec<(ContactId, ContactId)> =
                some.iter().map(|(a, b)| (ids[*a as usize], ids[*b as usize])).collect();
            let known = store.read(|tx| contacts_of(tx, actor, &some))?;
            for (a, b) in some {
                let (Some(of_a), Some(of_b)) = (known.get(&a), known.get(&b)) else {
                    continue;
                };
                let found = rate(of_a, of_b);
                if found.verdict > Verdict::Different {
                    alike.push((found.strength, a, b));
                }
            }
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
        }
        alike.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
        Ok(alike)
    }
}

/// Returns the contacts of the pairs, as the member sees them now, ready to be compared.
fn contacts_of(
    tx: &mut Tx<'_>,
    actor: Actor,
    pairs: &[(ContactId, ContactId)],
) -> Result<HashMap<ContactId, Compared>, store::Error> {
    let mut wanted: Vec<ContactId> = pairs.iter().flat_map(|(a, b)| [*a, *b]).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let rows: Vec<ContactRow> = contacts::get_many(tx, actor.workspace, &wanted)?;
    let seen = access::seen(tx, actor, rows)?;
    seen.iter()
        .map(|(_, row)| Ok((row.id, Compared::new(&read(row)?))))
        .collect()
}

/// The hashes of a contact's blocks and match keys.
fn all_blocks(contact: &Contact) -> Vec<u64> {
    let contact = Compared::new(contact);
    let mut all = contact.blocks();
    all.extend(contact.keys().iter().map(|key| xxh3_64(key.as_stored().as_bytes())));
    all
}

/// Counts hashes up to two. A hash may be counted as shared by mistake: two hashes may use the same counter.
struct Counters(Vec<u8>);

impl Counters {
    fn new() -> Self {
        Self(vec![0; COUNTERS / 4])
    }

    fn place(block: u64) -> (usize, u32) {
        // The upper bits, because hash tables commonly use the lower ones.
        let counter = usize::try_from(block >> 38).unwrap_or_default() % COUNTERS;
        (counter / 4, u32::try_from(counter % 4).unwrap_or_default() * 2)
    }

    fn count(&mut self, block: u64) {
        let (at, shift) = Self::place(block);
        let count = (self.0[at] >> shift) & 3;
        if count < 2 {
            self.0[at] += 1 << shift;
        }
    }

    fn is_shared(&self, block: u64) -> bool {
        let (at, shift) = Self::place(block);
        (self.0[at] >> shift) & 3 >= 2
    }
}

/// The distinct pairs of contacts that share a small block.
fn pairs_of(mut noted: Vec<(u64, u32)>) -> Vec<(u32, u32)> {
    noted.sort_unstable();
    let mut pairs = Vec::new();
    for block in noted.chunk_by(|a, b| a.0 == b.0) {
        if block.len() > IN_A_BLOCK || pairs.len() >= COMPARED {
            continue;
        }
        for (at, (_, a)) in block.iter().enumerate() {
            pairs.extend(block[at + 1..].iter().filter(|(_, b)| a != b).map(|(_, b)| (*a, *b)));
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// Joins pairs that share a contact into groups, the most likely first.
fn grouped(alike: Vec<(u8, ContactId, ContactId)>) -> Vec<FoundGroup> {
    let mut groups: Vec<FoundGroup> = Vec::new();
    let mut group_of: HashMap<ContactId, usize> = HashMap::new();
    let mut linked: HashSet<(usize, usize)> = HashSet::new();
    for (strength, a, b) in alike {
        match (group_of.get(&a).copied(), group_of.get(&b).copied()) {
            (None, None) => {
                group_of.extend([(a, groups.len()), (b, groups.len())]);
                groups.push(FoundGroup::of_pair(strength, a, b));
            }
            (Some(group), None) if groups[group].ids.len() < IN_A_GROUP => {
                group_of.insert(b, group);
                groups[group].add(strength, b);
            }
            (None, Some(group)) if groups[group].ids.len() < IN_A_GROUP => {
                group_of.insert(a, group);
                groups[group].add(strength, a);
            }
            (Some(one), Some(other)) if one == other => {}
            (Some(one), Some(other)) if strength >= SURE && together(&groups, one, other) <= IN_A_GROUP => {
                let (kept, gone) = (one.min(other), one.max(other));
                let moved = groups[gone].take();
                group_of.extend(moved.ids.iter().map(|id| (*id, kept)));
                groups[kept].join(strength, moved);
            }
            // Two groups, for example a couple with two entries each: the strongest pair is its own group; further
            // pairs between the same groups would only repeat the question.
            (Some(one), Some(other)) => {
                if linked.insert((one.min(other), one.max(other))) {
                    groups.push(FoundGroup::of_pair(strength, a, b));
                }
            }
            // The group is full.
            _ => groups.push(FoundGroup::of_pair(strength, a, b)),
        }
    }
    groups.retain(|group| !group.ids.is_empty());
    groups
}

/// The number of contacts in two groups.
fn together(groups: &[FoundGroup], one: usize, other: usize) -> usize {
    groups[one].ids.len() + groups[other].ids.len()
}

/// From this strength on, a pair is very likely one contact.
pub const VERY_LIKELY: u8 = 80;
/// Maximum number of groups merged by one action.
const MERGED: usize = 1_000;

/// Returns the groups that are very likely one contact: every pair that joins them is at least `VERY_LIKELY`, and no
/// contact is in two of them. At most as many as one action merges.
pub(crate) fn very_likely(groups: &[FoundGroup]) -> Vec<&FoundGroup> {
    let mut taken: HashSet<ContactId> = HashSet::new();
    let mut sure = Vec::new();
    for group in groups.iter().filter(|group| group.least >= VERY_LIKELY) {
        if group.ids.iter().any(|id| taken.contains(id)) {
            continue;
        }
        taken.extend(&group.ids);
        sure.push(group);
        if sure.len() == MERGED {
            break;
        }
    }
    sure
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_small_blocks_make_pairs_and_each_pair_once() {
        let mut noted: Vec<(u64, u32)> = vec![(1, 5), (1, 7), (2, 7), (2, 5), (3, 9)];
        noted.extend((0..20).map(|n| (4, 100 + n)));
        assert_eq!(pairs_of(noted), [(5, 7)]);
    }

    #[test]
    fn counters_tell_what_was_seen_twice() {
        let mut counters = Counters::new();
        let one = xxh3_64(b"one");
        counters.count(one);
        assert!(!counters.is_shared(one));
        counters.count(one);
        counters.count(one);
        assert!(counters.is_shared(one) && !counters.is_shared(xxh3_64(b"two")));
    }

    #[test]
    fn pairs_with_a_contact_in_common_are_one_group() {
        let id = ContactId::from_u128;
        let pairs = vec![
            (90, id(1), id(2)),
            (80, id(4), id(5)),
            (70, id(2), id(3)),
            (60, id(1), id(3)),
        ];
        let groups = grouped(pairs);
        let of = |at: usize| (groups[at].ids.clone(), groups[at].least);
        assert_eq!(of(0), (vec![id(1), id(2), id(3)], 70));
        assert_eq!(of(1), (vec![id(4), id(5)], 80));
        assert_eq!(groups.len(), 2);
    }

    #[test]
    fn a_sure_pair_makes_two_groups_one() {
        let id = ContactId::from_u128;
        let pairs = vec![
            (90, id(1), id(2)),
            (84, id(5), id(6)),
            (80, id(3), id(4)),
            (70, id(2), id(3)),
            (40, id(5), id(1)),
        ];
        assert_eq!(
            grouped(pairs).into_iter().map(|group| group.ids).collect::<Vec<_>>(),
            [vec![id(1), id(2), id(3), id(4)], vec![id(5), id(6)], vec![id(5), id(1)]]
        );
    }

    #[test]
    fn two_groups_are_asked_about_once() {
        let id = ContactId::from_u128;
        let pairs = vec![
            (95, id(1), id(2)),
            (95, id(3), id(4)),
            (30, id(1), id(3)),
            (30, id(1), id(4)),
            (20, id(2), id(4)),
        ];
        let groups: Vec<_> = grouped(pairs).into_iter().map(|group| group.ids).collect();
        assert_eq!(groups, [vec![id(1), id(2)], vec![id(3), id(4)], vec![id(1), id(3)]]);
    }

    #[test]
    fn only_groups_that_are_surely_one_and_share_no_contact_are_merged() {
        let id = ContactId::from_u128;
        let group = |least, ids: &[u128]| FoundGroup {
            ids: ids.iter().map(|n| id(*n)).collect(),
            least,
        };
        let groups = [
            group(95, &[1, 2]),
            group(90, &[2, 3]),
            group(80, &[4, 5, 6]),
            group(79, &[7, 8]),
        ];
        let sure: Vec<_> = very_likely(&groups).into_iter().map(|group| group.ids[0]).collect();
        assert_eq!(sure, [id(1), id(4)]);
    }
}
