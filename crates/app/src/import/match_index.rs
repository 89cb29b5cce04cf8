//! Lookup of the contacts that rows are compared with, and the import's writes to them.
//!
//! Only contacts that the member may see are found, by key or by id. Run and preview share this code: a preview keeps
//! its changes in temporary files instead of the directory (`preview_contacts`). Match keys and names are collected and
//! written sorted at the end of a batch, which costs less than updating their tables row by row.

use crate::access;
use crate::access::{Actor, CanEdit, Right};
use crate::contacts::write::{self, BatchPlace};
use crate::error::Error;
use crate::import::batch_state::{BatchState, is_own};
use crate::import::candidate::Found;
use crate::import::pipeline::ParsedRow;
use crate::import::preview_contacts::PreviewContacts;
use crate::import::run_filters::RunFilters;
use crate::import::shared_keys::{MAX_CANDIDATES, SharedKey};
use model::{Contact, ContactId, MatchKey, name_order};
use std::collections::HashSet;
use store::contacts::{self, ContactRow};
use store::contacts::{match_keys, trash};
use store::{RunId, Tx};
use xxhash_rust::xxh3::xxh3_128_with_seed;

/// The maximum number of contacts that are read before the rows of a chunk are resolved.
const LOADED_AT_ONCE: usize = 4_000;
/// The number of holders of a key that are visited for one row before a `SharedKey` is built. Holders that are hidden
/// or have lost the key do not count as candidates, so a row may visit many of them.
const MAX_SKIPPED_HOLDERS: usize = 8 * MAX_CANDIDATES;

/// Which holders of a key are looked up.
#[derive(Clone, Copy)]
enum Counted {
    All,
    /// Without the contacts that this import has created.
    NotOfThisImport,
}

/// The places where contacts are read and written: the directory and, in a preview, its own changes on top of it.
pub(crate) struct Overlay<'a, 'tx> {
    /// The importing member. Rows are compared only with contacts that this member may see.
    pub actor: Actor,
    /// The current run.
    pub run: RunId,
    /// The directory; `None` if a file is inspected without one.
    pub directory: Option<&'a mut Tx<'tx>>,
    /// The contacts that a preview keeps instead of writing them to the directory; `None` in a real run.
    pub preview: Option<&'a mut PreviewContacts>,
}

impl<'tx> Overlay<'_, 'tx> {
    /// Borrows the same places for a shorter lifetime.
    pub fn reborrow(&mut self) -> Overlay<'_, 'tx> {
        Overlay {
            actor: self.actor,
            run: self.run,
            directory: self.directory.as_deref_mut(),
            preview: self.preview.as_deref_mut(),
        }
    }
}

/// The contacts as a batch sees them: the stored ones, with the run's own changes.
pub(crate) struct MatchIndex<'a, 'tx> {
    pub layers: Overlay<'a, 'tx>,
    pub collected: &'a mut BatchState,
}

impl MatchIndex<'_, '_> {
    /// Looks up the keys of rows and reads the contacts that they will be compared with, in few queries. Marks the rows
    /// that need no lookup.
    pub fn prepare<'r>(
        &mut self,
        rows: impl Iterator<Item = &'r mut ParsedRow>,
        ids: Vec<ContactId>,
    ) -> Result<(), Error> {
        let mut rows: Vec<&mut ParsedRow> = rows.collect();
        self.look_up(rows.iter_mut().map(|row| &mut **row))?;
        self.load(rows.iter().map(|row| &**row), ids)
    }

    /// Looks up the contacts that have the rows' keys, and marks the rows without a known key as `is_surely_new`. The
    /// more rows at once, the fewer pages of the key table are read for each row.
    pub fn look_up<'r>(&mut self, rows: impl Iterator<Item = &'r mut ParsedRow>) -> Result<(), Error> {
        self.collected.looked_up.clear();
        let BatchState { filter, matching, .. } = &mut *self.collected;
        let mut asked: Vec<MatchKey> = Vec::new();
        for row in rows {
            let before = asked.len();
            let may_know = |key: &&MatchKey| filter.may_know(key.as_stored(), matching.counts(key));
            asked.extend(row.keys.iter().filter(may_know).cloned());
            row.is_surely_new = asked.len() == before;
        }
        asked.sort_unstable();
        asked.dedup();
        asked.retain(|key| !self.collected.shared_keys.contains_key(key));
        let (matched, others): (Vec<_>, Vec<_>) =
            asked.into_iter().partition(|key| self.collected.matching.counts(key));
        let mut seen_shared = Vec::new();
        for (keys, count) in [(matched, Counted::All), (others, Counted::NotOfThisImport)] {
            let found = self.holders_of(&keys, count)?;
            for (key, found) in keys.into_iter().zip(found) {
                let holders = found.len() + self.collected.holders_in_batch(&key);
                self.collected.looked_at += holders as u64;
                if holders > MAX_CANDIDATES && self.collected.is_shared_again(&key) {
                    seen_shared.push(key.clone());
                }
                if !found.is_empty() {
                    self.collected.looked_up.insert(key, found);
                }
            }
        }
        // A `SharedKey` is kept up to date from now on, so that the key need not be looked up again.
        for key in seen_shared {
            self.shared_key(&key)?;
        }
        Ok(())
    }

    /// Returns the contacts that have each key in the directory and in earlier batches.
    fn holders_of(&mut self, keys: &[MatchKey], count: Counted) -> Result<Vec<Vec<ContactId>>, Error> {
        let (workspace, run) = (self.layers.actor.workspace, self.layers.run);
        let runs = &self.collected.runs;
        let may_hold = |number, key: &MatchKey| runs.may_hold(number, key);
        let mut found = match (&mut self.layers.directory, count) {
            (None, _) => vec![Vec::new(); keys.len()],
            (Some(tx), Counted::All) => match_keys::find_many_where(tx, workspace, keys, &may_hold)?,
            (Some(tx), Counted::NotOfThisImport) => match_keys::find_many_not_of(tx, workspace, run, keys, &may_hold)?,
        };
        if let Some(preview) = &mut self.layers.preview {
            for (key, found) in keys.iter().zip(&mut found) {
                found.extend(preview.contacts_with(key)?);
                found.sort_unstable();
                found.dedup();
            }
        }
        Ok(found)
    }

    /// Reads the contacts that the rows of a chunk will be compared with, and the contacts with `ids`. The rows' keys
    /// must be looked up before.
    pub fn load<'r>(
        &mut self,
        rows: impl Iterator<Item = &'r ParsedRow>,
        mut ids: Vec<ContactId>,
    ) -> Result<(), Error> {
        self.collected.loaded.clear();
        let known = &*self.collected;
        for key in rows.filter(|row| !row.is_surely_new).flat_map(|row| &row.keys) {
            match known.shared_keys.get(key) {
                Some(shared) => ids.extend(shared.first()),
                None => ids.extend(known.holders(key).take(MAX_CANDIDATES + 1)),
            }
        }
        self.reserve(&mut ids)?;
        self.load_contacts(ids)
    }

    /// Records which of the rows' ids belong to contacts in other members' trash. A new contact with such an id would
    /// keep the owner from restoring the deleted one, and would replace it in the trash when it is deleted itself.
    fn reserve(&mut self, ids: &mut [ContactId]) -> Result<(), Error> {
        ids.sort_unstable();
        let Actor { workspace, member } = self.layers.actor;
        let owners = match &mut self.layers.directory {
            Some(tx) => trash::owners(tx, workspace, ids)?,
            None => Vec::new(),
        };
        let of_others = owners.into_iter().filter(|(_, owner)| *owner != member);
        self.collected.reserved = of_others.map(|(id, _)| id).collect();
        Ok(())
    }

    /// Reads contacts that rows of the chunk will be compared with in one query, instead of one query each. Contacts
    /// beyond `LOADED_AT_ONCE` are read when they are needed.
    fn load_contacts(&mut self, mut ids: Vec<ContactId>) -> Result<(), Error> {
        ids.sort_unstable();
        ids.dedup();
        ids.truncate(LOADED_AT_ONCE);
        if !ids.is_empty() {
            let found = self.seen(&ids)?;
            let found = found.into_iter().map(|found| (found.row.id, found));
            self.collected.loaded.extend(found);
        }
        Ok(())
    }

    /// Returns the contacts among `ids` that the member may see. Also records which of them are hidden.
    fn seen(&mut self, ids: &[ContactId]) -> Result<Vec<Found>, Error> {
        let rows = self.get_many(ids)?;
        let there: Vec<ContactId> = rows.iter().map(|row| row.id).collect();
        let seen = match &mut self.layers.directory {
            Some(tx) => access::with_rights(tx, self.layers.actor, rows)?,
            // Without a directory, all contacts are created by the file.
            None => rows.into_iter().map(|row| (Right::Own, row)).collect(),
        };
        let rights = &mut self.collected.rights;
        rights.extend(there.into_iter().map(|id| (id, None)));
        let found = seen.into_iter().map(|(right, row)| Found { right, row });
        Ok(found
            .inspect(|found| {
                rights.insert(found.row.id, Some(found.right));
            })
            .collect())
    }

    /// Returns the ids among `ids` of contacts that the member may see. Known rights are not read again.
    fn visible(&mut self, ids: &[ContactId]) -> Result<Vec<ContactId>, Error> {
        let BatchState { fresh, rights, .. } = &*self.collected;
        let unknown = |id: &ContactId| !fresh.contains(*id) && !rights.contains_key(id);
        let asked: Vec<ContactId> = ids.iter().copied().filter(unknown).collect();
        if !asked.is_empty() {
            self.seen(&asked)?;
        }
        let BatchState { fresh, rights, .. } = &*self.collected;
        let may_see = |id: &ContactId| fresh.contains(*id) || rights.get(id).is_some_and(Option::is_some);
        Ok(ids.iter().copied().filter(may_see).collect())
    }

    /// Returns the id for a row of an export with this `id`. It is `id` itself, unless it belongs to a contact that the
    /// member may not see or to one in another member's trash. Then it is a replacement, always the same one, so that
    /// the file does not reveal which case applies.
    pub fn free_id(&mut self, id: ContactId) -> Result<ContactId, Error> {
        let mut free = id;
        loop {
            self.visible(&[free])?;
            let known = &*self.collected;
            let is_taken = match known.rights.get(&free) {
                Some(right) => right.is_none(),
                None => known.reserved.contains(&free),
            };
            if known.fresh.contains(free) || !is_taken {
                return Ok(free);
            }
            free = stand_in(self.layers.actor, free);
        }
    }

    /// Fills the filter with all known keys, once it pays off: at once if there are none, and once more when that small
    /// filter is full.
    pub fn fill_filter(&mut self) -> Result<(), Error> {
        let filter = &self.collected.filter;
        if filter.is_filled() {
            return Ok(());
        }
        let pays = filter.pays() || filter.is_unasked() && self.has_no_keys()?;
        if !pays {
            return Ok(());
        }
        self.collected.filter.begin();
        self.collected.add_keys_to_filter();
        let filter = &mut self.collected.filter;
        if let Some(tx) = &mut self.layers.directory {
            match_keys::for_each_key(tx, self.layers.actor.workspace, |key| filter.add(key))?;
        }
        if let Some(preview) = &mut self.layers.preview {
            preview.for_each_key(|hash| filter.add_hash(hash))?;
        }
        Ok(())
    }

    fn has_no_keys(&mut self) -> Result<bool, Error> {
        match &mut self.layers.directory {
            Some(tx) => Ok(!match_keys::exist(tx, self.layers.actor.workspace)?),
            None => Ok(true),
        }
    }

    /// Returns the visible contacts with a key, in the order of their ids, at most `MAX_CANDIDATES` + 1. A contact that
    /// a preview has changed has the keys of its last state. For a key by which this import does not match, contacts
    /// that the import has created itself are left out.
    pub fn contacts_with(&mut self, key: &MatchKey) -> Result<Vec<ContactId>, Error> {
        if let Some(shared) = self.collected.shared_keys.get(key) {
            return Ok(shared.first());
        }
        if self.collected.filter.excludes(key.as_stored()) {
            return Ok(Vec::new());
        }
        let mut ids: Vec<ContactId> = Vec::new();
        let mut passed = 0;
        // Most keys have one contact. Not all contacts of a shared key are needed.
        while ids.len() <= MAX_CANDIDATES {
            let some: Vec<ContactId> = self
                .collected
                .holders(key)
                .skip(passed)
                .take(MAX_CANDIDATES + 1)
                .collect();
            passed += some.len();
            self.collected.looked_at += some.len() as u64;
            let is_last = some.len() <= MAX_CANDIDATES;
            let seen = self.visible(&some)?;
            ids.extend(self.still_having(key, seen)?);
            if is_last {
                break;
            }
            if passed > MAX_SKIPPED_HOLDERS {
                return Ok(self.shared_key(key)?.first());
            }
        }
        ids.sort_unstable();
        ids.dedup();
        ids.truncate(MAX_CANDIDATES + 1);
        Ok(ids)
    }

    /// Returns the contacts among `ids` that have not lost a key in this preview.
    fn still_having(&mut self, key: &MatchKey, mut ids: Vec<ContactId>) -> Result<Vec<ContactId>, Error> {
        let Some(preview) = &mut self.layers.preview else {
            return Ok(ids);
        };
        let loaded = &self.collected.loaded;
        let unknown: Vec<ContactId> = ids.iter().filter(|id| !loaded.contains_key(*id)).copied().collect();
        let states = preview.get_many(&unknown)?;
        let known = ids.iter().filter_map(|id| loaded.get(id)).map(|found| &found.row);
        let mut lost = Vec::new();
        for row in known.chain(&states) {
            if preview.has_lost(row, key)? {
                lost.push(row.id);
            }
        }
        ids.retain(|id| !lost.contains(id));
        Ok(ids)
    }

    /// Whether a contact had a key and has lost it in this preview.
    fn has_lost(&mut self, row: &ContactRow, key: &MatchKey) -> Result<bool, Error> {
        match &mut self.layers.preview {
            Some(preview) => preview.has_lost(row, key),
            None => Ok(false),
        }
    }

    /// Returns the contacts with a key that more than `MAX_CANDIDATES` contacts have. On the first call for a key all
    /// of them are read; from then on the `SharedKey` is kept up to date.
    pub fn shared_key(&mut self, key: &MatchKey) -> Result<&SharedKey, Error> {
        if !self.collected.shared_keys.contains_key(key) {
            let run = self.layers.run;
            let ids: Vec<ContactId> = self.collected.holders(key).collect();
            let mut shared = SharedKey::default();
            for some in ids.chunks(LOADED_AT_ONCE) {
                for Found { row, .. } in self.seen(some)? {
                    if !self.has_lost(&row, key)? {
                        shared.add(row.id, &row.body, is_own(&row, run))?;
                    }
                }
                for row in some.iter().filter_map(|id| self.collected.fresh.get(*id)) {
                    shared.add(row.id, &row.body, is_own(row, run))?;
                }
            }
            self.collected.shared_keys.insert(key.clone(), shared);
        }
        Ok(self.collected.shared_keys.entry(key.clone()).or_default())
    }

    /// Returns the current state of a contact; `None` if it does not exist or the member may not see it.
    pub fn get(&mut self, id: ContactId) -> Result<Option<Found>, Error> {
        self.collected.looked_at += 1;
        if let Some(row) = self.collected.fresh.get(id) {
            return Ok(Some(Found {
                right: Right::Own,
                row: row.clone(),
            }));
        }
        if let Some(found) = self.collected.loaded.get(&id) {
            return Ok(Some(found.clone()));
        }
        let found = self.seen(&[id])?.pop();
        if let Some(found) = &found
            && self.collected.loaded.len() < LOADED_AT_ONCE
        {
            // Similar rows of a chunk need the same contacts.
            self.collected.loaded.insert(id, found.clone());
        }
        Ok(found)
    }

    fn get_many(&mut self, ids: &[ContactId]) -> Result<Vec<ContactRow>, Error> {
        let mut rows = match &mut self.layers.preview {
            Some(preview) => preview.get_many(ids)?,
            None => self.collected.changed.get_many(ids),
        };
        if let Some(tx) = &mut self.layers.directory {
            let above: HashSet<ContactId> = rows.iter().map(|row| row.id).collect();
            let below: Vec<ContactId> = ids.iter().copied().filter(|id| !above.contains(id)).collect();
            rows.extend(contacts::get_many(tx, self.layers.actor.workspace, &below)?);
        }
        Ok(rows)
    }

    /// Creates a contact.
    pub fn create(&mut self, row: ContactRow, match_keys: Vec<MatchKey>, order: String) -> Result<(), Error> {
        let run = self.layers.run;
        self.collected.follow(&row, run, None, &match_keys)?;
        self.collected.add_keys(match_keys, &row, run);
        self.collected.add_name(row.id, order);
        match &mut self.layers.preview {
            Some(preview) => preview.create(&row)?,
            None => self.collected.fresh.add(row),
        }
        Ok(())
    }

    /// Changes a contact from the state `before` to `after`; `row` is the new stored row.
    pub fn update(
        &mut self,
        existing: CanEdit<ContactRow>,
        row: ContactRow,
        before: &Contact,
        after: &Contact,
    ) -> Result<(), Error> {
        let (id, run) = (row.id, self.layers.run);
        let (old, new) = (MatchKey::of_contact(before), MatchKey::of_contact(after));
        if !self.collected.shared_keys.is_empty() {
            self.collected
                .follow(&row, run, Some((&old, &before.to_json())), &new)?;
        }
        let added: Vec<MatchKey> = new.iter().filter(|key| !old.contains(key)).cloned().collect();
        self.collected.note_in_filter(&added);
        self.collected.add_keys(added, &row, run);
        self.collected
            .drop_keys(old.into_iter().filter(|key| !new.contains(key)), id);
        self.collected.change_name(id, name_order(before), name_order(after));
        if let Some(loaded) = self.collected.loaded.get_mut(&id) {
            loaded.row.clone_from(&row);
        }
        if let Some(preview) = &mut self.layers.preview {
            return preview.change(&row);
        }
        match self.collected.fresh.get_mut(id) {
            Some(fresh) => *fresh = row,
            None => self.collected.changed.add(existing, row),
        }
        Ok(())
    }

    /// Writes the contacts of the current chunk.
    pub fn end_chunk(&mut self) -> Result<(), Error> {
        if let (Some(tx), None) = (&mut self.layers.directory, &self.layers.preview) {
            let workspace = self.layers.actor.workspace;
            write::insert_of_batch(tx, workspace, &self.collected.fresh.take_sorted())?;
            write::update_of_batch(tx, workspace, self.collected.changed.take_sorted())?;
        }
        Ok(())
    }

    /// Writes the keys and names of the batch.
    pub fn end_batch(&mut self, place: BatchPlace) -> Result<(), Error> {
        let batch = self.collected.end_batch();
        match (&mut self.layers.preview, &mut self.layers.directory) {
            (Some(preview), _) => preview.end_batch(&batch.added.keys)?,
            (None, None) => {}
            (None, Some(tx)) => {
                let is_followed = place == BatchPlace::Followed;
                let filter = is_followed.then(|| RunFilters::filter(&batch.added.keys));
                let run = write::index_batch(tx, self.layers.actor.workspace, batch, place)?;
                self.collected.runs.note(run.zip(filter));
            }
        }
        Ok(())
    }
}

/// Returns the replacement for an id, always the same one for a member. It keeps the id's timestamp, so that the
/// contact keeps its place in the order of creation.
fn stand_in(actor: Actor, id: ContactId) -> ContactId {
    let mut seed = actor.member.0.unsigned_abs();
    seed = seed.wrapping_add(actor.workspace.0.unsigned_abs().rotate_left(32));
    let mut bytes = xxh3_128_with_seed(id.as_bytes(), seed).to_le_bytes();
    // The timestamp, version and variant of a UUIDv7 are kept.
    bytes[..6].copy_from_slice(&id.as_bytes()[..6]);
    bytes[6] = 0x70 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    ContactId::from_bytes(bytes)
}
