//! The rows of an import by class, and corrections and decisions for single rows.

use crate::Web;
use crate::api::contacts::values::ContactValues;
use crate::api::gate::TokenMember;
use crate::api::imports::resource::id;
use crate::api::json::{Json, Query, filled, ok};
use crate::api::problem::ApiProblem;
use crate::bridge::blocking::blocking;
use app::{
    Actor, App, Decision, Error, Fix, ImportId, ImportState, PreviewRow, Reason, RowClass, RowsPage, ValueProblem,
};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use model::ContactId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// The default and the maximum number of rows per page.
const PAGE: u64 = 100;
const MOST: u64 = 500;

/// The class of a row, by its outcome.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClassName {
    New,
    Update,
    Unchanged,
    Duplicate,
    /// A duplicate that shares a phone or an email with a contact of another name.
    Possible,
    Ambiguous,
    Conflict,
    Invalid,
}

impl From<ClassName> for RowClass {
    fn from(class: ClassName) -> Self {
        match class {
            ClassName::New => Self::New,
            ClassName::Update => Self::Update,
            ClassName::Unchanged => Self::Unchanged,
            ClassName::Duplicate => Self::Duplicate,
            ClassName::Possible => Self::Possible,
            ClassName::Ambiguous => Self::Ambiguous,
            ClassName::Conflict => Self::Conflict,
            ClassName::Invalid => Self::Invalid,
        }
    }
}

impl From<RowClass> for ClassName {
    fn from(class: RowClass) -> Self {
        match class {
            RowClass::New => Self::New,
            RowClass::Update => Self::Update,
            RowClass::Unchanged => Self::Unchanged,
            RowClass::Duplicate => Self::Duplicate,
            RowClass::Possible => Self::Possible,
            RowClass::Ambiguous => Self::Ambiguous,
            RowClass::Conflict => Self::Conflict,
            RowClass::Invalid => Self::Invalid,
        }
    }
}

/// Which rows to return.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RowsQuery {
    /// The class of the rows.
    #[param(inline)]
    class: ClassName,
    /// Maximum number of rows to return (1 to 500) [default: 100].
    #[serde(default, deserialize_with = "filled")]
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u64>,
    /// The `next` of the previous page.
    #[serde(default)]
    cursor: Option<String>,
}

/// A page of rows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"header": ["Name", "Mail"], "rows": [], "total": 0, "next": null}))]
pub struct RowList {
    /// The names of the file's columns.
    header: Vec<String>,
    rows: Vec<RowResource>,
    /// How many rows of this class there are so far, on all pages.
    total: u64,
    /// The `cursor` of the next page; null on the last page.
    next: Option<String>,
}

/// A row of the file, with its expected or actual outcome.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "line": 4, "class": "invalid", "cells": ["Ann", "ann@gmial.com"], "corrected": [], "contact": {"first_name": "Ann"},
    "reasons": [{"code": "email", "line": 4, "column": "Mail", "value": "ann@", "message": "“ann@” has no domain", "advice": "", "warning": false}],
    "matches": [], "changes": [], "decision": null,
}))]
pub struct RowResource {
    /// The line on which the row begins, from 1.
    line: u64,
    class: ClassName,
    /// The cells as in the file, after corrections.
    cells: Vec<String>,
    /// The indexes of the corrected cells, from 0.
    corrected: Vec<usize>,
    /// The contact that the row describes, as far as it could be read.
    contact: Option<ContactValues>,
    /// All problems and warnings of the row.
    reasons: Vec<ReasonResource>,
    /// The contacts that the row matches.
    matches: Vec<MatchResource>,
    /// The values that an update changes, or would change.
    changes: Vec<ChangeResource>,
    /// The decision for this row.
    decision: Option<DecisionResource>,
}

/// A problem or a warning.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReasonResource {
    /// A stable code.
    code: String,
    line: u64,
    /// The name of the column; empty if the reason is about the whole row.
    column: String,
    /// The value as written in the file, shortened.
    value: String,
    /// What is wrong.
    message: String,
    /// What to do about it.
    advice: String,
    /// Whether the row can be imported anyway.
    warning: bool,
}

impl From<&Reason> for ReasonResource {
    fn from(reason: &Reason) -> Self {
        Self {
            code: reason.code.as_str().to_owned(),
            line: reason.line,
            column: reason.column.clone(),
            value: reason.value.clone(),
            message: reason.message.clone(),
            advice: reason.advice.clone(),
            warning: reason.warning,
        }
    }
}

/// A contact that a row matches.
#[derive(Debug, Serialize, ToSchema)]
pub struct MatchResource {
    /// The id of the contact; null if the match is an earlier row of the same file.
    #[schema(format = "uuid")]
    id: Option<String>,
    /// The line of that earlier row.
    line: Option<u64>,
    contact: ContactValues,
}

/// A value that changes.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeResource {
    /// The field, such as `email:work`.
    field: String,
    old: String,
    new: String,
}

/// A decision for one row that matches a contact.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionResource {
    action: ActionName,
    /// The id of the contact to update or fill, if the row matches more than one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = "uuid")]
    contact: Option<String>,
}

/// What to do with a row.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ActionName {
    Skip,
    Update,
    Fill,
    Create,
}

impl From<Decision> for DecisionResource {
    fn from(decision: Decision) -> Self {
        let (action, contact) = match decision {
            Decision::Skip => (ActionName::Skip, None),
            Decision::Update { contact } => (ActionName::Update, contact),
            Decision::Fill { contact } => (ActionName::Fill, contact),
            Decision::Create => (ActionName::Create, None),
        };
        Self {
            action,
            contact: contact.map(|id| id.to_string()),
        }
    }
}

impl DecisionResource {
    fn read(&self) -> Result<Decision, Error> {
        let contact = self.contact.as_deref().map(str::parse::<ContactId>).transpose();
        let contact = contact.map_err(|_| wrong("/decision/contact", "this is no id of a contact"))?;
        Ok(match self.action {
            ActionName::Skip => Decision::Skip,
            ActionName::Update => Decision::Update { contact },
            ActionName::Fill => Decision::Fill { contact },
            ActionName::Create => Decision::Create,
        })
    }
}

impl From<PreviewRow> for RowResource {
    fn from(row: PreviewRow) -> Self {
        Self {
            line: row.line,
            class: row.class.into(),
            cells: row.cells,
            corrected: row.fixed,
            contact: row.contact.as_ref().map(ContactValues::from_contact),
            reasons: row.reasons.iter().map(ReasonResource::from).collect(),
            matches: row
                .matches
                .iter()
                .map(|matched| MatchResource {
                    id: matched.id.map(|id| id.to_string()),
                    line: matched.line,
                    contact: ContactValues::from_contact(&matched.contact),
                })
                .collect(),
            changes: row
                .changes
                .into_iter()
                .map(|change| ChangeResource {
                    field: change.slot,
                    old: change.old,
                    new: change.new,
                })
                .collect(),
            decision: row.decision.map(DecisionResource::from),
        }
    }
}

/// Lists rows of an import.
///
/// Returns the rows of one class in the order of the file: for a draft, the rows previewed so far; after the start, the actual
/// outcomes. Each row has its line, its original cells, and all its problems and warnings.
#[utoipa::path(
    get, path = "/api/v1/imports/{import}/rows", tag = "Imports", operation_id = "list_import_rows",
    params(("import" = String, Path, description = "The id of the import"), RowsQuery),
    responses((status = 200, description = "A page of rows", body = RowList),
        (status = 410, description = "The rows are no longer stored", body = crate::api::problem::ProblemDetails, content_type = "application/problem+json")),
)]
pub async fn list(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(import): Path<String>,
    Query(query): Query<RowsQuery>,
) -> Result<Response, ApiProblem> {
    let import = id(&import)?;
    let (page, size) = place(&query)?;
    let class = RowClass::from(query.class);
    let rows = blocking(&web, move |app| rows(app, member.actor, import, class, page, size)).await?;
    let next = (rows.page + 1 < rows.pages).then(|| format!("{}.{size}", rows.page + 1));
    Ok(ok(&RowList {
        header: rows.header,
        rows: rows.rows.into_iter().map(RowResource::from).collect(),
        total: rows.total,
        next,
    }))
}

fn rows(app: &App, actor: Actor, import: ImportId, class: RowClass, page: u64, size: u64) -> Result<RowsPage, Error> {
    match app.import_report(actor, import)?.state {
        ImportState::Draft => app.preview_rows(actor, import, class, page, size),
        _ => app.result_rows(actor, import, class, page, size),
    }
}

/// The requested page and its size. A cursor contains the size of the pages.
fn place(query: &RowsQuery) -> Result<(u64, u64), ApiProblem> {
    if let Some(cursor) = &query.cursor {
        let read = || {
            let (page, size) = cursor.split_once('.')?;
            let (page, size) = (page.parse().ok()?, size.parse().ok()?);
            (1..=MOST).contains(&size).then_some((page, size))
        };
        return read().ok_or_else(crate::api::contacts::list::unknown_cursor);
    }
    match query.limit.unwrap_or(PAGE) {
        size if (1..=MOST).contains(&size) => Ok((0, size)),
        _ => Err(ApiProblem::of_parameter(
            "limit",
            format!("limit: a page has 1 to {MOST} rows"),
        )),
    }
}

/// Corrections of a row, or the decision for it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"cells": {"Mail": "ann@gmail.com"}}))]
pub struct RowPatch {
    /// New values of cells, by column name, or by column number as `#3`.
    #[serde(default)]
    cells: BTreeMap<String, String>,
    /// What to do with the row if it matches a contact; null to use the options of the import.
    #[serde(default, with = "given")]
    #[schema(value_type = Option<DecisionResource>)]
    decision: Option<Option<DecisionResource>>,
}

/// Distinguishes a JSON member that is null from one that is missing.
mod given {
    use super::DecisionResource;
    use serde::{Deserialize, Deserializer};

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Option<DecisionResource>>, D::Error> {
        Option::<DecisionResource>::deserialize(deserializer).map(Some)
    }
}

/// Corrects a row of a draft, or decides what to do with it.
///
/// The file itself is not changed. The preview is made again. If it reaches the row shortly, the response is the row in the new
/// preview, otherwise 202.
#[utoipa::path(
    patch, path = "/api/v1/imports/{import}/rows/{line}", tag = "Imports", operation_id = "patch_import_row",
    params(("import" = String, Path, description = "The id of the import"), ("line" = u64, Path, description = "The line on which the row begins")),
    request_body = RowPatch,
    responses((status = 200, description = "The row", body = RowResource), (status = 202, description = "The correction is stored; the preview has not reached the row yet", body = crate::api::imports::resource::ImportResource)),
)]
pub async fn patch(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path((import, line)): Path<(String, String)>,
    Json(patch): Json<RowPatch>,
) -> Result<Response, ApiProblem> {
    let import = id(&import)?;
    let line: u64 = line.parse().map_err(|_| no_row(&line))?;
    let actor = member.actor;
    let changed = blocking(&web, move |app| {
        let Some(row) = await_preview_row(app, actor, import, line)? else {
            return Ok(None);
        };
        change(app, actor, import, &row, &patch)?;
        let after = await_preview_row(app, actor, import, line)?;
        let resource = crate::api::imports::resource::ImportResource::read(app, actor, import)?;
        Ok(Some((after, resource)))
    });
    match changed.await? {
        None => Err(no_row(&line.to_string())),
        Some((Some(row), _)) => Ok(ok(&RowResource::from(row))),
        Some((None, import)) => Ok(crate::api::json::answer(StatusCode::ACCEPTED, &import)),
    }
}

fn no_row(line: &str) -> ApiProblem {
    let detail = format!("no row begins on line {line}, or the preview has not come past it yet");
    ApiProblem::new(StatusCode::NOT_FOUND, "no_such_row", detail)
}

/// A row of the preview. Waits for a moment until the preview has reached it.
fn await_preview_row(app: &App, actor: Actor, import: ImportId, line: u64) -> Result<Option<PreviewRow>, Error> {
    const MOMENT: std::time::Duration = std::time::Duration::from_secs(2);
    app.preview_state(actor, import, MOMENT)?;
    app.preview_row(actor, import, line)
}

fn change(app: &App, actor: Actor, import: ImportId, row: &PreviewRow, patch: &RowPatch) -> Result<(), Error> {
    let decision = match &patch.decision {
        Some(Some(decision)) => Some(Some(decision.read()?)),
        Some(None) => Some(None),
        None => None,
    };
    let headers = app.mapped_file(actor, import)?.columns;
    let mut fixes = Vec::with_capacity(patch.cells.len());
    for (name, value) in &patch.cells {
        let numbered = || name.strip_prefix('#')?.parse::<usize>().ok()?.checked_sub(1);
        let named = headers.iter().position(|column| column.header == *name);
        let column = named.or_else(numbered).filter(|at| *at < headers.len());
        let column = column.ok_or_else(|| {
            let pointer = format!("/cells/{}", crate::api::problem::escaped(name));
            wrong(&pointer, "the file has no such column")
        })?;
        fixes.push(Fix::Cell {
            record: row.number,
            column,
            value: value.clone(),
        });
    }
    for fix in fixes {
        app.fix_rows(actor, import, fix)?;
    }
    match decision {
        Some(decision) => app.decide(actor, import, row.number, decision),
        None => Ok(()),
    }
}

fn wrong(pointer: &str, what: &str) -> Error {
    Error::Values(vec![ValueProblem {
        pointer: pointer.to_owned(),
        what: what.to_owned(),
    }])
}
