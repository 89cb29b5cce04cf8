//! The list of contacts: pages of it in any order, filtered by any words, with an exact total, without delay.
//!
//! Keeps one compact contact index in memory for each workspace, with the values by which contacts are found and sorted
//! (`docs/decisions/0009-contact-index.md`). The values that a page shows, and whether the member may still see a contact, are
//! read from the database.

pub(crate) mod bit_set;
pub(crate) mod entry;
pub(crate) mod index;
pub(crate) mod letters;
pub(crate) mod query;
pub(crate) mod segment;
pub(crate) mod shared_news;
pub(crate) mod tag_suggestions;
pub(crate) mod tags;
#[cfg(test)]
mod tests;
pub(crate) mod updater;
pub(crate) mod visibility;

pub(crate) use crate::contact_index::tag_suggestions::Suggestions;
pub(crate) use crate::contact_index::updater::ContactIndexes;

use crate::App;
use crate::View;
use crate::access::Scope;
use crate::access::{self, CanView};
use crate::access::{Actor, Right};
use crate::contact_index::index::ContactIndex;
use crate::contact_index::query::Query;
use crate::contact_index::updater::Fresh;
use crate::contacts::shares::{SharedBy, SharedWith, shared_by, shared_with};
use crate::contacts::stored::read;
use crate::error::Error;
use crate::search::filter::Filter;
use crate::workspace::member_names::Names;
use model::{Contact, ContactId, Version};
use store::contacts::{self, ContactRow};
use store::imports::{self, change_log};
use store::{ImportId, Member, Tx, Workspace};

/// While there is no index yet, a page is read from the database: contacts per read, and the maximum number of reads.
const READ_WITHOUT_LIST: u64 = 2_000;
const READS_WITHOUT_LIST: usize = 10;

/// How far from its old place the last contact of the previous page is searched for.
const LOOKED_FOR_WITHIN: u64 = 1_000;

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// By family name and given name.
    #[default]
    Name,
    /// By name, in reverse.
    NameDown,
    /// The latest creation first.
    Newest,
    /// The latest change first.
    Changed,
}

/// The contacts that a list contains, and the page of it.
#[derive(Clone, Debug, Default)]
pub struct ListRequest {
    pub scope: Scope,
    pub filter: Filter,
    /// The order of a list.
    pub sort: Sort,
    /// The number of contacts before the page.
    pub from: u64,
    /// The maximum number of contacts on the page.
    pub size: u64,
}

/// Where the next page of a list begins: after this contact, which was at this place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListPosition {
    /// The number of contacts before it.
    pub place: u64,
    pub id: ContactId,
}

/// A contact on a page of the list.
#[derive(Clone, Debug)]
pub struct Listed {
    pub id: ContactId,
    /// Its version: the moment of its last change, in UTC microseconds.
    pub version: Version,
    pub contact: Contact,
    /// The member's right to it.
    pub right: Right,
    /// By whom it is shared with the member; `None` for the member's own contacts.
    pub share: Option<SharedBy>,
    /// With whom the member shares it; `None` if with nobody, or if it belongs to another member.
    pub shared_with: Option<SharedWith>,
    /// The name of its owner.
    pub owner_name: String,
    /// When it was created, in UTC microseconds.
    pub created_at: i64,
}

/// A page of the list.
#[derive(Clone, Debug)]
pub struct ListPage {
    pub contacts: Vec<Listed>,
    /// The total number of contacts that pass the filter; `None` while the index is being built.
    pub total: Option<u64>,
    /// Whether many recent changes are not in the index yet.
    pub catching_up: bool,
}

impl App {
    /// Returns a page of the contacts that a member may see and that pass a filter.
    pub fn list(&self, actor: Actor, request: &ListRequest) -> Result<ListPage, Error> {
        self.read(actor, |view| view.list(request))
    }

    /// Counts the contacts of a scope that pass a filter; `None` while the index is being built.
    pub fn count_contacts(&self, actor: Actor, scope: Scope, filter: &Filter) -> Result<Option<u64>, Error> {
        let fresh = self.contact_indexes.fresh(actor.workspace)?;
        let passing = |index: &ContactIndex| index.passing(&query(actor, scope, filter)).total;
        Ok(fresh.index.as_deref().map(passing))
    }

    /// Returns the contacts of a scope that pass a filter, unordered; `None` while the index is being built or is
    /// behind by many changes.
    pub fn matching_contacts(
        &self,
        actor: Actor,
        scope: Scope,
        filter: &Filter,
    ) -> Result<Option<Vec<ContactId>>, Error> {
        let Fresh { index, catching_up } = self.contact_indexes.fresh(actor.workspace)?;
        let ids = |index: &ContactIndex| index.ids(&index.passing(&query(actor, scope, filter)));
        Ok(index.filter(|_| !catching_up).as_deref().map(ids))
    }

    /// Counts the contacts that each of some members owns; `None` while the index is being built.
    pub(crate) fn owned_counts(&self, workspace: Workspace, members: &[Member]) -> Result<Option<Vec<u64>>, Error> {
        let fresh = self.contact_indexes.fresh(workspace)?;
        let owned = |index: &ContactIndex, member| index.passing(&Query::new(member, Scope::Mine, &[])).total;
        Ok(fresh
            .index
            .as_deref()
            .map(|index| members.iter().map(|member| owned(index, *member)).collect()))
    }

    /// Starts building the index in the background, so that the first request need not wait for it.
    pub fn warm_list(&self, actor: Actor) {
        self.contact_indexes.warm(actor.workspace);
    }

    /// Starts building the index of the local workspace, if there is one; needs no signed-in member.
    pub fn warm_lists(&self) -> Result<(), Error> {
        if let Some((workspace, _)) = self.store.read(store::workspace::workspaces::local)? {
            self.contact_indexes.warm(workspace);
        }
        Ok(())
    }
}

impl View<'_, '_> {
    /// Returns a page of the contacts that the member may see and that pass a filter.
    pub fn list(&mut self, request: &ListRequest) -> Result<ListPage, Error> {
        let fresh = self.index()?;
        // Contacts that were just imported are not in the index for some seconds.
        let is_behind = fresh.index.is_none() || fresh.catching_up;
        if let Some(import) = request.filter.import().filter(|_| is_behind) {
            return self.list_of_import(request, import);
        }
        let Some(index) = &fresh.index else {
            return self.list_without(request);
        };
        let (tx, actor) = (&mut *self.tx, self.actor);
        let passing = index.passing(&query(actor, request.scope, &request.filter));
        let size = usize::try_from(request.size).unwrap_or(usize::MAX);
        let ids = index.page(&passing, request.sort, request.from, size);
        let rows = contacts::get_many(tx, actor.workspace, &ids)?;
        let seen = access::seen(tx, actor, rows)?;
        Ok(ListPage {
            contacts: listed(tx, actor, in_scope(seen, request.scope))?,
            total: Some(passing.total),
            catching_up: fresh.catching_up,
        })
    }

    /// Returns the page after a contact, and the place of the page's first contact. The contact is searched for near
    /// its old place, because contacts before it may have been added or removed since; if it is not found, the page
    /// begins at that place.
    pub fn list_after(&mut self, request: &ListRequest, after: ListPosition) -> Result<(ListPage, u64), Error> {
        let fresh = self.index()?;
        let mut from = after.place.saturating_add(1);
        if let Some(index) = &fresh.index {
            let passing = index.passing(&query(self.actor, request.scope, &request.filter));
            let first = after.place.saturating_sub(LOOKED_FOR_WITHIN);
            let window = usize::try_from(2 * LOOKED_FOR_WITHIN + 1).unwrap_or(usize::MAX);
            let is_there = index.page(&passing, request.sort, after.place, 1) == [after.id];
            if !is_there {
                let near = index.page(&passing, request.sort, first, window);
                let found = near.iter().position(|id| *id == after.id);
                from = found.map_or(after.place, |at| first + at as u64 + 1);
            }
        }
        let page = self.list(&ListRequest {
            from,
            ..request.clone()
        })?;
        Ok((page, from))
    }

    /// The contact index, up to date with this transaction if that is little work.
    pub(crate) fn index(&mut self) -> Result<Fresh, Error> {
        if let Some(known) = &self.index {
            return Ok(known.clone());
        }
        let fresh = self.app.contact_indexes.fresh_in(self.tx, self.actor.workspace)?;
        self.index = Some(fresh.clone());
        Ok(fresh)
    }

    /// The contacts of an import, read from the database: first those that it created, batch by batch, then those that
    /// it changed.
    fn list_of_import(&mut self, request: &ListRequest, import: ImportId) -> Result<ListPage, Error> {
        let (tx, actor) = (&mut *self.tx, self.actor);
        let size = usize::try_from(request.size).unwrap_or(usize::MAX);
        let mut shown: Vec<Seen> = Vec::new();
        let mut add = |tx: &mut Tx<'_>, rows: Vec<ContactRow>| -> Result<bool, Error> {
            for seen in in_scope(access::seen(tx, actor, rows)?, request.scope) {
                if shown.len() < size && request.filter.lets_pass(&seen.1, &read(&seen.1)?) {
                    shown.push(seen);
                }
            }
            Ok(shown.len() >= size)
        };
        let batches = imports::batches(tx, actor.workspace, import)?;
        let mut is_full = false;
        for batch in batches.iter().take(READS_WITHOUT_LIST) {
            let range = (batch.first, batch.last);
            let rows = contacts::page_created_by(tx, actor.workspace, import, range, None, READ_WITHOUT_LIST)?;
            is_full = add(tx, rows)?;
            if is_full {
                break;
            }
        }
        if !is_full {
            let changes = change_log::page(tx, actor.workspace, import, None, READ_WITHOUT_LIST)?;
            let changed: Vec<ContactId> = changes
                .iter()
                .filter(|change| change.before.is_some())
                .map(|change| change.contact)
                .collect();
            let rows = contacts::get_many(tx, actor.workspace, &changed)?;
            add(tx, rows)?;
        }
        Ok(ListPage {
            total: Some(shown.len() as u64),
            contacts: listed(tx, actor, shown)?,
            catching_up: true,
        })
    }

    /// The beginning of the list by name, read from the database while the index is being built.
    fn list_without(&mut self, request: &ListRequest) -> Result<ListPage, Error> {
        let (tx, actor) = (&mut *self.tx, self.actor);
        let mut shown = Vec::new();
        let mut after = None;
        // Only the first page can be read this way.
        let size = if request.from == 0 { request.size } else { 0 };
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        for _ in 0..READS_WITHOUT_LIST {
            let rows = contacts::page_by_name(tx, actor.workspace, after.as_ref(), READ_WITHOUT_LIST)?;
            let at_end = (rows.len() as u64) < READ_WITHOUT_LIST;
            after = rows.last().map(|(order, row)| (order.clone(), row.id));
            let rows = rows.into_iter().map(|(_, row)| row).collect();
            for seen in in_scope(access::seen(tx, actor, rows)?, request.scope) {
                if shown.len() < size && request.filter.lets_pass(&seen.1, &read(&seen.1)?) {
                    shown.push(seen);
                }
            }
            if at_end || shown.len() >= size {
                break;
            }
        }
        Ok(ListPage {
            contacts: listed(tx, actor, shown)?,
            total: None,
            catching_up: true,
        })
    }
}

fn query(actor: Actor, scope: Scope, filter: &Filter) -> Query {
    Query::new(actor.member, scope, filter.conditions())
}

type Seen = (Right, CanView<ContactRow>);

/// Keeps the contacts that are in a scope now: a contact may have been transferred since the index was updated.
fn in_scope(seen: Vec<Seen>, scope: Scope) -> Vec<Seen> {
    let mut seen = seen;
    seen.retain(|(right, _)| scope.takes(*right));
    seen
}

/// Reads the values that a page shows.
fn listed(tx: &mut Tx<'_>, actor: Actor, seen: Vec<Seen>) -> Result<Vec<Listed>, Error> {
    let mut shares = shared_by(tx, actor, &seen)?;
    let mut own_shares = shared_with(tx, actor, &seen)?;
    let names = Names::load(tx, actor.workspace, seen.iter().map(|(_, row)| row.owner))?;
    let listed = seen.into_iter().map(|(right, row)| {
        Ok(Listed {
            id: row.id,
            version: row.version,
            contact: read(&row)?,
            right,
            share: shares.remove(&row.id),
            shared_with: own_shares.remove(&row.id),
            owner_name: names.name(row.owner),
            created_at: row.created_at,
        })
    });
    listed.collect()
}
