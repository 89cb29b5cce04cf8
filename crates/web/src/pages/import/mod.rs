//! The import wizard, one file per step, and the list of imports.
//!
//! Defines what the steps share: their order, the page frame, and the redirect to the current step of an import. The
//! state of the wizard is stored in the database, so every step can be left and resumed.

mod columns_view;
mod fields;
mod fix_grid;
pub mod hits;
pub mod list;
pub mod mapping;
mod mapping_model;
mod mapping_view;
mod options;
pub mod preview;
mod preview_view;
mod receive;
pub mod result;
pub mod row;
mod row_query;
mod rows;
pub mod running;
pub mod sample_contacts;
pub mod undo;
pub mod upload;
mod warnings_view;

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::session::CurrentMember;
use crate::ui::error_page::Problem;
use crate::ui::flash::{Flash, redirect};
use crate::ui::layout::{Page, Section, page};
use crate::ui::words::counted;
use app::{ImportId, ImportState};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use std::sync::Arc;

/// The id of an import in a URL.
pub type Number = Path<i64>;

/// The steps, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Choosing a file.
    Upload,
    /// Mapping its columns.
    Map,
    /// Seeing what the import would do.
    Preview,
    Running,
    /// The outcome.
    Result,
}

const STEPS: [(Step, &str, &str); 5] = [
    (Step::Upload, "Upload", ""),
    (Step::Map, "Map columns", "map"),
    (Step::Preview, "Preview", "preview"),
    (Step::Running, "Import", "running"),
    (Step::Result, "Result", "result"),
];

/// The progress bar of the wizard. Until the import starts, its finished steps are links; after that there is no way
/// back.
fn steps(now: Step, import: Option<ImportId>) -> Markup {
    let back = |step: Step| step < now && step > Step::Upload && now <= Step::Preview;
    html! {
        ol.steps aria-label="Steps of the import" {
            @for (step, name, end) in STEPS {
                li aria-current=[(step == now).then_some("step")] data-done[step < now || now == Step::Result] {
                    span.step-name {
                        @match import.filter(|_| back(step)) {
                            Some(import) => a href=(address(import, end)) { (name) },
                            None => (name),
                        }
                        @if step < now { span.visually-hidden { " (done)" } }
                    }
                }
            }
        }
    }
}

/// A page of the wizard.
fn wizard(signed: &CurrentMember, title: &str, content: Markup) -> Markup {
    let head = Page {
        title,
        viewer: Some(signed.viewer()),
        here: Section::Imports,
    };
    page(head, content)
}

/// The URL of a page of an import.
fn address(import: ImportId, end: &str) -> String {
    format!("/imports/{import}/{end}")
}

fn to(import: ImportId, end: &str) -> Redirect {
    Redirect::to(&address(import, end))
}

/// The page for an import in this state.
fn end_of(state: ImportState) -> &'static str {
    match state {
        ImportState::Draft => "preview",
        ImportState::Running | ImportState::Cancelling => "running",
        ImportState::Cancelled | ImportState::Done | ImportState::Undoing | ImportState::Undone => "result",
    }
}

/// `GET /imports/{import}`: redirects to the current step.
pub async fn step(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(number): Number,
) -> Result<Redirect, Problem> {
    let import = ImportId(number);
    let report = blocking(&web, move |app| app.import_report(signed.actor, import)).await?;
    Ok(to(import, end_of(report.state)))
}

/// `POST /imports/{import}/discard`: deletes a draft and its file.
pub async fn discard(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(number): Number,
) -> Result<Response, Problem> {
    blocking(&web, move |app| app.discard_draft(signed.actor, ImportId(number))).await?;
    let flash = Flash::text("Import discarded. Nothing was imported.");
    Ok(redirect("/imports", flash))
}

/// The response if an import is no longer a draft, such as in a second tab or with the Back button after the start: a
/// redirect to its current step.
fn elsewhere(import: ImportId, problem: Problem) -> Response {
    match problem {
        Problem::App(app::Error::NotADraft { .. }) => Redirect::to(&format!("/imports/{import}")).into_response(),
        other => other.into_response(),
    }
}

/// The page again, with the status of a rejected form.
fn refused(page: Markup) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_way_back_before_the_start_only() {
        let shown = |now| steps(now, Some(ImportId(7))).into_string();
        assert!(shown(Step::Preview).contains("/imports/7/map"));
        assert!(!shown(Step::Running).contains("href"));
        assert!(!shown(Step::Upload).contains("href"));
    }
}
