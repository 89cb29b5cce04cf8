//! Members and invitations, and the audit log.
//!
//! Changes that require the member's password on the pages are not available here: roles, password reset links, second
//! factors.

use crate::Web;
use crate::api::contacts::list::{limit_of, unknown_cursor};
use crate::api::gate::TokenMember;
use crate::api::json::{Query, filled, instant, ok};
use crate::api::once::{IdempotentEmpty, IdempotentJson, Reply, once, once_kept};
use crate::api::problem::ApiProblem;
use crate::bridge::blocking::blocking;
use app::{
    AuditAction, AuditRequest, Belongings, Error, InvitationInfo, Member, MemberInfo, NewLink, OnceAnswer, Role,
};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use model::ContactId;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// The members of the workspace.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"members": [{"id": "1", "name": "Ada", "email": "ada@example.org", "role": "owner", "state": "active"}]}))]
pub struct MemberList {
    members: Vec<MemberResource>,
}

/// A member.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberResource {
    id: String,
    name: String,
    /// The email of the account; empty if the member has none.
    email: String,
    /// `owner`, `admin` or `member`.
    role: String,
    /// `active` or `deactivated`.
    state: String,
    /// How many contacts the member owns; only for admins and owners.
    #[serde(skip_serializing_if = "Option::is_none")]
    contacts: Option<u64>,
    /// When the member was last seen; only for admins and owners.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "date-time")]
    last_seen: Option<String>,
}

impl From<MemberInfo> for MemberResource {
    fn from(member: MemberInfo) -> Self {
        let seen = member.more.as_ref().and_then(|more| more.seen_at);
        Self {
            id: member.member.0.to_string(),
            name: member.name,
            email: member.email,
            role: member.role.as_str().to_owned(),
            state: member.state.as_str().to_owned(),
            contacts: member.more.map(|more| more.contacts),
            last_seen: seen.map(instant),
        }
    }
}

/// Lists members.
///
/// Returns the active members. Admins and owners also get deactivated members, and more details.
#[utoipa::path(
    get, path = "/api/v1/members", tag = "Members", operation_id = "list_members",
    responses((status = 200, description = "The members", body = MemberList)),
)]
pub async fn list(State(web): State<Arc<Web>>, member: TokenMember) -> Result<Response, ApiProblem> {
    let members = blocking(&web, move |app| app.members(member.actor)).await?;
    Ok(ok(&MemberList {
        members: members.into_iter().map(MemberResource::from).collect(),
    }))
}

fn id(text: &str) -> Result<Member, ApiProblem> {
    Ok(Member(text.parse().map_err(|_| Error::NoMember)?))
}

/// The response to an action without a result.
fn done((): &()) -> Reply {
    Reply::new(StatusCode::NO_CONTENT, &())
}

/// Deactivates a member.
///
/// For admins and owners. Ends all sessions and API tokens of the member immediately. Their contacts and imports stay.
#[utoipa::path(
    post, path = "/api/v1/members/{member}:deactivate", tag = "Members", operation_id = "deactivate_member",
    params(("member" = String, Path, description = "The id of the member")),
    responses((status = 204, description = "The member is deactivated")),
)]
pub async fn deactivate(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(other): Path<String>,
    IdempotentEmpty(key): IdempotentEmpty,
) -> Result<Response, ApiProblem> {
    let other = id(&other)?;
    once(&web, member, key, done, move |app, once| {
        app.deactivate_once(member.actor, other, once)
    })
    .await
}

/// Activates a member.
///
/// For admins and owners. Lets a deactivated member sign in again.
#[utoipa::path(
    post, path = "/api/v1/members/{member}:activate", tag = "Members", operation_id = "activate_member",
    params(("member" = String, Path, description = "The id of the member")),
    responses((status = 204, description = "The member is active")),
)]
pub async fn activate(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(other): Path<String>,
    IdempotentEmpty(key): IdempotentEmpty,
) -> Result<Response, ApiProblem> {
    let other = id(&other)?;
    once(&web, member, key, done, move |app, once| {
        app.activate_once(member.actor, other, once)
    })
    .await
}

/// Who receives the contacts and imports of a removed member.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"hand_to": "1"}))]
pub struct RemoveBody {
    /// The id of the member who receives them.
    hand_to: String,
}

/// How many contacts, trashed contacts and imports were transferred.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"contacts": 12, "trashed": 0, "imports": 1}))]
pub struct RemovedResource {
    contacts: u64,
    trashed: u64,
    imports: u64,
}

/// Removes a member.
///
/// For admins and owners. The removal is permanent. Contacts, trash and imports are transferred to another member.
#[utoipa::path(
    post, path = "/api/v1/members/{member}:remove", tag = "Members", operation_id = "remove_member",
    params(("member" = String, Path, description = "The id of the member")),
    request_body = RemoveBody,
    responses((status = 200, description = "What was transferred", body = RemovedResource)),
)]
pub async fn remove(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(other): Path<String>,
    IdempotentJson { body, key }: IdempotentJson<RemoveBody>,
) -> Result<Response, ApiProblem> {
    let (other, to) = (id(&other)?, id(&body.hand_to)?);
    let reply = |had: &Belongings| {
        let removed = RemovedResource {
            contacts: had.contacts,
            trashed: had.trashed,
            imports: had.imports,
        };
        Reply::new(StatusCode::OK, &removed)
    };
    once(&web, member, key, reply, move |app, once| {
        app.remove_member_once(member.actor, (other, to), once)
    })
    .await
}

/// Invitations that were not used yet.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"invitations": []}))]
pub struct InvitationList {
    invitations: Vec<InvitationResource>,
}

/// An invitation.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationResource {
    email: String,
    role: String,
    /// The name of the member who created it.
    by: String,
    #[schema(format = "date-time")]
    made: String,
    #[schema(format = "date-time")]
    expires: String,
}

impl From<InvitationInfo> for InvitationResource {
    fn from(invitation: InvitationInfo) -> Self {
        Self {
            email: invitation.email,
            role: invitation.role.as_str().to_owned(),
            by: invitation.by,
            made: instant(invitation.made_at),
            expires: instant(invitation.expires_at),
        }
    }
}

/// Lists invitations.
///
/// For admins and owners. Returns the invitations that were not used yet.
#[utoipa::path(
    get, path = "/api/v1/invitations", tag = "Members", operation_id = "list_invitations",
    responses((status = 200, description = "The invitations", body = InvitationList)),
)]
pub async fn invitations(State(web): State<Arc<Web>>, member: TokenMember) -> Result<Response, ApiProblem> {
    let invitations = blocking(&web, move |app| app.invitations(member.actor)).await?;
    Ok(ok(&InvitationList {
        invitations: invitations.into_iter().map(InvitationResource::from).collect(),
    }))
}

/// The email to invite.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "bob@example.org"}))]
pub struct InvitationBody {
    email: String,
}

/// A new invitation, with its link.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"email": "bob@example.org", "link": "/join/…", "expires": "2026-12-06T09:36:40Z"}))]
pub struct InvitedResource {
    email: String,
    /// The path of the link, to append to the address of the server. The link can be used once.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    #[schema(format = "date-time")]
    expires: String,
}

/// Creates an invitation.
///
/// For admins and owners. The invited person gets the role `member`; other roles are assigned on the page Members, which
/// asks for a password. The response to a repeated request has no link, because links are not stored.
#[utoipa::path(
    post, path = "/api/v1/invitations", tag = "Members", operation_id = "invite",
    request_body = InvitationBody,
    responses((status = 201, description = "The invitation", body = InvitedResource)),
)]
pub async fn invite(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    IdempotentJson { body, key }: IdempotentJson<InvitationBody>,
) -> Result<Response, ApiProblem> {
    once_kept(&web, member, key, move |app, keyed| {
        let reply = |invited: &NewLink, link: Option<String>| {
            let invited = InvitedResource {
                email: invited.email.clone(),
                link,
                expires: instant(invited.expires_at),
            };
            Reply::new(StatusCode::CREATED, &invited)
        };
        let write = |invited: &NewLink| reply(invited, None).to_text();
        let once = keyed.map(|keyed| OnceAnswer { keyed, write: &write });
        let invited = app.invite_once(member.actor, &body.email, Role::Member, once)?;
        let link = format!("/join/{}", invited.secret.reveal());
        Ok(reply(&invited, Some(link)))
    })
    .await
}

/// Revokes an invitation.
///
/// For admins and owners. The link of the invitation becomes invalid. A missing invitation is not an error.
#[utoipa::path(
    delete, path = "/api/v1/invitations/{email}", tag = "Members", operation_id = "revoke_invitation",
    params(("email" = String, Path, description = "The invited email")),
    responses((status = 204, description = "The invitation no longer exists")),
)]
pub async fn revoke_invitation(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Path(email): Path<String>,
) -> Result<Response, ApiProblem> {
    blocking(&web, move |app| app.revoke_invitation(member.actor, &email)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Which entries of the audit log to return.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Return only entries of this action, such as `exported`.
    action: Option<String>,
    /// Return only entries of the member with this id.
    #[serde(deserialize_with = "filled")]
    member: Option<i64>,
    /// Maximum number of entries to return (1 to 1000) [default: 100].
    #[param(minimum = 1, maximum = 1000)]
    #[serde(deserialize_with = "filled")]
    limit: Option<u64>,
    /// The `next` of the previous page.
    cursor: Option<String>,
}

/// A page of the audit log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"entries": [{"at": "2026-11-29T09:36:40Z", "by": "Ada", "action": "exported", "about": "all, CSV", "contacts": 12}], "next": null}))]
pub struct AuditList {
    /// The entries, latest first.
    entries: Vec<AuditResource>,
    /// The `cursor` of the next page; null on the last page.
    next: Option<String>,
}

/// An entry of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditResource {
    #[schema(format = "date-time")]
    at: String,
    /// The name of the member who did it.
    by: String,
    /// The action; null if it was recorded by a newer version of the program.
    action: Option<String>,
    about: String,
    /// How many contacts it affected.
    contacts: u64,
}

/// Lists entries of the audit log.
///
/// For admins and owners. Returns who did what and when, latest first.
#[utoipa::path(
    get, path = "/api/v1/audit", tag = "Audit log", operation_id = "list_audit",
    params(AuditQuery),
    responses((status = 200, description = "A page of the audit log", body = AuditList)),
)]
pub async fn audit(
    State(web): State<Arc<Web>>,
    member: TokenMember,
    Query(query): Query<AuditQuery>,
) -> Result<Response, ApiProblem> {
    let limit = limit_of(query.limit)?;
    let before: Option<ContactId> = match &query.cursor {
        Some(cursor) => Some(cursor.parse().map_err(|_| unknown_cursor())?),
        None => None,
    };
    let action = query.action.as_deref().map(|name| {
        let unknown = || ApiProblem::of_parameter("action", format!("action: there is no action {name}"));
        AuditAction::named(name).ok_or_else(unknown)
    });
    let request = AuditRequest {
        action: action.transpose()?,
        member: query.member.map(Member),
        ..AuditRequest::default()
    };
    let page = blocking(&web, move |app| app.audit_page(member.actor, &request, before, limit)).await?;
    let next = page.next.map(|id| id.to_string());
    let entries = page.lines.into_iter().map(|line| AuditResource {
        at: instant(line.at),
        by: line.by,
        action: line.action.map(|action| action.as_str().to_owned()),
        about: line.about,
        contacts: line.contacts,
    });
    Ok(ok(&AuditList {
        entries: entries.collect(),
        next,
    }))
}
