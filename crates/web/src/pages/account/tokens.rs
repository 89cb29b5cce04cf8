//! The member's tokens for the HTTP API: creating one, whose secret is shown once, and revoking it.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::session::CurrentMember;
use crate::ui::error_page::Problem;
use crate::ui::flash::{Flash, redirect};
use crate::ui::form_data::{all, first};
use crate::ui::forms::field;
use crate::ui::layout::{Page, Section, Tone, empty, notice, page, table_frame};
use crate::ui::words::{date, moment};
use app::{CreatedToken, Error, NewToken, TokenInfo, TokenScope};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::Form;
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;

/// The choices for the lifetime of a token, in days; 0 is unlimited.
const DAYS: [(u32, &str); 4] = [
    (30, "after 30 days"),
    (90, "after 90 days"),
    (365, "after a year"),
    (0, "never"),
];
const DAYS_AT_FIRST: u32 = 90;

/// The form that creates a token.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct TokenForm {
    #[serde(deserialize_with = "first")]
    name: String,
    #[serde(deserialize_with = "all")]
    scope: Vec<String>,
    #[serde(deserialize_with = "first")]
    days: String,
}

/// The form that revokes a token.
#[derive(Deserialize)]
pub struct RevokeForm {
    token: String,
}

/// `GET /account/tokens`
pub async fn show(State(web): State<Arc<Web>>, signed: CurrentMember) -> Result<Response, Problem> {
    view(&web, &signed, &TokenForm::default(), None).await
}

/// `POST /account/tokens`: creates a token and shows its secret, which is not shown again.
pub async fn create(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Form(sent): Form<TokenForm>,
) -> Result<Response, Problem> {
    let (actor, wanted) = (signed.actor, wanted(&sent));
    match blocking(&web, move |app| app.create_token(actor, &wanted)).await {
        Ok(created) => Ok(created_view(&signed, &created).into_response()),
        Err(Problem::App(Error::Settings(why))) => view(&web, &signed, &sent, Some(&why)).await,
        Err(problem) => Err(problem),
    }
}

/// `POST /account/tokens/revoke`
pub async fn revoke(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Form(sent): Form<RevokeForm>,
) -> Result<Response, Problem> {
    let actor = signed.actor;
    blocking(&web, move |app| app.revoke_token(actor, &sent.token)).await?;
    Ok(redirect("/account/tokens", Flash::text("The token was revoked.")))
}

fn wanted(sent: &TokenForm) -> NewToken {
    NewToken {
        name: sent.name.clone(),
        scopes: sent.scope.iter().filter_map(|scope| TokenScope::named(scope)).collect(),
        days: sent.days.parse().ok().filter(|days| *days > 0),
    }
}

/// The card about tokens on the account page.
pub fn card(tokens: &[TokenInfo]) -> Markup {
    html! {
        section.card.stack aria-labelledby="tokens" {
            h2 id="tokens" { "API tokens" }
            p {
                @match tokens.len() {
                    0 => "None. With a token, a program can do what you can do, through the HTTP API.",
                    1 => "1 token lets a program in.",
                    count => { (count) " tokens let programs in." }
                }
            }
            div.actions { a.button href="/account/tokens" { "API tokens" } }
        }
    }
}

fn head<'a>(signed: &'a CurrentMember) -> Page<'a> {
    Page {
        title: "API tokens",
        viewer: Some(signed.viewer()),
        here: Section::Account,
    }
}

fn way_back() -> Markup {
    html! { nav aria-label="Way back" { a href="/account" { "← Account" } } }
}

async fn view(
    web: &Arc<Web>,
    signed: &CurrentMember,
    sent: &TokenForm,
    wrong: Option<&str>,
) -> Result<Response, Problem> {
    let actor = signed.actor;
    let tokens = blocking(web, move |app| app.tokens(actor)).await?;
    let content = html! {
        div.narrow {
            (way_back())
            h1 { "API tokens" }
            p { "A program that sends a token may do what you may, within the scopes of the token. Tokens stop when you are deactivated; changing your password does not end them." }
            (form(sent, wrong))
        }
        section.stack.narrow[tokens.is_empty()] aria-labelledby="existing" {
            h2 id="existing" { "Your tokens" }
            @if tokens.is_empty() { (empty("No tokens yet", html! {})) } @else { (list(&tokens)) }
        }
    };
    let status = match wrong {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    Ok((status, page(head(signed), content)).into_response())
}

fn form(sent: &TokenForm, wrong: Option<&str>) -> Markup {
    let days = sent.days.parse().unwrap_or(DAYS_AT_FIRST);
    html! {
        section.card aria-labelledby="new-token" {
            h2 id="new-token" { "New token" }
            form.stack method="post" action="/account/tokens" {
                @if let Some(wrong) = wrong { (notice(Tone::Bad, html! { p { (wrong) } })) }
                (field("name", "Name", Some("Which program uses it."), None, |about| html! {
                    input id="name" name="name" value=(sent.name) maxlength="100" required aria-describedby=[about];
                }))
                fieldset {
                    legend { "Scopes" }
                    @for scope in TokenScope::ALL {
                        @let chosen = sent.scope.iter().any(|name| name == scope.as_str());
                        label.choice {
                            input type="checkbox" name="scope" value=(scope.as_str()) checked[chosen];
                            span { code { (scope.as_str()) } ": " (allows(scope)) }
                        }
                    }
                }
                (field("days", "Expires", None, None, |about| html! {
                    select id="days" name="days" aria-describedby=[about] {
                        @for (value, words) in DAYS { option value=(value) selected[value == days] { (words) } }
                    }
                }))
                div.actions { button.button-primary { "Create token" } }
            }
        }
    }
}

fn allows(scope: TokenScope) -> &'static str {
    match scope {
        TokenScope::ContactsRead => "read contacts",
        TokenScope::ContactsWrite => "create, change, share, merge and delete contacts",
        TokenScope::Imports => "prepare, run and undo imports",
        TokenScope::Exports => "export contacts",
        TokenScope::Admin => "what admins and owners may do, if you are one",
    }
}

fn list(tokens: &[TokenInfo]) -> Markup {
    let table = html! {
        table.table {
            thead { tr {
                th scope="col" { "Name" } th scope="col" { "Scopes" } th scope="col" { "Created" }
                th scope="col" { "Expires" } th scope="col" { "Last used" } th scope="col" { "Action" }
            } }
            tbody {
                @for token in tokens {
                    tr {
                        th scope="row" { (token.name) }
                        td { (scopes(token)) }
                        td { (date(token.created_at)) }
                        td { @match token.expires_at { Some(at) => (date(at)), None => "never" } }
                        td { @match token.used_at { Some(at) => (moment(at)), None => "never" } }
                        td {
                            form method="post" action="/account/tokens/revoke" {
                                button.button-small name="token" value=(token.id) { "Revoke" span.visually-hidden { " " (token.name) } }
                            }
                        }
                    }
                }
            }
        }
    };
    table_frame("Tokens", false, table)
}

fn scopes(token: &TokenInfo) -> String {
    let names: Vec<&str> = token.scopes.iter().map(|scope| scope.as_str()).collect();
    names.join(", ")
}

fn created_view(signed: &CurrentMember, created: &CreatedToken) -> Markup {
    let content = html! {
        div.narrow {
            (way_back())
            h1 { "API tokens" }
            (notice(Tone::Good, html! {
                p { "The token “" (created.info.name) "” was created. Copy it now: it is shown this once." }
                p { code { (created.secret) } }
            }))
            p { "A program sends it in the header " code { "Authorization: Bearer …" } " of every request." }
            div.actions { a.button href="/account/tokens" { "Done" } }
        }
    };
    page(head(signed), content)
}
