//! Removing a member: choosing who receives the member's contacts and other belongings.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::pages::members::{done, member};
use crate::session::CurrentMember;
use crate::ui::error_page::Problem;
use crate::ui::forms::field;
use crate::ui::layout::{Page, Section, page};
use crate::ui::words::number;
use app::{Belongings, MemberInfo, MemberState};
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;

/// The form that removes a member.
#[derive(Deserialize)]
pub struct RemoveForm {
    to: String,
}

/// `GET /members/{id}/remove`
pub async fn ask(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(id): Path<String>,
) -> Result<Markup, Problem> {
    let (actor, goes) = (signed.actor, member(&id)?);
    let (info, has, others) = blocking(&web, move |app| {
        let info = app.member(actor, goes)?;
        let has = app.belongings(actor, goes)?;
        let active = |one: &MemberInfo| one.state == MemberState::Active && one.member != goes;
        let others: Vec<MemberInfo> = app.members(actor)?.into_iter().filter(active).collect();
        Ok((info, has, others))
    })
    .await?;
    let head = Page {
        title: "Remove a member",
        viewer: Some(signed.viewer()),
        here: Section::Members,
    };
    let content = html! {
        div.narrow {
            h1 { "Remove " (info.name) }
            (about(&info, &has))
            form.card.stack method="post" action={"/members/" (goes.0) "/remove"} {
                (field("to", "Transfer contacts to", None, None, |_| html! {
                    select id="to" name="to" {
                        @for other in &others {
                            option value=(other.member.0) selected[other.member == actor.member()] {
                                (other.name) @if !other.email.is_empty() { " (" (other.email) ")" }
                            }
                        }
                    }
                }))
                div.actions {
                    button.button-danger { "Remove " (info.name) }
                    a.button.button-quiet href="/members" { "Cancel" }
                }
            }
        }
    };
    Ok(page(head, content))
}

fn about(info: &MemberInfo, has: &Belongings) -> Markup {
    html! {
        section.card aria-labelledby="belongings" {
            h2 id="belongings" { "What is transferred" }
            dl.facts {
                dt { "Contacts" } dd { (number(has.contacts)) }
                dt { "In the trash" } dd { (number(has.trashed)) }
                dt { "Imports" } dd { (number(has.imports)) }
            }
        }
        ul.plain {
            li { (info.name) " is signed out everywhere and can no longer sign in." }
            li { "What " (info.name) " shared with others stays shared. What others shared with " (info.name) " is no longer shared with them." }
            li { "Views that " (info.name) " shared are transferred, too. Their other views and their import drafts are deleted." }
            li { "The name stays in histories and the audit log." }
            li { "This cannot be undone. To block someone temporarily, deactivate them instead." }
        }
    }
}

/// `POST /members/{id}/remove`
pub async fn remove(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(id): Path<String>,
    Form(sent): Form<RemoveForm>,
) -> Result<Response, Problem> {
    let (actor, goes, to) = (signed.actor, member(&id)?, member(&sent.to)?);
    blocking(&web, move |app| app.remove_member(actor, goes, to)).await?;
    Ok(done("Member removed and their contacts transferred."))
}
