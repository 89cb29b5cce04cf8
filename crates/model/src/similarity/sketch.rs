//! A summary of the evidence about a contact in a few bits.
//!
//! Most contacts that share a block are still different, and their values are scattered in memory. Sketches are a few
//! numbers, stored side by side, that rule out most pairs. The pairs that remain are compared.

use super::identity::Identity;
use super::places::{Mailbox, Number, Place};
use crate::birthday::Birthday;
use xxhash_rust::xxh3::xxh3_64;

/// The values of a contact as bit sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sketch {
    birthday: Option<Birthday>,
    has_numbers: bool,
    companies: Bits,
    mailboxes: Bits,
    phones: Bits,
    streets: Bits,
    cities: Bits,
    zips: Bits,
}

/// The highest weight of names alone, and the sum that is enough.
const NAMES: i32 = 3;
const ENOUGH: i32 = 3;

impl Sketch {
    pub(super) fn new(identity: &Identity, mailboxes: &[Mailbox], phones: &[Number], places: &[Place]) -> Self {
        let street = |place: &'_ Place| (!place.street.is_empty()).then(|| hash(&place.street));
        Self {
            birthday: identity.birthday,
            has_numbers: false,
            companies: identity
                .company
                .is_given()
                .then(|| identity.company.hash())
                .into_iter()
                .collect(),
            mailboxes: mailboxes.iter().map(|mailbox| mailbox.bare).collect(),
            phones: phones.iter().map(|phone| phone.without_extension).collect(),
            streets: places.iter().filter_map(street).collect(),
            cities: places
                .iter()
                .filter_map(|place| place.city.as_deref().map(hash))
                .collect(),
            zips: places
                .iter()
                .filter_map(|place| place.zip.as_deref().map(hash))
                .collect(),
        }
    }

    pub(super) fn with_numbers(self, has_numbers: bool) -> Self {
        Self { has_numbers, ..self }
    }

    /// Whether two contacts that share no match key are certainly different, whatever their names.
    pub fn rules_out(&self, other: &Self) -> bool {
        if self.has_numbers && other.has_numbers {
            return false;
        }
        if let (Some(a), Some(b)) = (self.birthday, other.birthday) {
            return share_nothing(a, b);
        }
        let evidence = [
            self.companies.weigh(other.companies, 2),
            self.mailboxes.weigh(other.mailboxes, 4),
            self.phones.weigh(other.phones, 2),
            self.places(other),
        ];
        let sum: i32 = evidence.iter().sum();
        let is_nothing_for = evidence.iter().all(|weight| *weight <= 0);
        NAMES + sum < ENOUGH || is_nothing_for && sum < 0
    }

    fn places(&self, other: &Self) -> i32 {
        if self.streets.weigh(other.streets, 3) > 0 {
            return 3;
        }
        match self.cities.weigh(other.cities, 1) {
            0 => self.zips.weigh(other.zips, 1).max(0),
            weight => weight,
        }
    }
}

fn hash(text: &str) -> u64 {
    xxh3_64(text.as_bytes())
}

/// Whether year, month and day of two birthdays all differ, so that a typing error is unlikely.
fn share_nothing(a: Birthday, b: Birthday) -> bool {
    let are_years_known = a.year().is_some() && b.year().is_some();
    are_years_known && a.year() != b.year() && a.month() != b.month() && a.day() != b.day()
}

/// A bit set of hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bits(u32);

impl Bits {
    /// Returns the weight of the values: `found` if one may be in both sets, -1 if none is, 0 if one of the sets is
    /// empty.
    fn weigh(self, other: Self, found: i32) -> i32 {
        if self.0 == 0 || other.0 == 0 {
            0
        } else if self.0 & other.0 == 0 {
            -1
        } else {
            found
        }
    }
}

impl FromIterator<u64> for Bits {
    fn from_iter<T: IntoIterator<Item = u64>>(hashes: T) -> Self {
        Self(hashes.into_iter().fold(0, |bits, hash| bits | 1 << (hash % 32)))
    }
}
