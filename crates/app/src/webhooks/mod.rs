//! Webhooks: addresses that receive messages about changes of the contacts that a member may see.
//!
//! Owns creating, changing and removing them, and their log. A webhook belongs to an admin or owner, because it makes
//! the server send requests, and receives nothing about contacts that its member may not see. It ends with its member's
//! deactivation. Its deliveries are gathered from the change feed ([`gather`]) and sent by the interfaces
//! ([`sending`]).

pub(crate) mod address;
pub(crate) mod event;
pub(crate) mod gather;
pub(crate) mod sending;

use crate::App;
use crate::access::{self, Actor};
use crate::audit::AuditAction;
use crate::clock::MINUTE;
use crate::error::{Error, ValueProblem};
use crate::idempotency::{OnceAnswer, keep_answer};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use event::WebhookEvent;
use store::Tx;
use store::members::webhooks::deliveries::{self, DeliveryRow};
use store::members::webhooks::{self, WebhookRow, WebhookState};
use store::workspace::workspaces;

/// The prefix of every secret (Standard Webhooks).
const PREFIX: &str = "whsec_";
/// Maximum number of webhooks per member.
const MOST: usize = 10;
const DAY: i64 = 24 * 60 * MINUTE;
/// How long the previous secret remains in use beside a new one.
const OLD_SECRET: i64 = DAY;
/// How many days the log is kept.
const LOG_DAYS: i64 = 30;

/// A webhook to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWebhook {
    /// Where deliveries are sent.
    pub url: String,
    pub events: Vec<WebhookEvent>,
}

/// A change of a webhook; `None` keeps a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebhookChange {
    pub url: Option<String>,
    pub events: Option<Vec<WebhookEvent>>,
    /// Whether deliveries are sent. `true` also re-enables a disabled webhook.
    pub active: Option<bool>,
}

/// A webhook, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookInfo {
    pub id: String,
    pub url: String,
    pub events: Vec<WebhookEvent>,
    pub state: WebhookState,
    /// Why it was disabled.
    pub reason: Option<String>,
    /// When it was created, in UTC microseconds.
    pub created_at: i64,
    /// Since when every attempt has failed; `None` if the last one succeeded.
    pub failing_since: Option<i64>,
}

/// A webhook with its secret, which is shown only once.
pub struct WebhookSecret {
    pub info: WebhookInfo,
    /// The key that signs deliveries, in the form given to receivers.
    pub secret: String,
}

/// A delivery: a message that was sent, or is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryInfo {
    pub id: String,
    /// The name of the event.
    pub event: String,
    /// When it was created, in UTC microseconds.
    pub created_at: i64,
    pub attempts: u64,
    /// When the next attempt is due; `None` if it has arrived or was given up.
    pub next_at: Option<i64>,
    /// When the last attempt was made.
    pub attempted_at: Option<i64>,
    pub arrived_at: Option<i64>,
    /// The result of the last attempt, in words.
    pub answer: Option<String>,
}

/// A page of a webhook's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryPage {
    /// The newest first.
    pub deliveries: Vec<DeliveryInfo>,
    /// The position after which the next page begins; `None` on the last page.
    pub next: Option<(i64, String)>,
}

impl App {
    /// Creates a webhook of the member. It receives events from now on.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if the member is not an admin; [`Error::Values`] about the address or the events;
    /// [`Error::Settings`] if the member has too many webhooks.
    pub fn create_webhook(
        &self,
        actor: Actor,
        wanted: &NewWebhook,
        once: Option<OnceAnswer<'_, WebhookSecret>>,
    ) -> Result<WebhookSecret, Error> {
        let now = self.system.now();
        self.store.write(|tx| {
            access::admin(tx, actor)?;
            let (url, events) = (address::fit(&wanted.url)?, fit_events(&wanted.events)?);
            if of_member(tx, actor)?.len() >= MOST {
                return Err(Error::Settings(format!(
                    "you have {MOST} webhooks, which is the most; delete one that is not used any more"
                )));
            }
            let (changes, _) = workspaces::changes(tx, actor.workspace)?;
            let row = WebhookRow {
                id: self.system.unique_name(),
                member: actor.member,
                url,
                events,
                secret: self.system.secret().to_vec(),
                old_secret: None,
                created_at: now,
                state: WebhookState::Active,
                reason: None,
                followed: changes.to_string(),
                looked_at: now,
                imports_at: now,
                failures: 0,
                failing_since: None,
                wait_until: 0,
            };
            webhooks::add(tx, actor.workspace, &row)?;
            self.audit(tx, actor, AuditAction::WebhookCreated, &row.url, 0)?;
            with_secret(tx, &row, once)
        })
    }

    /// Returns the member's webhooks, the oldest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if the member is not an admin.
    pub fn webhooks(&self, actor: Actor) -> Result<Vec<WebhookInfo>, Error> {
        self.store.read(|tx| {
            access::admin(tx, actor)?;
            Ok(of_member(tx, actor)?.iter().map(info_of).collect())
        })
    }

    /// Returns one of the member's webhooks.
    ///
    /// # Errors
    /// [`Error::NoWebhook`].
    pub fn webhook(&self, actor: Actor, id: &str) -> Result<WebhookInfo, Error> {
        self.store.read(|tx| Ok(info_of(&own(tx, actor, id)?)))
    }

    /// Changes a webhook. Waiting deliveries are sent to the new address, and at once.
    ///
    /// # Errors
    /// [`Error::NoWebhook`]; [`Error::Values`].
    pub fn change_webhook(&self, actor: Actor, id: &str, change: &WebhookChange) -> Result<WebhookInfo, Error> {
        self.store.write(|tx| {
            let mut row = own(tx, actor, id)?;
            if let Some(url) = &change.url {
                row.url = address::fit(url)?;
            }
            if let Some(events) = &change.events {
                row.events = fit_events(events)?;
            }
            match change.active {
                Some(true) => (row.state, row.reason) = (WebhookState::Active, None),
                Some(false) => (row.state, row.reason) = (WebhookState::Paused, None),
                None => {}
            }
            webhooks::change(tx, actor.workspace, &row)?;
            self.audit(tx, actor, AuditAction::WebhookChanged, &row.url, 0)?;
            Ok(info_of(&own(tx, actor, id)?))
        })
    }

    /// Gives a webhook a new secret. For a day, deliveries are signed with both secrets.
    ///
    /// # Errors
    /// [`Error::NoWebhook`].
    pub fn rotate_webhook_secret(
        &self,
        actor: Actor,
        id: &str,
        once: Option<OnceAnswer<'_, WebhookSecret>>,
    ) -> Result<WebhookSecret, Error> {
        let until = self.system.now() + OLD_SECRET;
        self.store.write(|tx| {
            let mut row = own(tx, actor, id)?;
            let old = std::mem::replace(&mut row.secret, self.system.secret().to_vec());
            row.old_secret = Some((old, until));
            webhooks::change(tx, actor.workspace, &row)?;
            self.audit(tx, actor, AuditAction::WebhookChanged, &row.url, 0)?;
            with_secret(tx, &row, once)
        })
    }

    /// Deletes a webhook and its log.
    ///
    /// # Errors
    /// [`Error::NoWebhook`].
    pub fn delete_webhook(&self, actor: Actor, id: &str) -> Result<(), Error> {
        self.store.write(|tx| {
            let row = own(tx, actor, id)?;
            webhooks::remove(tx, actor.workspace, id)?;
            Ok(self.audit(tx, actor, AuditAction::WebhookDeleted, &row.url, 0)?)
        })
    }

    /// Sends a delivery without content, to test a webhook.
    ///
    /// # Errors
    /// [`Error::NoWebhook`]; [`Error::WebhookStopped`] if the webhook is not active.
    pub fn test_webhook(
        &self,
        actor: Actor,
        id: &str,
        once: Option<OnceAnswer<'_, DeliveryInfo>>,
    ) -> Result<DeliveryInfo, Error> {
        let now = self.system.now();
        let delivery = event::test(self.delivery_name(), now);
        self.store.write(|tx| {
            refuse_stopped(&own(tx, actor, id)?)?;
            deliveries::add(tx, actor.workspace, id, std::slice::from_ref(&delivery))?;
            let info = DeliveryInfo::from(delivery.clone());
            keep_answer(tx, once, &info)?;
            Ok(info)
        })
    }

    /// Returns a page of the log of a webhook, the newest delivery first.
    ///
    /// # Errors
    /// [`Error::NoWebhook`].
    pub fn webhook_deliveries(
        &self,
        actor: Actor,
        id: &str,
        before: Option<(i64, &str)>,
        limit: usize,
    ) -> Result<DeliveryPage, Error> {
        self.store.read(|tx| {
            own(tx, actor, id)?;
            let mut rows = deliveries::log(tx, actor.workspace, id, before, limit as u64 + 1)?;
            let has_more = rows.len() > limit;
            rows.truncate(limit);
            let last = rows.last().filter(|_| has_more);
            Ok(DeliveryPage {
                next: last.map(|row| (row.created_at, row.id.clone())),
                deliveries: rows.into_iter().map(DeliveryInfo::from).collect(),
            })
        })
    }

    /// Sends one delivery again, or all that were given up. Returns their number.
    ///
    /// # Errors
    /// [`Error::NoWebhook`]; [`Error::NoDelivery`]; [`Error::WebhookStopped`] if the webhook is not active.
    pub fn replay_deliveries(
        &self,
        actor: Actor,
        id: &str,
        delivery: Option<&str>,
        once: Option<OnceAnswer<'_, u64>>,
    ) -> Result<u64, Error> {
        let now = self.system.now();
        self.store.write(|tx| {
            let row = own(tx, actor, id)?;
            if let Some(delivery) = delivery {
                let found = match is_name(delivery) {
                    true => deliveries::get(tx, actor.workspace, id, delivery)?,
                    false => None,
                };
                found.ok_or(Error::NoDelivery)?;
            }
            refuse_stopped(&row)?;
            let replayed = deliveries::replay(tx, actor.workspace, id, delivery, now)?;
            keep_answer(tx, once, &replayed)?;
            Ok(replayed)
        })
    }

    /// Deletes deliveries that were in the log for `LOG_DAYS`.
    pub(crate) fn forget_old_deliveries(&self, actor: Actor) -> Result<(), Error> {
        let before = self.system.now() - LOG_DAYS * DAY;
        Ok(self.store.write(|tx| deliveries::forget(tx, actor.workspace, before))?)
    }

    /// Returns a unique delivery id. Later ids sort after earlier ones.
    fn delivery_name(&self) -> String {
        format!("msg_{}", self.system.contact_id().simple())
    }
}

fn of_member(tx: &mut Tx<'_>, actor: Actor) -> Result<Vec<WebhookRow>, Error> {
    let mut rows = webhooks::list(tx, actor.workspace)?;
    rows.retain(|row| row.member == actor.member);
    Ok(rows)
}

/// Returns one of the actor's webhooks.
fn own(tx: &mut Tx<'_>, actor: Actor, id: &str) -> Result<WebhookRow, Error> {
    access::admin(tx, actor)?;
    if !is_name(id) {
        return Err(Error::NoWebhook);
    }
    let row = webhooks::get(tx, actor.workspace, id)?;
    row.filter(|row| row.member == actor.member).ok_or(Error::NoWebhook)
}

/// Whether a string can be the id of a webhook or a delivery: not every string is a valid query parameter.
fn is_name(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn refuse_stopped(row: &WebhookRow) -> Result<(), Error> {
    match row.state {
        WebhookState::Active => Ok(()),
        WebhookState::Paused | WebhookState::Disabled => Err(Error::WebhookStopped),
    }
}

/// Returns a webhook with its secret. The stored answer of a keyed request contains the secret too.
fn with_secret(
    tx: &mut Tx<'_>,
    row: &WebhookRow,
    once: Option<OnceAnswer<'_, WebhookSecret>>,
) -> Result<WebhookSecret, Error> {
    let secret = WebhookSecret {
        info: info_of(row),
        secret: format!("{PREFIX}{}", BASE64_STANDARD.encode(&row.secret)),
    };
    keep_answer(tx, once, &secret)?;
    Ok(secret)
}

fn info_of(row: &WebhookRow) -> WebhookInfo {
    WebhookInfo {
        id: row.id.clone(),
        url: row.url.clone(),
        events: event::named(&row.events),
        state: row.state,
        reason: row.reason.clone(),
        created_at: row.created_at,
        failing_since: row.failing_since,
    }
}

impl From<DeliveryRow> for DeliveryInfo {
    fn from(row: DeliveryRow) -> Self {
        Self {
            id: row.id,
            event: row.event,
            created_at: row.created_at,
            attempts: row.attempts,
            next_at: row.next_at,
            attempted_at: row.attempted_at,
            arrived_at: row.arrived_at,
            answer: row.answer,
        }
    }
}

fn fit_events(events: &[WebhookEvent]) -> Result<String, Error> {
    if events.is_empty() {
        return Err(Error::Values(vec![ValueProblem {
            pointer: "/events".to_owned(),
            what: "choose at least one event".to_owned(),
        }]));
    }
    let chosen = WebhookEvent::ALL.into_iter().filter(|event| events.contains(event));
    Ok(chosen.map(WebhookEvent::as_str).collect::<Vec<_>>().join(" "))
}
