//! Actions on an import: accept suggestions, start, cancel, resume, undo.

use crate::Web;
use crate::api::gate::TokenMember;
use crate::api::imports::resource::{ImportResource, id};
use crate::api::json::Query;
use crate::api::once::{IdempotentEmpty, Reply, RequestKey, once, once_begun};
use crate::api::problem::ApiProblem;
use app::{AcceptedSuggestions, Actor, App, Error, ImportId, ImportReport, Keyed, OnceAnswer, UndoReport};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use utoipa::{IntoParams, ToSchema};

/// How long accepting suggestions waits for the preview.
const PREVIEW: Duration = Duration::from_secs(20);

/// How many suggestions were taken.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"columns": 1, "values": 12, "import": {"import": "3", "state": "previewing"}}))]
pub struct AcceptedResource {
    /// Columns that fill a field from now on.
    columns: u64,
    /// Values that were corrected.
    values: u64,
    /// The import as `GET` shows it.
    import: ImportResource,
}

/// Accepts all suggestions of a draft.
///
/// Columns fill the fields that they may fill, and emails of invalid rows that were surely mistyped are corrected, as far as
/// the preview has come. The preview is made anew.
#[utoipa::path(
    post, path = "/api/v1/imports/{import}:accept-suggestions", tag = "Imports", operation_id = "accept_suggestions",
    params(("import" = String, Path, description = "The number of the import")),
    responses((status = 200, description = "How many were taken", body = AcceptedResource)),
)]
pub async fn accept_suggestions(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(import): Path<String>,
    IdempotentEmpty(key): IdempotentEmpty,
) -> Result<Response, ApiProblem> {
    let (import, actor) = (id(&import)?, member.actor);
    // Only the two counts are stored; the state of the import is read for each response.
    let finish = move |app: &App, (columns, values): (u64, u64)| {
        let accepted = AcceptedResource {
            columns,
            values,
            import: ImportResource::read(app, actor, import)?,
        };
        Ok(Reply::new(StatusCode::OK, &accepted))
    };
    let work = move |app: &App, keyed: Option<&Keyed>| {
        let counts = |taken: &AcceptedSuggestions| (taken.columns, taken.values);
        let write = |taken: &AcceptedSuggestions| Reply::new(StatusCode::OK, &counts(taken)).to_text();
        let once = keyed.map(|keyed| OnceAnswer { keyed, write: &write });
        let taken = app.accept_suggestions(actor, import, PREVIEW, once)?;
        finish(app, counts(&taken))
    };
    once_begun(&web, member, key, work, move |app, kept| {
        finish(app, kept.body().ok_or(Error::Broken)?)
    })
    .await
}

/// How the response about an import is stored.
type Once<'a> = Option<OnceAnswer<'a, ImportReport>>;

/// Runs an action on an import and responds with its new state.
async fn act(
    web: &Arc<Web>,
    member: TokenMember,
    import: &str,
    key: Option<RequestKey>,
    work: impl FnOnce(&App, Actor, ImportId, Once<'_>) -> Result<ImportReport, Error> + Send + 'static,
) -> Result<Response, ApiProblem> {
    let import = id(import)?;
    let reply = |report: &ImportReport| Reply::new(StatusCode::ACCEPTED, &ImportResource::of_report(report));
    once(web, member, key, reply, move |app, once| {
        work(app, member.actor, import, once)
    })
    .await
}

/// Starts an import.
///
/// It runs in the background; `GET` with `Prefer: wait`, or the events, tell when it has ended. Its mapping is remembered for
/// this header.
#[utoipa::path(
    post, path = "/api/v1/imports/{import}:start", tag = "Imports", operation_id = "start_import",
    params(("import" = String, Path, description = "The number of the import")),
    responses((status = 202, description = "It is running", body = ImportResource)),
)]
pub async fn start(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(import): Path<String>,
    IdempotentEmpty(key): IdempotentEmpty,
) -> Result<Response, ApiProblem> {
    act(&web, member, &import, key, |app, actor, import, once| {
        app.start_draft_once(actor, import, once)
    })
    .await
}

/// Cancels an import.
///
/// It stops after the current batch. What was imported stays; it can be resumed or undone.
#[utoipa::path(
    post, path = "/api/v1/imports/{import}:cancel", tag = "Imports", operation_id = "cancel_import",
    params(("import" = String, Path, description = "The number of the import")),
    responses((status = 202, description = "It is stopping, or has ended", body = ImportResource)),
)]
pub async fn cancel(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(import): Path<String>,
    IdempotentEmpty(key): IdempotentEmpty,
) -> Result<Response, ApiProblem> {
    act(&web, member, &import, key, |app, actor, import, once| {
        app.cancel_import_once(actor, import, once)
    })
    .await
}

/// Resumes an import that was cancelled.
///
/// It goes on behind the last row that was done, and ends as if it had never been stopped.
#[utoipa::path(
    post, path = "/api/v1/imports/{import}:resume", tag = "Imports", operation_id = "resume_import",
    params(("import" = String, Path, description = "The number of the import")),
    responses((status = 202, description = "It is running", body = ImportResource)),
)]
pub async fn resume(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(import): Path<String>,
    IdempotentEmpty(key): IdempotentEmpty,
) -> Result<Response, ApiProblem> {
    act(&web, member, &import, key, |app, actor, import, once| {
        app.continue_import_once(actor, import, once)
    })
    .await
}

/// How an import is undone.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UndoQuery {
    /// Whether it is only said what would happen [default: false].
    dry_run: bool,
}

/// What an undo has done, or would do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"import": "3", "dry_run": false, "removed": 480, "restored": 0, "kept": 1, "kept_names": ["Ann Miller"]}))]
pub struct UndoResource {
    import: String,
    dry_run: bool,
    /// Contacts that it created and that are gone.
    removed: u64,
    /// Contacts that it changed and that have their old values.
    restored: u64,
    /// Contacts that stay as they are, because somebody has changed them since.
    kept: u64,
    /// The names of the first of them.
    kept_names: Vec<String>,
}

/// Undoes an import.
///
/// What it created goes, what it changed gets its old values; contacts that were changed since stay as they are. A large one
/// takes a while. If the connection breaks, it goes on in the background.
#[utoipa::path(
    post, path = "/api/v1/imports/{import}:undo", tag = "Imports", operation_id = "undo_import",
    params(("import" = String, Path, description = "The number of the import"), UndoQuery),
    responses((status = 200, description = "What was done, or would be", body = UndoResource)),
)]
pub async fn undo(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(import): Path<String>,
    Query(query): Query<UndoQuery>,
    IdempotentEmpty(key): IdempotentEmpty,
) -> Result<Response, ApiProblem> {
    let (import, actor) = (id(&import)?, member.actor);
    let UndoQuery { dry_run } = query;
    let reply = move |report: UndoReport| {
        let undone = UndoResource {
            import: import.to_string(),
            dry_run,
            removed: report.removed,
            restored: report.restored,
            kept: report.kept,
            kept_names: report.kept_names,
        };
        Reply::new(StatusCode::OK, &undone)
    };
    let work = move |app: &App, keyed: Option<&Keyed>| {
        if dry_run {
            let reply = reply(app.undo(actor, import, true)?);
            if let Some(keyed) = keyed {
                app.answer_key(keyed, &reply.to_text())?;
            }
            return Ok(reply);
        }
        // An undo takes long, so an empty response is stored when it begins.
        let write = |_: &ImportId| Reply::new(StatusCode::OK, &Value::Null).to_text();
        let once = keyed.map(|keyed| OnceAnswer { keyed, write: &write });
        Ok(reply(app.undo_once(actor, import, once)?))
    };
    once_begun(&web, member, key, work, move |app, kept| match kept.is_empty() {
        true => Ok(reply(app.finished_undo(actor, import)?)),
        false => Ok(kept),
    })
    .await
}
