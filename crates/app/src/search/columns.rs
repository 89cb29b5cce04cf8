//! The columns that a member has chosen for a list: they see the same ones the next time, wherever they sign in.

use crate::App;
use crate::View;
use crate::access::Actor;
use crate::access::Scope;
use crate::error::Error;
use store::members::preferences;

/// Bytes of what is kept, at most: more than all columns of a page have.
const LONGEST: usize = 20_000;

impl App {
    /// The columns that the member has chosen for the list of a scope; none where the standard ones are shown.
    pub fn chosen_columns(&self, actor: Actor, list: Scope) -> Result<Option<String>, Error> {
        self.read(actor, |view| view.chosen_columns(list))
    }

    /// Remembers the columns of a list; with none, the standard ones are shown again.
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
    /// The columns that the member has chosen for the list of a scope; none where the standard ones are shown.
    pub fn chosen_columns(&mut self, list: Scope) -> Result<Option<String>, Error> {
        let Actor { workspace, member } = self.actor;
        Ok(preferences::get(self.tx, workspace, member, choice(list))?)
    }
}

/// What is shared has a list of its own, whose columns say by whom and since when.
fn choice(list: Scope) -> &'static str {
    match list {
        Scope::Shared => "columns of shared",
        Scope::All | Scope::Mine => "columns of contacts",
    }
}
