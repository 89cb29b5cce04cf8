//! The events of webhooks, and the text of a delivery.
//!
//! A delivery names contacts and tells no value: who receives it asks the API, which answers as the rights are then.

use jiff::Timestamp;
use serde_json::{Value, json};
use store::ImportId;
use store::imports::ImportState;
use store::members::webhooks::deliveries::DeliveryRow;

/// Something that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WebhookEvent {
    ContactCreated,
    /// Changed, or newly visible to the member.
    ContactUpdated,
    /// Deleted, or not visible to the member any more.
    ContactDeleted,
    /// An import of the member came to an end, or was stopped.
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

    /// As it is stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ContactCreated => "contact.created",
            Self::ContactUpdated => "contact.updated",
            Self::ContactDeleted => "contact.deleted",
            Self::ImportFinished => "import.finished",
            Self::ImportUndone => "import.undone",
        }
    }

    /// The event of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == name)
    }
}

/// The events of a stored list. One that a newer program has stored is none here.
pub(crate) fn named(words: &str) -> Vec<WebhookEvent> {
    words.split(' ').filter_map(WebhookEvent::named).collect()
}

/// The delivery that tries a webhook.
pub(crate) fn test(id: String, now: i64) -> DeliveryRow {
    delivery(id, "webhook.test", &json!({}), now)
}

/// A delivery about contacts. `since` is a position of the changes from which they can be read.
pub(crate) fn of_contacts(id: String, event: WebhookEvent, contacts: &[String], since: &str, now: i64) -> DeliveryRow {
    let data = json!({"contacts": contacts, "all": false, "since": since});
    delivery(id, event.as_str(), &data, now)
}

/// A delivery that says that more has changed than is known.
pub(crate) fn of_everything(id: String, event: WebhookEvent, now: i64) -> DeliveryRow {
    delivery(id, event.as_str(), &json!({"contacts": [], "all": true}), now)
}

/// A delivery about an import. Its name is that of the end of the import, so that it is sent once.
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
