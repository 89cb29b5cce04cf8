//! The page of one contact: every value with its label, who has access, and where it came from.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::pages::contacts::selection::id;
use crate::pages::contacts::share::{can, name as share_name};
use crate::pages::contacts::timeline::timeline;
use crate::session::CurrentMember;
use crate::session::flash::ShownFlash;
use crate::ui::avatar::{avatar, photo};
use crate::ui::contact_text::{lines, title};
use crate::ui::error_page::Problem;
use crate::ui::flash::{Flash, redirect};
use crate::ui::icon::{Icon, icon};
use crate::ui::layout::{Page, Section, Tone, notice, page};
use crate::ui::truncate::{Room, brief};
use crate::ui::words::{birthday as birthday_words, moment, number};
use app::{ContactHistory, Grantee, ImportId, Picture, Right, ShareInfo, StoredContact, TimelineEntry};
use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use model::{Contact, ContactRules, Label, TextField, VcardLine};
use std::sync::Arc;

/// The data of the page.
struct Shown {
    stored: StoredContact,
    history: ContactHistory,
    rules: ContactRules,
    shares: Vec<ShareInfo>,
    timeline: Vec<TimelineEntry>,
    /// The member who views the page.
    me: Grantee,
    flash: Option<Flash>,
}

/// `GET /contacts/{id}`
pub async fn show(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    ShownFlash(flash): ShownFlash,
    Path(contact): Path<String>,
) -> Result<Markup, Problem> {
    let (actor, id) = (signed.actor, id(&contact)?);
    let shown = blocking(&web, move |app| {
        app.read(actor, |view| {
            Ok(Shown {
                stored: view.contact(id)?,
                history: view.contact_history(id)?,
                rules: view.contact_rules()?,
                shares: view.shares_of(id)?,
                timeline: view.contact_timeline(id)?,
                me: Grantee::Member(actor.member()),
                flash,
            })
        })
    })
    .await?;
    let name = shown.stored.contact.display_name();
    let head = Page {
        title: &brief(&name),
        viewer: Some(signed.viewer()),
        here: Section::Contacts,
    };
    Ok(page(head, content(&shown)))
}

/// `POST /contacts/{id}/delete`
pub async fn delete(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(contact): Path<String>,
) -> Result<Response, Problem> {
    let (actor, id) = (signed.actor, id(&contact)?);
    let (count, at) = blocking(&web, move |app| {
        let (count, at) = app.delete_contacts(actor, &[id])?;
        if count == 0 {
            // Nothing was deleted: this call returns the reason as an error about a single contact.
            app.delete_contact(actor, id)?;
        }
        Ok((count, at))
    })
    .await?;
    let flash = Flash::Deleted {
        contacts: count,
        skipped: 0,
        at,
    };
    Ok(redirect("/contacts", flash))
}

fn content(shown: &Shown) -> Markup {
    let (stored, history) = (&shown.stored, &shown.history);
    let contact = &stored.contact;
    let way_back = if stored.right == Right::Own {
        ("/contacts", "Contacts")
    } else {
        ("/shared", "Shared with me")
    };
    let about = [&contact.title, &contact.department];
    let about: Vec<&str> = about
        .into_iter()
        .map(|text| text.as_str())
        .filter(|text| !text.is_empty())
        .collect();
    let room = Room::new();
    let about = brief(&about.join(" · ")).into_owned();
    let company = contact.company.as_str();
    let edit = (stored.right >= Right::Edit).then(|| format!("/contacts/{}/edit", stored.id));
    let values = values(contact, &shown.rules, &room, edit.as_deref());
    let notes = room.fit(contact.notes.as_str());
    html! {
        nav.way-back aria-label="Way back" {
            a href=(way_back.0) data-way-back { "← " (way_back.1) }
            span.actions hidden data-neighbours=(stored.id) {
                span.muted.small {}
                a.button.button-small { "Previous" }
                a.button.button-small { "Next" }
            }
        }
        @if let Some(flash) = &shown.flash { (flash.notice(&format!("/contacts/{}", stored.id))) }
        div.head {
            div.person {
                @match Picture::of_contact(contact) {
                    Some(_) => (photo(&format!("/contacts/{}/photo", stored.id))),
                    None => (avatar(&contact.display_name())),
                }
                div {
                    h1 { (brief(&contact.display_name())) }
                    @if !about.is_empty() || !company.is_empty() {
                        p.muted { (about) @if !about.is_empty() && !company.is_empty() { " · " } @if !company.is_empty() { (company_link(company)) } }
                    }
                }
            }
            (actions(stored))
        }
        @if room.is_cut() { (notice(Tone::Plain, html! { p { "This contact has more values than this page shows. " a href="/export" { "An export" } " has all of it." } })) }
        div.columns-2 {
            div.stack {
                section.card aria-labelledby="details" {
                    h2 id="details" { "Details" }
                    dl.facts { (values) }
                }
                @if !contact.notes.is_empty() {
                    section.card aria-labelledby="notes" { h2 id="notes" { "Notes" } p.lines { (notes) } }
                }
            }
            div.stack {
                (who_sees_it(shown))
                section.card aria-labelledby="origin" {
                    h2 id="origin" { "Source" }
                    (origin(stored, history))
                }
                @if !shown.timeline.is_empty() {
                    section.card aria-labelledby="history" { h2 id="history" { "History" } (timeline(&shown.timeline)) }
                }
            }
        }
    }
}

fn card_button(at: &str) -> Markup {
    html! { a.button href={(at) "/card"} { "vCard" } }
}

/// The actions that the member may take. Their keyboard shortcuts are in the list that `?` opens.
fn actions(stored: &StoredContact) -> Markup {
    let at = format!("/contacts/{}", stored.id);
    html! {
        div.actions {
            @if stored.right >= Right::Edit { a.button.button-primary href={(at) "/edit"} data-key="e" { "Edit" } }
            @if stored.right == Right::Own {
                a.button href={(at) "/share"} data-key="s" { "Share" }
                details.menu {
                    summary.button aria-label="More actions" { (icon(Icon::More)) }
                    div.menu-items {
                        a href={(at) "/card"} { "vCard and QR code" }
                        a href={"/hand-over?id=" (stored.id)} { "Transfer" }
                        form method="post" action={(at) "/delete"} { button.danger data-key="#" { "Delete" } }
                    }
                }
            } @else {
                (card_button(&at))
                span.badge { (if stored.right == Right::Edit { "You can edit" } else { "You can view" }) }
            }
        }
    }
}

/// The owner, and everyone with a share.
fn who_sees_it(shown: &Shown) -> Markup {
    let owns = shown.stored.right == Right::Own;
    html! {
        section.card aria-labelledby="sees" {
            h2 id="sees" { "Access" }
            dl.facts {
                dt { (if owns { "You" } else { shown.stored.owner_name.as_str() }) } dd { "Owner" }
                @for share in &shown.shares {
                    dt { (if share.to == shown.me { "You" } else { share_name(share) }) }
                    dd { (can(share.access)) " " span.muted.small { "by " (share.by_name) ", since " (moment(share.at)) } }
                }
            }
            @if owns && shown.shares.is_empty() { p.muted.small { "Only you can see this contact." } }
        }
    }
}

/// The values with their labels. `edit` is the URL of the form, if the member may change them.
fn values(contact: &Contact, rules: &ContactRules, room: &Room, edit: Option<&str>) -> Markup {
    let names = TextField::ALL.into_iter().filter(|field| *field != TextField::Notes);
    let change = |field: &str, what: &str| {
        html! { @if let Some(edit) = edit { a.change href={(edit) "#" (field)} aria-label={"Change " (what)} title={"Change " (what)} { (icon(Icon::Pen)) } } }
    };
    html! {
        @for field in names {
            @if !contact.text(field).is_empty() { dt { (title(field.name())) } dd.copied { (room.fit(contact.text(field).as_str())) (change(field.name(), &title(field.name()).to_lowercase())) } }
        }
        @for (at, email) in contact.emails.iter().enumerate() {
            dt { "Email" (kind(&email.label)) }
            dd.copied { a href={"mailto:" (brief(email.value.as_str()))} { (room.fit(email.value.as_str())) } (copy_button("email", &brief(email.value.as_str()))) (change(&format!("email-{at}"), &format!("email {}", at + 1))) }
        }
        @for (at, phone) in contact.phones.iter().enumerate() {
            dt { "Phone" (kind(&phone.label)) }
            dd.copied { a href={"tel:" (phone.phone.as_str())} { (phone.phone.international()) } (copy_button("phone number", &phone.phone.international())) (change(&format!("phone-{at}"), &format!("phone {}", at + 1))) }
        }
        @for address in &contact.addresses {
            dt { "Address" (kind(&address.label)) }
            dd.lines { (room.fit(&lines(address))) }
        }
        @for website in &contact.websites {
            dt { "Website" (kind(&website.label)) }
            dd { (web_address(website.value.as_str(), room)) }
        }
        @if let Some(birthday) = contact.birthday { dt { "Birthday" } dd { (birthday_words(birthday)) } }
        @for (name, value, offered) in rules.in_order(contact) {
            dt { (brief(name)) @if !offered { " " span.small { "(archived)" } } }
            dd.lines { (room.fit(value.as_str())) }
        }
        @if !contact.tags.is_empty() {
            dt { "Tags" }
            dd.tags { @for tag in &contact.tags { (tag_link(tag.as_str(), room)) " " } }
        }
        @if kept_lines(contact).next().is_some() {
            dt { "Kept from the vCard" }
            dd { @for line in kept_lines(contact) { (room.fit(line.as_str())) br; } }
        }
    }
}

/// The kept lines, without the picture, which is shown as such.
fn kept_lines(contact: &Contact) -> impl Iterator<Item = &VcardLine> {
    let lines = contact.vcard_lines.iter();
    lines.filter(|line| Picture::of_line(line).is_none())
}

/// A button that copies a value to the clipboard; it needs a script.
fn copy_button(what: &str, value: &str) -> Markup {
    html! {
        button.button-quiet.button-small.copy type="button" data-copies-text=(value) data-with-script
            aria-label={"Copy " (what) " " (value)} { (icon(Icon::Copy)) }
    }
}

/// A tag with a link to its contacts. A truncated tag has no link.
fn tag_link(tag: &str, room: &Room) -> Markup {
    let text = room.fit(tag);
    html! { @if text == tag { a.tag href=(tagged(tag)) { (text) } } @else { span.tag { (text) } } }
}

fn tagged(tag: &str) -> String {
    list_of("tag", tag)
}

/// The URL of the list of contacts with a value.
fn list_of(name: &str, value: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair(name, value)
        .finish();
    format!("/contacts?{query}")
}

/// A company with a link to its contacts. A truncated name has no link.
fn company_link(company: &str) -> Markup {
    let text = brief(company);
    html! { @if text == company { a href=(list_of("company", company)) title="Contacts of this company" { (text) } } @else { (text) } }
}

/// A link, but only for complete `http` and `https` URLs.
fn web_address(text: &str, room: &Room) -> Markup {
    let shown = room.fit(text);
    let is_whole = shown == text;
    let lower = text.to_ascii_lowercase();
    html! {
        @if is_whole && (lower.starts_with("http://") || lower.starts_with("https://")) {
            a href=(text) rel="noopener noreferrer nofollow" { (shown) }
        } @else { (shown) }
    }
}

fn kind(label: &Label) -> Markup {
    html! { @if !label.is_none() { " " span.small { "(" (brief(label.as_str())) ")" } } }
}

fn origin(stored: &StoredContact, history: &ContactHistory) -> Markup {
    let by_import = stored.written_by.is_some();
    html! {
        dl.facts {
            dt { "Created" }
            dd {
                (moment(stored.created_at)) br;
                (by(history.creator.as_deref()))
                @match stored.created_by {
                    Some(origin) => {
                        ", with " (import_name(origin.import, history.created_by_own))
                        @if let Some(file) = &history.created_from { ", “" (file) "”" }
                        ", line " (number(origin.line))
                    }
                    None => {}
                }
            }
            dt { "Last changed" }
            dd {
                @if stored.version == stored.created_at { "Never" }
                @else {
                    (moment(stored.version)) br;
                    (by(history.editor.as_deref()))
                    @match (&history.changed_by, by_import) {
                        (Some(change), _) => {
                            ", with " (import_name(change.import, change.own))
                            ", “" (change.file_name) "”, line " (number(change.line))
                        }
                        (None, true) => ", with an import",
                        (None, false) => {}
                    }
                }
            }
        }
    }
}

/// The member who made a change; "a member" for changes from before names were recorded.
fn by(name: Option<&str>) -> Markup {
    html! { "by " @match name { Some(name) if !name.is_empty() => (name), _ => "a member" } }
}

/// An import, with a link to it if `own`: only its own member may open it.
fn import_name(import: ImportId, own: bool) -> Markup {
    html! {
        @if own { a href={"/imports/" (import.0)} { "import " (import.0) } } @else { "import " (import.0) }
    }
}
