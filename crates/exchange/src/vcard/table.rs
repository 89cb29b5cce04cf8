//! From a vCard file to a table, in two readings: one for the columns and the groups, one for the rows.

use super::card::{Card, read};
use super::cards::Cards;
use super::columns::Columns;
use super::groups::Groups;
use super::lines::{FileLines, Unfolded};
use super::property::Encodings;
use crate::open::{Charset, EncodingFound, OpenError, Refusal, Source, decoded, detect_encoding};
use std::io::{self, Read};

/// What a vCard file held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VcardReport {
    /// Cards of contacts: the rows of the table.
    pub cards: u64,
    /// Cards of groups, which became tags.
    pub groups: u64,
    /// Members of groups that are not in the file.
    pub missing_members: u64,
    /// Lines with text outside of cards.
    pub lines_outside: u64,
}

/// Hands the rows of a table over: the header row with the column names of our own CSV, and a row for each card of a contact,
/// each with the line of the file that it begins on. Values come out as they are in the card, without the guard
/// against formulas. Memory does not grow with the file.
///
/// # Errors
/// When the file cannot be read or has no cards, or `row` fails.
pub fn write_table(
    source: &dyn Source,
    row: &mut dyn FnMut(u64, &[String]) -> io::Result<()>,
) -> Result<VcardReport, OpenError> {
    let found = detect_encoding(&WithoutFolds(source))?;
    let encodings = Encodings {
        other: found.other.unwrap_or(Charset::WINDOWS_1252),
    };
    let (columns, mut groups) = survey(source, &found, encodings)?;
    let mut report = VcardReport {
        groups: groups.count(),
        ..VcardReport::default()
    };
    row(1, &columns.header())?;
    let mut cards = cards_of(source, &found)?;
    while let Some(lines) = cards.next()? {
        let Card::Contact(mut contact) = read(&lines, encodings) else {
            continue;
        };
        report.cards += 1;
        let of_groups = contact
            .uid
            .as_deref()
            .map(|uid| groups.names_of(uid))
            .unwrap_or_default();
        for tag in of_groups {
            if !contact.tags.contains(&tag) {
                contact.tags.push(tag);
            }
        }
        row(contact.line, &columns.cells(&contact))?;
    }
    report.lines_outside = cards.outside;
    report.missing_members = groups.missing();
    if report.cards + report.groups == 0 {
        return Err(OpenError::Refused(Refusal::Empty));
    }
    Ok(report)
}

fn survey(source: &dyn Source, found: &EncodingFound, encodings: Encodings) -> Result<(Columns, Groups), OpenError> {
    let mut columns = Columns::new();
    let mut groups = Groups::default();
    let mut cards = cards_of(source, found)?;
    while let Some(lines) = cards.next()? {
        match read(&lines, encodings) {
            Card::Group(name, members) => groups.add(&name, members.into_iter()),
            Card::Contact(contact) => columns.add(&contact),
        }
    }
    Ok((columns, groups))
}

/// The cards of a file. The bytes of UTF-8 pass as they are, because a fold may stand inside a character.
fn cards_of(source: &dyn Source, found: &EncodingFound) -> Result<Cards, OpenError> {
    let input = match found.charset == Charset::UTF_8 {
        true => source.open()?,
        false => decoded(source, found)?,
    };
    Ok(Cards::new(FileLines::new(input)))
}

/// A file without its folds.
struct WithoutFolds<'s>(&'s dyn Source);

impl Source for WithoutFolds<'_> {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(Unfolded::new(self.0.open()?)))
    }
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
