//! The tags of a segment's contacts, so that the tags of the contacts that a member sees are counted quickly.
//!
//! Stores which contact has which tag, in two bytes for each.

use crate::contact_index::bit_set::BitSet;
use crate::contact_index::entry::kind;
use crate::contact_index::entry::parse_lines;
use foldhash::{HashMap, HashMapExt};
use model::ContactId;

/// The maximum number of different tags in a segment. Beyond that they are notes rather than tags, and the most used
/// ones are among the first.
const MOST: usize = 10_000;

/// The tags of contacts in their order.
pub(crate) struct Tags {
    known: Box<[Box<[u8]>]>,
    /// The tags of all contacts, one contact after another.
    of: Box<[u16]>,
    /// Where the tags of each contact end.
    ends: Box<[u32]>,
}

/// A folded tag and its use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UsedTag {
    pub tag: String,
    /// How many contacts have it.
    pub uses: u64,
    /// One of them.
    pub with: ContactId,
}

/// How often tags are used, each with a contact that has it.
#[derive(Default)]
pub(crate) struct Uses<'a>(HashMap<&'a [u8], (u64, ContactId)>);

impl Tags {
    /// Reads the tags from the lines of contacts.
    pub fn read<'a>(texts: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut numbers: HashMap<&[u8], u16> = HashMap::new();
        let (mut known, mut of, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        for text in texts {
            for (_, tag) in parse_lines(text).filter(|(kind, _)| *kind == kind::TAG) {
                if known.len() >= MOST && !numbers.contains_key(tag) {
                    continue;
                }
                let number = *numbers.entry(tag).or_insert_with(|| {
                    known.push(tag.into());
                    u16::try_from(known.len() - 1).unwrap_or_default()
                });
                of.push(number);
            }
            ends.push(u32::try_from(of.len()).unwrap_or(u32::MAX));
        }
        Self {
            known: known.into(),
            of: of.into(),
            ends: ends.into(),
        }
    }

    /// Counts the tags of the contacts in `seen`. The time depends on these contacts alone, so it reveals nothing about
    /// others.
    pub fn count<'a>(&'a self, seen: &BitSet, ids: &[ContactId], uses: &mut Uses<'a>) {
        let mut counts = vec![(0_u64, 0_usize); self.known.len()];
        for at in seen.iter() {
            let begin = at.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
            for tag in &self.of[begin..self.ends[at] as usize] {
                let (count, with) = &mut counts[usize::from(*tag)];
                *count += 1;
                *with = at;
            }
        }
        for (tag, (count, with)) in self.known.iter().zip(counts).filter(|(_, (count, _))| *count > 0) {
            uses.0.entry(tag).or_insert((0, ids[with])).0 += count;
        }
    }
}

impl Uses<'_> {
    /// Returns the most used tags, each with its count and a contact that has it.
    pub fn most(self, size: usize) -> Vec<UsedTag> {
        let mut all: Vec<(&[u8], (u64, ContactId))> = self.0.into_iter().collect();
        all.sort_unstable_by(|(a, (uses, _)), (b, (others, _))| others.cmp(uses).then(a.cmp(b)));
        let most = all.into_iter().take(size);
        most.map(|(tag, (uses, with))| UsedTag {
            tag: String::from_utf8_lossy(tag).into_owned(),
            uses,
            with,
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_most_comes_first_and_what_is_not_seen_not_at_all() {
        let text = |tags: &[&str]| {
            let mut text = b"\x01ann".to_vec();
            for tag in tags {
                text.push(kind::TAG);
                text.extend(tag.as_bytes());
            }
            text.extend(b"\x05vip@example.org");
            text
        };
        let texts = [
            text(&["vip", "press"]),
            text(&[]),
            text(&["press"]),
            text(&["secret", "vip"]),
            text(&["friend"]),
        ];
        let ids: Vec<ContactId> = (0..5).map(ContactId::from_u128).collect();
        let tags = Tags::read(texts.iter().map(Vec::as_slice));
        let mut seen = BitSet::none(5);
        [0, 1, 2, 4].into_iter().for_each(|at| seen.set(at));
        let most = |segments: usize, size| {
            let mut uses = Uses::default();
            (0..segments).for_each(|_| tags.count(&seen, &ids, &mut uses));
            uses.most(size)
        };
        let expected = |segments: u64| {
            [("press", 2, 0), ("friend", 1, 4), ("vip", 1, 0)].map(|(tag, uses, with)| UsedTag {
                tag: tag.to_owned(),
                uses: uses * segments,
                with: if tag == "press" { ids[2] } else { ids[with] },
            })
        };
        assert_eq!(most(1, 9), expected(1));
        assert_eq!(most(2, 9), expected(2));
        assert_eq!(most(1, 1), expected(1)[..1]);
    }
}
