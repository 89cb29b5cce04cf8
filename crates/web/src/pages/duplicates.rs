//! Possible duplicates: the contacts side by side, the reasons, and merging or dismissing them.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::session::CurrentMember;
use crate::session::flash::ShownFlash;
use crate::ui::contact_text::{Fact, Value, facts, joined};
use crate::ui::error_page::Problem;
use crate::ui::flash::{Change, Flash, duplicates_url, redirect};
use crate::ui::form_data::first;
use crate::ui::layout::{Page, Section, Tone, empty, notice, page, table_frame};
use crate::ui::truncate::{PAGE, Room, brief};
use crate::ui::words::{counted, number};
use app::{ActionReport, DuplicateGroup, DuplicatesPage, Right, VERY_LIKELY};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Form;
use maud::{Markup, html};
use model::{Contact, ContactId, MergeChoices, merge};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

/// Groups of a page.
const GROUPS: usize = 10;
/// How long the page waits for the search: enough for a small directory.
const WAIT: Duration = Duration::from_millis(1500);
/// How often a page without script reloads.
const LOOK_AGAIN_SECONDS: u32 = 2;
/// The id of the part that a script fetches again while the search continues.
const PART: &str = "duplicates";

/// Which groups: `from` is set while a member works through them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    from: Option<usize>,
}

impl Asked {
    fn from(&self) -> usize {
        self.from.unwrap_or_default()
    }
}

/// `GET /duplicates`
pub async fn show(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    ShownFlash(flash): ShownFlash,
    Query(asked): Query<Asked>,
) -> Result<Markup, Problem> {
    let (actor, from) = (signed.actor, asked.from());
    let found = blocking(&web, move |app| app.find_duplicates(actor, from, GROUPS, WAIT)).await?;
    let head = Page {
        title: "Find duplicates",
        viewer: Some(signed.viewer()),
        here: Section::Duplicates,
    };
    Ok(page(head, content(&found, &asked, flash.as_ref())))
}

/// `POST /duplicates`: starts the search again.
pub async fn again(State(web): State<Arc<Web>>, signed: CurrentMember) -> Result<Redirect, Problem> {
    let actor = signed.actor;
    blocking(&web, move |app| app.look_for_duplicates_again(actor)).await?;
    Ok(Redirect::to("/duplicates"))
}

/// Groups in the preview of merging all.
const PREVIEWED: usize = 50;

/// `GET /duplicates/merge-all`: the groups that would be merged.
pub async fn preview_all(State(web): State<Arc<Web>>, signed: CurrentMember) -> Result<Markup, Problem> {
    let actor = signed.actor;
    let (groups, all) = blocking(&web, move |app| app.very_likely_duplicates(actor, PREVIEWED)).await?;
    let head = Page {
        title: "Merge very likely duplicates",
        viewer: Some(signed.viewer()),
        here: Section::Duplicates,
    };
    Ok(page(head, all_at_once(&groups, all)))
}

/// `POST /duplicates/merge-all`
pub async fn merge_all(State(web): State<Arc<Web>>, signed: CurrentMember) -> Result<Response, Problem> {
    let actor = signed.actor;
    let report: ActionReport = blocking(&web, move |app| {
        let report = app.merge_very_likely(actor)?;
        app.look_for_duplicates_again(actor)?;
        Ok(report)
    })
    .await?;
    Ok(redirect("/duplicates", Flash::changed(Change::Merge, report)))
}

/// The form that marks contacts as not duplicates.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Dismissed {
    id: Vec<String>,
    /// The position of the group in the list.
    #[serde(deserialize_with = "first")]
    from: String,
}

/// `POST /duplicates/dismiss`: marks the contacts as not duplicates.
pub async fn dismiss(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Form(dismissed): Form<Dismissed>,
) -> Result<Response, Problem> {
    let ids: Result<Vec<ContactId>, _> = dismissed.id.iter().map(|id| id.parse()).collect();
    let ids = ids.map_err(|_| Problem::NotFound)?;
    let from: usize = dismissed.from.parse().unwrap_or_default();
    let actor = signed.actor;
    let pairs = blocking(&web, move |app| app.mark_not_duplicates(actor, &ids)).await?;
    let back = duplicates_url(from);
    Ok(match pairs {
        0 => Redirect::to(&back).into_response(),
        _ => redirect(
            &back,
            Flash::text("Marked as not duplicates. They will not be shown again."),
        ),
    })
}

fn content(found: &DuplicatesPage, asked: &Asked, flash: Option<&Flash>) -> Markup {
    html! {
        @if let Some(flash) = flash { (flash.notice(&duplicates_url(asked.from()))) }
        div.head {
            h1 { "Find duplicates" }
            @if found.complete {
                div.actions {
                    @if found.very_likely > 1 { a.button href="/duplicates/merge-all" { "Merge all very likely (" (number(found.very_likely as u64)) ")" } }
                    form method="post" action="/duplicates" { button { "Check again" } }
                }
            }
        }
        p.muted {
            "Contacts that share an email or phone, or have similar names and something else in common. Nothing is merged automatically."
        }
        @if !found.complete { noscript { meta http-equiv="refresh" content=(LOOK_AGAIN_SECONDS); } }
        div.stack id=(PART) data-poll[!found.complete] {
            @if !found.complete {
                (notice(Tone::Plain, html! {
                    p role="status" { "Checking your contacts: " (number(found.looked_at / 2)) " so far." }
                }))
            } @else if found.failed {
                (notice(Tone::Bad, html! { p { "The check was interrupted. Check again." } }))
            } @else {
                @if found.changed_since {
                    p.muted.small { "Contacts have changed since the last check. Check again to find new duplicates." }
                }
                @if !found.groups.is_empty() { p.muted.small { (counted(found.found as u64, "possible duplicate", "possible duplicates")) ", most likely first." } }
                @for (at, group) in found.groups.iter().enumerate() { (one(at, group, asked)) }
                @if found.groups.is_empty() { (nothing(asked.from())) }
                (ways(found, asked.from()))
            }
        }
    }
}

/// The result of merging all very likely duplicates, as a preview, and the button that does it.
fn all_at_once(groups: &[DuplicateGroup], all: usize) -> Markup {
    let room = Room::new();
    html! {
        nav aria-label="Way back" { a href="/duplicates" { "← Find duplicates" } }
        div.head {
            h1 { "Merge very likely duplicates" }
            @if all > 0 {
                form method="post" action="/duplicates/merge-all" { button.button-primary { "Merge all " (number(all as u64)) } }
            }
        }
        @if groups.is_empty() {
            (empty("Nothing to merge", html! { p { "No contacts are very likely the same person." } a.button href="/duplicates" { "Back to duplicates" } }))
        } @else {
            p.muted {
                "The emails, phones, addresses, tags and notes of all are kept. Where a field has one value, that of the first contact stays. You can undo all of it at once."
            }
            (table_frame("Contacts that will be merged", false, html! {
                table.table.merge-all {
                    thead { tr { th scope="col" { "Contacts" } th scope="col" { "Why" } th scope="col" { "After merging" } } }
                    tbody { @for group in groups { (all_row(group, &room)) } }
                }
            }))
            @if all > groups.len() { p.muted.small { "The first " (number(groups.len() as u64)) " of " (number(all as u64)) "." } }
        }
    }
}

fn all_row(group: &DuplicateGroup, room: &Room) -> Markup {
    let merged = merged(group);
    let reasons: Vec<&str> = group
        .pairs
        .iter()
        .flat_map(|pair| pair.reasons.iter().map(String::as_str))
        .take(2)
        .collect();
    let facts = values_of(&merged);
    let values = facts.iter().skip(2).map(|(_, value)| value).take(4);
    html! {
        tr {
            th.wrap scope="row" {
                @for (at, stored) in group.contacts.iter().enumerate() {
                    @if at > 0 { " + " }
                    a href={"/contacts/" (stored.id)} { (brief(&stored.contact.display_name())) }
                }
            }
            td.wrap.small { (room.fit(&reasons.join(", "))) }
            td.wrap { strong { (brief(&merged.display_name())) } br; span.small.muted { (joined(values, " · ", room)) } }
        }
    }
}

fn nothing(from: usize) -> Markup {
    match from {
        0 => empty(
            "No duplicates",
            html! { p { "No two of your contacts look like the same person." } },
        ),
        _ => empty(
            "No more duplicates",
            html! { p { "You have merged or dismissed every group on this page." } a.button href="/duplicates" { "Back to the first page" } },
        ),
    }
}

fn ways(found: &DuplicatesPage, from: usize) -> Markup {
    html! {
        @if from > 0 || found.next.is_some() {
            nav.pages aria-label="Pages" {
                @if from > 0 { a.button.button-small href="/duplicates" { "First" } }
                @if let Some(next) = found.next { a.button.button-small href={"/duplicates?from=" (next)} { "Next" } }
            }
        }
    }
}

fn one(at: usize, group: &DuplicateGroup, asked: &Asked) -> Markup {
    let names: Vec<String> = group
        .contacts
        .iter()
        .map(|stored| brief(&stored.contact.display_name()).into_owned())
        .collect();
    let several = names.len() > 2;
    // A dismissal applies to all members, so it is not offered to a member who may only view the contacts.
    let may_dismiss = group.contacts.iter().any(|stored| stored.right >= Right::Edit);
    // The focus is set for members who work through many groups by keyboard: Enter, or Tab and Enter.
    let has_focus = at == 0 && asked.from.is_some();
    let heading = format!("group-{at}");
    html! {
        section.card.stack aria-labelledby=(heading) {
            h2 id=(heading) { (names.join(" · ")) }
            form.stack method="post" action="/duplicates/dismiss" {
                input type="hidden" name="from" value=(asked.from());
                // Merging directly uses the versions shown here and keeps the notes of all contacts.
                input type="hidden" name="whose:notes" value="all";
                @for stored in &group.contacts {
                    input type="hidden" name="version" value={(stored.id) ":" (stored.version)};
                    @if !several { input type="hidden" name="id" value=(stored.id); }
                }
                (side_by_side(group, several, at))
                (why(group, &names))
                @if let Some(why) = &group.hindered { p.muted { "You cannot merge these: " (why) } }
                div.actions {
                    @if group.hindered.is_none() {
                        button.button-primary formaction="/contacts/merge" name="then" value="duplicates" autofocus[has_focus] {
                            "Merge" span.visually-hidden { " " (names[0]) ", " (at + 1) }
                        }
                        button formmethod="get" formaction="/contacts/merge" {
                            "Choose values…" span.visually-hidden { " " (names[0]) ", " (at + 1) }
                        }
                    }
                    @if may_dismiss { button autofocus[has_focus && group.hindered.is_some()] { "Not duplicates" span.visually-hidden { ": " (names[0]) ", " (at + 1) } } }
                }
            }
        }
    }
}

fn why(group: &DuplicateGroup, names: &[String]) -> Markup {
    let only = group.pairs.len() == 1;
    html! {
        ul.reasons {
            @for pair in &group.pairs {
                li {
                    @if !only { strong { (names[pair.of.0]) " (" (pair.of.0 + 1) ") and " (names[pair.of.1]) " (" (pair.of.1 + 1) "): " } }
                    (brief(&pair.reasons.join(", ")))
                    " " span.badge { (how_sure(pair.strength)) }
                }
            }
        }
    }
}

fn how_sure(strength: u8) -> &'static str {
    match strength {
        VERY_LIKELY.. => "very likely",
        50..VERY_LIKELY => "likely",
        _ => "possible",
    }
}

/// Multi-valued fields: the values of all labels share one row, so that equal values are side by side.
const LISTS: [&str; 4] = ["Email", "Phone", "Address", "Website"];

/// The values of a contact by field. In multi-valued fields the label follows the value.
fn values_of(contact: &Contact) -> Vec<Fact> {
    let without_label = |(name, value): Fact| match (name.split_once(" ("), &value) {
        (Some((list, label)), Value::Text(text)) if LISTS.contains(&list) => {
            (list.to_owned(), Value::Text(format!("{text} ({label}")))
        }
        _ => (name, value),
    };
    facts(contact).into_iter().map(without_label).collect()
}

/// The result of merging the contacts as proposed.
fn merged(group: &DuplicateGroup) -> Contact {
    let contacts: Vec<&Contact> = group.contacts.iter().map(|stored| &stored.contact).collect();
    let choices = MergeChoices {
        all_notes: true,
        ..MergeChoices::default()
    };
    merge(&contacts, &choices)
}

/// The values of all contacts, one column each, and the proposed result of the merge.
fn side_by_side(group: &DuplicateGroup, several: bool, at: usize) -> Markup {
    let room = Room::with_characters(PAGE / GROUPS);
    let mut columns: Vec<Vec<Fact>> = group.contacts.iter().map(|stored| values_of(&stored.contact)).collect();
    let proposed = group.hindered.is_none();
    if proposed {
        columns.push(values_of(&merged(group)));
    }
    let mut rows: Vec<&String> = Vec::new();
    for (name, _) in columns.iter().flatten() {
        if !rows.contains(&name) {
            rows.push(name);
        }
    }
    let values = |column: &[Fact], row: &str| {
        let of_row = column.iter().filter(|(name, _)| name == row);
        joined(of_row.map(|(_, value)| value), ", ", &room)
    };
    // On a phone the columns are stacked, and each value carries the name of its column.
    let label = |place: usize| match place == group.contacts.len() {
        true => "After merging".to_owned(),
        false => format!("Contact {}", place + 1),
    };
    let table = html! {
        table.table.side-by-side.proposed[proposed] {
            thead {
                tr {
                    th scope="col" { span.visually-hidden { "Field" } }
                    @for (place, stored) in group.contacts.iter().enumerate() {
                        th scope="col" data-label=(label(place)) {
                            @if several {
                                input type="checkbox" name="id" value=(stored.id) checked
                                    aria-label={"With " (brief(&stored.contact.display_name())) " (" (place + 1) ")"};
                                " "
                            }
                            a href={"/contacts/" (stored.id)} { (brief(&stored.contact.display_name())) @if several { " (" (place + 1) ")" } }
                            @if stored.right != Right::Own { " " span.muted.small { "of " (stored.owner_name) } }
                        }
                    }
                    @if proposed { th scope="col" { "After merging" } }
                }
            }
            tbody {
                @for row in rows {
                    tr {
                        th scope="row" { (brief(row)) }
                        @for (place, column) in columns.iter().enumerate() {
                            td data-label=(label(place)) { (values(column, row)) }
                        }
                    }
                }
            }
        }
    };
    table_frame(&format!("Side by side, {}", at + 1), several, table)
}
