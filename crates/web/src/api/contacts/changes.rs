//! `GET /contacts/changes`: the changes since a position, for programs that keep a copy.

use crate::Web;
use crate::api::contacts::list::limit_of;
use crate::api::contacts::resource::ContactResource;
use crate::api::gate::TokenMember;
use crate::api::json::{Query, filled, ok};
use crate::api::problem::{ApiProblem, ProblemDetails};
use crate::bridge::blocking::blocking;
use app::ChangePosition;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Which changes to return.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// The `next` of the previous response. Without it, the response has no contacts, and `next` is the current position.
    since: Option<String>,
    /// Maximum number of contacts to return (1 to 1000) [default: 100].
    #[param(minimum = 1, maximum = 1000)]
    #[serde(deserialize_with = "filled")]
    limit: Option<u64>,
}

/// A page of changes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"contacts": [], "removed": ["01935f2e-7b1a-7c3e-8f5d-2a1b3c4d5e6f"], "next": "1204", "more": false}))]
pub struct ChangeList {
    /// Contacts that were created, changed, or became visible to the member, in their current state.
    contacts: Vec<ContactResource>,
    /// The ids of contacts that were deleted, or that the member may no longer see.
    removed: Vec<String>,
    /// The `since` of the next request.
    next: String,
    /// Whether more changes are available now.
    more: bool,
}

/// Lists changes of contacts.
///
/// A program that applies each response in order to a copy has exactly the contacts that the member may see. To begin, send a
/// request without `since`, store `next`, read the list of contacts, and then request the changes since `next`. A response may
/// contain a contact again although it has not changed. A position is valid for 90 days.
#[utoipa::path(
    get, path = "/api/v1/contacts/changes", tag = "Contacts", operation_id = "follow_contacts",
    params(ChangesQuery),
    responses((status = 200, description = "A page of changes", body = ChangeList),
        (status = 410, description = "The changes since then are no longer stored: read all contacts, and begin again", body = ProblemDetails, content_type = "application/problem+json")),
)]
pub async fn follow(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Query(query): Query<ChangesQuery>,
) -> Result<Response, ApiProblem> {
    let limit = usize::try_from(limit_of(query.limit)?).unwrap_or(usize::MAX);
    let since = query.since.as_deref().map(ChangePosition::from_str).transpose()?;
    let changes = blocking(&web, move |app| app.contact_changes(member.actor, since, limit)).await?;
    Ok(ok(&ChangeList {
        contacts: changes.changed.iter().map(ContactResource::from).collect(),
        removed: changes.removed.iter().map(ToString::to_string).collect(),
        next: changes.next.to_string(),
        more: changes.more,
    }))
}
