//! The fourth step: the import runs, whether or not a page is open.
//!
//! Contains the page, its live counters and the stop button.

use crate::Web;
use crate::bridge::blocking::blocking;
use crate::pages::import::{Number, Step, address, end_of, steps, to, wizard};
use crate::session::gate::current;
use crate::session::{CurrentMember, SessionToken};
use crate::ui::error_page::Problem;
use crate::ui::locale;
use crate::ui::words::{counted, number};
use app::{Actor, ImportId, ImportProgress, ImportReport, ImportState, Token};
use axum::extract::{Path, State};
use axum::http::header::CACHE_CONTROL;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;

/// How often an open page receives an update.
const UPDATE_INTERVAL: Duration = Duration::from_millis(400);
/// How often the session of an open page is checked.
const TOKEN_CHECK_INTERVAL: Duration = Duration::from_secs(3);
/// How often a page without script reloads.
const LOOK_AGAIN_SECONDS: u32 = 2;

fn is_in_progress(state: ImportState) -> bool {
    matches!(state, ImportState::Running | ImportState::Cancelling)
}

/// `GET /imports/{import}/running`
pub async fn show(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(number): Number,
) -> Result<Response, Problem> {
    let import = ImportId(number);
    let actor = signed.actor;
    let looked = blocking(&web, move |app| {
        Ok((app.import_report(actor, import)?, app.import_progress(actor, import)?))
    });
    let (report, progress) = looked.await?;
    if !is_in_progress(progress.state) {
        return Ok(to(import, end_of(progress.state)).into_response());
    }
    Ok(view(&signed, &report, &progress).into_response())
}

fn view(signed: &CurrentMember, report: &ImportReport, progress: &ImportProgress) -> Markup {
    let import = report.import;
    wizard(
        signed,
        "Importing",
        html! {
            div.stack {
                h1 { "Importing" }
                (steps(Step::Running, Some(import)))
            }
            noscript { meta http-equiv="refresh" content=(LOOK_AGAIN_SECONDS); }
            div.card.stack.running data-events=(address(import, "events")) data-then=(address(import, "result")) {
                p { strong { (report.file_name) } }
                (bar(progress))
                div.running-state { (progress_line(progress)) p.muted id="running-pace" {} }
                dl.facts.figures id="running-counts" { (figures(progress)) }
                p { "You can close this page. The import continues." }
                @if progress.state == ImportState::Running {
                    form method="post" action=(address(import, "cancel")) { button.button-danger { "Stop the import" } }
                    p.small.muted { "Stops after the current batch. You can then keep or undo what was imported." }
                }
            }
        },
    )
}

fn bar(progress: &ImportProgress) -> Markup {
    html! {
        progress id="running-bar" aria-label="Import" max=(progress.of_bytes.max(1)) value=[progress.bytes] {}
    }
}

fn progress_line(progress: &ImportProgress) -> Markup {
    html! { p id="running-status" role="status" { (state_words(progress)) } }
}

fn state_words(progress: &ImportProgress) -> String {
    match progress.state {
        ImportState::Cancelling => "Stopping after the current batch.".to_owned(),
        _ if progress.interrupted && progress.disk_full => {
            "Paused: the server's disk is full. The import continues when there is space.".to_owned()
        }
        _ if progress.interrupted => "Interrupted. The import continues automatically in a moment.".to_owned(),
        _ => format!("{} so far.", counted(progress.counts.rows, "row", "rows")),
    }
}

fn figures(progress: &ImportProgress) -> Markup {
    html! {
        @for (name, words, count) in numbers(progress) {
            dt { (words) } dd.number data-count=(name) { (number(count)) }
        }
    }
}

fn numbers(progress: &ImportProgress) -> [(&'static str, &'static str, u64); 4] {
    let counts = progress.counts;
    let skipped = counts.unchanged_or_skipped();
    [
        ("new", "Created", counts.new),
        ("update", "Updated", counts.update),
        ("skipped", "Unchanged or skipped", skipped),
        ("invalid", "Invalid", counts.invalid),
    ]
}

/// `GET /imports/{import}/events`: streams the progress until the import ends or the server shuts down.
pub async fn events(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    SessionToken(token): SessionToken,
    Path(number): Number,
) -> Result<Response, Problem> {
    let (actor, import) = (signed.actor, ImportId(number));
    // Checks the right first: a member who may not see the import gets an error status, not an empty stream.
    blocking(&web, move |app| app.import_progress(actor, import)).await?;
    let (sender, events) = mpsc::channel(1);
    let watching = Watching { actor, token, import };
    tokio::spawn(locale::scope(locale::current(), send_progress(web, watching, sender)));
    // The stream is as private as a page.
    Ok(([(CACHE_CONTROL, "no-store")], Sse::new(events_of(events))).into_response())
}

fn events_of(events: mpsc::Receiver<Event>) -> impl Stream<Item = Result<Event, Infallible>> {
    use tokio_stream::StreamExt;
    ReceiverStream::new(events).map(Ok)
}

/// The recipient and the import of a progress stream.
struct Watching {
    actor: Actor,
    token: Token,
    import: ImportId,
}

async fn send_progress(web: Arc<Web>, watching: Watching, sender: mpsc::Sender<Event>) {
    let Watching { actor, token, import } = watching;
    let mut asked = Instant::now();
    loop {
        if asked.elapsed() >= TOKEN_CHECK_INTERVAL {
            asked = Instant::now();
            if !matches!(current(&web, Some(&token)).await, Ok(Some(_))) {
                return;
            }
        }
        let Ok(progress) = blocking(&web, move |app| app.import_progress(actor, import)).await else {
            return;
        };
        let end = !is_in_progress(progress.state);
        if sender.send(event(&progress)).await.is_err() || end {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(UPDATE_INTERVAL) => {}
            () = web.closing() => return,
            () = sender.closed() => return,
        }
    }
}

fn event(progress: &ImportProgress) -> Event {
    let counts = numbers(progress).map(|(name, _, count)| (name, count));
    let counts: serde_json::Map<_, _> = counts
        .into_iter()
        .map(|(name, count)| (name.to_owned(), count.into()))
        .collect();
    let data = serde_json::json!({
        "words": state_words(progress),
        "rows": progress.counts.rows,
        "counts": counts,
        "bytes": progress.bytes,
        "of": progress.of_bytes.max(1),
    });
    let name = if is_in_progress(progress.state) {
        "progress"
    } else {
        "end"
    };
    Event::default().event(name).data(data.to_string())
}

/// `POST /imports/{import}/cancel`
pub async fn cancel(
    State(web): State<Arc<Web>>,
    signed: CurrentMember,
    Path(number): Number,
) -> Result<Redirect, Problem> {
    let import = ImportId(number);
    blocking(&web, move |app| app.cancel_import(signed.actor, import)).await?;
    Ok(to(import, "running"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::Counts;

    #[test]
    fn the_numbers_shown_add_up() {
        let counts = Counts {
            rows: 10,
            new: 1,
            update: 2,
            unchanged: 1,
            duplicate: 2,
            ambiguous: 1,
            conflict: 1,
            invalid: 2,
            possible: 1,
        };
        let progress = ImportProgress {
            state: ImportState::Running,
            interrupted: false,
            disk_full: false,
            counts,
            bytes: None,
            of_bytes: 100,
        };
        let sum: u64 = numbers(&progress).iter().map(|(_, _, count)| count).sum();
        assert_eq!(sum, 10);
        assert_eq!(state_words(&progress), "10 rows so far.");
        let stuck = ImportProgress {
            interrupted: true,
            disk_full: true,
            ..progress
        };
        assert!(state_words(&stuck).contains("disk is full"));
    }
}
