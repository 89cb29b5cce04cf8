//! Finds columns that hold the labels of others: `E-mail 1 - Label`, `Phone 2 Type`, `emails.0.type`, `Type` after a
//! number.

use super::candidate::Candidate;
use super::lexicon::Field;
use super::meaning::Verdict;
use model::Slot;
use std::collections::HashMap;

/// Assigns each label column to the columns whose labels it holds.
pub fn find_labelled_columns(candidates: &mut [Candidate]) {
    by_stem(candidates);
    by_words(candidates);
}

fn has_labels(slot: Option<&Slot>) -> bool {
    matches!(
        slot,
        Some(Slot::Email(_) | Slot::Phone(_) | Slot::Website(_) | Slot::Address(..) | Slot::VcardLines)
    )
}

fn give(candidate: &mut Candidate, columns: Vec<usize>, of: &str) {
    candidate.column.label_for = columns;
    candidate.column.slot = None;
    candidate.column.proposal = None;
    candidate.column.confidence = 1.0;
    candidate.column.reason = format!("Tells the label of {of}");
}

/// `Phone 1 - Label` beside `Phone 1 - Value`, `Email Type` beside `Email`.
fn by_stem(candidates: &mut [Candidate]) {
    let mut values: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, candidate) in candidates.iter().enumerate() {
        if has_labels(candidate.column.slot.as_ref()) {
            let header = candidate.column.header.as_str();
            let stem = header.strip_suffix(" Value").unwrap_or(header);
            let stem = header.rsplit_once(" - ").map_or(stem, |(stem, _)| stem);
            values.entry(stem).or_default().push(at);
        }
    }
    let found: Vec<(usize, String, Vec<usize>)> = candidates
        .iter()
        .enumerate()
        .filter(|(_, candidate)| candidate.column.slot.is_none())
        .filter_map(|(at, candidate)| {
            let stem = label_stem(&candidate.column.header)?;
            let columns = values.get(stem)?;
            Some((at, stem.to_owned(), columns.clone()))
        })
        .collect();
    for (at, stem, columns) in found {
        give(&mut candidates[at], columns, &stem);
    }
}

fn label_stem(header: &str) -> Option<&str> {
    [" - Label", " - Type", " - Service", " Type", " Label"]
        .iter()
        .find_map(|end| header.strip_suffix(end))
}

/// What a label column and its value columns have in common.
type Key = (u8, usize, Option<String>);

fn key(candidate: &Candidate, family: u8) -> Key {
    let number = candidate.reading.group.or(candidate.reading.line);
    (
        family,
        number.unwrap_or(usize::MAX),
        candidate.reading.container.clone(),
    )
}

fn family_of_slot(slot: Option<&Slot>) -> Option<u8> {
    match slot? {
        Slot::Email(_) => Some(0),
        Slot::Phone(_) => Some(1),
        Slot::Website(_) => Some(2),
        Slot::Address(..) => Some(3),
        _ => None,
    }
}

fn family_of_field(field: Field) -> Option<u8> {
    match field {
        Field::Email => Some(0),
        field if field.is_of_phone() => Some(1),
        Field::Website => Some(2),
        field if field.is_of_address() => Some(3),
        _ => None,
    }
}

/// The columns of the address that a column is part of; for other columns, the column itself.
fn whole_address(candidates: &[Candidate], at: usize) -> Vec<usize> {
    let Some(Slot::Address(label, _)) = &candidates[at].column.slot else {
        return vec![at];
    };
    let is_part = |c: &Candidate| matches!(&c.column.slot, Some(Slot::Address(of, _)) if of == label);
    (0..candidates.len()).filter(|at| is_part(&candidates[*at])).collect()
}

fn by_words(candidates: &mut [Candidate]) {
    let mut values: HashMap<Key, Vec<usize>> = HashMap::new();
    for (at, candidate) in candidates.iter().enumerate() {
        if let Some(family) = family_of_slot(candidate.column.slot.as_ref()) {
            values.entry(key(candidate, family)).or_default().push(at);
        }
    }
    let mut found = Vec::new();
    for (at, candidate) in candidates.iter().enumerate() {
        let Verdict::LabelOf(field) = candidate.reading.verdict else {
            continue;
        };
        if !candidate.is_open() {
            continue;
        }
        let neighbour = at
            .checked_sub(1)
            .filter(|before| has_labels(candidates[*before].column.slot.as_ref()));
        match field.and_then(family_of_field) {
            // `E-mail Type` of Outlook is not a label.
            Some(0) if !candidate.profile.may_be_email_label() => {}
            Some(family) => {
                let own = values.get(&key(candidate, family)).cloned();
                let beside = neighbour.filter(|b| family_of_slot(candidates[*b].column.slot.as_ref()) == Some(family));
                let of = own.or_else(|| beside.map(|before| vec![before]));
                found.extend(of.map(|columns| (at, columns)));
            }
            None => {
                let agrees = candidate.profile.filled == 0 || candidate.profile.is_label();
                let of = neighbour
                    .filter(|_| agrees)
                    .map(|before| whole_address(candidates, before));
                found.extend(of.map(|columns| (at, columns)));
            }
        }
    }
    for (at, columns) in found {
        let of = format!("\"{}\"", candidates[columns[0]].column.header);
        give(&mut candidates[at], columns, &of);
    }
    for candidate in candidates.iter_mut() {
        if matches!(candidate.reading.verdict, Verdict::LabelOf(_)) && candidate.is_open() {
            candidate.leave_out("Not imported: no matching field");
        }
    }
}
