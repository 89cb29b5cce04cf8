//! The member's own account: name, password, second factor, API tokens, webhooks and active sign-ins.

pub mod second_factor;
pub mod tokens;
pub mod webhooks;

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::session::CurrentMember;
use crate::session::client::{ClientInfo, log_failure};
use crate::session::cookie::start_session;
use crate::session::flash::ShownFlash;
use crate::ui::error_page::Problem;
use crate::ui::flash::{Flash, redirect};
use crate::ui::forms::{field, new_password};
use crate::ui::layout::{Page, Section, page, table_frame};
use crate::ui::words::{browser, date, moment};
use app::{AccountField, Error, Role, SignInInfo};
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;

/// The form that changes the name.
#[derive(Deserialize)]
pub struct NameForm {
    name: String,
}

/// The form that changes the password.
#[derive(Deserialize)]
pub struct PasswordForm {
    current: String,
    new: String,
}

/// The form that ends one sign-in.
#[derive(Deserialize)]
pub struct EndForm {
    session: String,
}

/// Validation messages of the forms on the page, in the words of `app`.
#[derive(Default)]
struct Wrong {
    name: Option<String>,
    current: Option<String>,
    new: Option<String>,
}

/// `GET /account`
pub async fn show(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    ShownFlash(flash): ShownFlash,
) -> Result<Response, Problem> {
    view(&web, &signed, flash, Wrong::default()).await
}

/// `POST /account/name`
pub async fn change_name(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Form(sent): Form<NameForm>,
) -> Result<Response, Problem> {
    let actor = signed.actor;
    match blocking(&web, move |app| app.change_name(actor, &sent.name)).await {
        Ok(()) => Ok(done("Your name was changed.")),
        Err(Problem::App(Error::AccountField { message, .. })) => {
            let wrong = Wrong {
                name: Some(message.to_owned()),
                ..Wrong::default()
            };
            view(&web, &signed, None, wrong).await
        }
        Err(problem) => Err(problem),
    }
}

/// `POST /account/password`
pub async fn change_password(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    ClientInfo(caller): ClientInfo,
    headers: HeaderMap,
    Form(sent): Form<PasswordForm>,
) -> Result<Response, Problem> {
    let actor = signed.actor;
    let from = caller.clone();
    let change = move |app: &app::App| app.change_password(actor, &sent.current, &sent.new, &from);
    let mut wrong = Wrong::default();
    match blocking(&web, change).await {
        // `change_password` replaces the token of this session.
        Ok(token) => {
            let mut response = start_session(&web, &headers, caller, token, "/account").await?;
            let flash = Flash::text("Your password was changed, and you were signed out everywhere else.");
            response.extensions_mut().insert(flash);
            return Ok(response);
        }
        Err(Problem::App(Error::AccountField {
            field: AccountField::Password,
            message,
        })) => wrong.new = Some(message.to_owned()),
        Err(Problem::App(Error::WrongPassword)) => {
            log_failure(
                &caller,
                &signed.email,
                "a password was not changed: the present one was wrong",
            );
            wrong.current = Some("This is not your current password.".to_owned());
        }
        Err(Problem::App(error @ Error::TooManyTries { .. })) => wrong.current = Some(error.to_string()),
        Err(problem) => return Err(problem),
    }
    view(&web, &signed, None, wrong).await
}

/// `POST /account/sign-ins/end`
pub async fn end_sign_in(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Form(sent): Form<EndForm>,
) -> Result<Response, Problem> {
    let actor = signed.actor;
    blocking(&web, move |app| app.end_sign_in(actor, &sent.session)).await?;
    Ok(done("That sign-in was ended."))
}

/// Redirects to the account page with `what` as flash message.
fn done(what: &str) -> Response {
    redirect("/account", Flash::text(what))
}

async fn view(web: &Arc<Web>, signed: &CurrentMember, flash: Option<Flash>, wrong: Wrong) -> Result<Response, Problem> {
    let actor = signed.actor;
    let read = move |app: &app::App| Ok((app.sign_ins(actor)?, app.second_factor(actor)?, app.tokens(actor)?));
    let (sign_ins, factor, tokens) = blocking(web, read).await?;
    let head = Page {
        title: "Account",
        viewer: Some(signed.viewer()),
        here: Section::Account,
    };
    let failed = wrong.name.is_some() || wrong.current.is_some() || wrong.new.is_some();
    let content = html! {
        div.narrow {
            h1 { "Account" }
            @if let Some(flash) = &flash { (flash.notice("/account")) }
            (name_card(signed, wrong.name.as_deref()))
            (password_card(signed, wrong.current.as_deref(), wrong.new.as_deref()))
            (second_factor::card(&factor))
            (tokens::card(&tokens))
            @if signed.role != Role::Member { (webhooks::card()) }
            (sign_ins_card(&sign_ins, &signed.session))
        }
    };
    let status = if failed {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    Ok((status, page(head, content)).into_response())
}

fn name_card(signed: &CurrentMember, wrong: Option<&str>) -> Markup {
    html! {
        section.card aria-labelledby="you" {
            h2 id="you" { "You" }
            form.stack method="post" action="/account/name" {
                dl.facts {
                    dt { "Email" } dd { (signed.email) }
                    dt { "Workspace" } dd { (signed.workspace_name) }
                }
                (field("name", "Your name", None, wrong, |about| html! {
                    input id="name" name="name" value=(signed.name) autocomplete="name" required
                        aria-invalid=[wrong.map(|_| "true")] aria-describedby=[about];
                }))
                div.actions { button { "Save name" } }
            }
        }
    }
}

fn password_card(signed: &CurrentMember, current: Option<&str>, new: Option<&str>) -> Markup {
    html! {
        section.card aria-labelledby="password" {
            h2 id="password" { "Password" }
            form.stack method="post" action="/account/password" {
                // The user name for this password, for password managers.
                input type="text" name="email" value=(signed.email) autocomplete="username" hidden;
                (field("current", "Current password", None, current, |about| html! {
                    input id="current" name="current" type="password" autocomplete="current-password" required
                        aria-invalid=[current.map(|_| "true")] aria-describedby=[about];
                }))
                (new_password("new", "New password", "You are signed out everywhere else.", new))
                div.actions { button { "Change password" } }
            }
        }
    }
}

fn sign_ins_card(sign_ins: &[SignInInfo], here: &str) -> Markup {
    let table = html! {
        table.table {
            thead { tr { th scope="col" { "Browser" } th scope="col" { "Since" } th scope="col" { "Last seen" } th scope="col" { "Action" } } }
            tbody {
                @for one in sign_ins {
                    tr {
                        th scope="row" title=(one.agent) { (browser(&one.agent)) }
                        td { (date(one.created_at)) }
                        td { (moment(one.seen_at)) }
                        td {
                            @if one.session == here { span.muted { "✓ This browser" } } @else {
                                form method="post" action="/account/sign-ins/end" {
                                    button.button-small name="session" value=(one.session) { "Sign out" }
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    html! {
        section.stack aria-labelledby="sign-ins" {
            h2 id="sign-ins" { "Where you are signed in" }
            (table_frame("Sign-ins", false, table))
        }
    }
}
