//! Proposes a slot for every column: first from a layout, the words and the values of each, then from all columns
//! together.

use super::addresses::put_together;
use super::candidate::{Candidate, UNKNOWN, piece_of, slot_of};
use super::column::Column;
use super::header_words::{is_number, normalized, words};
use super::labels::find_labelled_columns;
use super::layouts::{Layout, recognise};
use super::lexicon::{Field, lexicon};
use super::meaning::{Reading, Verdict, read};
use super::neighbours::{one_column_a_slot, read_names_in_company};
use super::parse::{Token, Votes, language_votes, parse};
use super::persons::keep_one_person;
use super::pieces::find_main_columns;
use super::second_values::keep_second_values;
use super::value_evidence::{names_without_header, weigh_values};
use super::values::Profile;
use crate::google_lines;
use crate::native::{VCARD_REMARKS, slot_of_header};
use model::{AddressPart, Label, Slot, TextField};
use std::collections::{HashMap, HashSet};

/// How many columns without a known name are compared by similarity; a file with more is not a contact list made by
/// hand.
const MOST_COMPARED: usize = 200;

/// How many headers must begin with the same unknown word for it to count as a container: `properties.city`.
const CONTAINER: usize = 3;

/// Proposes a slot for every column. Also returns the layout's id, if a layout is recognised.
pub fn propose(header: &[String], has_header: bool, sample: &[Vec<String>]) -> (Option<&'static str>, Vec<Column>) {
    let layout = if has_header { recognise(header) } else { None };
    let mut candidates = candidates(header, has_header, layout, sample);
    weigh_values(&mut candidates, has_header);
    keep_one_person(&mut candidates);
    read_names_in_company(&mut candidates);
    if !has_header {
        names_without_header(&mut candidates);
    }
    put_together(&mut candidates);
    find_main_columns(&mut candidates);
    by_similarity(&mut candidates);
    find_labelled_columns(&mut candidates);
    one_column_a_slot(&mut candidates);
    keep_second_values(&mut candidates);
    let columns = candidates.into_iter().map(|candidate| candidate.column).collect();
    (layout.map(|l| l.id.as_str()), columns)
}

fn candidates(
    header: &[String],
    has_header: bool,
    layout: Option<&'static Layout>,
    sample: &[Vec<String>],
) -> Vec<Candidate> {
    let votes = if has_header {
        language_votes(header)
    } else {
        Votes::new()
    };
    let containers = if has_header {
        containers(header, &votes)
    } else {
        HashSet::new()
    };
    header
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let fixed = if has_header {
                by_layout(name, layout).or_else(|| by_group(name, &votes))
            } else {
                None
            };
            let reading = match (&fixed, has_header) {
                (None, true) => read(name, &votes, &containers),
                _ => Reading::default(),
            };
            Candidate {
                is_fixed: fixed.is_some(),
                column: fixed.unwrap_or_else(|| by_words(name, &reading)),
                reading,
                profile: Profile::new(sample.iter().filter_map(|row| row.get(at)).map(String::as_str)),
            }
        })
        .collect()
}

/// Unknown words with which several headers begin.
fn containers(header: &[String], votes: &Votes) -> HashSet<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for name in header {
        if let Some(first) = words(name).into_iter().next() {
            *counts.entry(first).or_default() += 1;
        }
    }
    counts.retain(|word, count| *count >= CONTAINER && matches!(parse(word, votes).first(), Some(Token::Unknown(_))));
    counts.into_keys().collect()
}

fn by_layout(header: &str, layout: Option<&'static Layout>) -> Option<Column> {
    let layout = layout?;
    let reason = format!("Known column of {}", layout.name);
    if layout.id == "crystalqore"
        && let Some(slot) = slot_of_header(header)
    {
        return Some(Column::new(header, Some(slot), 1.0, reason));
    }
    if layout.id == "crystalqore" && header == VCARD_REMARKS {
        return Some(Column::new(header, None, 1.0, "What reading the cards had to say"));
    }
    if layout.id.starts_with("google") && google_lines::is_kept(header) {
        return Some(Column::new(header, Some(Slot::VcardLines), 1.0, KEPT));
    }
    match layout.slot(header)? {
        Some(slot) => Some(Column::new(header, Some(slot.clone()), 1.0, reason)),
        None => Some(Column::new(header, None, 1.0, format!("{reason}, no matching field"))),
    }
}

/// The reason of a Google Contacts column that has no field and is kept as vCard lines.
const KEPT: &str = "No matching field; kept with the contact for exports to Google and phones";

/// Numbered groups as Google writes them: `Phone 1 - Value`, `Address 2 - City`.
fn by_group(header: &str, votes: &Votes) -> Option<Column> {
    if google_lines::Group::of_header(header).is_some() {
        return Some(Column::new(header, Some(Slot::VcardLines), 1.0, KEPT));
    }
    let (group, part) = header.rsplit_once(" - ")?;
    let group = words(group);
    let (number, name) = group.split_last()?;
    let number: usize = number.parse().ok()?;
    let (spoken, part) = (part, normalized(part));
    let label = if number < 2 {
        Label::NONE
    } else {
        Label::exact(&number.to_string())
    };
    let address = |part| Some(Slot::Address(label.clone(), part));
    let slot = match (name.concat().as_str(), part.as_str()) {
        ("email", "value") => Some(Slot::Email(Label::NONE)),
        ("phone", "value") => Some(Slot::Phone(Label::NONE)),
        ("website", "value") => Some(Slot::Website(Label::NONE)),
        ("address", _) => match read(spoken, votes, &HashSet::new()).verdict {
            Verdict::Field(Field::Address) => address(AddressPart::Street),
            Verdict::Field(Field::City) => address(AddressPart::City),
            Verdict::Field(Field::State) => address(AddressPart::State),
            Verdict::Field(Field::ZipCode) => address(AddressPart::ZipCode),
            Verdict::Field(Field::Country) => address(AddressPart::Country),
            _ => None,
        },
        ("organization", "name") if number == 1 => Some(Slot::Text(TextField::Company)),
        ("organization", "title") if number == 1 => Some(Slot::Text(TextField::Title)),
        ("organization", "department") if number == 1 => Some(Slot::Text(TextField::Department)),
        ("email" | "phone" | "website" | "organization" | "event" | "relation" | "im" | "customfield", _) => None,
        _ => return None,
    };
    let reason = if slot.is_some() {
        "A column of a numbered group"
    } else {
        "A column of a numbered group, no matching field"
    };
    Some(Column::new(header, slot, 1.0, reason))
}

fn by_words(header: &str, reading: &Reading) -> Column {
    let none = |confidence, reason: String| Column::new(header, None, confidence, reason);
    match reading.verdict {
        Verdict::Field(field) => {
            let Some(slot) = slot_of(field, reading) else {
                return none(0.9, "Not imported: no matching field".to_owned());
            };
            let (confidence, reason) = match (reading.is_exact, reading.is_doubtful) {
                (true, false) => (0.98, "Exact match"),
                (true, true) => (0.9, "Exact match in one of several languages"),
                (false, false) => (0.9, "Each word of the name is known"),
                (false, true) => (0.8, "The words of the name that are known"),
            };
            let confidence = if field == Field::Occupation { 0.7 } else { confidence };
            let mut column = Column::new(header, Some(slot), confidence, reason);
            column.piece = piece_of(field);
            column
        }
        Verdict::NotOurs => match reading.party.filter(|party| !party.may_be_contact()) {
            Some(party) => none(0.95, format!("Not imported: belongs to {}", party.words())),
            None => none(0.9, "Not imported: no matching field".to_owned()),
        },
        Verdict::LabelOf(_) | Verdict::Kind(_) | Verdict::Number | Verdict::Unknown => none(0.0, UNKNOWN.to_owned()),
    }
}

/// Shows names that are similar to a known one as proposals; they are applied only if the values agree, which
/// `weigh_values` has already done.
fn by_similarity(candidates: &mut [Candidate]) {
    let unknown = |c: &&mut Candidate| c.column.reason == UNKNOWN && c.reading.verdict == Verdict::Unknown;
    for candidate in candidates.iter_mut().filter(unknown).take(MOST_COMPARED) {
        let name: String = words(&candidate.column.header)
            .into_iter()
            .filter(|w| !is_number(w))
            .collect();
        if !(5..=40).contains(&name.chars().count()) {
            continue;
        }
        let nearest = lexicon()
            .fields()
            .filter(|(known, _)| known.len().abs_diff(name.len()) <= 3)
            .map(|(known, field)| (strsim::jaro_winkler(known, &name), known, field))
            .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)));
        let Some((similarity, known, field)) = nearest.filter(|(similarity, ..)| *similarity > 0.9) else {
            continue;
        };
        if let Some(slot) = slot_of(field, &Reading::default()) {
            candidate.column.proposal = Some(slot);
            candidate.column.confidence = (similarity - 0.4).max(0.0);
            candidate.column.reason = format!("The name resembles \"{known}\"; not sure enough to be applied");
        }
    }
}
