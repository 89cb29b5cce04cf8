//! `POST /contacts:merge`: several contacts become one.

use crate::Web;
use crate::api::contacts::resource::{ContactResource, etag};
use crate::api::gate::TokenMember;
use crate::api::once::{IdempotentJson, Reply, once};
use crate::api::problem::ApiProblem;
use app::{ActionReport, Error, MergeRequest, StoredContact, ValueProblem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use model::{ContactId, MergeChoices, Version};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use utoipa::ToSchema;

/// Contacts to merge into one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "keep": "01935f2e-7b1a-7c3e-8f5d-2a1b3c4d5e6f",
    "merge": ["01935f2e-7b1a-7c3e-8f5d-2a1b3c4d5e70"],
    "choose": {"company": "01935f2e-7b1a-7c3e-8f5d-2a1b3c4d5e70"},
}))]
pub struct MergeBody {
    /// The id of the contact that stays. The member needs the right to edit it.
    #[schema(format = "uuid")]
    keep: String,
    /// The ids of the contacts to merge into it. The member must own them.
    #[schema(min_items = 1, max_items = 9)]
    merge: Vec<String>,
    /// The versions that the program has read, by contact id. If a contact has another version, nothing is merged.
    #[serde(default)]
    versions: BTreeMap<String, String>,
    /// The id of the contact whose value is kept, by field, such as `company` or `custom:Shoe size`. The default is the first
    /// value, starting with the contact that stays.
    #[serde(default)]
    choose: BTreeMap<String, String>,
    /// Whether to keep the notes of all contacts, one below the other.
    #[serde(default)]
    all_notes: bool,
}

/// The result of a merge.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"merged": 2, "action": "7", "id": "01935f2e-7b1a-7c3e-8f5d-2a1b3c4d5e6f"}))]
pub struct MergeResult {
    /// How many contacts were merged into one.
    merged: u64,
    /// The id of the action, for `POST /actions/{action}:undo`.
    action: Option<String>,
    #[serde(flatten)]
    contact: ContactResource,
}

/// Merges contacts.
///
/// Merges two to ten contacts into one, which keeps the values of all lists. `POST /actions/{action}:undo` undoes the merge.
#[utoipa::path(
    post, path = "/api/v1/contacts:merge", tag = "Contacts", operation_id = "merge_contacts",
    request_body = MergeBody,
    responses((status = 200, description = "The merged contact", body = MergeResult, headers(("ETag" = String)))),
)]
pub async fn merge(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    IdempotentJson { body, key }: IdempotentJson<MergeBody>,
) -> Result<Response, ApiProblem> {
    let request = request(&body)?;
    once(&web, member, key, reply, move |app, once| {
        app.merge_once(member.actor, &request, once)
    })
    .await
}

fn reply((report, stored): &(ActionReport, StoredContact)) -> Reply {
    let result = MergeResult {
        merged: report.contacts,
        action: report.action.map(|action| action.to_string()),
        contact: ContactResource::from(stored),
    };
    Reply::new(StatusCode::OK, &result).tagged(etag(stored.version))
}

fn request(body: &MergeBody) -> Result<MergeRequest, Error> {
    let kept = id(&body.keep, "/keep")?;
    let gone = body.merge.iter().enumerate();
    let gone: Vec<ContactId> = gone
        .map(|(at, text)| id(text, &format!("/merge/{at}")))
        .collect::<Result<_, _>>()?;
    let seen = body.versions.iter().map(|(contact, version)| {
        let version: Version = version
            .parse()
            .map_err(|_| wrong("/versions", "this is no version of a contact"))?;
        Ok((id(contact, "/versions")?, version))
    });
    let seen: HashMap<ContactId, Version> = seen.collect::<Result<_, Error>>()?;
    let whose = body.choose.iter().map(|(field, contact)| {
        let chosen = id(contact, "/choose")?;
        let place = [kept].iter().chain(&gone).position(|id| *id == chosen);
        let place =
            place.ok_or_else(|| wrong("/choose", "a value is chosen from one of the contacts that are merged"))?;
        Ok((field.clone(), place))
    });
    let choices = MergeChoices {
        whose: whose.collect::<Result<_, Error>>()?,
        all_notes: body.all_notes,
        ..MergeChoices::default()
    };
    Ok(MergeRequest {
        kept,
        gone,
        seen,
        choices,
    })
}

fn id(text: &str, pointer: &str) -> Result<ContactId, Error> {
    text.parse().map_err(|_| wrong(pointer, "this is no id of a contact"))
}

fn wrong(pointer: &str, what: &str) -> Error {
    Error::Values(vec![ValueProblem {
        pointer: pointer.to_owned(),
        what: what.to_owned(),
    }])
}
