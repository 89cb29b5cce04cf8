//! Pages that a link opens without signing in: accepting an invitation, and setting a new password.
//!
//! Unknown, used, expired and revoked links all lead to the same page.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::session::client::ClientInfo;
use crate::session::cookie::start_session;
use crate::ui::error_page::Problem;
use crate::ui::forms::{field, new_password};
use crate::ui::layout::{Page, Section, Tone, notice, page};
use app::{AccountField, Error, LinkKind, LinkOffer, LinkSecret};
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;

/// The form of a new member.
#[derive(Default, Deserialize)]
pub struct JoinForm {
    name: String,
    password: String,
}

/// The form of a new password.
#[derive(Deserialize)]
pub struct ResetForm {
    password: String,
}

type Wrong = Option<(AccountField, &'static str)>;

/// `GET /join/{token}`
pub async fn invitation(State(web): State<Arc<Web>>, Path(token): Path<String>) -> Result<Response, Problem> {
    let secret = LinkSecret::new(token);
    let asked = blocking(&web, move |app| app.link(&secret, LinkKind::Invitation)).await;
    answer(asked, |offer| join_view(offer, &JoinForm::default(), None))
}

/// `POST /join/{token}`
pub async fn join(
    State(web): State<Arc<Web>>,
    ClientInfo(caller): ClientInfo,
    headers: HeaderMap,
    Path(token): Path<String>,
    Form(sent): Form<JoinForm>,
) -> Result<Response, Problem> {
    let secret = LinkSecret::new(token);
    let (name, password) = (sent.name.clone(), sent.password.clone());
    let (with, from) = (secret.clone(), caller.clone());
    match blocking(&web, move |app| app.join(&with, &name, &password, &from)).await {
        Ok(token) => start_session(&web, &headers, caller, token, "/contacts").await,
        Err(Problem::App(Error::AccountField { field, message })) => {
            let asked = blocking(&web, move |app| app.link(&secret, LinkKind::Invitation)).await;
            answer(asked, |offer| join_view(offer, &sent, Some((field, message))))
        }
        Err(problem) => refused(problem),
    }
}

/// `GET /reset/{token}`
pub async fn password(State(web): State<Arc<Web>>, Path(token): Path<String>) -> Result<Response, Problem> {
    let secret = LinkSecret::new(token);
    let asked = blocking(&web, move |app| app.link(&secret, LinkKind::Password)).await;
    answer(asked, |offer| reset_view(offer, None))
}

/// `POST /reset/{token}`
pub async fn reset(
    State(web): State<Arc<Web>>,
    ClientInfo(caller): ClientInfo,
    headers: HeaderMap,
    Path(token): Path<String>,
    Form(sent): Form<ResetForm>,
) -> Result<Response, Problem> {
    let secret = LinkSecret::new(token);
    let (with, from) = (secret.clone(), caller.clone());
    match blocking(&web, move |app| app.reset_password(&with, &sent.password, &from)).await {
        Ok(token) => start_session(&web, &headers, caller, token, "/contacts").await,
        Err(Problem::App(Error::AccountField { field, message })) => {
            let asked = blocking(&web, move |app| app.link(&secret, LinkKind::Password)).await;
            answer(asked, |offer| reset_view(offer, Some((field, message))))
        }
        Err(problem) => refused(problem),
    }
}

/// The page for a valid link, or the common page for all invalid ones.
fn answer(
    asked: Result<LinkOffer, Problem>,
    view: impl FnOnce(&LinkOffer) -> (StatusCode, Markup),
) -> Result<Response, Problem> {
    match asked {
        Ok(offer) => Ok(view(&offer).into_response()),
        Err(problem) => refused(problem),
    }
}

fn refused(problem: Problem) -> Result<Response, Problem> {
    let Problem::App(Error::LinkGone) = problem else {
        return Err(problem);
    };
    let content = html! {
        div.door {
            h1 { "This link is no longer valid" }
            p { "It has been used, has expired, was revoked, or was not copied completely." }
            p { "Ask the person who sent it for a new one. If you already have an account, sign in." }
            div.actions { a.button href="/sign-in" { "Sign in" } }
        }
    };
    let head = head("This link is no longer valid");
    Ok((StatusCode::NOT_FOUND, page(head, content)).into_response())
}

fn head(title: &str) -> Page<'_> {
    Page {
        title,
        viewer: None,
        here: Section::None,
    }
}

fn status(wrong: Wrong) -> StatusCode {
    match wrong {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    }
}

fn about(wrong: Wrong, field: AccountField) -> Option<&'static str> {
    wrong.filter(|(at, _)| *at == field).map(|(_, message)| message)
}

fn join_view(offer: &LinkOffer, sent: &JoinForm, wrong: Wrong) -> (StatusCode, Markup) {
    let (name, password, email) = (
        about(wrong, AccountField::Name),
        about(wrong, AccountField::Password),
        about(wrong, AccountField::Email),
    );
    let content = html! {
        div.door {
            div.stack {
                h1 { "Join " (offer.workspace_name) }
                p.muted { (offer.by) " invited you to this workspace. You will sign in as " strong { (offer.email) } "." }
            }
            @if let Some(email) = email { (notice(Tone::Bad, html! { p { (email) } })) }
            form.card.stack method="post" {
                // The user name for this password, for password managers.
                input type="text" name="email" value=(offer.email) autocomplete="username" hidden;
                (field("name", "Your name", None, name, |about| html! {
                    input id="name" name="name" value=(sent.name) autocomplete="name" required autofocus
                        aria-invalid=[name.map(|_| "true")] aria-describedby=[about];
                }))
                (new_password("password", "Password", "", password))
                button.button-primary { "Join" }
            }
        }
    };
    (status(wrong), page(head("Join"), content))
}

fn reset_view(offer: &LinkOffer, wrong: Wrong) -> (StatusCode, Markup) {
    let content = html! {
        div.door {
            div.stack {
                h1 { "Set a new password" }
                p.muted { "For " strong { (offer.email) } ". You are signed out everywhere else." }
            }
            form.card.stack method="post" {
                input type="text" name="email" value=(offer.email) autocomplete="username" hidden;
                (new_password("password", "New password", "", about(wrong, AccountField::Password)))
                button.button-primary { "Save" }
            }
        }
    };
    (status(wrong), page(head("New password"), content))
}
