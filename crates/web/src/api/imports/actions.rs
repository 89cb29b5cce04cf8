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

/// The result of accepting suggestions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"columns": 1, "values": 12, "import": {"import": "3", "state": "previewing"}}))]
pub struct AcceptedResource {
    /// How many columns were mapped to a field.
    columns: u64,
    /// How many values were corrected.
    values: u64,
    /// The import, as returned by `GET`.
    import: ImportResource,
}

/// Accepts all suggestions of a draft.
///
/// Maps columns to their proposed fields, and corrects emails of invalid rows that were clearly mistyped, as far as the preview
/// has processed the rows. The preview is made again.
#[utoipa::path(
    post, path = "/api/v1/imports/{import}:accept-suggestions", tag = "Imports", operation_id = "accept_suggestions",
    params(("import" = String, Path, description = "The id of the import")),
    responses((status = 200, description = "The number of accepted suggestions", body = AcceptedResource)),
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
/// The import runs in the background. Use `GET` with `Prefer: wait`, or the events, to wait for its end. Its mapping is
/// remembered for this header.
#[utoipa::path(
    post, path = "/api/v1/imports/{import}:start", tag = "Imports", operation_id = "start_import",
    params(("import" = String, Path, description = "The id of the import")),
    responses((status = 202, description = "The import is running", body = ImportResource)),
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
/// The import stops after the current batch. Imported contacts stay; the import can be resumed or undone.
#[utoipa::path(
    post, path = "/api/v1/imports/{import}:cancel", tag = "Imports", operation_id = "cancel_import",
    params(("import" = String, Path, description = "The id of the import")),
    responses((status = 202, description = "The import is stopping, or has ended", body = ImportResource)),
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
/// Continues after the last processed row. The result is the same as without the interruption.
#[utoipa::path(
    post, path = "/api/v1/imports/{import}:resume", tag = "Imports", operation_id = "resume_import",
    params(("import" = String, Path, description = "The id of the import")),
    responses((status = 202, description = "The import is running", body = ImportResource)),
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

/// Options of an undo.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UndoQuery {
    /// Whether to only return what an undo would do [default: false].
    dry_run: bool,
}

/// The result of an undo, or what it would be.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"import": "3", "dry_run": false, "removed": 480, "restored": 0, "kept": 1, "kept_names": ["Ann Miller"]}))]
pub struct UndoResource {
    import: String,
    dry_run: bool,
    /// How many contacts created by the import are removed.
    removed: u64,
    /// How many contacts changed by the import get their old values back.
    restored: u64,
    /// How many contacts stay unchanged, because they were changed since, or the member may no longer change them.
    kept: u64,
    /// The names of the first contacts that stay unchanged.
    kept_names: Vec<String>,
}

/// Undoes an import.
///
/// Removes the contacts that the import created, and restores the old values of those that it changed. Contacts that were
/// changed since stay unchanged. A large undo takes a while; if the connection breaks, it continues in the background.
#[utoipa::path(
    post, path = "/api/v1/imports/{import}:undo", tag = "Imports", operation_id = "undo_import",
    params(("import" = String, Path, description = "The id of the import"), UndoQuery),
    responses((status = 200, description = "The result of the undo, or what it would be", body = UndoResource)),
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
