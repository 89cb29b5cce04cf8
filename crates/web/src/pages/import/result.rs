//! The last step: the outcome of every row, and the links from there.
//!
//! Contains the page and the download of rejected rows.

use crate::Web;
use crate::bridge::blocking::{blocking, written};
use crate::pages::import::list::state_badge;
use crate::pages::import::row_query::{PAGE, RowQuery};
use crate::pages::import::rows::{Rows, SWAP, heading};
use crate::pages::import::warnings_view::warnings;
use crate::pages::import::{Number, Step, address, end_of, steps, to, wizard};
use crate::session::CurrentMember;
use crate::ui::error_page::Problem;
use crate::ui::layout::{Tone, notice, pages};
use crate::ui::outcomes::{bar, tabs};
use crate::ui::truncate::brief;
use crate::ui::words::{counted, moment, number};
use app::{Actor, App, Counts, Error, ImportId, ImportReport, ImportState, RowClass, RowsPage};
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use std::sync::Arc;

/// How often the page reloads while an undo is running.
const LOOK_AGAIN_SECONDS: u32 = 2;

/// The rows of a class, or the reason why they are not available.
struct DraftView {
    class: RowClass,
    rows: Result<RowsPage, String>,
}

/// `GET /imports/{import}/result`
pub async fn show(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(number): Number,
    Query(at): Query<RowQuery>,
) -> Result<Response, Problem> {
    let import = ImportId(number);
    let actor = signed.actor;
    let report = blocking(&web, move |app| app.import_report(actor, import)).await?;
    if end_of(report.state) != "result" {
        return Ok(to(import, end_of(report.state)).into_response());
    }
    let looked = match at.class {
        None => None,
        Some(_) => {
            let counts = report.counts;
            Some(blocking(&web, move |app| look(app, actor, import, &at, &counts)).await?)
        }
    };
    Ok(view(&signed, &report, looked.as_ref()).into_response())
}

fn look(app: &App, actor: Actor, import: ImportId, at: &RowQuery, counts: &Counts) -> Result<DraftView, Error> {
    let class = at.class(counts);
    match app.result_rows(actor, import, class, at.page(), PAGE) {
        Ok(rows) => Ok(DraftView { class, rows: Ok(rows) }),
        // Rows that are no longer kept, or are stored on another machine, are not an error of the page: its numbers
        // are still valid.
        Err(error @ (Error::RowsGone(_) | Error::UploadMissing { .. })) => Ok(DraftView {
            class,
            rows: Err(error.for_members()),
        }),
        Err(error) => Err(error),
    }
}

fn view(signed: &CurrentMember, report: &ImportReport, looked: Option<&DraftView>) -> Markup {
    let import = report.import;
    wizard(
        signed,
        "Import result",
        html! {
            div.stack {
                h1 { "Import result" }
                (steps(Step::Result, Some(import)))
            }
            div.stack id=(SWAP) data-poll[report.state == ImportState::Undoing] {
                div.head {
                    p { strong { (report.file_name) } " " (state_badge(report.state, report.interrupted)) " " span.muted { (report.owner) ", " (moment(report.finished_at.unwrap_or(report.updated_at))) } }
                    (ways(report))
                }
                (state_notice(report))
                @if let Some(expected) = report.expected.filter(|expected| *expected != report.counts) {
                    @if report.state == ImportState::Done { (difference(&expected, &report.counts)) }
                }
                (numbers(report, looked.map(|looked| looked.class)))
                (warnings(&report.warnings))
                @if let Some(looked) = looked { (rows(report, looked)) }
            }
        },
    )
}

/// The links and buttons for what can be done next.
fn ways(report: &ImportReport) -> Markup {
    let import = report.import;
    let kept = matches!(report.state, ImportState::Done | ImportState::Cancelled);
    let written = report.counts.new + report.counts.update > 0;
    html! {
        div.actions {
            @if kept && written { a.button.button-primary href=(format!("/contacts?import={import}")) { "View contacts" } }
            @if report.state == ImportState::Cancelled {
                form method="post" action=(address(import, "continue")) { button { "Continue this import" } }
            }
            @if kept && report.counts.to_correct() > 0 {
                form method="post" action=(address(import, "fix-rejected")) {
                    button { "Fix " (counted(report.counts.to_correct(), "row", "rows")) " now" }
                }
                a.button href=(address(import, "rejected.csv")) { "Download invalid rows" }
            }
            @if kept && !report.is_forgotten { a.button href=(address(import, "undo")) { "Undo this import" } }
            a.button.button-quiet href="/import" { "Import another file" }
        }
    }
}

fn state_notice(report: &ImportReport) -> Markup {
    let counts = &report.counts;
    match report.state {
        ImportState::Done => notice(
            Tone::Good,
            html! { p { (counted(counts.rows, "row", "rows")) ": " (number(counts.new)) " created, " (number(counts.update)) " updated, " (number(counts.unchanged_or_skipped())) " unchanged or skipped, " (number(counts.invalid)) " invalid." } },
        ),
        ImportState::Cancelled => notice(
            Tone::Warn,
            html! {
                p { "The import was stopped after " (counted(counts.rows, "row", "rows")) ". The rows behind them have not been imported. You can continue the import, or undo what was imported so far." }
            },
        ),
        ImportState::Undoing => notice(
            Tone::Plain,
            html! {
                noscript { meta http-equiv="refresh" content=(LOOK_AGAIN_SECONDS); }
                p { "This import is being undone. You can close this page." }
            },
        ),
        _ => notice(
            Tone::Plain,
            html! { p { "Import undone. Created contacts were removed and changed contacts restored." } },
        ),
    }
}

/// The outcomes that differ from the preview, because another member changed contacts in between.
fn difference(expected: &Counts, counts: &Counts) -> Markup {
    let changed = RowClass::ALL
        .into_iter()
        .map(|class| (class, class.count_in(expected), class.count_in(counts)));
    notice(
        Tone::Warn,
        html! {
            p { "Contacts were changed between the preview and the import, so some rows have a different outcome:" }
            ul.plain {
                @for (class, before, now) in changed.filter(|(_, before, now)| before != now) {
                    li { (done(class)) ": " (number(now)) ", the preview said " (number(before)) }
                }
            }
        },
    )
}

/// The heading of a class after the import.
fn done(class: RowClass) -> &'static str {
    match class {
        RowClass::New => "Created",
        RowClass::Update => "Updated",
        RowClass::Duplicate => "Duplicates, skipped",
        RowClass::Possible => "Possible duplicates, skipped",
        RowClass::Ambiguous => "Ambiguous, skipped",
        RowClass::Conflict => "Conflicts, skipped",
        RowClass::Invalid => "Invalid",
        RowClass::Unchanged => heading(class),
    }
}

/// The numbers of the classes, each a link to its rows.
fn numbers(report: &ImportReport, now: Option<RowClass>) -> Markup {
    html! {
        section.card.stack.outcomes aria-label="Rows by outcome" {
            p { strong { (counted(report.counts.rows, "row", "rows")) } " in the file" @if report.state == ImportState::Cancelled { " so far" } }
            (bar(&report.counts))
            (tabs(&report.counts, now, SWAP, done, |class| rows_url(report.import, class)))
        }
    }
}

fn rows_url(import: ImportId, class: RowClass) -> String {
    address(import, &format!("result?class={}", class.as_str()))
}

fn rows(report: &ImportReport, looked: &DraftView) -> Markup {
    let class = looked.class;
    html! {
        section.stack aria-labelledby="rows-title" {
            h2 id="rows-title" { (done(class)) ": " (number(class.count_in(&report.counts))) }
            @match &looked.rows {
                Err(why) => (notice(Tone::Plain, html! { p { (brief(why)) } })),
                Ok(page) if page.rows.is_empty() => p.muted { "No rows." },
                Ok(page) => {
                    (Rows { import: report.import, page, class, changing: None }.table())
                    @if page.pages > 1 {
                        (pages(page.page, page.pages, SWAP, |page| format!("{}&page={}", rows_url(report.import, class), page + 1)))
                    }
                }
            }
        }
    }
}

/// `GET /imports/{import}/rejected.csv`
pub async fn rejected(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(number): Number,
) -> Result<Response, Problem> {
    let import = ImportId(number);
    let actor = signed.actor;
    // Predictable failures are detected before the response begins; afterwards no error status can be sent.
    let report = blocking(&web, move |app| app.import_report(actor, import)).await?;
    if report.state == ImportState::Draft {
        return Ok(to(import, end_of(report.state)).into_response());
    }
    if matches!(report.state, ImportState::Undoing | ImportState::Undone) {
        return Err(Problem::App(Error::RejectedRowsUndone(import)));
    }
    let body = written(&web, move |app, out| app.rejected_rows(actor, import, out).map(drop));
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"rejected-{import}.csv\""),
        ),
    ];
    Ok((headers, body).into_response())
}

/// `POST /imports/{import}/fix-rejected`: creates a draft of the rows that were not imported, with the same mapping.
pub async fn fix_rejected(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(number): Number,
) -> Result<Redirect, Problem> {
    let (actor, limit) = (signed.actor, web.upload_limit());
    let draft = blocking(&web, move |app| app.draft_of_rejected(actor, ImportId(number), limit)).await?;
    Ok(to(draft, "preview?class=invalid"))
}

/// `POST /imports/{import}/continue`: resumes a stopped import after its last row.
pub async fn go_on(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(number): Number,
) -> Result<Redirect, Problem> {
    let (actor, import) = (signed.actor, ImportId(number));
    blocking(&web, move |app| app.continue_import(actor, import)).await?;
    Ok(to(import, "running"))
}
