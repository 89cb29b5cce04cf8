//! What two contacts have in common whenever they are alike without sharing a match key.
//!
//! Owns the blocks: two contacts that [`super::likeness`] would call possible are in one block at least, so that only
//! contacts of one block need be compared. Leaves out keeping them and comparing.

use super::given::tight;
use super::names::Name;
use super::numbers::numbers_of;
use super::places;
use crate::contact::{Address, Contact};
use crate::text::fold;
use xxhash_rust::xxh3::xxh3_64;

/// A hash of values that contacts which are alike have in common.
pub type Block = u64;

/// The blocks of a contact: none if it can be found by a match key alone.
pub fn blocks(contact: &Contact) -> Vec<Block> {
    let name = Name::from_contact(contact);
    let company = places::company(contact.company.as_str());
    let mut out = Blocks(Vec::with_capacity(8));
    if name.is_empty() {
        out.add('f', &company, "firm");
    } else {
        if name.is_whole() {
            out.add('n', &name.words, "name");
        }
        let places: Vec<(char, String)> = contact.addresses.iter().flat_map(places_of).collect();
        let birthday = contact.birthday.map(|day| day.to_string()).unwrap_or_default();
        // Half a city has one of a few given names: with the family name's first letter, few have both. A slip in the first
        // letter is rare, and what is swapped has the same words.
        let first_letter = name.family.chars().next().map(String::from).unwrap_or_default();
        for (part, first_letter) in [(&name.given, first_letter.as_str()), (&name.family, "")] {
            for word in part.split(' ').filter(|word| word.chars().count() > 1).map(tight) {
                out.add('c', &word, &company);
                out.add('b', &word, &birthday);
                for (kind, place) in &places {
                    // A street's number is narrow enough by itself.
                    let letter = if *kind == 's' { "" } else { first_letter };
                    out.add(*kind, &format!("{word} {letter}"), place);
                }
            }
        }
        // Both names may be spelled otherwise: Youssef Hussain and Yusuf Hussein.
        for (_, city) in places.iter().filter(|(kind, _)| *kind == 'y') {
            out.add('d', &birthday, city);
        }
        out.add('i', &birthday, &first_letter);
        out.add('k', &birthday, "birthday");
        for (kind, place) in places.iter().filter(|(kind, _)| *kind != 'y') {
            out.add('p', &birthday, &format!("{kind}{place}"));
        }
        for address in &contact.addresses {
            out.add(
                't',
                &places::street(address.address.as_str()),
                &fold(address.zip_code.as_str()),
            );
        }
        for (field, value) in numbers_of(contact) {
            out.add('u', &field, &value);
        }
        for email in contact.emails.iter().filter(|e| !places::is_shared(e.value.as_str())) {
            out.add('e', &places::bare_local(email.value.as_str()), "mailbox");
        }
    }
    out.0.sort_unstable();
    out.0.dedup();
    out.0
}

/// The parts of an address that two contacts may have in common.
fn places_of(address: &Address) -> [(char, String); 3] {
    [
        ('y', fold(address.city.as_str())),
        ('z', fold(address.zip_code.as_str())),
        ('s', places::street(address.address.as_str())),
    ]
}

struct Blocks(Vec<Block>);

impl Blocks {
    /// A block of two values, if both are known.
    fn add(&mut self, kind: char, one: &str, other: &str) {
        if !one.is_empty() && !other.is_empty() {
            self.0.push(xxh3_64(format!("{kind}{one}\n{other}").as_bytes()));
        }
    }
}
