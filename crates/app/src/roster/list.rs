//! The list itself: segments, what is gone of them, and the order by name over all.
//!
//! Owns a list of contacts at one moment, how a change makes the next list from it, and the pages of it. A list never
//! changes, so that who reads one needs no lock; the next one shares with it all that is the same. Leaves out where
//! contacts come from (`keep`).

use super::Sort;
use super::bits::Bits;
use super::look::Look;
use super::segment::{Builder, MOST, NameOrder, Segment};
use foldhash::{HashSet, HashSetExt};
use model::ContactId;
use std::sync::Arc;

/// Below so many contacts a segment is tiny, or small. When there are more than [`MOST_SMALL`] of either, they are merged.
const TINY: usize = 1_024;
const SMALL: usize = MOST / 2;
const MOST_SMALL: usize = 16;

/// A list of contacts.
#[derive(Clone, Default)]
pub(super) struct Roster {
    parts: Vec<Part>,
    /// For each place in the order by name, the part whose next contact stands there.
    order: Arc<[u16]>,
    /// The last change that it has followed.
    pub at: i64,
}

#[derive(Clone)]
struct Part {
    segment: Arc<Segment>,
    /// Contacts that were deleted, or stand in a later segment now.
    gone: Arc<Bits>,
}

impl Part {
    fn live(&self) -> usize {
        self.segment.len() - self.gone.count()
    }
}

/// The contacts of a list that pass, by part.
pub(super) struct Passing {
    parts: Vec<Bits>,
    pub total: u64,
}

impl Roster {
    /// A list of nobody.
    pub fn empty_at(at: i64) -> Self {
        Self { at, ..Self::default() }
    }

    /// Notes that these are gone, or will be added anew.
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

    /// All contacts of the list from one id to another.
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

    /// Adds a segment, none of whose contacts is in the list.
    pub fn insert(&mut self, segment: Segment) {
        let number = u16::try_from(self.parts.len()).unwrap_or(u16::MAX);
        let mut order = Vec::with_capacity(self.order.len() + segment.len());
        let mut before = vec![0; self.parts.len()];
        let mut copied = 0;
        for at in 0..segment.len() {
            let place = segment.order(at);
            for (part, before) in self.parts.iter().zip(&mut before) {
                *before = first_behind(&part.segment, *before, place);
            }
            // As many stand before it as in all parts together.
            let until: usize = before.iter().sum();
            order.extend_from_slice(&self.order[copied..until]);
            order.push(number);
            copied = until;
        }
        order.extend_from_slice(&self.order[copied..]);
        self.order = order.into();
        self.parts.push(Part {
            gone: Arc::new(Bits::none(segment.len())),
            segment: Arc::new(segment),
        });
    }

    /// The same list with fewer segments, if it has too many small ones or too much in it that is gone.
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

    /// The same list with some of its parts in one. Their order is known, so nothing is compared.
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
        for (part, at) in self.in_order() {
            match numbers[part] {
                Some(number) => order.push(number),
                None if self.parts[part].gone.has(at) => {}
                None => {
                    builder.copy(&self.parts[part].segment, at);
                    order.push(merged);
                }
            }
        }
        if !builder.is_empty() {
            let segment = builder.finish();
            kept.push(Part {
                gone: Arc::new(Bits::none(segment.len())),
                segment: Arc::new(segment),
            });
        }
        Self {
            parts: kept,
            order: order.into(),
            at: self.at,
        }
    }

    /// Every contact in the order by name, also those that are gone: its part and its place there.
    fn in_order(&self) -> impl Iterator<Item = (usize, usize)> {
        let mut next = vec![0; self.parts.len()];
        self.order.iter().map(move |part| {
            let part = usize::from(*part);
            let at = next[part];
            next[part] += 1;
            (part, at)
        })
    }

    /// Those that pass.
    pub fn passing(&self, look: &Look) -> Passing {
        let parts: Vec<Bits> = self
            .parts
            .iter()
            .map(|part| look.through(&part.segment, &part.gone))
            .collect();
        let total = parts.iter().map(|bits| bits.count() as u64).sum();
        Passing { parts, total }
    }

    /// Of those that pass, so many from a place on.
    pub fn page(&self, passing: &Passing, sort: Sort, from: u64, size: usize) -> Vec<ContactId> {
        let until = from.saturating_add(size as u64).min(passing.total);
        if from >= until {
            return Vec::new();
        }
        match sort {
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

    fn by_name(&self, passing: &Passing, from: u64, until: u64) -> Vec<ContactId> {
        let passing = self.in_order().filter(|(part, at)| passing.parts[*part].has(*at));
        // Page sizes are small numbers, and so are lists compared with memory.
        let skipped = usize::try_from(from).unwrap_or(usize::MAX);
        let wanted = usize::try_from(until - from).unwrap_or(usize::MAX);
        let page = passing.skip(skipped).take(wanted);
        page.map(|(part, at)| self.parts[part].segment.id(at)).collect()
    }

    /// Of those that pass, the latest first, by a moment and then by their ids. Segments mostly come after each other in
    /// time, so only few are looked into.
    fn latest(
        &self,
        passing: &Passing,
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
            // Those that overlap in time are looked at together.
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
        passing: &Passing,
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

    /// How many segments it has.
    #[cfg(test)]
    pub fn segments(&self) -> usize {
        self.parts.len()
    }

    /// Those that pass, in no order.
    pub fn ids(&self, passing: &Passing) -> Vec<ContactId> {
        let parts = self.parts.iter().zip(&passing.parts);
        parts
            .flat_map(|(part, bits)| bits.iter().map(|at| part.segment.id(at)))
            .collect()
    }
}

/// The first contact of a segment from `from` on that does not stand before a place.
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
