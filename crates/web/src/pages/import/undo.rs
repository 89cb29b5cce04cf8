//! Undoing an import: a page that shows the effect, and the undo itself.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::pages::import::{Number, address, to, wizard};
use crate::session::CurrentMember;
use crate::ui::error_page::Problem;
use crate::ui::layout::{Tone, notice};
use crate::ui::words::counted;
use app::{ImportId, ImportReport, UndoReport};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use std::sync::Arc;
use std::time::Duration;

/// How long the response waits for the undo; a large undo continues after the response.
const WAIT: Duration = Duration::from_secs(3);

/// `GET /imports/{import}/undo`: shows what the undo would do.
pub async fn ask(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(number): Number,
) -> Result<Response, Problem> {
    let import = ImportId(number);
    let actor = signed.actor;
    let looked = blocking(&web, move |app| {
        Ok((app.import_report(actor, import)?, app.undo(actor, import, true)?))
    });
    match looked.await {
        Ok((report, undo)) => Ok(view(&signed, &report, &undo).into_response()),
        Err(Problem::App(app::Error::AlreadyUndone(_))) => Ok(to(import, "result").into_response()),
        Err(problem) => Err(problem),
    }
}

fn view(signed: &CurrentMember, report: &ImportReport, undo: &UndoReport) -> Markup {
    let import = report.import;
    wizard(
        signed,
        "Undo this import",
        html! {
            div.narrow {
                h1 { "Undo this import" }
                p { strong { (report.file_name) } }
                div.card.stack {
                    h2 { "What happens" }
                    ul.plain.undo-list {
                        @if undo.removed > 0 { li { strong { (counted(undo.removed, "contact", "contacts")) } " created by this import will be deleted." } }
                        @if undo.restored > 0 { li { strong { (counted(undo.restored, "contact", "contacts")) } " changed by this import will get " (if undo.restored == 1 { "its" } else { "their" }) " old values back." } }
                        @if undo.kept > 0 { li { strong { (counted(undo.kept, "contact", "contacts")) } " changed since will stay as " (if undo.kept == 1 { "it is" } else { "they are" }) "." } }
                    }
                    @if !undo.kept_names.is_empty() { (kept(undo)) }
                }
                @if undo.removed + undo.restored == 0 {
                    (notice(Tone::Plain, html! { p { "Nothing to undo." } }))
                }
                div.actions {
                    form method="post" action=(address(import, "undo")) { button.button-danger { "Undo this import" } }
                    a.button.button-quiet href=(address(import, "result")) { "Cancel" }
                }
            }
        },
    )
}

fn kept(undo: &UndoReport) -> Markup {
    let more = undo.kept.saturating_sub(undo.kept_names.len() as u64);
    html! {
        details {
            summary { "Kept contacts" }
            ul { @for name in &undo.kept_names { li { (name) } } }
            @if more > 0 { p { "and " (counted(more, "more", "more")) } }
        }
    }
}

/// `POST /imports/{import}/undo`
pub async fn undo(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(number): Number,
) -> Result<Redirect, Problem> {
    let import = ImportId(number);
    let actor = signed.actor;
    let work = Arc::clone(&web);
    let undoing = tokio::spawn(async move { blocking(&work, move |app| app.undo(actor, import, false)).await });
    match tokio::time::timeout(WAIT, undoing).await {
        // The undo continues without this request; the result page shows when it is done.
        Err(_) => {}
        Ok(Err(_)) => return Err(Problem::Broken),
        Ok(Ok(Err(Problem::App(app::Error::AlreadyUndone(_))))) => {}
        Ok(Ok(outcome)) => drop(outcome?),
    }
    Ok(to(import, "result"))
}
