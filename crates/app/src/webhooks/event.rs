//! The events of webhooks, and the body of a delivery.
//!
//! A delivery names contacts but contains no values: the receiver reads them from the API, which applies the rights of
//! that moment.

use jiff::Timestamp;
use serde_json::{Value, json};
use store::ImportId;
use store::imports::ImportState;
use store::members::webhooks::deliveries::DeliveryRow;

/// An event that a webhook can receive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WebhookEvent {
    ContactCreated,
    /// Changed, or became visible to the member.
    ContactUpdated,
    /// Deleted, or is no longer visible to the member.
    ContactDeleted,
    /// An import of the member has finished or was stopped.
    ImportFinished,
    ImportUndone,
}

impl WebhookEvent {
    pub const ALL: [Self; 5] = [
        Self::ContactCreated,
        Self::ContactUpdated,
        Self::ContactDeleted,
        Self::ImportFinished,
        Self::ImportUndone,
    ];

    /// The name in the database and in deliveries.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ContactCreated => "contact.created",
            Self::ContactUpdated => "contact.updated",
            Self::ContactDeleted => "contact.deleted",
            Self::ImportFinished => "import.finished",
            Self::ImportUndone => "import.undone",
        }
    }

    /// Returns the event of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == name)
    }
}

/// Parses a stored list of events. Events stored by a newer version of the program are ignored.
pub(crate) fn named(words: &str) -> Vec<WebhookEvent> {
    words.split(' ').filter_map(WebhookEvent::named).collect()
}

/// A delivery that tests a webhook.
pub(crate) fn test(id: String, now: i64) -> DeliveryRow {
    delivery(id, "webhook.test", &json!({}), now)
}

/// A delivery about contacts. `since` is the position of the change feed from which they can be read.
pub(crate) fn of_contacts(id: String, event: WebhookEvent, contacts: &[String], since: &str, now: i64) -> DeliveryRow {
    let data = json!({"contacts": contacts, "all": false, "since": since});
    delivery(id, event.as_str(), &data, now)
}

/// A delivery that reports that more has changed than is known.
pub(crate) fn of_everything(id: String, event: WebhookEvent, now: i64) -> DeliveryRow {
    delivery(id, event.as_str(), &json!({"contacts": [], "all": true}), now)
}

/// A delivery about an import. Its id is derived from the end of the import, so that it is sent once.
pub(crate) fn of_import(event: WebhookEvent, import: ImportId, state: ImportState, at: i64, now: i64) -> DeliveryRow {
    let data = json!({"import": import.to_string(), "state": state.as_str()});
    delivery(format!("msg_import_{import}_{at}"), event.as_str(), &data, now)
}

fn delivery(id: String, event: &str, data: &Value, now: i64) -> DeliveryRow {
    let timestamp = Timestamp::from_microsecond(now).unwrap_or_default().to_string();
    DeliveryRow {
        id,
        event: event.to_owned(),
        body: json!({"type": event, "timestamp": timestamp, "data": data}).to_string(),
        created_at: now,
        attempts: 0,
        next_at: Some(now),
        attempted_at: None,
        arrived_at: None,
        answer: None,
    }
}
