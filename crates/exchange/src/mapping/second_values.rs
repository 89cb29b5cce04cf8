//! Further companies, job titles, departments and states of a person: a contact has one of each, so the others become
//! custom fields.

use super::candidate::Candidate;
use super::lexicon::Field;
use model::Slot;
use std::collections::HashSet;

/// The longest column name, in characters, that becomes the name of a custom field.
const LONGEST_NAME: usize = 60;

/// Assigns a custom field to columns with values that would be left out because another column fills their field.
pub fn keep_second_values(candidates: &mut [Candidate]) {
    let mut taken: HashSet<String> = HashSet::new();
    for candidate in candidates.iter_mut().filter(|candidate| is_second_value(candidate)) {
        let Some(field) = candidate.field().and_then(title_of) else {
            continue;
        };
        let Some(name) = name_of(&candidate.column.header, field, &mut taken) else {
            continue;
        };
        let reason = format!("{field} has one value already; this one is kept in a custom field");
        candidate.give_slot(Slot::Custom(name), 0.7, &reason);
    }
}

fn is_second_value(candidate: &Candidate) -> bool {
    let lost = candidate.column.proposal.is_some();
    let counted = candidate.reading.is_second || candidate.reading.group.is_some_and(|group| group > 1);
    candidate.is_open() && candidate.profile.filled > 0 && (lost || counted)
}

/// The fields of which a person may have several.
fn title_of(field: Field) -> Option<&'static str> {
    match field {
        Field::Company => Some("Company"),
        Field::Title | Field::Occupation => Some("Title"),
        Field::Department => Some("Department"),
        Field::State => Some("State"),
        _ => None,
    }
}

/// The name of the custom field: the column's name, with a number added if it is the field's own name or taken.
fn name_of(header: &str, field: &str, taken: &mut HashSet<String>) -> Option<String> {
    let header = header.trim();
    if header.is_empty() || header.chars().count() > LONGEST_NAME || header.contains(['\n', '\r', '"']) {
        return None;
    }
    let is_free = |name: &str| name.to_lowercase() != field.to_lowercase();
    let counted = (2..).map(|number| format!("{header} {number}"));
    std::iter::once(header.to_owned())
        .chain(counted)
        .find(|name| is_free(name) && taken.insert(name.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::super::propose;
    use model::Slot;

    fn slots(header: &[&str], row: &[&str]) -> Vec<String> {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let (_, columns) = propose(&owned(header), true, &[owned(row)]);
        let slot = |slot: &Option<Slot>| slot.as_ref().map(Slot::to_string).unwrap_or_default();
        columns.iter().map(|column| slot(&column.slot)).collect()
    }

    #[test]
    fn second_values_get_custom_fields() {
        assert_eq!(
            slots(
                &["Name", "Company", "Company 2", "Job Title", "Second Job Title", "Email"],
                &["Ann Ivers", "Acme", "Berg & Co", "CEO", "Owner", "ann@example.com"]
            ),
            [
                "full_name",
                "company",
                "custom:Company 2",
                "title",
                "custom:Second Job Title",
                "email"
            ]
        );
        assert_eq!(
            slots(
                &["Email", "Company", "Company", "Organization"],
                &["ann@example.com", "Acme", "Berg & Co", "Oak Ltd"]
            ),
            ["email", "company", "custom:Company 2", "custom:Organization"]
        );
    }

    #[test]
    fn columns_without_values_and_of_other_people_get_none() {
        assert_eq!(
            slots(
                &["Email", "Company", "Company 2", "Spouse Job Title"],
                &["ann@example.com", "Acme", "", "Chef"]
            ),
            ["email", "company", "", ""]
        );
    }
}
