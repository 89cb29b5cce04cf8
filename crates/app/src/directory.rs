//! The contacts that rows are compared with, and what an import does to them.
//!
//! Only what the member may see is there: who is hidden has no key, is in no crowd and is found by no id.
//!
//! One piece of code for the real run and for the preview: a preview writes into a scratch database that lies over the
//! directory, so it goes exactly the way of the run and changes nothing. Keys and names are collected and written sorted
//! at the end of a batch, because keeping their tables row by row costs more than the rows.

use crate::access;
use crate::crowd::{CROWD, Crowd};
use crate::key_filter::KeyFilter;
use crate::{Actor, Right};
use foldhash::fast::RandomState;
use model::{Contact, ContactId, MatchKey, name_order};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use store::contacts::{self, ContactRow};
use store::{ImportId, Tx, keys, names, trash};
use xxhash_rust::xxh3::xxh3_128_with_seed;

/// Contacts that are read before the rows of a chunk are settled, at most.
const MET_AT_ONCE: usize = 4_000;

/// The contacts that have a key: nearly always one.
enum Holders {
    One(ContactId),
    Many(Vec<ContactId>),
}

impl Holders {
    fn ids(&self) -> impl Iterator<Item = ContactId> {
        match self {
            Self::One(id) => std::slice::from_ref(id),
            Self::Many(ids) => ids.as_slice(),
        }
        .iter()
        .copied()
    }

    fn add(&mut self, id: ContactId) {
        match self {
            Self::One(first) => *self = Self::Many(vec![*first, id]),
            Self::Many(ids) => ids.push(id),
        }
    }

    fn remove(&mut self, id: ContactId) {
        *self = Self::Many(self.ids().filter(|known| *known != id).collect());
    }
}

/// A contact that the member may see.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// What the member may do with it.
    pub right: Right,
    /// The contact as it is now.
    pub row: ContactRow,
}

/// Where the contacts are.
pub(crate) struct Layers<'a, 'top, 'base> {
    /// Who imports: what is compared with is what this member may see.
    pub actor: Actor,
    /// The run that creates contacts now.
    pub run: ImportId,
    /// What is written to: the directory, or the scratch database over it.
    pub top: &'a mut Tx<'top>,
    /// What lies under a scratch database; none in a real run.
    pub base: Option<&'a mut Tx<'base>>,
}

/// What a batch has collected. It lives from batch to batch and is empty between them.
pub(crate) struct Collected {
    pub filter: KeyFilter,
    /// Whether names are kept: a preview needs none.
    keeps_names: bool,
    keys: HashMap<MatchKey, Holders, RandomState>,
    dropped_keys: HashSet<(MatchKey, ContactId), RandomState>,
    names: HashMap<ContactId, String, RandomState>,
    dropped_names: Vec<(String, ContactId)>,
    /// Contacts of the chunk in hand that are not written yet.
    fresh: HashMap<ContactId, ContactRow, RandomState>,
    /// Keys of the chunk in hand and who has them.
    looked_up: HashMap<MatchKey, Vec<ContactId>, RandomState>,
    /// Contacts that the rows of the chunk in hand name by id or share a key with.
    met: HashMap<ContactId, Found, RandomState>,
    /// What the member may do with contacts that were asked for since the batch began; nothing with those that are hidden.
    rights: HashMap<ContactId, Option<Right>, RandomState>,
    /// Ids that the rows of the chunk in hand name and under which somebody else may bring a contact back from the trash.
    reserved: HashSet<ContactId, RandomState>,
    /// Keys that too many contacts have, once one was asked for.
    crowds: HashMap<MatchKey, Crowd, RandomState>,
}

impl Collected {
    pub fn new(keeps_names: bool) -> Self {
        Self {
            filter: KeyFilter::new(),
            keeps_names,
            keys: HashMap::default(),
            dropped_keys: HashSet::default(),
            names: HashMap::default(),
            dropped_names: Vec::new(),
            fresh: HashMap::default(),
            looked_up: HashMap::default(),
            met: HashMap::default(),
            rights: HashMap::default(),
            reserved: HashSet::default(),
            crowds: HashMap::default(),
        }
    }
}

impl Collected {
    /// Forgets what was true of the directory before somebody else wrote.
    pub fn forget_directory(&mut self) {
        self.filter = KeyFilter::new();
        self.crowds.clear();
    }
}

/// The directory during a batch.
pub(crate) struct Directory<'a, 'top, 'base> {
    pub layers: Layers<'a, 'top, 'base>,
    pub collected: &'a mut Collected,
}

impl Directory<'_, '_, '_> {
    /// Looks up what the rows of a chunk will ask for, in few questions.
    pub fn prepare<'k>(
        &mut self,
        chunk_keys: impl Iterator<Item = &'k MatchKey>,
        mut ids: Vec<ContactId>,
    ) -> Result<(), store::Error> {
        self.fill_filter()?;
        self.collected.looked_up.clear();
        self.collected.met.clear();
        let filter = &mut self.collected.filter;
        let mut asked: Vec<MatchKey> = chunk_keys
            .filter(|key| filter.may_know(key.as_str()))
            .cloned()
            .collect();
        asked.sort_unstable();
        asked.dedup();
        self.reserve(&mut ids)?;
        let workspace = self.layers.actor.workspace;
        let mut found = keys::find_many(self.layers.top, workspace, &asked)?;
        if let Some(base) = &mut self.layers.base {
            for (found, below) in found.iter_mut().zip(keys::find_many(base, workspace, &asked)?) {
                found.extend(below);
            }
        }
        let collected_ids = asked.iter().filter_map(|key| self.collected.keys.get(key));
        ids.extend(collected_ids.flat_map(|holders| holders.ids().take(CROWD + 1)));
        ids.extend(found.iter().flat_map(|ids| ids.iter().take(CROWD + 1)));
        self.collected.looked_up = asked
            .into_iter()
            .zip(found)
            .filter(|(_, ids)| !ids.is_empty())
            .collect();
        self.meet(ids)
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
    fn meet(&mut self, mut ids: Vec<ContactId>) -> Result<(), store::Error> {
        ids.sort_unstable();
        ids.dedup();
        ids.truncate(MET_AT_ONCE);
        if !ids.is_empty() {
            let found = self.seen(&ids)?;
            let found = found.into_iter().map(|found| (found.row.id, found));
            self.collected.met.extend(found);
        }
        Ok(())
    }

    /// Those of some contacts that the member may see. Notes also which of them are hidden.
    fn seen(&mut self, ids: &[ContactId]) -> Result<Vec<Found>, store::Error> {
        let rows = self.get_many(ids)?;
        let there: Vec<ContactId> = rows.iter().map(|row| row.id).collect();
        // Shares lie where the directory lies: a scratch database has none.
        let seen = match &mut self.layers.base {
            Some(base) => access::seen(base, self.layers.actor, rows)?,
            None => access::seen(self.layers.top, self.layers.actor, rows)?,
        };
        let rights = &mut self.collected.rights;
        rights.extend(there.into_iter().map(|id| (id, None)));
        let found = seen.into_iter().map(|(right, row)| Found {
            right,
            row: row.into_inner(),
        });
        Ok(found
            .inspect(|found| {
                rights.insert(found.row.id, Some(found.right));
            })
            .collect())
    }

    /// Those of some contacts that the member may see, without the contacts. What was asked before is not asked again.
    fn visible(&mut self, ids: &[ContactId]) -> Result<Vec<ContactId>, store::Error> {
        let Collected { fresh, rights, .. } = &*self.collected;
        let unknown = |id: &ContactId| !fresh.contains_key(id) && !rights.contains_key(id);
        let asked: Vec<ContactId> = ids.iter().copied().filter(unknown).collect();
        if !asked.is_empty() {
            self.seen(&asked)?;
        }
        let Collected { fresh, rights, .. } = &*self.collected;
        let may_see = |id: &ContactId| fresh.contains_key(id) || rights.get(id).is_some_and(Option::is_some);
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
            if known.fresh.contains_key(&free) || !is_taken {
                return Ok(free);
            }
            free = stand_in(self.layers.actor, free);
        }
    }

    /// Fills the filter with all keys that are known, once it pays.
    fn fill_filter(&mut self) -> Result<(), store::Error> {
        let Collected {
            filter,
            keys: collected,
            ..
        } = &mut *self.collected;
        if !filter.wants_filling() {
            return Ok(());
        }
        filter.begin();
        collected.keys().for_each(|key| filter.add(key.as_str()));
        let workspace = self.layers.actor.workspace;
        keys::for_each_key(self.layers.top, workspace, |key| filter.add(key))?;
        if let Some(base) = &mut self.layers.base {
            keys::for_each_key(base, workspace, |key| filter.add(key))?;
        }
        Ok(())
    }

    /// Who has a key, the first of them if they are a crowd, in the order in which they came to be. A contact of the base that the scratch database holds a
    /// newer state of has the keys of that state. Who is hidden does not count.
    pub fn who_has(&mut self, key: &MatchKey) -> Result<Vec<ContactId>, store::Error> {
        if self.collected.filter.excludes(key.as_str()) {
            return Ok(Vec::new());
        }
        let all: Vec<ContactId> = self.holders(key).collect();
        let mut ids: Vec<ContactId> = Vec::new();
        let mut looked_at = 0;
        // Most keys have one holder; of a crowd not all are wanted.
        while looked_at < all.len() && ids.len() <= CROWD {
            let until = all.len().min(looked_at + CROWD + 1);
            ids.extend(self.visible(&all[looked_at..until])?);
            looked_at = until;
        }
        ids.truncate(CROWD + 1);
        ids.sort_unstable();
        ids.dedup();
        if self.layers.base.is_some() && !ids.is_empty() {
            let states = contacts::get_many(self.layers.top, self.layers.actor.workspace, &ids)?;
            let run = self.layers.run;
            let gone: Vec<ContactId> = states
                .iter()
                .filter(|row| outdated(row, key, run))
                .map(|row| row.id)
                .collect();
            ids.retain(|id| !gone.contains(id));
        }
        Ok(ids)
    }

    /// All that are known to have a key, those of the directory first.
    fn holders(&self, key: &MatchKey) -> impl Iterator<Item = ContactId> {
        let Collected {
            looked_up,
            keys,
            dropped_keys,
            ..
        } = &*self.collected;
        let known = looked_up.get(key).into_iter().flatten().copied();
        let new = keys.get(key).into_iter().flat_map(Holders::ids);
        known
            .chain(new)
            .filter(|id| dropped_keys.is_empty() || !dropped_keys.contains(&(key.clone(), *id)))
    }

    /// Those who have a key that a crowd has. Every one of them is read once, and followed from then on.
    pub fn crowd(&mut self, key: &MatchKey) -> Result<&Crowd, store::Error> {
        if !self.collected.crowds.contains_key(key) {
            let ids: Vec<ContactId> = self.holders(key).collect();
            let mut crowd = Crowd::default();
            for some in ids.chunks(MET_AT_ONCE) {
                for Found { row, .. } in self.seen(some)? {
                    if self.layers.base.is_none() || !outdated(&row, key, self.layers.run) {
                        crowd.add(row.id, &row.body);
                    }
                }
                for row in some.iter().filter_map(|id| self.collected.fresh.get(id)) {
                    crowd.add(row.id, &row.body);
                }
            }
            self.collected.crowds.insert(key.clone(), crowd);
        }
        Ok(self.collected.crowds.entry(key.clone()).or_default())
    }

    /// Lets the crowds follow a change of one contact.
    fn follow(&mut self, id: ContactId, before: Option<(&[MatchKey], &str)>, after: (&[MatchKey], &str)) {
        let crowds = &mut self.collected.crowds;
        if crowds.is_empty() {
            return;
        }
        if let Some((keys, body)) = before {
            for key in keys {
                if let Some(crowd) = crowds.get_mut(key) {
                    crowd.remove(id, body);
                }
            }
        }
        let (keys, body) = after;
        for key in keys {
            if let Some(crowd) = crowds.get_mut(key) {
                crowd.add(id, body);
            }
        }
    }

    /// A contact as it is now, if the member may see it.
    pub fn get(&mut self, id: ContactId) -> Result<Option<Found>, store::Error> {
        if let Some(row) = self.collected.fresh.get(&id) {
            return Ok(Some(Found {
                right: Right::Own,
                row: row.clone(),
            }));
        }
        if let Some(found) = self.collected.met.get(&id) {
            return Ok(Some(found.clone()));
        }
        Ok(self.seen(&[id])?.pop())
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
    pub fn create(&mut self, row: ContactRow, match_keys: Vec<MatchKey>, order: String) {
        let id = row.id;
        self.follow(id, None, (&match_keys, &row.body));
        self.add_keys(match_keys, id);
        if self.collected.keeps_names {
            self.collected.names.insert(id, order);
        }
        self.collected.fresh.insert(id, row);
    }

    /// Changes a contact from one state to another.
    pub fn update(&mut self, row: ContactRow, before: &Contact, after: &Contact) -> Result<(), store::Error> {
        let id = row.id;
        let (old, new) = (MatchKey::of(before), MatchKey::of(after));
        if !self.collected.crowds.is_empty() {
            self.follow(id, Some((&old, &before.to_json())), (&new, &row.body));
        }
        self.add_keys(new.iter().filter(|k| !old.contains(k)).cloned().collect(), id);
        self.drop_keys(old.into_iter().filter(|k| !new.contains(k)), id);
        self.change_name(id, name_order(before), name_order(after));
        if let Some(met) = self.collected.met.get_mut(&id) {
            met.row.clone_from(&row);
        }
        if let Some(fresh) = self.collected.fresh.get_mut(&id) {
            *fresh = row;
            return Ok(());
        }
        if !contacts::update(self.layers.top, self.layers.actor.workspace, &row)? {
            // The first change of a contact that lies under the scratch database: it is copied up.
            contacts::insert_many(self.layers.top, self.layers.actor.workspace, &[row])?;
        }
        Ok(())
    }

    fn add_keys(&mut self, match_keys: Vec<MatchKey>, id: ContactId) {
        for key in match_keys {
            self.collected.filter.add(key.as_str());
            if !self.collected.dropped_keys.is_empty() {
                self.collected.dropped_keys.remove(&(key.clone(), id));
            }
            match self.collected.keys.entry(key) {
                Entry::Vacant(entry) => {
                    entry.insert(Holders::One(id));
                }
                Entry::Occupied(mut entry) => entry.get_mut().add(id),
            }
        }
    }

    fn drop_keys(&mut self, match_keys: impl Iterator<Item = MatchKey>, id: ContactId) {
        for key in match_keys {
            if let Some(holders) = self.collected.keys.get_mut(&key) {
                holders.remove(id);
            }
            self.collected.dropped_keys.insert((key, id));
        }
    }

    fn change_name(&mut self, id: ContactId, before: String, after: String) {
        if !self.collected.keeps_names || before == after {
            return;
        }
        if self.collected.names.insert(id, after).is_none() {
            self.collected.dropped_names.push((before, id));
        }
    }

    /// Writes the contacts of the chunk in hand.
    pub fn end_chunk(&mut self) -> Result<(), store::Error> {
        let mut rows: Vec<ContactRow> = self.collected.fresh.drain().map(|(_, row)| row).collect();
        rows.sort_unstable_by_key(|row| row.id);
        contacts::insert_many(self.layers.top, self.layers.actor.workspace, &rows)
    }

    /// Writes the keys and names of the batch. Rights are asked for anew in the next one.
    pub fn end_batch(&mut self) -> Result<(), store::Error> {
        self.collected.rights.clear();
        let workspace = self.layers.actor.workspace;
        let dropped: Vec<_> = self.collected.dropped_keys.drain().collect();
        keys::delete_many(self.layers.top, workspace, dropped)?;
        let mut added = Vec::with_capacity(self.collected.keys.len());
        for (key, holders) in self.collected.keys.drain() {
            match holders {
                Holders::One(id) => added.push((key, id)),
                Holders::Many(ids) => added.extend(ids.into_iter().map(|id| (key.clone(), id))),
            }
        }
        keys::insert_many(self.layers.top, workspace, added)?;
        names::delete_many(
            self.layers.top,
            workspace,
            std::mem::take(&mut self.collected.dropped_names),
        )?;
        let named = self.collected.names.drain().map(|(id, order)| (order, id));
        names::insert_many(self.layers.top, workspace, named.collect())
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
fn outdated(row: &ContactRow, key: &MatchKey, run: ImportId) -> bool {
    row.created_by.is_none_or(|origin| origin.import != run) && !has_key(row, key)
}

fn has_key(row: &ContactRow, key: &MatchKey) -> bool {
    Contact::from_json(&row.body).is_ok_and(|contact| MatchKey::of(&contact).contains(key))
}
