//! The only code that writes contacts.
//!
//! [`App::change`] runs every such transaction. [`Changes`] writes contacts together with their shares and with the
//! data derived from them (match keys, name order, search texts); its methods require proofs that the actor may make
//! the change. An import writes in its own batches, with the functions at the end of this file; its search texts are
//! written afterwards.

use crate::App;
use crate::access::{self, Actor, CanEdit, CanUndo, IsAdmin, MayShare, Owns};
use crate::contacts::notifications::{News, NotificationKind};
use crate::contacts::share_text::{shares_from_text, shares_to_text};
use crate::contacts::stored::read;
use crate::error::Error;
use crate::search::searchable::{SearchKind, searchable};
use model::{Contact, ContactId, MatchKey, Version, name_order};
use std::collections::{HashMap, HashSet};
use store::contacts::change_feed::{self, Touched};
use store::contacts::search_texts::SearchText;
use store::contacts::shares::{self, Grantee, Share};
use store::contacts::trash::{self, Trashed};
use store::contacts::{self, ContactRow, match_keys, name_order, search_texts, tombstones};
use store::workspace::workspaces;
use store::{Member, Tx, Workspace, members};

impl App {
    /// Runs a change of contacts by an active member in one transaction, and records the touched contacts in the change
    /// feed.
    pub(crate) fn change<T>(
        &self,
        actor: Actor,
        work: impl FnOnce(&mut Changes<'_, '_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.store.write(|tx| {
            let change = workspaces::begin_change(tx, actor.workspace)?;
            access::active(tx, actor)?;
            let mut changes = Changes {
                tx,
                actor,
                contacts: Vec::new(),
                shared: Vec::new(),
                lost: Vec::new(),
                at: None,
                news: News::default(),
            };
            let done = work(&mut changes)?;
            let lost = std::mem::take(&mut changes.lost);
            let (news, at) = (std::mem::take(&mut changes.news), changes.at);
            let touched = changes.touched();
            change_feed::note(tx, actor.workspace, &touched)?;
            tombstones::put_many(tx, actor.workspace, change, &lost)?;
            follow(tx, actor.workspace, change)?;
            if !news.is_empty() {
                news.write(tx, actor, at.unwrap_or_else(|| self.system.now()))?;
            }
            Ok(done)
        })
    }
}

/// Advances the workspace's mark of complete search texts past this change if it was at the change before: the
/// transaction has kept the search texts of its contacts up to date.
fn follow(tx: &mut Tx<'_>, workspace: Workspace, change: i64) -> Result<(), store::Error> {
    let (_, texts_at) = workspaces::changes(tx, workspace)?;
    if texts_at == change - 1 {
        workspaces::set_texts_at(tx, workspace, change)?;
    }
    Ok(())
}

/// A transaction that changes contacts.
pub(crate) struct Changes<'a, 'tx> {
    /// For reading, and for writing anything other than contacts.
    pub tx: &'a mut Tx<'tx>,
    actor: Actor,
    /// Contacts that were added or removed, or whose values were changed.
    contacts: Vec<ContactId>,
    /// Contacts whose owner or shares were changed.
    shared: Vec<ContactId>,
    /// Contacts that disappear for members who may have seen them.
    lost: Vec<(ContactId, Grantee)>,
    /// When the bulk action of this step began, so that members get one notification for all its steps.
    pub at: Option<i64>,
    /// The notifications for other members.
    news: News,
}

/// Shares to be granted and revoked.
#[derive(Default)]
pub(crate) struct ShareChanges {
    taken: Vec<(ContactId, Grantee)>,
    pub given: Vec<Share>,
}

impl ShareChanges {
    /// Revokes shares of a contact.
    pub fn take(&mut self, contact: &impl MayShare, from: impl IntoIterator<Item = Grantee>) {
        let taken = from.into_iter().map(|to| (contact.id, to));
        self.taken.extend(taken);
    }

    /// Grants shares of a contact.
    pub fn give(&mut self, contact: &impl MayShare, shares: impl IntoIterator<Item = Share>) {
        let given = shares.into_iter().map(|share| Share {
            contact: contact.id,
            ..share
        });
        self.given.extend(given);
    }
}

impl Changes<'_, '_> {
    /// Adds contacts. A trashed contact with the same id stays in the trash.
    pub fn insert(&mut self, new: Vec<Owns<ContactRow>>) -> Result<(), store::Error> {
        self.add(new.into_iter().map(Owns::into_inner).collect())
    }

    /// Adds contacts back that were removed; trashed contacts with their ids are deleted.
    pub fn bring_back(&mut self, removed: Vec<Owns<ContactRow>>) -> Result<(), store::Error> {
        let ids: Vec<ContactId> = removed.iter().map(|row| row.id).collect();
        trash::remove_many(self.tx, self.actor.workspace, &ids)?;
        self.insert(removed)
    }

    /// Replaces a contact's values and returns its new version.
    pub fn edit(&mut self, row: CanEdit<ContactRow>, after: &Contact, now: i64) -> Result<Version, store::Error> {
        let edited = self.edited(&row, after, now);
        let version = edited.version;
        self.update(vec![(row, edited)])?;
        Ok(version)
    }

    /// Returns the contact's row with the values that the actor gives it.
    pub fn edited(&self, row: &ContactRow, after: &Contact, now: i64) -> ContactRow {
        ContactRow {
            version: now.max(row.version + 1),
            written_by: None,
            edited_by: Some(self.actor.member),
            body: after.to_json(),
            ..row.clone()
        }
    }

    /// Replaces contacts by rows with the same ids and owners.
    pub fn update(&mut self, pairs: Vec<(CanEdit<ContactRow>, ContactRow)>) -> Result<(), store::Error> {
        self.put_back(pairs.into_iter().map(|(row, next)| (row.into(), next)).collect())
    }

    /// Replaces contacts by what they were before an action of the actor.
    pub fn put_back(&mut self, pairs: Vec<(CanUndo<ContactRow>, ContactRow)>) -> Result<(), store::Error> {
        let workspace = self.actor.workspace;
        let (mut dropped, mut added) = (IndexEntries::default(), IndexEntries::default());
        let mut texts = Vec::with_capacity(pairs.len());
        for (now, next) in &pairs {
            if now.owner != next.owner {
                self.lost.push((now.id, Grantee::Member(now.owner)));
                self.news
                    .add(Grantee::Member(now.owner), NotificationKind::TakenBack, now.id);
            }
            if now.body == next.body && now.version == next.version {
                // Only the owner differs: neither the words nor the version that the search text names change.
                self.shared.push(next.id);
                continue;
            }
            self.contacts.push(next.id);
            let contact = read(next)?;
            texts.push(text_of(next, &contact));
            if now.body != next.body {
                dropped.add(now.id, &read(now)?);
                added.add(next.id, &contact);
            }
        }
        IndexChange::between(dropped, added).write(self.tx, workspace)?;
        // The text is written again even where the words are the same: it names the version.
        search_texts::set_many(self.tx, workspace, &texts)?;
        let rows: Vec<ContactRow> = pairs.into_iter().map(|(_, next)| next).collect();
        contacts::replace_many(self.tx, workspace, &rows)
    }

    /// Removes contacts and their shares for good.
    pub fn delete(&mut self, rows: &[Owns<ContactRow>]) -> Result<(), store::Error> {
        let ids: Vec<ContactId> = rows.iter().map(|row| row.id).collect();
        let shares = shares::of_many(self.tx, self.actor.workspace, &ids)?;
        self.remove(rows, ids, &shares)
    }

    /// Removes contacts for good, together with their shares, which are given.
    fn remove(&mut self, rows: &[Owns<ContactRow>], ids: Vec<ContactId>, shares: &[Share]) -> Result<(), store::Error> {
        let workspace = self.actor.workspace;
        let mut dropped = IndexEntries::default();
        for row in rows {
            dropped.add(row.id, &read(row)?);
            self.lost.push((row.id, Grantee::Member(row.owner)));
        }
        self.lost.extend(shares.iter().map(|share| (share.contact, share.to)));
        dropped.drop(self.tx, workspace)?;
        search_texts::delete_many(self.tx, workspace, &ids)?;
        contacts::delete_many(self.tx, workspace, &ids)?;
        shares::remove_of(self.tx, workspace, &ids)?;
        self.contacts.extend(ids);
        Ok(())
    }

    /// Moves contacts to the trash, and their shares with them: a later contact with the same id must not get these
    /// shares.
    pub fn trash(&mut self, rows: Vec<Owns<ContactRow>>, now: i64) -> Result<(), store::Error> {
        let workspace = self.actor.workspace;
        let ids: Vec<ContactId> = rows.iter().map(|row| row.id).collect();
        let shares = shares::of_many(self.tx, workspace, &ids)?;
        self.remove(&rows, ids, &shares)?;
        let mut removed: HashMap<ContactId, Vec<Share>> = HashMap::new();
        for share in shares {
            removed.entry(share.contact).or_default().push(share);
        }
        let trashed = rows.into_iter().map(|row| Trashed {
            shares: shares_to_text(&removed.remove(&row.id).unwrap_or_default()),
            contact: row.into_inner(),
            at: now,
            by: self.actor.member,
        });
        trash::put_many(self.tx, workspace, &trashed.collect::<Vec<_>>())
    }

    /// Moves contacts back from the trash, with their shares to everyone and to current members.
    pub fn restore(&mut self, trashed: Vec<Owns<Trashed>>) -> Result<(), store::Error> {
        let workspace = self.actor.workspace;
        let texts = trashed
            .iter()
            .map(|trashed| (trashed.contact.id, trashed.shares.as_str()));
        let restored = shares_from_text(self.tx, workspace, texts)?;
        let rows: Vec<ContactRow> = trashed.into_iter().map(|row| row.into_inner().contact).collect();
        let ids: Vec<ContactId> = rows.iter().map(|row| row.id).collect();
        self.add(rows)?;
        shares::replace_all(self.tx, workspace, &ids, &restored)?;
        trash::remove_many(self.tx, workspace, &ids)?;
        Ok(())
    }

    /// Revokes and grants shares.
    pub fn share(&mut self, changes: &ShareChanges) -> Result<(), store::Error> {
        let workspace = self.actor.workspace;
        self.shared.extend(changes.taken.iter().map(|(contact, _)| *contact));
        self.shared.extend(changes.given.iter().map(|share| share.contact));
        self.lost.extend(&changes.taken);
        self.news.add_shares(&changes.taken, &changes.given);
        shares::remove_many(self.tx, workspace, &changes.taken)?;
        shares::put_many(self.tx, workspace, &changes.given)
    }

    /// Transfers contacts to another owner. Their versions stay, because no value changes.
    pub fn hand_over(&mut self, rows: Vec<Owns<ContactRow>>, to: Member) -> Result<(), store::Error> {
        self.shared.extend(rows.iter().map(|row| row.id));
        self.lost
            .extend(rows.iter().map(|row| (row.id, Grantee::Member(row.owner))));
        for row in &rows {
            self.news
                .add(Grantee::Member(to), NotificationKind::Transferred, row.id);
        }
        let rows = rows.into_iter().map(|row| ContactRow {
            owner: to,
            ..row.into_inner()
        });
        contacts::replace_many(self.tx, self.actor.workspace, &rows.collect::<Vec<_>>())
    }

    /// Transfers up to `limit` contacts of a member, after `after`, to another member, whose shares of them are deleted
    /// as needless. Returns their ids in order.
    pub fn hand_over_next(
        &mut self,
        _: IsAdmin,
        (from, to): (Member, Member),
        after: Option<ContactId>,
        limit: u64,
    ) -> Result<Vec<ContactId>, store::Error> {
        let workspace = self.actor.workspace;
        let given = members::hand_over_contacts(self.tx, workspace, (from, to), after, limit)?;
        let needless: Vec<_> = given.iter().map(|id| (*id, Grantee::Member(to))).collect();
        shares::remove_many(self.tx, workspace, &needless)?;
        for id in &given {
            self.news.add(Grantee::Member(to), NotificationKind::Transferred, *id);
        }
        self.contacts.extend(&given);
        Ok(given)
    }

    /// Revokes all shares that were granted to a member. Nothing is recorded in the change feed: that member's lists in
    /// memory are no longer kept up to date.
    pub fn unshare_member(&mut self, _: IsAdmin, member: Member) -> Result<(), store::Error> {
        shares::remove_member(self.tx, self.actor.workspace, member)?;
        Ok(())
    }

    fn add(&mut self, rows: Vec<ContactRow>) -> Result<(), store::Error> {
        let workspace = self.actor.workspace;
        let mut added = IndexEntries::default();
        let mut texts = Vec::with_capacity(rows.len());
        for row in &rows {
            let contact = read(row)?;
            added.add(row.id, &contact);
            texts.push(text_of(row, &contact));
        }
        contacts::insert_many(self.tx, workspace, &rows)?;
        added.insert(self.tx, workspace)?;
        search_texts::set_many(self.tx, workspace, &texts)?;
        self.contacts.extend(rows.into_iter().map(|row| row.id));
        Ok(())
    }

    /// The change feed's entries for this change.
    fn touched(self) -> Vec<Touched> {
        let sorted = |mut ids: Vec<ContactId>| {
            ids.sort_unstable();
            ids.dedup();
            ids
        };
        let (contacts, shared) = (sorted(self.contacts), sorted(self.shared));
        let mut touched = Vec::new();
        if !contacts.is_empty() {
            touched.push(Touched::Contacts(contacts));
        }
        if !shared.is_empty() {
            touched.push(Touched::Shares(shared));
        }
        touched
    }
}

/// Index entries of contacts, apart from their search texts: match keys and name order.
#[derive(Default)]
pub(crate) struct IndexEntries {
    pub keys: Vec<(MatchKey, ContactId)>,
    pub names: Vec<(String, ContactId)>,
}

impl IndexEntries {
    fn add(&mut self, id: ContactId, contact: &Contact) {
        let keys = MatchKey::of_contact(contact);
        self.keys.extend(keys.into_iter().map(|key| (key, id)));
        self.names.push((name_order(contact), id));
    }

    fn insert(self, tx: &mut Tx<'_>, workspace: Workspace) -> Result<(), store::Error> {
        match_keys::insert_many(tx, workspace, self.keys)?;
        name_order::insert_many(tx, workspace, self.names)
    }

    fn drop(self, tx: &mut Tx<'_>, workspace: Workspace) -> Result<(), store::Error> {
        match_keys::delete_many(tx, workspace, self.keys)?;
        name_order::delete_many(tx, workspace, self.names)?;
        Ok(())
    }
}

/// The index entries that contacts lose and gain.
pub(crate) struct IndexChange {
    pub dropped: IndexEntries,
    pub added: IndexEntries,
}

impl IndexChange {
    /// The difference between two sets of entries; entries in both stay as they are.
    fn between(before: IndexEntries, after: IndexEntries) -> Self {
        let (dropped_keys, keys) = differences(before.keys, after.keys);
        let (dropped_names, names) = differences(before.names, after.names);
        Self {
            dropped: IndexEntries {
                keys: dropped_keys,
                names: dropped_names,
            },
            added: IndexEntries { keys, names },
        }
    }

    fn write(self, tx: &mut Tx<'_>, workspace: Workspace) -> Result<(), store::Error> {
        self.dropped.drop(tx, workspace)?;
        self.added.insert(tx, workspace)
    }
}

/// Returns the items that are only in the first list, and those that are only in the second.
fn differences<T: Eq + std::hash::Hash + Clone>(before: Vec<T>, after: Vec<T>) -> (Vec<T>, Vec<T>) {
    let both: HashSet<T> = {
        let before: HashSet<&T> = before.iter().collect();
        after.iter().filter(|entry| before.contains(entry)).cloned().collect()
    };
    let only = |entries: Vec<T>| entries.into_iter().filter(|entry| !both.contains(entry)).collect();
    (only(before), only(after))
}

/// The search text of a contact.
fn text_of(row: &ContactRow, contact: &Contact) -> SearchText {
    SearchText {
        contact: row.id,
        version: row.version,
        text: words_of(contact),
    }
}

/// The text in which words are searched: each value on its own line, so that no word matches across two values.
fn words_of(contact: &Contact) -> String {
    let mut text = String::new();
    for (kind, value) in searchable(contact) {
        match kind {
            SearchKind::FullName => text.push_str(&value),
            // Most names are part of the full name.
            SearchKind::Name | SearchKind::Company if text.contains(&*value) => {}
            _ => {
                text.push('\n');
                text.push_str(&value);
            }
        }
    }
    text
}

/// Writes the current search texts of contacts.
pub(crate) fn write_texts(tx: &mut Tx<'_>, workspace: Workspace, rows: &[ContactRow]) -> Result<(), store::Error> {
    let texts = rows.iter().map(|row| Ok(text_of(row, &read(row)?)));
    let texts: Vec<SearchText> = texts.collect::<Result<_, store::Error>>()?;
    search_texts::set_many(tx, workspace, &texts)
}

/// Begins a batch of an import in the batch's transaction, and returns the number of the change.
pub(crate) fn begin_batch(tx: &mut Tx<'_>, workspace: Workspace) -> Result<i64, store::Error> {
    workspaces::begin_change(tx, workspace)
}

/// Adds contacts of an import. `index_batch` writes their index entries at the end of the batch.
pub(crate) fn insert_of_batch(tx: &mut Tx<'_>, workspace: Workspace, rows: &[ContactRow]) -> Result<(), store::Error> {
    contacts::insert_many(tx, workspace, rows)
}

/// Updates contacts by an import. `index_batch` writes their index entries at the end of the batch.
pub(crate) fn update_of_batch(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    changed: Vec<(CanEdit<ContactRow>, ContactRow)>,
) -> Result<(), store::Error> {
    let rows: Vec<ContactRow> = changed.into_iter().map(|(_, next)| next).collect();
    contacts::update_many(tx, workspace, &rows)?;
    Ok(())
}

/// Whether more batches of the import follow. If so, the index entries of this batch stay in a run that is merged
/// later, together with those of the following batches.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum BatchPlace {
    Followed,
    Last,
}

/// Writes the index entries of a batch's contacts. Returns the number of the run that holds the batch's keys, or `None`
/// if all runs were merged.
pub(crate) fn index_batch(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    batch: IndexChange,
    place: BatchPlace,
) -> Result<Option<u16>, store::Error> {
    let IndexChange { dropped, added } = batch;
    dropped.drop(tx, workspace)?;
    match place {
        BatchPlace::Followed => {
            name_order::insert_run(tx, workspace, added.names)?;
            match_keys::insert_run(tx, workspace, added.keys)
        }
        BatchPlace::Last => {
            name_order::insert_last(tx, workspace, added.names)?;
            match_keys::insert_last(tx, workspace, added.keys)?;
            Ok(None)
        }
    }
}

/// Ends a batch: records the touched contacts in the change feed.
pub(crate) fn end_batch(tx: &mut Tx<'_>, workspace: Workspace, touched: &[Touched]) -> Result<(), store::Error> {
    change_feed::note(tx, workspace, touched)
}

#[cfg(test)]
#[path = "write_tests.rs"]
mod tests;
