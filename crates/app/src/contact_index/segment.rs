//! A segment: up to some ten thousand contacts ordered by name, stored compactly: one array for all texts, and one
//! array for each other value.
//!
//! Defines the memory layout of a segment and how it is built. A segment never changes; which of its contacts are gone
//! is recorded in `index`.

use crate::contact_index::entry::{Entry, ORDER_APART, Traits, kind};
use crate::contact_index::letters::Letters;
use crate::contact_index::tags::Tags;
use crate::contact_index::visibility::{Audience, AudienceBuilder};
use foldhash::HashMap;
use model::ContactId;
use std::cmp::Ordering;

/// The maximum number of contacts in a segment: few enough that building one needs little extra memory.
pub(crate) const MOST: usize = 62_000;
/// The maximum size of a segment's text in bytes, below what `ends` can count.
const MOST_TEXT: usize = 256 << 20;

/// Contacts ordered by name, and by id within the same name.
pub(crate) struct Segment {
    /// The lines of all contacts, one contact after another.
    text: Box<[u8]>,
    /// Where the text of each contact ends.
    ends: Box<[u32]>,
    ids: Box<[ContactId]>,
    changed: Box<[u32]>,
    cuts: Box<[u8]>,
    /// For each contact, the index of its traits.
    traits_of: Box<[u32]>,
    traits: Box<[Traits]>,
    tags: Tags,
    letters: Letters,
    /// The smallest and the largest id.
    span: (ContactId, ContactId),
    changed_span: ChangedSpan,
}

/// The earliest last change with its contact, followed by the latest.
pub(crate) type ChangedSpan = (u32, ContactId, u32, ContactId);

/// A name order, as two pieces of the name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NameOrder<'a> {
    family: &'a [u8],
    given: &'a [u8],
}

impl NameOrder<'_> {
    fn bytes(&self) -> impl Iterator<Item = u8> {
        let gap: &[u8] = if self.given.is_empty() { b"" } else { b" " };
        [self.family, gap, self.given].into_iter().flatten().copied()
    }
}

impl Ord for NameOrder<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let common = self.family.len().min(other.family.len());
        match self.family[..common].cmp(&other.family[..common]) {
            Ordering::Equal => self.bytes().skip(common).cmp(other.bytes().skip(common)),
            different => different,
        }
    }
}

impl PartialOrd for NameOrder<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for NameOrder<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for NameOrder<'_> {}

/// Returns the name order of a contact with these lines.
fn name_order(text: &[u8], cut: u8) -> NameOrder<'_> {
    let mut lines = text.split(|byte| *byte < kind::TEXT).skip(1);
    let name = lines.next().unwrap_or_default();
    if cut == ORDER_APART {
        let family = lines.next().unwrap_or_default();
        return NameOrder { family, given: b"" };
    }
    match usize::from(cut).checked_sub(1) {
        None => NameOrder {
            family: name,
            given: b"",
        },
        Some(gap) => {
            let (given, family) = name.split_at(gap.min(name.len()));
            NameOrder {
                family: family.get(1..).unwrap_or_default(),
                given,
            }
        }
    }
}

impl Segment {
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn all_text(&self) -> &[u8] {
        &self.text
    }

    /// The start and end of a contact's text.
    pub fn bounds(&self, at: usize) -> (usize, usize) {
        let begin = at.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        (begin, self.ends[at] as usize)
    }

    pub fn text(&self, at: usize) -> &[u8] {
        let (begin, end) = self.bounds(at);
        &self.text[begin..end]
    }

    /// Returns the contact whose text contains a byte, searching from contact `from` on.
    pub fn holder(&self, from: usize, byte: usize) -> usize {
        // Hits come in order and are mostly close to each other.
        let mut reach = 1;
        while from + reach < self.ends.len() && self.ends[from + reach - 1] as usize <= byte {
            reach *= 2;
        }
        let (begin, end) = (from + reach / 2, (from + reach).min(self.ends.len()));
        begin + self.ends[begin..end].partition_point(|end| *end as usize <= byte)
    }

    pub fn id(&self, at: usize) -> ContactId {
        self.ids[at]
    }

    pub fn ids(&self) -> &[ContactId] {
        &self.ids
    }

    pub fn changed(&self, at: usize) -> u32 {
        self.changed[at]
    }

    pub fn traits_of(&self) -> &[u32] {
        &self.traits_of
    }

    pub fn traits(&self) -> &[Traits] {
        &self.traits
    }

    pub fn tags(&self) -> &Tags {
        &self.tags
    }

    pub fn letters(&self) -> &Letters {
        &self.letters
    }

    pub fn span(&self) -> (ContactId, ContactId) {
        self.span
    }

    pub fn changed_span(&self) -> ChangedSpan {
        self.changed_span
    }

    /// The place of a contact in the order by name.
    pub fn order(&self, at: usize) -> (NameOrder<'_>, ContactId) {
        (name_order(self.text(at), self.cuts[at]), self.ids[at])
    }
}

/// A segment that is being filled.
#[derive(Default)]
pub(crate) struct Builder {
    text: Vec<u8>,
    ends: Vec<u32>,
    ids: Vec<ContactId>,
    changed: Vec<u32>,
    cuts: Vec<u8>,
    traits_of: Vec<u32>,
    traits: HashMap<Traits, u32>,
    seen_by: AudienceBuilder,
}

impl Builder {
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub fn is_full(&self) -> bool {
        self.ends.len() >= MOST || self.text.len() >= MOST_TEXT
    }

    pub fn add(&mut self, entry: Entry) {
        self.text.extend_from_slice(&entry.text);
        self.seen_by.add(self.ends.len(), &entry.seen_by);
        self.add_rest(entry.id, entry.changed, entry.cut, entry.traits);
    }

    /// Copies a contact of a segment and returns its place here. [`Builder::seen_as`] sets who sees it.
    pub fn copy(&mut self, from: &Segment, at: usize) -> usize {
        self.text.extend_from_slice(from.text(at));
        let traits = from.traits[from.traits_of[at] as usize].clone();
        self.add_rest(from.ids[at], from.changed[at], from.cuts[at], traits);
        self.ends.len() - 1
    }

    /// Copies who sees the contacts of a segment. `copies` has the place to which each was copied.
    pub fn seen_as(&mut self, audience: &Audience, copies: &[Option<usize>]) {
        self.seen_by.copy(audience, copies);
    }

    fn add_rest(&mut self, id: ContactId, changed: u32, cut: u8, traits: Traits) {
        // `is_full` keeps both numbers small.
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        let next = u32::try_from(self.traits.len()).unwrap_or(u32::MAX);
        self.traits_of.push(*self.traits.entry(traits).or_insert(next));
        self.ids.push(id);
        self.changed.push(changed);
        self.cuts.push(cut);
    }

    /// Returns the contacts ordered by name, and who sees which.
    pub fn finish(self) -> (Segment, Audience) {
        let text = |at: usize| {
            let begin = at.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
            &self.text[begin..self.ends[at] as usize]
        };
        let mut order: Vec<usize> = (0..self.ends.len()).collect();
        let place = |at: usize| (name_order(text(at), self.cuts[at]), self.ids[at]);
        if !order.is_sorted_by_key(|at| place(*at)) {
            order.sort_unstable_by(|a, b| place(*a).cmp(&place(*b)));
        }
        let mut sorted = Vec::with_capacity(self.text.len());
        let mut ends = Vec::with_capacity(order.len());
        for at in &order {
            sorted.extend_from_slice(text(*at));
            ends.push(u32::try_from(sorted.len()).unwrap_or(u32::MAX));
        }
        let mut traits: Vec<(Traits, u32)> = self.traits.into_iter().collect();
        traits.sort_unstable_by_key(|(_, number)| *number);
        let span = self.ids.iter().fold((ContactId::max(), ContactId::nil()), |span, id| {
            (span.0.min(*id), span.1.max(*id))
        });
        let changed = || self.changed.iter().copied().zip(self.ids.iter().copied());
        let (first, last) = (changed().min().unwrap_or_default(), changed().max().unwrap_or_default());
        let audience = self.seen_by.finish(&order);
        let segment = Segment {
            tags: Tags::read(order.iter().map(|at| text(*at))),
            letters: Letters::read(order.iter().map(|at| text(*at))),
            changed_span: (first.0, first.1, last.0, last.1),
            text: sorted.into(),
            ends: ends.into(),
            ids: order.iter().map(|at| self.ids[*at]).collect(),
            changed: order.iter().map(|at| self.changed[*at]).collect(),
            cuts: order.iter().map(|at| self.cuts[*at]).collect(),
            traits_of: order.iter().map(|at| self.traits_of[*at]).collect(),
            traits: traits.into_iter().map(|(traits, _)| traits).collect(),
            span,
        };
        (segment, audience)
    }
}
