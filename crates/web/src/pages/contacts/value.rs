//! Editing a single value of a contact in the list.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::pages::contacts::edit::ContactSettings;
use crate::pages::contacts::form::FormInput;
use crate::pages::contacts::selection::id;
use crate::session::CurrentMember;
use crate::ui::error_page::Problem;
use axum::extract::{Form, Path, State};
use axum::response::Redirect;
use model::Version;
use serde::Deserialize;
use std::sync::Arc;

/// A value, and the version of the contact that the list showed.
#[derive(Debug, Deserialize)]
pub struct Sent {
    field: String,
    value: String,
    version: Version,
}

/// `POST /contacts/{id}/value`
pub async fn save(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(contact): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Redirect, Problem> {
    let (actor, id) = (signed.actor, id(&contact)?);
    let settings = ContactSettings::load(&web, &signed).await?;
    let known = blocking(&web, move |app| app.contact(actor, id)).await?.contact;
    let mut entered = FormInput::from_contact(&known);
    if !entered.set_first(&sent.field, sent.value) {
        return Err(Problem::BadRequest("This field cannot be changed here.".to_owned()));
    }
    let contact = entered
        .contact(Some(&known), settings.region, &settings.rules)
        .map_err(|mistakes| {
            Problem::BadRequest(mistakes.into_iter().map(|(_, what)| what).collect::<Vec<_>>().join(" "))
        })?;
    blocking(&web, move |app| app.edit_contact(actor, id, sent.version, contact)).await?;
    Ok(Redirect::to(&format!("/contacts/{id}")))
}
