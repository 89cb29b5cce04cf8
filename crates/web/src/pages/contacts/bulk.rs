//! What is done with a selection of contacts: deleting, taking that back, and handing it to the export.
//!
//! Leaves out how a selection is made (`list`, and the script that keeps it over pages).

use super::criteria::Criteria;
use crate::Web;
use crate::blocking::blocking;
use crate::pages::export;
use crate::problem::Problem;
use crate::session::Signed;
use app::Scope;
use axum::Form;
use axum::extract::{RawForm, State};
use axum::response::{IntoResponse, Redirect, Response};
use model::ContactId;
use serde::Deserialize;
use std::sync::Arc;

/// What was selected: these, or all that the criteria let pass.
pub struct Selection {
    pub ids: Vec<ContactId>,
    pub all: bool,
}

/// Reads the fields of a form, of which some may stand several times.
pub fn fields(body: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(body).into_owned().collect()
}

pub fn selection(fields: &[(String, String)]) -> Selection {
    let named = |wanted: &'static str| fields.iter().filter(move |(name, _)| name == wanted);
    Selection {
        // What is no id selects nobody.
        ids: named("id").filter_map(|(_, id)| id.parse().ok()).collect(),
        all: named("all").any(|(_, all)| all == "yes"),
    }
}

/// The criteria that stand in a form beside other fields.
pub fn criteria(fields: &[(String, String)]) -> Criteria {
    let value = |wanted: &str| {
        let found = fields.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    Criteria {
        q: value("q"),
        tag: value("tag"),
        company: value("company"),
        import: value("import"),
        no: value("no"),
        since: value("since"),
        sort: value("sort"),
        page: String::new(),
    }
}

/// `POST /contacts/bulk`
pub async fn act(State(web): State<Arc<Web>>, signed: Signed, RawForm(body): RawForm) -> Result<Response, Problem> {
    let fields = fields(&body);
    let (selection, criteria) = (selection(&fields), criteria(&fields));
    let action = fields
        .iter()
        .find(|(name, _)| name == "do")
        .map(|(_, action)| action.as_str());
    if selection.ids.is_empty() && !selection.all {
        return Ok(Redirect::to(&criteria.url("/contacts", 0)).into_response());
    }
    match action {
        Some("export") if selection.all => Ok(Redirect::to(&criteria.url("/export", 0)).into_response()),
        Some("export") => Ok(export::show(&web, &signed, &fields).await?.into_response()),
        Some("delete") => delete(&web, &signed, selection, &criteria).await,
        _ => Err(Problem::BadRequest(
            "It was not said what to do with the selection.".to_owned(),
        )),
    }
}

async fn delete(
    web: &Arc<Web>,
    signed: &Signed,
    selection: Selection,
    criteria: &Criteria,
) -> Result<Response, Problem> {
    let (actor, filter) = (signed.actor, criteria.filter()?);
    let deleted = blocking(web, move |app| {
        let ids = if selection.all {
            app.matching_contacts(actor, Scope::All, &filter)?
        } else {
            Some(selection.ids)
        };
        ids.map(|ids| app.delete_contacts(actor, &ids)).transpose()
    })
    .await?;
    let Some((count, at)) = deleted else {
        let why = "The list is catching up with an import, so it is not sure who is meant. Try again in a moment.";
        return Err(Problem::BadRequest(why.to_owned()));
    };
    let back = criteria.url("/contacts", 0);
    let sign = if back.contains('?') { '&' } else { '?' };
    Ok(Redirect::to(&format!("{back}{sign}deleted={count}&deleted_at={at}")).into_response())
}

/// The moment at which contacts were deleted that are to come back.
#[derive(Deserialize)]
pub struct Undelete {
    at: i64,
}

/// `POST /contacts/undelete`
pub async fn undelete(
    State(web): State<Arc<Web>>,
    signed: Signed,
    Form(undelete): Form<Undelete>,
) -> Result<Redirect, Problem> {
    let actor = signed.actor;
    let restored = blocking(&web, move |app| app.restore_deleted_at(actor, undelete.at)).await?;
    Ok(Redirect::to(&format!("/contacts?restored={restored}")))
}
