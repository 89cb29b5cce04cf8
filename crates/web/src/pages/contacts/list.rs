//! The list of contacts: search, filters, order, pages, and what can be done with a selection.
//!
//! Leaves out which contacts pass (`app`), and what happens to a selection (`bulk`).

use super::criteria::{Criteria, PAGE, SORTS};
use crate::Web;
use crate::blocking::blocking;
use crate::layout::{Page, Section, Tone, date, empty, notice, number, page, pages};
use crate::problem::Problem;
use crate::session::Signed;
use app::{ListPage, ListRequest, Listed, Scope};
use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;

/// The parts of the page that another search replaces.
const SWAPPED: &str = "results head-actions";

/// What has just been done, as the address tells it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    /// The moment at which contacts were deleted.
    deleted_at: Option<i64>,
    /// How many.
    deleted: Option<u64>,
    /// How many came back.
    restored: Option<u64>,
}

/// `GET /contacts`
pub async fn list(
    State(web): State<Arc<Web>>,
    signed: Signed,
    Query(criteria): Query<Criteria>,
    Query(done): Query<Done>,
) -> Result<Markup, Problem> {
    let actor = signed.actor;
    let found = match criteria.filter() {
        Ok(filter) => Ok(blocking(&web, {
            let (sort, at) = (criteria.sort(), criteria.page());
            move |app| {
                let everybody = filter.is_empty();
                let mut request = ListRequest {
                    scope: Scope::All,
                    filter,
                    sort,
                    from: at.saturating_mul(PAGE),
                    size: PAGE,
                };
                let mut page = app.list(actor, &request)?;
                if let Some(total) = page.total.filter(|total| request.from > 0 && request.from >= *total) {
                    // The last page, where there are fewer than there were.
                    request.from = total.saturating_sub(1) / PAGE * PAGE;
                    page = app.list(actor, &request)?;
                }
                Ok(Found {
                    nobody: everybody && page.contacts.is_empty() && !page.catching_up,
                    at: request.from / PAGE,
                    page,
                })
            }
        })
        .await?),
        Err(error) => Err(error.to_string()),
    };
    let head = Page {
        title: "Contacts",
        signed: Some(&signed),
        here: Section::Contacts,
    };
    Ok(page(&web, head, content(&criteria, &done, &found)))
}

struct Found {
    page: ListPage,
    /// The page's number, from 0.
    at: u64,
    /// There is no contact at all.
    nobody: bool,
}

fn content(criteria: &Criteria, done: &Done, found: &Result<Found, String>) -> Markup {
    let nobody = found.as_ref().is_ok_and(|found| found.nobody);
    html! {
        div.head {
            h1 { "Contacts" }
            div.actions id="head-actions" {
                a.button.button-primary href="/contacts/new" { "New contact" }
                a.button href="/import" { "Import" }
                a.button href=(criteria.url("/export", 0)) { "Export" }
            }
        }
        (told(done))
        @if nobody {
            div id="results" { (nobody_yet()) }
        } @else {
            (search(criteria))
            div.stack id="results" {
                @match found {
                    Ok(found) => (results(criteria, found)),
                    Err(why) => (notice(Tone::Warn, html! { p { (why) } })),
                }
            }
        }
    }
}

/// What has just been done, and how to take it back.
fn told(done: &Done) -> Markup {
    html! {
        @if let (Some(at), Some(count)) = (done.deleted_at, done.deleted) {
            (notice(Tone::Good, html! {
                div.actions {
                    span { (contacts(count)) " moved to the trash." }
                    form method="post" action="/contacts/undelete" {
                        input type="hidden" name="at" value=(at);
                        button.button-small { "Undo" }
                    }
                }
            }))
        }
        @if let Some(count) = done.restored {
            (notice(Tone::Good, html! { p { (contacts(count)) " restored from the trash." } }))
        }
    }
}

pub fn contacts(count: u64) -> String {
    match count {
        1 => "1 contact".to_owned(),
        count => format!("{} contacts", number(count)),
    }
}

fn nobody_yet() -> Markup {
    empty(
        "No contacts yet",
        html! {
            p { "Bring them from Google, Outlook, LinkedIn, a spreadsheet or any CSV file; nothing is written before you have seen it." }
            div.actions {
                a.button.button-primary href="/import" { "Import contacts" }
                a.button href="/contacts/new" { "New contact" }
            }
            p.small { "From a terminal: " code { "crystalqore import people.csv" } }
        },
    )
}

fn search(criteria: &Criteria) -> Markup {
    html! {
        form.search role="search" method="get" action="/contacts" data-swap=(SWAPPED) {
            div.toolbar {
                div.grow.field {
                    label.visually-hidden for="search" { "Search contacts" }
                    input id="search" type="search" name="q" value=(criteria.q) data-autosubmit data-search autocomplete="off"
                        spellcheck="false" enterkeyhint="search" placeholder="Search by name, email, phone, company or tag";
                }
                div.field {
                    label.visually-hidden for="sort" { "Order" }
                    select id="sort" name="sort" data-autosubmit {
                        @for (sort, name, title) in SORTS { option value=(name) selected[criteria.sort() == sort] { (title) } }
                    }
                }
                button data-without-script { "Search" }
            }
            details.filters open[criteria.narrowed() > 0] {
                summary { "Filters" }
                div.filter-fields {
                    (text("tag", "Tag", &criteria.tag))
                    (text("company", "Company", &criteria.company))
                    (text("import", "Import number", &criteria.import))
                    div.field {
                        label for="filter-since" { "Changed since" }
                        input id="filter-since" type="date" name="since" value=(criteria.since) data-autosubmit;
                    }
                    label.choice {
                        input type="checkbox" name="no" value="email" checked[criteria.no == "email"] data-autosubmit;
                        "Has no email"
                    }
                }
            }
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

fn results(criteria: &Criteria, found: &Found) -> Markup {
    let page = &found.page;
    html! {
        (criteria.chips())
        @if page.total.is_none() {
            div data-again="results" { (notice(Tone::Plain, html! {
                p { "Search is getting ready; this takes some seconds after a start. Below are the first contacts by name." }
            })) }
        } @else if page.catching_up {
            div data-again="results" { (notice(Tone::Plain, html! { p { "An import is writing. The list follows it by a few seconds." } })) }
        }
        @if page.contacts.is_empty() {
            @if page.total.is_some() { (nothing_found(criteria)) }
        } @else {
            form id="bulk" method="post" action="/contacts/bulk" data-selection=(page.total.unwrap_or_default()) {
                (criteria.hidden())
                p.list-count role="status" { (count(found)) }
                div.bulk.actions {
                    span data-selected {}
                    button.button-small type="button" hidden data-select-all {
                        "Select all " (number(page.total.unwrap_or_default())) " that match"
                    }
                    button.button-small type="button" hidden data-select-none { "Clear selection" }
                    button.button-small.button-danger name="do" value="delete" { "Delete selection" }
                    button.button-small name="do" value="export" { "Export selection" }
                }
                (table(&page.contacts))
            }
            @if let Some(total) = page.total {
                (pages(found.at, total.div_ceil(PAGE), "results", |to| criteria.url("/contacts", to)))
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

fn nothing_found(criteria: &Criteria) -> Markup {
    empty(
        "Nothing found",
        html! {
            p { "No contact has all of this. Words may be any part of a name, an email, a company, a tag, or the end of a phone number." }
            div.actions {
                @if !criteria.is_empty() { a.button href="/contacts" { "Show all contacts" } }
            }
        },
    )
}

fn table(contacts: &[Listed]) -> Markup {
    html! {
        div.table-wrap {
            table.table.contacts {
                caption.visually-hidden { "Contacts" }
                thead { tr {
                    th scope="col" { label { span.visually-hidden { "Select all on this page" } input type="checkbox" data-select-page hidden; } span.visually-hidden { "Selection" } }
                    th scope="col" { "Name" }
                    th.wide scope="col" { "Company" }
                    th.wide scope="col" { "Email" }
                    th.wide scope="col" { "Phone" }
                    th.wider scope="col" { "Tags" }
                    th.wider scope="col" { "Changed" }
                } }
                tbody { @for listed in contacts { (row(listed)) } }
            }
        }
    }
}

fn row(listed: &Listed) -> Markup {
    let contact = &listed.contact;
    let name = contact.display_name();
    let company = contact.company.as_str();
    let email = contact.emails.first().map(|email| email.value.as_str());
    let phone = contact.phones.first().map(|phone| phone.phone.international());
    let more = |count: usize| (count > 1).then(|| format!(" +{}", count - 1));
    // What a phone has no columns for.
    let below = [
        Some(company).filter(|company| !company.is_empty() && *company != name),
        email.filter(|email| *email != name).or(phone.as_deref()),
    ];
    let below: Vec<&str> = below.into_iter().flatten().collect();
    html! {
        tr {
            td { input type="checkbox" name="id" value=(listed.id) aria-label={"Select " (name)}; }
            th scope="row" {
                a href={"/contacts/" (listed.id)} { (name) }
                @if !below.is_empty() { div.below.cut { (below.join(" · ")) } }
            }
            td.wide { (company) }
            td.wide { @if let Some(email) = email { (email) @if let Some(more) = more(contact.emails.len()) { span.muted { (more) } } } }
            td.wide { @if let Some(phone) = phone { (phone) @if let Some(more) = more(contact.phones.len()) { span.muted { (more) } } } }
            td.wider { @for tag in &contact.tags { span.tag { (tag) } " " } }
            td.wider { (date(listed.version)) }
        }
    }
}
