//! The values that two contacts have in common if they are alike without sharing a match key.
//!
//! Defines the blocks: two contacts for which [`super::similarity`] results in `Possible` share at least one block, so
//! that only contacts of one block need to be compared. Storing blocks and comparing contacts is done elsewhere.

use super::compared::Compared;
use super::places::Place;
use crate::birthday::Birthday;
use crate::contact::Contact;
use xxhash_rust::xxh3::xxh3_64;

/// A hash of values that contacts have in common if they are alike.
pub type Block = u64;

/// Returns the blocks of a contact; empty if it can be found by a match key only.
pub fn blocks(contact: &Contact) -> Vec<Block> {
    Compared::without_keys(contact).blocks()
}

impl Compared {
    /// Prepares the contact of a row for comparisons with contacts of its blocks with which it shares no match key.
    pub fn of_row_with_blocks(contact: &Contact) -> (Self, Vec<Block>) {
        let row = Self::without_keys(contact);
        let blocks = row.blocks();
        (row, blocks)
    }

    /// Returns the blocks; empty if the contact can be found by a match key only.
    pub fn blocks(&self) -> Vec<Block> {
        let mut out = Blocks(Vec::with_capacity(16));
        if self.identity.name.is_empty() {
            out.add(b'f', self.identity.company.hash(), ALONE);
        } else {
            out.of_person(self);
        }
        out.0.sort_unstable();
        out.0.dedup();
        out.0
    }
}

/// The second value of a block that is formed from a single value.
const ALONE: u64 = 1;

/// Hashes of the parts of an address that two contacts may have in common; 0 if a part is missing.
struct PlaceHashes {
    city: u64,
    zip: u64,
    street: u64,
}

impl PlaceHashes {
    fn new(place: &Place) -> Self {
        Self {
            city: hash(place.city.as_deref().unwrap_or_default()),
            zip: hash(place.zip.as_deref().unwrap_or_default()),
            street: hash(&place.street),
        }
    }
}

/// Returns the hash of a text; 0 if it is empty.
fn hash(text: &str) -> u64 {
    if text.is_empty() { 0 } else { xxh3_64(text.as_bytes()) }
}

/// Returns a number for a day, never 0.
fn number_of_day(day: Birthday) -> u64 {
    let year = day.year().map_or(0, |year| u64::from(year) + 1);
    (year << 16) + (u64::from(day.month()) << 8) + u64::from(day.day())
}

fn pair(kind: u8, one: u64, other: u64) -> u64 {
    let mut bytes = [kind; 17];
    bytes[1..9].copy_from_slice(&one.to_le_bytes());
    bytes[9..].copy_from_slice(&other.to_le_bytes());
    xxh3_64(&bytes)
}

struct Blocks(Vec<Block>);

impl Blocks {
    /// Adds a block of two values if both are known.
    fn add(&mut self, kind: u8, one: u64, other: u64) {
        if one != 0 && other != 0 {
            self.0.push(pair(kind, one, other));
        }
    }

    fn of_person(&mut self, person: &Compared) {
        let name = &person.identity.name;
        let company = person.identity.company.hash();
        let birthday = person.identity.birthday.map_or(0, number_of_day);
        let places: Vec<PlaceHashes> = person.places.iter().map(PlaceHashes::new).collect();
        if name.is_whole() {
            self.add(b'n', name.words, ALONE);
        }
        // A few given names are shared by half a city; together with the first letter of the family name they are
        // rare. Typing errors in the first letter are rare, and swapped names have the same words.
        let first_letter = name.family.text().chars().next().map_or(0, u64::from);
        for (part, first_letter) in [(&name.given, first_letter), (&name.family, 0)] {
            for (_, word) in part.hashed_words().filter(|(word, _)| word.chars().nth(1).is_some()) {
                self.add(b'c', word, company);
                self.add(b'b', word, birthday);
                let with_letter = pair(b'w', word, first_letter);
                for place in &places {
                    self.add(b'y', with_letter, place.city);
                    self.add(b'z', with_letter, place.zip);
                    // A street with its house number is specific enough.
                    self.add(b's', word, place.street);
                }
            }
        }
        for place in &places {
            self.add(b't', place.street, place.zip);
        }
        if birthday != 0 {
            self.of_birthday(birthday, first_letter, &places);
        }
        for (field, value) in &person.numbers {
            self.add(b'u', hash(field), hash(value));
        }
        for mailbox in person.mailboxes.iter().filter(|mailbox| !mailbox.is_shared) {
            self.add(b'e', mailbox.bare, ALONE);
        }
    }

    /// Adds blocks without names, which may be spelled differently: Youssef Hussain and Yusuf Hussein.
    fn of_birthday(&mut self, birthday: u64, first_letter: u64, places: &[PlaceHashes]) {
        self.add(b'k', birthday, ALONE);
        self.add(b'i', birthday, first_letter);
        for place in places {
            self.add(b'd', birthday, place.city);
            // Also added for addresses without these parts.
            self.0.push(pair(b'p', birthday, place.zip));
            self.0.push(pair(b'q', birthday, place.street));
        }
    }
}
