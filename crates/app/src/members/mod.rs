//! The members of a workspace: who they are, what they may, and whether they can sign in.
//!
//! Owns who may change whom: admins and owners keep order, nobody but an owner touches an owner, and one owner at least
//! stays. Every change is made in a transaction in which its right is proved and that queues with all others of its
//! kind.

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
    /// What the member is called.
    pub name: String,
    /// The address to sign in with; empty for who has no account.
    pub email: String,
    /// What the member may.
    pub role: Role,
    /// Whether the member can sign in.
    pub state: MemberState,
    /// What only those see who keep order.
    pub more: Option<MemberMore>,
}

/// What those who keep order see of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberMore {
    /// How many contacts the member owns.
    pub contacts: u64,
    /// When last seen, roughly, in UTC microseconds.
    pub seen_at: Option<i64>,
    /// Whether the member signs in with a second factor.
    pub second_factor: bool,
    /// Where the member is signed in, the place seen last first.
    pub sign_ins: Vec<SignInInfo>,
}

impl App {
    /// The members: to an admin all but those who were removed, with all about them; to others those who are active, by
    /// name.
    pub fn members(&self, actor: Actor) -> Result<Vec<MemberInfo>, Error> {
        let (workspace, now) = (actor.workspace, self.world.now());
        // Others see no counts, so there is nothing to count for them.
        let counted = match self.store.read(|tx| keeps_order(tx, actor))? {
            true => self.contacts_of_members(workspace)?,
            false => None,
        };
        self.store.read(|tx| {
            let rows = members::list(tx, workspace)?;
            if !keeps_order(tx, actor)? {
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

    /// How many contacts each member owns, as the list in memory knows it: the database would have to look at every contact.
    fn contacts_of_members(&self, workspace: Workspace) -> Result<Option<HashMap<Member, u64>>, Error> {
        let rows = self.store.read(|tx| members::list(tx, workspace))?;
        let ids: Vec<Member> = rows.iter().map(|row| row.member).collect();
        let counts = self.owned_counts(workspace, &ids)?;
        Ok(counts.map(|counts| ids.into_iter().zip(counts).collect()))
    }

    /// One member, for an admin.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NoMember`].
    pub fn member(&self, actor: Actor, member: Member) -> Result<MemberInfo, Error> {
        self.store.read(|tx| {
            let admin = access::admin(tx, actor)?;
            Ok(info(there(tx, admin, actor, member)?, None))
        })
    }

    /// The active member of an email, to act as: for the person at this machine, who may do everything here.
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

    /// The member of an email, active or not.
    ///
    /// # Errors
    /// [`Error::NoMember`].
    pub fn member_of(&self, actor: Actor, email: &str) -> Result<Member, Error> {
        let found = self
            .store
            .read(|tx| members::by_email(tx, actor.workspace, &folded(email)))?;
        Ok(found.ok_or(Error::NoMember)?.member)
    }

    /// Makes an account at once, with a password that somebody else chose. The first one is the owner's, and has what was
    /// imported before; others are members if no role is named. Says the role.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::AccountField`] with the first field that does not fit.
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
        let hash = self.passwords.hash(password, self.world.secret())?;
        let now = self.world.now();
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

    /// Gives a member another role.
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

    /// Keeps a member from signing in and ends all their sign-ins. What is theirs stays theirs, and stays shared.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NoMember`], [`Error::LastOwner`].
    pub fn deactivate(&self, actor: Actor, member: Member) -> Result<(), Error> {
        self.deactivate_once(actor, member, None)
    }

    /// The same; with `once` an answer of a keyed request is kept.
    ///
    /// # Errors
    /// Those of [`App::deactivate`].
    pub fn deactivate_once(&self, actor: Actor, member: Member, once: Option<OnceAnswer<'_, ()>>) -> Result<(), Error> {
        self.change_members(actor, |tx, admin| {
            let row = governed_other(tx, admin, actor, member)?;
            if row.state != MemberState::Deactivated {
                shut_out(tx, actor, member)?;
                self.audit(tx, actor, AuditAction::Deactivated, &named(&row), 0)?;
            }
            keep_answer(tx, once, &())
        })
    }

    /// Lets a member sign in again who was deactivated.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NoMember`].
    pub fn activate(&self, actor: Actor, member: Member) -> Result<(), Error> {
        self.activate_once(actor, member, None)
    }

    /// The same; with `once` an answer of a keyed request is kept.
    ///
    /// # Errors
    /// Those of [`App::activate`].
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

    /// Ends a sign-in of another member; nothing to end is no error.
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

    /// Runs a change of members, after all others, by somebody who keeps order.
    pub(crate) fn change_members<T>(
        &self,
        actor: Actor,
        work: impl FnOnce(&mut Tx<'_>, IsAdmin) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.store.write(|tx| {
            // What is read below is true until the end: all changes of members wait here for each other.
            workspaces::queue(tx, actor.workspace)?;
            let admin = access::admin(tx, actor)?;
            work(tx, admin)
        })
    }
}

/// Whether the actor sees what admins see.
fn keeps_order(tx: &mut Tx<'_>, actor: Actor) -> Result<bool, Error> {
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

/// A member whom the actor may change, and who is not the actor.
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

/// Refuses a change after which no owner would be left.
pub(crate) fn keep_an_owner(tx: &mut Tx<'_>, actor: Actor) -> Result<(), Error> {
    match members::active_owners(tx, actor.workspace)? {
        0 => Err(Error::LastOwner),
        _ => Ok(()),
    }
}

/// Keeps a member out, here and everywhere, from now on.
pub(crate) fn shut_out(tx: &mut Tx<'_>, actor: Actor, member: Member) -> Result<(), Error> {
    // The state first: who signs in at this moment has written to the same row and is met below, or finds this.
    members::set_state(tx, actor.workspace, member, MemberState::Deactivated)?;
    keep_an_owner(tx, actor)?;
    sessions::remove_all(tx, actor.workspace, member)?;
    devices::remove_all(tx, actor.workspace, member)?;
    api_tokens::remove_all(tx, actor.workspace, member)?;
    webhooks::remove_all(tx, actor.workspace, member)?;
    Ok(one_time_tokens::forget_passwords(tx, actor.workspace, member)?)
}

/// An email is that of one member.
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
