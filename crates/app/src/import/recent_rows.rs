//! The rows of a file that a row may be a duplicate of without sharing an email or phone with it.
//!
//! Owns remembering rows by what alike contacts have in common, in memory that does not grow with the file: of the last
//! [`ROWS`] rows, and of each block the last [`IN_A_BLOCK`].

use exchange::reason::{Code, Reason, shortened};
use foldhash::fast::RandomState;
use model::{Block, Compared, Contact, Verdict, by_values};
use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};

/// So many rows are looked back.
const ROWS: usize = 20_000;
/// The most rows of one block that are remembered: more rows of one name in one company say nothing about each other.
const IN_A_BLOCK: usize = 4;
/// So many rows are compared with one row.
const COMPARED: usize = 16;

/// A row that was seen.
struct Seen {
    line: u64,
    contact: Compared<'static>,
    blocks: Vec<Block>,
}

/// The numbers of the last rows of a block.
#[derive(Default)]
struct Held {
    rows: [u64; IN_A_BLOCK],
    count: usize,
}

impl Held {
    fn rows(&self) -> &[u64] {
        &self.rows[..self.count]
    }

    fn add(&mut self, row: u64) {
        if self.count == IN_A_BLOCK {
            self.forget(self.rows[0]);
        }
        self.rows[self.count] = row;
        self.count += 1;
    }

    /// Forgets the first row, if it is this one.
    fn forget(&mut self, row: u64) {
        if self.rows().first() == Some(&row) {
            self.rows.rotate_left(1);
            self.count -= 1;
        }
    }
}

/// The rows before the one in hand.
#[derive(Default)]
pub(crate) struct RecentRows {
    rows: VecDeque<Seen>,
    /// The number of the first row that is remembered.
    first: u64,
    by_block: HashMap<Block, Held, RandomState>,
}

impl RecentRows {
    /// The most similar of the rows before, for a warning; and remembers this one.
    pub fn meet(&mut self, line: u64, contact: &Contact, blocks: &[Block]) -> Option<Reason> {
        let contact = Compared::new(Cow::Owned(likeable(contact)));
        let reason = self.likest(&contact, blocks).map(|(seen, reasons)| {
            let name = shortened(&seen.contact.contact().display_name());
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
        self.remember(line, contact, blocks);
        reason
    }

    fn likest(&self, contact: &Compared<'_>, blocks: &[Block]) -> Option<(&Seen, String)> {
        let mut near: Vec<u64> = blocks
            .iter()
            .filter_map(|block| self.by_block.get(block))
            .flat_map(|held| held.rows().iter().copied())
            .collect();
        near.sort_unstable_by(|a, b| b.cmp(a));
        near.dedup();
        let compared = near.into_iter().take(COMPARED).filter_map(|number| {
            let seen = self.rows.get(usize::try_from(number - self.first).ok()?)?;
            // Who shares an email or a phone was met before.
            let found = by_values(&seen.contact, contact);
            (found.verdict == Verdict::Possible).then_some((seen, found))
        });
        let (seen, found) = compared.max_by_key(|(_, found)| found.strength)?;
        Some((seen, found.reasons.join(", ")))
    }

    fn remember(&mut self, line: u64, contact: Compared<'static>, blocks: &[Block]) {
        if blocks.is_empty() {
            return;
        }
        if self.rows.len() == ROWS {
            self.forget_first();
        }
        let number = self.first + self.rows.len() as u64;
        for block in blocks {
            self.by_block.entry(*block).or_default().add(number);
        }
        self.rows.push_back(Seen {
            line,
            contact,
            blocks: blocks.to_vec(),
        });
    }

    fn forget_first(&mut self) {
        let Some(gone) = self.rows.pop_front() else { return };
        for block in gone.blocks {
            if let Some(held) = self.by_block.get_mut(&block) {
                held.forget(self.first);
                if held.rows().is_empty() {
                    self.by_block.remove(&block);
                }
            }
        }
        self.first += 1;
    }
}

/// A contact without what likeness does not look at, and not more of the rest than a person has: a row of a broken file may
/// hold megabytes.
fn likeable(contact: &Contact) -> Contact {
    let few = 8;
    Contact {
        notes: model::Text::default(),
        tags: Vec::new(),
        custom: std::collections::BTreeMap::new(),
        websites: Vec::new(),
        emails: contact.emails.iter().take(few).cloned().collect(),
        phones: contact.phones.iter().take(few).cloned().collect(),
        addresses: contact.addresses.iter().take(few).cloned().collect(),
        ..names_of(contact)
    }
}

fn names_of(contact: &Contact) -> Contact {
    let short = |text: &model::Text| match text.as_str().char_indices().nth(200) {
        Some((end, _)) => model::Text::new(&text.as_str()[..end]),
        None => text.clone(),
    };
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
        let reason = recent.meet(line, contact, &blocks(contact));
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
