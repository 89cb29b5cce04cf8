//! `POST /contacts:batch`: many changes in one request, each with its own result.

use crate::Web;
use crate::api::contacts::body::merging;
use crate::api::contacts::resource::address;
use crate::api::gate::TokenMember;
use crate::api::json::Query;
use crate::api::once::{IdempotentJson, Reply, once_kept};
use crate::api::problem::{ApiProblem, ProblemDetails, escaped};
use app::{
    BATCH_OPERATIONS, BatchRequest, ContactOperation, Error, ExternalId, OnceAnswer, OperationDone, OperationResult,
    ValueProblem,
};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use model::{ContactId, Email, Region, Version};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::str::FromStr;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Options of a batch.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BatchQuery {
    /// Whether to apply no operation if any operation fails [default: false].
    atomic: bool,
}

/// Up to 1,000 operations on contacts, applied in order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"operations": [
    {"op": "create", "contact": {"first_name": "Ann"}},
    {"op": "upsert", "email": "bob@acme.example", "contact": {"title": "Engineer"}},
]}))]
pub struct BatchBody {
    #[schema(value_type = Vec<BatchOperation>, max_items = 1000)]
    operations: Vec<Value>,
}

/// The type of an operation.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum OperationName {
    /// Creates a contact.
    Create,
    /// Merges `contact` into the values of the contact `id`.
    Update,
    /// Merges `contact` into the values of the contact with this `external_id`, or else with this `email`. If there is none,
    /// creates it.
    Upsert,
    /// Moves the contact `id` to the trash.
    Delete,
}

/// An operation on a contact.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"op": "update", "id": "01935f2e-7b1a-7c3e-8f5d-2a1b3c4d5e6f", "version": "1764409000000000", "contact": {"notes": null}}))]
pub struct BatchOperation {
    op: OperationName,
    /// The id of the contact to update or delete.
    #[serde(default)]
    #[schema(format = "uuid")]
    id: Option<String>,
    /// The version that the contact must have; if omitted, any version is accepted.
    #[serde(default)]
    version: Option<String>,
    /// The email by which an upsert finds the contact.
    #[serde(default)]
    email: Option<String>,
    /// The id of the contact in another system, such as `shop:4711`. An upsert looks for it first, and stores it with the
    /// contact for the programs of this member.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 255)]
    external_id: Option<String>,
    /// The values, or a merge patch of them.
    #[serde(default)]
    #[schema(value_type = Option<crate::api::contacts::values::ContactValues>)]
    contact: Option<Map<String, Value>>,
}

/// The results of a batch.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"results": [
    {"status": 201, "id": "01935f2e-7b1a-7c3e-8f5d-2a1b3c4d5e6f", "version": "1764409000000000"},
    {"status": 409, "problem": {"title": "Conflict", "status": 409, "code": "several_contacts", "detail": "2 contacts have the email bob@acme.example; name the one that is meant by its id"}},
]}))]
pub struct BatchResults {
    /// The results, in the order of the operations.
    results: Vec<BatchResult>,
}

/// The result of an operation.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchResult {
    /// 201 if created, 200 if changed or unchanged, 204 if deleted; otherwise the status of the problem.
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// The address of the created contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemDetails>,
}

/// Changes many contacts.
///
/// Applies up to 1,000 operations in one transaction, each with its own status. An operation that fails changes nothing, and
/// its result lists all its problems. The other operations are still applied; with `atomic=true`, none is.
#[utoipa::path(
    post, path = "/api/v1/contacts:batch", tag = "Contacts", operation_id = "change_contacts",
    params(BatchQuery),
    request_body = BatchBody,
    responses((status = 200, description = "The result of each operation", body = BatchResults)),
)]
pub async fn batch(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Query(query): Query<BatchQuery>,
    IdempotentJson { body, key }: IdempotentJson<BatchBody>,
) -> Result<Response, ApiProblem> {
    let region = web.region();
    if body.operations.len() > BATCH_OPERATIONS {
        let (what, most) = ("operations", BATCH_OPERATIONS);
        return Err(Error::TooMany { what, most }.into());
    }
    once_kept(&web, member, key, move |app, keyed| {
        let operations = body.operations.into_iter().map(|operation| read(operation, region));
        let request = BatchRequest {
            operations: operations.collect(),
            atomic: query.atomic,
        };
        let write = |results: &[OperationResult]| reply(results).to_text();
        let once = keyed.map(|keyed| OnceAnswer { keyed, write: &write });
        Ok(reply(&app.change_contacts(member.actor, request, once)?))
    })
    .await
}

fn read(operation: Value, region: Option<Region>) -> Result<ContactOperation, Error> {
    let operation: BatchOperation = serde_path_to_error::deserialize(operation).map_err(|error| {
        let place: String = error
            .path()
            .iter()
            .map(|part| format!("/{}", escaped(&part.to_string())))
            .collect();
        wrong(&place, error.into_inner().to_string())
    })?;
    let BatchOperation {
        op,
        id,
        version,
        email,
        external_id,
        contact,
    } = operation;
    refuse(
        external_id.is_some() && !matches!(op, OperationName::Upsert),
        "/external_id",
    )?;
    let values = |contact: Option<Map<String, Value>>| match contact {
        Some(contact) => Ok(merging(contact, region)),
        None => Err(wrong(
            "/contact",
            "this operation needs the values of a contact".to_owned(),
        )),
    };
    match op {
        OperationName::Create => {
            refuse(id.is_some(), "/id")?;
            refuse(version.is_some(), "/version")?;
            refuse(email.is_some(), "/email")?;
            Ok(ContactOperation::Create(Box::new(values(contact)?(None)?)))
        }
        OperationName::Update => {
            refuse(email.is_some(), "/email")?;
            Ok(ContactOperation::Update {
                id: id_of(id)?,
                expected: version_of(version)?,
                values: values(contact)?,
            })
        }
        OperationName::Upsert => {
            refuse(id.is_some(), "/id")?;
            refuse(version.is_some(), "/version")?;
            if email.is_none() && external_id.is_none() {
                let what = "an upsert needs the email or the external_id to look for";
                return Err(wrong("/email", what.to_owned()));
            }
            let email = email.map(|email| Email::parse(&email));
            let external = external_id.map(|external| external.parse::<ExternalId>());
            Ok(ContactOperation::Upsert {
                external: external
                    .transpose()
                    .map_err(|what| wrong("/external_id", what.to_owned()))?,
                email: email
                    .transpose()
                    .map_err(|problem| wrong("/email", problem.what.to_owned()))?,
                values: values(contact)?,
            })
        }
        OperationName::Delete => {
            refuse(email.is_some(), "/email")?;
            refuse(contact.is_some(), "/contact")?;
            Ok(ContactOperation::Delete {
                id: id_of(id)?,
                expected: version_of(version)?,
            })
        }
    }
}

fn wrong(pointer: &str, what: String) -> Error {
    Error::Values(vec![ValueProblem {
        pointer: pointer.to_owned(),
        what,
    }])
}

fn refuse(is_there: bool, pointer: &str) -> Result<(), Error> {
    match is_there {
        true => Err(wrong(pointer, "this operation does not take it".to_owned())),
        false => Ok(()),
    }
}

fn id_of(id: Option<String>) -> Result<ContactId, Error> {
    let id = id.ok_or_else(|| wrong("/id", "this operation needs the id of a contact".to_owned()))?;
    ContactId::from_str(&id).map_err(|_| wrong("/id", "this is no id of a contact".to_owned()))
}

fn version_of(version: Option<String>) -> Result<Option<Version>, Error> {
    let read = version.map(|version| version.parse::<Version>());
    read.transpose()
        .map_err(|_| wrong("/version", "this is no version of a contact".to_owned()))
}

fn reply(results: &[OperationResult]) -> Reply {
    let results = results.iter().map(BatchResult::from).collect();
    Reply::new(StatusCode::OK, &BatchResults { results })
}

impl From<&OperationResult> for BatchResult {
    fn from(result: &OperationResult) -> Self {
        let of = |status: StatusCode, id: &ContactId, version: Option<Version>| Self {
            status: status.as_u16(),
            id: Some(id.to_string()),
            version: version.map(|version| version.to_string()),
            location: (status == StatusCode::CREATED).then(|| address(*id)),
            problem: None,
        };
        match result {
            Ok(OperationDone::Created(stored)) => of(StatusCode::CREATED, &stored.id, Some(stored.version)),
            Ok(OperationDone::Updated(stored) | OperationDone::Unchanged(stored)) => {
                of(StatusCode::OK, &stored.id, Some(stored.version))
            }
            Ok(OperationDone::Deleted(id)) => of(StatusCode::NO_CONTENT, id, None),
            Err(error) => {
                let problem = ApiProblem::of_error(error);
                Self {
                    status: problem.status().as_u16(),
                    id: None,
                    version: None,
                    location: None,
                    problem: Some(problem.details().clone()),
                }
            }
        }
    }
}
