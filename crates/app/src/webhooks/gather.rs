//! Gathers deliveries of webhooks: from the change feed, as the webhook's member sees it, and from the member's
//! imports.
//!
//! Deliveries and the position in the feed are written in one transaction, which fails if another process was faster.
//! So nothing is left out, and nothing is added twice. If many deliveries are waiting to be sent, no more are added
//! until some have arrived; the changes wait in the feed.

use crate::access::{self, Actor};
use crate::clock::CLOCKS_DIFFER;
use crate::contacts::changes::{ChangePosition, ContactChanges};
use crate::contacts::stored::StoredContact;
use crate::error::Error;
use crate::webhooks::event::{self, WebhookEvent};
use crate::webhooks::{DAY, LOG_DAYS};
use crate::{App, View};
use store::imports::{self, ImportState};
use store::members::webhooks::deliveries::{self, DeliveryRow};
use store::members::webhooks::{self, WebhookRow, WebhookState};

/// Approximate maximum number of contacts per delivery.
const CONTACTS: usize = 500;
/// Number of waiting deliveries above which no more are gathered.
const MOST_WAITING: u64 = 1_000;
/// Maximum number of pages of changes that are gathered for a webhook at once.
const PAGES: usize = 20;

/// What was found for a webhook.
struct News {
    deliveries: Vec<DeliveryRow>,
    /// The new position in the change feed.
    followed: String,
    /// When the last import that was reported ended.
    imports_at: i64,
    more: bool,
}

impl App {
    /// Gathers deliveries. Returns the webhooks that have deliveries to send now.
    pub fn gather_deliveries(&self) -> Result<Vec<String>, Error> {
        let workspace = self.local_actor()?.workspace;
        let rows = self.store.read(|tx| webhooks::list(tx, workspace))?;
        let active: Vec<WebhookRow> = rows
            .into_iter()
            .filter(|row| row.state == WebhookState::Active)
            .collect();
        for row in &active {
            let actor = Actor {
                workspace,
                member: row.member,
            };
            self.gather_for(actor, row)?;
        }
        self.due_webhooks(workspace, &active)
    }

    fn gather_for(&self, actor: Actor, row: &WebhookRow) -> Result<(), Error> {
        let mut row = row.clone();
        for _ in 0..PAGES {
            let news = self.read(actor, |view| view.news(&row))?;
            let Some(news) = news else { return Ok(()) };
            let now = self.system.now();
            let advanced = self.store.write(|tx| {
                let (from, to) = (
                    (row.followed.as_str(), row.imports_at),
                    (news.followed.as_str(), news.imports_at),
                );
                let advanced = webhooks::advance(tx, actor.workspace, &row.id, from, to, now)?;
                if advanced {
                    deliveries::add(tx, actor.workspace, &row.id, &news.deliveries)?;
                }
                Ok::<bool, Error>(advanced)
            })?;
            if !advanced || !news.more {
                return Ok(());
            }
            (row.followed, row.imports_at, row.looked_at) = (news.followed, news.imports_at, now);
        }
        Ok(())
    }
}

impl View<'_, '_> {
    /// Returns the news for a webhook; `None` if there are none, or none may be sent now.
    fn news(&mut self, row: &WebhookRow) -> Result<Option<News>, Error> {
        let workspace = self.actor.workspace;
        // A member who is no longer an admin gets no deliveries, but may become an admin again.
        if access::admin(self.tx, self.actor).is_err()
            || deliveries::waiting(self.tx, workspace, &row.id)? > MOST_WAITING
        {
            return Ok(None);
        }
        let wanted = event::named(&row.events);
        let mut news = self.contacts_of_news(row, &wanted)?;
        self.imports_of_news(row, &wanted, &mut news)?;
        let is_nothing = news.followed == row.followed && news.imports_at == row.imports_at;
        Ok((!is_nothing).then_some(news))
    }

    fn contacts_of_news(&mut self, row: &WebhookRow, wanted: &[WebhookEvent]) -> Result<News, Error> {
        let found = match row.followed.parse::<ChangePosition>() {
            Ok(position) => self.contact_changes(Some(position), CONTACTS),
            Err(error) => Err(error),
        };
        match found {
            Ok(changes) => Ok(self.news_of(row, wanted, &changes)),
            Err(Error::ChangesGone) => self.news_of_everything(row, wanted),
            Err(error) => Err(error),
        }
    }

    fn news_of(&self, row: &WebhookRow, wanted: &[WebhookEvent], changes: &ContactChanges) -> News {
        let (created, updated): (Vec<&StoredContact>, Vec<&StoredContact>) =
            changes.changed.iter().partition(|stored| is_new(stored, row));
        let ids = |stored: &[&StoredContact]| -> Vec<String> { stored.iter().map(|one| one.id.to_string()).collect() };
        let now = self.app.system.now();
        let of_each = [
            (WebhookEvent::ContactCreated, ids(&created)),
            (WebhookEvent::ContactUpdated, ids(&updated)),
            (
                WebhookEvent::ContactDeleted,
                changes.removed.iter().map(ToString::to_string).collect(),
            ),
        ];
        let events = of_each
            .iter()
            .filter(|(event, ids)| wanted.contains(event) && !ids.is_empty());
        let deliveries =
            events.map(|(event, ids)| event::of_contacts(self.app.delivery_name(), *event, ids, &row.followed, now));
        News {
            deliveries: deliveries.collect(),
            followed: changes.next.to_string(),
            imports_at: row.imports_at,
            more: changes.more,
        }
    }

    /// Reports that contacts have changed when it is not known which: too many changes, or too old ones.
    fn news_of_everything(&mut self, row: &WebhookRow, wanted: &[WebhookEvent]) -> Result<News, Error> {
        let about_contacts = [
            WebhookEvent::ContactUpdated,
            WebhookEvent::ContactCreated,
            WebhookEvent::ContactDeleted,
        ];
        let event = about_contacts.into_iter().find(|event| wanted.contains(event));
        let now = self.app.system.now();
        let delivery = event.map(|event| event::of_everything(self.app.delivery_name(), event, now));
        Ok(News {
            deliveries: delivery.into_iter().collect(),
            followed: self.contact_changes(None, 1)?.next.to_string(),
            imports_at: row.imports_at,
            more: false,
        })
    }

    /// Adds the imports that have ended. Imports that ended shortly before the last reported one may have been
    /// committed later, so they are read again; the log of sent deliveries prevents repetition.
    fn imports_of_news(&mut self, row: &WebhookRow, wanted: &[WebhookEvent], news: &mut News) -> Result<(), Error> {
        let (workspace, now) = (self.actor.workspace, self.app.system.now());
        // Older deliveries may no longer be in the log.
        let is_remembered = row.imports_at > now - (LOG_DAYS - 1) * DAY;
        let since = match is_remembered {
            true => (row.imports_at - CLOCKS_DIFFER).max(row.created_at),
            false => row.imports_at + 1,
        };
        for (import, state, at) in imports::ended_since(self.tx, workspace, self.actor.member, since)? {
            let event = match state {
                ImportState::Undone => WebhookEvent::ImportUndone,
                _ => WebhookEvent::ImportFinished,
            };
            let delivery = event::of_import(event, import, state, at, now);
            if wanted.contains(&event) && deliveries::get(self.tx, workspace, &row.id, &delivery.id)?.is_none() {
                news.deliveries.push(delivery);
                // Makes the webhook advance, so that the added delivery is written.
                news.imports_at = news.imports_at.max(row.imports_at + 1);
            }
            news.imports_at = news.imports_at.max(at);
        }
        Ok(())
    }
}

/// Whether a contact was created since the last look. A contact that was also changed since then is still new; a
/// contact that became visible later, because it was committed later or has been shared since then, is new as long as
/// it was not changed.
fn is_new(stored: &StoredContact, row: &WebhookRow) -> bool {
    let unchanged = stored.version <= stored.created_at && stored.created_at >= row.looked_at - CLOCKS_DIFFER;
    unchanged || stored.created_at > row.looked_at
}
