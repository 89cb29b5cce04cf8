//! Tags to suggest to a member: the most used ones of the contacts that they may see.
//!
//! Caches the counts for a while if there are so many contacts that counting takes milliseconds. The contact index
//! provides the folded tags, and a contact that has each; every time, the database decides whether the member may see
//! that contact, and provides the tag's spelling.

use crate::App;
use crate::View;
use crate::access;
use crate::access::Actor;
use crate::access::Scope;
use crate::contact_index::query::Query;
use crate::contact_index::tags::UsedTag;
use crate::contacts::stored::read;
use crate::error::Error;
use model::{Contact, ContactId, fold};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use store::{Member, Workspace, contacts};

/// The maximum number of suggested tags.
const MOST: usize = 50;
/// From this many contacts on, counts are cached.
const MANY: usize = 50_000;
/// How long counts are cached, in microseconds.
const WHILE: i64 = 60_000_000;

type Used = Arc<[UsedTag]>;

/// The cached counts, and when they were made.
#[derive(Default)]
pub(crate) struct Suggestions(Mutex<HashMap<(Workspace, Member), (i64, Used)>>);

impl Suggestions {
    fn known(&self, who: (Workspace, Member), now: i64) -> Option<Used> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, used) = known.get(&who)?;
        (0..WHILE).contains(&(now - at)).then(|| Arc::clone(used))
    }

    fn remember(&self, who: (Workspace, Member), now: i64, used: &Used) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(who, (now, Arc::clone(used)));
    }
}

impl App {
    /// Returns the tags of the contacts that a member may see, most used first; empty while the index is being built.
    pub fn known_tags(&self, actor: Actor) -> Result<Vec<String>, Error> {
        self.read(actor, |view| view.known_tags())
    }
}

impl View<'_, '_> {
    /// Returns the tags of the contacts that the member may see, most used first; empty while the index is being built.
    pub fn known_tags(&mut self) -> Result<Vec<String>, Error> {
        Ok(self.tag_counts()?.into_iter().map(|(tag, _)| tag).collect())
    }

    /// Returns the same tags as `known_tags`, each with the number of contacts that have it.
    pub fn tag_counts(&mut self) -> Result<Vec<(String, u64)>, Error> {
        let used = self.used_tags()?;
        let mut ids: Vec<ContactId> = used.iter().map(|tag| tag.with).collect();
        ids.sort_unstable();
        ids.dedup();
        let rows = contacts::get_many(self.tx, self.actor.workspace, &ids)?;
        let seen = access::seen(self.tx, self.actor, rows)?;
        let seen = seen.iter().map(|(_, row)| Ok((row.id, read(row)?)));
        let seen: HashMap<ContactId, Contact> = seen.collect::<Result<_, Error>>()?;
        let written = used.iter().filter_map(|used| {
            let tags = &seen.get(&used.with)?.tags;
            let written = tags.iter().find(|own| fold(own.as_str()) == used.tag)?;
            Some((written.as_str().to_owned(), used.uses))
        });
        Ok(written.collect())
    }

    /// Returns the most used tags from the contact index or the cache, folded.
    fn used_tags(&mut self) -> Result<Used, Error> {
        let Actor { workspace, member } = self.actor;
        let (who, now) = ((workspace, member), self.app.system.now());
        let fresh = self.index()?;
        let Some(index) = &fresh.index else {
            return Ok(Used::default());
        };
        let many = index.len() >= MANY;
        let suggestions = &self.app.suggestions;
        if let Some(known) = suggestions.known(who, now).filter(|_| many) {
            return Ok(known);
        }
        let used: Used = index.tags(&Query::new(member, Scope::All, &[]), MOST).into();
        if many {
            suggestions.remember(who, now, &used);
        }
        Ok(used)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_known_for_a_while_to_the_same_member() {
        let suggestions = Suggestions::default();
        let who = |member| (Workspace(1), Member(member));
        let vip = UsedTag {
            tag: "vip".to_owned(),
            uses: 1,
            with: ContactId::nil(),
        };
        let used: Used = [vip].into();
        suggestions.remember(who(1), 1_000, &used);
        assert_eq!(suggestions.known(who(1), 1_000 + WHILE - 1), Some(used));
        assert_eq!(suggestions.known(who(1), 1_000 + WHILE), None);
        assert_eq!(suggestions.known(who(1), 0), None, "a clock that was set back");
        assert_eq!(suggestions.known(who(2), 1_000), None);
    }
}
