//! Notifications: what other members did with contacts that concerns this member (shared, no longer shared,
//! transferred). Opening the page marks all of them as read.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::session::CurrentMember;
use crate::ui::avatar::avatar;
use crate::ui::error_page::Problem;
use crate::ui::layout::{Page, Section, empty, page};
use crate::ui::truncate::brief;
use crate::ui::words::{contacts, moment};
use app::{NotificationInfo, NotificationKind};
use axum::extract::State;
use maud::{Markup, html};
use std::sync::Arc;

/// `GET /notifications`
pub async fn list(State(web): State<Arc<Web>>, signed: CurrentMember) -> Result<Markup, Problem> {
    let actor = signed.actor;
    let found = blocking(&web, move |app| {
        let found = app.notifications(actor)?;
        if let Some(latest) = found.first().filter(|latest| latest.is_new) {
            app.note_notifications_read(actor, latest.at)?;
        }
        Ok(found)
    })
    .await?;
    let head = Page {
        title: "Notifications",
        viewer: Some(signed.viewer()),
        here: Section::Notifications,
    };
    let content = html! {
        div.narrow {
            div {
                h1 { "Notifications" }
                p.muted { "What other members shared with you, stopped sharing and transferred to you in the last 90 days." }
            }
            @if found.is_empty() { (nothing()) } @else { (entries(&found)) }
        }
    };
    Ok(page(head, content))
}

fn nothing() -> Markup {
    empty(
        "No notifications",
        html! {
            p { "When other members share contacts with you, stop sharing them or transfer contacts to you, it is listed here." }
            a.button href="/contacts" { "Back to contacts" }
        },
    )
}

fn entries(found: &[NotificationInfo]) -> Markup {
    html! {
        ul.people.card.notifications {
            @for one in found {
                li data-new[one.is_new] {
                    (avatar(&one.by_name))
                    div {
                        p { (sentence(one)) }
                        p.small.muted { (moment(one.at)) @if one.is_new { " · " span.badge.badge-good { "New" } } }
                    }
                }
            }
        }
    }
}

/// The sentence for a notification.
fn sentence(one: &NotificationInfo) -> Markup {
    let by = if one.by_name.is_empty() {
        "A member"
    } else {
        &one.by_name
    };
    let whom = if one.is_for_everyone { "everyone" } else { "you" };
    html! {
        strong { (brief(by)) } " "
        @match one.kind {
            NotificationKind::SharedToView => { "shared " (what(one, "/shared")) " with " (whom) " (can view)." },
            NotificationKind::SharedToEdit => { "shared " (what(one, "/shared")) " with " (whom) " (can edit)." },
            NotificationKind::Unshared => { "stopped sharing " (contacts(one.contacts)) " with " (whom) "." },
            NotificationKind::Transferred => { "transferred " (what(one, "/contacts?scope=mine")) " to you." },
            NotificationKind::TakenBack => { "took back " (contacts(one.contacts)) " that had been transferred to you." },
        }
    }
}

/// The contact with a link to it, or the number of contacts with a link to the list.
fn what(one: &NotificationInfo, list: &str) -> Markup {
    html! {
        @match &one.contact {
            Some((id, name)) => a href={"/contacts/" (id)} { (brief(name)) },
            None => a href=(list) { (contacts(one.contacts)) },
        }
    }
}
