//! The contact index: its segments, which of their contacts are gone, and the order by name over all of them.
//!
//! An index describes the contacts at one change and is never modified once it is published, so that readers need no
//! lock. A change makes the next index, which shares all unchanged parts with the one before.

use crate::contact_index::Sort;
use crate::contact_index::bit_set::BitSet;
use crate::contact_index::query::Query;
use crate::contact_index::segment::{Builder, MOST, NameOrder, Segment};
use crate::contact_index::tags::{UsedTag, Uses};
use crate::contact_index::visibility::{Audience, SeenBy};
use foldhash::{HashMap, HashSet, HashSetExt};
use model::ContactId;
use std::panic::resume_unwind;
use std::sync::Arc;

/// A segment with fewer live contacts than this is tiny, or small. More than [`MOST_SMALL`] of either kind are merged.
const TINY: usize = 1_024;
const SMALL: usize = MOST / 2;
const MOST_SMALL: usize = 16;

/// From this many contacts on, a search for words uses a second thread.
const LONG: usize = if cfg!(test) { 30 } else { 100_000 };

/// The contacts of a workspace at one change.
#[derive(Clone, Default)]
pub(crate) struct ContactIndex {
    parts: Vec<Part>,
    /// For each place in the order by name, the number of the part that has the contact there. The contacts of a part
    /// are in their own order.
    order: Arc<[u16]>,
    /// The last change that it includes.
    pub at: i64,
}

#[derive(Clone)]
struct Part {
    segment: Arc<Segment>,
    audience: Arc<Audience>,
    /// Contacts that were deleted or are in a later segment now.
    gone: Arc<BitSet>,
}

impl Part {
    fn new((segment, audience): (Segment, Audience)) -> Self {
        Self {
            gone: Arc::new(BitSet::none(segment.len())),
            segment: Arc::new(segment),
            audience: Arc::new(audience),
        }
    }

    fn live(&self) -> usize {
        self.segment.len() - self.gone.count()
    }
}

/// The contacts that pass a query, by part.
pub(crate) struct Matches {
    parts: Vec<BitSet>,
    pub total: u64,
}

impl ContactIndex {
    /// Creates an empty index at a change.
    pub fn empty_at(at: i64) -> Self {
        Self { at, ..Self::default() }
    }

    /// Marks contacts as gone; they were deleted or will be added again.
    pub fn remove(&mut self, ids: &HashSet<ContactId>) {
        let first = ids.iter().min().copied().unwrap_or(ContactId::max());
        let last = ids.iter().max().copied().unwrap_or(ContactId::nil());
        for part in &mut self.parts {
            let span = part.segment.span();
            if span.1 < first || last < span.0 {
                continue;
            }
            let hits = part.segment.ids().iter().enumerate();
            let hits: Vec<usize> = hits.filter(|(_, id)| ids.contains(*id)).map(|(at, _)| at).collect();
            if !hits.is_empty() {
                let gone = Arc::make_mut(&mut part.gone);
                hits.into_iter().for_each(|at| gone.set(at));
            }
        }
    }

    /// Replaces who sees these contacts.
    pub fn share(&mut self, seen_by: &HashMap<ContactId, SeenBy>) {
        let first = seen_by.keys().min().copied().unwrap_or(ContactId::max());
        let last = seen_by.keys().max().copied().unwrap_or(ContactId::nil());
        for part in &mut self.parts {
            let span = part.segment.span();
            if span.1 < first || last < span.0 {
                continue;
            }
            let ids = part.segment.ids().iter().enumerate();
            let live = ids.filter(|(at, _)| !part.gone.has(*at));
            let changed: Vec<(usize, &SeenBy)> = live.filter_map(|(at, id)| Some((at, seen_by.get(id)?))).collect();
            if !changed.is_empty() {
                part.audience = Arc::new(part.audience.with(&changed));
            }
        }
    }

    /// Returns the live contacts with ids from `first` to `last`.
    pub fn between(&self, first: ContactId, last: ContactId) -> HashSet<ContactId> {
        let mut found = HashSet::new();
        for part in &self.parts {
            let span = part.segment.span();
            if span.1 < first || last < span.0 {
                continue;
            }
            let ids = part.segment.ids().iter().enumerate();
            let live = ids.filter(|(at, id)| first <= **id && **id <= last && !part.gone.has(*at));
            found.extend(live.map(|(_, id)| *id));
        }
        found
    }

    /// Adds a segment; none of its contacts may be live in the index.
    pub fn insert(&mut self, (segment, audience): (Segment, Audience)) {
        let number = u16::try_from(self.parts.len()).unwrap_or(u16::MAX);
        let mut order = Vec::with_capacity(self.order.len() + segment.len());
        let mut before = vec![0; self.parts.len()];
        let mut copied = 0;
        for at in 0..segment.len() {
            let place = segment.order(at);
            for (part, before) in self.parts.iter().zip(&mut before) {
                *before = first_behind(&part.segment, *before, place);
            }
            // The contacts before it are those before it in each part.
            let until: usize = before.iter().sum();
            order.extend_from_slice(&self.order[copied..until]);
            order.push(number);
            copied = until;
        }
        order.extend_from_slice(&self.order[copied..]);
        self.order = order.into();
        self.parts.push(Part::new((segment, audience)));
    }

    /// Returns the same index with fewer segments if it has too many small ones, or a segment whose contacts are mostly
    /// gone.
    pub fn tidied(self) -> Self {
        let lives: Vec<usize> = self.parts.iter().map(Part::live).collect();
        let wasteful = |at: usize| self.parts[at].segment.len() > 2 * lives[at];
        for most in [TINY, SMALL] {
            let mut small: Vec<usize> = (0..lives.len())
                .filter(|at| lives[*at] < most || wasteful(*at))
                .collect();
            small.sort_by_key(|at| lives[*at]);
            let mut room = MOST;
            small.retain(|at| {
                let fits = lives[*at] <= room;
                room -= if fits { lives[*at] } else { 0 };
                fits
            });
            if small.len() > MOST_SMALL
                || small
                    .iter()
                    .any(|at| wasteful(*at) && self.parts[*at].segment.len() > TINY)
            {
                return self.merged(&small);
            }
        }
        self
    }

    /// Returns the same index with some of its parts merged into one. Their order is known, so no names are compared.
    fn merged(self, victims: &[usize]) -> Self {
        let mut numbers: Vec<Option<u16>> = Vec::with_capacity(self.parts.len());
        let mut kept = Vec::new();
        for (at, part) in self.parts.iter().enumerate() {
            numbers.push(if victims.contains(&at) {
                None
            } else {
                kept.push(part.clone());
                u16::try_from(kept.len() - 1).ok()
            });
        }
        let merged = u16::try_from(kept.len()).unwrap_or(u16::MAX);
        let mut builder = Builder::default();
        let mut order = Vec::with_capacity(self.order.len());
        let mut copies: Vec<Vec<Option<usize>>> = vec![Vec::new(); self.parts.len()];
        for (part, at) in self.in_order() {
            match numbers[part] {
                Some(number) => order.push(number),
                // The contacts of a part come in their own order.
                None if self.parts[part].gone.has(at) => copies[part].push(None),
                None => {
                    copies[part].push(Some(builder.copy(&self.parts[part].segment, at)));
                    order.push(merged);
                }
            }
        }
        for victim in victims {
            builder.seen_as(&self.parts[*victim].audience, &copies[*victim]);
        }
        if !builder.is_empty() {
            kept.push(Part::new(builder.finish()));
        }
        Self {
            parts: kept,
            order: order.into(),
            at: self.at,
        }
    }

    /// Iterates over all contacts in the order by name, including those that are gone: the part, and the place in the
    /// part.
    fn in_order(&self) -> impl Iterator<Item = (usize, usize)> {
        let mut next = vec![0; self.parts.len()];
        self.order.iter().map(move |part| {
            let part = usize::from(*part);
            let at = next[part];
            next[part] += 1;
            (part, at)
        })
    }

    /// Returns the contacts that pass a query. A search for words in a large index uses two threads.
    pub fn passing(&self, query: &Query) -> Matches {
        let through = |parts: &[Part]| -> Vec<BitSet> {
            let parts = parts.iter();
            parts
                .map(|part| query.through(&part.segment, &part.audience, &part.gone))
                .collect()
        };
        let parts = if self.len() >= LONG && query.reads_texts() {
            let (first, second) = self.parts.split_at(self.parts.len() / 2);
            std::thread::scope(|scope| {
                let second = scope.spawn(|| through(second));
                let mut parts = through(first);
                parts.extend(second.join().unwrap_or_else(|panic| resume_unwind(panic)));
                parts
            })
        } else {
            through(&self.parts)
        };
        let total = parts.iter().map(|bits| bits.count() as u64).sum();
        Matches { parts, total }
    }

    /// Returns the tags that are used most by the contacts that pass.
    pub fn tags(&self, query: &Query, size: usize) -> Vec<UsedTag> {
        let passing = self.passing(query);
        let mut uses = Uses::default();
        for (part, bits) in self.parts.iter().zip(&passing.parts) {
            part.segment.tags().count(bits, part.segment.ids(), &mut uses);
        }
        uses.most(size)
    }

    /// The number of contacts, including those that are gone.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Returns up to `size` of the passing contacts, from place `from` on.
    pub fn page(&self, passing: &Matches, sort: Sort, from: u64, size: usize) -> Vec<ContactId> {
        let until = from.saturating_add(size as u64).min(passing.total);
        if from >= until {
            return Vec::new();
        }
        match sort {
            Sort::Name if until < self.near() => self.first_by_name(passing, from, until, false),
            Sort::NameDown if until < self.near() => self.first_by_name(passing, from, until, true),
            Sort::Name => self.by_name(passing, from, until),
            Sort::NameDown => {
                let mut page = self.by_name(passing, passing.total - until, passing.total - from);
                page.reverse();
                page
            }
            Sort::Newest => self.latest(
                passing,
                from,
                until,
                |_, _| 0,
                |segment| (0, segment.span().0, 0, segment.span().1),
            ),
            Sort::Changed => self.latest(passing, from, until, Segment::changed, Segment::changed_span),
        }
    }

    /// Places before this one are reached faster by comparing the names of the passing contacts than by walking the
    /// order of all contacts. So the time of a request does not reveal to a member with few contacts how many other
    /// contacts are between them.
    fn near(&self) -> u64 {
        self.order.len() as u64 / 512
    }

    pub(crate) fn first_by_name(&self, passing: &Matches, from: u64, until: u64, down: bool) -> Vec<ContactId> {
        let mut rest: Vec<(usize, Box<dyn Iterator<Item = usize> + '_>, usize)> = Vec::new();
        for (part, bits) in passing.parts.iter().enumerate() {
            let mut places: Box<dyn Iterator<Item = usize>> = if down {
                Box::new(bits.iter_down())
            } else {
                Box::new(bits.iter())
            };
            if let Some(first) = places.next() {
                rest.push((part, places, first));
            }
        }
        let mut page = Vec::new();
        for place in 0..until {
            let place_of = |part: usize, at: usize| self.parts[part].segment.order(at);
            let heads = rest.iter().enumerate();
            let next = heads.min_by(|(_, (part, _, at)), (_, (other, _, other_at))| {
                let order = place_of(*part, *at).cmp(&place_of(*other, *other_at));
                if down { order.reverse() } else { order }
            });
            let Some((head, (part, _, at))) = next else { break };
            if place >= from {
                page.push(self.parts[*part].segment.id(*at));
            }
            match rest[head].1.next() {
                Some(at) => rest[head].2 = at,
                None => drop(rest.swap_remove(head)),
            }
        }
        page
    }

    fn by_name(&self, passing: &Matches, from: u64, until: u64) -> Vec<ContactId> {
        let passing = self.in_order().filter(|(part, at)| passing.parts[*part].has(*at));
        // Page sizes are small, and so are indexes compared with the address space.
        let skipped = usize::try_from(from).unwrap_or(usize::MAX);
        let wanted = usize::try_from(until - from).unwrap_or(usize::MAX);
        let page = passing.skip(skipped).take(wanted);
        page.map(|(part, at)| self.parts[part].segment.id(at)).collect()
    }

    /// Returns passing contacts, latest first, by a moment and then by id. The time spans of segments mostly do not
    /// overlap, so only few segments are read.
    fn latest(
        &self,
        passing: &Matches,
        from: u64,
        until: u64,
        moment: impl Fn(&Segment, usize) -> u32,
        span: impl Fn(&Segment) -> (u32, ContactId, u32, ContactId),
    ) -> Vec<ContactId> {
        let mut parts: Vec<usize> = (0..self.parts.len())
            .filter(|at| passing.parts[*at].count() > 0)
            .collect();
        let begin = |at: usize| {
            let span = span(&self.parts[at].segment);
            (span.0, span.1)
        };
        let end = |at: usize| {
            let span = span(&self.parts[at].segment);
            (span.2, span.3)
        };
        parts.sort_by_key(|at| std::cmp::Reverse(end(*at)));
        let mut page = Vec::new();
        let mut before = 0;
        let mut rest = parts.as_slice();
        while let Some(first) = rest.first().filter(|_| before < until) {
            // Segments whose time spans overlap are sorted together.
            let mut earliest = begin(*first);
            let mut together = 1;
            while rest.get(together).is_some_and(|next| end(*next) >= earliest) {
                earliest = earliest.min(begin(rest[together]));
                together += 1;
            }
            let (group, later) = rest.split_at(together);
            rest = later;
            let count: u64 = group.iter().map(|at| passing.parts[*at].count() as u64).sum();
            if before + count > from {
                let skipped = from.saturating_sub(before);
                let taken = (until - before).min(count);
                page.extend(self.latest_of(passing, group, (skipped, taken), &moment));
            }
            before += count;
        }
        page
    }

    fn latest_of(
        &self,
        passing: &Matches,
        group: &[usize],
        (from, until): (u64, u64),
        moment: impl Fn(&Segment, usize) -> u32,
    ) -> Vec<ContactId> {
        let mut all: Vec<(u32, ContactId)> = Vec::new();
        for part in group {
            let segment = &self.parts[*part].segment;
            all.extend(
                passing.parts[*part]
                    .iter()
                    .map(|at| (moment(segment, at), segment.id(at))),
            );
        }
        let place = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(all.len());
        let (from, until) = (place(from), place(until));
        let later_first = |a: &(u32, ContactId), b: &(u32, ContactId)| b.cmp(a);
        if until < all.len() {
            all.select_nth_unstable_by(until, later_first);
            all.truncate(until);
        }
        if from > 0 && from < all.len() {
            all.select_nth_unstable_by(from, later_first);
        }
        let page = &mut all[from..];
        page.sort_unstable_by(later_first);
        page.iter().map(|(_, id)| *id).collect()
    }

    /// The number of segments.
    #[cfg(test)]
    pub fn segments(&self) -> usize {
        self.parts.len()
    }

    /// Returns the passing contacts, unordered.
    pub fn ids(&self, passing: &Matches) -> Vec<ContactId> {
        let parts = self.parts.iter().zip(&passing.parts);
        parts
            .flat_map(|(part, bits)| bits.iter().map(|at| part.segment.id(at)))
            .collect()
    }
}

/// Returns the first contact of a segment, from `from` on, that is not before a place.
fn first_behind(segment: &Segment, from: usize, place: (NameOrder<'_>, ContactId)) -> usize {
    let mut reach = 1;
    while from + reach <= segment.len() && segment.order(from + reach - 1) < place {
        reach *= 2;
    }
    let (mut low, mut high) = (from + reach / 2, (from + reach - 1).min(segment.len()));
    while low < high {
        let middle = usize::midpoint(low, high);
        if segment.order(middle) < place {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
