//! Webhooks of the member, their secrets, and the log of their deliveries.

use crate::Web;
use crate::api::contacts::list::{limit_of, unknown_cursor};
use crate::api::gate::TokenMember;
use crate::api::json::{Json, Query, filled, instant, ok};
use crate::api::once::{IdempotentEmpty, IdempotentJson, Reply, RequestKey, once};
use crate::api::problem::ApiProblem;
use crate::bridge::blocking::blocking;
use app::{DeliveryInfo, NewWebhook, WebhookChange, WebhookEvent, WebhookInfo, WebhookSecret, WebhookState};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// An event that a webhook receives.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
pub enum EventName {
    #[serde(rename = "contact.created")]
    ContactCreated,
    #[serde(rename = "contact.updated")]
    ContactUpdated,
    #[serde(rename = "contact.deleted")]
    ContactDeleted,
    #[serde(rename = "import.finished")]
    ImportFinished,
    #[serde(rename = "import.undone")]
    ImportUndone,
}

impl From<EventName> for WebhookEvent {
    fn from(name: EventName) -> Self {
        match name {
            EventName::ContactCreated => Self::ContactCreated,
            EventName::ContactUpdated => Self::ContactUpdated,
            EventName::ContactDeleted => Self::ContactDeleted,
            EventName::ImportFinished => Self::ImportFinished,
            EventName::ImportUndone => Self::ImportUndone,
        }
    }
}

impl From<WebhookEvent> for EventName {
    fn from(event: WebhookEvent) -> Self {
        match event {
            WebhookEvent::ContactCreated => Self::ContactCreated,
            WebhookEvent::ContactUpdated => Self::ContactUpdated,
            WebhookEvent::ContactDeleted => Self::ContactDeleted,
            WebhookEvent::ImportFinished => Self::ImportFinished,
            WebhookEvent::ImportUndone => Self::ImportUndone,
        }
    }
}

/// The member's webhooks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"webhooks": []}))]
pub struct WebhookList {
    /// The webhooks, oldest first.
    webhooks: Vec<WebhookResource>,
}

/// A webhook.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0198c1d2-7f3a-7e11-9d36-2f6f0a6f3c11", "url": "https://example.org/hook", "events": ["contact.created"],
    "state": "active", "reason": null, "created": "2026-11-29T09:36:40Z", "failing_since": null,
}))]
pub struct WebhookResource {
    id: String,
    url: String,
    events: Vec<EventName>,
    /// `active`, `paused` by the member, or `disabled` by the server after three days of failures or a 410 response.
    state: &'static str,
    /// Why the webhook is disabled.
    reason: Option<String>,
    #[schema(format = "date-time")]
    created: String,
    /// Since when every attempt has failed; null if the last attempt succeeded.
    #[schema(format = "date-time")]
    failing_since: Option<String>,
}

impl From<WebhookInfo> for WebhookResource {
    fn from(webhook: WebhookInfo) -> Self {
        Self {
            id: webhook.id,
            url: webhook.url,
            events: webhook.events.into_iter().map(EventName::from).collect(),
            state: state_name(webhook.state),
            reason: webhook.reason,
            created: instant(webhook.created_at),
            failing_since: webhook.failing_since.map(instant),
        }
    }
}

fn state_name(state: WebhookState) -> &'static str {
    match state {
        WebhookState::Active => "active",
        WebhookState::Paused => "paused",
        WebhookState::Disabled => "disabled",
    }
}

/// A webhook with its secret, which is shown only once.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "webhook": {
        "id": "0198c1d2-7f3a-7e11-9d36-2f6f0a6f3c11", "url": "https://example.org/hook", "events": ["contact.created"],
        "state": "active", "reason": null, "created": "2026-11-29T09:36:40Z", "failing_since": null,
    },
    "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
}))]
pub struct WebhookWithSecret {
    webhook: WebhookResource,
    /// The secret that signs deliveries: `whsec_` and the key in base64.
    #[schema(examples("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))]
    secret: String,
}

fn with_secret(secret: &WebhookSecret) -> WebhookWithSecret {
    WebhookWithSecret {
        webhook: secret.info.clone().into(),
        secret: secret.secret.clone(),
    }
}

/// Lists webhooks.
///
/// For admins and owners. Returns the member's own webhooks.
#[utoipa::path(
    get, path = "/api/v1/webhooks", tag = "Webhooks", operation_id = "list_webhooks",
    responses((status = 200, description = "The webhooks", body = WebhookList)),
)]
pub async fn list(State(web): State<Arc<Web>>, member: TokenMember) -> Result<Response, ApiProblem> {
    let webhooks = blocking(&web, move |app| app.webhooks(member.actor)).await?;
    Ok(ok(&WebhookList {
        webhooks: webhooks.into_iter().map(WebhookResource::from).collect(),
    }))
}

/// A webhook to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"url": "https://example.org/hook", "events": ["contact.created", "contact.updated"]}))]
pub struct WebhookBody {
    /// The URL that receives deliveries: `https` or `http`, port 80, 443, or 1024 and above, at a public address.
    url: String,
    events: Vec<EventName>,
}

/// Creates a webhook.
///
/// For admins and owners. The webhook receives events from now on about contacts that the member may see, and about imports
/// of the member. The secret is shown only once.
#[utoipa::path(
    post, path = "/api/v1/webhooks", tag = "Webhooks", operation_id = "create_webhook",
    request_body = WebhookBody,
    responses((status = 201, description = "The webhook", body = WebhookWithSecret, headers(("Location" = String)))),
)]
pub async fn create(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    IdempotentJson { body, key }: IdempotentJson<WebhookBody>,
) -> Result<Response, ApiProblem> {
    let wanted = NewWebhook {
        url: body.url,
        events: body.events.into_iter().map(WebhookEvent::from).collect(),
    };
    let reply = |secret: &WebhookSecret| {
        let place = format!("/api/v1/webhooks/{}", secret.info.id);
        Reply::new(StatusCode::CREATED, &with_secret(secret)).at(place)
    };
    once(&web, member, key, reply, move |app, once| {
        app.create_webhook(member.actor, &wanted, once)
    })
    .await
}

/// Returns a webhook.
///
/// Includes its state, and the reason if it is disabled.
#[utoipa::path(
    get, path = "/api/v1/webhooks/{webhook}", tag = "Webhooks", operation_id = "get_webhook",
    params(("webhook" = String, Path, description = "The id of the webhook")),
    responses((status = 200, description = "The webhook", body = WebhookResource)),
)]
pub async fn get(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(webhook): Path<String>,
) -> Result<Response, ApiProblem> {
    let webhook = blocking(&web, move |app| app.webhook(member.actor, &webhook)).await?;
    Ok(ok(&WebhookResource::from(webhook)))
}

/// Changes of a webhook; omitted fields stay unchanged.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(example = json!({"active": true}))]
pub struct WebhookPatch {
    url: Option<String>,
    events: Option<Vec<EventName>>,
    /// Whether deliveries are sent. `true` also activates a disabled webhook.
    active: Option<bool>,
}

/// Changes a webhook.
///
/// Waiting deliveries are sent to the new address immediately. While a webhook is not active, changes are kept for it for
/// 90 days.
#[utoipa::path(
    patch, path = "/api/v1/webhooks/{webhook}", tag = "Webhooks", operation_id = "patch_webhook",
    params(("webhook" = String, Path, description = "The id of the webhook")),
    request_body = WebhookPatch,
    responses((status = 200, description = "The webhook", body = WebhookResource)),
)]
pub async fn patch(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(webhook): Path<String>,
    Json(patch): Json<WebhookPatch>,
) -> Result<Response, ApiProblem> {
    let change = WebhookChange {
        url: patch.url,
        events: patch
            .events
            .map(|events| events.into_iter().map(WebhookEvent::from).collect()),
        active: patch.active,
    };
    let webhook = blocking(&web, move |app| app.change_webhook(member.actor, &webhook, &change)).await?;
    Ok(ok(&WebhookResource::from(webhook)))
}

/// Deletes a webhook.
///
/// Its log is deleted too, and waiting deliveries are not sent.
#[utoipa::path(
    delete, path = "/api/v1/webhooks/{webhook}", tag = "Webhooks", operation_id = "delete_webhook",
    params(("webhook" = String, Path, description = "The id of the webhook")),
    responses((status = 204, description = "The webhook is deleted")),
)]
pub async fn delete(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(webhook): Path<String>,
) -> Result<Response, ApiProblem> {
    blocking(&web, move |app| app.delete_webhook(member.actor, &webhook)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Rotates the secret of a webhook.
///
/// The new secret is shown only once. For 24 hours, deliveries are signed with both secrets.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{webhook}:rotate-secret", tag = "Webhooks", operation_id = "rotate_webhook_secret",
    params(("webhook" = String, Path, description = "The id of the webhook")),
    responses((status = 200, description = "The webhook and its new secret", body = WebhookWithSecret)),
)]
pub async fn rotate(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(webhook): Path<String>,
    IdempotentEmpty(key): IdempotentEmpty,
) -> Result<Response, ApiProblem> {
    let reply = |secret: &WebhookSecret| Reply::new(StatusCode::OK, &with_secret(secret));
    once(&web, member, key, reply, move |app, once| {
        app.rotate_webhook_secret(member.actor, &webhook, once)
    })
    .await
}

/// A delivery.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "msg_0198c1d27f3a7e119d362f6f0a6f3c11", "event": "contact.updated", "created": "2026-11-29T09:36:40Z",
    "attempts": 1, "arrived": "2026-11-29T09:36:41Z", "attempted": "2026-11-29T09:36:41Z", "next": null,
    "answer": "answered 200 OK",
}))]
pub struct DeliveryResource {
    /// The id of the delivery, also sent in the header `webhook-id`; the same for every attempt.
    id: String,
    event: String,
    #[schema(format = "date-time")]
    created: String,
    attempts: u64,
    /// When it arrived; null if it has not.
    #[schema(format = "date-time")]
    arrived: Option<String>,
    /// When the last attempt was made.
    #[schema(format = "date-time")]
    attempted: Option<String>,
    /// When the next attempt is due; null if it has arrived or was given up.
    #[schema(format = "date-time")]
    next: Option<String>,
    /// The result of the last attempt, as text.
    answer: Option<String>,
}

impl From<DeliveryInfo> for DeliveryResource {
    fn from(delivery: DeliveryInfo) -> Self {
        Self {
            id: delivery.id,
            event: delivery.event,
            created: instant(delivery.created_at),
            attempts: delivery.attempts,
            arrived: delivery.arrived_at.map(instant),
            attempted: delivery.attempted_at.map(instant),
            next: delivery.next_at.map(instant),
            answer: delivery.answer,
        }
    }
}

/// Tests a webhook.
///
/// Sends the event `webhook.test` like any other event. The log contains the result.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{webhook}:test", tag = "Webhooks", operation_id = "test_webhook",
    params(("webhook" = String, Path, description = "The id of the webhook")),
    responses((status = 202, description = "The delivery, which is sent shortly", body = DeliveryResource)),
)]
pub async fn test(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(webhook): Path<String>,
    IdempotentEmpty(key): IdempotentEmpty,
) -> Result<Response, ApiProblem> {
    let reply = |delivery: &DeliveryInfo| {
        let resource = DeliveryResource::from(delivery.clone());
        Reply::new(StatusCode::ACCEPTED, &resource)
    };
    once(&web, member, key, reply, move |app, once| {
        app.test_webhook(member.actor, &webhook, once)
    })
    .await
}

/// Which deliveries to return.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeliveryQuery {
    /// Maximum number of deliveries to return (1 to 1000) [default: 100].
    #[param(minimum = 1, maximum = 1000)]
    #[serde(deserialize_with = "filled")]
    limit: Option<u64>,
    /// The `next` of the previous page.
    cursor: Option<String>,
}

/// A page of deliveries.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"deliveries": [], "next": null}))]
pub struct DeliveryList {
    /// The deliveries, newest first.
    deliveries: Vec<DeliveryResource>,
    /// The `cursor` of the next page; null on the last page.
    next: Option<String>,
}

/// Lists the deliveries of a webhook.
///
/// Returns the deliveries of the last 30 days, newest first, with their attempts.
#[utoipa::path(
    get, path = "/api/v1/webhooks/{webhook}/deliveries", tag = "Webhooks", operation_id = "list_webhook_deliveries",
    params(("webhook" = String, Path, description = "The id of the webhook"), DeliveryQuery),
    responses((status = 200, description = "A page of deliveries", body = DeliveryList)),
)]
pub async fn deliveries(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(webhook): Path<String>,
    Query(query): Query<DeliveryQuery>,
) -> Result<Response, ApiProblem> {
    let limit = usize::try_from(limit_of(query.limit)?).unwrap_or(usize::MAX);
    let before = match &query.cursor {
        Some(cursor) => Some(place(cursor).ok_or_else(unknown_cursor)?),
        None => None,
    };
    let page = blocking(&web, move |app| {
        let before = before.as_ref().map(|(at, id)| (*at, id.as_str()));
        app.webhook_deliveries(member.actor, &webhook, before, limit)
    });
    let page = page.await?;
    Ok(ok(&DeliveryList {
        deliveries: page.deliveries.into_iter().map(DeliveryResource::from).collect(),
        next: page.next.map(|(at, id)| format!("{at}.{id}")),
    }))
}

/// Parses a cursor into a position in the log.
fn place(cursor: &str) -> Option<(i64, String)> {
    let (at, id) = cursor.split_once('.')?;
    let is_id = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    is_id.then_some((at.parse().ok()?, id.to_owned()))
}

/// How many deliveries are sent again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"replayed": 3}))]
pub struct Replayed {
    replayed: u64,
}

/// Sends deliveries again.
///
/// All deliveries in the log that were given up are sent shortly.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{webhook}:replay", tag = "Webhooks", operation_id = "replay_webhook",
    params(("webhook" = String, Path, description = "The id of the webhook")),
    responses((status = 202, description = "The number of deliveries", body = Replayed)),
)]
pub async fn replay_all(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(webhook): Path<String>,
    IdempotentEmpty(key): IdempotentEmpty,
) -> Result<Response, ApiProblem> {
    replayed(&web, member, key, webhook, None).await
}

/// Sends a delivery again.
///
/// The delivery is sent shortly, under the same id, regardless of its previous result.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{webhook}/deliveries/{delivery}:replay", tag = "Webhooks",
    operation_id = "replay_webhook_delivery",
    params(("webhook" = String, Path, description = "The id of the webhook"),
        ("delivery" = String, Path, description = "The id of the delivery")),
    responses((status = 202, description = "The number of deliveries, which is 1", body = Replayed)),
)]
pub async fn replay(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path((webhook, delivery)): Path<(String, String)>,
    IdempotentEmpty(key): IdempotentEmpty,
) -> Result<Response, ApiProblem> {
    replayed(&web, member, key, webhook, Some(delivery)).await
}

async fn replayed(
    web: &Arc<Web>,
    member: TokenMember,
    key: Option<RequestKey>,
    webhook: String,
    delivery: Option<String>,
) -> Result<Response, ApiProblem> {
    let reply = |replayed: &u64| Reply::new(StatusCode::ACCEPTED, &Replayed { replayed: *replayed });
    once(web, member, key, reply, move |app, once| {
        app.replay_deliveries(member.actor, &webhook, delivery.as_deref(), once)
    })
    .await
}
