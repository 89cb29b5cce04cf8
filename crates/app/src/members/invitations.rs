//! Links that can be used once: an invitation to join, or a new password for a member who has lost theirs.
//!
//! Decides how long links are valid, who may make one, and that its maker must still have that right when it is used.
//! Unknown, used and expired links get the same answer. A request with an invalid link counts for no rate limit: a
//! secret has 256 bits, so it cannot be guessed, and the lookup costs one read. The expensive step, hashing the
//! password, is done only for a valid link, and a limited number of times for each.

use crate::App;
use crate::access;
use crate::access::Actor;
use crate::access::{governed, named};
use crate::audit::AuditAction;
use crate::auth::account_fields::{chooser_of, fit_email, fit_name, fit_password, folded};
use crate::auth::caller::{Caller, Token};
use crate::auth::passwords::Chooser;
use crate::auth::rate_limit::{self, Subject};
use crate::auth::secret::{hex, sha256};
use crate::clock::CLOCKS_DIFFER;
use crate::error::AccountField;
use crate::error::Error;
use crate::idempotency::{OnceAnswer, keep_answer};
use crate::members::refuse_taken;
use store::members::accounts::{self, NewAccount, Role};
use store::members::one_time_tokens::{self, Link, Purpose};
use store::members::{self, MemberState};
use store::members::{devices, sessions};
use store::workspace::workspaces;
use store::{Member, Tx, Workspace};

const DAY: i64 = 24 * 3_600 * 1_000_000;
/// How long an invitation is valid.
const INVITATION_LASTS: i64 = 7 * DAY;
/// How long a link to a new password is valid.
const PASSWORD_LASTS: i64 = DAY;

/// The secret of a link. Only its recipient has it; the program stores its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkSecret(String);

impl LinkSecret {
    /// Wraps a secret from an address.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text that is part of the address.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    fn hash(&self) -> Vec<u8> {
        sha256(&[b"link", self.0.as_bytes()]).to_vec()
    }
}

/// Does not reveal the secret.
impl std::fmt::Debug for LinkSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkSecret(..)")
    }
}

/// A new link; its secret is shown only this once.
#[derive(Clone, Debug)]
pub struct NewLink {
    pub secret: LinkSecret,
    /// The email of its recipient.
    pub email: String,
    /// When it expires, in UTC microseconds.
    pub expires_at: i64,
}

/// An unused invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationInfo {
    /// The email of its recipient.
    pub email: String,
    /// The role that its recipient will have.
    pub role: Role,
    /// The name of the member who made it.
    pub by: String,
    /// When it was made, in UTC microseconds.
    pub made_at: i64,
    /// When it expires, in UTC microseconds.
    pub expires_at: i64,
}

/// What the holder of a link may see before using it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkOffer {
    /// The email with which they will sign in.
    pub email: String,
    /// The name of the workspace.
    pub workspace_name: String,
    /// The name of the member who made the link.
    pub by: String,
}

/// The purpose for which a link is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    Invitation,
    /// To set a new password.
    Password,
}

impl App {
    /// Invites a person. An earlier invitation of the same email becomes invalid.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::AccountField`] if the email is invalid or belongs to a member.
    pub fn invite(&self, actor: Actor, email: &str, role: Role) -> Result<NewLink, Error> {
        self.invite_once(actor, email, role, None)
    }

    /// Invites a person. With `once`, the link is stored as the answer of a keyed request.
    ///
    /// # Errors
    /// The errors of [`App::invite`].
    pub fn invite_once(
        &self,
        actor: Actor,
        email: &str,
        role: Role,
        once: Option<OnceAnswer<'_, NewLink>>,
    ) -> Result<NewLink, Error> {
        let email = fit_email(email)?;
        let (secret, now) = (self.new_secret(), self.system.now());
        let expires_at = now + INVITATION_LASTS;
        let made = NewLink {
            secret,
            email,
            expires_at,
        };
        let NewLink { secret, email, .. } = &made;
        self.change_members(actor, |tx, _| {
            if role == Role::Owner {
                access::owner(tx, actor)?;
            }
            if !accounts::exist(tx, actor.workspace)? {
                return Err(Error::NotSetUp);
            }
            refuse_taken(tx, actor.workspace, email)?;
            one_time_tokens::forget_invitations(tx, actor.workspace, email)?;
            one_time_tokens::forget(tx, actor.workspace, now - INVITATION_LASTS)?;
            let link = Link {
                token_hash: secret.hash(),
                purpose: Purpose::Invitation(role),
                email: email.clone(),
                made_by: actor.member,
                made_at: now,
                expires_at,
            };
            one_time_tokens::add(tx, actor.workspace, &link)?;
            let about = format!("{email} as {}", role.as_str());
            self.audit(tx, actor, AuditAction::Invited, &about, 0)?;
            keep_answer(tx, once, &made)
        })?;
        Ok(made)
    }

    /// Returns the unused invitations, newest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn invitations(&self, actor: Actor) -> Result<Vec<InvitationInfo>, Error> {
        let now = self.system.now();
        self.store.read(|tx| {
            access::admin(tx, actor)?;
            let mut pending = Vec::new();
            for link in one_time_tokens::invitations(tx, actor.workspace, now)? {
                let Purpose::Invitation(role) = link.purpose else {
                    continue;
                };
                let by = workspaces::member_name(tx, actor.workspace, link.made_by)?;
                pending.push(InvitationInfo {
                    email: link.email,
                    role,
                    by: by.unwrap_or_default(),
                    made_at: link.made_at,
                    expires_at: link.expires_at,
                });
            }
            Ok(pending)
        })
    }

    /// Revokes the invitation of an email; it is no error if there is none.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn revoke_invitation(&self, actor: Actor, email: &str) -> Result<(), Error> {
        let email = folded(email);
        self.change_members(actor, |tx, _| {
            if one_time_tokens::forget_invitations(tx, actor.workspace, &email)? == 0 {
                return Ok(());
            }
            Ok(self.audit(tx, actor, AuditAction::InvitationRevoked, &email, 0)?)
        })
    }

    /// Makes a link by which a member who has lost their password sets a new one. Earlier links for it become invalid.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::NoMember`] if there is no such member, or the member cannot sign in.
    pub fn reset_link(&self, actor: Actor, member: Member) -> Result<NewLink, Error> {
        let (secret, now) = (self.new_secret(), self.system.now());
        let expires_at = now + PASSWORD_LASTS;
        let email = self.change_members(actor, |tx, admin| {
            let row = governed(tx, admin, actor, member)?;
            // A person who sets an admin's password has that admin's rights from then on.
            if row.role == Role::Admin && member != actor.member {
                access::owner(tx, actor)?;
            }
            let email = row.email.clone().filter(|_| row.state == MemberState::Active);
            let email = email.ok_or(Error::NoMember)?;
            one_time_tokens::forget_passwords(tx, actor.workspace, member)?;
            let link = Link {
                token_hash: secret.hash(),
                purpose: Purpose::Password(member),
                email: email.clone(),
                made_by: actor.member,
                made_at: now,
                expires_at,
            };
            one_time_tokens::add(tx, actor.workspace, &link)?;
            self.audit(tx, actor, AuditAction::ResetLink, &named(&row), 0)?;
            Ok(email)
        })?;
        Ok(NewLink {
            secret,
            email,
            expires_at,
        })
    }

    /// Returns what the holder of a valid link may see.
    ///
    /// # Errors
    /// [`Error::LinkGone`].
    pub fn link(&self, secret: &LinkSecret, kind: LinkKind) -> Result<LinkOffer, Error> {
        let workspace = self.local_actor()?.workspace;
        let now = self.system.now();
        self.store.read(|tx| {
            let link = standing(tx, workspace, secret, kind, now)?;
            let by = workspaces::member_name(tx, workspace, link.made_by)?;
            Ok(LinkOffer {
                email: link.email,
                workspace_name: workspaces::name(tx, workspace)?,
                by: by.unwrap_or_default(),
            })
        })
    }

    /// Makes the holder of an invitation a member, and signs them in. Of two concurrent uses, one joins.
    ///
    /// # Errors
    /// [`Error::LinkGone`], [`Error::TooManyTries`], [`Error::AccountField`].
    pub fn join(&self, secret: &LinkSecret, name: &str, password: &str, caller: &Caller) -> Result<Token, Error> {
        let name = fit_name(name, AccountField::Name)?;
        let workspace = self.local_actor()?.workspace;
        let now = self.system.now();
        let (link, workspace_name) = self.store.read(|tx| {
            let link = standing(tx, workspace, secret, LinkKind::Invitation, now)?;
            Ok::<_, Error>((link, workspaces::name(tx, workspace)?))
        })?;
        let chooser = Chooser {
            name,
            email: &link.email,
            workspace_name: &workspace_name,
        };
        fit_password(password, &chooser)?;
        let subjects = self.begin_to_use(workspace, secret)?;
        let hash = self.passwords.hash(password, self.system.secret())?;
        self.store.write(|tx| {
            workspaces::queue(tx, workspace)?;
            let link = standing(tx, workspace, secret, LinkKind::Invitation, now)?;
            let Purpose::Invitation(role) = link.purpose else {
                return Err(Error::LinkGone);
            };
            if !one_time_tokens::use_up(tx, workspace, &link.token_hash, now)? {
                return Err(Error::LinkGone);
            }
            refuse_taken(tx, workspace, &link.email)?;
            let account = NewAccount {
                name,
                email: &link.email,
                password_hash: &hash,
            };
            let member = members::add(tx, workspace, &account, role, now)?;
            let actor = Actor { workspace, member };
            let about = format!("{name} ({}) as {}", link.email, role.as_str());
            self.audit(tx, actor, AuditAction::Joined, &about, 0)?;
            members::seen(tx, workspace, member, now)?;
            rate_limit::succeeded(tx, workspace, &subjects, now)?;
            self.enter(tx, actor, caller)
        })
    }

    /// Sets the password that the member of a link chose, ends all their sessions, and signs them in here.
    ///
    /// # Errors
    /// [`Error::LinkGone`], [`Error::TooManyTries`], [`Error::AccountField`].
    pub fn reset_password(&self, secret: &LinkSecret, password: &str, caller: &Caller) -> Result<Token, Error> {
        let workspace = self.local_actor()?.workspace;
        let now = self.system.now();
        let account = self.store.read(|tx| {
            let link = standing(tx, workspace, secret, LinkKind::Password, now)?;
            let Purpose::Password(member) = link.purpose else {
                return Err(Error::LinkGone);
            };
            accounts::get(tx, workspace, member)?.ok_or(Error::LinkGone)
        })?;
        fit_password(password, &chooser_of(&account))?;
        let subjects = self.begin_to_use(workspace, secret)?;
        let hash = self.passwords.hash(password, self.system.secret())?;
        self.store.write(|tx| {
            workspaces::queue(tx, workspace)?;
            let link = standing(tx, workspace, secret, LinkKind::Password, now)?;
            let Purpose::Password(member) = link.purpose else {
                return Err(Error::LinkGone);
            };
            if !one_time_tokens::use_up(tx, workspace, &link.token_hash, now)? {
                return Err(Error::LinkGone);
            }
            let actor = Actor { workspace, member };
            accounts::set_password(tx, workspace, member, &hash)?;
            sessions::remove_all(tx, workspace, member)?;
            devices::remove_all(tx, workspace, member)?;
            members::seen(tx, workspace, member, now)?;
            rate_limit::succeeded(tx, workspace, &subjects, now)?;
            self.audit(tx, actor, AuditAction::PasswordChanged, "by a link", 0)?;
            self.enter(tx, actor, caller)
        })
    }

    /// Counts a use of a link as failed until it succeeds.
    fn begin_to_use(&self, workspace: Workspace, secret: &LinkSecret) -> Result<[Subject; 1], Error> {
        let subjects = [Subject::link(&secret.hash())];
        let now = self.system.now();
        self.store.write(|tx| self.begin_try(tx, workspace, &subjects, now))?;
        Ok(subjects)
    }

    fn new_secret(&self) -> LinkSecret {
        LinkSecret(hex(&self.system.secret()))
    }
}

/// Returns a valid link of this kind: not used, not expired, and made by a member who may still make it.
fn standing(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    secret: &LinkSecret,
    kind: LinkKind,
    now: i64,
) -> Result<Link, Error> {
    let link = one_time_tokens::find(tx, workspace, &secret.hash(), now)?.ok_or(Error::LinkGone)?;
    // A clock that was ahead would extend its life.
    if link.made_at > now + CLOCKS_DIFFER {
        return Err(Error::LinkGone);
    }
    let maker = Actor {
        workspace,
        member: link.made_by,
    };
    let maker_role = accounts::role(tx, workspace, maker.member)?.unwrap_or(Role::Member);
    let needed = match (link.purpose, kind) {
        (Purpose::Invitation(role), LinkKind::Invitation) => role.max(Role::Admin),
        (Purpose::Password(member), LinkKind::Password) => {
            match accounts::role(tx, workspace, member)?.ok_or(Error::LinkGone)? {
                _ if member == maker.member => Role::Admin,
                Role::Member => Role::Admin,
                Role::Admin | Role::Owner => Role::Owner,
            }
        }
        _ => return Err(Error::LinkGone),
    };
    // A link is void once its maker has lost the right to make it.
    if maker_role < needed {
        return Err(Error::LinkGone);
    }
    Ok(link)
}
