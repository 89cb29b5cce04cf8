//! What others have shared with a member since they looked last: how many contacts more there are than then.

use crate::App;
use crate::access::{Actor, Scope};
use crate::error::Error;
use crate::search::filter::Filter;
use store::members::preferences;

/// Under which name it is kept how many there were.
const SEEN: &str = "shared_seen";

impl App {
    /// How many more contacts are shared with the member than when they looked last; 0 while the list is being built.
    ///
    /// # Errors
    /// When the database fails.
    pub fn shared_news(&self, actor: Actor) -> Result<u64, Error> {
        let Some(now) = self.count_contacts(actor, Scope::Shared, &Filter::default())? else {
            return Ok(0);
        };
        Ok(now.saturating_sub(self.shared_seen(actor)?))
    }

    /// Notes that the member has looked at all that is shared with them.
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
