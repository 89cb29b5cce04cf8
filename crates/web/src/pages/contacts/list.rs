//! The lists of contacts: all that the member sees, and those shared with the member. Search, filters, order,
//! columns, views, pages, and bulk actions.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::pages::contacts::columns::Columns;
use crate::pages::contacts::list_query::{ListQuery, PAGE, SCOPES, SHARED, SORTS, SWAPPED};
use crate::pages::contacts::undo::interrupted_notice;
use crate::pages::contacts::{columns_menu, table, views};
use crate::session::CurrentMember;
use crate::session::flash::ShownFlash;
use crate::ui::error_page::Problem;
use crate::ui::flash::Flash;
use crate::ui::icon::{Icon, icon};
use crate::ui::layout::{Page, Section, Tone, empty, notice, page, pages};
use crate::ui::sources::sources;
use crate::ui::truncate::brief;
use crate::ui::words::{contacts, number};
use app::{ImportId, InterruptedAction, ListPage, ListRequest, SavedView, Scope, View};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use maud::{Markup, html};
use std::sync::Arc;

/// The state of a list page.
struct Shown {
    criteria: ListQuery,
    /// The columns named in the URL, or the member's last choice.
    columns: Columns,
    flash: Option<Flash>,
    interrupted: Option<InterruptedAction>,
    views: Vec<SavedView>,
    /// The workspace's custom fields.
    fields: Vec<String>,
    /// Tags suggested for a selection.
    tags: Vec<String>,
    found: Result<Found, String>,
    /// The import of the sample contacts, while the directory is small and has them.
    samples: Option<ImportId>,
}

/// The largest directory for which the notice about sample contacts is shown; a larger one is in use.
const TRYING: u64 = 60;

struct Found {
    page: ListPage,
    /// The page's number, from 0.
    at: u64,
    /// Whether there is no contact at all.
    nobody: bool,
}

/// `GET /contacts`
pub async fn list(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    ShownFlash(flash): ShownFlash,
    Query(criteria): Query<ListQuery>,
) -> Result<Response, Problem> {
    if criteria.scope() == Scope::Shared {
        return Ok(Redirect::to(&criteria.list_url(criteria.page())).into_response());
    }
    let shown = look(&web, &signed, criteria, flash).await?;
    let title = title(&shown, "Contacts");
    let head = Page {
        title: &title,
        viewer: Some(signed.viewer()),
        here: Section::Contacts,
    };
    Ok(page(head, all(&shown)).into_response())
}

/// `GET /shared`
pub async fn shared(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    ShownFlash(flash): ShownFlash,
    Query(criteria): Query<ListQuery>,
) -> Result<Markup, Problem> {
    let criteria = ListQuery {
        scope: "shared".to_owned(),
        ..criteria
    };
    let shown = look(&web, &signed, criteria, flash).await?;
    let title = title(&shown, "Shared with me");
    let head = Page {
        title: &title,
        viewer: Some(signed.viewer()),
        here: Section::Shared,
    };
    Ok(page(head, of_others(&shown)))
}

/// The title of the page, with the search words and the page number, so that browser tabs and history entries are
/// distinguishable.
fn title(shown: &Shown, list: &str) -> String {
    let words = shown.criteria.q.trim();
    let mut title = match words.is_empty() {
        true => list.to_owned(),
        false => format!("“{}” · {list}", brief(words)),
    };
    if let Some(at) = shown.found.as_ref().ok().map(|found| found.at).filter(|at| *at > 0) {
        title.push_str(&format!(", page {}", number(at + 1)));
    }
    title
}

async fn look(
    web: &Arc<Web>,
    signed: &CurrentMember,
    criteria: ListQuery,
    flash: Option<Flash>,
) -> Result<Shown, Problem> {
    let actor = signed.actor;
    let request = criteria.filter().map(|filter| ListRequest {
        filter,
        scope: criteria.scope(),
        sort: criteria.sort(),
        from: criteria.page().saturating_mul(PAGE),
        size: PAGE,
    });
    let list = criteria.scope();
    let is_whole = criteria.is_empty() && criteria.scope() != Scope::Shared;
    let (views, fields, tags, remembered, interrupted, found, samples) = blocking(web, move |app| {
        app.read(actor, |view| {
            let found = match request {
                Ok(request) => Ok(find(view, request)?),
                Err(error) => Err(error.to_string()),
            };
            let total = found.as_ref().ok().and_then(|found: &Found| found.page.total);
            let samples = match total {
                Some(1..=TRYING) if is_whole => view.sample_contacts()?,
                _ => None,
            };
            Ok((
                view.saved_views()?,
                custom_fields(view)?,
                view.known_tags()?,
                view.chosen_columns(list)?,
                view.interrupted_action()?,
                found,
                samples,
            ))
        })
    })
    .await?;
    let remembered = remembered.map(|columns| Columns::remembered(&columns, &fields));
    let columns = match &criteria.columns {
        none if none.are_standard() => remembered.unwrap_or_default(),
        named => named.clone(),
    };
    Ok(Shown {
        flash,
        interrupted,
        criteria,
        columns,
        views,
        fields,
        tags,
        found,
        samples,
    })
}

fn find(view: &mut View<'_, '_>, mut request: ListRequest) -> Result<Found, app::Error> {
    let mut page = view.list(&request)?;
    if let Some(total) = page.total.filter(|total| request.from > 0 && request.from >= *total) {
        // The list has become shorter: show its last page.
        request.from = total.saturating_sub(1) / PAGE * PAGE;
        page = view.list(&request)?;
    }
    let everybody = request.filter.is_empty() && request.scope != Scope::Mine;
    Ok(Found {
        nobody: everybody && page.contacts.is_empty() && !page.catching_up,
        at: request.from / PAGE,
        page,
    })
}

/// The names of the workspace's custom fields that are not archived, for columns.
fn custom_fields(view: &mut View<'_, '_>) -> Result<Vec<String>, app::Error> {
    let defined = view.custom_fields()?.into_iter();
    let used = defined.filter(|defined| !defined.field.archived);
    Ok(used.map(|defined| defined.field.name).collect())
}

fn all(shown: &Shown) -> Markup {
    html! {
        div.head {
            (heading("Contacts", shown))
            div.actions id="head-actions" {
                a.button href="/import" { (icon(Icon::Import)) "Import" }
                a.button href=(shown.criteria.url("/export", 0)) { (icon(Icon::Export)) "Export" }
                a.button.button-primary href="/contacts/new" { (icon(Icon::Add)) "New contact" }
            }
        }
        (body(shown, nobody_yet))
    }
}

fn of_others(shown: &Shown) -> Markup {
    html! {
        div.head {
            div {
                (heading("Shared with me", shown))
                p.muted { "Contacts that other members share with you." }
            }
            div.actions id="head-actions" {
                a.button href=(shown.criteria.url("/export", 0)) { (icon(Icon::Export)) "Export" }
            }
        }
        (body(shown, nothing_shared_yet))
    }
}

/// The heading of the page and how many contacts the list has.
fn heading(title: &str, shown: &Shown) -> Markup {
    let count = match &shown.found {
        Ok(found) if !found.page.contacts.is_empty() => count(found),
        _ => String::new(),
    };
    html! {
        div.title {
            h1 { (title) }
            p.list-count id="list-count" role="status" { (count) }
        }
    }
}

fn body(shown: &Shown, nobody_yet: fn() -> Markup) -> Markup {
    let nobody = shown.found.as_ref().is_ok_and(|found| found.nobody);
    html! {
        @if let Some(flash) = &shown.flash { (flash.notice(&shown.criteria.list_url(shown.criteria.page()))) }
        @if let Some(interrupted) = shown.interrupted {
            (interrupted_notice(interrupted, &shown.criteria.list_url(shown.criteria.page())))
        }
        @if let Some(import) = shown.samples {
            (notice(Tone::Plain, html! { div.actions {
                span { "These are sample contacts." }
                form method="post" action={"/imports/" (import) "/undo"} { button.button-small { "Remove sample contacts" } }
            } }))
        }
        @if nobody {
            div id="results" { (nobody_yet()) }
        } @else {
            div.list-bar {
                (search(&shown.criteria, &shown.fields))
                (tools(shown))
            }
            div.stack id="results" {
                @match &shown.found {
                    Ok(found) => (results(shown, found)),
                    Err(why) => (notice(Tone::Warn, html! { p { (why) } })),
                }
            }
        }
    }
}

/// The menus of views and of columns.
fn tools(shown: &Shown) -> Markup {
    let criteria = &shown.criteria;
    let columns = shown.columns.shown(criteria.scope() == Scope::Shared);
    html! {
        div.list-tools id="list-tools" {
            (views::menu(&shown.views, criteria, &shown.columns))
            (columns_menu::menu(&shown.columns, &columns, &shown.fields, criteria.hidden_but_columns()))
        }
    }
}

fn nobody_yet() -> Markup {
    empty(
        "No contacts yet",
        html! {
            p { "Import from Google, Outlook, LinkedIn or any CSV file: drop it here. You review everything before it is saved." }
            div.actions {
                a.button.button-primary href="/import" { "Import contacts" }
                a.button href="/contacts/new" { "New contact" }
                form method="post" action="/import/sample-contacts" { button.button-quiet { "Try with sample contacts" } }
            }
            (sources())
            p.small.muted { "From a terminal: " code { "crystalqore import people.csv" } }
        },
    )
}

fn nothing_shared_yet() -> Markup {
    empty(
        "Nothing is shared with you",
        html! {
            p { "Contacts that other members share with you or with everyone appear here, with who shared them and when." }
            a.button href="/contacts" { "Back to contacts" }
        },
    )
}

fn search(criteria: &ListQuery, fields: &[String]) -> Markup {
    html! {
        form.search role="search" method="get" action=(criteria.path()) data-swap=(SWAPPED) {
            @if let Some(columns) = criteria.columns.query() { input type="hidden" name="cols" value=(columns); }
            div.toolbar {
                div.grow.field.search-field {
                    label.visually-hidden for="search" { "Search contacts" }
                    (icon(Icon::Search))
                    input id="search" type="search" name="q" value=(criteria.q) data-autosubmit data-search autocomplete="off"
                        spellcheck="false" enterkeyhint="search" placeholder="Search by name, email, phone, company or tag";
                }
                div.field {
                    label.visually-hidden for="sort" { "Order" }
                    select id="sort" name="sort" data-autosubmit {
                        @for (sort, name, title) in SORTS { option value=(name) selected[criteria.sort() == sort] { (title) } }
                    }
                }
                (filters(criteria, fields))
                button data-without-script { "Search" }
            }
        }
    }
}

fn filters(criteria: &ListQuery, fields: &[String]) -> Markup {
    let count = criteria.narrowed();
    html! {
        details.menu.choose.filters {
            summary {
                (icon(Icon::Filter)) "Filters"
                span id="filter-count" { @if count > 0 { span.tab-count { (count) } } }
            }
            div.menu-items.filter-fields {
                @if criteria.path() != SHARED { (whose(criteria)) }
                (text("tag", "Tag", &criteria.tag))
                (text("company", "Company", &criteria.company))
                (text("import", "Import number", &criteria.import))
                div.field {
                    label for="filter-since" { "Changed since" }
                    input id="filter-since" type="date" name="since" value=(criteria.since) data-autosubmit;
                }
                (own_field(criteria, fields))
                label.choice {
                    input type="checkbox" name="no" value="email" checked[criteria.no == "email"] data-autosubmit;
                    "Has no email"
                }
            }
        }
    }
}

/// The filter for a custom field and its value.
fn own_field(criteria: &ListQuery, fields: &[String]) -> Markup {
    html! {
        @if !fields.is_empty() || !criteria.field.is_empty() {
            div.field {
                label for="filter-field" { "Custom field" }
                select id="filter-field" name="field" data-autosubmit {
                    option value="" {}
                    @for name in fields { option value=(name) selected[*name == criteria.field] { (name) } }
                    @if !criteria.field.is_empty() && !fields.contains(&criteria.field) { option value=(criteria.field) selected { (criteria.field) } }
                }
            }
            (text("value", "Value of the field", &criteria.value))
        }
    }
}

fn text(name: &str, label: &str, value: &str) -> Markup {
    let id = format!("filter-{name}");
    html! {
        div.field {
            label for=(id) { (label) }
            input id=(id) name=(name) value=(value) data-autosubmit autocomplete="off";
        }
    }
}

fn whose(criteria: &ListQuery) -> Markup {
    html! {
        div.field {
            label for="filter-scope" { "Whose" }
            select id="filter-scope" name="scope" data-autosubmit {
                @for (scope, name, title) in SCOPES { option value=(name) selected[criteria.scope() == scope] { (title) } }
            }
        }
    }
}

fn results(shown: &Shown, found: &Found) -> Markup {
    let (criteria, page) = (&shown.criteria, &found.page);
    let total = page.total.unwrap_or_default();
    html! {
        (criteria.chips())
        @if page.total.is_none() {
            div data-again="results list-count" { (notice(Tone::Plain, html! {
                p { "Search will be ready in a few seconds. Until then you see the first contacts by name." }
            })) }
        } @else if page.catching_up {
            div data-again="results list-count" { (notice(Tone::Plain, html! { p { "Updating the list…" } })) }
        }
        @if page.contacts.is_empty() {
            // While the list catches up, just imported contacts may be missing, so nothing is reported as not found.
            @if page.total.is_some() && !page.catching_up { (nothing_found(criteria)) }
        } @else {
            form id="bulk" method="post" action="/contacts/bulk" data-selection=(total) {
                (criteria.hidden())
                (table::bulk_bar(&page.contacts, &shown.tags, total, criteria.scope()))
                (table::table(&page.contacts, &shown.columns.shown(criteria.scope() == Scope::Shared), criteria))
            }
            @if let Some(total) = page.total {
                (pages(found.at, total.div_ceil(PAGE), "results list-count", |to| criteria.list_url(to)))
            }
        }
    }
}

fn count(found: &Found) -> String {
    let shown = found.page.contacts.len() as u64;
    let first = found.at * PAGE + 1;
    match found.page.total {
        Some(total) if total > PAGE => format!(
            "{}–{} of {}",
            number(first),
            number(first + shown.saturating_sub(1)),
            contacts(total)
        ),
        Some(total) => contacts(total),
        None => format!("The first {}", contacts(shown)),
    }
}

fn nothing_found(criteria: &ListQuery) -> Markup {
    empty(
        "No contacts found",
        html! {
            p { "No contacts match your search. You can search for any part of a name, email, company or tag, or for the end of a phone number." }
            div.actions {
                @if !criteria.is_empty() { a.button href=(criteria.path()) { "Show all contacts" } }
            }
        },
    )
}
