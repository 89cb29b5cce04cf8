//! The table of a list, and the bar of bulk actions above it.

use crate::pages::contacts::columns::{Column, TAGS, Width, access, clipped};
use crate::pages::contacts::list_query::{ListQuery, SWAPPED};
use crate::ui::avatar::avatar;
use crate::ui::icon::{Icon, icon};
use crate::ui::words::{counted, number};
use app::{Listed, Right, Scope, SharedWith, Sort};
use maud::{Markup, html};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Columns that fit on a screen of usual width; a table with more is scrolled.
const FITTING: usize = 6;
/// Columns that are shown from a medium screen width on.
const EARLY: usize = 3;

/// The bar of bulk actions. `total` is the number of contacts that match; `tags` are suggested before the tags on the
/// page.
pub fn bulk_bar(contacts: &[Listed], tags: &[String], total: u64, scope: Scope) -> Markup {
    // A tag that is shown truncated cannot be offered in the datalist.
    let short = |tag: &&str| *tag == clipped(tag);
    let tags: Vec<&str> = tags.iter().map(String::as_str).filter(short).collect();
    let here = contacts.iter().flat_map(|listed| listed.contact.tags.iter().take(TAGS));
    let here: BTreeSet<&str> = here
        .map(|tag| tag.as_str())
        .filter(|tag| short(tag) && !tags.contains(tag))
        .collect();
    let own = scope != Scope::Shared;
    html! {
        div.bulk role="group" aria-label="Bulk actions" {
            div.actions {
                strong data-selected {}
                button.button-small type="button" hidden data-select-all { "Select all " (number(total)) " matching contacts" }
                button.button-small type="button" hidden data-select-none { "Clear selection" }
            }
            div.actions {
                label.visually-hidden for="bulk-tag" { "Tag for the selection" }
                input id="bulk-tag" name="bulk_tag" list="known-tags" placeholder="Tag" autocomplete="off" maxlength="100";
                datalist id="known-tags" { @for tag in tags { option value=(tag) {} } @for tag in here { option value=(tag) {} } }
                // Enter in the tag field activates the first button.
                button.button-small name="do" value="tag" { "Add tag" }
                button.button-small name="do" value="untag" { "Remove tag" }
                @if own { button.button-small name="do" value="share" data-key="s" { "Share…" } }
                button.button-small name="do" value="export" { "Export" }
                @if own {
                    button.button-small name="do" value="merge" { "Merge…" }
                    button.button-small name="do" value="hand-over" { "Transfer…" }
                    button.button-small.button-danger name="do" value="delete" data-key="#" { "Delete" }
                }
            }
        }
    }
}

pub fn table(contacts: &[Listed], columns: &[Column], criteria: &ListQuery) -> Markup {
    let scope = criteria.scope();
    let wide = columns.len() > FITTING;
    let class = |at: usize| if at < EARLY { "wide" } else { "wider" };
    let header = |at: usize, column: &Column| match column.width() {
        Width::Usual => class(at).to_owned(),
        Width::Long => format!("{} long", class(at)),
        Width::Medium => format!("{} medium", class(at)),
        Width::Short => format!("{} short", class(at)),
    };
    html! {
        div class=(if wide { "table-wrap table-scroll" } else { "table-wrap" }) role=[wide.then_some("region")]
            aria-label=[wide.then_some("Contacts")] tabindex=[wide.then_some("0")] {
            table.table.contacts.many[wide] data-rows {
                caption.visually-hidden { "Contacts" }
                thead { tr {
                    th scope="col" { label { span.visually-hidden { "Select all on this page" } input type="checkbox" data-select-page hidden; } span.visually-hidden { "Selection" } }
                    (head_of_names(criteria))
                    @for (at, column) in columns.iter().enumerate() { (head(column, &header(at, column), criteria)) }
                } }
                tbody { @for listed in contacts { (row(listed, columns, scope, class)) } }
            }
        }
    }
}

/// The header of the name column: a link that sorts by name, and reverses the order if already sorted by name.
fn head_of_names(criteria: &ListQuery) -> Markup {
    let (order, next) = match criteria.sort() {
        Sort::Name => (Some("ascending"), Sort::NameDown),
        Sort::NameDown => (Some("descending"), Sort::Name),
        _ => (None, Sort::Name),
    };
    html! { th scope="col" data-column="name" aria-sort=[order] { (sort_link("Name", next, order, criteria)) } }
}

/// The header of a column; a link if the list can be sorted by it.
fn head(column: &Column, class: &str, criteria: &ListQuery) -> Markup {
    let by = match column {
        Column::Changed => Some(Sort::Changed),
        Column::Created => Some(Sort::Newest),
        _ => None,
    };
    let order = by.filter(|by| criteria.sort() == *by).map(|_| "descending");
    html! {
        th class=(class) scope="col" data-column=(column.name()) aria-sort=[order] {
            @match by { Some(by) => (sort_link(column.title(), by, order, criteria)), None => (column.title()) }
        }
    }
}

fn sort_link(title: &str, by: Sort, now: Option<&str>, criteria: &ListQuery) -> Markup {
    html! {
        a href=(criteria.ordered(by).list_url(0)) data-swap={(SWAPPED) " sort"} {
            (title)
            @match now {
                Some("descending") => (icon(Icon::Down)),
                Some(_) => (icon(Icon::Up)),
                None => {}
            }
        }
    }
}

fn row(listed: &Listed, columns: &[Column], scope: Scope, class: impl Fn(usize) -> &'static str) -> Markup {
    let contact = &listed.contact;
    let name = contact.display_name();
    let name = clipped(&name);
    let company = clipped(contact.company.as_str());
    let email = contact.emails.first().map(|email| clipped(email.value.as_str()));
    let phone = contact.phones.first().map(|phone| phone.phone.international());
    // The line below the name, for phones, which have no room for columns.
    let below = [
        Some(company).filter(|company| !company.is_empty() && *company != name),
        email.filter(|email| *email != name).or(phone.map(Cow::Owned)),
    ];
    let below: Vec<Cow<'_, str>> = below.into_iter().flatten().collect();
    html! {
        tr data-may=(access(listed.right)) data-version=(listed.version) {
            td { input type="checkbox" name="id" value=(listed.id) aria-label={"Select " (name)}; }
            th scope="row" {
                div.named {
                    (avatar(&name))
                    a.cut href={"/contacts/" (listed.id)} { (name) }
                    // The list of shared contacts has a column for this.
                    @if listed.right < Right::Own && scope != Scope::Shared { " " (shared_mark(listed)) }
                    @if let Some(with) = &listed.shared_with { " " (own_share_mark(with)) }
                }
                @if !below.is_empty() { div.below.cut { (below.join(" · ")) } }
            }
            @for (at, column) in columns.iter().enumerate() {
                @let changes = column.changes(listed);
                td class=(class(at)) data-changes=[changes.as_ref().map(|(field, _)| *field)] data-value=[changes.as_ref().map(|(_, value)| value)] { (column.cell(listed)) }
            }
        }
    }
}

/// The badge of a contact that belongs to another member.
fn shared_mark(listed: &Listed) -> Markup {
    let can = if listed.right == Right::Edit { "edit" } else { "view" };
    let by = listed
        .share
        .as_ref()
        .map(|share| format!("Can {can}, shared by {}", share.by_name));
    html! { span.badge.shared title=[by] { span aria-hidden="true" { "⇄" } span.can { " Can " (can) } } }
}

/// The badge of a contact that the member shares with others.
fn own_share_mark(with: &SharedWith) -> Markup {
    let title = match (with.everyone, with.members) {
        (true, _) => "Shared with everyone".to_owned(),
        (false, members) => format!("Shared with {}", counted(members, "member", "members")),
    };
    html! { span.badge.shared title=(title) { span aria-hidden="true" { "⇄" } span.can { " Shared" } } }
}
