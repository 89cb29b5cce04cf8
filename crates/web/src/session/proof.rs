//! Middleware that requires members to enter their password again before a sensitive action.
//!
//! The page repeats the form that was sent as hidden fields, with a field for the password beside them. The middleware
//! removes the password again and passes the rest on, so handlers are not aware of it. `app` decides how long a proof
//! is valid.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::session::client::{ClientInfo, log_failure};
use crate::session::{CurrentMember, ProvedRecently};
use crate::ui::error_page::Problem;
use crate::ui::form_data::Pairs;
use crate::ui::forms::field;
use crate::ui::layout::{Page, Section, Tone, notice, page};
use app::{Error, SecondFactorState, Token};
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use maud::html;
use std::sync::Arc;

/// The size limit of such a form, in bytes; the same as for every other form.
const LIMIT: usize = 2 << 20;
const PASSWORD: &str = "proof_password";
const CODE: &str = "proof_code";

/// Returns whether a form that was sent to a route needs a proof.
pub type Needed = fn(&[u8]) -> bool;

/// Refuses requests that need a recent proof and have none, and asks for the password.
pub async fn require(
    State((web, needed)): State<(Arc<Web>, Needed)>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let signed = parts
        .extensions
        .get::<CurrentMember>()
        .cloned()
        .ok_or(Problem::SignIn)?;
    let is_recent = parts.extensions.get::<ProvedRecently>().is_some_and(|proved| proved.0);
    if is_recent {
        return Ok(next.run(Request::from_parts(parts, body)).await);
    }
    let too_large = |_| Problem::Status(StatusCode::PAYLOAD_TOO_LARGE);
    let body = to_bytes(body, LIMIT).await.map_err(too_large)?;
    if !needed(&body) {
        return Ok(next.run(Request::from_parts(parts, Body::from(body))).await);
    }
    let (proof, rest) = Pairs::parse(&body).split(&[PASSWORD, CODE]);
    if proof.is_empty() {
        return ask(&web, &signed, &parts, &rest, None).await;
    }
    match prove(&web, &signed, &mut parts, &proof).await {
        Ok(()) => {}
        Err(Problem::App(error @ (Error::WrongPassword | Error::WrongCode | Error::TooManyTries { .. }))) => {
            return ask(&web, &signed, &parts, &rest, Some(error)).await;
        }
        Err(problem) => return Err(problem),
    }
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(rest.iter())
        .finish();
    parts.headers.remove(header::CONTENT_LENGTH);
    Ok(next.run(Request::from_parts(parts, Body::from(body))).await)
}

async fn prove(web: &Arc<Web>, signed: &CurrentMember, parts: &mut Parts, proof: &Pairs) -> Result<(), Problem> {
    let value = |wanted: &str| proof.first(wanted).unwrap_or_default().to_owned();
    let (password, code) = (value(PASSWORD), value(CODE));
    let here = parts.extensions.get::<Token>().cloned().ok_or(Problem::SignIn)?;
    let Ok(ClientInfo(caller)) = ClientInfo::from_request_parts(parts, web).await;
    let (actor, from) = (signed.actor, caller.clone());
    let proved = blocking(web, move |app| app.prove(actor, &here, &password, &code, &from)).await;
    if proved.is_err() {
        log_failure(&caller, &signed.email, "a password that was asked for again was wrong");
    }
    proved
}

async fn ask(
    web: &Arc<Web>,
    signed: &CurrentMember,
    parts: &Parts,
    rest: &Pairs,
    wrong: Option<Error>,
) -> Result<Response, Problem> {
    let actor = signed.actor;
    let factor = blocking(web, move |app| app.second_factor(actor)).await?;
    let with_code = matches!(factor, SecondFactorState::On { .. });
    let (status, why) = match &wrong {
        None => (StatusCode::FORBIDDEN, None),
        Some(Error::WrongPassword) => (StatusCode::FORBIDDEN, Some("Incorrect password.".to_owned())),
        Some(Error::TooManyTries { minutes }) => {
            let unit = if *minutes == 1 { "minute" } else { "minutes" };
            (
                StatusCode::TOO_MANY_REQUESTS,
                Some(format!("Too many attempts. Try again in {minutes} {unit}.")),
            )
        }
        Some(_) => (StatusCode::FORBIDDEN, Some("Incorrect code.".to_owned())),
    };
    let head = Page {
        title: "Confirm your password",
        viewer: Some(signed.viewer()),
        here: Section::None,
    };
    let action = parts.uri.path_and_query().map_or("/", |whole| whole.as_str());
    let content = html! {
        div.door {
            h1 { "Confirm your password" }
            p { "You entered your password more than 10 minutes ago. Enter it again to continue." }
            @if let Some(why) = why { (notice(Tone::Bad, html! { p { (why) } })) }
            form.card.stack method="post" action=(action) {
                @for (name, value) in rest.iter() { input type="hidden" name=(name) value=(value); }
                // For password managers: the account that the password belongs to.
                input type="text" value=(signed.email) autocomplete="username" hidden;
                (field(PASSWORD, "Password", None, None, |_| html! {
                    input id=(PASSWORD) name=(PASSWORD) type="password" autocomplete="current-password" required autofocus;
                }))
                @if with_code {
                    (field(CODE, "Code", Some("From your authenticator app, or a recovery code."), None, |about| html! {
                        input id=(CODE) name=(CODE) inputmode="numeric" autocomplete="one-time-code" required aria-describedby=[about];
                    }))
                }
                div.actions {
                    button.button-primary { "Confirm" }
                    a.button.button-quiet href="/contacts" { "Cancel" }
                }
            }
        }
    };
    Ok((status, page(head, content)).into_response())
}
