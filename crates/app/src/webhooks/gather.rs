//! Gathers deliveries of webhooks: from the change feed, as the member of each sees it, and from their imports.
//!
//! Deliveries and the position in the feed are written in one transaction, which fails if another process was quicker. So
//! nothing is left out, and nothing is added twice. Where much waits to be sent, nothing is added
//! until some of it has arrived: the changes wait in the feed.

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

/// Contacts of a delivery, at most, roughly.
const CONTACTS: usize = 500;
/// Deliveries that wait to be sent before no more are gathered.
const MOST_WAITING: u64 = 1_000;
/// Pages of changes that are gathered for a webhook at once.
const PAGES: usize = 20;

/// What was found for a webhook.
struct News {
    deliveries: Vec<DeliveryRow>,
    /// Up to where it follows the changes then.
    followed: String,
    /// When the last import that it was notified of ended.
    imports_at: i64,
    more: bool,
}

impl App {
    /// Gathers deliveries. Returns the webhooks that have some to be sent now.
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
            let now = self.world.now();
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
    /// What there is to tell a webhook; none if that is nothing, or not now.
    fn news(&mut self, row: &WebhookRow) -> Result<Option<News>, Error> {
        let workspace = self.actor.workspace;
        // Who is no admin any more makes the server send nothing, and may become one again.
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
        let now = self.app.world.now();
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

    /// So much has changed, or so long ago, that it is not known what.
    fn news_of_everything(&mut self, row: &WebhookRow, wanted: &[WebhookEvent]) -> Result<News, Error> {
        let about_contacts = [
            WebhookEvent::ContactUpdated,
            WebhookEvent::ContactCreated,
            WebhookEvent::ContactDeleted,
        ];
        let event = about_contacts.into_iter().find(|event| wanted.contains(event));
        let now = self.app.world.now();
        let delivery = event.map(|event| event::of_everything(self.app.delivery_name(), event, now));
        Ok(News {
            deliveries: delivery.into_iter().collect(),
            followed: self.contact_changes(None, 1)?.next.to_string(),
            imports_at: row.imports_at,
            more: false,
        })
    }

    /// Adds the imports that have ended. Of those that ended shortly before the last one some may have been committed later;
    /// what was sent about them keeps them from being sent again.
    fn imports_of_news(&mut self, row: &WebhookRow, wanted: &[WebhookEvent], news: &mut News) -> Result<(), Error> {
        let (workspace, now) = (self.actor.workspace, self.app.world.now());
        // What was sent longer ago than this may not be in the log any more.
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
                // So that the webhook advances, and what was added is written.
                news.imports_at = news.imports_at.max(row.imports_at + 1);
            }
            news.imports_at = news.imports_at.max(at);
        }
        Ok(())
    }
}

/// Whether a contact was made since it was last looked. One that was also changed since is new all the same; one that is
/// seen later, because it was committed later or is shared since, is new as long as nobody has changed it.
fn is_new(stored: &StoredContact, row: &WebhookRow) -> bool {
    let unchanged = stored.version <= stored.created_at && stored.created_at >= row.looked_at - CLOCKS_DIFFER;
    unchanged || stored.created_at > row.looked_at
}
