//! Who acts, and what they may do.
//!
//! Only this module makes an [`Actor`]; everything that reads or changes contacts takes one.

use crate::{App, Error};
use store::{Member, Workspace, workspaces};

/// A member of a workspace who was let in.
#[derive(Clone, Copy, Debug)]
pub struct Actor {
    pub(crate) workspace: Workspace,
    pub(crate) member: Member,
}

impl Actor {
    /// Who looks at a file without a directory: sees no contact, because there is none.
    pub(crate) const NOBODY: Self = Self {
        workspace: Workspace(0),
        member: Member(0),
    };
}

impl App {
    /// The member that the command line acts as while there are no accounts: the owner of the data folder.
    ///
    /// # Errors
    /// Those of the database.
    pub fn local_actor(&self) -> Result<Actor, Error> {
        let made = self.store.read(workspaces::local)?;
        let (workspace, member) = match made {
            Some(local) => local,
            None => {
                let now = self.world.now();
                self.store.write(|tx| workspaces::ensure_local(tx, now))?
            }
        };
        Ok(Actor { workspace, member })
    }
}
