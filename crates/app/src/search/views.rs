//! Saved views: a name for what the list of contacts is narrowed to, its order and its columns.
//!
//! Owns who may use and change one, and what becomes of those of a member who goes.

use crate::App;
use crate::View;
use crate::access::{self, Actor};
use crate::error::Error;
use crate::idempotency::{OnceAnswer, keep_answer};
use model::Text;
use std::collections::HashSet;
use store::workspace::views::{self, View as ViewRow};
use store::workspace::workspaces;
use store::{Member, Tx, Workspace};

/// Letters of a name, at most.
const LONGEST_NAME: usize = 80;
/// Bytes of a query, at most.
const LONGEST_QUERY: usize = 4_000;
/// Views of one member, at most. Those of others do not count: nobody must be kept from saving by what others share.
const MOST: usize = 200;

/// A view as a member is shown it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// What it shows.
    pub query: String,
    /// Whether everybody in the workspace may use it.
    pub shared: bool,
    /// Who made it; none if the member did.
    pub by: Option<String>,
    /// Whether the member may change and delete it.
    pub may_change: bool,
}

/// What a view is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ViewContent {
    /// What it is called.
    pub name: String,
    /// What it shows.
    pub query: String,
    /// Whether everybody in the workspace may use it.
    pub shared: bool,
}

impl View<'_, '_> {
    /// The views that a member may use, by name.
    pub fn saved_views(&mut self) -> Result<Vec<SavedView>, Error> {
        let (tx, actor) = (&mut *self.tx, self.actor);
        let governs = access::admin(tx, actor).is_ok();
        let found = views::visible_to(tx, actor.workspace, actor.member)?;
        let shown = found.into_iter().map(|view| {
            let mine = view.member == actor.member;
            let by = match mine {
                true => None,
                false => Some(workspaces::member_name(tx, actor.workspace, view.member)?.unwrap_or_default()),
            };
            Ok(SavedView {
                id: view.id,
                name: view.name,
                query: view.query,
                shared: view.shared,
                by,
                may_change: mine || governs,
            })
        });
        shown.collect()
    }
}

impl App {
    /// The views that a member may use, by name.
    pub fn views(&self, actor: Actor) -> Result<Vec<SavedView>, Error> {
        self.read(actor, |view| view.saved_views())
    }

    /// Saves a view, in the place of the member's own of that name; says its number.
    ///
    /// # Errors
    /// [`Error::BadView`] if it has no fitting name.
    pub fn save_view(&self, actor: Actor, content: &ViewContent) -> Result<i64, Error> {
        self.save_view_once(actor, content, None)
    }

    /// The same; with `once` the number is kept as the answer of a keyed request.
    ///
    /// # Errors
    /// [`Error::BadView`] if it has no fitting name.
    pub fn save_view_once(
        &self,
        actor: Actor,
        content: &ViewContent,
        once: Option<OnceAnswer<'_, i64>>,
    ) -> Result<i64, Error> {
        let name = name_of(content)?;
        let now = self.world.now();
        self.store.write(|tx| {
            // Two who save at the same moment queue, so that each gets a number of its own.
            workspaces::queue(tx, actor.workspace)?;
            let known = views::visible_to(tx, actor.workspace, actor.member)?;
            let mut view = ViewRow {
                id: 0,
                member: actor.member,
                shared: content.shared,
                saved_at: now,
                name,
                query: content.query.clone(),
            };
            let same = |known: &&ViewRow| known.member == actor.member && known.name == view.name;
            if let Some(same) = known.iter().find(same) {
                view.id = same.id;
                views::update(tx, actor.workspace, &view)?;
            } else if known.iter().filter(|view| view.member == actor.member).count() >= MOST {
                return Err(Error::BadView("you have 200 views already; delete one first"));
            } else {
                view.id = views::add(tx, actor.workspace, &view)?;
            }
            keep_answer(tx, once, &view.id)?;
            Ok(view.id)
        })
    }

    /// Gives a view another name, other content, and shares it or not. Only who made it may, and of one that is shared an
    /// admin.
    ///
    /// # Errors
    /// [`Error::NoView`], [`Error::Forbidden`], [`Error::BadView`].
    pub fn change_view(&self, actor: Actor, id: i64, content: &ViewContent) -> Result<(), Error> {
        let name = name_of(content)?;
        let now = self.world.now();
        self.store.write(|tx| {
            let view = changeable(tx, actor, id)?;
            let view = ViewRow {
                shared: content.shared,
                saved_at: now,
                name,
                query: content.query.clone(),
                ..view
            };
            views::update(tx, actor.workspace, &view)?;
            Ok(())
        })
    }

    /// Deletes a view. Only who made it may, and of one that is shared an admin.
    ///
    /// # Errors
    /// [`Error::NoView`], [`Error::Forbidden`].
    pub fn delete_view(&self, actor: Actor, id: i64) -> Result<(), Error> {
        self.store.write(|tx| {
            let view = changeable(tx, actor, id)?;
            views::delete(tx, actor.workspace, view.id)?;
            Ok(())
        })
    }
}

/// A view that the member may change. One of somebody else that is not shared is not there.
fn changeable(tx: &mut Tx<'_>, actor: Actor, id: i64) -> Result<ViewRow, Error> {
    let view = views::get(tx, actor.workspace, id)?;
    let view = view.filter(|view| view.shared || view.member == actor.member);
    let view = view.ok_or(Error::NoView(id))?;
    if view.member != actor.member {
        access::admin(tx, actor)?;
    }
    Ok(view)
}

/// Gives the shared views of a member who goes to another one, and deletes the others: nobody else has ever seen those.
pub(crate) fn hand_over(tx: &mut Tx<'_>, workspace: Workspace, from: Member, to: Member) -> Result<(), Error> {
    let known = views::visible_to(tx, workspace, to)?.into_iter();
    let mut taken: HashSet<String> = known.filter(|view| view.member == to).map(|view| view.name).collect();
    let theirs = views::visible_to(tx, workspace, from)?.into_iter();
    for view in theirs.filter(|view| view.member == from) {
        if !view.shared {
            views::delete(tx, workspace, view.id)?;
            continue;
        }
        let name = free_name(&view.name, &taken);
        taken.insert(name.clone());
        let view = ViewRow {
            member: to,
            name,
            ..view
        };
        views::update(tx, workspace, &view)?;
    }
    Ok(())
}

/// A name that is not taken: `VIP`, or else `VIP 2` and so on. A member's views have different names.
fn free_name(name: &str, taken: &HashSet<String>) -> String {
    let numbered = (2..).map(|number: u32| {
        let end = format!(" {number}");
        let start: String = name.chars().take(LONGEST_NAME - end.len()).collect();
        start + &end
    });
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names.find(|name| !taken.contains(name)).unwrap_or_default()
}

fn name_of(content: &ViewContent) -> Result<String, Error> {
    // No address has them, and a server cannot keep a NUL.
    if content.query.chars().any(char::is_control) {
        return Err(Error::BadView(
            "the query of a view is a part of an address, without control characters",
        ));
    }
    let name = Text::new(&content.name.replace('\n', " "));
    if name.is_empty() {
        return Err(Error::BadView("give the view a name"));
    }
    if name.as_str().chars().count() > LONGEST_NAME {
        return Err(Error::BadView("the name of a view has at most 80 letters"));
    }
    if content.query.len() > LONGEST_QUERY {
        return Err(Error::BadView("this is too much for a view; use fewer words"));
    }
    Ok(name.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let taken = ["VIP", "VIP 2", &"x".repeat(LONGEST_NAME)].map(str::to_owned).into();
        let free = |name: &str| free_name(name, &taken);
        assert_eq!([free("All"), free("VIP")], ["All", "VIP 3"]);
        let long = free(&"x".repeat(LONGEST_NAME));
        assert_eq!((long.len(), long.ends_with("x 2")), (LONGEST_NAME, true));
    }
}
