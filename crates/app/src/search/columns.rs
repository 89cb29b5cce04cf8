//! The columns that a member has chosen for a list. They are stored, so the member sees the same ones wherever they
//! sign in.

use crate::App;
use crate::View;
use crate::access::Actor;
use crate::access::Scope;
use crate::error::Error;
use store::members::preferences;

/// The maximum length of the stored text in bytes: more than all columns of a page need.
const LONGEST: usize = 20_000;

impl App {
    /// Returns the columns that the member has chosen for the list of a scope; `None` if the standard ones are shown.
    pub fn chosen_columns(&self, actor: Actor, list: Scope) -> Result<Option<String>, Error> {
        self.read(actor, |view| view.chosen_columns(list))
    }

    /// Stores the columns of a list; with `None`, the standard ones are shown again.
    ///
    /// # Errors
    /// [`Error::BadView`] if there are too many.
    pub fn choose_columns(&self, actor: Actor, list: Scope, columns: Option<&str>) -> Result<(), Error> {
        if columns.is_some_and(|columns| columns.len() > LONGEST) {
            return Err(Error::BadView("these are too many columns; choose fewer"));
        }
        Ok(self.store.write(|tx| match columns {
            Some(columns) => preferences::put(tx, actor.workspace, actor.member, choice(list), columns),
            None => preferences::remove(tx, actor.workspace, actor.member, choice(list)),
        })?)
    }
}

impl View<'_, '_> {
    /// Returns the columns that the member has chosen for the list of a scope; `None` if the standard ones are shown.
    pub fn chosen_columns(&mut self, list: Scope) -> Result<Option<String>, Error> {
        let Actor { workspace, member } = self.actor;
        Ok(preferences::get(self.tx, workspace, member, choice(list))?)
    }
}

/// The preference that stores the columns. The list of shared contacts has its own, because its columns show by whom
/// and since when a contact is shared.
fn choice(list: Scope) -> &'static str {
    match list {
        Scope::Shared => "columns of shared",
        Scope::All | Scope::Mine => "columns of contacts",
    }
}
