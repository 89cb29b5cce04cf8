//! Links that let somebody in once: an invitation to join, and a new password for who has lost theirs.
//!
//! Owns the secrets, how long they are worth something, who may make a link, and that who made it may still do so when
//! it is used. An unknown link, a used one and one that has expired are answered alike. Asking for a link that is worth
//! nothing counts for nobody: a secret has 256 bits, so nobody finds one by trying, and looking costs one read. What
//! costs more, the hash of a password, is done for a link that is worth something, and so often for each.

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
/// How long an invitation is worth something.
const INVITATION_LASTS: i64 = 7 * DAY;
/// How long a link to a new password is worth something.
const PASSWORD_LASTS: i64 = DAY;

/// The secret of a link, which only who was given it has. Here there is its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkSecret(String);

impl LinkSecret {
    /// A secret as it stands in an address.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// What the address is made of.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    fn hash(&self) -> Vec<u8> {
        sha256(&[b"link", self.0.as_bytes()]).to_vec()
    }
}

/// The secret is never shown again.
impl std::fmt::Debug for LinkSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkSecret(..)")
    }
}

/// A link that was made: the only time that its secret is shown.
#[derive(Clone, Debug)]
pub struct NewLink {
    pub secret: LinkSecret,
    /// Whom it is for.
    pub email: String,
    /// Until when it is worth something, in UTC microseconds.
    pub expires_at: i64,
}

/// An invitation that nobody has used yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationInfo {
    /// Whom it is for.
    pub email: String,
    /// What they will be.
    pub role: Role,
    /// The name of who made it.
    pub by: String,
    /// When, in UTC microseconds.
    pub made_at: i64,
    /// Until when it is worth something, in UTC microseconds.
    pub expires_at: i64,
}

/// What who has a link may know before they use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkOffer {
    /// The address that they will sign in with.
    pub email: String,
    /// What the workspace is called.
    pub workspace_name: String,
    /// The name of who made the link.
    pub by: String,
}

/// What a link is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    Invitation,
    /// To set a new password.
    Password,
}

impl App {
    /// Invites somebody. An earlier invitation of the same email is worth nothing any more.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::AccountField`] if the email is none or is that of a member.
    pub fn invite(&self, actor: Actor, email: &str, role: Role) -> Result<NewLink, Error> {
        self.invite_once(actor, email, role, None)
    }

    /// The same; with `once` an answer of a keyed request is kept.
    ///
    /// # Errors
    /// Those of [`App::invite`].
    pub fn invite_once(
        &self,
        actor: Actor,
        email: &str,
        role: Role,
        once: Option<OnceAnswer<'_, NewLink>>,
    ) -> Result<NewLink, Error> {
        let email = fit_email(email)?;
        let (secret, now) = (self.new_secret(), self.world.now());
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

    /// The invitations that nobody has used yet, the newest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn invitations(&self, actor: Actor) -> Result<Vec<InvitationInfo>, Error> {
        let now = self.world.now();
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

    /// Makes a link by which a member who has lost their password sets a new one. Earlier ones are worth nothing any more.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::NoMember`] if there is no such member, or none who can sign in.
    pub fn reset_link(&self, actor: Actor, member: Member) -> Result<NewLink, Error> {
        let (secret, now) = (self.new_secret(), self.world.now());
        let expires_at = now + PASSWORD_LASTS;
        let email = self.change_members(actor, |tx, admin| {
            let row = governed(tx, admin, actor, member)?;
            // Who sets an admin's password is that admin from then on.
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

    /// What a link offers, if it is worth something.
    ///
    /// # Errors
    /// [`Error::LinkGone`].
    pub fn link(&self, secret: &LinkSecret, kind: LinkKind) -> Result<LinkOffer, Error> {
        let workspace = self.local_actor()?.workspace;
        let now = self.world.now();
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

    /// Makes a member of anyone who has an invitation, and signs them in. Of two who use it at once, one joins.
    ///
    /// # Errors
    /// [`Error::LinkGone`], [`Error::TooManyTries`], [`Error::AccountField`].
    pub fn join(&self, secret: &LinkSecret, name: &str, password: &str, caller: &Caller) -> Result<Token, Error> {
        let name = fit_name(name, AccountField::Name)?;
        let workspace = self.local_actor()?.workspace;
        let now = self.world.now();
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
        let hash = self.passwords.hash(password, self.world.secret())?;
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

    /// Gives the member of a link the password that they chose, ends all their sign-ins, and signs them in here.
    ///
    /// # Errors
    /// [`Error::LinkGone`], [`Error::TooManyTries`], [`Error::AccountField`].
    pub fn reset_password(&self, secret: &LinkSecret, password: &str, caller: &Caller) -> Result<Token, Error> {
        let workspace = self.local_actor()?.workspace;
        let now = self.world.now();
        let account = self.store.read(|tx| {
            let link = standing(tx, workspace, secret, LinkKind::Password, now)?;
            let Purpose::Password(member) = link.purpose else {
                return Err(Error::LinkGone);
            };
            accounts::get(tx, workspace, member)?.ok_or(Error::LinkGone)
        })?;
        fit_password(password, &chooser_of(&account))?;
        let subjects = self.begin_to_use(workspace, secret)?;
        let hash = self.passwords.hash(password, self.world.secret())?;
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

    /// Counts a try of a link as failed until it succeeds.
    fn begin_to_use(&self, workspace: Workspace, secret: &LinkSecret) -> Result<[Subject; 1], Error> {
        let subjects = [Subject::link(&secret.hash())];
        let now = self.world.now();
        self.store.write(|tx| self.begin_try(tx, workspace, &subjects, now))?;
        Ok(subjects)
    }

    fn new_secret(&self) -> LinkSecret {
        LinkSecret(hex(&self.world.secret()))
    }
}

/// A link of this kind that is worth something: not used, not too old, and by somebody who might still make it.
fn standing(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    secret: &LinkSecret,
    kind: LinkKind,
    now: i64,
) -> Result<Link, Error> {
    let link = one_time_tokens::find(tx, workspace, &secret.hash(), now)?.ok_or(Error::LinkGone)?;
    // A clock that was ahead would have made it last longer.
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
    // Anyone who lost the right to make it since has lost what they made by it too.
    if maker_role < needed {
        return Err(Error::LinkGone);
    }
    Ok(link)
}
