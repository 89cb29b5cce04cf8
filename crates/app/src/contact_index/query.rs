//! Queries: which contacts of a segment a member may see and a filter lets pass.
//!
//! The result is the same as that of `Filter::lets_pass`; a test compares them. Words are searched in the text of
//! neighbouring contacts at once, the longest word first, because it is the rarest. Contacts that the member may not
//! see are not searched, so that the time of a query reveals nothing about them.

use crate::access::Scope;
use crate::contact_index::bit_set::BitSet;
use crate::contact_index::entry::parse_lines;
use crate::contact_index::entry::{CITY, COUNTRY, Traits, kind, seconds};
use crate::contact_index::letters;
use crate::contact_index::segment::Segment;
use crate::contact_index::visibility::Audience;
use crate::search::filter::{Condition, FIELD_END};
use memchr::memmem::{self, Finder};
use store::Member;

/// A filter for the contacts that a member may see, prepared for searching.
pub(crate) struct Query {
    member: Member,
    scope: Scope,
    conditions: Vec<Condition>,
    /// Words of one letter, which are found in the [letters](Segment::letters) of a segment.
    letters: Vec<u8>,
    wanted: Vec<TextPredicate>,
    since: u32,
}

/// A condition on the lines of a contact.
enum TextPredicate {
    /// A word in any line but a phone's, or its digits in a phone.
    Word {
        text: Box<Finder<'static>>,
        digits: Option<Box<Finder<'static>>>,
    },
    /// A line equal to this one.
    Tag(Vec<u8>),
    /// A company that contains this.
    Company(Box<Finder<'static>>),
    /// A line equal to one of these, or, unless `whole`, beginning with one.
    Field { lines: Vec<Vec<u8>>, whole: bool },
}

impl Query {
    pub fn new(member: Member, scope: Scope, conditions: &[Condition]) -> Self {
        let is_longer = |condition: &&Condition| one_letter(condition).is_none();
        let longer = conditions.iter().filter(is_longer);
        let mut wanted: Vec<TextPredicate> = longer.filter_map(TextPredicate::from_condition).collect();
        wanted.sort_by_key(|wanted| std::cmp::Reverse(wanted.length()));
        let since = conditions.iter().map(|condition| match condition {
            Condition::Changed(since) => seconds(since.saturating_add(999_999)),
            _ => 0,
        });
        Self {
            member,
            scope,
            since: since.max().unwrap_or(0),
            conditions: conditions.to_vec(),
            letters: conditions.iter().filter_map(one_letter).collect(),
            wanted,
        }
    }

    /// Whether it searches the texts of contacts.
    pub fn reads_texts(&self) -> bool {
        !self.wanted.is_empty()
    }

    /// Returns the contacts of a segment that pass and are not gone.
    pub fn through(&self, segment: &Segment, audience: &Audience, gone: &BitSet) -> BitSet {
        let seen = audience.seen_by(self.member, self.scope).difference(gone);
        let mut candidates = match self.only_reads_texts() {
            true => seen,
            false => self.with_fitting_traits(segment, &seen),
        };
        for letter in &self.letters {
            segment.letters().keep(*letter, &mut candidates);
        }
        let Some((first, others)) = self.wanted.split_first() else {
            return candidates;
        };
        let mut passing = BitSet::none(segment.len());
        first.each_in(segment, &candidates, &mut |at| {
            if others.iter().all(|wanted| wanted.is_in(segment.text(at))) {
                passing.set(at);
            }
        });
        passing
    }

    /// Whether every condition is about texts, so that traits and the time of the last change need not be
    /// checked.
    fn only_reads_texts(&self) -> bool {
        self.since == 0
            && self.conditions.iter().all(|condition| match condition {
                Condition::Word { .. } | Condition::Tag(_) | Condition::Company(_) | Condition::Field { .. } => true,
                Condition::City(_)
                | Condition::Country(_)
                | Condition::Import(_)
                | Condition::Has(_)
                | Condition::No(_)
                | Condition::Changed(_) => false,
            })
    }

    /// The contacts of a set that were changed recently enough and whose traits the conditions allow. Traits are checked once
    /// for all contacts that have them, and only for contacts of the set.
    fn with_fitting_traits(&self, segment: &Segment, among: &BitSet) -> BitSet {
        let mut checked: Vec<Option<bool>> = vec![None; segment.traits().len()];
        let mut fitting = BitSet::none(segment.len());
        for at in among.iter().filter(|at| segment.changed(*at) >= self.since) {
            let number = segment.traits_of()[at] as usize;
            if *checked[number].get_or_insert_with(|| self.allows(&segment.traits()[number])) {
                fitting.set(at);
            }
        }
        fitting
    }

    /// Whether contacts with these traits can pass.
    fn allows(&self, traits: &Traits) -> bool {
        self.conditions.iter().all(|condition| match condition {
            Condition::City(city) => traits.places(CITY).any(|place| place.contains(city.as_str())),
            Condition::Country(country) => traits.places(COUNTRY).any(|place| place == country),
            Condition::Import(import) => traits.created_by == Some(*import) || traits.written_by == Some(*import),
            Condition::Has(part) => traits.parts & part.bit() != 0,
            Condition::No(part) => traits.parts & part.bit() == 0,
            Condition::Word { .. } | Condition::Tag(_) | Condition::Company(_) | Condition::Changed(_) => true,
            Condition::Field { .. } => true,
        })
    }
}

impl TextPredicate {
    /// The lines that a condition requires; `None` if every contact satisfies it, or if it is not about lines.
    fn from_condition(condition: &Condition) -> Option<Self> {
        match condition {
            Condition::Word { folded, digits } if !folded.is_empty() => Some(Self::Word {
                text: Box::new(finder(folded)),
                digits: (!digits.is_empty()).then(|| Box::new(finder(digits))),
            }),
            Condition::Tag(tag) => Some(Self::Tag([&[kind::TAG], tag.as_bytes()].concat())),
            Condition::Company(company) if !company.is_empty() => Some(Self::Company(Box::new(finder(company)))),
            Condition::Field { name, values } => {
                let line = |value: &str| [&[kind::FIELD], format!("{name}{FIELD_END}{value}").as_bytes()].concat();
                let whole = !values.is_empty();
                let lines = match whole {
                    true => values.iter().map(|value| line(value)).collect(),
                    false => vec![line("")],
                };
                Some(Self::Field { lines, whole })
            }
            _ => None,
        }
    }

    fn length(&self) -> usize {
        match self {
            Self::Word { text, .. } | Self::Company(text) => text.needle().len(),
            Self::Tag(line) => line.len(),
            Self::Field { lines, .. } => lines.iter().map(Vec::len).min().unwrap_or_default(),
        }
    }

    /// Calls `take` once with each contact of a set that satisfies it.
    fn each_in(&self, segment: &Segment, among: &BitSet, take: &mut dyn FnMut(usize)) {
        match self {
            Self::Word { text, digits } => {
                let same = digits.as_ref().is_some_and(|digits| digits.needle() == text.needle());
                let Some(digits) = digits.as_ref().filter(|_| !same) else {
                    each_hit(
                        (segment, among),
                        text,
                        &mut |_, kind| is_word(kind) || same && kind == kind::PHONE,
                        take,
                    );
                    return;
                };
                let mut found = BitSet::none(segment.len());
                each_hit((segment, among), text, &mut |_, kind| is_word(kind), &mut |at| {
                    found.set(at)
                });
                each_hit(
                    (segment, among),
                    digits,
                    &mut |_, kind| kind == kind::PHONE,
                    &mut |at| found.set(at),
                );
                found.iter().for_each(take);
            }
            Self::Tag(line) => {
                let whole = &mut |end: usize, _| segment.all_text().get(end).is_none_or(|byte| *byte < kind::TEXT);
                each_hit((segment, among), &Finder::new(line), whole, take);
            }
            Self::Company(text) => each_hit((segment, among), text, &mut |_, kind| kind == kind::COMPANY, take),
            Self::Field { lines, whole } => {
                let ends = |end: usize| segment.all_text().get(end).is_none_or(|byte| *byte < kind::TEXT);
                let mut found = BitSet::none(segment.len());
                for line in lines {
                    let is_so = &mut |end: usize, _| !whole || ends(end);
                    each_hit((segment, among), &Finder::new(line), is_so, &mut |at| found.set(at));
                }
                found.iter().for_each(take);
            }
        }
    }

    /// Whether the text of one contact satisfies it.
    fn is_in(&self, text: &[u8]) -> bool {
        match self {
            Self::Word { text: word, digits } => parse_lines(text).any(|(kind, line)| match kind {
                kind::PHONE => digits.as_ref().is_some_and(|digits| digits.find(line).is_some()),
                kind::ORDER | kind::FIELD => false,
                _ => word.find(line).is_some(),
            }),
            Self::Tag(wanted) => parse_lines(text).any(|(kind, line)| kind == kind::TAG && *line == wanted[1..]),
            Self::Company(company) => {
                parse_lines(text).any(|(kind, line)| kind == kind::COMPANY && company.find(line).is_some())
            }
            Self::Field { lines: wanted, whole } => parse_lines(text).any(|(kind, line)| {
                let is_so = |wanted: &Vec<u8>| line == &wanted[1..] || (!whole && line.starts_with(&wanted[1..]));
                kind == kind::FIELD && wanted.iter().any(is_so)
            }),
        }
    }
}

/// The letter of a word that is no longer.
fn one_letter(condition: &Condition) -> Option<u8> {
    match condition {
        Condition::Word { folded, digits } if digits.is_empty() => match folded.as_bytes() {
            [letter] if letters::is_known(*letter) => Some(*letter),
            _ => None,
        },
        _ => None,
    }
}

fn finder(needle: &str) -> Finder<'static> {
    memmem::Finder::new(needle).into_owned()
}

fn is_word(kind: u8) -> bool {
    !matches!(kind, kind::PHONE | kind::ORDER | kind::FIELD)
}

/// Calls `take` once with each contact of a set whose text contains the needle, where `accept` returns true for the end
/// of the hit and the kind of its line.
fn each_hit(
    (segment, among): (&Segment, &BitSet),
    needle: &Finder<'_>,
    accept: &mut dyn FnMut(usize, u8) -> bool,
    take: &mut dyn FnMut(usize),
) {
    let all = segment.all_text();
    for (first, behind) in among.runs() {
        let (mut from, end) = (segment.bounds(first).0, segment.bounds(behind - 1).1);
        let mut holder = first;
        while let Some(hit) = needle.find(&all[from..end]).map(|hit| from + hit) {
            let line = all[..=hit].iter().rev().find(|byte| **byte < kind::TEXT);
            if accept(hit + needle.needle().len(), line.copied().unwrap_or_default()) {
                holder = segment.holder(holder, hit);
                take(holder);
                // One hit in a contact is enough.
                from = segment.bounds(holder).1;
            } else {
                from = hit + 1;
            }
        }
    }
}
