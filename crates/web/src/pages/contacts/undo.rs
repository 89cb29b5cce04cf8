//! Undoing a bulk action, and the notice about one that was interrupted.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::session::CurrentMember;
use crate::session::next::safe_next;
use crate::ui::error_page::Problem;
use crate::ui::flash::{Flash, redirect};
use crate::ui::layout::{Tone, notice};
use crate::ui::words::{contacts, date};
use app::InterruptedAction;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;

/// The page to return to after an action was undone or kept.
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
) -> Result<Response, Problem> {
    let actor = signed.actor;
    let action: i64 = action.parse().map_err(|_| Problem::NotFound)?;
    let undone = blocking(&web, move |app| app.undo_action(actor, action)).await?;
    let flash = Flash::Undone {
        contacts: undone.restored,
        kept: undone.kept,
    };
    Ok(redirect(safe_next(Some(&form.back)), flash))
}

/// `POST /actions/{action}/keep`
pub async fn keep(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(action): Path<String>,
    Form(form): Form<Back>,
) -> Result<Redirect, Problem> {
    let actor = signed.actor;
    let action: i64 = action.parse().map_err(|_| Problem::NotFound)?;
    blocking(&web, move |app| app.keep_action(actor, action)).await?;
    Ok(Redirect::to(safe_next(Some(&form.back))))
}

/// The notice that an action was interrupted, with buttons to undo or keep it; `back` is the page to return to.
pub fn interrupted_notice(interrupted: InterruptedAction, back: &str) -> Markup {
    let InterruptedAction {
        action,
        contacts: changed,
        ..
    } = interrupted;
    let form = |verb: &str, label: &str| {
        html! {
            form method="post" action={"/actions/" (action) "/" (verb)} {
                input type="hidden" name="back" value=(back);
                button.button-small { (label) }
            }
        }
    };
    notice(
        Tone::Warn,
        html! {
            div.actions {
                span {
                    "A bulk action was interrupted on " (date(interrupted.began_at)) ": "
                    (contacts(changed)) " " (interrupted.done) ", the others not."
                }
                (form("undo", "Undo"))
                (form("keep", "Keep"))
            }
        },
    )
}
