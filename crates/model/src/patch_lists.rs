//! Merges the values of a row into the lists of a contact, by adding or replacing values.
//!
//! Decides which values are equal, the position of a new value, and the meaning of an empty cell for a list. Which of
//! the two ways applies is decided elsewhere.

use crate::contact::Address;
use crate::country::country_key;
use crate::label::Label;
use crate::merging::free_label;
use crate::slot::AddressPart;
use crate::text::{Text, fold};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

/// The meaning of an empty cell when a contact is updated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Blanks {
    /// The contact keeps its value.
    #[default]
    Keep,
    /// The contact's value is removed.
    Clear,
}

/// What happens to the emails, phones, addresses, websites and tags of a contact when a row updates it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lists {
    /// They stay, and values of the row that the contact lacks are added.
    #[default]
    Add,
    /// The values of the row replace them one by one, and its tags replace all tags. The meaning of an empty cell is
    /// given separately for lists, because a row may contain the whole list.
    Replace(Blanks),
}

/// Adds the values of cells that the list lacks. A value that the list holds without a label gets the label of the
/// cell, except for the fax label: fax numbers are not match keys, and a contact must still match the rows that it
/// matched before. With [`Blanks::Clear`], an empty cell removes the value at its position, unless the row contains
/// that value in another cell.
pub fn add_values<T: Clone, K: Eq + Hash>(
    mut list: Vec<(Label, T)>,
    cells: &[(Label, usize, Option<T>)],
    blanks: Blanks,
    key: impl Fn(&T) -> K,
) -> Vec<(Label, T)> {
    if blanks == Blanks::Clear {
        let (named, empty) = (keys_of(cells, &key), places_of_empty_cells(&list, cells));
        let mut at = 0..;
        list.retain(|(_, value)| !at.next().is_some_and(|at| empty.contains(&at)) || named.contains(&key(value)));
    }
    // The index of each value; of a value that occurs twice, the one with a label. A list may be long, so it is never
    // searched linearly.
    let mut held: HashMap<K, usize> = HashMap::new();
    for (at, (label, value)) in list.iter().enumerate() {
        let place = held.entry(key(value)).or_insert(at);
        if !label.is_none() {
            *place = at;
        }
    }
    for (label, _, value) in cells {
        let Some(value) = value else { continue };
        match held.get(&key(value)) {
            None => {
                held.insert(key(value), list.len());
                list.push((label.clone(), value.clone()));
            }
            Some(at) if list[*at].0.is_none() && !label.is_fax() => list[*at].0.clone_from(label),
            Some(_) => {}
        }
    }
    list
}

/// Writes the values of cells to their positions. A value that the list already holds, with any label, stays where it
/// is. Any other value replaces the one at its position among the values with its label; if there is none, or if the
/// row contains that one too, the value is appended.
pub fn replace_values<T: Clone, K: Eq + Hash>(
    list: Vec<(Label, T)>,
    cells: &[(Label, usize, Option<T>)],
    blanks: Blanks,
    key: impl Fn(&T) -> K,
) -> Vec<(Label, T)> {
    let mut of_label = places_of_labels(&list);
    let named = keys_of(cells, &key);
    let cleared = match blanks {
        Blanks::Clear => places_of_empty_cells(&list, cells),
        Blanks::Keep => HashSet::new(),
    };
    let mut held: HashMap<K, usize> = HashMap::new();
    let mut places: Vec<(Label, Option<T>)> = Vec::with_capacity(list.len());
    for (label, value) in list {
        *held.entry(key(&value)).or_default() += 1;
        places.push((label, Some(value)));
    }
    let forget = |held: &mut HashMap<K, usize>, old: Option<T>| {
        if let Some(count) = old.and_then(|old| held.get_mut(&key(&old))) {
            *count -= 1;
        }
    };
    for at in cleared {
        forget(&mut held, places[at].1.take());
    }
    for (label, place, value) in cells {
        let Some(value) = value else { continue };
        if held.get(&key(value)).is_some_and(|count| *count > 0) {
            continue;
        }
        *held.entry(key(value)).or_default() += 1;
        let own = of_label.entry(label.clone()).or_default();
        let stays = |old: &Option<T>| old.as_ref().is_some_and(|old| named.contains(&key(old)));
        match own.get(*place) {
            Some(at) if !stays(&places[*at].1) => {
                forget(&mut held, places[*at].1.replace(value.clone()));
            }
            _ => {
                own.push(places.len());
                places.push((label.clone(), Some(value.clone())));
            }
        }
    }
    places
        .into_iter()
        .filter_map(|(label, value)| Some((label, value?)))
        .collect()
}

fn keys_of<T, K: Eq + Hash>(cells: &[(Label, usize, Option<T>)], key: impl Fn(&T) -> K) -> HashSet<K> {
    let values = cells.iter().filter_map(|(.., value)| value.as_ref());
    values.map(key).collect()
}

/// Returns the indexes of the values with each label.
fn places_of_labels<T>(list: &[(Label, T)]) -> HashMap<Label, Vec<usize>> {
    let mut places: HashMap<Label, Vec<usize>> = HashMap::new();
    for (at, (label, _)) in list.iter().enumerate() {
        places.entry(label.clone()).or_default().push(at);
    }
    places
}

/// Returns the indexes of the values whose cells are empty.
fn places_of_empty_cells<T>(list: &[(Label, T)], cells: &[(Label, usize, Option<T>)]) -> HashSet<usize> {
    let of_label = places_of_labels(list);
    let empty = cells.iter().filter(|(_, _, value)| value.is_none());
    let place = |(label, place, _): &(Label, usize, Option<T>)| of_label.get(label)?.get(*place).copied();
    empty.filter_map(place).collect()
}

/// Returns the address with a label; adds one if there is none.
pub fn address_of(addresses: &mut Vec<Address>, label: Label) -> &mut Address {
    let at = addresses.iter().position(|a| a.label == label).unwrap_or_else(|| {
        addresses.push(Address {
            label,
            ..Address::default()
        });
        addresses.len() - 1
    });
    &mut addresses[at]
}

/// The parts of an address in the form in which they are compared, in the order of [`AddressPart::ALL`]; empty if
/// missing.
type Keys = [String; AddressPart::ALL.len()];

/// The cells of one row for the address with one label.
struct AddressCells {
    address: Address,
    empty: Vec<AddressPart>,
}

/// Adds the addresses of cells that a contact lacks. An address that agrees with the one with its label, or with one
/// in the same street, completes it. An address whose parts are all contained in another one is not added. Any other
/// address is added, with a new label if its own is taken.
pub fn add_addresses(addresses: &mut Vec<Address>, cells: &[(Label, AddressPart, Text)], blanks: Blanks) {
    let mut known: Vec<Keys> = addresses.iter().map(keys_of_address).collect();
    for AddressCells { address, empty } in by_label(cells) {
        let new = keys_of_address(&address);
        let own = addresses.iter().position(|known| known.label == address.label);
        let fitting = own
            .filter(|at| agree(&known[*at], &new))
            .or_else(|| known.iter().position(|known| are_in_same_street(known, &new)));
        match fitting {
            Some(at) => {
                complete(&mut addresses[at], &address);
                if blanks == Blanks::Clear && own == Some(at) {
                    clear(&mut addresses[at], &empty);
                }
                known[at] = keys_of_address(&addresses[at]);
            }
            None if known.iter().any(|known| has_all_of(known, &new)) => {}
            None => {
                let label = free_label(&address.label, |label| addresses.iter().any(|a| a.label == *label));
                addresses.push(Address { label, ..address });
                known.push(new);
            }
        }
    }
}

fn by_label(cells: &[(Label, AddressPart, Text)]) -> Vec<AddressCells> {
    let mut addresses: Vec<AddressCells> = Vec::new();
    let mut places: HashMap<&Label, usize> = HashMap::new();
    for (label, part, text) in cells {
        let at = *places.entry(label).or_insert_with(|| {
            let address = Address {
                label: label.clone(),
                ..Address::default()
            };
            addresses.push(AddressCells {
                address,
                empty: Vec::new(),
            });
            addresses.len() - 1
        });
        if text.is_empty() {
            addresses[at].empty.push(*part);
        } else {
            addresses[at].address.part_mut(*part).clone_from(text);
        }
    }
    addresses
}

/// Parts are compared without case, marks and punctuation, and countries by their codes.
fn keys_of_address(address: &Address) -> Keys {
    AddressPart::ALL.map(|part| {
        let text = address.part(part);
        match part {
            AddressPart::Country => country_key(text.as_str()),
            _ => folded(text).into_owned(),
        }
    })
}

/// Whether no part of one address contradicts the other.
fn agree(known: &Keys, new: &Keys) -> bool {
    let mut parts = known.iter().zip(new);
    parts.all(|(known, new)| known.is_empty() || new.is_empty() || known == new)
}

fn are_in_same_street(known: &Keys, new: &Keys) -> bool {
    let street = AddressPart::Street as usize;
    !new[street].is_empty() && known[street] == new[street] && agree(known, new)
}

fn has_all_of(known: &Keys, new: &Keys) -> bool {
    known.iter().zip(new).all(|(known, new)| new.is_empty() || known == new)
}

fn complete(known: &mut Address, address: &Address) {
    for part in AddressPart::ALL {
        if known.part(part).is_empty() {
            known.part_mut(part).clone_from(address.part(part));
        }
    }
}

fn clear(known: &mut Address, parts: &[AddressPart]) {
    for part in parts {
        *known.part_mut(*part) = Text::default();
    }
}

/// Folds a text; a text without letters and digits stays as it is.
fn folded(text: &Text) -> Cow<'_, str> {
    match fold(text.as_str()) {
        folded if folded.is_empty() => Cow::Borrowed(text.as_str()),
        folded => Cow::Owned(folded),
    }
}

/// Returns a tag in the form in which it is compared: without case, marks and punctuation.
pub fn tag_key(tag: &Text) -> Cow<'_, str> {
    folded(tag)
}

/// Adds the tags that are missing, ignoring case and marks.
pub fn add_tags(tags: &mut Vec<Text>, more: &[Text]) {
    let mut held: HashSet<String> = tags.iter().map(|tag| tag_key(tag).into_owned()).collect();
    for tag in more {
        if held.insert(tag_key(tag).into_owned()) {
            tags.push(tag.clone());
        }
    }
}

#[cfg(test)]
#[path = "patch_lists_tests.rs"]
mod tests;
