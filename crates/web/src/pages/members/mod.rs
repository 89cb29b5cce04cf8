//! The list of members, and how admins manage them.
//!
//! `app` checks every right; the pages only hide what it would refuse.

mod remove;
mod view;

pub use remove::{ask as ask_to_remove, remove};

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::pages::members::view::{Listed, MadeLink, Shown};
use crate::session::CurrentMember;
use crate::session::flash::ShownFlash;
use crate::session::origin::origin;
use crate::ui::error_page::Problem;
use crate::ui::flash::{Flash, redirect};
use crate::ui::form_data::Pairs;
use crate::ui::layout::{Page, Section, page};
use app::{Error, Member, NewLink, Role};
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::Arc;

/// The form that invites a member.
#[derive(Deserialize)]
pub struct InviteForm {
    email: String,
    role: String,
}

/// The form that changes a role.
#[derive(Deserialize)]
pub struct RoleForm {
    role: String,
}

/// The form that revokes an invitation.
#[derive(Deserialize)]
pub struct RevokeForm {
    email: String,
}

/// The form that ends a sign-in.
#[derive(Deserialize)]
pub struct EndForm {
    session: String,
}

/// `GET /members`
pub async fn list(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    ShownFlash(flash): ShownFlash,
) -> Result<Response, Problem> {
    let shown = Shown {
        flash,
        ..Shown::default()
    };
    show(&web, &signed, shown).await
}

/// `POST /members/invite`
pub async fn invite(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    headers: HeaderMap,
    Form(sent): Form<InviteForm>,
) -> Result<Response, Problem> {
    let (actor, role) = (signed.actor, role(&sent.role)?);
    let email = sent.email.clone();
    let shown = match blocking(&web, move |app| app.invite(actor, &email, role)).await {
        // The link is shown only on this page: in a URL its secret would stay in the browser's history.
        Ok(link) => Shown {
            link: Some(made(&web, &headers, "/join/", "Invitation link", link)),
            ..Shown::default()
        },
        Err(Problem::App(Error::AccountField { message, .. })) => Shown {
            wrong: Some((sent.email, message)),
            ..Shown::default()
        },
        Err(problem) => return Err(problem),
    };
    show(&web, &signed, shown).await
}

/// `POST /members/invitations/revoke`
pub async fn revoke(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Form(sent): Form<RevokeForm>,
) -> Result<Response, Problem> {
    let actor = signed.actor;
    blocking(&web, move |app| app.revoke_invitation(actor, &sent.email)).await?;
    Ok(done("Invitation revoked."))
}

/// `POST /members/{id}/role`
pub async fn change_role(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(id): Path<String>,
    Form(sent): Form<RoleForm>,
) -> Result<Response, Problem> {
    let (actor, member, role) = (signed.actor, member(&id)?, role(&sent.role)?);
    blocking(&web, move |app| app.set_role(actor, member, role)).await?;
    Ok(done("Role changed."))
}

/// `POST /members/{id}/deactivate`
pub async fn deactivate(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (actor, member) = (signed.actor, member(&id)?);
    blocking(&web, move |app| app.deactivate(actor, member)).await?;
    Ok(done(
        "The member is deactivated and signed out everywhere. Their contacts are kept.",
    ))
}

/// `POST /members/{id}/activate`
pub async fn activate(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (actor, member) = (signed.actor, member(&id)?);
    blocking(&web, move |app| app.activate(actor, member)).await?;
    Ok(done("The member can sign in again."))
}

/// `POST /members/{id}/reset-link`
pub async fn reset_link(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (actor, member) = (signed.actor, member(&id)?);
    let link = blocking(&web, move |app| app.reset_link(actor, member)).await?;
    let shown = Shown {
        link: Some(made(&web, &headers, "/reset/", "Password link", link)),
        ..Shown::default()
    };
    show(&web, &signed, shown).await
}

/// Whether an invitation is for an admin or owner, which requires a recent proof.
pub fn invites_who_keeps_order(body: &[u8]) -> bool {
    Pairs::parse(body).first("role") != Some(Role::Member.as_str())
}

/// `POST /members/{id}/second-factor/reset`
pub async fn reset_second_factor(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (actor, member) = (signed.actor, member(&id)?);
    blocking(&web, move |app| app.reset_second_factor(actor, member)).await?;
    Ok(done(
        "The second factor is turned off, and the member is signed out everywhere.",
    ))
}

/// `POST /members/{id}/sign-ins/end`
pub async fn end_sign_in(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(id): Path<String>,
    Form(sent): Form<EndForm>,
) -> Result<Response, Problem> {
    let (actor, member) = (signed.actor, member(&id)?);
    blocking(&web, move |app| app.end_sign_in_of(actor, member, &sent.session)).await?;
    Ok(done("Session ended."))
}

async fn show(web: &Arc<Web>, signed: &CurrentMember, shown: Shown) -> Result<Response, Problem> {
    let actor = signed.actor;
    let listed = blocking(web, move |app| {
        let members = app.members(actor)?;
        let invitations = match app.invitations(actor) {
            Ok(invitations) => Some(invitations),
            Err(Error::Forbidden(_)) => None,
            Err(error) => return Err(error),
        };
        Ok(Listed { members, invitations })
    })
    .await?;
    let head = Page {
        title: "Members",
        viewer: Some(signed.viewer()),
        here: Section::Members,
    };
    let status = match shown.wrong {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let content = view::page(signed, &listed, &shown);
    Ok((status, page(head, content)).into_response())
}

fn made(web: &Web, headers: &HeaderMap, path: &str, label: &'static str, link: NewLink) -> MadeLink {
    let url = format!("{}{path}{}", origin(web, headers), link.secret.reveal());
    MadeLink { label, url, link }
}

/// Redirects to the members page with `what` as flash message.
fn done(what: &str) -> Response {
    redirect("/members", Flash::text(what))
}

fn member(id: &str) -> Result<Member, Problem> {
    id.parse().map(Member).map_err(|_| Problem::NotFound)
}

fn role(name: &str) -> Result<Role, Problem> {
    Role::named(name).ok_or_else(|| Problem::BadRequest("Unknown role.".to_owned()))
}
