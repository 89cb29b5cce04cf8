//! What is done with a selection of contacts: tags, sharing, handing over, deleting and taking that back, merging, and
//! handing it to the export.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::pages::contacts::list_query::ListQuery;
use crate::pages::contacts::selection::{Selection, selection, unsure};
use crate::pages::contacts::{export, share};
use crate::session::CurrentMember;
use crate::ui::error_page::Problem;
use crate::ui::flash::{Change, Flash, redirect};
use crate::ui::form_data::{field, fields};
use axum::Form;
use axum::extract::{RawForm, State};
use axum::response::{IntoResponse, Redirect, Response};
use form_urlencoded::Serializer;
use serde::Deserialize;
use std::sync::Arc;

/// Contacts that can be merged at once.
const MERGED: std::ops::RangeInclusive<usize> = 2..=10;

/// `POST /contacts/bulk`
pub async fn act(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    RawForm(body): RawForm,
) -> Result<Response, Problem> {
    let fields = fields(&body);
    let (selection, criteria) = (selection(&fields), ListQuery::read(&fields));
    if selection.is_empty() {
        return Ok(Redirect::to(&criteria.list_url(0)).into_response());
    }
    match field(&fields, "do") {
        "export" if selection.all => Ok(Redirect::to(&criteria.url("/export", 0)).into_response()),
        "export" => Ok(export::show(&web, &signed, &fields).await?.into_response()),
        "delete" => delete(&web, &signed, selection, &criteria).await,
        "tag" => tag(&web, &signed, selection, &criteria, Change::Tag, &fields).await,
        "untag" => tag(&web, &signed, selection, &criteria, Change::Untag, &fields).await,
        "merge" => Ok(merge(&selection, &criteria)),
        // Who is chosen already needs not be asked for.
        "share" if !field(&fields, "member").is_empty() => share::share_selection(&web, &signed, &fields).await,
        "share" => share::ask(&web, &signed, &fields).await,
        "unshare" => share::unshare_selection(&web, &signed, &fields).await,
        "hand-over" if !field(&fields, "member").is_empty() => share::hand_over_selection(&web, &signed, &fields).await,
        "hand-over" => share::ask_to_whom(&web, &signed, &fields).await,
        _ => Err(Problem::BadRequest(
            "It was not said what to do with the selection.".to_owned(),
        )),
    }
}

async fn delete(
    web: &Arc<Web>,
    signed: &CurrentMember,
    selection: Selection,
    criteria: &ListQuery,
) -> Result<Response, Problem> {
    let (actor, meant) = (signed.actor, selection.contacts(criteria)?);
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

async fn tag(
    web: &Arc<Web>,
    signed: &CurrentMember,
    selection: Selection,
    criteria: &ListQuery,
    change: Change,
    fields: &[(String, String)],
) -> Result<Response, Problem> {
    let (actor, meant) = (signed.actor, selection.contacts(criteria)?);
    let (tag, adds) = (field(fields, "bulk_tag").to_owned(), change == Change::Tag);
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

/// The moment at which contacts were deleted that are to come back.
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
