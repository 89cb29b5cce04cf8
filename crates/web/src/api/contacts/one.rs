//! One contact: create, read, change, delete and restore it, and read the origin of its values.

use crate::Web;
use crate::api::contacts::body::{ContactBody, ContactPatch, merging, replacing};
use crate::api::contacts::precondition::{IfMatch, conflict};
use crate::api::contacts::resource::{ContactResource, address, etag, id};
use crate::api::contacts::values::ContactValues;
use crate::api::gate::TokenMember;
use crate::api::json::{Json, ok};
use crate::api::once::{IdempotentEmpty, IdempotentJson, Reply, once, once_kept};
use crate::api::problem::{ApiProblem, ProblemDetails};
use crate::bridge::blocking::blocking;
use crate::ui::error_page::Problem;
use app::{
    BatchRequest, ContactHistory, ContactOperation, Error, LastImport, NewValues, OnceAnswer, OperationDone,
    OperationResult, StoredContact,
};
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Creates a contact.
///
/// The member becomes its owner. Existing contacts are not checked for duplicates; for that, use `contacts:batch` with
/// `upsert`, or an import.
#[utoipa::path(
    post, path = "/api/v1/contacts", tag = "Contacts", operation_id = "create_contact",
    request_body = ContactBody,
    responses((status = 201, description = "The contact", body = ContactResource,
        headers(("Location" = String), ("ETag" = String)))),
)]
pub async fn create(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    IdempotentJson { body, key }: IdempotentJson<ContactBody>,
) -> Result<Response, ApiProblem> {
    let region = web.region();
    once_kept(&web, member, key, move |app, keyed| {
        let contact = body.contact.contact(None, region)?;
        let request = BatchRequest {
            operations: vec![Ok(ContactOperation::Create(Box::new(contact)))],
            // With `atomic`, a contact that cannot be created is an error, which is not stored as the response of the
            // idempotency key.
            atomic: true,
        };
        let write =
            |results: &[OperationResult]| created(results.first()).map_or_else(String::new, |reply| reply.to_text());
        let once = keyed.map(|keyed| OnceAnswer { keyed, write: &write });
        match app.change_contacts(member.actor, request, once) {
            Ok(results) => created(results.first()).ok_or(Error::Broken),
            Err(Error::Batch(mut failures)) => Err(failures.pop().map_or(Error::Broken, |(_, error)| error)),
            Err(error) => Err(error),
        }
    })
    .await
}

fn created(result: Option<&OperationResult>) -> Option<Reply> {
    let Some(Ok(OperationDone::Created(stored))) = result else {
        return None;
    };
    let reply = Reply::new(StatusCode::CREATED, &ContactResource::from(stored));
    Some(reply.at(address(stored.id)).tagged(etag(stored.version)))
}

/// Returns a contact.
///
/// The header `ETag` contains its version, which a change must send in `If-Match`.
#[utoipa::path(
    get, path = "/api/v1/contacts/{id}", tag = "Contacts", operation_id = "get_contact",
    params(("id" = String, Path, description = "The id of the contact")),
    responses((status = 200, description = "The contact", body = ContactResource, headers(("ETag" = String)))),
)]
pub async fn get(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(contact): Path<String>,
) -> Result<Response, ApiProblem> {
    let id = id(&contact)?;
    let stored = blocking(&web, move |app| app.contact(member.actor, id)).await?;
    Ok(shown(&stored))
}

fn shown(stored: &StoredContact) -> Response {
    let mut response = ok(&ContactResource::from(stored));
    if let Ok(value) = HeaderValue::from_str(&etag(stored.version)) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

/// Replaces the values of a contact.
///
/// Replaces all values. Values that the body omits are removed.
#[utoipa::path(
    put, path = "/api/v1/contacts/{id}", tag = "Contacts", operation_id = "replace_contact",
    params(("id" = String, Path, description = "The id of the contact"),
        ("If-Match" = String, Header, description = "The ETag of the contact when it was read")),
    request_body = ContactBody,
    responses((status = 200, description = "The contact in its current state", body = ContactResource, headers(("ETag" = String))),
        (status = 412, description = "The contact was changed since; `current` contains its current state", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 428, description = "If-Match is missing", body = ProblemDetails, content_type = "application/problem+json")),
)]
pub async fn replace(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(contact): Path<String>,
    seen: IfMatch,
    Json(body): Json<ContactBody>,
) -> Result<Response, ApiProblem> {
    let values = replacing(body.contact, web.region());
    change(&web, member, &contact, &seen, values).await
}

/// Changes values of a contact.
///
/// The body is a merge patch (RFC 7396) of `contact` in the response of `GET`: a null removes a value, lists are replaced as
/// a whole, and omitted values stay unchanged.
#[utoipa::path(
    patch, path = "/api/v1/contacts/{id}", tag = "Contacts", operation_id = "patch_contact",
    params(("id" = String, Path, description = "The id of the contact"),
        ("If-Match" = String, Header, description = "The ETag of the contact when it was read")),
    request_body(content((ContactPatch = "application/json"), (ContactPatch = "application/merge-patch+json"))),
    responses((status = 200, description = "The contact in its current state", body = ContactResource, headers(("ETag" = String))),
        (status = 412, description = "The contact was changed since; `current` contains its current state", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 428, description = "If-Match is missing", body = ProblemDetails, content_type = "application/problem+json")),
)]
pub async fn patch(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(contact): Path<String>,
    seen: IfMatch,
    Json(body): Json<ContactPatch>,
) -> Result<Response, ApiProblem> {
    let values = merging(body.contact, web.region());
    change(&web, member, &contact, &seen, values).await
}

async fn change(
    web: &Arc<Web>,
    member: TokenMember,
    contact: &str,
    seen: &IfMatch,
    values: NewValues,
) -> Result<Response, ApiProblem> {
    let id = id(contact)?;
    let Some(expected) = seen.version() else {
        return Err(conflict(web, member, id).await);
    };
    let request = BatchRequest {
        operations: vec![Ok(ContactOperation::Update {
            id,
            expected: Some(expected),
            values,
        })],
        atomic: false,
    };
    let changed = blocking(web, move |app| {
        let mut results = app.change_contacts(member.actor, request, None)?;
        results.pop().unwrap_or(Err(Error::Broken))
    });
    match changed.await {
        Ok(OperationDone::Updated(stored) | OperationDone::Unchanged(stored)) => Ok(shown(&stored)),
        Ok(_) => Err(Error::Broken.into()),
        Err(Problem::App(Error::VersionConflict { .. })) => Err(conflict(web, member, id).await),
        Err(problem) => Err(problem.into()),
    }
}

/// Deletes a contact.
///
/// Moves it to the trash of its owner. It can be restored within the period set in the settings of the workspace.
#[utoipa::path(
    delete, path = "/api/v1/contacts/{id}", tag = "Contacts", operation_id = "delete_contact",
    params(("id" = String, Path, description = "The id of the contact"),
        ("If-Match" = String, Header, description = "The ETag of the contact when it was read")),
    responses((status = 204, description = "The contact is in the trash"),
        (status = 412, description = "The contact was changed since; `current` contains its current state", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 428, description = "If-Match is missing", body = ProblemDetails, content_type = "application/problem+json")),
)]
pub async fn delete(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(contact): Path<String>,
    seen: IfMatch,
) -> Result<Response, ApiProblem> {
    let id = id(&contact)?;
    let Some(expected) = seen.version() else {
        return Err(conflict(&web, member, id).await);
    };
    match blocking(&web, move |app| app.delete_contact_at(member.actor, id, Some(expected))).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT.into_response()),
        Err(Problem::App(Error::VersionConflict { .. })) => Err(conflict(&web, member, id).await),
        Err(problem) => Err(problem.into()),
    }
}

/// Restores a contact from the trash.
///
/// The contact is exactly as before, with its id and its shares.
#[utoipa::path(
    post, path = "/api/v1/contacts/{id}:restore", tag = "Contacts", operation_id = "restore_contact",
    params(("id" = String, Path, description = "The id of the contact")),
    responses((status = 200, description = "The contact", body = ContactResource, headers(("ETag" = String)))),
)]
pub async fn restore(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(contact): Path<String>,
    IdempotentEmpty(key): IdempotentEmpty,
) -> Result<Response, ApiProblem> {
    let id = id(&contact)?;
    let reply = |stored: &StoredContact| {
        Reply::new(StatusCode::OK, &ContactResource::from(stored)).tagged(etag(stored.version))
    };
    once(&web, member, key, reply, move |app, once| {
        app.restore_contact_once(member.actor, id, once)
    })
    .await
}

/// The origin of the values of a contact.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"creator": "Ada", "created_from": "contacts.csv", "editor": "Ada", "last_import": null}))]
pub struct HistoryResource {
    /// The name of the member who created it.
    creator: Option<String>,
    /// The name of the file from which it was created; null if a person created it.
    created_from: Option<String>,
    /// The name of the member who changed it last.
    editor: Option<String>,
    /// The import that changed it last; null if no import made the last change.
    last_import: Option<LastImportResource>,
}

/// What an import changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct LastImportResource {
    import: String,
    file: String,
    line: u64,
    /// The values before the import; only for the owner of the contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<ContactValues>,
}

impl From<LastImport> for LastImportResource {
    fn from(last: LastImport) -> Self {
        Self {
            import: last.import.to_string(),
            file: last.file_name,
            line: last.line,
            before: last.before.as_ref().map(ContactValues::from_contact),
        }
    }
}

/// Returns the origin of the values of a contact.
///
/// Includes who created it and from which file, who changed it last, and what the last import changed.
#[utoipa::path(
    get, path = "/api/v1/contacts/{id}/history", tag = "Contacts", operation_id = "get_contact_history",
    params(("id" = String, Path, description = "The id of the contact")),
    responses((status = 200, description = "The origin of its values", body = HistoryResource)),
)]
pub async fn history(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(contact): Path<String>,
) -> Result<Response, ApiProblem> {
    let id = id(&contact)?;
    let history = blocking(&web, move |app| app.contact_history(member.actor, id)).await?;
    let ContactHistory {
        creator,
        created_from,
        editor,
        changed_by,
        ..
    } = history;
    Ok(ok(&HistoryResource {
        creator,
        created_from,
        editor,
        last_import: changed_by.map(LastImportResource::from),
    }))
}
