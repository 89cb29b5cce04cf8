//! Signing in, with the password and then the code of the second factor, and signing out.

use crate::Web;
use crate::bridge::blocking::{Lane, blocking_in};
use crate::session::client::{ClientInfo, log_failure};
use crate::session::cookie::{end_session, start_session, token};
use crate::session::gate::{current, needs_setup};
use crate::session::next::safe_next;
use crate::ui::error_page::Problem;
use crate::ui::forms::field;
use crate::ui::layout::{Page, Section, Tone, notice, page};
use app::Error;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;

/// The page to go to after signing in.
#[derive(Deserialize)]
pub struct Next {
    next: Option<String>,
}

/// The sign-in form.
#[derive(Deserialize)]
pub struct SignInForm {
    email: String,
    password: String,
    next: Option<String>,
}

/// `GET /sign-in`
pub async fn form(
    State(web): State<Arc<Web>>,
    Query(Next { next }): Query<Next>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if needs_setup(&web).await? {
        return Ok(Redirect::to("/setup").into_response());
    }
    let token = token(&web, &headers);
    let is_sent = next.is_some();
    let next = safe_next(next.as_deref());
    if current(&web, token.as_ref()).await?.is_some() {
        return Ok(Redirect::to(next).into_response());
    }
    let why = (is_sent && next != "/contacts").then_some((Tone::Plain, "Sign in to continue."));
    Ok(show("", next, why).into_response())
}

/// `POST /sign-in`
pub async fn sign_in(
    State(web): State<Arc<Web>>,
    ClientInfo(caller): ClientInfo,
    headers: HeaderMap,
    Form(sent): Form<SignInForm>,
) -> Result<Response, Problem> {
    let next = safe_next(sent.next.as_deref());
    let (email, password) = (sent.email.clone(), sent.password);
    let from = caller.clone();
    match blocking_in(&web, Lane::SignIn, move |app| app.sign_in(&email, &password, &from)).await {
        Ok(token) => start_session(&web, &headers, caller, token, next).await,
        Err(problem @ Problem::App(Error::WrongPassword | Error::TooManyTries { .. })) => {
            let email = sent.email.clone();
            let who = blocking_in(&web, Lane::SignIn, move |app| app.email_for_log(&email)).await?;
            log_failure(&caller, &who, "a sign-in failed");
            Ok(refused(&sent.email, next, &problem))
        }
        Err(problem) => Err(problem),
    }
}

/// The form of the code.
#[derive(Deserialize)]
pub struct CodeForm {
    code: String,
    next: Option<String>,
}

/// `GET /sign-in/code`
pub async fn code_form(
    State(web): State<Arc<Web>>,
    Query(Next { next }): Query<Next>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let next = safe_next(next.as_deref());
    let token = token(&web, &headers);
    if current(&web, token.as_ref()).await?.is_some() {
        return Ok(Redirect::to(next).into_response());
    }
    let awaits_code = match token {
        Some(token) => blocking_in(&web, Lane::SignIn, move |app| app.awaits_code(&token)).await?,
        None => false,
    };
    match awaits_code {
        true => Ok(show_code(next, None).into_response()),
        false => Ok(sign_in_again(next)),
    }
}

/// The response if the password was entered too long ago, or not at all.
fn sign_in_again(next: &str) -> Response {
    let why = "The code was not entered in time. Sign in again.";
    (StatusCode::UNAUTHORIZED, show("", next, Some((Tone::Bad, why)))).into_response()
}

/// `POST /sign-in/code`
pub async fn enter_code(
    State(web): State<Arc<Web>>,
    ClientInfo(caller): ClientInfo,
    headers: HeaderMap,
    Form(sent): Form<CodeForm>,
) -> Result<Response, Problem> {
    let next = safe_next(sent.next.as_deref());
    let Some(session) = caller.session.clone() else {
        return Ok(sign_in_again(next));
    };
    let from = caller.clone();
    let entered = blocking_in(&web, Lane::SignIn, move |app| {
        app.enter_code(&session, &sent.code, &from)
    })
    .await;
    let (status, why) = match entered {
        Ok(token) => return start_session(&web, &headers, caller, token, next).await,
        Err(Problem::App(Error::SignInAgain)) => return Ok(sign_in_again(next)),
        Err(Problem::App(Error::TooManyTries { minutes })) => (
            StatusCode::TOO_MANY_REQUESTS,
            format!("Too many attempts. Try again in {}.", in_minutes(minutes)),
        ),
        Err(Problem::App(Error::WrongCode)) => (
            StatusCode::UNAUTHORIZED,
            "Incorrect code. Each code works once: wait for the next one in your app, or use a recovery code."
                .to_owned(),
        ),
        Err(problem) => return Err(problem),
    };
    log_failure(
        &caller,
        "known by their password",
        "the code of a second factor was refused",
    );
    Ok((status, show_code(next, Some(&why))).into_response())
}

fn in_minutes(minutes: u64) -> String {
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    format!("{minutes} {unit}")
}

/// The rejected form. The page is the same for an unknown email and a wrong password.
fn refused(email: &str, next: &str, problem: &Problem) -> Response {
    let mut wait = None;
    let why = match problem {
        Problem::App(Error::TooManyTries { minutes }) => {
            wait = Some(HeaderValue::from(minutes.saturating_mul(60)));
            format!(
                "Too many attempts. Try again in {}. Somebody has failed too often with this email or from this network. In \
                 a browser in which you have signed in before, that does not keep you out.",
                in_minutes(*minutes)
            )
        }
        _ => "Incorrect email or password.".to_owned(),
    };
    let status = match wait {
        Some(_) => StatusCode::TOO_MANY_REQUESTS,
        None => StatusCode::UNAUTHORIZED,
    };
    let mut response = (status, show(email, next, Some((Tone::Bad, &why)))).into_response();
    if let Some(wait) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, wait);
    }
    response
}

/// `POST /sign-out`
pub async fn sign_out(State(web): State<Arc<Web>>, headers: HeaderMap) -> Result<Response, Problem> {
    if let Some(token) = token(&web, &headers) {
        blocking_in(&web, Lane::SignIn, move |app| app.sign_out(&token)).await?;
    }
    Ok(end_session(&web, &headers))
}

fn show_code(next: &str, wrong: Option<&str>) -> Markup {
    let head = Page {
        title: "Your code",
        viewer: None,
        here: Section::None,
    };
    let content = html! {
        div.door {
            h1 { "Your code" }
            @if let Some(wrong) = wrong { (notice(Tone::Bad, html! { p { (wrong) } })) }
            form.card.stack method="post" action="/sign-in/code" {
                input type="hidden" name="next" value=(next);
                (field("code", "Code", Some("The 6-digit code from your authenticator app, or a recovery code."), None, |about| html! {
                    input id="code" name="code" autocomplete="one-time-code" inputmode="numeric" required autofocus aria-describedby=[about];
                }))
                button.button-primary { "Sign in" }
            }
            p.small.muted { "Lost both? An admin of your workspace can turn off your second factor. For an owner, the server administrator can." }
            p.small { a href="/sign-in" { "Start over" } }
        }
    };
    page(head, content)
}

fn show(email: &str, next: &str, said: Option<(Tone, &str)>) -> Markup {
    let head = Page {
        title: "Sign in",
        viewer: None,
        here: Section::None,
    };
    let content = html! {
        div.door {
            h1 { "Sign in" }
            @if let Some((tone, text)) = said { (notice(tone, html! { p { (text) } })) }
            form.card.stack method="post" action="/sign-in" {
                input type="hidden" name="next" value=(next);
                (field("email", "Email", None, None, |_| html! {
                    input id="email" name="email" type="email" value=(email) autocomplete="username" required autofocus;
                }))
                (field("password", "Password", None, None, |_| html! {
                    input id="password" name="password" type="password" autocomplete="current-password" required;
                }))
                button.button-primary { "Sign in" }
            }
            p.small.muted { "Forgot your password? An admin of your workspace can send you a link to set a new one." }
        }
    };
    page(head, content)
}
