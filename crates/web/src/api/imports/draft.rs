//! Imports: list, read with waiting, change settings, columns, and delete a draft.

use crate::Web;
use crate::api::contacts::list::{limit_of, unknown_cursor};
use crate::api::gate::TokenMember;
use crate::api::imports::resource::{ImportResource, id};
use crate::api::imports::settings::{ImportSettings, WrongChoice};
use crate::api::json::{Json, Query, filled, object, ok};
use crate::api::problem::{ApiProblem, ProblemDetails};
use crate::bridge::blocking::blocking;
use app::{DraftSettings, Error, ImportId, MappedFile};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use utoipa::{IntoParams, ToSchema};

/// The maximum number of seconds that a request may wait.
const LONGEST_WAIT: u64 = 60;
/// The interval between checks while a request waits.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// Which imports to return.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportsQuery {
    /// Maximum number of imports to return (1 to 1000) [default: 100].
    #[param(minimum = 1, maximum = 1000)]
    #[serde(deserialize_with = "filled")]
    limit: Option<u64>,
    /// The `next` of the previous page.
    cursor: Option<String>,
}

/// A page of the member's imports.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"imports": [], "next": null}))]
pub struct ImportList {
    /// The imports, newest first.
    imports: Vec<ImportResource>,
    /// The `cursor` of the next page; null on the last page.
    next: Option<String>,
}

/// Lists imports.
///
/// Returns the imports of the member, including drafts, newest first, in pages. Only `GET` of a single import includes the
/// progress of its preview.
#[utoipa::path(
    get, path = "/api/v1/imports", tag = "Imports", operation_id = "list_imports",
    params(ImportsQuery),
    responses((status = 200, description = "A page of imports", body = ImportList)),
)]
pub async fn list(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Query(query): Query<ImportsQuery>,
) -> Result<Response, ApiProblem> {
    let limit = limit_of(query.limit)?;
    let before = match &query.cursor {
        Some(cursor) => Some(ImportId(cursor.parse().map_err(|_| unknown_cursor())?)),
        None => None,
    };
    let page = blocking(&web, move |app| app.imports_page(member.actor, before, limit)).await?;
    Ok(ok(&ImportList {
        imports: page.imports.iter().map(ImportResource::of_report).collect(),
        next: page.next.map(|import| import.to_string()),
    }))
}

/// Returns an import.
///
/// Includes its state and counts. The header `ETag` of a draft identifies its settings. With the header `Prefer: wait=30`, the
/// response is sent at the end of the preview, import or undo, or after 30 seconds at the latest.
#[utoipa::path(
    get, path = "/api/v1/imports/{import}", tag = "Imports", operation_id = "get_import",
    params(("import" = String, Path, description = "The id of the import"),
        ("Prefer" = Option<String>, Header, description = "`wait=30` to get the response when the import is no longer in progress, or after 30 seconds; at most 60")),
    responses((status = 200, description = "The import", body = ImportResource, headers(("ETag" = Option<String>)))),
)]
pub async fn get(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(import): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiProblem> {
    let import = id(&import)?;
    let wait = wait_of(&headers);
    let until = wait.map(|wait| Instant::now() + Duration::from_secs(wait));
    let resource = loop {
        let resource = blocking(&web, move |app| ImportResource::read(app, member.actor, import)).await?;
        let is_late = until.is_none_or(|until| Instant::now() >= until);
        if is_late || !resource.state().is_in_progress() {
            break resource;
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            () = web.closing() => break resource,
        }
    };
    let mut response = shown(&resource);
    if let Some(applied) = wait.and_then(|wait| HeaderValue::from_str(&format!("wait={wait}")).ok()) {
        response
            .headers_mut()
            .insert(HeaderName::from_static("preference-applied"), applied);
    }
    Ok(response)
}

/// The response with an import, with an `ETag` of the settings if it is a draft.
fn shown(resource: &ImportResource) -> Response {
    let mut response = ok(resource);
    if let Some(tag) = resource.etag().and_then(|tag| HeaderValue::from_str(&tag).ok()) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// The seconds of `Prefer: wait=30` (RFC 7240). Other preferences are ignored, as the RFC requires.
fn wait_of(headers: &HeaderMap) -> Option<u64> {
    let sent = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    let mut preferences = sent.flat_map(|value| value.split([',', ';']));
    let wait = preferences.find_map(|one| one.trim().strip_prefix("wait=")?.trim_matches('"').parse::<u64>().ok());
    wait.map(|wait| wait.min(LONGEST_WAIT))
}

/// Changes of the settings of a draft.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
#[schema(example = json!({"options": {"duplicates": "update"}, "mapping": {"Mail": "email:work", "#3": ""}}))]
pub struct ImportPatch {
    #[serde(deserialize_with = "object")]
    options: ImportSettings,
    /// The field that a column fills, such as `email:work` or `custom:Shoe size`; empty to ignore the column, null to use the
    /// proposed field. Columns are identified by their headers, or by numbers as `#3`.
    mapping: BTreeMap<String, Option<String>>,
}

/// Changes the settings of a draft.
///
/// Changes options and the mapping of columns; omitted ones stay unchanged. The preview is made again. With `If-Match`, nothing
/// is changed if the draft was changed since it was read.
#[utoipa::path(
    patch, path = "/api/v1/imports/{import}", tag = "Imports", operation_id = "patch_import",
    params(("import" = String, Path, description = "The id of the import"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the import when it was read")),
    request_body = ImportPatch,
    responses((status = 200, description = "The import", body = ImportResource, headers(("ETag" = Option<String>))),
        (status = 412, description = "The draft was changed since; `current` contains its current state", body = ProblemDetails, content_type = "application/problem+json")),
)]
pub async fn patch(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(import): Path<String>,
    headers: HeaderMap,
    Json(patch): Json<ImportPatch>,
) -> Result<Response, ApiProblem> {
    let import = id(&import)?;
    let seen = seen_of(&headers);
    patch.options.check().map_err(|WrongChoice { name, what }| {
        ApiProblem::of_value(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid_values",
            format!("/options/{name}"),
            what,
        )
    })?;
    let patched = blocking(&web, move |app| {
        let mut settings = app.draft(member.actor, import)?.settings;
        // Every setting was checked above.
        let _ = patch.options.apply(&mut settings);
        if !patch.mapping.is_empty() {
            let mapped = app.mapped_file(member.actor, import)?;
            choose(&mut settings, &mapped, &patch.mapping);
        }
        match app.set_seen_draft(member.actor, import, settings, seen.as_deref()) {
            Ok(()) => Ok((ImportResource::read(app, member.actor, import)?, None)),
            Err(error @ Error::DraftChanged(_)) => Ok((ImportResource::read(app, member.actor, import)?, Some(error))),
            Err(error) => Err(error),
        }
    });
    match patched.await? {
        (resource, None) => Ok(shown(&resource)),
        (resource, Some(error)) => Err(conflict(&resource, &error)),
    }
}

/// The entity tag in `If-Match`, without quotes. `None` if the header is missing or `*`.
fn seen_of(headers: &HeaderMap) -> Option<String> {
    let tag = headers.get(header::IF_MATCH)?.to_str().unwrap_or_default().trim();
    let bare = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
    (tag != "*").then(|| bare.unwrap_or_default().to_owned())
}

/// The problem for a conflict, with the current import.
fn conflict(resource: &ImportResource, error: &Error) -> ApiProblem {
    let current = serde_json::to_value(resource).unwrap_or_default();
    let problem = ApiProblem::of_error(error).with_current(StatusCode::PRECONDITION_FAILED, current);
    match resource.etag() {
        Some(tag) => problem.with_header(header::ETAG, &tag),
        None => problem,
    }
}

/// Replaces the chosen fields of the named columns. A name that is not a column is refused when the settings are
/// stored.
fn choose(settings: &mut DraftSettings, mapped: &MappedFile, wanted: &BTreeMap<String, Option<String>>) {
    for (column, field) in wanted {
        let at = mapped.columns.iter().position(|known| known.header == *column);
        let name = at.map_or_else(|| column.clone(), |at| format!("#{}", at + 1));
        settings.choices.retain(|(chosen, _)| *chosen != name);
        if let Some(field) = field {
            settings.choices.push((name, field.clone()));
        }
    }
}

/// Deletes a draft.
///
/// Deletes its file and all its settings. To reverse an import that was started, undo it instead.
#[utoipa::path(
    delete, path = "/api/v1/imports/{import}", tag = "Imports", operation_id = "delete_import",
    params(("import" = String, Path, description = "The id of the import")),
    responses((status = 204, description = "The draft is deleted")),
)]
pub async fn discard(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(import): Path<String>,
) -> Result<Response, ApiProblem> {
    let import = id(&import)?;
    blocking(&web, move |app| app.discard_draft(member.actor, import)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// How a file is read, and how its columns are mapped.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "encoding": "utf-8", "delimiter": ",", "header_row": 0, "layout": null, "region": "US", "remembered": false,
    "columns": [{"header": "Mail", "field": "email", "confidence": 0.9, "reason": "the name", "samples": ["ann@acme.example"]}],
}))]
pub struct ColumnList {
    encoding: String,
    delimiter: String,
    /// The record that contains the header, counted from 0; null if there is none.
    header_row: Option<u64>,
    /// The name of the program that exported the file, if known.
    layout: Option<String>,
    /// The country of phone numbers without country code.
    region: Option<String>,
    /// Whether a mapping that the member used before for this header is applied.
    remembered: bool,
    columns: Vec<ColumnResource>,
}

/// A column of a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct ColumnResource {
    /// The name of the column in the file.
    header: String,
    /// The field that the column fills; null if the column is ignored.
    field: Option<String>,
    /// A proposed field that is not certain enough to be applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    proposal: Option<String>,
    /// The confidence in the mapping, from 0 to 1.
    confidence: f64,
    /// The reason for the mapping, as text.
    reason: String,
    /// Up to three distinct values of the column.
    samples: Vec<String>,
}

/// Returns the mapping of the columns of a draft.
///
/// Each column has its field, the confidence in it, the reason, and sample values.
#[utoipa::path(
    get, path = "/api/v1/imports/{import}/columns", tag = "Imports", operation_id = "get_import_columns",
    params(("import" = String, Path, description = "The id of the import")),
    responses((status = 200, description = "The columns", body = ColumnList)),
)]
pub async fn columns(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(import): Path<String>,
) -> Result<Response, ApiProblem> {
    let import: ImportId = id(&import)?;
    let mapped = blocking(&web, move |app| app.mapped_file(member.actor, import)).await?;
    Ok(ok(&column_list(mapped)))
}

fn column_list(mapped: MappedFile) -> ColumnList {
    let columns = mapped.columns.into_iter().zip(mapped.samples);
    ColumnList {
        encoding: mapped.encoding.charset.name(),
        delimiter: mapped.dialect.delimiter_text(),
        header_row: mapped.header_row,
        layout: mapped.layout,
        region: mapped.numbers_of.map(|numbers| numbers.region),
        remembered: mapped.remembered,
        columns: columns
            .map(|(column, samples)| ColumnResource {
                field: column.field(),
                proposal: column.proposal.as_ref().map(ToString::to_string),
                header: column.header,
                confidence: column.confidence,
                reason: column.reason,
                samples,
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_read_as_rfc_7240_says() {
        let wait = |value: &'static str| {
            let headers = HeaderMap::from_iter([(HeaderName::from_static("prefer"), HeaderValue::from_static(value))]);
            wait_of(&headers)
        };
        assert_eq!(wait("wait=30"), Some(30));
        assert_eq!(wait("respond-async, wait=10"), Some(10));
        assert_eq!(wait("wait=\"5\""), Some(5));
        assert_eq!(wait("wait=9999"), Some(60));
        assert_eq!(wait("wait=soon"), None);
        assert_eq!(wait("return=minimal"), None);
    }
}
