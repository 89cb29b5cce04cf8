//! Converts a vCard file into a table in two passes: the first determines the columns and the groups, the second
//! writes the rows.

use super::card::{Card, read};
use super::cards::{CardLines, Cards};
use super::columns::{ColumnCounts, Columns};
use super::groups::Groups;
use super::lines::{FileLines, Unfolded};
use super::property::Encodings;
use crate::open::{Charset, EncodingFound, OpenError, Refusal, Source, decoded, detect_encoding};
use std::io::{self, Read};
use std::thread::{available_parallelism, scope};

/// The maximum number of cards in a batch, which is read on all cores.
const CARDS_AT_ONCE: usize = 2_000;

/// The bytes at which a batch ends; its last card may exceed them.
const BYTES_AT_ONCE: usize = 4 * 1024 * 1024;

/// The minimum number of cards for each thread; fewer are read faster on one thread.
const FEWEST_OF_A_THREAD: usize = 50;

/// Counts what a vCard file contains.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VcardReport {
    /// Cards of contacts; they become the rows of the table.
    pub cards: u64,
    /// Cards of groups; they become tags.
    pub groups: u64,
    /// Members of groups that are not in the file.
    pub missing_members: u64,
    /// Lines with text outside of cards.
    pub lines_outside: u64,
}

/// Passes the rows of the table to `row`: the header row with the column names of CrystalQore CSV, and a row for each
/// card of a contact, each with the number of the line on which it begins in the file. Values are passed as they are
/// in the card, without the guard against formulas. Memory does not grow with the file.
///
/// # Errors
/// If the file cannot be read or has no cards, or if `row` fails.
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
    row(1, columns.header())?;
    report.lines_outside = each_card(source, &found, encodings, |card| {
        let Card::Contact(mut contact) = card else {
            return Ok(());
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
        let line = contact.line;
        row(line, &columns.cells(*contact))
    })?;
    report.missing_members = groups.missing();
    if report.cards + report.groups == 0 {
        return Err(OpenError::Refused(Refusal::Empty));
    }
    Ok(report)
}

fn survey(source: &dyn Source, found: &EncodingFound, encodings: Encodings) -> Result<(Columns, Groups), OpenError> {
    let mut columns = ColumnCounts::new();
    let mut groups = Groups::default();
    each_card(source, found, encodings, |card| {
        match card {
            Card::Group(name, members) => groups.add(&name, members.into_iter()),
            Card::Contact(contact) => columns.add(&contact),
        }
        Ok(())
    })?;
    Ok((columns.into_columns(), groups))
}

/// Passes the cards of a file to `take` in order. Returns the number of lines with text outside of cards.
fn each_card(
    source: &dyn Source,
    found: &EncodingFound,
    encodings: Encodings,
    mut take: impl FnMut(Card) -> io::Result<()>,
) -> Result<u64, OpenError> {
    let mut cards = cards_of(source, found)?;
    loop {
        let batch = next_batch(&mut cards)?;
        if batch.is_empty() {
            return Ok(cards.outside);
        }
        for card in read_all(&batch, encodings) {
            take(card)?;
        }
    }
}

fn next_batch(cards: &mut Cards) -> io::Result<Vec<CardLines>> {
    let mut batch = Vec::new();
    let mut size = 0;
    while batch.len() < CARDS_AT_ONCE && size < BYTES_AT_ONCE {
        let Some(card) = cards.next()? else { break };
        size += card.size();
        batch.push(card);
    }
    Ok(batch)
}

/// Reads a batch of cards on all cores.
fn read_all(batch: &[CardLines], encodings: Encodings) -> Vec<Card> {
    let threads = available_parallelism().map_or(1, usize::from);
    let of_a_thread = batch.len().div_ceil(threads).max(FEWEST_OF_A_THREAD);
    let read_part = |part: &[CardLines]| part.iter().map(|lines| read(lines, encodings)).collect::<Vec<_>>();
    let (here, elsewhere) = batch.split_at(of_a_thread.min(batch.len()));
    scope(|scope| {
        let parts: Vec<_> = elsewhere
            .chunks(of_a_thread)
            .map(|part| scope.spawn(move || read_part(part)))
            .collect();
        let mut cards = read_part(here);
        for part in parts {
            match part.join() {
                Ok(part) => cards.extend(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        cards
    })
}

/// Opens the cards of a file. UTF-8 is not decoded here, because a fold may split a character.
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
