//! Initial setup: creates the first account and its workspace.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::session::client::ClientInfo;
use crate::session::cookie::start_session;
use crate::session::gate::needs_setup;
use crate::session::secret::constant_time_eq;
use crate::ui::error_page::Problem;
use crate::ui::forms::{field, new_password};
use crate::ui::layout::{Page, Section, Tone, notice, page};
use app::{AccountField, Error, Setup};
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The setup form.
#[derive(Default, Deserialize)]
pub struct SetupForm {
    name: String,
    email: String,
    password: String,
    workspace: String,
    #[serde(default)]
    code: String,
}

/// The reason why the form was rejected.
#[derive(Clone, Copy)]
enum Wrong {
    Code,
    Field(AccountField, &'static str),
}

/// `GET /setup`
pub async fn form(State(web): State<Arc<Web>>, headers: HeaderMap) -> Result<Response, Problem> {
    if !needs_setup(&web).await? {
        return Ok(Redirect::to("/contacts").into_response());
    }
    let asks_code = web.setup_code_asked(&headers).is_some();
    Ok(show(&SetupForm::default(), asks_code, None).into_response())
}

/// `POST /setup`
pub async fn create(
    State(web): State<Arc<Web>>,
    ClientInfo(caller): ClientInfo,
    headers: HeaderMap,
    Form(sent): Form<SetupForm>,
) -> Result<Response, Problem> {
    let given = sent.code.trim().to_uppercase();
    let asked = web.setup_code_asked(&headers);
    let again = |wrong| {
        let page = show(&sent, asked.is_some(), Some(wrong));
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    if asked.is_some_and(|code| !constant_time_eq(&given, code)) {
        tracing::warn!("a wrong setup code was given");
        return again(Wrong::Code);
    }
    let setup = Setup {
        name: sent.name.clone(),
        email: sent.email.clone(),
        password: sent.password.clone(),
        workspace_name: sent.workspace.clone(),
    };
    let from = caller.clone();
    match blocking(&web, move |app| app.setup(&setup, &from)).await {
        Ok(token) => {
            web.set_up.store(true, Ordering::Relaxed);
            start_session(&web, &headers, caller, token, "/contacts").await
        }
        Err(Problem::App(Error::AccountField { field, message })) => again(Wrong::Field(field, message)),
        Err(problem) => Err(problem),
    }
}

fn show(sent: &SetupForm, asks_code: bool, wrong: Option<Wrong>) -> Markup {
    let head = Page {
        title: "Welcome",
        viewer: None,
        here: Section::None,
    };
    let about = |field| match wrong {
        Some(Wrong::Field(at, message)) if at == field => Some(message),
        _ => None,
    };
    let code = matches!(wrong, Some(Wrong::Code)).then_some("The code does not match the one in the terminal.");
    let (name, email) = (about(AccountField::Name), about(AccountField::Email));
    let (password, workspace) = (about(AccountField::Password), about(AccountField::WorkspaceName));
    let first = if asks_code { "code" } else { "name" };
    let text = |id: &'static str, value: &str, complete: &'static str, wrong: bool, about: Option<String>| {
        let kind = if id == "email" { "email" } else { "text" };
        html! {
            input id=(id) name=(id) type=(kind) value=(value) autocomplete=(complete) required autofocus[id == first]
                aria-invalid=[wrong.then_some("true")] aria-describedby=[about];
        }
    };
    let content = html! {
        div.door {
            div.stack {
                h1 { "Welcome to CrystalQore" }
                p.muted { "Create the owner account. Contacts you already imported from the command line will belong to it." }
            }
            @if wrong.is_some() { (notice(Tone::Bad, html! { p { "Check the fields marked below." } })) }
            form.card.stack method="post" action="/setup" {
                @if asks_code {
                    (field("code", "Setup code", Some("Shown in the terminal where the server was started, and in its log."), code, |about| {
                        text("code", &sent.code, "off", code.is_some(), about)
                    }))
                }
                (field("name", "Your name", None, name, |about| text("name", &sent.name, "name", name.is_some(), about)))
                (field("email", "Email", Some("Used to sign in."), email, |about| {
                    text("email", &sent.email, "username", email.is_some(), about)
                }))
                (new_password("password", "Password", "", password))
                (field("workspace", "Workspace name", Some("Your team or company, for example."), workspace, |about| {
                    text("workspace", &sent.workspace, "organization", workspace.is_some(), about)
                }))
                button.button-primary { "Create workspace" }
            }
        }
    };
    page(head, content)
}
