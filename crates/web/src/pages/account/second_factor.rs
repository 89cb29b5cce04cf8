//! The member's own second factor: setting it up, renewing recovery codes and turning it off.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::session::client::ClientInfo;
use crate::session::{CurrentMember, SessionToken};
use crate::ui::error_page::Problem;
use crate::ui::flash::{Flash, redirect};
use crate::ui::forms::field;
use crate::ui::layout::{Page, Section, Tone, notice, page};
use crate::ui::qr_code::qr_code;
use crate::ui::words::{date, number};
use app::{Enrolment, Error, SecondFactorState};
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;

/// The form with the first code.
#[derive(Deserialize)]
pub struct CodeForm {
    code: String,
}

/// `GET /account/second-factor`
pub async fn show(State(web): State<Arc<Web>>, signed: CurrentMember) -> Result<Response, Problem> {
    view(&web, &signed, None).await
}

/// `POST /account/second-factor`: creates the secret.
pub async fn begin(State(web): State<Arc<Web>>, signed: CurrentMember) -> Result<Redirect, Problem> {
    let actor = signed.actor;
    blocking(&web, move |app| app.begin_second_factor(actor)).await?;
    Ok(Redirect::to("/account/second-factor"))
}

/// `POST /account/second-factor/confirm`: the first valid code turns the second factor on.
pub async fn confirm(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    SessionToken(token): SessionToken,
    ClientInfo(caller): ClientInfo,
    Form(sent): Form<CodeForm>,
) -> Result<Response, Problem> {
    let actor = signed.actor;
    let confirmed = move |app: &app::App| app.confirm_second_factor(actor, &token, &sent.code, &caller);
    match blocking(&web, confirmed).await {
        Ok(codes) => Ok(codes_view(&signed, &codes, true).into_response()),
        Err(Problem::App(error @ (Error::WrongCode | Error::TooManyTries { .. }))) => {
            view(&web, &signed, Some(error)).await
        }
        Err(problem) => Err(problem),
    }
}

/// `POST /account/second-factor/codes`: creates new recovery codes.
pub async fn renew_codes(State(web): State<Arc<Web>>, signed: CurrentMember) -> Result<Markup, Problem> {
    let actor = signed.actor;
    let codes = blocking(&web, move |app| app.renew_recovery_codes(actor)).await?;
    Ok(codes_view(&signed, &codes, false))
}

/// `POST /account/second-factor/off`
pub async fn end(State(web): State<Arc<Web>>, signed: CurrentMember) -> Result<Response, Problem> {
    let actor = signed.actor;
    blocking(&web, move |app| app.end_second_factor(actor)).await?;
    Ok(redirect("/account", Flash::text("Your second factor was taken away.")))
}

/// The card about the second factor on the account page.
pub fn card(factor: &SecondFactorState) -> Markup {
    html! {
        section.card.stack aria-labelledby="second-factor" {
            h2 id="second-factor" { "Second factor" }
            @match factor {
                SecondFactorState::On { since, codes_left } => {
                    p { "✓ On since " (date(*since)) ". " (codes_left_words(*codes_left)) }
                }
                _ => p { "Off. With it, nobody signs in with your password alone: a code from an app on your phone is asked for too." },
            }
            div.actions { a.button href="/account/second-factor" {
                @if matches!(factor, SecondFactorState::On { .. }) { "Second factor" } @else { "Set up a second factor" }
            } }
        }
    }
}

fn codes_left_words(left: u64) -> String {
    match left {
        1 => "1 recovery code is left.".to_owned(),
        _ => format!("{} recovery codes are left.", number(left)),
    }
}

fn head<'a>(signed: &'a CurrentMember) -> Page<'a> {
    Page {
        title: "Second factor",
        viewer: Some(signed.viewer()),
        here: Section::Account,
    }
}

async fn view(web: &Arc<Web>, signed: &CurrentMember, wrong: Option<Error>) -> Result<Response, Problem> {
    let actor = signed.actor;
    let (factor, needed) = blocking(web, move |app| {
        let settings = app.security_settings(actor)?;
        Ok((app.second_factor(actor)?, settings.admins_need_second_factor))
    })
    .await?;
    let needed = needed && signed.role >= app::Role::Admin;
    let content = html! {
        div.narrow {
            nav aria-label="Way back" { a href="/account" { "← Account" } }
            h1 { "Second factor" }
            @match &factor {
                SecondFactorState::Off => (begin_card(needed)),
                SecondFactorState::Enrolling(enrolment) => (enrol_card(enrolment, wrong.as_ref())),
                SecondFactorState::On { since, codes_left } => (on_card(*since, *codes_left, needed)),
            }
        }
    };
    let status = match wrong {
        None => StatusCode::OK,
        Some(Error::TooManyTries { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok((status, page(head(signed), content)).into_response())
}

fn begin_card(needed: bool) -> Markup {
    html! {
        @if needed {
            (notice(Tone::Warn, html! { p { "This workspace asks admins and owners for a second factor. Set one up to go on." } }))
        }
        section.card.stack aria-labelledby="begin" {
            h2 id="begin" { "Set it up" }
            p { "You need an authenticator app, such as Aegis, 2FAS, Google Authenticator, Microsoft Authenticator or a password keeper that makes codes." }
            form method="post" action="/account/second-factor" { button.button-primary { "Begin" } }
        }
    }
}

fn enrol_card(enrolment: &Enrolment, wrong: Option<&Error>) -> Markup {
    let wrong = wrong.map(ToString::to_string);
    html! {
        section.card.stack aria-labelledby="scan" {
            h2 id="scan" { "1. Scan this with your authenticator app" }
            @if let Some(code) = qr_code(&enrolment.url, "QR code of the secret") { (code) }
            p { "Or type this secret there: " code { (enrolment.secret) } }
        }
        section.card.stack aria-labelledby="confirm" {
            h2 id="confirm" { "2. Tell the code that it shows" }
            form.stack method="post" action="/account/second-factor/confirm" {
                (field("code", "Code", Some("Six figures. From then on it is asked for, and you are signed out everywhere else."), wrong.as_deref(), |about| html! {
                    input id="code" name="code" autocomplete="one-time-code" inputmode="numeric" required autofocus
                        aria-invalid=[wrong.as_ref().map(|_| "true")] aria-describedby=[about];
                }))
                div.actions { button.button-primary { "Turn on" } }
            }
        }
    }
}

fn on_card(since: i64, codes_left: u64, needed: bool) -> Markup {
    html! {
        section.card.stack aria-labelledby="on" {
            h2 id="on" { "✓ On" }
            p { "Since " (date(since)) ". A code of your authenticator app is asked for whenever you sign in." }
        }
        section.card.stack aria-labelledby="codes" {
            h2 id="codes" { "Recovery codes" }
            p { (codes_left_words(codes_left)) " Each replaces a code of the app once, if you lose your phone." }
            form method="post" action="/account/second-factor/codes" { button { "Make new recovery codes" } }
        }
        @if !needed {
            section.card.stack aria-labelledby="off" {
                h2 id="off" { "Take it away" }
                p { "Then your password alone is enough to sign in. To use another phone, take it away and set it up again." }
                form method="post" action="/account/second-factor/off" { button.button-danger { "Turn off" } }
            }
        }
    }
}

fn codes_view(signed: &CurrentMember, codes: &[String], is_new: bool) -> Markup {
    let content = html! {
        div.narrow {
            h1 { "Recovery codes" }
            @if is_new { (notice(Tone::Good, html! { p { "Your second factor is on." } })) }
            section.card.stack aria-labelledby="keep" {
                h2 id="keep" { "Keep these codes in a safe place" }
                p { "If you lose your phone, each of them replaces a code of the app once. They are shown only now; those that you had before are worth nothing any more." }
                ul.recovery-codes { @for code in codes { li { code { (code) } } } }
                div.actions { a.button.button-primary href="/account/second-factor" { "I have kept them" } }
            }
        }
    };
    page(head(signed), content)
}
