//! How many more contacts are shared with a member than when they last looked at them.

use crate::App;
use crate::access::{Actor, Scope};
use crate::error::Error;
use crate::search::filter::Filter;
use store::members::preferences;

/// The preference that stores how many there were.
const SEEN: &str = "shared_seen";

impl App {
    /// Returns how many more contacts are shared with the member than when they last looked; 0 while the index is being
    /// built.
    ///
    /// # Errors
    /// When the database fails.
    pub fn shared_news(&self, actor: Actor) -> Result<u64, Error> {
        let Some(now) = self.count_contacts(actor, Scope::Shared, &Filter::default())? else {
            return Ok(0);
        };
        Ok(now.saturating_sub(self.shared_seen(actor)?))
    }

    /// Records that the member has looked at all contacts shared with them.
    ///
    /// # Errors
    /// When the database fails.
    pub fn note_shared_seen(&self, actor: Actor) -> Result<(), Error> {
        let now = self.count_contacts(actor, Scope::Shared, &Filter::default())?;
        let Some(now) = now.filter(|now| self.shared_seen(actor).is_ok_and(|seen| seen != *now)) else {
            return Ok(());
        };
        self.store
            .write(|tx| preferences::put(tx, actor.workspace, actor.member, SEEN, &now.to_string()))?;
        Ok(())
    }

    fn shared_seen(&self, actor: Actor) -> Result<u64, Error> {
        let seen = self
            .store
            .read(|tx| preferences::get(tx, actor.workspace, actor.member, SEEN))?;
        Ok(seen.and_then(|seen| seen.parse().ok()).unwrap_or_default())
    }
}
