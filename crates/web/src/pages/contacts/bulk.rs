//! Bulk actions on a selection of contacts: tagging, sharing, transferring, deleting and restoring, merging, and
//! passing the selection to the export.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::pages::contacts::list_query::ListQuery;
use crate::pages::contacts::selection::{Selection, SelectionForm, unsure};
use crate::pages::contacts::{export, share};
use crate::session::CurrentMember;
use crate::ui::error_page::Problem;
use crate::ui::flash::{Change, Flash, redirect};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Form;
use form_urlencoded::Serializer;
use serde::Deserialize;
use std::sync::Arc;

/// Contacts that can be merged at once.
const MERGED: std::ops::RangeInclusive<usize> = 2..=10;

/// `POST /contacts/bulk`
pub async fn act(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Form(sent): Form<SelectionForm>,
) -> Result<Response, Problem> {
    if sent.selection.is_empty() {
        return Ok(Redirect::to(&sent.criteria.list_url(0)).into_response());
    }
    match sent.action.as_str() {
        "export" if sent.selection.all => Ok(Redirect::to(&sent.criteria.url("/export", 0)).into_response()),
        "export" => Ok(export::show(&web, &signed, sent.into()).await?.into_response()),
        "delete" => delete(&web, &signed, sent).await,
        "tag" => tag(&web, &signed, Change::Tag, sent).await,
        "untag" => tag(&web, &signed, Change::Untag, sent).await,
        "merge" => Ok(merge(&sent.selection, &sent.criteria)),
        // A member who is already chosen in the form is not asked for on a second page.
        "share" if !sent.member().is_empty() => share::share_selection(&web, &signed, sent).await,
        "share" => share::ask(&web, &signed, sent).await,
        "unshare" => share::unshare_selection(&web, &signed, sent).await,
        "hand-over" if !sent.member().is_empty() => share::hand_over_selection(&web, &signed, sent).await,
        "hand-over" => share::transfer_form(&web, &signed, sent).await,
        _ => Err(Problem::BadRequest("Choose what to do with the selection.".to_owned())),
    }
}

async fn delete(web: &Arc<Web>, signed: &CurrentMember, sent: SelectionForm) -> Result<Response, Problem> {
    let criteria = sent.criteria;
    let (actor, meant) = (signed.actor, sent.selection.contacts(&criteria)?);
    let deleted = blocking(web, move |app| {
        let ids = meant.ids(app, actor)?;
        ids.map(|ids| Ok((app.delete_contacts(actor, &ids)?, ids.len() as u64)))
            .transpose()
    })
    .await?;
    let ((count, at), asked) = deleted.ok_or_else(unsure)?;
    let flash = Flash::Deleted {
        contacts: count,
        skipped: asked.saturating_sub(count),
        at,
    };
    Ok(redirect(&criteria.list_url(0), flash))
}

async fn tag(web: &Arc<Web>, signed: &CurrentMember, change: Change, sent: SelectionForm) -> Result<Response, Problem> {
    let (tag, criteria) = (sent.tag, sent.criteria);
    let (actor, meant) = (signed.actor, sent.selection.contacts(&criteria)?);
    let adds = change == Change::Tag;
    let report = blocking(web, move |app| {
        let ids = meant.ids(app, actor)?;
        ids.map(|ids| match adds {
            true => app.tag_contacts(actor, &ids, &tag),
            false => app.untag_contacts(actor, &ids, &tag),
        })
        .transpose()
    })
    .await?;
    let report = report.ok_or_else(unsure)?;
    Ok(redirect(&criteria.list_url(0), Flash::changed(change, report)))
}

fn merge(selection: &Selection, criteria: &ListQuery) -> Response {
    if selection.all || !MERGED.contains(&selection.ids.len()) {
        return redirect(&criteria.list_url(0), Flash::MergeCount);
    }
    let mut query = Serializer::new(String::new());
    query.extend_pairs(selection.ids.iter().map(|id| ("id", id.to_string())));
    Redirect::to(&format!("/contacts/merge?{}", query.finish())).into_response()
}

/// The time of the deletion to revert; it identifies the contacts deleted together.
#[derive(Deserialize)]
pub struct Undelete {
    at: i64,
}

/// `POST /contacts/undelete`
pub async fn undelete(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Form(undelete): Form<Undelete>,
) -> Result<Response, Problem> {
    let actor = signed.actor;
    let restored = blocking(&web, move |app| app.restore_deleted_at(actor, undelete.at)).await?;
    Ok(redirect("/contacts", Flash::Restored { contacts: restored }))
}
