//! Duplicates: finding contacts that may be the same, and dismissing pairs that are not.

use crate::Web;
use crate::api::contacts::list::unknown_cursor;
use crate::api::contacts::resource::ContactResource;
use crate::api::gate::TokenMember;
use crate::api::json::{Query, ok};
use crate::api::once::{IdempotentJson, Reply, once};
use crate::api::problem::ApiProblem;
use crate::bridge::blocking::blocking;
use app::{DuplicateGroup, Error, ValueProblem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use model::ContactId;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use utoipa::{IntoParams, ToSchema};

/// Groups per page.
const PAGE: usize = 100;
/// How long a request waits for the search.
const WAIT: Duration = Duration::from_secs(10);

/// Which page to return.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DuplicatesQuery {
    /// The `next` of the previous page.
    cursor: Option<String>,
}

/// Groups of contacts that may be duplicates.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"groups": [], "found": 0, "complete": true, "next": null}))]
pub struct GroupList {
    groups: Vec<GroupResource>,
    /// How many groups were found.
    found: u64,
    /// Whether all contacts were checked; if not, send the request again later.
    complete: bool,
    /// The `cursor` of the next page; null on the last page.
    next: Option<String>,
}

/// A group of contacts that may be duplicates.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupResource {
    contacts: Vec<ContactResource>,
    pairs: Vec<PairResource>,
}

/// Two contacts of a group.
#[derive(Debug, Serialize, ToSchema)]
pub struct PairResource {
    ids: Vec<String>,
    /// Confidence that they are duplicates, from 0 to 100.
    confidence: u8,
    /// The reasons, as text.
    reasons: Vec<String>,
}

impl From<DuplicateGroup> for GroupResource {
    fn from(group: DuplicateGroup) -> Self {
        let id = |at: usize| group.contacts.get(at).map(|stored| stored.id.to_string());
        let pairs = group.pairs.iter().map(|pair| PairResource {
            ids: [id(pair.of.0), id(pair.of.1)].into_iter().flatten().collect(),
            confidence: pair.strength,
            reasons: pair.reasons.clone(),
        });
        Self {
            pairs: pairs.collect(),
            contacts: group.contacts.iter().map(ContactResource::from).collect(),
        }
    }
}

/// Finds duplicates.
///
/// Returns groups of contacts that may be duplicates, with the reasons. The first request starts the search, which
/// continues in the background.
#[utoipa::path(
    get, path = "/api/v1/duplicates", tag = "Duplicates", operation_id = "find_duplicates",
    params(DuplicatesQuery),
    responses((status = 200, description = "The groups", body = GroupList)),
)]
pub async fn list(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Query(query): Query<DuplicatesQuery>,
) -> Result<Response, ApiProblem> {
    let from: usize = match &query.cursor {
        Some(cursor) => cursor.parse().map_err(|_| unknown_cursor())?,
        None => 0,
    };
    let page = blocking(&web, move |app| app.find_duplicates(member.actor, from, PAGE, WAIT)).await?;
    Ok(ok(&GroupList {
        groups: page.groups.into_iter().map(GroupResource::from).collect(),
        found: page.found as u64,
        complete: page.complete,
        next: page.next.map(|next| next.to_string()),
    }))
}

/// Contacts that are not duplicates of each other.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"contacts": ["01935f2e-7b1a-7c3e-8f5d-2a1b3c4d5e6f", "01935f2e-7b1a-7c3e-8f5d-2a1b3c4d5e70"]}))]
pub struct DismissBody {
    /// The ids of the contacts.
    #[schema(max_items = 20)]
    contacts: Vec<String>,
}

/// How many pairs were dismissed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"pairs": 1}))]
pub struct DismissedResource {
    pairs: u64,
}

/// Dismisses duplicates.
///
/// Marks contacts as not duplicates of each other, so that they are not found again. Pairs of which the member may edit
/// neither contact are not marked.
#[utoipa::path(
    post, path = "/api/v1/duplicates:dismiss", tag = "Duplicates", operation_id = "dismiss_duplicates",
    request_body = DismissBody,
    responses((status = 200, description = "The number of pairs", body = DismissedResource)),
)]
pub async fn dismiss(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    IdempotentJson { body, key }: IdempotentJson<DismissBody>,
) -> Result<Response, ApiProblem> {
    let ids = body.contacts.iter().enumerate().map(|(at, text)| {
        let unknown = |_| {
            Error::Values(vec![ValueProblem {
                pointer: format!("/contacts/{at}"),
                what: "this is no id of a contact".to_owned(),
            }])
        };
        text.parse::<ContactId>().map_err(unknown)
    });
    let ids: Vec<ContactId> = ids.collect::<Result<_, _>>()?;
    let reply = |pairs: &u64| Reply::new(StatusCode::OK, &DismissedResource { pairs: *pairs });
    once(&web, member, key, reply, move |app, once| {
        app.mark_not_duplicates_once(member.actor, &ids, once)
    })
    .await
}
