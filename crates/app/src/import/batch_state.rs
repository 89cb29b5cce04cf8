//! The state of a run in memory: between the rows of a chunk, the chunks of a batch and, for keys that many contacts
//! share, the batches of the run.
//!
//! Decides which earlier rows of the file can match a row. A key by which this import matches contacts (`Match`) is
//! looked up for every row, also among the contacts that the import itself has created. A key by which it does not
//! match (such as the content of a row without email and phone) only finds contacts that existed before, so the
//! import's own contacts are left out from the start: otherwise a file of equal rows would compare each row with all
//! rows before it.

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

/// What to do with the keys of created contacts that no later row will look up.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The import is real: keys and names are written at the end of the batch.
    Write,
    /// It is a preview or a page of rows: only keys that later rows may look up are kept.
    Show,
}

/// The state of a run. It is kept from batch to batch.
pub(crate) struct BatchState {
    pub filter: KeyFilter,
    pub runs: RunFilters,
    /// What counts as a match. Keys of other kinds never find a contact of this import.
    pub matching: Match,
    purpose: Purpose,
    /// Keys of the current batch that later rows may look up.
    keys: BatchKeys,
    /// Keys of contacts created in the current batch that no row looks up.
    write_only_keys: Vec<(MatchKey, ContactId)>,
    /// Keys that contacts have lost since the batch began. They override the entries of `keys` and `looked_up`.
    dropped_keys: HashSet<(MatchKey, ContactId), RandomState>,
    /// The names of contacts created in the current batch.
    names: Vec<(String, ContactId)>,
    /// The names of contacts whose names have changed since the batch began, before and after.
    changed_names: HashMap<ContactId, (String, String), RandomState>,
    /// Contacts created in the current chunk that are not written yet.
    pub fresh: FreshContacts,
    /// Contacts changed in the current chunk that are not written yet.
    pub changed: ChangedContacts,
    /// The contacts that have the keys of the current chunks.
    pub looked_up: HashMap<MatchKey, Vec<ContactId>, RandomState>,
    /// Contacts that the rows of the current chunk name by id or share a key with.
    pub loaded: HashMap<ContactId, Found, RandomState>,
    /// The member's rights to the contacts that were read since the batch began; `None` for a contact that is hidden
    /// from the member.
    pub rights: HashMap<ContactId, Option<Right>, RandomState>,
    /// Ids in the rows of the current chunk that belong to contacts in another member's trash, which may be restored.
    pub reserved: HashSet<ContactId, RandomState>,
    /// Keys with more contacts than are compared one by one. Such a key is added at the latest when it is looked up for
    /// a second group of chunks.
    pub shared_keys: HashMap<MatchKey, SharedKey, RandomState>,
    /// Keys that were found once to have that many contacts.
    seen_shared: HashSet<MatchKey, RandomState>,
    /// The number of contacts and key entries that were visited, which determines the run's time.
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
            write_only_keys: Vec::new(),
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

    /// Drops everything that was derived from the directory. Called when another process or request has written to it.
    pub fn forget_directory(&mut self) {
        self.filter = KeyFilter::new();
        self.runs.clear();
        self.shared_keys.clear();
        self.seen_shared.clear();
        self.rights.clear();
    }

    /// Whether a later row can match a contact that this import has created by this key.
    pub fn matches_own_contacts(&self, key: &MatchKey) -> bool {
        self.matching.counts(key)
    }

    /// Whether a key with too many contacts to compare each was seen before and is therefore worth a `SharedKey`.
    /// Records the key.
    pub fn is_shared_again(&mut self, key: &MatchKey) -> bool {
        !self.seen_shared.insert(key.clone())
    }

    /// Returns how many contacts have got a key in the current batch.
    pub fn holders_in_batch(&self, key: &MatchKey) -> usize {
        self.keys.count(key)
    }

    /// Returns all contacts that are known to have a key, first the ones in the directory.
    pub fn holders(&self, key: &MatchKey) -> impl Iterator<Item = ContactId> {
        let known = self.looked_up.get(key).into_iter().flatten();
        let all = known.copied().chain(self.keys.contacts(key));
        all.filter(|id| self.dropped_keys.is_empty() || !self.dropped_keys.contains(&(key.clone(), *id)))
    }

    /// Adds the keys of the current batch to the filter.
    pub fn add_keys_to_filter(&mut self) {
        let Self { filter, keys, .. } = self;
        keys.all().iter().for_each(|(key, _)| filter.add(key.as_stored()));
    }

    /// Adds keys that a contact has got by an update to the filter. They need not be keys of the row itself, so the
    /// lookup of the row may not have added them.
    pub fn note_in_filter(&mut self, match_keys: &[MatchKey]) {
        match_keys.iter().for_each(|key| self.filter.add(key.as_stored()));
    }

    /// Records keys of a contact that the import `run` has created or changed.
    pub fn add_keys(&mut self, match_keys: Vec<MatchKey>, row: &ContactRow, run: RunId) {
        let is_own = is_own(row, run);
        for key in match_keys {
            if !self.dropped_keys.is_empty() {
                self.dropped_keys.remove(&(key.clone(), row.id));
            }
            if !is_own || self.matches_own_contacts(&key) {
                self.keys.add(key, row.id);
            } else if self.purpose == Purpose::Write {
                self.write_only_keys.push((key, row.id));
            }
        }
    }

    /// Records that a contact has lost keys.
    pub fn drop_keys(&mut self, match_keys: impl Iterator<Item = MatchKey>, id: ContactId) {
        self.dropped_keys.extend(match_keys.map(|key| (key, id)));
    }

    /// Records the name of a created contact.
    pub fn add_name(&mut self, id: ContactId, order: String) {
        if self.purpose == Purpose::Write {
            self.names.push((order, id));
        }
    }

    /// Records that the name of a contact has changed.
    pub fn change_name(&mut self, id: ContactId, before: String, after: String) {
        if self.purpose == Purpose::Show || before == after {
            return;
        }
        self.changed_names.entry(id).or_insert((before, String::new())).1 = after;
    }

    /// Returns the names that contacts of the batch have lost, and the names that they have got.
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

    /// Updates `shared_keys` after one contact was created or changed. `before` are the keys and the JSON of its
    /// earlier state.
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

    /// Ends a batch: returns the keys and names to write. The next batch reads rights anew.
    pub fn end_batch(&mut self) -> IndexChange {
        self.rights.clear();
        let mut keys = self.keys.take();
        keys.append(&mut self.write_only_keys);
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

/// Created contacts that are not written yet.
#[derive(Default)]
pub(crate) struct FreshContacts {
    rows: Vec<ContactRow>,
    places: HashMap<ContactId, usize, RandomState>,
}

impl FreshContacts {
    /// Adds a contact. Its id must not be in use by another one.
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

    /// Removes and returns all contacts, in the order of their ids.
    pub fn take_sorted(&mut self) -> Vec<ContactRow> {
        self.places.clear();
        let mut rows = std::mem::take(&mut self.rows);
        rows.sort_unstable_by_key(|row| row.id);
        rows
    }
}

/// Changed contacts that are not written yet.
#[derive(Default)]
pub(crate) struct ChangedContacts {
    rows: HashMap<ContactId, (CanEdit<ContactRow>, ContactRow), RandomState>,
}

impl ChangedContacts {
    /// Records the new state of a contact.
    pub fn add(&mut self, existing: CanEdit<ContactRow>, row: ContactRow) {
        self.rows.insert(row.id, (existing, row));
    }

    /// Returns the current state of the contacts among `ids` that were changed.
    pub fn get_many(&self, ids: &[ContactId]) -> Vec<ContactRow> {
        if self.rows.is_empty() {
            return Vec::new();
        }
        let found = ids.iter().filter_map(|id| self.rows.get(id));
        found.map(|(_, row)| row.clone()).collect()
    }

    /// Removes and returns all contacts, in the order of their ids.
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
