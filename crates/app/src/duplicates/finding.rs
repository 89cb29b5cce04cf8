//! Looking through the contacts that a member sees for those that may be one, in the background.
//!
//! Owns the three passes and what they keep. Contacts are read in pages, twice: the first time only to count, in a
//! table of fixed size, which blocks more than one of them has; the second time to note who is in those. Only contacts
//! of one small block are compared. So the memory is bounded, whatever the directory: the table, sixteen bytes a
//! contact, and the limits below.

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

/// Contacts of one read.
const PAGE: u64 = 2_000;
/// Contacts of a block that are compared each with each; more share only a switchboard.
const IN_A_BLOCK: usize = 12;
/// Counters of the table are two bits each; it takes 16 MiB.
const COUNTERS: usize = 1 << 26;
/// Places in blocks that are noted.
const NOTED: usize = 4_000_000;
/// Pairs that are compared.
const COMPARED: usize = 1_000_000;
/// Pairs compared in one read.
const PAIRS_AT_ONCE: usize = 500;
/// Contacts of one group.
const IN_A_GROUP: usize = 8;
/// From this strength on a pair makes two groups one: it is surer than what a family or a firm has in common.
const SURE: u8 = 62;

/// One look through the contacts of a member.
pub(crate) struct Finding {
    /// The directory's count of changes when it began.
    pub changes: i64,
    /// When it began.
    pub began_at: i64,
    /// Whether the member has been shown what it found. One that was begun for a number in the sidebar alone has not.
    pub shown: AtomicBool,
    looked_at: AtomicU64,
    stop: AtomicBool,
    found: Mutex<Found>,
    ended: Condvar,
}

/// What it came to.
#[derive(Clone, Default)]
pub(crate) struct Found {
    /// Contacts that may be one, the likest first; none while it goes on.
    pub groups: Option<Arc<Vec<FoundGroup>>>,
    /// Whether it broke off.
    pub failed: bool,
}

/// Contacts that may be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FoundGroup {
    pub ids: Vec<ContactId>,
    /// How sure the least sure of the pairs is that hold it together, from 0 to 100.
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

    /// Leaves a group without contacts.
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
    /// Begins one. One goes on at a time, because each takes a share of memory.
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

    /// What it came to, after waiting at most so long for its end.
    pub fn wait(&self, at_most: Duration) -> Found {
        let going = |found: &mut Found| found.groups.is_none();
        let waited = self.ended.wait_timeout_while(self.found(), at_most, going);
        waited.unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    /// How many contacts it has read so far; each is read twice.
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

    /// Hands over every contact that the member sees.
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

/// The contacts of pairs, as the member sees them now, ready to be compared.
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

/// The blocks of a contact and its match keys, as numbers.
fn all_blocks(contact: &Contact) -> Vec<u64> {
    let contact = Compared::new(contact);
    let mut all = contact.blocks();
    all.extend(contact.keys().iter().map(|key| xxh3_64(key.as_stored().as_bytes())));
    all
}

/// Which numbers were seen more than once, or perhaps were: two numbers may share a counter.
struct Counters(Vec<u8>);

impl Counters {
    fn new() -> Self {
        Self(vec![0; COUNTERS / 4])
    }

    fn place(block: u64) -> (usize, u32) {
        // The upper bits, because tables of the lower ones are common.
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

/// The pairs of those that are together in a small block, each once.
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

/// Groups of pairs that have a contact in common, the likest first.
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
            // Two groups: a couple, each of them twice. The likest pair stands by itself; the others would ask the same again.
            (Some(one), Some(other)) => {
                if linked.insert((one.min(other), one.max(other))) {
                    groups.push(FoundGroup::of_pair(strength, a, b));
                }
            }
            // A group that is full.
            _ => groups.push(FoundGroup::of_pair(strength, a, b)),
        }
    }
    groups.retain(|group| !group.ids.is_empty());
    groups
}

/// How many contacts two groups have together.
fn together(groups: &[FoundGroup], one: usize, other: usize) -> usize {
    groups[one].ids.len() + groups[other].ids.len()
}

/// From this strength on, contacts are very likely one.
pub const VERY_LIKELY: u8 = 80;
/// Groups that are merged by one action.
const MERGED: usize = 1_000;

/// The groups that are very likely one contact: those that are held together by nothing weaker, and have no contact in
/// common; so many as one action merges.
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
