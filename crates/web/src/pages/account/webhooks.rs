//! The member's webhooks: creating one, rotating its secret, which is shown once, listing its last deliveries,
//! pausing and deleting it.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::session::CurrentMember;
use crate::session::flash::ShownFlash;
use crate::ui::error_page::Problem;
use crate::ui::flash::{Flash, redirect};
use crate::ui::form_data::{all, first};
use crate::ui::forms::field;
use crate::ui::layout::{Page, Section, Tone, empty, notice, page, table_frame};
use crate::ui::words::{date, moment};
use app::{DeliveryInfo, Error, NewWebhook, WebhookChange, WebhookEvent, WebhookInfo, WebhookSecret, WebhookState};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::Form;
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;

const PAGE: &str = "/account/webhooks";
/// Deliveries shown for each webhook; the API lists all of them.
const SHOWN: usize = 5;

/// The form that creates a webhook.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct WebhookForm {
    #[serde(deserialize_with = "first")]
    url: String,
    #[serde(deserialize_with = "all")]
    event: Vec<String>,
}

/// The form of the buttons of one webhook.
#[derive(Deserialize)]
pub struct ActForm {
    webhook: String,
    act: Act,
    /// The delivery to send again; if absent, all deliveries that were given up.
    delivery: Option<String>,
}

/// What a button does with the webhook.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Act {
    Test,
    Pause,
    Activate,
    Replay,
    Delete,
}

/// The form that rotates the secret.
#[derive(Deserialize)]
pub struct RotateForm {
    webhook: String,
}

/// `GET /account/webhooks`
pub async fn show(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    ShownFlash(flash): ShownFlash,
) -> Result<Response, Problem> {
    view(&web, &signed, flash, &WebhookForm::default(), None).await
}

/// `POST /account/webhooks`: creates a webhook and shows its secret, which is not shown again.
pub async fn create(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Form(sent): Form<WebhookForm>,
) -> Result<Response, Problem> {
    let actor = signed.actor;
    let wanted = NewWebhook {
        url: sent.url.clone(),
        events: sent.event.iter().filter_map(|name| WebhookEvent::named(name)).collect(),
    };
    let wrong = match blocking(&web, move |app| app.create_webhook(actor, &wanted, None)).await {
        Ok(secret) => return Ok(secret_view(&signed, &secret).into_response()),
        Err(Problem::App(Error::Values(wrong))) => wrong.into_iter().map(|one| one.what).collect::<Vec<_>>().join("; "),
        Err(Problem::App(Error::Settings(why))) => why,
        Err(problem) => return Err(problem),
    };
    view(&web, &signed, None, &sent, Some(&wrong)).await
}

/// `POST /account/webhooks/rotate`: replaces the secret of a webhook and shows the new one, which is not shown again.
pub async fn rotate(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Form(sent): Form<RotateForm>,
) -> Result<Response, Problem> {
    let actor = signed.actor;
    let rotate = move |app: &app::App| app.rotate_webhook_secret(actor, &sent.webhook, None);
    let secret = blocking(&web, rotate).await?;
    Ok(secret_view(&signed, &secret).into_response())
}

/// `POST /account/webhooks/act`
pub async fn act(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Form(sent): Form<ActForm>,
) -> Result<Response, Problem> {
    let actor = signed.actor;
    let said = blocking(&web, move |app| {
        let id = sent.webhook.as_str();
        let activate = |active| WebhookChange {
            active: Some(active),
            ..WebhookChange::default()
        };
        match sent.act {
            Act::Test => app.test_webhook(actor, id, None).map(|_| "A test is being sent."),
            Act::Pause => app
                .change_webhook(actor, id, &activate(false))
                .map(|_| "The webhook is paused."),
            Act::Activate => app
                .change_webhook(actor, id, &activate(true))
                .map(|_| "The webhook is active."),
            Act::Replay => app
                .replay_deliveries(actor, id, sent.delivery.as_deref(), None)
                .map(|_| "The delivery is being sent again."),
            Act::Delete => app.delete_webhook(actor, id).map(|()| "The webhook was deleted."),
        }
    });
    Ok(redirect(PAGE, Flash::text(said.await?)))
}

/// The card about webhooks on the account page.
pub fn card() -> Markup {
    html! {
        section.card.stack aria-labelledby="webhooks" {
            h2 id="webhooks" { "Webhooks" }
            p { "Send a message to another program when contacts change and imports end." }
            div.actions { a.button href=(PAGE) { "Webhooks" } }
        }
    }
}

fn head<'a>(signed: &'a CurrentMember) -> Page<'a> {
    Page {
        title: "Webhooks",
        viewer: Some(signed.viewer()),
        here: Section::Account,
    }
}

fn way_back() -> Markup {
    html! { nav aria-label="Way back" { a href="/account" { "← Account" } } }
}

/// A webhook and its last deliveries.
type Shown = (WebhookInfo, Vec<DeliveryInfo>);

async fn view(
    web: &Arc<Web>,
    signed: &CurrentMember,
    flash: Option<Flash>,
    sent: &WebhookForm,
    wrong: Option<&str>,
) -> Result<Response, Problem> {
    let actor = signed.actor;
    let webhooks: Vec<Shown> = blocking(web, move |app| {
        let webhooks = app.webhooks(actor)?.into_iter().map(|webhook| {
            let log = app.webhook_deliveries(actor, &webhook.id, None, SHOWN)?;
            Ok((webhook, log.deliveries))
        });
        webhooks.collect()
    })
    .await?;
    let content = html! {
        div.narrow {
            (way_back())
            h1 { "Webhooks" }
            @if let Some(flash) = &flash { (flash.notice(PAGE)) }
            p { "CrystalQore sends a signed message to an address when contacts that you can see change and when your imports end. A message names the contacts, not their values: the program at the address reads those through the HTTP API with a token." }
            (form(sent, wrong))
        }
        section.stack.narrow[webhooks.is_empty()] aria-labelledby="existing" {
            h2 id="existing" { "Your webhooks" }
            @if webhooks.is_empty() { (empty("No webhooks yet", html! {})) }
            @for (webhook, deliveries) in &webhooks { (one(webhook, deliveries)) }
        }
    };
    let status = match wrong {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    Ok((status, page(head(signed), content)).into_response())
}

fn form(sent: &WebhookForm, wrong: Option<&str>) -> Markup {
    html! {
        section.card aria-labelledby="new-webhook" {
            h2 id="new-webhook" { "New webhook" }
            form.stack method="post" action=(PAGE) {
                @if let Some(wrong) = wrong { (notice(Tone::Bad, html! { p { (wrong) } })) }
                (field("url", "Address", Some("For example https://example.org/hook."), None, |about| html! {
                    input id="url" name="url" type="url" value=(sent.url) maxlength="2000" required aria-describedby=[about];
                }))
                fieldset {
                    legend { "Events" }
                    @for event in WebhookEvent::ALL {
                        @let chosen = sent.event.iter().any(|name| name == event.as_str());
                        label.choice {
                            input type="checkbox" name="event" value=(event.as_str()) checked[chosen];
                            span { code { (event.as_str()) } ": " (when(event)) }
                        }
                    }
                }
                div.actions { button.button-primary { "Create webhook" } }
            }
        }
    }
}

fn when(event: WebhookEvent) -> &'static str {
    match event {
        WebhookEvent::ContactCreated => "contacts were created",
        WebhookEvent::ContactUpdated => "contacts were changed or shared with you",
        WebhookEvent::ContactDeleted => "contacts were deleted or are no longer shared with you",
        WebhookEvent::ImportFinished => "an import of yours ended",
        WebhookEvent::ImportUndone => "an import of yours was undone",
    }
}

fn one(webhook: &WebhookInfo, deliveries: &[DeliveryInfo]) -> Markup {
    let events: Vec<&str> = webhook.events.iter().map(|event| event.as_str()).collect();
    html! {
        section.card.stack aria-label=(webhook.url) {
            h3 { (webhook.url) }
            dl.facts {
                dt { "State" } dd { (state(webhook)) }
                dt { "Events" } dd { (events.join(", ")) }
                dt { "Created" } dd { (date(webhook.created_at)) }
            }
            @if deliveries.is_empty() { p.muted { "Nothing has been sent yet." } } @else { (log(webhook, deliveries)) }
            div.actions {
                @if webhook.state == WebhookState::Active {
                    (button(webhook, "test", "Send a test"))
                    (button(webhook, "pause", "Pause"))
                } @else { (button(webhook, "activate", "Activate")) }
                form method="post" action="/account/webhooks/rotate" {
                    button name="webhook" value=(webhook.id) { "New secret" }
                }
                (button(webhook, "delete", "Delete"))
            }
        }
    }
}

fn state(webhook: &WebhookInfo) -> Markup {
    match (webhook.state, &webhook.reason, webhook.failing_since) {
        (WebhookState::Paused, ..) => html! { "Paused" },
        (WebhookState::Disabled, reason, _) => html! { "✗ Disabled" @if let Some(reason) = reason { ": " (reason) } },
        (WebhookState::Active, _, Some(since)) => html! { "⚠ Active, but failing since " (moment(since)) },
        (WebhookState::Active, _, None) => html! { "✓ Active" },
    }
}

fn button(webhook: &WebhookInfo, act: &str, words: &str) -> Markup {
    html! {
        form method="post" action="/account/webhooks/act" {
            input type="hidden" name="webhook" value=(webhook.id);
            button name="act" value=(act) { (words) span.visually-hidden { " " (webhook.url) } }
        }
    }
}

fn log(webhook: &WebhookInfo, deliveries: &[DeliveryInfo]) -> Markup {
    let table = html! {
        table.table {
            thead { tr {
                th scope="col" { "Event" } th scope="col" { "Created" } th scope="col" { "Attempts" }
                th scope="col" { "Result" } th scope="col" { "Action" }
            } }
            tbody {
                @for delivery in deliveries {
                    tr {
                        th scope="row" { (delivery.event) }
                        td { (moment(delivery.created_at)) }
                        td { (delivery.attempts) }
                        td { (result(delivery)) }
                        td { @if webhook.state == WebhookState::Active { (again(webhook, delivery)) } }
                    }
                }
            }
        }
    };
    table_frame("Last deliveries", false, table)
}

fn again(webhook: &WebhookInfo, delivery: &DeliveryInfo) -> Markup {
    html! {
        form method="post" action="/account/webhooks/act" {
            input type="hidden" name="webhook" value=(webhook.id);
            input type="hidden" name="delivery" value=(delivery.id);
            button.button-small name="act" value="replay" {
                "Send again" span.visually-hidden { " " (delivery.event) " " (delivery.id) }
            }
        }
    }
}

fn result(delivery: &DeliveryInfo) -> Markup {
    let answer = delivery.answer.as_deref().unwrap_or("not sent yet");
    html! {
        @match (delivery.arrived_at, delivery.next_at) {
            (Some(_), _) => "✓ Arrived: ",
            (None, Some(_)) if delivery.attempts == 0 => "",
            (None, Some(at)) => { "⚠ Tried again " (moment(at)) ": " }
            (None, None) => "✗ Given up: ",
        }
        (answer)
    }
}

fn secret_view(signed: &CurrentMember, secret: &WebhookSecret) -> Markup {
    let content = html! {
        div.narrow {
            (way_back())
            h1 { "Webhooks" }
            (notice(Tone::Good, html! {
                p { "This is the secret of the webhook to " (secret.info.url) ". Copy it now: it is shown this once." }
                p { code { (secret.secret) } }
            }))
            p { "With it the program checks the header " code { "webhook-signature" } " of every message, as the Standard Webhooks say. After a change both secrets sign for 24 hours." }
            div.actions { a.button href=(PAGE) { "Done" } }
        }
    };
    page(head(signed), content)
}
