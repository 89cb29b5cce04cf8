//! Recognises what spreadsheets do to values when they open a CSV file and save it: `01234` becomes `1234`, `1-2`
//! becomes `2-Jan`, `1E5` becomes `1.00E+05`, and `Müller` becomes `MÃ¼ller`.
//!
//! Decides whether a spreadsheet has made a value of another one, and replaces such values among those that a row
//! brings to a contact. Values that are recognisably damaged without the contact are handled in `judge`.

mod dates;
mod letters;
mod numbers;

use crate::mapping::{BoundColumn, BoundMapping};
use crate::reason::{Code, Reason, shortened};
use model::{AddressPart, Contact, Email, Label, Patch, Phone, Slot, Text, TextField};
use std::borrow::Cow;

/// Longer lists are not compared: every value would have to be compared with every other.
const LONGEST_LIST: usize = 64;

/// Whether a spreadsheet has turned `stored` into `given`.
pub fn is_spreadsheet_damage(stored: &str, given: &str) -> bool {
    if stored == given || stored.is_empty() || given.is_empty() {
        return false;
    }
    numbers::is_rewritten(stored, given)
        || dates::is_made_a_date(stored, given)
        || letters::is_misread(stored, given)
        || letters::is_question_marks(stored, given)
        || is_truth_value(stored, given)
}

/// Whether a truth value was rewritten: `true` is written `TRUE`.
fn is_truth_value(stored: &str, given: &str) -> bool {
    matches!(given, "TRUE" | "FALSE") && stored.eq_ignore_ascii_case(given)
}

/// Whether an unreadable cell may be what a spreadsheet has made of a phone number: digits, or a power of ten.
pub fn may_have_been_a_phone(cell: &str) -> bool {
    numbers::is_number(cell)
}

/// A value of a row that could not be read, but may be excused by the contact's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The slot that its column fills.
    pub slot: Slot,
    /// The value as written in the file.
    pub given: String,
}

/// A damaged value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    slot: Slot,
    stored: String,
    given: String,
}

/// The values that a row brings to a contact, after damaged ones were replaced.
#[derive(Clone, Debug)]
pub struct Undamaged<'p> {
    /// The values, with the contact's values in place of damaged ones.
    pub patch: Option<Cow<'p, Patch>>,
    /// What was damaged.
    pub damage: Vec<Damage>,
    /// Whether every value that could not be read is a spreadsheet's damage.
    pub excuses_unread: bool,
}

impl<'p> Undamaged<'p> {
    /// Compares the values of a row with the contact that it matches.
    pub fn new(patch: Option<&'p Patch>, unread: &[Unread], contact: &Contact) -> Self {
        let mut damage = Vec::new();
        for Unread { slot, given } in unread {
            if let Some(stored) = damaged_in(contact, slot, given) {
                let (slot, given) = (slot.clone(), given.clone());
                damage.push(Damage { slot, stored, given });
            }
        }
        let excuses_unread = damage.len() == unread.len();
        let patch = patch.map(|patch| {
            let mut repair = Repair {
                patch: Cow::Borrowed(patch),
                contact,
                damage: &mut damage,
            };
            repair.texts(&patch.texts);
            repair.custom_fields(&patch.custom);
            repair.addresses(&patch.addresses);
            repair.websites(&patch.websites);
            repair.emails(&patch.emails);
            repair.phones(&patch.phones);
            repair.tags(patch.tags.as_deref().unwrap_or_default());
            repair.patch
        });
        Self {
            patch,
            damage,
            excuses_unread,
        }
    }
}

impl Damage {
    /// Returns a warning about the value, at the first column that fills its slot.
    pub fn reason(&self, mapping: &BoundMapping, line: u64) -> Reason {
        let (stored, given) = (shortened(&self.stored), shortened(&self.given));
        Reason {
            code: Code::SpreadsheetDamage,
            line,
            column: column_of(mapping, &self.slot).map_or_else(String::new, |column| column.header.clone()),
            message: format!(
                "\"{given}\" is what a spreadsheet makes of \"{stored}\"; the contact keeps \"{stored}\"."
            ),
            value: given,
            advice: "to set it anyway, edit the contact".to_owned(),
            suggestion: None,
            warning: true,
        }
    }
}

/// Returns the column that fills a slot, otherwise one that fills the same field under another label.
fn column_of<'m>(mapping: &'m BoundMapping, slot: &Slot) -> Option<&'m BoundColumn> {
    let filled = |column: &&BoundColumn, fits: fn(&Slot, &Slot) -> bool| {
        column.slot.as_ref().is_some_and(|filled| fits(filled, slot))
    };
    let mut columns = mapping.columns().iter();
    let same = columns.find(|column| filled(column, |filled, slot| filled == slot));
    same.or_else(|| mapping.columns().iter().find(|column| filled(column, is_same_field)))
}

fn is_same_field(one: &Slot, other: &Slot) -> bool {
    match (one, other) {
        (Slot::Address(_, one), Slot::Address(_, other)) => one == other,
        (Slot::Email(_), Slot::Email(_)) | (Slot::Phone(_), Slot::Phone(_)) | (Slot::Website(_), Slot::Website(_)) => {
            true
        }
        _ => one == other,
    }
}

/// Returns the contact's value that a spreadsheet has turned into the unreadable value `given`.
fn damaged_in(contact: &Contact, slot: &Slot, given: &str) -> Option<String> {
    match slot {
        Slot::Phone(_) => {
            let mut phones = contact.phones.iter().take(LONGEST_LIST);
            let phone = phones.find(|p| is_damaged_phone(&p.phone, given))?;
            Some(phone.phone.international())
        }
        Slot::Custom(name) => {
            let stored = contact.custom.get(name)?.as_str();
            is_spreadsheet_damage(stored, given).then(|| stored.to_owned())
        }
        _ => None,
    }
}

/// Whether a spreadsheet damaged a number. The file may have contained it in any of its forms; signs between the digits
/// may be lost with the zeros.
fn is_damaged_phone(stored: &Phone, given: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let forms = [
        stored.as_str().to_owned(),
        stored.raw().to_owned(),
        digits(stored.raw()),
        digits(&stored.national()),
    ];
    forms.iter().any(|form| is_spreadsheet_damage(form, given))
}

/// Replaces damaged values by the contact's values.
struct Repair<'p, 'c, 'd> {
    patch: Cow<'p, Patch>,
    contact: &'c Contact,
    damage: &'d mut Vec<Damage>,
}

/// The cells of a list: label, place among the cells of the label, value.
type Cells<T> = [(Label, usize, Option<T>)];

impl Repair<'_, '_, '_> {
    fn note(&mut self, slot: Slot, stored: &str, given: &str) -> &mut Patch {
        self.damage.push(Damage {
            slot,
            stored: stored.to_owned(),
            given: given.to_owned(),
        });
        self.patch.to_mut()
    }

    fn texts(&mut self, texts: &[(TextField, Text)]) {
        for (at, (field, given)) in texts.iter().enumerate() {
            let stored = self.contact.text(*field);
            if is_damaged_text(stored, given) {
                let patch = self.note(Slot::Text(*field), stored.as_str(), given.as_str());
                patch.texts[at].1.clone_from(stored);
            }
        }
    }

    fn custom_fields(&mut self, fields: &[(String, Text)]) {
        for (at, (name, given)) in fields.iter().enumerate() {
            let stored = self.contact.custom.get(name);
            if let Some(stored) = stored.filter(|stored| is_damaged_text(stored, given)) {
                let patch = self.note(Slot::Custom(name.clone()), stored.as_str(), given.as_str());
                patch.custom[at].1.clone_from(stored);
            }
        }
    }

    fn addresses(&mut self, cells: &[(Label, AddressPart, Text)]) {
        for (at, (label, part, given)) in cells.iter().enumerate() {
            let mut known = self.contact.addresses.iter().take(LONGEST_LIST);
            let stored = known.find(|known| known.label == *label).map(|known| known.part(*part));
            if let Some(stored) = stored.filter(|stored| is_damaged_text(stored, given)) {
                let slot = Slot::Address(label.clone(), *part);
                let patch = self.note(slot, stored.as_str(), given.as_str());
                patch.addresses[at].2.clone_from(stored);
            }
        }
    }

    fn websites(&mut self, cells: &Cells<Text>) {
        let known: Vec<_> = self.contact.websites.iter().map(|w| (&w.label, &w.value)).collect();
        for (at, given, stored) in damaged_values(cells, &known, is_damaged_text) {
            let slot = Slot::Website(cells[at].0.clone());
            let patch = self.note(slot, stored.as_str(), given.as_str());
            patch.websites[at].2 = Some(stored.clone());
        }
    }

    fn emails(&mut self, cells: &Cells<Email>) {
        let known: Vec<_> = self.contact.emails.iter().map(|e| (&e.label, &e.value)).collect();
        let is_damaged = |stored: &Email, given: &Email| is_spreadsheet_damage(stored.as_str(), given.as_str());
        for (at, given, stored) in damaged_values(cells, &known, is_damaged) {
            let slot = Slot::Email(cells[at].0.clone());
            let patch = self.note(slot, stored.as_str(), given.as_str());
            patch.emails[at].2 = Some(stored.clone());
        }
    }

    fn phones(&mut self, cells: &Cells<Phone>) {
        let known: Vec<_> = self.contact.phones.iter().map(|p| (&p.label, &p.phone)).collect();
        let is_damaged = |stored: &Phone, given: &Phone| is_damaged_phone(stored, given.raw());
        for (at, given, stored) in damaged_values(cells, &known, is_damaged) {
            let slot = Slot::Phone(cells[at].0.clone());
            let patch = self.note(slot, &stored.international(), given.raw());
            patch.phones[at].2 = Some(stored.clone());
        }
    }

    fn tags(&mut self, tags: &[Text]) {
        let known = &self.contact.tags;
        if tags.len().max(known.len()) > LONGEST_LIST {
            return;
        }
        for (at, given) in tags.iter().enumerate().filter(|(_, tag)| !known.contains(tag)) {
            if let Some(stored) = known.iter().find(|stored| is_damaged_text(stored, given)) {
                let patch = self.note(Slot::Tags, stored.as_str(), given.as_str());
                patch.tags.get_or_insert_default()[at].clone_from(stored);
            }
        }
    }
}

fn is_damaged_text(stored: &Text, given: &Text) -> bool {
    is_spreadsheet_damage(stored.as_str(), given.as_str())
}

/// Returns the damaged cells of a list: their values are not in the list, and a spreadsheet has made each of a value in
/// it, preferably one with the same label. Each result holds the cell's position, its value, and the original value.
fn damaged_values<'p, 'c, T: PartialEq>(
    cells: &'p Cells<T>,
    known: &[(&Label, &'c T)],
    is_damaged: impl Fn(&T, &T) -> bool,
) -> Vec<(usize, &'p T, &'c T)> {
    if cells.len().max(known.len()) > LONGEST_LIST {
        return Vec::new();
    }
    let lacks = |given: &T| known.iter().all(|(_, value)| *value != given);
    let given = cells
        .iter()
        .enumerate()
        .filter_map(|(at, (label, _, value))| Some((at, label, value.as_ref()?)));
    let made_of = |label: &Label, given: &T| {
        let same = known.iter().filter(|(of, _)| *of == label);
        let others = known.iter().filter(|(of, _)| *of != label);
        let mut damaged = same.chain(others).filter(|(_, value)| is_damaged(value, given));
        damaged.next().map(|(_, value)| *value)
    };
    given
        .filter(|(_, _, given)| lacks(given))
        .filter_map(|(at, label, given)| Some((at, given, made_of(label, given)?)))
        .collect()
}

#[cfg(test)]
#[path = "spreadsheet_damage/damage_tests.rs"]
mod tests;
