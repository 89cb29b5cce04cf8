//! Saved views: the menu of the list, and the page on which they are renamed, shared and deleted.
//!
//! A view is stored as the query string of the list's URL.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::pages::contacts::columns::Columns;
use crate::pages::contacts::list_query::ListQuery;
use crate::session::CurrentMember;
use crate::ui::error_page::Problem;
use crate::ui::flash::{Flash, redirect};
use crate::ui::form_data::{first, parse};
use crate::ui::icon::{Icon, icon};
use crate::ui::layout::{Page, Section, empty, page};
use app::{SavedView, ViewContent};
use axum::extract::{Path, State};
use axum::response::{Redirect, Response};
use axum_extra::extract::Form;
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;

/// The URL of a view.
fn url(view: &SavedView) -> String {
    criteria(&view.query).list_url(0)
}

fn criteria(query: &str) -> ListQuery {
    parse(query)
}

/// The menu above the list: the existing views, and a form that saves the current list with its columns.
pub fn menu(views: &[SavedView], now: &ListQuery, columns: &Columns) -> Markup {
    let with_columns = ListQuery {
        columns: columns.clone(),
        ..now.clone()
    };
    let (asked, query) = (now.query(), with_columns.query());
    let current = views.iter().find(|view| view.query == asked);
    let current = current.or_else(|| views.iter().find(|view| view.query == query));
    html! {
        details.menu.choose {
            summary { (icon(Icon::View)) "Views" @if let Some(view) = current { ": " span.cut { (view.name) } } }
            div.menu-items {
                @for view in views {
                    a href=(url(view)) aria-current=[current.is_some_and(|current| current.id == view.id).then_some("true")] {
                        span.cut { (view.name) }
                        @if let Some(by) = &view.by { span.small.muted { " by " (by) } }
                        @else if view.shared { span.small.muted { " for all" } }
                    }
                }
                form.stack method="post" action="/views" {
                    strong { "Save view" }
                    input type="hidden" name="query" value=(query);
                    div.field {
                        label for="view-name" { "Name" }
                        input id="view-name" name="name" required maxlength="80" autocomplete="off" value=(current.filter(|view| view.by.is_none()).map_or("", |view| view.name.as_str()));
                    }
                    label.choice { input type="checkbox" name="shared" value="yes" checked[current.is_some_and(|view| view.shared)]; "For everyone in the workspace" }
                    div.actions { button.button-small.button-primary { "Save" } }
                }
                @if !views.is_empty() { a href="/views" { "Rename or delete views" } }
            }
        }
    }
}

/// `GET /views`
pub async fn list(State(web): State<Arc<Web>>, signed: CurrentMember) -> Result<Markup, Problem> {
    let actor = signed.actor;
    let views = blocking(&web, move |app| app.views(actor)).await?;
    let head = Page {
        title: "Views",
        viewer: Some(signed.viewer()),
        here: Section::Contacts,
    };
    let content = html! {
        div.narrow {
            nav aria-label="Way back" { a href="/contacts" { "← Contacts" } }
            h1 { "Views" }
            p.muted { "A view saves the filters, order and columns of the list under a name. In a view for everyone, each member sees the contacts they have access to." }
            @if views.is_empty() {
                (empty("No views yet", html! { p { "Filter the list, then save it under Views above the list." } a.button href="/contacts" { "Back to contacts" } }))
            }
            @for view in &views { (card(view)) }
        }
    };
    Ok(page(head, content))
}

fn card(view: &SavedView) -> Markup {
    let (id, at) = (format!("name-{}", view.id), format!("/views/{}", view.id));
    html! {
        section.card.stack aria-label=(view.name) {
            div.head {
                h2 { a href=(url(view)) { (view.name) } }
                @if let Some(by) = &view.by { span.badge { "by " (by) } } @else if view.shared { span.badge { "for everyone" } }
            }
            @if view.may_change {
                form.stack method="post" action=(at) {
                    input type="hidden" name="query" value=(view.query);
                    div.field {
                        label for=(id) { "Name" }
                        input id=(id) name="name" required maxlength="80" autocomplete="off" value=(view.name);
                    }
                    label.choice { input type="checkbox" name="shared" value="yes" checked[view.shared]; "For everyone in the workspace" }
                    div.actions {
                        button { "Save" }
                        button.button-danger formaction={(at) "/delete"} formnovalidate { "Delete" }
                    }
                }
            }
        }
    }
}

/// The form of a view.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ViewForm {
    #[serde(deserialize_with = "first")]
    name: String,
    #[serde(deserialize_with = "first")]
    query: String,
    #[serde(deserialize_with = "first")]
    shared: String,
}

impl From<ViewForm> for ViewContent {
    fn from(sent: ViewForm) -> Self {
        Self {
            name: sent.name,
            // Normalised by parsing and serialising it, so that no other parameters are stored.
            query: criteria(&sent.query).query(),
            shared: sent.shared == "yes",
        }
    }
}

/// `POST /views`
pub async fn save(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Form(sent): Form<ViewForm>,
) -> Result<Response, Problem> {
    let (actor, content) = (signed.actor, ViewContent::from(sent));
    let back = criteria(&content.query).list_url(0);
    blocking(&web, move |app| app.save_view(actor, &content)).await?;
    Ok(redirect(&back, Flash::text("View saved.")))
}

/// `POST /views/{view}`
pub async fn change(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(view): Path<String>,
    Form(sent): Form<ViewForm>,
) -> Result<Redirect, Problem> {
    let (actor, content, id) = (signed.actor, ViewContent::from(sent), number(&view)?);
    blocking(&web, move |app| app.change_view(actor, id, &content)).await?;
    Ok(Redirect::to("/views"))
}

/// `POST /views/{view}/delete`
pub async fn delete(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(view): Path<String>,
) -> Result<Redirect, Problem> {
    let (actor, id) = (signed.actor, number(&view)?);
    blocking(&web, move |app| app.delete_view(actor, id)).await?;
    Ok(Redirect::to("/views"))
}

fn number(text: &str) -> Result<i64, Problem> {
    text.parse().map_err(|_| Problem::NotFound)
}
