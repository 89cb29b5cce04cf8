//! Determines the meaning of columns from their neighbours, and resolves slots claimed by several columns.

use super::candidate::Candidate;
use super::header_words::{normalized, words};
use super::lexicon::Party;
use model::{Slot, TextField};
use std::collections::HashMap;

/// Determines the meaning of name columns from the other name columns: German `Name` beside `Vorname` is the family
/// name, Spanish `Nombre` alone the whole name, `Title` beside `Job Title` the form of address.
pub fn read_names_in_company(candidates: &mut [Candidate]) {
    whole_or_family_name(candidates);
    whole_or_given_name(candidates);
    company_beside_person(candidates);
    half_or_whole_name(candidates);
    given_name_alone(candidates);
    job_title_or_form_of_address(candidates);
    team_of_owner(candidates);
}

fn position(candidates: &[Candidate], slot: &Slot) -> Option<usize> {
    candidates
        .iter()
        .position(|c| c.column.slot.as_ref() == Some(slot) && c.column.piece.is_none_or(|piece| !piece.is_part()))
}

fn set(candidate: &mut Candidate, slot: Slot, reason: &str) {
    let confidence = candidate.column.confidence.min(0.9);
    candidate.give_slot(slot, confidence, reason);
}

fn whole_or_family_name(candidates: &mut [Candidate]) {
    let (first, last) = (Slot::Text(TextField::FirstName), Slot::Text(TextField::LastName));
    if let Some(full) = position(candidates, &Slot::FullName)
        && let Some(given) = position(candidates, &first)
        && position(candidates, &last).is_none()
        && is_named_like(&candidates[full], &candidates[given])
    {
        set(
            &mut candidates[full],
            last,
            "Beside a column of given names, this is the family name",
        );
    }
}

/// Whether the header `full` is one word, or differs from `given` only in the word for the name: `Name` beside
/// `Vorname`, `Name des Kindes` beside `Vorname des Kindes`; not `Full name` beside `First name`.
fn is_named_like(full: &Candidate, given: &Candidate) -> bool {
    let (full, given) = (words(&full.column.header), words(&given.column.header));
    let mut differing = full.iter().zip(&given).filter(|(one, other)| one != other);
    let is_name = |word: &String| ["name", "nom", "naam", "navn", "namn"].contains(&word.as_str());
    full.len() == 1
        || full.len() == given.len()
            && differing.next().is_some_and(|(one, _)| is_name(one))
            && differing.next().is_none()
}

/// `Name` beside `Surname`, Korean `이름` beside `성`: the given name, unless the values are whole names.
fn whole_or_given_name(candidates: &mut [Candidate]) {
    let (first, last) = (Slot::Text(TextField::FirstName), Slot::Text(TextField::LastName));
    if let Some(full) = position(candidates, &Slot::FullName)
        && let Some(family) = position(candidates, &last)
        && full.abs_diff(family) == 1
        && position(candidates, &first).is_none()
        && words(&candidates[full].column.header).len() == 1
        && !candidates[full].profile.is_full_name()
    {
        set(
            &mut candidates[full],
            first,
            "Beside a column of family names, this is the given name",
        );
    }
}

fn half_or_whole_name(candidates: &mut [Candidate]) {
    let (first, last) = (Slot::Text(TextField::FirstName), Slot::Text(TextField::LastName));
    for (one, other) in [(&first, &last), (&last, &first)] {
        if let Some(at) = position(candidates, one)
            && position(candidates, other).is_none()
            && position(candidates, &Slot::FullName).is_none()
            && candidates[at].profile.is_full_name()
        {
            set(
                &mut candidates[at],
                Slot::FullName,
                "The values are whole names, and no other column holds names",
            );
        }
    }
}

/// Maps a whole-name column of company names to the company if another column holds names of people: `Customer Name`.
fn company_beside_person(candidates: &mut [Candidate]) {
    if position(candidates, &Slot::Text(TextField::Company)).is_some() {
        return;
    }
    let is_name = |c: &Candidate| {
        let slot = c.column.slot.as_ref();
        slot == Some(&Slot::FullName) || slot == Some(&Slot::Text(TextField::LastName))
    };
    let names = candidates.iter().filter(|c| is_name(c)).count();
    let companies = candidates.iter_mut().find(|c| {
        !c.is_fixed && c.column.slot == Some(Slot::FullName) && c.column.piece.is_none() && c.profile.has_companies()
    });
    if let Some(companies) = companies.filter(|_| names > 1) {
        set(
            companies,
            Slot::Text(TextField::Company),
            "The values are companies, and another column holds names of people",
        );
    }
}

/// Words for a given name that mean the whole name if no column has family names, folded.
const NAMES: &[&str] = &["nombre", "nombres", "nome", "nom", "nume", "nimi"];

/// Maps a given-name column such as `Nombre` to the whole name if there is no other name column.
fn given_name_alone(candidates: &mut [Candidate]) {
    let (first, last) = (Slot::Text(TextField::FirstName), Slot::Text(TextField::LastName));
    if let Some(at) = position(candidates, &first)
        && !candidates[at].is_fixed
        && NAMES.contains(&normalized(&candidates[at].column.header).as_str())
        && position(candidates, &last).is_none()
        && position(candidates, &Slot::FullName).is_none()
    {
        set(
            &mut candidates[at],
            Slot::FullName,
            "No other column holds names, so this is the whole one",
        );
    }
}

/// Leaves out `Team` after the owner of the contact: it is the owner's team.
fn team_of_owner(candidates: &mut [Candidate]) {
    for at in 1..candidates.len() {
        let is_team = candidates[at].column.slot == Some(Slot::Text(TextField::Department))
            && !candidates[at].is_fixed
            && normalized(&candidates[at].column.header) == "team";
        if is_team && candidates[at - 1].reading.party == Some(Party::Owner) {
            candidates[at].leave_to(Party::Owner);
        }
    }
}

/// Words that mean a job title, or a form of address beside a clearer job title, folded.
const TITLES: &[&str] = &[
    "title", "titel", "titre", "titolo", "titulo", "tytul", "titul", "tittel", "titulli", "titlu",
];

/// Whether a column is called only `Title`, perhaps followed by a number.
fn is_bare_title(candidate: &Candidate) -> bool {
    let normalized = normalized(&candidate.column.header);
    TITLES.contains(&normalized.trim_end_matches(|c: char| c.is_ascii_digit()))
}

fn job_title_or_form_of_address(candidates: &mut [Candidate]) {
    let (title, prefix) = (Slot::Text(TextField::Title), Slot::Text(TextField::Prefix));
    let titles: Vec<usize> = (0..candidates.len())
        .filter(|at| !candidates[*at].is_fixed && candidates[*at].column.slot.as_ref() == Some(&title))
        .collect();
    for at in &titles {
        if candidates[*at].profile.is_form_of_address() {
            set(&mut candidates[*at], prefix.clone(), "The values are forms of address");
        }
    }
    if titles.len() > 1
        && position(candidates, &prefix).is_none()
        && let Some(bare) = titles.iter().find(|at| is_bare_title(&candidates[**at]))
    {
        set(
            &mut candidates[*bare],
            prefix,
            "Beside a column of job titles, this is the form of address",
        );
    }
}

/// Keeps one column for each slot that is not a list: the one with values, then the highest confidence, then the first.
pub fn one_column_a_slot(candidates: &mut [Candidate]) {
    let mut holders: HashMap<Slot, usize> = HashMap::new();
    for at in 0..candidates.len() {
        if candidates[at].column.piece.is_some_and(|piece| piece.is_part()) {
            continue;
        }
        let Some(slot) = candidates[at].column.slot.clone().filter(|s| !s.is_list()) else {
            continue;
        };
        let Some(holder) = holders.get(&slot).copied() else {
            holders.insert(slot, at);
            continue;
        };
        let rank = |at: usize| (candidates[at].profile.filled > 0, candidates[at].column.confidence);
        let (winner, loser) = if rank(at) > rank(holder) {
            (at, holder)
        } else {
            (holder, at)
        };
        holders.insert(slot.clone(), winner);
        let reason = format!(
            "{} is already filled by the column \"{}\"; this one is left out",
            slot.title(),
            candidates[winner].column.header
        );
        let column = &mut candidates[loser].column;
        column.reason = reason;
        column.proposal = column.slot.take();
        column.piece = None;
        column.confidence = 0.3;
    }
}
