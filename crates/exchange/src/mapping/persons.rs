//! Decides in rows with more than one person which one is the contact, and leaves out the columns of the others.

use super::candidate::Candidate;
use super::header_words::{is_number, words};
use super::lexicon::{Field, Kind, Party};
use std::collections::{HashMap, HashSet};

/// Leaves out the columns of everyone but the contact.
pub fn keep_one_person(candidates: &mut [Candidate]) {
    for candidate in candidates.iter_mut() {
        let is_name = candidate.field().is_some_and(Field::is_of_name);
        if is_name && candidate.reading.kind == Some(Kind::Shipping) {
            candidate.reading.party = Some(Party::Recipient);
            candidate.reading.kind = None;
            if let Some(field) = candidate.field() {
                let (confidence, reason) = (candidate.column.confidence, candidate.column.reason.clone());
                candidate.give(field, confidence, &reason);
            }
        }
    }
    leave_names_of_payers(candidates);
    leave_phones_of_recipients(candidates);
    take_child_for_want_of_others(candidates);
    leave_recipients_of_mail(candidates);
    keep_main_party(candidates);
    keep_first_of_numbered(candidates);
    keep_first_of_repeated(candidates);
    keep_bare_before_containers(candidates);
}

/// Treats `Billing Name` and `Bill To Name` beside the name of the contact as the names of the payer.
fn leave_names_of_payers(candidates: &mut [Candidate]) {
    let is_own = |c: &Candidate| {
        let is_name = c.column.slot.is_some() && c.field().is_some_and(is_core_name);
        is_name && c.reading.party.is_none() && c.reading.kind.is_none()
    };
    if !candidates.iter().any(is_own) {
        return;
    }
    for candidate in candidates.iter_mut() {
        let is_name = candidate.field().is_some_and(is_core_name);
        if is_name && candidate.reading.kind == Some(Kind::Billing) && candidate.reading.party.is_none() {
            candidate.reading.party = Some(Party::Buyer);
        }
    }
}

/// Treats the phone for a delivery as the recipient's, if a recipient is named and the contact has another phone.
fn leave_phones_of_recipients(candidates: &mut [Candidate]) {
    let named = |party| fields_of(candidates, party).any(is_core_name);
    let has_own_phone = candidates.iter().any(|c| {
        let is_phone = c.column.slot.is_some() && c.field().is_some_and(Field::is_of_phone);
        is_phone && c.reading.party.is_none() && c.reading.kind != Some(Kind::Shipping)
    });
    if !has_own_phone || !named(Some(Party::Recipient)) || !named(None) {
        return;
    }
    for candidate in candidates.iter_mut() {
        let is_phone = candidate.field().is_some_and(Field::is_of_phone);
        if is_phone && candidate.reading.kind == Some(Kind::Shipping) && candidate.reading.party.is_none() {
            candidate.reading.party = Some(Party::Recipient);
        }
    }
}

fn is_core_name(field: Field) -> bool {
    matches!(
        field,
        Field::FirstName | Field::LastName | Field::FullName | Field::FullNameLastFirst
    )
}

/// The families of fields that distinguish two persons.
fn family(field: Field) -> Option<u8> {
    match field {
        field if field.is_of_name() => Some(0),
        Field::Email => Some(1),
        field if field.is_of_phone() => Some(2),
        Field::Company | Field::Title | Field::Occupation | Field::Department => Some(3),
        Field::Birthday | Field::BirthDay | Field::BirthMonth | Field::BirthYear => Some(4),
        _ => None,
    }
}

fn fields_of(candidates: &[Candidate], party: Option<Party>) -> impl Iterator<Item = Field> {
    candidates
        .iter()
        .filter(move |c| c.reading.party == party && c.column.slot.is_some())
        .filter_map(Candidate::field)
}

/// Treats children as the contacts if only they and their parents are named, as in the list of a class or a camp.
fn take_child_for_want_of_others(candidates: &mut [Candidate]) {
    let is_name = |c: &Candidate| c.column.slot.is_some() && c.field().is_none_or(is_core_name);
    if candidates.iter().any(is_name) {
        return;
    }
    let named = |c: &Candidate| {
        let is_child = !c.is_fixed && c.reading.party == Some(Party::Child);
        c.reading.withheld.filter(|field| is_child && field.is_of_name())
    };
    if !candidates.iter().filter_map(named).any(is_core_name) {
        return;
    }
    for candidate in candidates.iter_mut() {
        if let Some(field) = named(candidate) {
            candidate.reading.party = None;
            candidate.give(field, 0.7, "The name of the child, as no other name is there");
        }
    }
}

/// `From` and `To` of payments and messages: the sender is the contact, the recipient is the owner of the file.
fn leave_recipients_of_mail(candidates: &mut [Candidate]) {
    let is_email_of = |c: &Candidate, party| c.reading.party == Some(party) && c.field() == Some(Field::Email);
    let has_sender = candidates
        .iter()
        .any(|c| is_email_of(c, Party::Buyer) && c.column.slot.is_some());
    for candidate in candidates.iter_mut() {
        if has_sender && is_email_of(candidate, Party::Recipient) {
            candidate.leave_to(Party::Recipient);
        }
    }
}

fn main_party(candidates: &[Candidate]) -> Option<Party> {
    let names = |party| fields_of(candidates, party).any(is_core_name);
    if names(Some(Party::Attendee)) {
        return Some(Party::Attendee);
    }
    if names(None) {
        return None;
    }
    let (buyer, recipient) = (Some(Party::Buyer), Some(Party::Recipient));
    match (names(buyer), names(recipient)) {
        (true, true) => {
            let has_email = |party| fields_of(candidates, party).any(|field| field == Field::Email);
            let first = candidates
                .iter()
                .find(|c| c.column.slot.is_some() && (c.reading.party == buyer || c.reading.party == recipient));
            match (has_email(buyer), has_email(recipient)) {
                (true, false) => buyer,
                (false, true) => recipient,
                _ => first.and_then(|c| c.reading.party),
            }
        }
        (true, false) => buyer,
        (false, true) => recipient,
        (false, false) => None,
    }
}

fn keep_main_party(candidates: &mut [Candidate]) {
    if !candidates.iter().any(|c| c.reading.party.is_some()) {
        return;
    }
    let main = main_party(candidates);
    let families: HashSet<u8> = fields_of(candidates, main).filter_map(family).collect();
    let named: HashSet<Option<Party>> = candidates
        .iter()
        .filter(|c| c.column.slot.is_some() && c.field().is_some_and(is_core_name))
        .map(|c| c.reading.party)
        .collect();
    for candidate in candidates.iter_mut().filter(|c| c.column.slot.is_some()) {
        let Some(field) = candidate.field() else { continue };
        let party = candidate.reading.party;
        if party == main {
            continue;
        }
        let is_filled = family(field).is_some_and(|family| families.contains(&family));
        let is_apart = match party {
            // The order's own address is the contact's, unless another person is named.
            Some(Party::Buyer) => named.contains(&party) && (family(field).is_some() || field.is_of_address()),
            Some(Party::Recipient) => named.contains(&party) && family(field).is_some(),
            _ => false,
        };
        if is_filled || is_apart {
            match party {
                Some(party) => candidate.leave_to(party),
                None => candidate.leave_out("Not imported: the attendee has a column of this kind"),
            }
        }
    }
}

/// `Person 1 First Name`, `Person 2 First Name`: keeps the first numbered person, or none if the contact has a name of
/// its own.
fn keep_first_of_numbered(candidates: &mut [Candidate]) {
    let has_own_name = candidates
        .iter()
        .any(|c| c.reading.person.is_none() && c.column.slot.is_some() && c.field().is_some_and(is_core_name));
    let first = candidates
        .iter()
        .filter(|c| c.column.slot.is_some() && c.field().is_some_and(is_core_name))
        .filter_map(|c| c.reading.person)
        .min();
    let Some(first) = first else { return };
    for candidate in candidates.iter_mut().filter(|c| c.column.slot.is_some()) {
        if let Some(person) = candidate.reading.person
            && (has_own_name || person > first)
        {
            candidate.leave_out(format!("Not imported: belongs to person {person} of the row"));
        }
    }
}

/// `Name, Phone, Name, Phone`: from the first repeated name on, the repeated columns belong to a second person.
fn keep_first_of_repeated(candidates: &mut [Candidate]) {
    let plain = |header: &str| words(header).into_iter().filter(|w| !is_number(w)).collect::<String>();
    let mut first_at: HashMap<String, usize> = HashMap::new();
    let mut second_begins = None;
    let mut repeated = Vec::new();
    for (at, candidate) in candidates.iter().enumerate() {
        let key = plain(&candidate.column.header);
        let Some(first) = first_at.get(&key).copied() else {
            first_at.insert(key, at);
            continue;
        };
        let is_same_header = candidates[first].column.header.trim() == candidate.column.header.trim();
        let begins = candidate.field().is_some_and(|field| match field {
            Field::FirstName | Field::LastName => true,
            field => is_core_name(field) && is_same_header,
        });
        if begins && second_begins.is_none() && at > first + 1 {
            second_begins = Some(at);
        }
        if second_begins.is_some_and(|begin| first_at[&key] < begin) {
            repeated.push(at);
        }
    }
    for at in repeated {
        if candidates[at].field().is_some() {
            candidates[at].leave_out("Not imported: belongs to a second person in the row");
        }
    }
}

/// `Doctor Name` beside `Name`: an unknown word before a name makes the columns that begin with it another person's.
fn keep_bare_before_containers(candidates: &mut [Candidate]) {
    let is_named = |c: &Candidate| c.column.slot.is_some() && c.field().is_some_and(is_core_name);
    let has_own_name = candidates
        .iter()
        .any(|c| (is_named(c) && c.reading.container.is_none()) || (c.is_fixed && c.column.slot.is_some()));
    if !has_own_name {
        return;
    }
    let others: HashSet<String> = candidates
        .iter()
        .filter(|c| is_named(c))
        .filter_map(|c| c.reading.container.clone())
        .collect();
    for candidate in candidates.iter_mut() {
        if candidate
            .reading
            .container
            .as_ref()
            .is_some_and(|word| others.contains(word))
        {
            candidate.leave_to(Party::OtherPerson);
        }
    }
}
