//! Progress of an import as server-sent events, and its rejected rows as a file.

use crate::Web;
use crate::api::gate::{TokenMember, TokenSecret};
use crate::api::imports::resource::{ImportResource, id};
use crate::api::problem::ApiProblem;
use crate::bridge::blocking::{Lane, blocking, blocking_in, written};
use app::{Actor, ImportId};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt};
use utoipa::ToSchema;

/// The interval between progress events.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(500);
/// The interval between checks whether the token is still valid.
const TOKEN_CHECK_INTERVAL: Duration = Duration::from_secs(5);

/// An event of the stream.
#[derive(Debug, ToSchema)]
#[schema(example = json!({"event": "progress", "data": "{\"import\": \"3\", \"state\": \"running\"}"}))]
#[expect(dead_code, reason = "the document describes it; it is written as text")]
pub struct ProgressEvent {
    /// `progress` or `end`.
    event: String,
    /// The import, as JSON.
    data: String,
}

/// Streams the progress of an import.
///
/// Sends server-sent events: `progress` with the import as returned by `GET` while it is in progress, and `end` when it is no
/// longer in progress. Then the stream ends.
#[utoipa::path(
    get, path = "/api/v1/imports/{import}/events", tag = "Imports", operation_id = "follow_import",
    params(("import" = String, Path, description = "The id of the import")),
    responses((status = 200, description = "The events", body = ProgressEvent, content_type = "text/event-stream")),
)]
pub async fn events(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    secret: TokenSecret,
    Path(import): Path<String>,
) -> Result<Response, ApiProblem> {
    let import = id(&import)?;
    // A member who may not see the import gets an error status, not an empty stream.
    blocking(&web, move |app| app.import_report(member.actor, import)).await?;
    let (sender, events) = mpsc::channel(1);
    tokio::spawn(send_progress(web, member.actor, secret, import, sender));
    Ok(Sse::new(events_of(events))
        .keep_alive(KeepAlive::default())
        .into_response())
}

fn events_of(events: mpsc::Receiver<Event>) -> impl Stream<Item = Result<Event, Infallible>> {
    ReceiverStream::new(events).map(Ok)
}

async fn send_progress(
    web: Arc<Web>,
    actor: Actor,
    secret: TokenSecret,
    import: ImportId,
    sender: mpsc::Sender<Event>,
) {
    let mut asked = Instant::now();
    loop {
        if asked.elapsed() >= TOKEN_CHECK_INTERVAL {
            asked = Instant::now();
            if !is_valid(&web, &secret).await {
                return;
            }
        }
        let Ok(resource) = blocking(&web, move |app| ImportResource::read(app, actor, import)).await else {
            return;
        };
        let is_in_progress = resource.state().is_in_progress();
        let name = if is_in_progress { "progress" } else { "end" };
        let data = serde_json::to_string(&resource).unwrap_or_default();
        if sender.send(Event::default().event(name).data(data)).await.is_err() || !is_in_progress {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(PROGRESS_INTERVAL) => {}
            () = web.closing() => return,
            () = sender.closed() => return,
        }
    }
}

async fn is_valid(web: &Arc<Web>, secret: &TokenSecret) -> bool {
    let secret = secret.0.clone();
    let found = blocking_in(web, Lane::Sessions, move |app| app.authenticate(&secret)).await;
    matches!(found, Ok(Some(_)))
}

/// Downloads the rejected rows of an import.
///
/// Returns the rows that were not imported, as a CSV with the line and the reasons before the original cells. After the
/// values are corrected, the file can be imported as it is.
#[utoipa::path(
    get, path = "/api/v1/imports/{import}/rejected.csv", tag = "Imports", operation_id = "get_rejected_rows",
    params(("import" = String, Path, description = "The id of the import")),
    responses((status = 200, description = "The rows", body = String, content_type = "text/csv"),
        (status = 410, description = "The import was undone, or the rows are no longer stored", body = crate::api::problem::ProblemDetails, content_type = "application/problem+json")),
)]
pub async fn rejected(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(import): Path<String>,
) -> Result<Response, ApiProblem> {
    let import = id(&import)?;
    // A file that cannot be written at all results in an error response, not in an aborted file.
    blocking(&web, move |app| {
        app.rejected_rows(member.actor, import, &mut std::io::sink())
    })
    .await?;
    let body = written(&web, move |app, out| {
        app.rejected_rows(member.actor, import, out).map(drop)
    });
    let name = format!("attachment; filename=\"rejected-{import}.csv\"");
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, body).into_response())
}
