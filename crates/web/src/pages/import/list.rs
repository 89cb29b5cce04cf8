//! The list of imports: member, time, file, outcome of the rows, and state.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::pages::import::wizard;
use crate::session::CurrentMember;
use crate::session::flash::ShownFlash;
use crate::ui::error_page::Problem;
use crate::ui::layout::{empty, table_frame};
use crate::ui::words::{bytes, moment, number};
use app::{ImportReport, ImportState};
use axum::extract::State;
use maud::{Markup, html};
use std::sync::Arc;

/// `GET /imports`
pub async fn list(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    ShownFlash(flash): ShownFlash,
) -> Result<Markup, Problem> {
    let actor = signed.actor;
    let imports = blocking(&web, move |app| app.imports(actor)).await?;
    let content = html! {
        @if let Some(flash) = &flash { (flash.notice("/imports")) }
        div.head {
            h1 { "Imports" }
            a.button.button-primary href="/import" { "Import" }
        }
        @if imports.is_empty() {
            (empty("No imports yet", html! {
                p { "Import the contacts of another program. You review every row first, and you can undo an import." }
                p { a.button.button-primary href="/import" { "Import contacts" } }
            }))
        } @else {
            (table_frame("Imports", false, table(&imports)))
        }
    };
    Ok(wizard(&signed, "Imports", content))
}

fn table(imports: &[ImportReport]) -> Markup {
    html! {
        table.table.imports {
            thead { tr {
                th scope="col" { "File" }
                th scope="col" { "State" }
                th.number scope="col" { "Rows" }
                th.number scope="col" { "Created" }
                th.number scope="col" { "Updated" }
                th.number scope="col" { "Unchanged or skipped" }
                th.number scope="col" { "Invalid" }
                th scope="col" { "When" }
                th scope="col" { "By" }
                th.number scope="col" { "Size" }
                th.number scope="col" { "Number" }
            } }
            tbody { @for import in imports { (row(import)) } }
        }
    }
}

fn row(import: &ImportReport) -> Markup {
    let counts = import.counts;
    let draft = import.state == ImportState::Draft;
    let skipped = counts.unchanged_or_skipped();
    let figures = [counts.rows, counts.new, counts.update, skipped, counts.invalid];
    html! {
        tr {
            th scope="row" { a href=(format!("/imports/{}", import.import)) { (import.file_name) } }
            td { (state_badge(import.state, import.interrupted)) }
            @for figure in figures {
                td.number { @if draft { span.muted { "–" } } @else { (number(figure)) } }
            }
            td { (moment(import.created_at)) }
            td { (import.owner) }
            td.number { (bytes(import.file_size)) }
            td.number { (import.import) }
        }
    }
}

/// The state of an import as a badge with word and symbol.
pub fn state_badge(state: ImportState, interrupted: bool) -> Markup {
    let (class, words) = match state {
        ImportState::Draft => ("badge", "Draft"),
        ImportState::Running if interrupted => ("badge badge-warn", "Continues soon"),
        ImportState::Running => ("badge badge-warn", "… importing"),
        ImportState::Cancelling => ("badge badge-warn", "… stopping"),
        ImportState::Cancelled => ("badge badge-warn", "Stopped"),
        ImportState::Done => ("badge badge-good", "✓ done"),
        ImportState::Undoing => ("badge badge-warn", "Being undone"),
        ImportState::Undone => ("badge", "↶ undone"),
    };
    html! { span class=(class) { (words) } }
}
