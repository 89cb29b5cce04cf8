//! The list of contacts: pages of it in any order, found by any words, with their exact number, at once.
//!
//! Owns a compact copy of what contacts are found and sorted by, one for each workspace, in memory
//! (`docs/decisions/0009-roster.md`). What is shown of a contact is read from the database, and so is whether the
//! member may see it still.

pub(crate) mod bit_set;
pub(crate) mod entry;
pub(crate) mod index;
pub(crate) mod keeper;
pub(crate) mod query;
pub(crate) mod segment;
pub(crate) mod shared_news;
pub(crate) mod tag_suggestions;
pub(crate) mod tags;
#[cfg(test)]
mod tests;
pub(crate) mod visibility;

pub(crate) use crate::contact_index::keeper::ContactIndexes;
pub(crate) use crate::contact_index::tag_suggestions::Suggestions;

use crate::App;
use crate::View;
use crate::access::Scope;
use crate::access::{self, CanView};
use crate::access::{Actor, Right};
use crate::contact_index::keeper::Fresh;
use crate::contact_index::query::Query;
use crate::contacts::shares::{SharedBy, SharedWith, shared_by, shared_with};
use crate::contacts::stored::read;
use crate::error::Error;
use crate::search::filter::Filter;
use crate::workspace::member_names::Names;
use model::{Contact, ContactId, Version};
use store::contacts::{self, ContactRow};
use store::imports::{self, change_log};
use store::{ImportId, Member, Tx, Workspace};

/// While there is no list yet, so many contacts are read at once, and so many times at most.
const READ_WITHOUT_LIST: u64 = 2_000;
const READS_WITHOUT_LIST: usize = 10;

/// How far from its place a contact is looked for behind which a list goes on.
const LOOKED_FOR_WITHIN: u64 = 1_000;

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// By family name and given name.
    #[default]
    Name,
    /// The same from the end.
    NameDown,
    /// Those first that came to be last.
    Newest,
    /// Those first that were changed last.
    Changed,
}

/// Which contacts are asked for.
#[derive(Clone, Debug, Default)]
pub struct ListRequest {
    pub scope: Scope,
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// How many come before the page.
    pub from: u64,
    /// How many are on it.
    pub size: u64,
}

/// Where a list goes on that is read page by page: behind this contact, which stood at this place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListPosition {
    /// How many contacts came before it.
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
    /// What the member may do with it.
    pub right: Right,
    /// By whom it is shared with the member; none for their own.
    pub share: Option<SharedBy>,
    /// With whom the member shares it; none if with nobody, or if it belongs to another.
    pub shared_with: Option<SharedWith>,
    /// To whom it belongs.
    pub owner_name: String,
    /// When it was created, in UTC microseconds.
    pub created_at: i64,
}

/// A page of the list.
#[derive(Clone, Debug)]
pub struct ListPage {
    pub contacts: Vec<Listed>,
    /// How many pass in all; none while the list is being built.
    pub total: Option<u64>,
    /// Whether others have just changed much that is not in the list yet.
    pub catching_up: bool,
}

impl App {
    /// A page of the contacts that a member may see and a filter lets pass.
    pub fn list(&self, actor: Actor, request: &ListRequest) -> Result<ListPage, Error> {
        self.read(actor, |view| view.list(request))
    }

    /// How many contacts of a scope a filter lets pass; none while the list is being built.
    pub fn count_contacts(&self, actor: Actor, scope: Scope, filter: &Filter) -> Result<Option<u64>, Error> {
        let fresh = self.rosters.fresh(actor.workspace)?;
        let passing =
            |roster: &crate::contact_index::index::ContactIndex| roster.passing(&look(actor, scope, filter)).total;
        Ok(fresh.roster.as_deref().map(passing))
    }

    /// The contacts of a scope that a filter lets pass, in no order; none while the list is being built or
    /// others have just changed much.
    pub fn matching_contacts(
        &self,
        actor: Actor,
        scope: Scope,
        filter: &Filter,
    ) -> Result<Option<Vec<ContactId>>, Error> {
        let Fresh { roster, catching_up } = self.rosters.fresh(actor.workspace)?;
        let ids = |roster: &crate::contact_index::index::ContactIndex| {
            roster.ids(&roster.passing(&look(actor, scope, filter)))
        };
        Ok(roster.filter(|_| !catching_up).as_deref().map(ids))
    }

    /// How many contacts each of some members owns; none while the list is being built.
    pub(crate) fn owned_counts(&self, workspace: Workspace, members: &[Member]) -> Result<Option<Vec<u64>>, Error> {
        let fresh = self.rosters.fresh(workspace)?;
        let owned = |roster: &crate::contact_index::index::ContactIndex, member| {
            roster.passing(&Query::new(member, Scope::Mine, &[])).total
        };
        Ok(fresh
            .roster
            .as_deref()
            .map(|roster| members.iter().map(|member| owned(roster, *member)).collect()))
    }

    /// Begins to build the list in the background, so that the first who asks need not wait for it.
    pub fn warm_list(&self, actor: Actor) {
        self.rosters.warm(actor.workspace);
    }

    /// The same before anybody has signed in, if there is a workspace.
    pub fn warm_lists(&self) -> Result<(), Error> {
        if let Some((workspace, _)) = self.store.read(store::workspace::workspaces::local)? {
            self.rosters.warm(workspace);
        }
        Ok(())
    }
}

impl View<'_, '_> {
    /// A page of the contacts that the member may see and a filter lets pass.
    pub fn list(&mut self, request: &ListRequest) -> Result<ListPage, Error> {
        let fresh = self.index()?;
        // What was just imported is not in the list for some seconds.
        let is_behind = fresh.roster.is_none() || fresh.catching_up;
        if let Some(import) = request.filter.import().filter(|_| is_behind) {
            return self.list_of_import(request, import);
        }
        let Some(roster) = &fresh.roster else {
            return self.list_without(request);
        };
        let (tx, actor) = (&mut *self.tx, self.actor);
        let passing = roster.passing(&look(actor, request.scope, &request.filter));
        let size = usize::try_from(request.size).unwrap_or(usize::MAX);
        let ids = roster.page(&passing, request.sort, request.from, size);
        let rows = contacts::get_many(tx, actor.workspace, &ids)?;
        let seen = access::seen(tx, actor, rows)?;
        Ok(ListPage {
            contacts: listed(tx, actor, in_scope(seen, request.scope))?,
            total: Some(passing.total),
            catching_up: fresh.catching_up,
        })
    }

    /// The page of the list behind a contact. It is looked for near the place where it stood, because others may have come
    /// or gone before it in the meantime; where it is not found, the page begins behind that place. Gives the place of the
    /// page's first contact too.
    pub fn list_after(&mut self, request: &ListRequest, after: ListPosition) -> Result<(ListPage, u64), Error> {
        let fresh = self.index()?;
        let mut from = after.place.saturating_add(1);
        if let Some(roster) = &fresh.roster {
            let passing = roster.passing(&look(self.actor, request.scope, &request.filter));
            let first = after.place.saturating_sub(LOOKED_FOR_WITHIN);
            let window = usize::try_from(2 * LOOKED_FOR_WITHIN + 1).unwrap_or(usize::MAX);
            let is_there = roster.page(&passing, request.sort, after.place, 1) == [after.id];
            if !is_there {
                let near = roster.page(&passing, request.sort, first, window);
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

    /// The list in memory, up to date with this moment if that is little work.
    pub(crate) fn index(&mut self) -> Result<Fresh, Error> {
        if let Some(known) = &self.index {
            return Ok(known.clone());
        }
        let fresh = self.app.rosters.fresh_in(self.tx, self.actor.workspace)?;
        self.index = Some(fresh.clone());
        Ok(fresh)
    }

    /// Contacts of an import, from the database: those that it created, batch by batch, and those that it changed.
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

    /// The beginning of the list by name, from the database: what there is to see while the list is being built.
    fn list_without(&mut self, request: &ListRequest) -> Result<ListPage, Error> {
        let (tx, actor) = (&mut *self.tx, self.actor);
        let mut shown = Vec::new();
        let mut after = None;
        // Only the first page can be computed.
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

fn look(actor: Actor, scope: Scope, filter: &Filter) -> Query {
    Query::new(actor.member, scope, filter.conditions())
}

type Seen = (Right, CanView<ContactRow>);

/// Those that are in a scope now: a contact may have been handed over since the list was made.
fn in_scope(seen: Vec<Seen>, scope: Scope) -> Vec<Seen> {
    let mut seen = seen;
    seen.retain(|(right, _)| scope.takes(*right));
    seen
}

/// What is shown of contacts.
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
