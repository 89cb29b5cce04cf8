//! Uses the values of columns whose headers are unknown, ambiguous or wrong.

use super::candidate::{Candidate, UNKNOWN, piece_of};
use super::header_words::words;
use super::lexicon::{Field, Kind};
use super::meaning::Verdict;
use super::pieces::has_street;
use model::{AddressPart, Label, Slot, TextField};

/// Decides by the values where words do not, and rejects readings of the words that the values contradict.
pub fn weigh_values(candidates: &mut [Candidate], has_header: bool) {
    for candidate in candidates.iter_mut().filter(|c| !c.is_fixed) {
        leave_out_contradicted(candidate);
    }
    house_numbers(candidates);
    kinds_alone(candidates);
    numbers_alone(candidates);
    let has_email = candidates.iter().any(|c| matches!(c.column.slot, Some(Slot::Email(_))));
    let has_phone = has_phone(candidates);
    for candidate in candidates.iter_mut().filter(|c| c.is_open()) {
        if candidate.column.reason == UNKNOWN && candidate.column.proposal.is_none() {
            // Beside a phone, `Number` is the number of the record.
            let is_of_record = has_phone && candidate.reading.verdict == Verdict::Number;
            by_values(candidate, has_header, is_of_record);
        } else if let Some(field) = withheld(candidate) {
            candidate.give(field, 0.8, "The name may mean it, and the values agree");
        } else if !has_email
            && (candidate.reading.is_exact || candidate.column.proposal.is_some())
            && candidate.reading.party.is_none()
            && candidate.profile.is_email()
        {
            candidate.give_slot(
                Slot::Email(Label::NONE),
                0.8,
                "Looks like email addresses, whatever the name says",
            );
        }
    }
}

/// The field of a column whose name is a question or a number, if the values show it: `Can we have your phone?`,
/// `E-mail number`.
fn withheld(candidate: &Candidate) -> Option<Field> {
    let profile = candidate.profile;
    let is_shown = |field: &Field| match field {
        Field::Email => profile.is_email(),
        field => field.is_of_phone() && piece_of(*field).is_none() && profile.is_phone(),
    };
    let named = candidate.reading.withheld.filter(|_| candidate.reading.party.is_none());
    named.filter(is_shown)
}

fn leave_out_contradicted(candidate: &mut Candidate) {
    let profile = candidate.profile;
    let is_yes_or_no = profile.is_yes_or_no();
    let (is_contradicted, what) = match &candidate.column.slot {
        Some(Slot::Email(_)) => (is_yes_or_no || profile.excludes_email(), "email addresses"),
        Some(Slot::Phone(_)) if candidate.column.piece.is_none() => {
            (is_yes_or_no || profile.excludes_phone(), "phone numbers")
        }
        Some(Slot::FullName | Slot::Text(TextField::FirstName | TextField::LastName)) => {
            (is_yes_or_no || profile.excludes_name() || profile.is_email(), "names")
        }
        // `NO` and `SI` are also states and countries.
        Some(Slot::Address(_, AddressPart::Street | AddressPart::City)) => (is_yes_or_no, "addresses"),
        Some(Slot::Website(_) | Slot::Birthday | Slot::Text(TextField::Company | TextField::Title)) => {
            (is_yes_or_no, "more than yes and no")
        }
        _ => return,
    };
    if is_contradicted {
        let slot = candidate.column.slot.take();
        candidate.leave_out(format!(
            "The name fits, but the values are no {what}; the column is left out"
        ));
        candidate.column.proposal = slot;
        candidate.column.confidence = 0.3;
    }
}

/// `Número` after a street, and `Address Number` with short values, are house numbers.
fn house_numbers(candidates: &mut [Candidate]) {
    let has_street = has_street(candidates);
    for at in 0..candidates.len() {
        let profile = candidates[at].profile;
        let follows_street = at
            .checked_sub(1)
            .is_some_and(|before| matches!(candidates[before].field(), Some(Field::Address)));
        let is_number = candidates[at].reading.verdict == Verdict::Number
            && follows_street
            && (profile.filled == 0 || profile.is_house_number());
        let is_part = candidates[at].field() == Some(Field::Address)
            && candidates[at].reading.words > 1
            && candidates[at].reading.line.is_none()
            && has_street
            && profile.is_house_number();
        if is_number || is_part {
            candidates[at].give(Field::HouseNumber, 0.8, "");
        }
    }
}

/// `Home`, `Work`: phones if the values are, or if the neighbours have such names, too.
fn kinds_alone(candidates: &mut [Candidate]) {
    let is_kind = |c: &Candidate| match c.reading.verdict {
        Verdict::Kind(kind) if !c.is_fixed => Some(kind),
        Verdict::Field(Field::PhoneMobile | Field::PhoneFax) if !c.is_fixed && c.reading.words == 1 => {
            Some(Kind::Mobile)
        }
        _ => None,
    };
    let alone = candidates.iter().filter(|c| is_kind(c).is_some()).count();
    for candidate in candidates.iter_mut().filter(|c| c.is_open()) {
        let Verdict::Kind(kind) = candidate.reading.verdict else {
            continue;
        };
        let profile = candidate.profile;
        candidate.reading.kind = Some(kind);
        if profile.is_phone() || (profile.may_be_phone() && !profile.is_email()) {
            candidate.give(Field::Phone, 0.85, "Looks like phone numbers");
        } else if profile.is_email() {
            candidate.give(Field::Email, 0.85, "Looks like email addresses");
        } else if alone > 1 && profile.filled == 0 {
            candidate.give(Field::Phone, 0.75, "A phone, as the columns beside it");
        }
    }
}

fn has_phone(candidates: &[Candidate]) -> bool {
    candidates.iter().any(|c| matches!(c.column.slot, Some(Slot::Phone(_))))
}

/// `Number` is a phone if its values are and no other column has phones.
fn numbers_alone(candidates: &mut [Candidate]) {
    if has_phone(candidates) {
        return;
    }
    let number = candidates
        .iter_mut()
        .find(|c| c.is_open() && c.reading.verdict == Verdict::Number && c.profile.may_be_phone() && !is_id(c));
    if let Some(number) = number {
        number.give(Field::Phone, 0.8, "Looks like phone numbers");
    }
}

/// Whether the number is the id of a record: `user id`.
fn is_id(candidate: &Candidate) -> bool {
    words(&candidate.column.header)
        .iter()
        .any(|word| matches!(word.as_str(), "id" | "ids" | "key" | "ref" | "code" | "kennung"))
}

fn by_values(candidate: &mut Candidate, has_header: bool, is_of_record: bool) {
    let profile = candidate.profile;
    let found = match () {
        () if profile.is_email() => Some((Slot::Email(Label::NONE), 0.85, "Looks like email addresses")),
        () if profile.is_website() => Some((Slot::Website(Label::NONE), 0.6, "Looks like web addresses")),
        () if profile.is_phone() && !is_of_record => {
            Some((Slot::Phone(Label::exact("work")), 0.8, "Looks like phone numbers"))
        }
        () => None,
    };
    let Some((slot, confidence, reason)) = found else {
        return;
    };
    if confidence >= 0.8 || !has_header {
        candidate.give_slot(slot, confidence, reason);
    } else {
        candidate.column.proposal = Some(slot);
        candidate.column.confidence = confidence;
        reason.clone_into(&mut candidate.column.reason);
    }
}

/// Without a header, the first two columns of single words are the given and the family name, or the first column of
/// several words is the whole name.
pub fn names_without_header(candidates: &mut [Candidate]) {
    let open: Vec<usize> = (0..candidates.len())
        .filter(|at| candidates[*at].column.slot.is_none())
        .collect();
    let singles: Vec<usize> = open
        .iter()
        .copied()
        .filter(|at| candidates[*at].profile.is_one_name())
        .take(2)
        .collect();
    if let [first, last] = singles[..] {
        candidates[first].give_slot(
            Slot::Text(TextField::FirstName),
            0.6,
            "The first column of single words; which name is which is a guess",
        );
        candidates[last].give_slot(
            Slot::Text(TextField::LastName),
            0.6,
            "The second column of single words; which name is which is a guess",
        );
    } else if let Some(full) = open.into_iter().find(|at| candidates[*at].profile.is_full_name()) {
        candidates[full].give_slot(Slot::FullName, 0.6, "Looks like whole names");
    }
}
