//! One contact in the contact index: the text by which it is found, and the traits that conditions check.
//!
//! Defines the lines of an entry's text and its traits.

use crate::contact_index::visibility::SeenBy;
use crate::contacts::stored::read;
use crate::search::filter::{FIELD_END, comparable, field_name};
use crate::search::searchable::{SearchKind, searchable};
use model::{Contact, ContactId, country_key, fold, name_order};
use std::borrow::Cow;
use store::contacts::ContactRow;
use store::contacts::shares::Grantee;
use store::{ImportId, RunId};

/// Kinds of lines. Each line of an entry begins with the byte of its kind; folded text contains no such bytes.
pub(crate) mod kind {
    pub const NAME: u8 = 1;
    /// A name that is not part of the full name.
    pub const OTHER: u8 = 2;
    pub const COMPANY: u8 = 3;
    pub const TAG: u8 = 4;
    pub const EMAIL: u8 = 5;
    pub const PHONE: u8 = 6;
    /// The name order, if it does not follow from the name. Not searched for words.
    pub const ORDER: u8 = 7;
    /// A custom field and its value. Not searched for words.
    pub const FIELD: u8 = 8;
    /// The first byte that is not a kind.
    pub const TEXT: u8 = 0x20;
}

/// The value of `cut` if the name order is a line of its own.
pub(crate) const ORDER_APART: u8 = u8::MAX;

/// Values that many contacts share, and that conditions other than words check.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Traits {
    pub created_by: Option<ImportId>,
    pub written_by: Option<ImportId>,
    /// One bit for each `Part` that the contact has.
    pub parts: u8,
    /// Folded cities, then folded countries, each after a byte that marks which it is.
    pub places: Box<str>,
}

pub(crate) const CITY: char = '\u{1}';
pub(crate) const COUNTRY: char = '\u{2}';

/// A contact, before it is put into a segment.
#[derive(Debug)]
pub(crate) struct Entry {
    pub id: ContactId,
    /// The moment of the last change, in seconds.
    pub changed: u32,
    pub traits: Traits,
    pub seen_by: SeenBy,
    /// Where the name order begins in the name; [`ORDER_APART`] if it is a line of its own.
    pub cut: u8,
    pub text: Vec<u8>,
}

impl Entry {
    /// Creates the entry of a contact and its grantees.
    pub fn new(row: &ContactRow, shared_with: Vec<Grantee>) -> Result<Self, store::Error> {
        let contact = read(row)?;
        let (text, cut) = lines(&contact);
        Ok(Self {
            id: row.id,
            changed: seconds(row.version),
            traits: Traits {
                created_by: row.created_by.and_then(|origin| origin.run.import()),
                written_by: row.written_by.and_then(RunId::import),
                parts: crate::search::filter::parts_of(&contact),
                places: places(&contact),
            },
            seen_by: SeenBy {
                owner: row.owner,
                shared_with,
            },
            cut,
            text,
        })
    }
}

/// Converts to whole seconds, which suffice for the order and for conditions, whose unit is whole days.
pub(crate) fn seconds(micros: i64) -> u32 {
    u32::try_from(micros.div_euclid(1_000_000).max(0)).unwrap_or(u32::MAX)
}

/// Returns the lines of a contact, and where the name order begins in the first of them.
pub(crate) fn lines(contact: &Contact) -> (Vec<u8>, u8) {
    let mut text = Vec::with_capacity(128);
    let mut name_cut = ORDER_APART;
    let mut full_name = Cow::Borrowed("");
    for (kind, value) in searchable(contact) {
        match kind {
            SearchKind::FullName => {
                let order = name_order(contact);
                add(&mut text, kind::NAME, &value);
                name_cut = cut(&value, &order).unwrap_or_else(|| {
                    add(&mut text, kind::ORDER, &order);
                    ORDER_APART
                });
                full_name = value;
            }
            SearchKind::Name if full_name.contains(&*value) => {}
            SearchKind::Name => add(&mut text, kind::OTHER, &value),
            SearchKind::Company => add(&mut text, kind::COMPANY, &value),
            SearchKind::Tag => add(&mut text, kind::TAG, &value),
            SearchKind::Email => add(&mut text, kind::EMAIL, &value),
            SearchKind::Phone => add(&mut text, kind::PHONE, &value),
        }
    }
    for (name, value) in &contact.custom {
        let line = format!("{}{FIELD_END}{}", field_name(name), comparable(value.as_str()));
        add(&mut text, kind::FIELD, &line);
    }
    (text, name_cut)
}

fn add(text: &mut Vec<u8>, kind: u8, line: &str) {
    text.push(kind);
    // A phone is not folded; it consists of digits and a few other characters.
    text.extend(line.bytes().filter(|byte| *byte >= kind::TEXT));
}

/// Returns where to split the name so that its end, put before its beginning, is the name order. Most names can be
/// split.
fn cut(name: &str, order: &str) -> Option<u8> {
    if name == order {
        return Some(0);
    }
    let mut places = name.match_indices(' ').map(|(at, _)| at);
    let at = places.find(|at| {
        let (given, family) = (&name[..*at], &name[at + 1..]);
        order.len() == name.len()
            && order.starts_with(family)
            && order.ends_with(given)
            && order.as_bytes().get(family.len()) == Some(&b' ')
    })?;
    u8::try_from(at + 1).ok().filter(|cut| *cut != ORDER_APART)
}

fn places(contact: &Contact) -> Box<str> {
    let mut places = String::new();
    for address in &contact.addresses {
        places.push(CITY);
        places.push_str(&fold(address.city.as_str()));
    }
    for address in &contact.addresses {
        places.push(COUNTRY);
        places.push_str(&country_key(address.country.as_str()));
    }
    places.into()
}

impl Traits {
    /// The folded values of one kind of place.
    pub fn places(&self, kind: char) -> impl Iterator<Item = &str> {
        let starts = self.places.match_indices([CITY, COUNTRY]);
        starts
            .filter(move |(_, found)| found.starts_with(kind))
            .map(|(at, found)| &self.places[at + found.len()..])
            .filter_map(|rest| rest.split([CITY, COUNTRY]).next())
    }
}

/// Splits a contact's text into lines with their kinds.
pub(crate) fn parse_lines(text: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (kind, after) = rest.split_first()?;
        let end = after.iter().position(|byte| *byte < kind::TEXT).unwrap_or(after.len());
        let (line, next) = after.split_at(end);
        rest = next;
        Some((*kind, line))
    })
}
