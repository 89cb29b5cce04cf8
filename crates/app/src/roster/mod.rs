//! The list of contacts: pages of it in any order, found by any words, with their exact number, at once.
//!
//! Owns a compact copy of what contacts are found and sorted by, one for each workspace, in memory
//! (`docs/decisions/0009-roster.md`). What is shown of a contact is read from the database, and so is whether the member
//! may see it still. Leaves out exports, which stream (`export`), and what a filter means (`filter`).

mod audience;
mod bits;
mod entry;
mod keep;
mod list;
mod look;
mod segment;
#[cfg(test)]
mod tests;

pub(crate) use keep::Rosters;

use crate::contacts::read;
use crate::{Actor, App, Error, Filter};
use keep::Fresh;
use look::Look;
use model::{Contact, ContactId, Version};
use store::contacts::{self, ContactRow};

/// Contacts that are read one after the other while there is no list yet, at most.
const READ_WITHOUT_LIST: usize = 2_000;

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
    /// Which pass.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// How many come before the page.
    pub from: u64,
    /// How many are on it.
    pub size: u64,
}

/// A contact on a page of the list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Which.
    pub id: ContactId,
    /// Its version: the moment of its last change, in UTC microseconds.
    pub version: Version,
    /// Its values.
    pub contact: Contact,
}

/// A page of the list.
#[derive(Clone, Debug)]
pub struct ListPage {
    /// The contacts.
    pub contacts: Vec<Listed>,
    /// How many pass in all; none while the list is being built.
    pub total: Option<u64>,
    /// Whether others have just changed much that is not in the list yet.
    pub catching_up: bool,
}

impl App {
    /// A page of the contacts that a member may see and a filter lets pass.
    ///
    /// # Errors
    /// Those of the database.
    pub fn list(&self, actor: Actor, request: &ListRequest) -> Result<ListPage, Error> {
        let fresh = self.rosters.fresh(actor.workspace)?;
        let Some(roster) = &fresh.roster else {
            return self.list_without(actor, request);
        };
        let passing = roster.passing(&look(actor, &request.filter));
        let size = usize::try_from(request.size).unwrap_or(usize::MAX);
        let ids = roster.page(&passing, request.sort, request.from, size);
        let rows = self.store.read(|tx| contacts::get_many(tx, actor.workspace, &ids))?;
        Ok(ListPage {
            contacts: listed(actor, rows)?,
            total: Some(passing.total),
            catching_up: fresh.catching_up,
        })
    }

    /// How many contacts a member may see and a filter lets pass; none while the list is being built.
    ///
    /// # Errors
    /// Those of the database.
    pub fn count_contacts(&self, actor: Actor, filter: &Filter) -> Result<Option<u64>, Error> {
        let fresh = self.rosters.fresh(actor.workspace)?;
        let passing = |roster: &list::Roster| roster.passing(&look(actor, filter)).total;
        Ok(fresh.roster.as_deref().map(passing))
    }

    /// The contacts that a member may see and a filter lets pass, in no order; none while the list is being built or
    /// others have just changed much.
    ///
    /// # Errors
    /// Those of the database.
    pub fn matching_contacts(&self, actor: Actor, filter: &Filter) -> Result<Option<Vec<ContactId>>, Error> {
        let Fresh { roster, catching_up } = self.rosters.fresh(actor.workspace)?;
        let ids = |roster: &list::Roster| roster.ids(&roster.passing(&look(actor, filter)));
        Ok(roster.filter(|_| !catching_up).as_deref().map(ids))
    }

    /// Begins to build the list in the background, so that the first who asks need not wait for it.
    pub fn warm_list(&self, actor: Actor) {
        self.rosters.warm(actor.workspace);
    }

    /// The same before anybody has signed in, if there is a workspace.
    ///
    /// # Errors
    /// Those of the database.
    pub fn warm_lists(&self) -> Result<(), Error> {
        if let Some((workspace, _)) = self.store.read(store::workspaces::local)? {
            self.rosters.warm(workspace);
        }
        Ok(())
    }

    /// The beginning of the list by name, from the database: what there is to see while the list is being built.
    fn list_without(&self, actor: Actor, request: &ListRequest) -> Result<ListPage, Error> {
        let mut shown = Vec::new();
        if request.from == 0 {
            let rows = self
                .store
                .read(|tx| contacts::page_by_name(tx, actor.workspace, None, READ_WITHOUT_LIST as u64))?;
            let size = usize::try_from(request.size).unwrap_or(usize::MAX);
            for (_, row) in rows {
                if row.owner == actor.member && request.filter.lets_pass(&row, &read(&row)?) {
                    shown.push(row);
                }
                if shown.len() >= size {
                    break;
                }
            }
        }
        Ok(ListPage {
            contacts: listed(actor, shown)?,
            total: None,
            catching_up: true,
        })
    }
}

fn look(actor: Actor, filter: &Filter) -> Look {
    Look::new(actor.member, filter.conditions())
}

/// What is shown of contacts. One that the member may not see any more is not there.
fn listed(actor: Actor, rows: Vec<ContactRow>) -> Result<Vec<Listed>, Error> {
    let seen = rows.into_iter().filter(|row| row.owner == actor.member);
    seen.map(|row| {
        Ok(Listed {
            id: row.id,
            version: row.version,
            contact: read(&row)?,
        })
    })
    .collect()
}
