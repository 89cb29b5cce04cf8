//! Actions on many contacts at once that can be undone: sharing, transferring, tagging.

use crate::Web;
use crate::api::contacts::resource::id;
use crate::api::gate::TokenMember;
use crate::api::json::ok;
use crate::api::once::{IdempotentEmpty, IdempotentJson, Reply, RequestKey, once};
use crate::api::problem::ApiProblem;
use crate::bridge::blocking::blocking;
use app::{Access, ActionReport, ActionUndone, BulkAction, Error, Grantee, Member, ShareInfo, ValueProblem};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use model::ContactId;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// What a share allows.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AccessName {
    View,
    Edit,
}

impl From<AccessName> for Access {
    fn from(access: AccessName) -> Self {
        match access {
            AccessName::View => Self::View,
            AccessName::Edit => Self::Edit,
        }
    }
}

impl From<Access> for AccessName {
    fn from(access: Access) -> Self {
        match access {
            Access::View => Self::View,
            Access::Edit => Self::Edit,
        }
    }
}

/// The shares of a contact.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"shares": [{"to": "everyone", "name": "", "access": "view", "by": "Ada"}]}))]
pub struct ShareList {
    shares: Vec<ShareResource>,
}

/// A share.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShareResource {
    /// The id of a member, or `everyone`.
    to: String,
    /// The name of that member; empty for `everyone`.
    name: String,
    access: AccessName,
    /// The name of the member who created the share.
    by: String,
}

impl From<ShareInfo> for ShareResource {
    fn from(share: ShareInfo) -> Self {
        Self {
            to: match share.to {
                Grantee::Everyone => EVERYONE.to_owned(),
                Grantee::Member(member) => member.0.to_string(),
            },
            name: share.name,
            access: share.access.into(),
            by: share.by_name,
        }
    }
}

/// The name for all members.
const EVERYONE: &str = "everyone";

/// Lists the shares of a contact.
///
/// Returns the shares of the contact, and what each of them allows.
#[utoipa::path(
    get, path = "/api/v1/contacts/{id}/shares", tag = "Sharing", operation_id = "list_shares",
    params(("id" = String, Path, description = "The id of the contact")),
    responses((status = 200, description = "The shares", body = ShareList)),
)]
pub async fn shares(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(contact): Path<String>,
) -> Result<Response, ApiProblem> {
    let id = id(&contact)?;
    let shares = blocking(&web, move |app| app.shares_of(member.actor, id)).await?;
    Ok(ok(&ShareList {
        shares: shares.into_iter().map(ShareResource::from).collect(),
    }))
}

/// The result of a bulk action.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"contacts": 2, "skipped": 0, "action": "7"}))]
pub struct ActionResult {
    /// How many contacts were changed.
    contacts: u64,
    /// How many contacts were skipped, because the member lacks the right to this change.
    skipped: u64,
    /// The id of the action, for `POST /actions/{action}:undo`; null if nothing was changed.
    action: Option<String>,
}

/// Runs an action on many contacts.
async fn act(
    web: &Arc<Web>,
    member: TokenMember,
    key: Option<RequestKey>,
    contacts: &[String],
    action: BulkAction,
) -> Result<Response, ApiProblem> {
    let ids = contacts.iter().enumerate().map(|(at, text)| {
        let unknown = |_| wrong(&format!("/contacts/{at}"), "this is no id of a contact");
        text.parse::<ContactId>().map_err(unknown)
    });
    let ids: Vec<ContactId> = ids.collect::<Result<_, _>>()?;
    once(web, member, key, reply, move |app, once| {
        app.act_on_many(member.actor, &ids, &action, once)
    })
    .await
}

fn reply(report: &ActionReport) -> Reply {
    let result = ActionResult {
        contacts: report.contacts,
        skipped: report.skipped,
        action: report.action.map(|action| action.to_string()),
    };
    Reply::new(StatusCode::OK, &result)
}

fn wrong(pointer: &str, what: &str) -> Error {
    Error::Values(vec![ValueProblem {
        pointer: pointer.to_owned(),
        what: what.to_owned(),
    }])
}

fn grantee(text: &str, pointer: &str) -> Result<Grantee, Error> {
    match text {
        EVERYONE => Ok(Grantee::Everyone),
        number => {
            let unknown = |_| wrong(pointer, "this is neither `everyone` nor the number of a member");
            Ok(Grantee::Member(Member(number.parse().map_err(unknown)?)))
        }
    }
}

/// Contacts to share.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"contacts": ["01935f2e-7b1a-7c3e-8f5d-2a1b3c4d5e6f"], "to": ["everyone"], "access": "view"}))]
pub struct ShareBody {
    /// The ids of the contacts.
    contacts: Vec<String>,
    /// The ids of members, or `everyone`.
    to: Vec<String>,
    access: AccessName,
}

/// Shares contacts.
///
/// Shares contacts with members or everyone, to view or to edit. Contacts that the member does not own are skipped.
#[utoipa::path(
    post, path = "/api/v1/contacts:share", tag = "Sharing", operation_id = "share_contacts",
    request_body = ShareBody,
    responses((status = 200, description = "The result of the action", body = ActionResult)),
)]
pub async fn share(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    IdempotentJson { body, key }: IdempotentJson<ShareBody>,
) -> Result<Response, ApiProblem> {
    let to = body.to.iter().enumerate();
    let to: Vec<Grantee> = to
        .map(|(at, text)| grantee(text, &format!("/to/{at}")))
        .collect::<Result<_, _>>()?;
    let access = body.access.into();
    act(&web, member, key, &body.contacts, BulkAction::Share(to, access)).await
}

/// Contacts whose shares to revoke.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"contacts": ["01935f2e-7b1a-7c3e-8f5d-2a1b3c4d5e6f"], "from": "everyone"}))]
pub struct UnshareBody {
    /// The ids of the contacts.
    contacts: Vec<String>,
    /// The id of a member, or `everyone`; if omitted, all shares are revoked.
    #[serde(default)]
    from: Option<String>,
}

/// Revokes shares of contacts.
///
/// Revokes the share with one member, the share with everyone, or all shares. Contacts that the member does not own are
/// skipped.
#[utoipa::path(
    post, path = "/api/v1/contacts:unshare", tag = "Sharing", operation_id = "unshare_contacts",
    request_body = UnshareBody,
    responses((status = 200, description = "The result of the action", body = ActionResult)),
)]
pub async fn unshare(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    IdempotentJson { body, key }: IdempotentJson<UnshareBody>,
) -> Result<Response, ApiProblem> {
    let from = body.from.as_deref().map(|text| grantee(text, "/from")).transpose()?;
    act(&web, member, key, &body.contacts, BulkAction::Unshare(from)).await
}

/// Contacts to transfer to another owner.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"contacts": ["01935f2e-7b1a-7c3e-8f5d-2a1b3c4d5e6f"], "to": "2", "keep": "view"}))]
pub struct TransferBody {
    /// The ids of the contacts.
    contacts: Vec<String>,
    /// The id of the member who becomes their owner.
    to: String,
    /// The access that the previous owner keeps; none if omitted.
    #[serde(default)]
    keep: Option<AccessName>,
}

/// Transfers contacts to another owner.
///
/// Contacts that the member does not own are skipped.
#[utoipa::path(
    post, path = "/api/v1/contacts:transfer", tag = "Sharing", operation_id = "transfer_contacts",
    request_body = TransferBody,
    responses((status = 200, description = "The result of the action", body = ActionResult)),
)]
pub async fn transfer(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    IdempotentJson { body, key }: IdempotentJson<TransferBody>,
) -> Result<Response, ApiProblem> {
    let unknown = |_| wrong("/to", "this is no number of a member");
    let to = Member(body.to.parse().map_err(unknown)?);
    let keep = body.keep.map(Access::from);
    act(&web, member, key, &body.contacts, BulkAction::HandOver { to, keep }).await
}

/// The tags of contacts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"tags": ["customer", "supplier"]}))]
pub struct TagList {
    tags: Vec<String>,
}

/// Lists tags.
///
/// Returns the tags of the contacts that the member may see.
#[utoipa::path(
    get, path = "/api/v1/tags", tag = "Tags", operation_id = "list_tags",
    responses((status = 200, description = "The tags", body = TagList)),
)]
pub async fn tags(State(web): State<Arc<Web>>, member: TokenMember) -> Result<Response, ApiProblem> {
    let tags = blocking(&web, move |app| app.known_tags(member.actor)).await?;
    Ok(ok(&TagList { tags }))
}

/// Contacts, and the tag to add or remove.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"contacts": ["01935f2e-7b1a-7c3e-8f5d-2a1b3c4d5e6f"], "tag": "customer"}))]
pub struct TagBody {
    /// The ids of the contacts.
    contacts: Vec<String>,
    tag: String,
}

/// Adds a tag to contacts.
///
/// Contacts that already have the tag, ignoring case and diacritics, stay unchanged. Contacts that the member may not change
/// are skipped.
#[utoipa::path(
    post, path = "/api/v1/contacts:tag", tag = "Tags", operation_id = "tag_contacts",
    request_body = TagBody,
    responses((status = 200, description = "The result of the action", body = ActionResult)),
)]
pub async fn tag(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    IdempotentJson { body, key }: IdempotentJson<TagBody>,
) -> Result<Response, ApiProblem> {
    act(&web, member, key, &body.contacts, BulkAction::Tag(body.tag)).await
}

/// Removes a tag from contacts.
///
/// Ignores case and diacritics. Contacts that the member may not change are skipped.
#[utoipa::path(
    post, path = "/api/v1/contacts:untag", tag = "Tags", operation_id = "untag_contacts",
    request_body = TagBody,
    responses((status = 200, description = "The result of the action", body = ActionResult)),
)]
pub async fn untag(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    IdempotentJson { body, key }: IdempotentJson<TagBody>,
) -> Result<Response, ApiProblem> {
    act(&web, member, key, &body.contacts, BulkAction::Untag(body.tag)).await
}

/// The result of an undo.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"restored": 2, "kept": 0}))]
pub struct ActionUndoneResult {
    /// How many contacts were restored to their previous state.
    restored: u64,
    /// How many contacts stay unchanged, because they were changed since, or the member may no longer change them.
    kept: u64,
}

/// Undoes an action.
///
/// Undoes a merge, or a change of tags, shares or owners. Only the member who performed the action can undo it, within the
/// period set in the settings of the workspace.
#[utoipa::path(
    post, path = "/api/v1/actions/{action}:undo", tag = "Contacts", operation_id = "undo_action",
    params(("action" = String, Path, description = "The id of the action: `action` in its response")),
    responses((status = 200, description = "The result of the undo", body = ActionUndoneResult)),
)]
pub async fn undo(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(action): Path<String>,
    IdempotentEmpty(key): IdempotentEmpty,
) -> Result<Response, ApiProblem> {
    let action: i64 = action.parse().map_err(|_| Error::NoAction(0))?;
    let reply = |undone: &ActionUndone| {
        let result = ActionUndoneResult {
            restored: undone.restored,
            kept: undone.kept,
        };
        Reply::new(StatusCode::OK, &result)
    };
    once(&web, member, key, reply, move |app, once| {
        app.undo_action_once(member.actor, action, once)
    })
    .await
}
