//! Finds earlier rows of a file that a row may duplicate without sharing an email or phone with it.
//!
//! Rows are remembered by blocks, which are values that similar contacts have in common. Memory does not grow with the
//! file: only the last [`ROWS`] rows are kept, and the last [`IN_A_BLOCK`] of each block.

use exchange::reason::{Code, Reason, shortened};
use foldhash::fast::RandomState;
use model::{Block, Compared, Contact, Sketch, Verdict, rate_values, reasons_of_values};
use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};

/// The number of earlier rows that are remembered.
const ROWS: usize = 20_000;
/// The maximum number of remembered rows in a block. If more rows have, for example, the same name and company, that is
/// no sign of a duplicate.
const IN_A_BLOCK: usize = 4;
/// The maximum number of rows that are compared with one row.
const COMPARED: usize = 16;

/// A row, ready to be compared with others.
pub(crate) struct ComparedRow {
    contact: Box<Compared>,
    blocks: Vec<Block>,
}

impl ComparedRow {
    pub fn new(contact: &Contact) -> Self {
        let (contact, blocks) = Compared::of_row_with_blocks(&likeable(contact));
        Self {
            contact: Box::new(contact),
            blocks,
        }
    }
}

/// A remembered row.
struct Seen {
    line: u64,
    row: ComparedRow,
}

/// The running number of a row, which wraps around. At most `ROWS` rows are remembered, so the numbers in use are
/// distinct.
type Number = u32;

/// The numbers of the last rows in a block.
#[derive(Default)]
struct Held {
    rows: [Number; IN_A_BLOCK],
    count: u8,
}

impl Held {
    fn rows(&self) -> &[Number] {
        &self.rows[..usize::from(self.count)]
    }

    fn add(&mut self, row: Number) {
        if usize::from(self.count) == IN_A_BLOCK {
            self.forget(self.rows[0]);
        }
        self.rows[usize::from(self.count)] = row;
        self.count += 1;
    }

    /// Removes the first row if it has this number.
    fn forget(&mut self, row: Number) {
        if self.rows().first() == Some(&row) {
            self.rows.rotate_left(1);
            self.count -= 1;
        }
    }
}

/// The rows before the current one.
#[derive(Default)]
pub(crate) struct RecentRows {
    rows: VecDeque<Seen>,
    /// The sketches of `rows`, stored contiguously. They are enough to rule out most rows that share a block.
    sketches: VecDeque<Sketch>,
    /// The number of the first remembered row.
    first: Number,
    by_block: HashMap<Block, Held, RandomState>,
    /// The distances to the rows that the current row is compared with. A field only to reuse its memory.
    near: Vec<usize>,
}

impl RecentRows {
    /// Returns a warning that names the most similar earlier row, if there is one, and remembers this row.
    pub fn meet(&mut self, line: u64, row: ComparedRow) -> Option<Reason> {
        if row.blocks.is_empty() {
            return None;
        }
        self.enter(&row.blocks);
        let reason = self.most_similar(&row.contact).map(|seen| {
            let name = shortened(seen.row.contact.display_name());
            let reasons = reasons_of_values(&seen.row.contact, &row.contact).join(", ");
            Reason::of_row(
                Code::PossibleDuplicate,
                line,
                format!(
                    "This is possibly a duplicate of line {} ({name}): {reasons}.",
                    seen.line
                ),
                "look at both; they are imported as two contacts",
            )
            .as_warning()
        });
        if self.rows.len() == ROWS {
            self.forget_first();
        }
        self.sketches.push_back(row.contact.sketch());
        self.rows.push_back(Seen { line, row });
        reason
    }

    /// Adds the next row to its blocks, and collects in `near` the rows that they contain already.
    fn enter(&mut self, blocks: &[Block]) {
        let count = Number::try_from(self.rows.len()).unwrap_or(Number::MAX);
        let number = self.first.wrapping_add(count);
        self.near.clear();
        for block in blocks {
            let held = self.by_block.entry(*block).or_default();
            let back = held.rows().iter().map(|row| number.wrapping_sub(*row) as usize);
            self.near.extend(back);
            held.add(number);
        }
        self.near.sort_unstable();
        self.near.dedup();
    }

    /// Returns the most similar of the rows in `near`; among equally similar rows the earliest.
    fn most_similar(&self, contact: &Compared) -> Option<&Seen> {
        let sketch = contact.sketch();
        let compared = self.near.iter().take(COMPARED).filter_map(|back| {
            let at = self.rows.len().checked_sub(*back)?;
            if self.sketches.get(at)?.rules_out(&sketch) {
                return None;
            }
            let seen = self.rows.get(at)?;
            // Rows that share an email or a phone were matched by key before.
            let rating = rate_values(&seen.row.contact, contact);
            (rating.verdict == Verdict::Possible).then_some((seen, rating.strength))
        });
        compared.max_by_key(|(_, strength)| *strength).map(|(seen, _)| seen)
    }

    fn forget_first(&mut self) {
        let Some(gone) = self.rows.pop_front() else { return };
        self.sketches.pop_front();
        for block in gone.row.blocks {
            if let Some(held) = self.by_block.get_mut(&block) {
                held.forget(self.first);
                if held.rows().is_empty() {
                    self.by_block.remove(&block);
                }
            }
        }
        self.first = self.first.wrapping_add(1);
    }
}

/// The maximum number of values of one kind that are compared.
const VALUES: usize = 8;
/// The maximum number of characters of a text that are compared.
const TEXT: usize = 200;

/// Limits a contact to plausible amounts of values and text, because a row of a broken file may hold megabytes.
fn likeable(contact: &Contact) -> Cow<'_, Contact> {
    let is_small = contact.emails.len() <= VALUES
        && contact.phones.len() <= VALUES
        && contact.addresses.len() <= VALUES
        && contact.custom.len() <= VALUES
        && contact.custom.values().all(|text| text.as_str().len() <= TEXT)
        && names(contact).iter().all(|text| text.as_str().len() <= TEXT);
    if is_small {
        return Cow::Borrowed(contact);
    }
    Cow::Owned(Contact {
        emails: contact.emails.iter().take(VALUES).cloned().collect(),
        phones: contact.phones.iter().take(VALUES).cloned().collect(),
        addresses: contact.addresses.iter().take(VALUES).cloned().collect(),
        custom: contact.custom.iter().take(VALUES).map(shortened_field).collect(),
        ..names_of(contact)
    })
}

fn names(contact: &Contact) -> [&model::Text; 7] {
    [
        &contact.prefix,
        &contact.first_name,
        &contact.middle_name,
        &contact.last_name,
        &contact.suffix,
        &contact.nickname,
        &contact.company,
    ]
}

fn short(text: &model::Text) -> model::Text {
    match text.as_str().char_indices().nth(TEXT) {
        Some((end, _)) => model::Text::new(&text.as_str()[..end]),
        None => text.clone(),
    }
}

fn shortened_field((name, value): (&String, &model::Text)) -> (String, model::Text) {
    (name.clone(), short(value))
}

fn names_of(contact: &Contact) -> Contact {
    Contact {
        prefix: short(&contact.prefix),
        first_name: short(&contact.first_name),
        middle_name: short(&contact.middle_name),
        last_name: short(&contact.last_name),
        suffix: short(&contact.suffix),
        nickname: short(&contact.nickname),
        company: short(&contact.company),
        birthday: contact.birthday,
        ..Contact::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::blocks;

    fn named(first: &str, company: &str) -> Contact {
        Contact {
            first_name: first.into(),
            last_name: "Ivers".into(),
            company: company.into(),
            ..Contact::default()
        }
    }

    fn meet(recent: &mut RecentRows, line: u64, contact: &Contact) -> Option<String> {
        let reason = recent.meet(line, ComparedRow::new(contact));
        reason.map(|reason| reason.message)
    }

    #[test]
    fn the_most_similar_row_is_named_with_line_and_reason() {
        let mut recent = RecentRows::default();
        assert_eq!(meet(&mut recent, 2, &named("William", "Acme")), None);
        assert_eq!(meet(&mut recent, 3, &named("Ann", "Acme")), None);
        assert_eq!(
            meet(&mut recent, 4, &named("Bill", "Acme")).as_deref(),
            Some(
                "This is possibly a duplicate of line 2 (William Ivers): short form of the name: William Ivers / Bill \
                 Ivers, same company: Acme."
            )
        );
    }

    #[test]
    fn a_row_with_the_number_of_an_earlier_one_is_compared_with_it() {
        let numbered = |first: &str, number: &str| Contact {
            custom: [("Customer No".to_owned(), number.into())].into(),
            ..named(first, "")
        };
        let mut recent = RecentRows::default();
        assert_eq!(meet(&mut recent, 2, &numbered("Ann", "100042")), None);
        assert_eq!(meet(&mut recent, 3, &numbered("Bo", "100043")), None);
        let reason = meet(&mut recent, 4, &numbered("Anne", "100042"));
        assert!(reason.is_some_and(|reason| reason.contains("line 2") && reason.contains("same Customer No")));
    }

    #[test]
    fn memory_ends_and_is_whole_until_then() {
        let mut recent = RecentRows::default();
        let first = named("Ann", "Acme");
        assert_eq!(meet(&mut recent, 2, &first), None);
        for n in 0..ROWS as u64 - 1 {
            let other = Contact {
                first_name: format!("X{n}x").as_str().into(),
                last_name: format!("Y{n}y").as_str().into(),
                ..Contact::default()
            };
            assert_eq!(meet(&mut recent, 3 + n, &other), None);
        }
        assert!(meet(&mut recent, 90_000, &first).is_some());
        let one = Contact {
            first_name: "Zed".into(),
            last_name: "Zedson".into(),
            ..Contact::default()
        };
        for n in 0..ROWS as u64 + 10 {
            meet(&mut recent, 100_000 + n, &one);
        }
        assert_eq!(recent.rows.len(), ROWS);
        assert_eq!(recent.by_block.len(), blocks(&one).len());
        assert_eq!(meet(&mut recent, 200_000, &first), None);
    }
}
