//! What two contacts have in common whenever they are alike without sharing a match key.
//!
//! Owns the blocks: two contacts that [`super::likeness`] would call possible are in one block at least, so that only
//! contacts of one block need be compared. Leaves out keeping them and comparing.

use super::names::Name;
use super::places;
use crate::contact::Contact;
use crate::text::fold;
use xxhash_rust::xxh3::xxh3_64;

/// A hash of values that contacts which are alike have in common.
pub type Block = u64;

/// The blocks of a contact: none if nothing can be told without a match key.
pub fn blocks(contact: &Contact) -> Vec<Block> {
    let name = Name::of(contact);
    let company = places::company(contact.company.as_str());
    let mut out = Blocks(Vec::with_capacity(8));
    if name.is_empty() {
        out.add('f', &company, "firm");
    } else {
        let words = name.words();
        if name.is_whole() {
            out.add('n', &words, "name");
        }
        for word in words.split(' ').filter(|word| word.chars().count() > 1) {
            out.add('c', word, &company);
            for address in &contact.addresses {
                out.add('y', word, &fold(address.city.as_str()));
                out.add('z', word, &fold(address.zip_code.as_str()));
                out.add('s', word, &places::street(address.address.as_str()));
            }
            if let Some(birthday) = contact.birthday {
                out.add('b', word, &birthday.to_string());
            }
        }
        for email in contact.emails.iter().filter(|e| !places::is_shared(e.value.as_str())) {
            out.add('e', &places::bare_local(email.value.as_str()), "mailbox");
        }
    }
    out.0.sort_unstable();
    out.0.dedup();
    out.0
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
