//! Sharing and transferring contacts: the page of one contact, the pages of a selection, and revoking shares.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::pages::contacts::list_query::ListQuery;
use crate::pages::contacts::selection::{Selection, SelectionForm, id, unsure};
use crate::session::CurrentMember;
use crate::session::flash::ShownFlash;
use crate::ui::error_page::Problem;
use crate::ui::flash::{Change, Flash, redirect};
use crate::ui::form_data::first;
use crate::ui::layout::{Page, Section, Tone, notice, page};
use crate::ui::truncate::brief;
use crate::ui::words::{contacts, moment};
use app::{Access, ActionReport, Actor, App, Colleague, Error, Grantee, Member, Right, ShareInfo, StoredContact};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::{Form, Query};
use maud::{Markup, html};
use model::ContactId;
use serde::Deserialize;
use std::sync::Arc;

/// The form value for all members of the workspace.
const EVERYONE: &str = "everyone";
/// The most rows of the list in which several members can be chosen.
const SEVERAL_SHOWN: usize = 8;

/// The URL parameter that reports a form sent without a member.
const NO_MEMBER: &str = "nobody";
/// The form value for all shares.
const ALL: &str = "all";

/// Parses the form value of a grantee.
fn grantee(text: &str) -> Result<Grantee, Problem> {
    match text {
        EVERYONE => Ok(Grantee::Everyone),
        number => Ok(Grantee::Member(member(number)?)),
    }
}

/// Parses all chosen grantees, from the single and the multiple choice; empty values are ignored.
fn grantees(members: &[String]) -> Result<Vec<Grantee>, Problem> {
    let chosen = members.iter().filter(|member| !member.is_empty());
    chosen.map(|member| grantee(member)).collect()
}

/// The notice after a form was sent without a member.
fn nobody(is_shown: bool) -> Markup {
    html! { @if is_shown { (notice(Tone::Warn, html! { p { "Choose a member first." } })) } }
}

fn member(text: &str) -> Result<Member, Problem> {
    let number = text.parse();
    number
        .map(Member)
        .map_err(|_| Problem::BadRequest("Choose a member first.".to_owned()))
}

fn in_a_form(to: Grantee) -> String {
    match to {
        Grantee::Everyone => EVERYONE.to_owned(),
        Grantee::Member(member) => member.0.to_string(),
    }
}

fn access(name: &str) -> Result<Access, Problem> {
    Access::named(name).ok_or_else(|| Problem::BadRequest("Choose whether they can view or can edit.".to_owned()))
}

/// The contact, if the member owns it.
fn own(app: &App, actor: Actor, id: ContactId) -> Result<StoredContact, Error> {
    let stored = app.contact(actor, id)?;
    match stored.right {
        Right::Own => Ok(stored),
        _ => Err(Error::Forbidden(
            "only the owner of this contact can share or transfer it",
        )),
    }
}

/// The query parameters of a contact's share page.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ShareQuery {
    /// `yes` if a form was sent without a member.
    #[serde(deserialize_with = "first")]
    nobody: String,
}

/// `GET /contacts/{id}/share`
pub async fn show(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    ShownFlash(flash): ShownFlash,
    Path(contact): Path<String>,
    Query(asked): Query<ShareQuery>,
) -> Result<Markup, Problem> {
    let (actor, id) = (signed.actor, id(&contact)?);
    let (stored, shares, others) = blocking(&web, move |app| {
        Ok((own(app, actor, id)?, app.shares_of(actor, id)?, app.colleagues(actor)?))
    })
    .await?;
    let name = stored.contact.display_name();
    let name = brief(&name);
    let content = html! {
        div.narrow {
            nav aria-label="Way back" { a href={"/contacts/" (id)} { "← " (name) } }
            h1 { "Share" }
            p.muted { "“" (name) "”" }
            @if let Some(flash) = &flash { (flash.notice(&url(id))) }
            (nobody(asked.nobody == "yes"))
            (form(&url(id), &others, html! {}))
            (who_sees_it(id, &shares))
        }
    };
    Ok(framed(&signed, "Share", content))
}

fn url(id: ContactId) -> String {
    format!("/contacts/{id}/share")
}

fn framed(signed: &CurrentMember, title: &str, content: Markup) -> Markup {
    let head = Page {
        title,
        viewer: Some(signed.viewer()),
        here: Section::Contacts,
    };
    page(head, content)
}

/// The form that shares; `kept` are hidden fields that identify the contacts.
fn form(action: &str, others: &[Colleague], kept: Markup) -> Markup {
    html! {
        form.card.stack method="post" action=(action) {
            (kept)
            div.pair {
                div.field {
                    label for="member" { "Member" }
                    select id="member" name="member" {
                        option value="" { "Choose…" }
                        option value=(EVERYONE) { "Everyone in the workspace" }
                        (options(others))
                    }
                }
                div.field {
                    label for="access" { "Access" }
                    select id="access" name="access" {
                        option value=(Access::View.as_str()) { "Can view" }
                        option value=(Access::Edit.as_str()) { "Can edit" }
                    }
                }
            }
            @if others.len() > 1 {
                details {
                    summary { "Bulk actions" }
                    div.field {
                        label for="several" { "Members" }
                        select id="several" name="member" multiple size=(others.len().min(SEVERAL_SHOWN)) { (options(others)) }
                        p.hint.muted.small { "Hold Ctrl (⌘ on a Mac) to select more than one." }
                    }
                }
            }
            @if others.is_empty() { p.hint.muted.small { "You are the only member of this workspace. " a href="/members" { "Invite a member" } " first." } }
            div.actions { button.button-primary { "Share" } }
        }
    }
}

/// The members to choose from, by name; members with the same name are distinguished by their emails.
fn options(others: &[Colleague]) -> Markup {
    let namesakes = |name: &str| others.iter().filter(|other| other.name == name).count() > 1;
    html! {
        @for other in others {
            option value=(other.member.0) {
                (other.name)
                @if namesakes(&other.name) && !other.email.is_empty() { " (" (other.email) ")" }
            }
        }
    }
}

/// Who can see the contact, each with a button that revokes the share.
fn who_sees_it(id: ContactId, shares: &[ShareInfo]) -> Markup {
    let back = format!("/contacts/{id}/unshare");
    html! {
        section.stack aria-labelledby="sees" {
            div.head {
                h2 id="sees" { "Shared with" }
                @if shares.len() > 1 {
                    form method="post" action=(back) {
                        input type="hidden" name="to" value=(ALL);
                        button.button-small.button-danger { "Revoke all" }
                    }
                }
            }
            @if shares.is_empty() { p.muted { "Only you." } }
            @else {
                ul.card.people {
                    @for share in shares {
                        li {
                            div {
                                strong { (name(share)) } " " span.badge { (can(share.access)) }
                                p.muted.small { "by " (share.by_name) ", since " (moment(share.at)) }
                            }
                            form method="post" action=(back) {
                                input type="hidden" name="to" value=(in_a_form(share.to));
                                button.button-small aria-label={"Revoke " (name(share))} { "Revoke" }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The name of a share's grantee.
pub fn name(share: &ShareInfo) -> &str {
    match share.to {
        Grantee::Everyone => "Everyone in the workspace",
        Grantee::Member(_) => &share.name,
    }
}

/// The words for an access.
pub fn can(access: Access) -> &'static str {
    match access {
        Access::View => "Can view",
        Access::Edit => "Can edit",
    }
}

/// The form that shares one contact.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ShareForm {
    member: Vec<String>,
    #[serde(deserialize_with = "first")]
    access: String,
}

/// `POST /contacts/{id}/share`
pub async fn share(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(contact): Path<String>,
    Form(sent): Form<ShareForm>,
) -> Result<Response, Problem> {
    let (actor, id) = (signed.actor, id(&contact)?);
    let (to, access) = (grantees(&sent.member)?, access(&sent.access)?);
    if to.is_empty() {
        return Ok(Redirect::to(&format!("{}?{NO_MEMBER}=yes", url(id))).into_response());
    }
    let report = blocking(&web, move |app| {
        own(app, actor, id)?;
        app.share(actor, &[id], &to, access)
    })
    .await?;
    Ok(redirect(&url(id), Flash::changed(Change::Share, report)))
}

/// The form that revokes a share of one contact.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct UnshareForm {
    #[serde(deserialize_with = "first")]
    to: String,
}

/// `POST /contacts/{id}/unshare`
pub async fn unshare(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(contact): Path<String>,
    Form(sent): Form<UnshareForm>,
) -> Result<Response, Problem> {
    let (actor, id) = (signed.actor, id(&contact)?);
    let to = which(&sent.to)?;
    let report = blocking(&web, move |app| {
        own(app, actor, id)?;
        app.unshare(actor, &[id], to)
    })
    .await?;
    Ok(redirect(&url(id), Flash::changed(Change::Unshare, report)))
}

fn which(text: &str) -> Result<Option<Grantee>, Problem> {
    match text {
        ALL => Ok(None),
        to => grantee(to).map(Some),
    }
}

/// `GET /share`: the page for sharing a selection or all contacts that match the criteria.
pub async fn of_many(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Query(sent): Query<SelectionForm>,
) -> Result<Response, Problem> {
    ask(&web, &signed, sent).await
}

/// `POST /share`
pub async fn share_many(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Form(sent): Form<SelectionForm>,
) -> Result<Response, Problem> {
    match sent.action.as_str() {
        "unshare" => unshare_selection(&web, &signed, sent).await,
        _ => share_selection(&web, &signed, sent).await,
    }
}

/// `GET /hand-over`: the page for transferring one contact, a selection, or all contacts that match the criteria.
pub async fn hand_over_form(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Query(sent): Query<SelectionForm>,
) -> Result<Response, Problem> {
    transfer_form(&web, &signed, sent).await
}

/// `POST /hand-over`
pub async fn hand_over(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Form(sent): Form<SelectionForm>,
) -> Result<Response, Problem> {
    hand_over_selection(&web, &signed, sent).await
}

/// The subject of a form: the selection, its criteria, and the number of contacts.
struct Asked {
    selection: Selection,
    criteria: ListQuery,
    count: u64,
    others: Vec<Colleague>,
}

impl Asked {
    async fn look(
        web: &Arc<Web>,
        signed: &CurrentMember,
        selection: Selection,
        criteria: ListQuery,
    ) -> Result<Option<Self>, Problem> {
        if selection.is_empty() {
            return Ok(None);
        }
        let (actor, meant) = (signed.actor, selection.clone().contacts(&criteria)?);
        let (count, others) = blocking(web, move |app| {
            let count = meant.ids(app, actor)?.map(|ids| ids.len() as u64);
            Ok((count, app.colleagues(actor)?))
        })
        .await?;
        Ok(Some(Self {
            selection,
            criteria,
            count: count.ok_or_else(unsure)?,
            others,
        }))
    }

    /// The selection as hidden form fields.
    fn hidden(&self) -> Markup {
        html! {
            (self.criteria.hidden())
            @if self.selection.all { input type="hidden" name="all" value="yes"; }
            @else { @for id in &self.selection.ids { input type="hidden" name="id" value=(id); } }
        }
    }

    fn back(&self) -> Markup {
        html! { nav aria-label="Way back" { a href=(self.criteria.list_url(0)) { "← Contacts" } } }
    }
}

/// The page on which a member chooses with whom to share a selection.
pub async fn ask(web: &Arc<Web>, signed: &CurrentMember, sent: SelectionForm) -> Result<Response, Problem> {
    let Some(asked) = Asked::look(web, signed, sent.selection, sent.criteria).await? else {
        return Ok(Redirect::to("/contacts").into_response());
    };
    let content = html! {
        div.narrow {
            (asked.back())
            h1 { "Share" }
            p.muted { (contacts(asked.count)) ". Contacts you don't own are skipped." }
            (nobody(!sent.access.is_empty()))
            (form("/share", &asked.others, asked.hidden()))
            form.card.stack method="post" action="/share" {
                h2 { "Stop sharing" }
                (asked.hidden())
                input type="hidden" name="do" value="unshare";
                div.field {
                    label for="revoke" { "With whom" }
                    select id="revoke" name="to" {
                        option value=(ALL) { "All" }
                        option value=(EVERYONE) { "Everyone in the workspace" }
                        (options(&asked.others))
                    }
                }
                div.actions { button.button-danger { "Revoke" } }
            }
        }
    };
    Ok(framed(signed, "Share", content).into_response())
}

/// The page on which a member chooses to whom a selection is transferred.
pub async fn transfer_form(web: &Arc<Web>, signed: &CurrentMember, sent: SelectionForm) -> Result<Response, Problem> {
    let Some(asked) = Asked::look(web, signed, sent.selection, sent.criteria).await? else {
        return Ok(Redirect::to("/contacts").into_response());
    };
    let content = html! {
        div.narrow {
            (asked.back())
            h1 { "Transfer" }
            p.muted { (contacts(asked.count)) " will belong to another member, who may then edit, share and delete them. Contacts you don't own are skipped." }
            @if asked.others.is_empty() {
                p { "There is nobody to transfer them to. " a href="/members" { "Invite a member" } " first." }
            } @else {
                form.card.stack method="post" action="/hand-over" {
                    (asked.hidden())
                    div.pair {
                        div.field {
                            label for="member" { "Member" }
                            select id="member" name="member" { (options(&asked.others)) }
                        }
                        div.field {
                            label for="keep" { "Your access afterwards" }
                            select id="keep" name="keep" {
                                option value=(Access::View.as_str()) { "Can view" }
                                option value=(Access::Edit.as_str()) { "Can edit" }
                                option value="none" { "Nothing" }
                            }
                        }
                    }
                    div.actions { button.button-primary { "Transfer" } }
                }
            }
        }
    };
    Ok(framed(signed, "Transfer", content).into_response())
}

/// Runs an action on a selection and redirects to the list.
async fn run(
    web: &Arc<Web>,
    signed: &CurrentMember,
    (selection, criteria): (Selection, ListQuery),
    change: Change,
    work: impl FnOnce(&App, Actor, &[ContactId]) -> Result<ActionReport, Error> + Send + 'static,
) -> Result<Response, Problem> {
    if selection.is_empty() {
        return Ok(Redirect::to(&criteria.list_url(0)).into_response());
    }
    let (actor, meant) = (signed.actor, selection.contacts(&criteria)?);
    let report = blocking(web, move |app| {
        let ids = meant.ids(app, actor)?;
        ids.map(|ids| work(app, actor, &ids)).transpose()
    })
    .await?;
    let report = report.ok_or_else(unsure)?;
    Ok(redirect(&criteria.list_url(0), Flash::changed(change, report)))
}

/// Shares a selection.
pub async fn share_selection(web: &Arc<Web>, signed: &CurrentMember, sent: SelectionForm) -> Result<Response, Problem> {
    let (to, access) = (grantees(&sent.members)?, access(&sent.access)?);
    if to.is_empty() {
        return ask(web, signed, sent).await;
    }
    run(
        web,
        signed,
        (sent.selection, sent.criteria),
        Change::Share,
        move |app, actor, ids| app.share(actor, ids, &to, access),
    )
    .await
}

/// Revokes shares of a selection.
pub async fn unshare_selection(
    web: &Arc<Web>,
    signed: &CurrentMember,
    sent: SelectionForm,
) -> Result<Response, Problem> {
    let to = which(&sent.to)?;
    run(
        web,
        signed,
        (sent.selection, sent.criteria),
        Change::Unshare,
        move |app, actor, ids| app.unshare(actor, ids, to),
    )
    .await
}

/// Transfers a selection.
pub async fn hand_over_selection(
    web: &Arc<Web>,
    signed: &CurrentMember,
    sent: SelectionForm,
) -> Result<Response, Problem> {
    let (to, keep) = (member(sent.member())?, Access::named(&sent.keep));
    run(
        web,
        signed,
        (sent.selection, sent.criteria),
        Change::HandOver,
        move |app, actor, ids| app.hand_over(actor, ids, to, keep),
    )
    .await
}
