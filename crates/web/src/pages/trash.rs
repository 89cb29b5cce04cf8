//! The trash: deleted contacts, until they are restored or permanently removed.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::session::CurrentMember;
use crate::session::flash::ShownFlash;
use crate::ui::error_page::Problem;
use crate::ui::flash::{Flash, redirect};
use crate::ui::layout::{Page, Section, empty, page};
use crate::ui::truncate::brief;
use crate::ui::words::{counted, moment};
use app::TrashedContact;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use maud::{Markup, html};
use model::ContactId;
use serde::Deserialize;
use std::sync::Arc;

/// Contacts on a page.
const PAGE: u64 = 50;

/// The id after which the page begins.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    after: String,
}

/// `GET /trash`
pub async fn list(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    ShownFlash(flash): ShownFlash,
    Query(asked): Query<Asked>,
) -> Result<Markup, Problem> {
    let (actor, after) = (signed.actor, asked.after.parse().ok());
    let (mut trashed, days) = blocking(&web, move |app| {
        Ok((app.trash(actor, after, PAGE + 1)?, app.settings(actor)?.trash_days))
    })
    .await?;
    let more = trashed.len() as u64 > PAGE;
    trashed.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let head = Page {
        title: "Trash",
        viewer: Some(signed.viewer()),
        here: Section::Trash,
    };
    let content = html! {
        h1 { "Trash" }
        p.muted { "Deleted contacts are kept for " (counted(u64::from(days), "day", "days")) " and can be restored. After that they are removed permanently." }
        @if let Some(flash) = &flash { (flash.notice("/trash")) }
        @if trashed.is_empty() {
            (empty("The trash is empty", html! { p { "Contacts you delete are moved here first." } a.button href="/contacts" { "Back to contacts" } }))
        } @else {
            (table(&trashed))
            @if let Some(last) = trashed.last().filter(|_| more) {
                nav.pages aria-label="Pages" { a.button.button-small href={"/trash?after=" (last.id)} { "Next" } }
            }
        }
    };
    Ok(page(head, content))
}

fn table(trashed: &[TrashedContact]) -> Markup {
    html! {
        div.table-wrap {
            table.table.contacts {
                caption.visually-hidden { "Deleted contacts" }
                thead { tr {
                    th scope="col" { "Name" } th.wide scope="col" { "Company" } th.wide scope="col" { "Email" }
                    th.wide scope="col" { "Deleted" } th scope="col" { span.visually-hidden { "Action" } }
                } }
                tbody { @for trashed in trashed {
                    @let contact = &trashed.contact;
                    @let name = contact.display_name();
                    @let name = brief(&name);
                    tr {
                        th scope="row" { (name) }
                        td.wide { (brief(contact.company.as_str())) }
                        td.wide { @if let Some(email) = contact.emails.first() { (email.value.as_str()) } }
                        td.wide { (moment(trashed.trashed_at)) }
                        td.number {
                            form method="post" action={"/trash/" (trashed.id) "/restore"} {
                                button.button-small aria-label={"Restore " (name)} { "Restore" }
                            }
                        }
                    }
                } }
            }
        }
    }
}

/// `POST /trash/{id}/restore`
pub async fn restore(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(contact): Path<String>,
) -> Result<Response, Problem> {
    let actor = signed.actor;
    let id: ContactId = contact.parse().map_err(|_| Problem::NotFound)?;
    blocking(&web, move |app| app.restore_contact(actor, id)).await?;
    Ok(redirect("/trash", Flash::RestoredContact { id: id.to_string() }))
}
