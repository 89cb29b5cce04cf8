//! Merging several contacts into one: the page with a choice for each field, and the merge itself.
//!
//! Works without a script: every choice is a field of one form.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::pages::contacts::selection::id;
use crate::session::CurrentMember;
use crate::ui::contact_text::{title, too_large_for_a_form};
use crate::ui::error_page::Problem;
use crate::ui::flash::{Change, Flash, duplicates_url, redirect};
use crate::ui::form_data::{Pairs, first};
use crate::ui::layout::{Page, Section, Tone, empty, notice, page};
use crate::ui::truncate::brief;
use crate::ui::words::birthday_text;
use app::{App, Error, MERGED_AT_ONCE, MergeRequest, Right, StoredContact};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::{Form, Query};
use form_urlencoded::Serializer;
use maud::{Markup, html};
use model::{
    Contact, ContactId, ListField, MergeChoices, SingleChoice, SingleField, TextField, listed_values, single_choices,
};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The form field with the position among the duplicates from which the contacts come.
const FROM: &str = "from";
/// The prefix of the fields that choose whose value is kept.
const WHOSE: &str = "whose:";
/// The choice that keeps the notes of all contacts.
const ALL: &str = "all";

/// Parses the named contact ids, without repetitions. Stops at one more than can be merged, which is enough to detect
/// that there are too many.
fn ids_in<'a>(named: impl Iterator<Item = &'a str>) -> Result<Vec<ContactId>, Problem> {
    let mut ids = Vec::new();
    for value in named {
        let id = id(value)?;
        if !ids.contains(&id) {
            ids.push(id);
        }
        if ids.len() > MERGED_AT_ONCE {
            break;
        }
    }
    Ok(ids)
}

/// The page from which the member came: URL and title.
fn way_back(from: Option<usize>) -> (String, &'static str) {
    match from {
        Some(from) => (duplicates_url(from), "Find duplicates"),
        None => ("/contacts".to_owned(), "Contacts"),
    }
}

fn address(ids: &[ContactId], from: Option<usize>, changed: bool) -> String {
    let mut query = Serializer::new(String::new());
    query.extend_pairs(from.map(|from| (FROM, from.to_string())));
    query.extend_pairs(ids.iter().map(|id| ("id", id.to_string())));
    if changed {
        query.append_pair("changed", "yes");
    }
    format!("/contacts/merge?{}", query.finish())
}

/// The contacts to merge.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct MergeQuery {
    id: Vec<String>,
    /// The position among the duplicates from which the contacts come; empty if they were selected in the list.
    #[serde(deserialize_with = "first")]
    from: String,
    /// Present, with any value, if one of the contacts was changed after the form was shown.
    changed: Vec<String>,
}

/// `GET /contacts/merge?id=..&id=..`
pub async fn form(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Query(asked): Query<MergeQuery>,
) -> Result<Markup, Problem> {
    let (actor, ids) = (signed.actor, ids_in(asked.id.iter().map(String::as_str))?);
    let right_many = (2..=MERGED_AT_ONCE).contains(&ids.len());
    let contacts = match right_many {
        true => blocking(&web, move |app| app.to_be_merged(actor, &ids)).await?,
        false => Vec::new(),
    };
    let head = Page {
        title: "Merge contacts",
        viewer: Some(signed.viewer()),
        here: Section::Contacts,
    };
    let changed = !asked.changed.is_empty();
    let from = asked.from.parse().ok();
    let (back, back_name) = way_back(from);
    Ok(page(
        head,
        html! {
            nav aria-label="Way back" { a href=(back) { "← " (back_name) } }
            div.head { h1 { "Merge contacts" } }
            @if changed {
                (notice(Tone::Warn, html! { p { "One of these contacts has changed since you opened this page, so nothing was merged. The current values are shown below." } }))
            }
            @if right_many { (content(contacts, from)) } @else {
                (empty("Which contacts?", html! {
                    p { "Select two to ten contacts in the list and choose Merge, or find duplicates." }
                    div.actions { a.button href="/contacts" { "Contacts" } a.button href="/duplicates" { "Find duplicates" } }
                }))
            }
        },
    ))
}

/// Whether the contact at this index can be the one kept: the member may edit it and owns all others.
fn can_be_kept(contacts: &[StoredContact], place: usize) -> bool {
    let others = contacts.iter().enumerate().filter(|(at, _)| *at != place);
    contacts[place].right >= Right::Edit && others.into_iter().all(|(_, other)| other.right == Right::Own)
}

fn content(mut contacts: Vec<StoredContact>, from: Option<usize>) -> Markup {
    let stays: Vec<bool> = (0..contacts.len()).map(|place| can_be_kept(&contacts, place)).collect();
    let Some(first) = stays.iter().position(|stays| *stays) else {
        let why = App::merge_obstacle(&contacts).unwrap_or_default();
        return html! {
            (notice(Tone::Warn, html! { p { "You cannot merge these contacts. " (why) } }))
            div.actions { a.button href="/duplicates" { "Find duplicates" } a.button href="/contacts" { "Contacts" } }
        };
    };
    if too_large_for_a_form(contacts.iter().map(|stored| &stored.contact)) {
        return html! {
            (notice(Tone::Warn, html! { p { "These contacts have too many values to be merged on a page. Shorten one of them first." } }))
            div.actions { a.button href=(way_back(from).0) { "Back" } }
        };
    }
    // The proposed values are those of the contact that is kept.
    let proposed = contacts.remove(first);
    contacts.insert(0, proposed);
    let values: Vec<&Contact> = contacts.iter().map(|stored| &stored.contact).collect();
    let (one, several): (Vec<SingleChoice>, Vec<SingleChoice>) = single_choices(&values)
        .into_iter()
        .partition(|choice| choice.values.len() == 1);
    html! {
        form.stack method="post" action="/contacts/merge" {
            @if let Some(from) = from { input type="hidden" name=(FROM) value=(from); }
            @for stored in &contacts {
                input type="hidden" name="id" value=(stored.id);
                input type="hidden" name="version" value={(stored.id) ":" (stored.version)};
            }
            // The focus starts here, so that Enter merges as proposed, for members who work through many.
            (choose_kept(&contacts, from))
            @for choice in &several { (single(choice, &contacts)) }
            (lists(&values))
            @if !one.is_empty() {
                section.card aria-labelledby="agreed" {
                    h2 id="agreed" { "No conflicts" }
                    dl.facts { @for choice in &one { dt { (name_of(&choice.field)) } dd.lines { (value_of(&choice.field, &choice.values[0].0)) } } }
                }
            }
            div.actions {
                button.button-primary { "Merge" }
                a.button href=(way_back(from).0) { "Cancel" }
                span.muted.small { "You can undo this." }
            }
        }
    }
}

fn choose_kept(contacts: &[StoredContact], from: Option<usize>) -> Markup {
    let all: Vec<ContactId> = contacts.iter().map(|stored| stored.id).collect();
    html! {
        fieldset.card {
            legend.visually-hidden { "Contact to keep" }
            h2 { "Contact to keep" }
            p.muted.small { "The others are merged into it. It keeps its owner, its shares and its history." }
            @for (place, stored) in contacts.iter().enumerate() {
                div.choice {
                    input type="radio" name="kept" id={"kept-" (place)} value=(stored.id) checked[place == 0]
                        autofocus[place == 0 && from.is_some()] disabled[!can_be_kept(contacts, place)];
                    div {
                        label for={"kept-" (place)} { (brief(&stored.contact.display_name())) }
                        div.muted.small {
                            (if stored.right == Right::Own { "yours" } else { stored.owner_name.as_str() })
                            " · " a href={"/contacts/" (stored.id)} {
                                "View contact" span.visually-hidden { ": " (place + 1) ", " (brief(&stored.contact.display_name())) }
                            }
                            @if contacts.len() > 2 {
                                " · " a href=(address(&without(&all, stored.id), from, false)) {
                                    "Exclude" span.visually-hidden { ": " (place + 1) ", " (brief(&stored.contact.display_name())) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn without(all: &[ContactId], one: ContactId) -> Vec<ContactId> {
    all.iter().copied().filter(|id| *id != one).collect()
}

fn name_of(field: &SingleField) -> String {
    match field {
        SingleField::Text(field) => title(field.name()),
        SingleField::Birthday => "Birthday".to_owned(),
        SingleField::Custom(name) => name.clone(),
    }
}

fn value_of(field: &SingleField, value: &str) -> Markup {
    match field {
        SingleField::Birthday => birthday_text(value),
        SingleField::Text(_) | SingleField::Custom(_) => html! { (value) },
    }
}

/// A single-valued field for which the contacts have different values.
fn single(choice: &SingleChoice, contacts: &[StoredContact]) -> Markup {
    let (name, form_name) = (name_of(&choice.field), format!("{WHOSE}{}", choice.field.name()));
    let notes = choice.field == SingleField::Text(TextField::Notes);
    html! {
        fieldset.card {
            legend.visually-hidden { (name) }
            h2 { (name) }
            @for (at, (value, place)) in choice.values.iter().enumerate() {
                label.choice {
                    input type="radio" name=(form_name) value=(contacts[*place].id) checked[at == 0 && !notes];
                    span.lines { (value_of(&choice.field, value)) }
                }
            }
            @if notes { label.choice { input type="radio" name=(form_name) value=(ALL) checked; "All, one below the other" } }
        }
    }
}

fn lists(values: &[&Contact]) -> Markup {
    let listed = listed_values(values);
    let kinds = [
        (ListField::Email, "Emails"),
        (ListField::Phone, "Phones"),
        (ListField::Address, "Addresses"),
        (ListField::Website, "Websites"),
        (ListField::Tag, "Tags"),
        (ListField::VcardLine, "Kept from vCards"),
    ];
    html! {
        @for (kind, name) in kinds {
            @if listed.iter().any(|value| value.list == kind) {
                fieldset.card {
                    legend.visually-hidden { (name) }
                    h2 { (name) }
                    @for value in listed.iter().filter(|value| value.list == kind) {
                        input type="hidden" name="listed" value=(value.key);
                        label.choice {
                            input type="checkbox" name="keep" value=(value.key) checked;
                            span { (value.text) @if !value.label.is_empty() { " " span.muted.small { (value.label) } } }
                        }
                    }
                }
            }
        }
    }
}

/// `POST /contacts/merge`
pub async fn merge(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Form(sent): Form<Pairs>,
) -> Result<Response, Problem> {
    let ids = ids_in(sent.all("id"))?;
    let request = request(&sent, &ids)?;
    let from = sent.first(FROM).and_then(|from| from.parse().ok());
    let (actor, kept) = (signed.actor, request.kept);
    // A member who works through the duplicates continues with the next group.
    let next = match sent.first("then") {
        Some("duplicates") => duplicates_url(from.unwrap_or_default()),
        _ => format!("/contacts/{kept}"),
    };
    match blocking(&web, move |app| app.merge(actor, &request)).await {
        Ok(report) => {
            let flash = Flash::Changed {
                change: Change::Merge,
                contacts: report.contacts,
                skipped: report.skipped,
                action: report.action,
                more_duplicates: from.filter(|_| sent.first("then").is_none()),
            };
            Ok(redirect(&next, flash))
        }
        Err(Problem::App(Error::VersionConflict { .. })) => {
            Ok(Redirect::to(&address(&ids, from, true)).into_response())
        }
        Err(problem) => Err(problem),
    }
}

fn request(sent: &Pairs, ids: &[ContactId]) -> Result<MergeRequest, Problem> {
    // The first contact is kept if none was chosen.
    let kept = match sent.first("kept") {
        Some(kept) => kept.parse().ok(),
        None => ids.first().copied(),
    };
    let kept: ContactId = kept.ok_or_else(|| Problem::BadRequest("Choose the contact to keep.".to_owned()))?;
    if !ids.contains(&kept) {
        return Err(Problem::BadRequest(
            "Choose the contact to keep among those that are merged.".to_owned(),
        ));
    }
    let gone = without(ids, kept);
    let order: Vec<ContactId> = [kept].into_iter().chain(gone.iter().copied()).collect();
    let mut choices = MergeChoices::default();
    for (of, value) in sent.with_prefix(WHOSE) {
        if value == ALL {
            choices.all_notes = true;
            continue;
        }
        let whose = id(value)?;
        if let Some(place) = order.iter().position(|known| *known == whose) {
            choices.whose.insert(of.to_owned(), place);
        }
    }
    let kept_values: BTreeSet<&str> = sent.all("keep").collect();
    let left_out = sent.all("listed").filter(|listed| !kept_values.contains(listed));
    choices.without = left_out.map(str::to_owned).collect();
    let seen = sent.all("version").filter_map(|value| {
        let (of, version) = value.split_once(':')?;
        Some((of.parse().ok()?, version.parse().ok()?))
    });
    Ok(MergeRequest {
        kept,
        gone,
        seen: seen.collect(),
        choices,
    })
}
