//! Signing in and out.

use crate::Web;
use crate::blocking::{Lane, blocking_in};
use crate::layout::{Page, Section, Tone, field, notice, page};
use crate::problem::Problem;
use crate::session::{self, Asking, place_of_ours};
use app::Error;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;

/// Where to go afterwards.
#[derive(Deserialize)]
pub struct Next {
    next: Option<String>,
}

/// What the form sends.
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
    if session::needs_setup(&web).await? {
        return Ok(Redirect::to("/setup").into_response());
    }
    let token = session::token(&web, &headers);
    let next = place_of_ours(next.as_deref());
    if session::current(&web, token.as_ref()).await?.is_some() {
        return Ok(Redirect::to(next).into_response());
    }
    Ok(show(&web, "", next, None).into_response())
}

/// `POST /sign-in`
pub async fn sign_in(
    State(web): State<Arc<Web>>,
    Asking(caller): Asking,
    headers: HeaderMap,
    Form(sent): Form<SignInForm>,
) -> Result<Response, Problem> {
    let next = place_of_ours(sent.next.as_deref());
    let (email, password) = (sent.email.clone(), sent.password);
    match blocking_in(&web, Lane::SignIn, move |app| app.sign_in(&email, &password, &caller)).await {
        Ok(token) => Ok(session::let_in(&web, &headers, &token, next)),
        Err(problem @ Problem::App(Error::WrongPassword | Error::TooManyTries { .. })) => {
            Ok(refused(&web, &sent.email, next, &problem))
        }
        Err(problem) => Err(problem),
    }
}

/// The same page for an unknown email and a wrong password.
fn refused(web: &Web, email: &str, next: &str, problem: &Problem) -> Response {
    let mut wait = None;
    let why = match problem {
        Problem::App(Error::TooManyTries { minutes }) => {
            wait = Some(HeaderValue::from(minutes.saturating_mul(60)));
            let unit = if *minutes == 1 { "minute" } else { "minutes" };
            format!("Too many tries; try again in {minutes} {unit}.")
        }
        _ => "Email or password are not right.".to_owned(),
    };
    let status = match wait {
        Some(_) => StatusCode::TOO_MANY_REQUESTS,
        None => StatusCode::UNAUTHORIZED,
    };
    let mut response = (status, show(web, email, next, Some(&why))).into_response();
    if let Some(wait) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, wait);
    }
    response
}

/// `POST /sign-out`
pub async fn sign_out(State(web): State<Arc<Web>>, headers: HeaderMap) -> Result<Response, Problem> {
    if let Some(token) = session::token(&web, &headers) {
        blocking_in(&web, Lane::SignIn, move |app| app.sign_out(&token)).await?;
    }
    Ok(session::let_out(&web, &headers))
}

fn show(web: &Web, email: &str, next: &str, wrong: Option<&str>) -> Markup {
    let head = Page {
        title: "Sign in",
        signed: None,
        here: Section::None,
    };
    let content = html! {
        div.door {
            h1 { "Sign in" }
            @if let Some(wrong) = wrong { (notice(Tone::Bad, html! { p { (wrong) } })) }
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
            p.small.muted { "Forgotten your password? An admin of your workspace can send you a link to set a new one." }
        }
    };
    page(web, head, content)
}
