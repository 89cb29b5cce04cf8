//! What an import remembers while it goes through its file: between the rows of a chunk, the chunks of a batch and, for
//! the keys that many contacts share, the batches of the run.
//!
//! Owns which of the rows before are looked up again. A key by which this import matches contacts (`Match`) is looked
//! up for every row, also among the contacts that the import itself has created. A key by which it does not match (such
//! as the content of a row without email and phone) only finds contacts that were there before, so the import's own
//! contacts are left out from the start: otherwise a file of equal rows would compare each row with all rows before it.

use crate::access::{CanEdit, Right};
use crate::contacts::write::{IndexChange, IndexEntries};
use crate::import::batch_keys::BatchKeys;
use crate::import::candidate::Found;
use crate::import::key_filter::KeyFilter;
use crate::import::run_filters::RunFilters;
use crate::import::shared_keys::SharedKey;
use crate::import_options::Match;
use foldhash::fast::RandomState;
use model::{ContactId, MatchKey};
use std::collections::{HashMap, HashSet};
use store::RunId;
use store::contacts::ContactRow;

/// What is done with the keys of the contacts that the import creates and that no row will ask for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The import is real: keys and names are written at the end of the batch.
    Write,
    /// It is a preview or a look at some rows: only what later rows ask for is kept.
    Show,
}

/// What an import remembers. It lives from batch to batch.
pub(crate) struct BatchState {
    pub filter: KeyFilter,
    pub runs: RunFilters,
    /// What a match is: keys of other kinds never find a contact of this import.
    pub matching: Match,
    purpose: Purpose,
    /// Keys of the batch in hand that later rows may ask for.
    keys: BatchKeys,
    /// Keys of contacts created in the batch in hand that no row asks for.
    unasked_keys: Vec<(MatchKey, ContactId)>,
    /// Keys that contacts have lost since the batch began, whatever was noted before.
    dropped_keys: HashSet<(MatchKey, ContactId), RandomState>,
    /// The names of contacts created in the batch in hand.
    names: Vec<(String, ContactId)>,
    /// The names of contacts whose names have changed since the batch began, before and after.
    changed_names: HashMap<ContactId, (String, String), RandomState>,
    /// Contacts of the chunk in hand that are not written yet.
    pub fresh: FreshContacts,
    /// Contacts that the chunk in hand has changed, and that are not written yet.
    pub changed: ChangedContacts,
    /// Keys of the chunk in hand and who has them.
    pub looked_up: HashMap<MatchKey, Vec<ContactId>, RandomState>,
    /// Contacts that the rows of the chunk in hand name by id or share a key with.
    pub loaded: HashMap<ContactId, Found, RandomState>,
    /// What the member may do with contacts that were asked for since the batch began; nothing with those that are hidden.
    pub rights: HashMap<ContactId, Option<Right>, RandomState>,
    /// Ids that the rows of the chunk in hand name and under which somebody else may bring a contact back from the trash.
    pub reserved: HashSet<ContactId, RandomState>,
    /// Keys that more contacts have than are looked at one by one, once they were asked for in two chunks.
    pub shared_keys: HashMap<MatchKey, SharedKey, RandomState>,
    /// Keys that were found to have so many contacts once.
    seen_shared: HashSet<MatchKey, RandomState>,
    /// Contacts and entries of keys that were gone through, which is what the run's time depends on.
    pub looked_at: u64,
}

impl BatchState {
    pub fn new(purpose: Purpose, matching: Match) -> Self {
        Self {
            filter: KeyFilter::new(),
            runs: RunFilters::default(),
            matching,
            purpose,
            keys: BatchKeys::default(),
            unasked_keys: Vec::new(),
            dropped_keys: HashSet::default(),
            names: Vec::new(),
            changed_names: HashMap::default(),
            fresh: FreshContacts::default(),
            changed: ChangedContacts::default(),
            looked_up: HashMap::default(),
            loaded: HashMap::default(),
            rights: HashMap::default(),
            reserved: HashSet::default(),
            shared_keys: HashMap::default(),
            seen_shared: HashSet::default(),
            looked_at: 0,
        }
    }

    /// Forgets what was true of the directory before somebody else wrote.
    pub fn forget_directory(&mut self) {
        self.filter = KeyFilter::new();
        self.runs.clear();
        self.shared_keys.clear();
        self.seen_shared.clear();
        self.rights.clear();
    }

    /// Whether the key of a contact that this import has created can be asked for by a later row.
    pub fn asks_for_own(&self, key: &MatchKey) -> bool {
        self.matching.counts(key)
    }

    /// Whether a key, which has too many contacts to look at each, was seen before and so is worth a `SharedKey`.
    pub fn is_shared_again(&mut self, key: &MatchKey) -> bool {
        !self.seen_shared.insert(key.clone())
    }

    /// How many contacts have got a key in the batch in hand.
    pub fn holders_in_batch(&self, key: &MatchKey) -> usize {
        self.keys.count(key)
    }

    /// All that are known to have a key, those of the directory first.
    pub fn holders(&self, key: &MatchKey) -> impl Iterator<Item = ContactId> {
        let known = self.looked_up.get(key).into_iter().flatten();
        let all = known.copied().chain(self.keys.contacts(key));
        all.filter(|id| self.dropped_keys.is_empty() || !self.dropped_keys.contains(&(key.clone(), *id)))
    }

    /// Fills the filter with the keys of the batch in hand.
    pub fn add_keys_to_filter(&mut self) {
        let Self { filter, keys, .. } = self;
        keys.all().iter().for_each(|(key, _)| filter.add(key.as_stored()));
    }

    /// Lets later rows ask for keys that a contact has got by a row which they may not come from.
    pub fn note_in_filter(&mut self, match_keys: &[MatchKey]) {
        match_keys.iter().for_each(|key| self.filter.add(key.as_stored()));
    }

    /// Notes keys of a contact that the import `run` has created or changed.
    pub fn add_keys(&mut self, match_keys: Vec<MatchKey>, row: &ContactRow, run: RunId) {
        let is_own = is_own(row, run);
        for key in match_keys {
            if !self.dropped_keys.is_empty() {
                self.dropped_keys.remove(&(key.clone(), row.id));
            }
            if !is_own || self.asks_for_own(&key) {
                self.keys.add(key, row.id);
            } else if self.purpose == Purpose::Write {
                self.unasked_keys.push((key, row.id));
            }
        }
    }

    /// Notes that a contact has lost keys.
    pub fn drop_keys(&mut self, match_keys: impl Iterator<Item = MatchKey>, id: ContactId) {
        self.dropped_keys.extend(match_keys.map(|key| (key, id)));
    }

    /// Notes the name of a contact that was created.
    pub fn add_name(&mut self, id: ContactId, order: String) {
        if self.purpose == Purpose::Write {
            self.names.push((order, id));
        }
    }

    /// Notes that the name of a contact has changed.
    pub fn change_name(&mut self, id: ContactId, before: String, after: String) {
        if self.purpose == Purpose::Show || before == after {
            return;
        }
        self.changed_names.entry(id).or_insert((before, String::new())).1 = after;
    }

    /// The names that contacts of the batch have lost, and those that they have got.
    fn end_names(&mut self) -> [Vec<(String, ContactId)>; 2] {
        let mut added = std::mem::take(&mut self.names);
        for (name, id) in &mut added {
            // The first name of a contact created in this batch was never written.
            if let Some((_, last)) = self.changed_names.remove(id) {
                *name = last;
            }
        }
        let mut dropped = Vec::with_capacity(self.changed_names.len());
        for (id, (before, after)) in self.changed_names.drain() {
            dropped.push((before, id));
            added.push((after, id));
        }
        [dropped, added]
    }

    /// Lets the shared_keys follow a change of one contact, from keys and values to others.
    pub fn follow(
        &mut self,
        row: &ContactRow,
        run: RunId,
        before: Option<(&[MatchKey], &str)>,
        match_keys: &[MatchKey],
    ) -> Result<(), store::Error> {
        if self.shared_keys.is_empty() {
            return Ok(());
        }
        if let Some((keys, body)) = before {
            for key in keys {
                if let Some(shared) = self.shared_keys.get_mut(key) {
                    shared.remove(row.id, body)?;
                }
            }
        }
        let is_own = is_own(row, run);
        for key in match_keys {
            let is_asked_for = !is_own || self.matching.counts(key);
            if let Some(shared) = self.shared_keys.get_mut(key).filter(|_| is_asked_for) {
                shared.add(row.id, &row.body, is_own)?;
            }
        }
        Ok(())
    }

    /// Ends a batch: hands over what is to be written. Rights are asked for anew in the next one.
    pub fn end_batch(&mut self) -> IndexChange {
        self.rights.clear();
        let mut keys = self.keys.take();
        keys.append(&mut self.unasked_keys);
        if !self.dropped_keys.is_empty() {
            keys.retain(|entry| !self.dropped_keys.contains(entry));
        }
        let [dropped_names, names] = self.end_names();
        IndexChange {
            dropped: IndexEntries {
                keys: self.dropped_keys.drain().collect(),
                names: dropped_names,
            },
            added: IndexEntries { keys, names },
        }
    }
}

/// Contacts that were created and are not written yet.
#[derive(Default)]
pub(crate) struct FreshContacts {
    rows: Vec<ContactRow>,
    places: HashMap<ContactId, usize, RandomState>,
}

impl FreshContacts {
    /// Adds a contact whose id no other has.
    pub fn add(&mut self, row: ContactRow) {
        self.places.insert(row.id, self.rows.len());
        self.rows.push(row);
    }

    pub fn get(&self, id: ContactId) -> Option<&ContactRow> {
        self.places.get(&id).and_then(|place| self.rows.get(*place))
    }

    pub fn get_mut(&mut self, id: ContactId) -> Option<&mut ContactRow> {
        self.places.get(&id).and_then(|place| self.rows.get_mut(*place))
    }

    pub fn contains(&self, id: ContactId) -> bool {
        self.places.contains_key(&id)
    }

    /// Takes all of them out, in the order of their ids.
    pub fn take_sorted(&mut self) -> Vec<ContactRow> {
        self.places.clear();
        let mut rows = std::mem::take(&mut self.rows);
        rows.sort_unstable_by_key(|row| row.id);
        rows
    }
}

/// Contacts that were changed and are not written yet.
#[derive(Default)]
pub(crate) struct ChangedContacts {
    rows: HashMap<ContactId, (CanEdit<ContactRow>, ContactRow), RandomState>,
}

impl ChangedContacts {
    /// Notes what a contact is changed to.
    pub fn add(&mut self, existing: CanEdit<ContactRow>, row: ContactRow) {
        self.rows.insert(row.id, (existing, row));
    }

    /// Those of some contacts that are among them, as they are now.
    pub fn get_many(&self, ids: &[ContactId]) -> Vec<ContactRow> {
        if self.rows.is_empty() {
            return Vec::new();
        }
        let found = ids.iter().filter_map(|id| self.rows.get(id));
        found.map(|(_, row)| row.clone()).collect()
    }

    /// Takes all of them out, in the order of their ids.
    pub fn take_sorted(&mut self) -> Vec<(CanEdit<ContactRow>, ContactRow)> {
        let mut rows: Vec<_> = self.rows.drain().map(|(_, pair)| pair).collect();
        rows.sort_unstable_by_key(|(_, row)| row.id);
        rows
    }
}

/// Whether `run` has created a contact.
pub(crate) fn is_own(row: &ContactRow, run: RunId) -> bool {
    row.created_by.is_some_and(|origin| origin.run == run)
}
