//! The members of a workspace: who they are, their roles, and whether they can sign in.
//!
//! Decides who may change whom: admins and owners manage members, only an owner changes an owner, and at least one
//! owner stays. Every change runs in a transaction that proves the right to it and that queues with all other changes
//! of members.

pub(crate) mod directory;
pub(crate) mod invitations;
pub(crate) mod removal;

use crate::App;
use crate::access::Actor;
use crate::access::there;
use crate::access::{self, IsAdmin};
use crate::access::{governed, named};
use crate::audit::AuditAction;
use crate::auth::account_fields::{fit_email, fit_name, fit_password, folded};
use crate::auth::passwords::Chooser;
use crate::auth::sessions::SignInInfo;
use crate::auth::sessions::session;
use crate::error::AccountField;
use crate::error::Error;
use crate::idempotency::{OnceAnswer, keep_answer};
use std::collections::{HashMap, HashSet};
use store::members::accounts::{self, NewAccount, Role};
use store::members::sessions::{self, SignIn};
use store::members::{self, MemberRow, MemberState};
use store::members::{api_tokens, devices, one_time_tokens, second_factors, webhooks};
use store::workspace::workspaces;
use store::{Member, Tx, Workspace};

/// A member, as other members see one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberInfo {
    pub member: Member,
    /// The member's name.
    pub name: String,
    /// The email to sign in with; empty if the member has no account.
    pub email: String,
    /// The member's role.
    pub role: Role,
    /// Whether the member can sign in.
    pub state: MemberState,
    /// Details that only admins and owners see.
    pub more: Option<MemberMore>,
}

/// The details of a member that only admins and owners see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberMore {
    /// How many contacts the member owns.
    pub contacts: u64,
    /// When last seen, roughly, in UTC microseconds.
    pub seen_at: Option<i64>,
    /// Whether the member signs in with a second factor.
    pub second_factor: bool,
    /// The member's sessions, the last used first.
    pub sign_ins: Vec<SignInInfo>,
}

impl App {
    /// Returns the members. An admin gets all except removed ones, with details; other members get the active ones.
    pub fn members(&self, actor: Actor) -> Result<Vec<MemberInfo>, Error> {
        let (workspace, now) = (actor.workspace, self.system.now());
        // Other members see no counts, so nothing is counted for them.
        let counted = match self.store.read(|tx| manages_members(tx, actor))? {
            true => self.contacts_of_members(workspace)?,
            false => None,
        };
        self.store.read(|tx| {
            let rows = members::list(tx, workspace)?;
            if !manages_members(tx, actor)? {
                let active = rows.into_iter().filter(|row| row.state == MemberState::Active);
                return Ok(active.map(|row| info(row, None)).collect());
            }
            let contacts = match counted {
                Some(contacts) => contacts,
                None => members::owned(tx, workspace)?.into_iter().collect(),
            };
            let mut sign_ins: HashMap<Member, Vec<SignInInfo>> = HashMap::new();
            for one in sessions::lasting(tx, workspace, now)? {
                sign_ins.entry(one.member).or_default().push(place(one));
            }
            let factors: HashSet<Member> = second_factors::members(tx, workspace)?.into_iter().collect();
            let there = rows.into_iter().filter(|row| row.state != MemberState::Removed);
            let with_more = there.map(|row| {
                let more = MemberMore {
                    contacts: contacts.get(&row.member).copied().unwrap_or(0),
                    seen_at: row.seen_at,
                    second_factor: factors.contains(&row.member),
                    sign_ins: sign_ins.remove(&row.member).unwrap_or_default(),
                };
                info(row, Some(more))
            });
            Ok(with_more.collect())
        })
    }

    /// Counts the contacts of each member in the contact index: the database would have to read every contact.
    fn contacts_of_members(&self, workspace: Workspace) -> Result<Option<HashMap<Member, u64>>, Error> {
        let rows = self.store.read(|tx| members::list(tx, workspace))?;
        let ids: Vec<Member> = rows.iter().map(|row| row.member).collect();
        let counts = self.owned_counts(workspace, &ids)?;
        Ok(counts.map(|counts| ids.into_iter().zip(counts).collect()))
    }

    /// Returns one member, for an admin.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NoMember`].
    pub fn member(&self, actor: Actor, member: Member) -> Result<MemberInfo, Error> {
        self.store.read(|tx| {
            let admin = access::admin(tx, actor)?;
            Ok(info(there(tx, admin, actor, member)?, None))
        })
    }

    /// Returns the active member with an email as an actor, for the person at this machine, who may do everything here.
    ///
    /// # Errors
    /// [`Error::NoMember`].
    pub fn actor_of(&self, email: &str) -> Result<Actor, Error> {
        let workspace = self.local_actor()?.workspace;
        let found = self.store.read(|tx| members::by_email(tx, workspace, &folded(email)))?;
        let member = found
            .filter(|row| row.state == MemberState::Active)
            .ok_or(Error::NoMember)?
            .member;
        Ok(Actor { workspace, member })
    }

    /// Returns the member with an email, active or not.
    ///
    /// # Errors
    /// [`Error::NoMember`].
    pub fn member_of(&self, actor: Actor, email: &str) -> Result<Member, Error> {
        let found = self
            .store
            .read(|tx| members::by_email(tx, actor.workspace, &folded(email)))?;
        Ok(found.ok_or(Error::NoMember)?.member)
    }

    /// Creates an account directly, with a password that another person chose. The first account is the owner's, and
    /// owns what was imported before; later ones are members unless a role is given. Returns the role.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::AccountField`] with the first invalid field.
    pub fn add_member(
        &self,
        actor: Actor,
        name: &str,
        email: &str,
        role: Option<Role>,
        password: &str,
    ) -> Result<Role, Error> {
        let name = fit_name(name, AccountField::Name)?;
        let email = fit_email(email)?;
        let workspace_name = self.store.read(|tx| workspaces::name(tx, actor.workspace))?;
        let chooser = Chooser {
            name,
            email: &email,
            workspace_name: &workspace_name,
        };
        fit_password(password, &chooser)?;
        let hash = self.passwords.hash(password, self.system.secret())?;
        let now = self.system.now();
        let account = NewAccount {
            name,
            email: &email,
            password_hash: &hash,
        };
        self.change_members(actor, |tx, _| {
            let first = !accounts::exist(tx, actor.workspace)?;
            let role = role.unwrap_or(if first { Role::Owner } else { Role::Member });
            if role == Role::Owner {
                access::owner(tx, actor)?;
            }
            let member = if first {
                if role != Role::Owner {
                    return Err(Error::Forbidden("the first account is that of an owner"));
                }
                accounts::claim(tx, actor.workspace, actor.member, &account)?;
                actor.member
            } else {
                refuse_taken(tx, actor.workspace, &email)?;
                one_time_tokens::forget_invitations(tx, actor.workspace, &email)?;
                members::add(tx, actor.workspace, &account, role, now)?
            };
            let about = format!("{name} ({email}) as {}", role.as_str());
            let joined = Actor { member, ..actor };
            self.audit(tx, joined, AuditAction::Joined, &about, 0)?;
            Ok(role)
        })
    }

    /// Changes the role of a member.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NoMember`], [`Error::LastOwner`].
    pub fn set_role(&self, actor: Actor, member: Member, role: Role) -> Result<(), Error> {
        self.change_members(actor, |tx, admin| {
            let row = governed(tx, admin, actor, member)?;
            if row.role == role {
                return Ok(());
            }
            if role == Role::Owner {
                access::owner(tx, actor)?;
            }
            members::set_role(tx, actor.workspace, member, role)?;
            keep_an_owner(tx, actor)?;
            let about = format!("{}: {} → {}", named(&row), row.role.as_str(), role.as_str());
            Ok(self.audit(tx, actor, AuditAction::RoleChanged, &about, 0)?)
        })
    }

    /// Deactivates a member: ends all their sessions and keeps them from signing in. Their contacts stay theirs, and
    /// stay shared.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NoMember`], [`Error::LastOwner`].
    pub fn deactivate(&self, actor: Actor, member: Member) -> Result<(), Error> {
        self.deactivate_once(actor, member, None)
    }

    /// Deactivates a member. With `once`, the answer of a keyed request is stored.
    ///
    /// # Errors
    /// The errors of [`App::deactivate`].
    pub fn deactivate_once(&self, actor: Actor, member: Member, once: Option<OnceAnswer<'_, ()>>) -> Result<(), Error> {
        self.change_members(actor, |tx, admin| {
            let row = governed_other(tx, admin, actor, member)?;
            if row.state != MemberState::Deactivated {
                revoke_access(tx, actor, member)?;
                self.audit(tx, actor, AuditAction::Deactivated, &named(&row), 0)?;
            }
            keep_answer(tx, once, &())
        })
    }

    /// Lets a deactivated member sign in again.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NoMember`].
    pub fn activate(&self, actor: Actor, member: Member) -> Result<(), Error> {
        self.activate_once(actor, member, None)
    }

    /// Lets a deactivated member sign in again. With `once`, the answer of a keyed request is stored.
    ///
    /// # Errors
    /// The errors of [`App::activate`].
    pub fn activate_once(&self, actor: Actor, member: Member, once: Option<OnceAnswer<'_, ()>>) -> Result<(), Error> {
        self.change_members(actor, |tx, admin| {
            let row = governed(tx, admin, actor, member)?;
            if row.state != MemberState::Active {
                members::set_state(tx, actor.workspace, member, MemberState::Active)?;
                self.audit(tx, actor, AuditAction::Reactivated, &named(&row), 0)?;
            }
            keep_answer(tx, once, &())
        })
    }

    /// Ends a session of another member; it is no error if there is none.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NoMember`].
    pub fn end_sign_in_of(&self, actor: Actor, member: Member, ended: &str) -> Result<(), Error> {
        self.change_members(actor, |tx, admin| {
            let row = governed(tx, admin, actor, member)?;
            let all = sessions::of_member(tx, actor.workspace, member)?;
            for one in all.iter().filter(|one| session(&one.token_hash) == ended) {
                sessions::remove(tx, actor.workspace, &one.token_hash)?;
                self.audit(tx, actor, AuditAction::SignInEnded, &named(&row), 0)?;
            }
            Ok(())
        })
    }

    /// Runs a change of members by an admin or owner. Such changes queue.
    pub(crate) fn change_members<T>(
        &self,
        actor: Actor,
        work: impl FnOnce(&mut Tx<'_>, IsAdmin) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.store.write(|tx| {
            // All changes of members queue here, so that what is read below stays true until the end.
            workspaces::queue(tx, actor.workspace)?;
            let admin = access::admin(tx, actor)?;
            work(tx, admin)
        })
    }
}

/// Whether the actor is an admin or owner.
fn manages_members(tx: &mut Tx<'_>, actor: Actor) -> Result<bool, Error> {
    match access::admin(tx, actor) {
        Ok(_) => Ok(true),
        Err(Error::Forbidden(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

fn info(row: MemberRow, more: Option<MemberMore>) -> MemberInfo {
    MemberInfo {
        member: row.member,
        name: row.name,
        email: row.email.unwrap_or_default(),
        role: row.role,
        state: row.state,
        more,
    }
}

fn place(sign_in: SignIn) -> SignInInfo {
    SignInInfo {
        session: session(&sign_in.token_hash),
        created_at: sign_in.created_at,
        seen_at: sign_in.seen_at,
        agent: sign_in.agent,
    }
}

/// Returns a member whom the actor may change, other than the actor.
pub(crate) fn governed_other(
    tx: &mut Tx<'_>,
    admin: IsAdmin,
    actor: Actor,
    member: Member,
) -> Result<MemberRow, Error> {
    if member == actor.member {
        return Err(Error::Forbidden(
            "you cannot do this to yourself; ask another owner or admin",
        ));
    }
    governed(tx, admin, actor, member)
}

/// Refuses a change that leaves no active owner.
pub(crate) fn keep_an_owner(tx: &mut Tx<'_>, actor: Actor) -> Result<(), Error> {
    match members::active_owners(tx, actor.workspace)? {
        0 => Err(Error::LastOwner),
        _ => Ok(()),
    }
}

/// Deactivates a member, and ends all their sessions, known browsers, API tokens, webhooks and password links.
pub(crate) fn revoke_access(tx: &mut Tx<'_>, actor: Actor, member: Member) -> Result<(), Error> {
    // The state must come first: a concurrent sign-in writes to the same row, so either its session is removed below,
    // or it finds this state.
    members::set_state(tx, actor.workspace, member, MemberState::Deactivated)?;
    keep_an_owner(tx, actor)?;
    sessions::remove_all(tx, actor.workspace, member)?;
    devices::remove_all(tx, actor.workspace, member)?;
    api_tokens::remove_all(tx, actor.workspace, member)?;
    webhooks::remove_all(tx, actor.workspace, member)?;
    Ok(one_time_tokens::forget_passwords(tx, actor.workspace, member)?)
}

/// Refuses an email that already belongs to a member.
pub(crate) fn refuse_taken(tx: &mut Tx<'_>, workspace: Workspace, email: &str) -> Result<(), Error> {
    let message = match members::by_email(tx, workspace, email)?.map(|row| row.state) {
        None => return Ok(()),
        Some(MemberState::Deactivated) => "A member who is deactivated has this email; activate them instead.",
        Some(_) => "A member has this email already.",
    };
    Err(Error::AccountField {
        field: AccountField::Email,
        message,
    })
}
