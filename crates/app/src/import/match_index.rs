//! The contacts that rows are compared with, and the import's writes to them.
//!
//! Only contacts that the member may see are found, by key or by id. Run and preview share this code: a preview writes into
//! a scratch database over the directory. Match keys and names are collected and written sorted at the end of a batch,
//! which costs less than keeping their tables up to date row by row.

use crate::access;
use crate::access::{Actor, CanEdit, Right};
use crate::contacts::stored::read;
use crate::contacts::write::{self, BatchPlace};
use crate::import::batch_state::{BatchState, is_own};
use crate::import::candidate::Found;
use crate::import::pipeline::ParsedRow;
use crate::import::run_filters::RunFilters;
use crate::import::shared_keys::{MAX_CANDIDATES, SharedKey};
use model::{Contact, ContactId, MatchKey, name_order};
use std::collections::HashSet;
use store::contacts::{self, ContactRow};
use store::contacts::{match_keys, trash};
use store::{RunId, Tx};
use xxhash_rust::xxh3::xxh3_128_with_seed;

/// Contacts that are read before the rows of a chunk are resolved, at most.
const LOADED_AT_ONCE: usize = 4_000;
/// Holders of one key that are skipped for one row, because they are hidden or have lost the key, before all are read
/// once and followed.
const MOST_PASSED: usize = 8 * MAX_CANDIDATES;

/// Where the contacts are.
pub(crate) struct Overlay<'a, 'top, 'base> {
    /// Who imports: what is compared with is what this member may see.
    pub actor: Actor,
    /// The run that creates contacts now.
    pub run: RunId,
    /// What is written to: the directory, or the scratch database over it.
    pub top: &'a mut Tx<'top>,
    /// What lies under a scratch database; none in a real run.
    pub base: Option<&'a mut Tx<'base>>,
}

/// The directory during a batch.
pub(crate) struct MatchIndex<'a, 'top, 'base> {
    pub layers: Overlay<'a, 'top, 'base>,
    pub collected: &'a mut BatchState,
}

impl MatchIndex<'_, '_, '_> {
    /// Looks up what the rows of a chunk will ask for, in few questions, and notes which rows need not ask.
    pub fn prepare<'r>(
        &mut self,
        rows: impl Iterator<Item = &'r mut ParsedRow>,
        mut ids: Vec<ContactId>,
    ) -> Result<(), store::Error> {
        self.collected.looked_up.clear();
        self.collected.loaded.clear();
        let BatchState {
            filter,
            shared_keys,
            matching,
            ..
        } = &mut *self.collected;
        let mut asked: Vec<MatchKey> = Vec::new();
        for row in rows {
            let before = asked.len();
            let may_know = |key: &&MatchKey| filter.may_know(key.as_stored(), matching.counts(key));
            asked.extend(row.keys.iter().filter(may_know).cloned());
            row.is_surely_new = asked.len() == before;
        }
        asked.sort_unstable();
        asked.dedup();
        let (followed, asked): (Vec<_>, Vec<_>) = asked.into_iter().partition(|key| shared_keys.contains_key(key));
        ids.extend(
            followed
                .iter()
                .filter_map(|key| shared_keys.get(key))
                .flat_map(SharedKey::first),
        );
        self.reserve(&mut ids)?;
        self.look_up(asked, &mut ids)?;
        self.load(ids)
    }

    /// Looks up who has the keys of a chunk, and adds those that will be compared to `ids`.
    fn look_up(&mut self, asked: Vec<MatchKey>, ids: &mut Vec<ContactId>) -> Result<(), store::Error> {
        let matching = self.collected.matching;
        let (matched, others): (Vec<_>, Vec<_>) = asked.into_iter().partition(|key| matching.counts(key));
        let (workspace, run) = (self.layers.actor.workspace, self.layers.run);
        let runs = &self.collected.runs;
        let may_hold = |number, key: &MatchKey| runs.may_hold(number, key);
        let mut found = match_keys::find_many_where(self.layers.top, workspace, &matched, &may_hold)?;
        // What this import has created is not asked for by these.
        found.extend(match_keys::find_many_not_of(
            self.layers.top,
            workspace,
            run,
            &others,
            &may_hold,
        )?);
        let asked: Vec<MatchKey> = matched.into_iter().chain(others).collect();
        if let Some(base) = &mut self.layers.base {
            for (found, below) in found.iter_mut().zip(match_keys::find_many(base, workspace, &asked)?) {
                found.extend(below);
                found.sort_unstable();
                found.dedup();
            }
        }
        let mut seen_shared = Vec::new();
        for (key, found) in asked.into_iter().zip(found) {
            let (in_batch, new) = self.collected.holders_in_batch(&key);
            let holders = found.len() + in_batch;
            ids.extend(found.iter().copied().chain(new).take(MAX_CANDIDATES + 1));
            self.collected.looked_at += holders as u64;
            if holders > MAX_CANDIDATES && self.collected.is_shared_again(&key) {
                seen_shared.push(key.clone());
            }
            if !found.is_empty() {
                self.collected.looked_up.insert(key, found);
            }
        }
        // From now on they are followed, so that they need not be looked up for each chunk.
        for key in seen_shared {
            self.shared_key(&key)?;
        }
        Ok(())
    }

    /// Notes which ids that rows name are those of contacts in the trash of others: who took one would keep its owner from
    /// restoring it, and would push it out of the trash by deleting theirs.
    fn reserve(&mut self, ids: &mut [ContactId]) -> Result<(), store::Error> {
        ids.sort_unstable();
        let Actor { workspace, member } = self.layers.actor;
        let owners = match &mut self.layers.base {
            Some(base) => trash::owners(base, workspace, ids)?,
            None => trash::owners(self.layers.top, workspace, ids)?,
        };
        let of_others = owners.into_iter().filter(|(_, owner)| *owner != member);
        self.collected.reserved = of_others.map(|(id, _)| id).collect();
        Ok(())
    }

    /// Reads contacts that rows of the chunk will be compared with, all at once: one by one each would be a question to a
    /// server. What is too much to hold is read when it is wanted.
    fn load(&mut self, mut ids: Vec<ContactId>) -> Result<(), store::Error> {
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

    /// Those of some contacts that the member may see. Notes also which of them are hidden.
    fn seen(&mut self, ids: &[ContactId]) -> Result<Vec<Found>, store::Error> {
        let rows = self.get_many(ids)?;
        let there: Vec<ContactId> = rows.iter().map(|row| row.id).collect();
        // Shares lie where the directory lies: a scratch database has none.
        let seen = match &mut self.layers.base {
            Some(base) => access::with_rights(base, self.layers.actor, rows)?,
            None => access::with_rights(self.layers.top, self.layers.actor, rows)?,
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

    /// Those of some contacts that the member may see, without the contacts. What was asked before is not asked again.
    fn visible(&mut self, ids: &[ContactId]) -> Result<Vec<ContactId>, store::Error> {
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

    /// The id that a row of an export gets which names `id`: that one, unless it belongs to a contact that the member may not
    /// see, or to one in somebody else's trash. Then it is another one, always the same, so that nothing tells these cases
    /// apart within the file.
    pub fn free_id(&mut self, id: ContactId) -> Result<ContactId, store::Error> {
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

    /// Fills the filter with all keys that are known, once it pays: at once where there are none.
    pub fn fill_filter(&mut self) -> Result<(), store::Error> {
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
        let workspace = self.layers.actor.workspace;
        match_keys::for_each_key(self.layers.top, workspace, |key| filter.add(key))?;
        if let Some(base) = &mut self.layers.base {
            match_keys::for_each_key(base, workspace, |key| filter.add(key))?;
        }
        Ok(())
    }

    fn has_no_keys(&mut self) -> Result<bool, store::Error> {
        let workspace = self.layers.actor.workspace;
        let base_has_none = match &mut self.layers.base {
            Some(base) => !match_keys::exist(base, workspace)?,
            None => true,
        };
        Ok(base_has_none && !match_keys::exist(self.layers.top, workspace)?)
    }

    /// The visible contacts with a key, in the order of their ids; at most `MAX_CANDIDATES` + 1. A contact of the base of
    /// which the scratch database holds a newer state has the keys of that state. For a key by which this import does not
    /// match, contacts that it has created itself are left out.
    pub fn contacts_with(&mut self, key: &MatchKey) -> Result<Vec<ContactId>, store::Error> {
        if let Some(shared) = self.collected.shared_keys.get(key) {
            return Ok(shared.first());
        }
        if self.collected.filter.excludes(key.as_stored()) {
            return Ok(Vec::new());
        }
        let mut ids: Vec<ContactId> = Vec::new();
        let mut passed = 0;
        // Most keys have one contact; of a shared key not all are needed.
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
            if passed > MOST_PASSED {
                return Ok(self.shared_key(key)?.first());
            }
        }
        ids.sort_unstable();
        ids.dedup();
        ids.truncate(MAX_CANDIDATES + 1);
        Ok(ids)
    }

    /// Those of some contacts that have not lost a key in this preview.
    fn still_having(&mut self, key: &MatchKey, mut ids: Vec<ContactId>) -> Result<Vec<ContactId>, store::Error> {
        if self.layers.base.is_none() || ids.is_empty() {
            return Ok(ids);
        }
        let BatchState { fresh, loaded, .. } = &*self.collected;
        let unknown = |id: &&ContactId| !fresh.contains(**id) && !loaded.contains_key(*id);
        let unknown: Vec<ContactId> = ids.iter().filter(unknown).copied().collect();
        let states = contacts::get_many(self.layers.top, self.layers.actor.workspace, &unknown)?;
        let known = ids.iter().filter_map(|id| loaded.get(id)).map(|found| &found.row);
        let mut lost = Vec::new();
        for row in known.chain(&states) {
            if has_lost(row, key, self.layers.run)? {
                lost.push(row.id);
            }
        }
        ids.retain(|id| !lost.contains(id));
        Ok(ids)
    }

    /// The contacts with a key that more than `MAX_CANDIDATES` have: each of them is read once, and kept up to date from
    /// then on.
    pub fn shared_key(&mut self, key: &MatchKey) -> Result<&SharedKey, store::Error> {
        if !self.collected.shared_keys.contains_key(key) {
            let run = self.layers.run;
            let ids: Vec<ContactId> = self.collected.holders(key).collect();
            let mut shared = SharedKey::default();
            for some in ids.chunks(LOADED_AT_ONCE) {
                for Found { row, .. } in self.seen(some)? {
                    if self.layers.base.is_none() || !has_lost(&row, key, run)? {
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

    /// A contact as it is now, if the member may see it.
    pub fn get(&mut self, id: ContactId) -> Result<Option<Found>, store::Error> {
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
            // The rows of a chunk that are alike ask for the same contacts.
            self.collected.loaded.insert(id, found.clone());
        }
        Ok(found)
    }

    fn get_many(&mut self, ids: &[ContactId]) -> Result<Vec<ContactRow>, store::Error> {
        let mut rows = contacts::get_many(self.layers.top, self.layers.actor.workspace, ids)?;
        if let Some(base) = &mut self.layers.base {
            let above: HashSet<ContactId> = rows.iter().map(|r| r.id).collect();
            let below = contacts::get_many(base, self.layers.actor.workspace, ids)?;
            rows.extend(below.into_iter().filter(|r| !above.contains(&r.id)));
        }
        Ok(rows)
    }

    /// Creates a contact.
    pub fn create(&mut self, row: ContactRow, match_keys: Vec<MatchKey>, order: String) -> Result<(), store::Error> {
        let run = self.layers.run;
        self.collected.follow(&row, run, None, &match_keys)?;
        self.collected.add_keys(match_keys, &row, run);
        self.collected.add_name(row.id, order);
        self.collected.fresh.add(row);
        Ok(())
    }

    /// Changes a contact from one state to another, which is `row`.
    pub fn update(
        &mut self,
        existing: &CanEdit<ContactRow>,
        row: ContactRow,
        before: &Contact,
        after: &Contact,
    ) -> Result<(), store::Error> {
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
        if let Some(fresh) = self.collected.fresh.get_mut(id) {
            *fresh = row;
            return Ok(());
        }
        write::update_of_batch(self.layers.top, self.layers.actor.workspace, existing, row)
    }

    /// Writes the contacts of the chunk in hand.
    pub fn end_chunk(&mut self) -> Result<(), store::Error> {
        let rows = self.collected.fresh.take_sorted();
        write::insert_of_batch(self.layers.top, self.layers.actor.workspace, &rows)
    }

    /// Writes the keys and names of the batch.
    pub fn end_batch(&mut self, place: BatchPlace) -> Result<(), store::Error> {
        let batch = self.collected.end_batch();
        let is_followed = place == BatchPlace::Followed;
        let filter = is_followed.then(|| RunFilters::filter(&batch.added.keys));
        let run = write::index_batch(self.layers.top, self.layers.actor.workspace, batch, place)?;
        self.collected.runs.note(run.zip(filter));
        Ok(())
    }
}

/// The id that stands for another, for one member. It keeps the moment that the other tells, so that it stands in the same
/// place among contacts in the order in which they came to be.
fn stand_in(actor: Actor, id: ContactId) -> ContactId {
    let mut seed = actor.member.0.unsigned_abs();
    seed = seed.wrapping_add(actor.workspace.0.unsigned_abs().rotate_left(32));
    let mut bytes = xxh3_128_with_seed(id.as_bytes(), seed).to_le_bytes();
    // Moment, version and variant of a UUIDv7 stay.
    bytes[..6].copy_from_slice(&id.as_bytes()[..6]);
    bytes[6] = 0x70 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    ContactId::from_bytes(bytes)
}

/// Whether a contact that lies under a scratch database had a key there and has lost it in the preview. What a preview
/// creates is stored without its keys.
fn has_lost(row: &ContactRow, key: &MatchKey, run: RunId) -> Result<bool, store::Error> {
    if is_own(row, run) || row.written_by != Some(run) {
        return Ok(false);
    }
    Ok(!MatchKey::of_contact(&read(row)?).contains(key))
}
