//! Who sees which contacts of a segment.
//!
//! Keeps, for each member, the places of the contacts that they own and of those shared with them: two bytes for each
//! share, or one bit for each contact if that is smaller. So a member's contacts are found without reading other
//! contacts.

use crate::access::Scope;
use crate::contact_index::bit_set::BitSet;
use foldhash::{HashMap, HashMapExt};
use std::hash::Hash;
use store::Member;
use store::contacts::shares::Grantee;

/// Who sees a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SeenBy {
    pub owner: Member,
    pub shared_with: Vec<Grantee>,
}

/// Why contacts are seen: because a member owns them, or because they are shared with a grantee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Why {
    Owned(Member),
    Shared(Grantee),
}

/// Who sees which contacts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Audience {
    len: usize,
    places: HashMap<Why, Places>,
}

/// Some of the contacts of a segment.
#[derive(Clone, Debug)]
enum Places {
    Few(Box<[u16]>),
    Many(BitSet),
}

impl Places {
    /// Creates a set of places among `len`.
    fn new(len: usize, places: &[usize]) -> Self {
        let few: Option<Box<[u16]>> = (places.len() * 16 <= len.max(64))
            .then(|| places.iter().map(|at| u16::try_from(*at).ok()).collect())
            .flatten();
        few.map_or_else(
            || {
                let mut bits = BitSet::none(len);
                places.iter().for_each(|at| bits.set(*at));
                Self::Many(bits)
            },
            Self::Few,
        )
    }

    fn for_each(&self, take: impl FnMut(usize)) {
        match self {
            Self::Few(places) => places.iter().map(|at| usize::from(*at)).for_each(take),
            Self::Many(bits) => bits.iter().for_each(take),
        }
    }

    fn add_to(&self, bits: &mut BitSet) {
        match self {
            Self::Few(places) => places.iter().for_each(|at| bits.set(usize::from(*at))),
            Self::Many(many) => bits.add(many),
        }
    }
}

impl Audience {
    /// Returns the contacts that a member sees in a scope.
    pub fn seen_by(&self, member: Member, scope: Scope) -> BitSet {
        let mut owned = BitSet::none(self.len);
        if let Some(places) = self.places.get(&Why::Owned(member)) {
            places.add_to(&mut owned);
        }
        if scope == Scope::Mine {
            return owned;
        }
        let mut shared = BitSet::none(self.len);
        for with in [Grantee::Member(member), Grantee::Everyone] {
            if let Some(places) = self.places.get(&Why::Shared(with)) {
                places.add_to(&mut shared);
            }
        }
        if scope == Scope::Shared {
            return shared.difference(&owned);
        }
        shared.add(&owned);
        shared
    }

    /// Returns a copy in which who sees some of its contacts is replaced.
    pub fn with(&self, changed: &[(usize, &SeenBy)]) -> Self {
        let mut touched = BitSet::none(self.len);
        changed.iter().for_each(|(at, _)| touched.set(*at));
        let mut next = AudienceBuilder::default();
        for (why, places) in &self.places {
            places.for_each(|at| {
                if !touched.has(at) {
                    next.note(*why, at);
                }
            });
        }
        for (at, seen_by) in changed {
            next.add(*at, seen_by);
        }
        next.of_len(self.len)
    }
}

/// Builds an audience from contacts in any order.
#[derive(Default)]
pub(crate) struct AudienceBuilder {
    places: HashMap<Why, Vec<usize>>,
}

impl AudienceBuilder {
    fn note(&mut self, why: Why, at: usize) {
        self.places.entry(why).or_default().push(at);
    }

    /// Records who sees the contact at a place.
    pub fn add(&mut self, at: usize, seen_by: &SeenBy) {
        self.note(Why::Owned(seen_by.owner), at);
        for grantee in &seen_by.shared_with {
            self.note(Why::Shared(*grantee), at);
        }
    }

    /// Records that copies of contacts are seen by the same members. `copies` has the place to which each was copied.
    pub fn copy(&mut self, from: &Audience, copies: &[Option<usize>]) {
        for (why, places) in &from.places {
            places.for_each(|at| {
                if let Some(copy) = copies[at] {
                    self.note(*why, copy);
                }
            });
        }
    }

    /// Returns the audience for the final order: `order` has, for each place, the contact there.
    pub fn finish(mut self, order: &[usize]) -> Audience {
        let mut places = vec![0; order.len()];
        order.iter().enumerate().for_each(|(place, at)| places[*at] = place);
        for some in self.places.values_mut() {
            some.iter_mut().for_each(|at| *at = places[*at]);
        }
        self.of_len(order.len())
    }

    fn of_len(self, len: usize) -> Audience {
        let mut sealed = HashMap::with_capacity(self.places.len());
        for (why, mut places) in self.places {
            places.sort_unstable();
            sealed.insert(why, Places::new(len, &places));
        }
        Audience { len, places: sealed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 0 is everyone.
    fn grantee(number: i64) -> Grantee {
        match number {
            0 => Grantee::Everyone,
            number => Grantee::Member(Member(number)),
        }
    }

    fn seen_by() -> impl Strategy<Value = SeenBy> {
        let shared_with = prop::collection::btree_set(0..6_i64, 0..4);
        (1..6_i64, shared_with).prop_map(|(owner, shared_with)| SeenBy {
            owner: Member(owner),
            shared_with: shared_with.into_iter().map(grantee).collect(),
        })
    }

    fn sees(seen_by: &SeenBy, member: Member, scope: Scope) -> bool {
        let owns = seen_by.owner == member;
        let grantees = [Grantee::Member(member), Grantee::Everyone];
        let shared = seen_by.shared_with.iter().any(|with| grantees.contains(with));
        match scope {
            Scope::Mine => owns,
            Scope::Shared => shared && !owns,
            Scope::All => owns || shared,
        }
    }

    proptest! {
        #[test]
        fn each_sees_what_is_theirs(
            mut all in prop::collection::vec(seen_by(), 1..200), later in prop::collection::vec((0..200_usize, seen_by()), 0..20),
        ) {
            let mut builder = AudienceBuilder::default();
            all.iter().enumerate().for_each(|(at, seen_by)| builder.add(at, seen_by));
            all.reverse();
            let order: Vec<usize> = (0..all.len()).rev().collect();
            let later: HashMap<usize, SeenBy> = later.into_iter().map(|(at, who)| (at % all.len(), who)).collect();
            let changes: Vec<(usize, &SeenBy)> = later.iter().map(|(at, who)| (*at, who)).collect();
            let audience = builder.finish(&order).with(&changes);
            for (at, who) in &later {
                all[*at] = who.clone();
            }
            for member in (1..6).map(Member) {
                for scope in [Scope::Mine, Scope::Shared, Scope::All] {
                    let expected: Vec<usize> = (0..all.len()).filter(|at| sees(&all[*at], member, scope)).collect();
                    prop_assert_eq!(audience.seen_by(member, scope).iter().collect::<Vec<_>>(), expected);
                }
            }
        }
    }
}
