//! Adding a tag to many contacts, and removing it.

use crate::App;
use crate::access;
use crate::access::Actor;
use crate::contacts::bulk::ActionReport;
use crate::contacts::bulk::{ActionKind, AtEnd, Before, NOTHING_AT_END, Step};
use crate::contacts::stored::read;
use crate::error::Error;
use model::{Contact, ContactId, Text, tag_key};
use store::contacts;

/// The maximum length of a tag, in characters.
const LONGEST: usize = 100;

impl App {
    /// Adds a tag to contacts. Contacts that have the tag already, in any case or with other diacritics, stay as they
    /// are; contacts that the member may not change are skipped.
    ///
    /// # Errors
    /// [`Error::BadTag`]; steps committed before an error stay.
    pub fn tag_contacts(&self, actor: Actor, ids: &[ContactId], tag: &str) -> Result<ActionReport, Error> {
        self.tag_many(actor, ids, tag, NOTHING_AT_END)
    }

    pub(crate) fn tag_many(
        &self,
        actor: Actor,
        ids: &[ContactId],
        tag: &str,
        at_end: AtEnd<'_>,
    ) -> Result<ActionReport, Error> {
        let tag = tag_of(tag)?;
        if tag.as_str().contains([',', ';', '\n']) {
            return Err(Error::BadTag(
                "one tag at a time: a tag has no comma, semicolon or line end in it",
            ));
        }
        self.retag(actor, ActionKind::Tag, ids, &tag, at_end, |contact| {
            let has = contact.tags.iter().any(|has| is_same(has, &tag));
            if !has {
                contact.tags.push(tag.clone());
            }
            !has
        })
    }

    /// Removes a tag from contacts, ignoring case and diacritics. Contacts that the member may not change are skipped.
    ///
    /// # Errors
    /// [`Error::BadTag`]; steps committed before an error stay.
    pub fn untag_contacts(&self, actor: Actor, ids: &[ContactId], tag: &str) -> Result<ActionReport, Error> {
        self.untag_many(actor, ids, tag, NOTHING_AT_END)
    }

    pub(crate) fn untag_many(
        &self,
        actor: Actor,
        ids: &[ContactId],
        tag: &str,
        at_end: AtEnd<'_>,
    ) -> Result<ActionReport, Error> {
        let tag = tag_of(tag)?;
        self.retag(actor, ActionKind::Untag, ids, &tag, at_end, |contact| {
            let had = contact.tags.len();
            contact.tags.retain(|has| !is_same(has, &tag));
            contact.tags.len() < had
        })
    }

    fn retag(
        &self,
        actor: Actor,
        kind: ActionKind,
        ids: &[ContactId],
        tag: &Text,
        at_end: AtEnd<'_>,
        change: impl Fn(&mut Contact) -> bool,
    ) -> Result<ActionReport, Error> {
        let now = self.system.now();
        self.in_steps(actor, kind, tag.as_str(), ids, at_end, |changes, some| {
            let rows = contacts::get_many(changes.tx, actor.workspace, some)?;
            let seen = access::seen(changes.tx, actor, rows)?;
            let seen_count = seen.len() as u64;
            let editable = access::editable_of(seen);
            let mut step = Step {
                skipped: seen_count - editable.len() as u64,
                ..Step::default()
            };
            let mut pairs = Vec::new();
            for row in editable {
                let mut contact = read(&row)?;
                if !change(&mut contact) {
                    continue;
                }
                contact.normalise();
                let next = changes.edited(&row, &contact, now);
                step.touched.push(Before {
                    row: (*row).clone(),
                    shares: None,
                    after: Some(next.version),
                });
                pairs.push((row, next));
            }
            changes.update(pairs)?;
            Ok(step)
        })
    }
}

/// Whether two tags are equal, ignoring case and diacritics.
fn is_same(one: &Text, other: &Text) -> bool {
    tag_key(one) == tag_key(other)
}

/// Parses a tag.
fn tag_of(tag: &str) -> Result<Text, Error> {
    let tag = Text::new(tag);
    let wrong = if tag.is_empty() {
        "say which tag"
    } else if tag.as_str().chars().count() > LONGEST {
        "a tag has at most 100 letters"
    } else {
        return Ok(tag);
    };
    Err(Error::BadTag(wrong))
}
