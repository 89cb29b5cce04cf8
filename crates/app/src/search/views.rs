//! Saved views: a name for a filter of the contact list, its order and its columns.
//!
//! Decides who may use and change a view, and what happens to the views of a removed member.

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

/// The maximum length of a name, in characters.
const LONGEST_NAME: usize = 80;
/// The maximum length of a query, in bytes.
const LONGEST_QUERY: usize = 4_000;
/// The maximum number of views of one member. Views of other members do not count: what they share must not keep a
/// member from saving.
const MOST: usize = 200;

/// A view as a member sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The query of the list's address.
    pub query: String,
    /// Whether all members of the workspace may use it.
    pub shared: bool,
    /// The name of the member who made it; `None` if this member did.
    pub by: Option<String>,
    /// Whether the member may change and delete it.
    pub may_change: bool,
}

/// The content of a view to be saved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ViewContent {
    /// Its name.
    pub name: String,
    /// The query of the list's address.
    pub query: String,
    /// Whether all members of the workspace may use it.
    pub shared: bool,
}

impl View<'_, '_> {
    /// Returns the views that the member may use, by name.
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
    /// Returns the views that the member may use, by name.
    pub fn views(&self, actor: Actor) -> Result<Vec<SavedView>, Error> {
        self.read(actor, |view| view.saved_views())
    }

    /// Saves a view and returns its number. A view of the member with the same name is replaced.
    ///
    /// # Errors
    /// [`Error::BadView`] if the name or the query is not accepted, or the member has too many views.
    pub fn save_view(&self, actor: Actor, content: &ViewContent) -> Result<i64, Error> {
        self.save_view_once(actor, content, None)
    }

    /// Saves a view. With `once`, the number is stored as the answer of a keyed request.
    ///
    /// # Errors
    /// [`Error::BadView`] if the name or the query is not accepted, or the member has too many views.
    pub fn save_view_once(
        &self,
        actor: Actor,
        content: &ViewContent,
        once: Option<OnceAnswer<'_, i64>>,
    ) -> Result<i64, Error> {
        let name = name_of(content)?;
        let now = self.system.now();
        self.store.write(|tx| {
            // Concurrent saves queue, so that each view gets its own number.
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

    /// Replaces a view's name and content, and shares it or not. Only the member who made it may do this, and for a
    /// shared view also admins.
    ///
    /// # Errors
    /// [`Error::NoView`], [`Error::Forbidden`], [`Error::BadView`].
    pub fn change_view(&self, actor: Actor, id: i64, content: &ViewContent) -> Result<(), Error> {
        let name = name_of(content)?;
        let now = self.system.now();
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

    /// Deletes a view. Only the member who made it may do this, and for a shared view also admins.
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

/// Returns a view that the member may change. An unshared view of another member is reported as not found.
fn changeable(tx: &mut Tx<'_>, actor: Actor, id: i64) -> Result<ViewRow, Error> {
    let view = views::get(tx, actor.workspace, id)?;
    let view = view.filter(|view| view.shared || view.member == actor.member);
    let view = view.ok_or(Error::NoView(id))?;
    if view.member != actor.member {
        access::admin(tx, actor)?;
    }
    Ok(view)
}

/// Transfers the shared views of a member who is being removed to another member, and deletes the others, which no
/// other member has ever seen.
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

/// Returns a name that is not taken: `VIP`, or else `VIP 2` and so on. A member's views have different names.
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
    // An address contains no control characters, and a database server cannot store a NUL.
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
