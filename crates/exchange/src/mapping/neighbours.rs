//! What a column means among its neighbours: names, label columns, and one slot claimed twice.

use super::column::Column;
use super::header_words::{squeezed, words};
use super::values::Profile;
use model::{Slot, TextField};
use std::collections::HashMap;

/// What a column of names means depends on the other columns of names: German `Name` beside `Vorname` is the family
/// name, Spanish `Nombre` alone the whole one, `Title` beside `Job Title` the form of address.
pub fn read_names_in_company(columns: &mut [Column], profiles: &[Profile]) {
    let at = |columns: &[Column], slot: &Slot| columns.iter().position(|c| c.slot.as_ref() == Some(slot));
    let (first, last) = (Slot::Text(TextField::FirstName), Slot::Text(TextField::LastName));
    let set = |column: &mut Column, slot: Slot, reason: &str| {
        column.slot = Some(slot);
        column.confidence = column.confidence.min(0.9);
        column.reason = reason.to_owned();
    };
    if let Some(full) = at(columns, &Slot::FullName)
        && at(columns, &first).is_some()
        && at(columns, &last).is_none()
        && words(&columns[full].header).len() == 1
    {
        set(
            &mut columns[full],
            last.clone(),
            "beside a column of given names, this is the family name",
        );
    }
    for (one, other) in [(&first, &last), (&last, &first)] {
        if let Some(i) = at(columns, one)
            && at(columns, other).is_none()
            && at(columns, &Slot::FullName).is_none()
            && profiles[i].is_full_name()
        {
            set(
                &mut columns[i],
                Slot::FullName,
                "the values are whole names, and no other column holds names",
            );
        }
    }
    let (title, prefix) = (Slot::Text(TextField::Title), Slot::Text(TextField::Prefix));
    let titles: Vec<usize> = (0..columns.len())
        .filter(|i| columns[*i].slot.as_ref() == Some(&title))
        .collect();
    if titles.len() > 1
        && at(columns, &prefix).is_none()
        && let Some(bare) = titles.iter().find(|i| squeezed(&columns[**i].header) == "title")
    {
        set(
            &mut columns[*bare],
            prefix,
            "beside a column of job titles, this is the form of address",
        );
    }
}

/// Finds the columns that tell the label of others: `E-mail 1 - Label`, `Address 1 - Type`, `Phone 2 Type`.
pub fn give_label_columns(columns: &mut [Column]) {
    for i in 0..columns.len() {
        let header = columns[i].header.clone();
        let Some(stem) = label_stem(&header) else { continue };
        let labelled = |c: &Column| {
            matches!(
                c.slot,
                Some(Slot::Email(_) | Slot::Phone(_) | Slot::Website(_) | Slot::Address(..))
            ) && (c.header.starts_with(&format!("{stem} - "))
                || c.header == stem
                || c.header == format!("{stem} Value"))
        };
        let values: Vec<usize> = (0..columns.len())
            .filter(|j| *j != i && labelled(&columns[*j]))
            .collect();
        if values.is_empty() || columns[i].slot.is_some() {
            continue;
        }
        columns[i].label_for = values;
        columns[i].confidence = 1.0;
        columns[i].reason = format!("tells the kind of {stem}");
    }
}

fn label_stem(header: &str) -> Option<&str> {
    [" - Label", " - Type", " Type", " Label"]
        .iter()
        .find_map(|end| header.strip_suffix(end))
}

/// A slot that is not a list is filled by one column: of several the one that has values, is surest, stands first.
pub fn one_column_a_slot(columns: &mut [Column], profiles: &[Profile]) {
    let mut holders: HashMap<Slot, usize> = HashMap::new();
    for i in 0..columns.len() {
        let Some(slot) = columns[i].slot.clone().filter(|s| !s.is_list()) else {
            continue;
        };
        let Some(holder) = holders.get(&slot).copied() else {
            holders.insert(slot, i);
            continue;
        };
        let rank = |i: usize| (profiles[i].filled > 0, columns[i].confidence);
        let loser = if rank(i) > rank(holder) { holder } else { i };
        let winner = if loser == i { holder } else { i };
        holders.insert(slot.clone(), winner);
        columns[loser].reason = format!(
            "{slot} is already filled by the column \"{}\"; this one is left out",
            columns[winner].header
        );
        columns[loser].proposal = columns[loser].slot.take();
        columns[loser].confidence = 0.3;
    }
}
