//! Resources of the workspace: custom fields, saved views, settings.

use crate::Web;
use crate::api::gate::TokenMember;
use crate::api::imports::settings::{DuplicatesName, MatchName};
use crate::api::json::{Json, ok};
use crate::api::once::{IdempotentJson, Reply, once};
use crate::api::problem::ApiProblem;
use crate::bridge::blocking::blocking;
use app::{DefinedField, Error, FieldId, SavedView, ValueProblem, ViewContent, WorkspaceSettings};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use model::{CustomField, FieldKind, Region, Slot};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// The custom fields of the workspace.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"fields": [{"id": "1", "name": "Shoe size", "kind": "number", "choices": [], "archived": false}]}))]
pub struct FieldList {
    /// The fields, in the order in which they are offered.
    fields: Vec<FieldResource>,
}

/// A custom field.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "1", "name": "Shoe size", "kind": "number", "choices": [], "archived": false}))]
pub struct FieldResource {
    id: String,
    name: String,
    kind: KindName,
    /// The allowed values, if the kind is `choice`.
    choices: Vec<String>,
    /// Whether the field is no longer offered; its values stay.
    archived: bool,
}

/// The kind of a field's values.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum KindName {
    #[default]
    Text,
    Number,
    Date,
    Choice,
}

impl From<DefinedField> for FieldResource {
    fn from(defined: DefinedField) -> Self {
        Self {
            id: defined.id.0.to_string(),
            name: defined.field.name,
            kind: match defined.field.kind {
                FieldKind::Text => KindName::Text,
                FieldKind::Number => KindName::Number,
                FieldKind::Date => KindName::Date,
                FieldKind::Choice => KindName::Choice,
            },
            choices: defined.field.choices,
            archived: defined.field.archived,
        }
    }
}

/// Lists custom fields.
///
/// Returns the custom fields of the workspace in the order in which they are offered, including archived ones.
#[utoipa::path(
    get, path = "/api/v1/fields", tag = "Custom fields", operation_id = "list_fields",
    responses((status = 200, description = "The fields", body = FieldList)),
)]
pub async fn fields(State(web): State<Arc<Web>>, member: TokenMember) -> Result<Response, ApiProblem> {
    let fields = blocking(&web, move |app| app.custom_fields(member.actor)).await?;
    Ok(ok(&FieldList {
        fields: fields.into_iter().map(FieldResource::from).collect(),
    }))
}

/// A custom field to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Shoe size", "kind": "number"}))]
pub struct FieldBody {
    name: String,
    #[serde(default)]
    kind: KindName,
    /// The allowed values, if the kind is `choice`.
    #[serde(default)]
    choices: Vec<String>,
}

/// Creates a custom field.
///
/// For admins and owners. Contacts and files contain the field's values under its name.
#[utoipa::path(
    post, path = "/api/v1/fields", tag = "Custom fields", operation_id = "create_field",
    request_body = FieldBody,
    responses((status = 201, description = "The field", body = FieldResource)),
)]
pub async fn create_field(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    IdempotentJson { body, key }: IdempotentJson<FieldBody>,
) -> Result<Response, ApiProblem> {
    let field = CustomField {
        kind: match body.kind {
            KindName::Text => FieldKind::Text,
            KindName::Number => FieldKind::Number,
            KindName::Date => FieldKind::Date,
            KindName::Choice => FieldKind::Choice,
        },
        choices: body.choices,
        ..CustomField::of_text(&body.name)
    };
    let reply = |made: &DefinedField| Reply::new(StatusCode::CREATED, &FieldResource::from(made.clone()));
    once(&web, member, key, reply, move |app, once| {
        app.define_field_once(member.actor, &field, once)
    })
    .await
}

fn field_of(app: &app::App, member: TokenMember, id: FieldId) -> Result<FieldResource, Error> {
    let fields = app.custom_fields(member.actor)?;
    let field = fields.into_iter().find(|field| field.id == id);
    field.map(FieldResource::from).ok_or(Error::Broken)
}

/// Changes of a custom field.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(example = json!({"archived": true}))]
pub struct FieldPatch {
    choices: Option<Vec<String>>,
    archived: Option<bool>,
}

/// Changes a custom field.
///
/// For admins and owners. Changes its choices, and whether it is archived. Values of contacts stay.
#[utoipa::path(
    patch, path = "/api/v1/fields/{field}", tag = "Custom fields", operation_id = "patch_field",
    params(("field" = String, Path, description = "The id of the field")),
    request_body = FieldPatch,
    responses((status = 200, description = "The field", body = FieldResource)),
)]
pub async fn patch_field(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(field): Path<String>,
    Json(patch): Json<FieldPatch>,
) -> Result<Response, ApiProblem> {
    let id = FieldId(number(&field, "no_such_field", "field")?);
    let field = blocking(&web, move |app| {
        app.may_govern(member.actor)?;
        if app.custom_fields(member.actor)?.iter().all(|field| field.id != id) {
            return Ok(None);
        }
        if let Some(choices) = patch.choices {
            app.set_choices(member.actor, id, &choices)?;
        }
        if let Some(archived) = patch.archived {
            app.archive_field(member.actor, id, archived)?;
        }
        field_of(app, member, id).map(Some)
    });
    match field.await? {
        Some(field) => Ok(ok(&field)),
        None => Err(nothing("no_such_field", "field", &field_name(id))),
    }
}

fn field_name(id: FieldId) -> String {
    id.0.to_string()
}

/// Parses the number in an address. Text that is not a number is reported as a missing resource.
fn number(text: &str, code: &str, what: &str) -> Result<i64, ApiProblem> {
    text.parse().map_err(|_| nothing(code, what, text))
}

fn nothing(code: &str, what: &str, text: &str) -> ApiProblem {
    ApiProblem::new(StatusCode::NOT_FOUND, code, format!("there is no {what} {text}"))
}

/// The saved views that the member may use.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"views": [{"id": "1", "name": "Customers", "query": "tag=customer", "shared": true, "by": "Ada", "may_change": false}]}))]
pub struct ViewList {
    views: Vec<ViewResource>,
}

/// A saved view.
#[derive(Debug, Serialize, ToSchema)]
pub struct ViewResource {
    id: String,
    name: String,
    /// The query string of the contact list's address.
    query: String,
    /// Whether all members of the workspace may use it.
    shared: bool,
    /// The name of the member who created it; null if this member did.
    by: Option<String>,
    /// Whether the member may change and delete it.
    may_change: bool,
}

impl From<SavedView> for ViewResource {
    fn from(view: SavedView) -> Self {
        Self {
            id: view.id.to_string(),
            name: view.name,
            query: view.query,
            shared: view.shared,
            by: view.by,
            may_change: view.may_change,
        }
    }
}

/// Lists saved views.
///
/// Returns the member's own views, and those that others share with everyone.
#[utoipa::path(
    get, path = "/api/v1/views", tag = "Views", operation_id = "list_views",
    responses((status = 200, description = "The views", body = ViewList)),
)]
pub async fn views(State(web): State<Arc<Web>>, member: TokenMember) -> Result<Response, ApiProblem> {
    let views = blocking(&web, move |app| app.views(member.actor)).await?;
    Ok(ok(&ViewList {
        views: views.into_iter().map(ViewResource::from).collect(),
    }))
}

/// The content of a view.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Customers", "query": "tag=customer", "shared": false}))]
pub struct ViewBody {
    name: String,
    /// The query string of the contact list's address.
    query: String,
    #[serde(default)]
    shared: bool,
}

impl From<ViewBody> for ViewContent {
    fn from(body: ViewBody) -> Self {
        Self {
            name: body.name,
            query: body.query,
            shared: body.shared,
        }
    }
}

/// The id of a saved view.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "1"}))]
pub struct ViewSaved {
    id: String,
}

/// Saves a view.
///
/// Replaces the member's own view of that name, if there is one.
#[utoipa::path(
    post, path = "/api/v1/views", tag = "Views", operation_id = "save_view",
    request_body = ViewBody,
    responses((status = 201, description = "The id of the view", body = ViewSaved)),
)]
pub async fn save_view(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    IdempotentJson { body, key }: IdempotentJson<ViewBody>,
) -> Result<Response, ApiProblem> {
    let content = ViewContent::from(body);
    let reply = |id: &i64| Reply::new(StatusCode::CREATED, &ViewSaved { id: id.to_string() });
    once(&web, member, key, reply, move |app, once| {
        app.save_view_once(member.actor, &content, once)
    })
    .await
}

/// Changes a view.
///
/// Replaces its name, its query, and whether all members may use it.
#[utoipa::path(
    put, path = "/api/v1/views/{view}", tag = "Views", operation_id = "replace_view",
    params(("view" = String, Path, description = "The id of the view")),
    request_body = ViewBody,
    responses((status = 204, description = "The view was changed")),
)]
pub async fn replace_view(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(view): Path<String>,
    Json(body): Json<ViewBody>,
) -> Result<Response, ApiProblem> {
    let id = number(&view, "no_such_view", "view")?;
    let content = ViewContent::from(body);
    blocking(&web, move |app| app.change_view(member.actor, id, &content)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Deletes a view.
///
/// The contacts that it shows are not changed.
#[utoipa::path(
    delete, path = "/api/v1/views/{view}", tag = "Views", operation_id = "delete_view",
    params(("view" = String, Path, description = "The id of the view")),
    responses((status = 204, description = "The view is deleted")),
)]
pub async fn delete_view(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(view): Path<String>,
) -> Result<Response, ApiProblem> {
    let id = number(&view, "no_such_view", "view")?;
    blocking(&web, move |app| app.delete_view(member.actor, id)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The settings of the workspace.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "name": "Engines", "country": "US", "required": [], "duplicates": "skip", "match": "email-or-phone",
    "trash_days": 30, "log_days": 90, "drafts_each": 20, "member_gib": 10, "workspace_gib": 100,
}))]
pub struct SettingsResource {
    name: String,
    /// The country of phone numbers without country code, if nothing else indicates it.
    country: Option<String>,
    /// The fields that every contact must have, such as `email` or `custom:Shoe size`.
    required: Vec<String>,
    /// What new imports do with duplicates by default.
    duplicates: DuplicatesName,
    /// What counts as a match in new imports by default.
    #[serde(rename = "match")]
    matching: MatchName,
    /// Number of days for which deleted contacts can be restored.
    trash_days: u32,
    /// Number of days for which imports and bulk actions can be undone.
    log_days: u32,
    /// Maximum number of drafts of each member.
    drafts_each: u32,
    /// Maximum size of each member's uploaded files, in GiB.
    member_gib: u32,
    /// Maximum size of all members' uploaded files, in GiB.
    workspace_gib: u32,
}

impl From<WorkspaceSettings> for SettingsResource {
    fn from(settings: WorkspaceSettings) -> Self {
        Self {
            name: settings.name,
            country: settings.country.map(Region::code),
            required: settings.required.iter().map(Slot::to_string).collect(),
            duplicates: settings.duplicates.into(),
            matching: settings.matching.into(),
            trash_days: settings.trash_days,
            log_days: settings.log_days,
            drafts_each: settings.drafts_each,
            member_gib: settings.member_gib,
            workspace_gib: settings.workspace_gib,
        }
    }
}

/// Returns the settings of the workspace.
///
/// For admins and owners. Settings for signing in are only on the page *Settings*.
#[utoipa::path(
    get, path = "/api/v1/settings", tag = "Settings", operation_id = "get_settings",
    responses((status = 200, description = "The settings", body = SettingsResource)),
)]
pub async fn settings(State(web): State<Arc<Web>>, member: TokenMember) -> Result<Response, ApiProblem> {
    let settings = blocking(&web, move |app| {
        app.may_govern(member.actor)?;
        app.settings(member.actor)
    });
    Ok(ok(&SettingsResource::from(settings.await?)))
}

/// Changes of the settings; omitted settings stay unchanged.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(example = json!({"country": "DE", "trash_days": 60}))]
pub struct SettingsPatch {
    name: Option<String>,
    /// The two-letter code of the country; empty for none.
    country: Option<String>,
    required: Option<Vec<String>>,
    duplicates: Option<DuplicatesName>,
    #[serde(rename = "match")]
    matching: Option<MatchName>,
    trash_days: Option<u32>,
    log_days: Option<u32>,
    drafts_each: Option<u32>,
    member_gib: Option<u32>,
    workspace_gib: Option<u32>,
}

impl SettingsPatch {
    fn apply(self, settings: &mut WorkspaceSettings) -> Result<(), Error> {
        if let Some(code) = &self.country {
            let region = Region::from_code(code);
            if region.is_none() && !code.is_empty() {
                return Err(wrong("/country", "this is no two-letter code of a country"));
            }
            settings.country = region;
        }
        if let Some(required) = &self.required {
            let slots = required.iter().enumerate().map(|(at, name)| {
                let unknown = |_| wrong(&format!("/required/{at}"), "there is no such field");
                name.parse::<Slot>().map_err(unknown)
            });
            settings.required = slots.collect::<Result<_, _>>()?;
        }
        set(&mut settings.name, self.name);
        set(&mut settings.duplicates, self.duplicates.map(Into::into));
        set(&mut settings.matching, self.matching.map(Into::into));
        set(&mut settings.trash_days, self.trash_days);
        set(&mut settings.log_days, self.log_days);
        set(&mut settings.drafts_each, self.drafts_each);
        set(&mut settings.member_gib, self.member_gib);
        set(&mut settings.workspace_gib, self.workspace_gib);
        Ok(())
    }
}

fn set<T>(setting: &mut T, wanted: Option<T>) {
    if let Some(wanted) = wanted {
        *setting = wanted;
    }
}

fn wrong(pointer: &str, what: &str) -> Error {
    Error::Values(vec![ValueProblem {
        pointer: pointer.to_owned(),
        what: what.to_owned(),
    }])
}

/// Changes the settings of the workspace.
///
/// For admins and owners. Omitted settings stay unchanged.
#[utoipa::path(
    patch, path = "/api/v1/settings", tag = "Settings", operation_id = "patch_settings",
    request_body = SettingsPatch,
    responses((status = 200, description = "The settings", body = SettingsResource)),
)]
pub async fn patch_settings(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Json(patch): Json<SettingsPatch>,
) -> Result<Response, ApiProblem> {
    let settings = blocking(&web, move |app| {
        app.may_govern(member.actor)?;
        let mut settings = app.settings(member.actor)?;
        patch.apply(&mut settings)?;
        app.set_settings(member.actor, &settings)?;
        app.settings(member.actor)
    });
    Ok(ok(&SettingsResource::from(settings.await?)))
}
