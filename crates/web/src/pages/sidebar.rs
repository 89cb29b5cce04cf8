//! The part of the sidebar that needs queries: saved views, tags, and the numbers of duplicates, newly shared
//! contacts and unread notifications. A script fetches it after the page, so that it delays no page; without a script
//! the same pages can be reached from the list.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::session::CurrentMember;
use crate::ui::error_page::Problem;
use crate::ui::icon::{Icon, icon};
use crate::ui::truncate::{brief, is_cut};
use crate::ui::words::number;
use app::{Actor, App, Error, Filter, SavedView, Scope};
use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;

/// The most views and the most tags shown.
const MOST: usize = 8;
/// Up to this many contacts, the sidebar searches for duplicates by itself.
const SMALL: u64 = 50_000;

struct Shown {
    views: Vec<SavedView>,
    tags: Vec<(String, u64)>,
    duplicates: Option<usize>,
    /// Contacts shared with the member since they last looked at them.
    shared: u64,
    /// Unread notifications.
    unread: u64,
}

/// On which page the sidebar is.
#[derive(Debug, Deserialize)]
pub struct Asked {
    /// `shared` on the page of shared contacts.
    on: Option<String>,
}

/// `GET /sidebar`
pub async fn show(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Query(asked): Query<Asked>,
) -> Result<Markup, Problem> {
    let actor = signed.actor;
    let shown = blocking(&web, move |app| {
        if asked.on.as_deref() == Some("shared") {
            app.note_shared_seen(actor)?;
        }
        look(app, actor)
    })
    .await?;
    let some = |count: u64| Some(count).filter(|count| *count > 0);
    let duplicates = shown.duplicates.filter(|count| *count > 0);
    Ok(html! {
        div id="sidebar-more" data-duplicates=[duplicates] data-shared=[some(shown.shared)] data-unread=[some(shown.unread)] { (content(&shown)) }
    })
}

fn look(app: &App, actor: Actor) -> Result<Shown, Error> {
    let (views, tags) = app.read(actor, |view| Ok((view.saved_views()?, view.tag_counts()?)))?;
    let count = app.count_contacts(actor, Scope::All, &Filter::default())?;
    let duplicates = match count {
        Some(2..=SMALL) => app.count_duplicates(actor)?,
        _ => None,
    };
    Ok(Shown {
        views,
        tags,
        duplicates,
        shared: app.shared_news(actor)?,
        unread: app.unread_notifications(actor)?,
    })
}

fn content(shown: &Shown) -> Markup {
    let short = shown.tags.iter().filter(|(tag, _)| !is_cut(tag)).take(MOST);
    html! {
        @if !shown.views.is_empty() {
            (group("nav-views", "Saved views", html! {
                @for view in shown.views.iter().take(MOST) {
                    a href={"/contacts?" (view.query)} { (icon(Icon::View)) span.cut { (brief(&view.name)) } }
                }
            }))
        }
        @if !shown.tags.is_empty() {
            (group("nav-tags", "Tags", html! {
                @for (tag, count) in short {
                    a href={"/contacts?" (form_urlencoded::Serializer::new(String::new()).append_pair("tag", tag).finish())} {
                        (icon(Icon::Tag)) span.cut { (tag) } span.nav-count { (number(*count)) }
                    }
                }
            }))
        }
    }
}

/// A group that is collapsed at first. The script remembers whether it is open.
fn group(id: &str, title: &str, entries: Markup) -> Markup {
    html! {
        button.nav-group type="button" aria-expanded="false" data-nav-group=(id) { (title) }
        template { (entries) }
    }
}
