//! Values that are spread over several columns: assigns each piece to the column that it belongs to.

use super::addresses::is_street;
use super::candidate::Candidate;
use super::header_words::words;
use super::lexicon::Field;
use super::piece::Piece;
use model::{Slot, TextField};
use std::collections::HashMap;

/// Assigns the pieces to their columns; a piece without one is left out.
pub fn find_main_columns(candidates: &mut [Candidate]) {
    join_birthday(candidates);
    join_phones(candidates);
    join_names(candidates);
    join_repeated_texts(candidates);
    for candidate in candidates.iter_mut() {
        if let (Some(piece), false) = (candidate.column.piece, candidate.column.slot.is_none()) {
            candidate.column.reason = piece.words().to_owned();
        }
    }
}

/// Joins day, month and year to a birthday; alone they are not one.
fn join_birthday(candidates: &mut [Candidate]) {
    let has = |candidates: &[Candidate], piece| candidates.iter().any(|c| c.column.piece == Some(piece));
    // `Birth Day` beside `Birth Month` is the day.
    if has(candidates, Piece::Month) && !has(candidates, Piece::Day) {
        let has_year = has(candidates, Piece::Year);
        let is_day = |c: &Candidate| {
            let named = words(&c.column.header).last().is_some_and(|word| word == "day");
            named || c.profile.is_small_number() || c.profile.filled == 0 && has_year
        };
        let day = candidates
            .iter_mut()
            .find(|c| c.field() == Some(Field::Birthday) && is_day(c));
        if let Some(day) = day {
            day.give(Field::BirthDay, 0.9, "");
        }
    }
    // A column for the day of birth that contains whole dates is the birthday.
    if !has(candidates, Piece::Month)
        && let Some(whole) = candidates
            .iter_mut()
            .find(|c| c.column.piece == Some(Piece::Day) && c.profile.is_date())
    {
        whole.give(Field::Birthday, 0.85, "The values are whole dates");
    }
    let is_date = has(candidates, Piece::Month) && has(candidates, Piece::Day);
    let has_whole = candidates
        .iter()
        .any(|c| c.column.slot == Some(Slot::Birthday) && c.column.piece.is_none());
    for candidate in candidates.iter_mut() {
        let is_piece = matches!(candidate.column.piece, Some(Piece::Day | Piece::Month | Piece::Year));
        if is_piece && (!is_date || has_whole) {
            candidate.leave_out("Not imported: a day, month or year alone is not a birthday");
        }
    }
}

/// Gives codes and extensions the label of the number that they belong to.
fn join_phones(candidates: &mut [Candidate]) {
    // Calling codes are often named like countries.
    for candidate in candidates.iter_mut() {
        if candidate.field() == Some(Field::Country) && candidate.profile.is_calling_code() {
            candidate.give(Field::CallingCode, 0.9, "");
        }
    }
    let numbers: Vec<(usize, Slot)> = candidates
        .iter()
        .enumerate()
        .filter(|(_, c)| c.column.piece.is_none())
        .filter_map(|(at, c)| c.column.slot.clone().map(|slot| (at, slot)))
        .filter(|(_, slot)| matches!(slot, Slot::Phone(_)))
        .collect();
    for (at, candidate) in candidates.iter_mut().enumerate() {
        let Some(piece @ (Piece::CallingCode | Piece::AreaCode | Piece::Extension)) = candidate.column.piece else {
            continue;
        };
        let own = candidate.column.slot.clone();
        let next = numbers.partition_point(|(number, _)| *number < at);
        let (before, behind) = (next.checked_sub(1), (next < numbers.len()).then_some(next));
        let sides = match piece {
            Piece::Extension => [before, behind],
            _ => [behind, before],
        };
        let same = sides
            .iter()
            .flatten()
            .find(|number| Some(&numbers[**number].1) == own.as_ref());
        match same.or(sides.iter().flatten().next()) {
            Some(number) => candidate.column.slot = Some(numbers[*number].1.clone()),
            None => candidate.leave_out("Not imported: no column has the number that belongs to it"),
        }
    }
}

/// Leaves out "van der" without a family name.
fn join_names(candidates: &mut [Candidate]) {
    let last = Slot::Text(TextField::LastName);
    let has_last = candidates
        .iter()
        .any(|c| c.column.slot.as_ref() == Some(&last) && c.column.piece.is_none());
    for candidate in candidates.iter_mut() {
        if candidate.column.piece == Some(Piece::NamePrefix) && !has_last {
            candidate.leave_out("Not imported: no column has the last name that belongs to it");
        }
    }
}

/// Joins forms of address, family names and notes of several columns: "Frau" and "Dr.", or both family names.
fn join_repeated_texts(candidates: &mut [Candidate]) {
    leave_out_greetings(candidates);
    let mut seen: HashMap<TextField, usize> = HashMap::new();
    for at in 0..candidates.len() {
        let Some(Slot::Text(field @ (TextField::Prefix | TextField::LastName | TextField::Notes))) =
            candidates[at].column.slot.clone()
        else {
            continue;
        };
        if candidates[at].column.piece.is_some() {
            continue;
        }
        match seen.get(&field).copied() {
            None => {
                seen.insert(field, at);
            }
            Some(first) if joins(&candidates[first], &candidates[at], field) => {
                candidates[at].column.piece = Some(Piece::Further);
            }
            Some(_) => {}
        }
    }
    find_second_whole_name(candidates);
}

/// Words that name the whole name of the contact beside another name; not the name on a card, or of the payer.
const WHOLE_NAMES: &[&str] = &["public", "saved", "display", "full", "profile", "contact"];

/// Uses `Public Name` after `Saved Name` where the latter is empty.
fn find_second_whole_name(candidates: &mut [Candidate]) {
    let is_name = |c: &Candidate| {
        let is_called_name = match &words(&c.column.header)[..] {
            [name] => name == "name",
            [which, name] => WHOLE_NAMES.contains(&which.as_str()) && name == "name",
            _ => false,
        };
        !c.is_fixed && c.column.slot == Some(Slot::FullName) && c.column.piece.is_none() && is_called_name
    };
    let mut names = candidates.iter_mut().filter(|c| is_name(c));
    if names.next().is_some()
        && let Some(second) = names.next()
    {
        second.column.piece = Some(Piece::Further);
    }
}

/// Leaves out `Salutation` beside a column of forms of address, because it is the greeting of letters: `Dear Ann`,
/// `Ann`.
fn leave_out_greetings(candidates: &mut [Candidate]) {
    let prefix = Slot::Text(TextField::Prefix);
    let prefixes: Vec<usize> = (0..candidates.len())
        .filter(|at| candidates[*at].column.slot.as_ref() == Some(&prefix))
        .collect();
    if prefixes.len() < 2 {
        return;
    }
    for at in prefixes {
        let candidate = &mut candidates[at];
        let is_named = words(&candidate.column.header)
            .iter()
            .any(|word| matches!(word.as_str(), "salutation" | "salutations" | "greeting" | "briefanrede"));
        if is_named && !candidate.is_fixed && candidate.profile.filled > 0 && !candidate.profile.is_form_of_address() {
            candidate.leave_out("Not imported: how letters to the contact begin");
        }
    }
}

fn joins(first: &Candidate, second: &Candidate, field: TextField) -> bool {
    match field {
        // `Apellido paterno` and `Apellido materno` are two names; `Last Name` and `Surname` are one.
        TextField::LastName => {
            let (one, other) = (words(&first.column.header), words(&second.column.header));
            one != other && one.iter().any(|word| other.contains(word))
        }
        _ => true,
    }
}

/// Whether there is a street column that a house number may belong to.
pub fn has_street(candidates: &[Candidate]) -> bool {
    candidates
        .iter()
        .any(|c| c.column.piece.is_none() && c.column.slot.as_ref().is_some_and(is_street))
}
