//! Taking an action back that was done to many contacts.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::session::CurrentMember;
use crate::session::next::safe_next;
use crate::ui::error_page::Problem;
use crate::ui::flash::with;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Redirect;
use serde::Deserialize;
use std::sync::Arc;

/// Where to go after an action was taken back.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Back {
    back: String,
}

/// `POST /actions/{action}/undo`
pub async fn undo(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(action): Path<String>,
    Form(form): Form<Back>,
) -> Result<Redirect, Problem> {
    let actor = signed.actor;
    let action: i64 = action.parse().map_err(|_| Problem::NotFound)?;
    let undone = blocking(&web, move |app| app.undo_action(actor, action)).await?;
    let mut fields = vec![("undone", undone.restored.to_string())];
    if undone.kept > 0 {
        fields.push(("kept", undone.kept.to_string()));
    }
    Ok(Redirect::to(&with(safe_next(Some(&form.back)), &fields)))
}
