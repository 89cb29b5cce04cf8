//! Sharing contacts for viewing or editing, revoking shares, and transferring contacts to another owner.
//!
//! Each change applies to any number of contacts. A share changes who may see a contact, not the contact itself: its
//! version stays.

use crate::App;
use crate::View;
use crate::access::{self, CanView, Owns};
use crate::access::{Actor, Right};
use crate::contacts::bulk::ActionReport;
use crate::contacts::bulk::{ActionKind, AtEnd, Before, NOTHING_AT_END, Step};
use crate::contacts::write::{Changes, ShareChanges};
use crate::error::Error;
use crate::workspace::member_names::{Names, name_of};
use model::ContactId;
use std::collections::{BTreeSet, HashMap};
use store::contacts::shares::{self, Access, Grantee, Share};
use store::contacts::{self, ContactRow};
use store::members::{self, MemberState};
use store::{Member, Tx};

/// With whom a contact is shared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SharedWith {
    pub everyone: bool,
    /// The number of members with a share of their own.
    pub members: u64,
}

/// The share by which a member sees a contact of another member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedBy {
    /// The name of the member who shared it.
    pub by_name: String,
    /// When, in UTC microseconds.
    pub at: i64,
    /// The access that it grants.
    pub access: Access,
}

/// A share of a contact, with names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareInfo {
    pub to: Grantee,
    /// The grantee's name; empty for everyone.
    pub name: String,
    /// The access that it grants.
    pub access: Access,
    /// The name of the member who granted it.
    pub by_name: String,
    /// When, in UTC microseconds.
    pub at: i64,
}

/// A change of the shares or owners of contacts.
pub(crate) enum Change {
    /// Share with each of these grantees, without duplicates.
    Share(Vec<Grantee>, Access),
    /// Revoke the share of one grantee, or all shares.
    Unshare(Option<Grantee>),
    HandOver {
        to: Member,
        keep: Option<Access>,
    },
}

impl App {
    /// Shares the member's own contacts with other members or with everyone. An existing share gets the new access.
    /// Contacts that do not exist or that belong to others are skipped.
    ///
    /// # Errors
    /// [`Error::NoMember`]; [`Error::Forbidden`] if the member is not active; contacts shared before the error stay
    /// shared.
    pub fn share(
        &self,
        actor: Actor,
        ids: &[ContactId],
        to: &[Grantee],
        access: Access,
    ) -> Result<ActionReport, Error> {
        self.change_shares(actor, ids, &Change::share(to, access), NOTHING_AT_END)
    }

    /// Revokes shares of the member's own contacts: those of one grantee, or all.
    ///
    /// # Errors
    /// The database fails; what was committed before stays.
    pub fn unshare(&self, actor: Actor, ids: &[ContactId], to: Option<Grantee>) -> Result<ActionReport, Error> {
        self.change_shares(actor, ids, &Change::Unshare(to), NOTHING_AT_END)
    }

    /// Transfers the member's own contacts to another owner. Other members keep their shares; the member keeps the
    /// access `keep`.
    ///
    /// # Errors
    /// [`Error::NoMember`]; [`Error::Forbidden`] if the member is not active; contacts transferred before the error
    /// stay transferred.
    pub fn hand_over(
        &self,
        actor: Actor,
        ids: &[ContactId],
        to: Member,
        keep: Option<Access>,
    ) -> Result<ActionReport, Error> {
        self.change_shares(actor, ids, &Change::HandOver { to, keep }, NOTHING_AT_END)
    }

    /// Returns the shares of a contact. Every member who may see the contact may read them.
    ///
    /// # Errors
    /// [`Error::NoContact`].
    pub fn shares_of(&self, actor: Actor, id: ContactId) -> Result<Vec<ShareInfo>, Error> {
        self.read(actor, |view| view.shares_of(id))
    }

    pub(crate) fn change_shares(
        &self,
        actor: Actor,
        ids: &[ContactId],
        change: &Change,
        at_end: AtEnd<'_>,
    ) -> Result<ActionReport, Error> {
        let about = self.store.read(|tx| change.in_words(tx, actor))?;
        let now = self.system.now();
        self.in_steps(actor, change.kind(), &about, ids, at_end, |changes, some| {
            change.check(changes.tx, actor)?;
            let rows = contacts::get_many(changes.tx, actor.workspace, some)?;
            let seen = access::seen(changes.tx, actor, rows)?;
            let met = seen.len();
            let owned = access::owned_of(seen);
            Ok(Step {
                skipped: (met - owned.len()) as u64,
                touched: change.carry_out(changes, actor, owned, now)?,
            })
        })
    }
}

impl View<'_, '_> {
    /// Returns the shares of a contact. Every member who may see the contact may read them.
    ///
    /// # Errors
    /// [`Error::NoContact`].
    pub fn shares_of(&mut self, id: ContactId) -> Result<Vec<ShareInfo>, Error> {
        let (tx, actor) = (&mut *self.tx, self.actor);
        let contact = access::view(tx, actor, id)?;
        let found = shares::of_many(tx, actor.workspace, &[contact.id])?;
        let grantees = found.iter().filter_map(|share| share.to.member());
        let named = found.iter().map(|share| share.by).chain(grantees);
        let names = Names::load(tx, actor.workspace, named)?;
        let infos = found.into_iter().map(|share| ShareInfo {
            to: share.to,
            name: match share.to {
                Grantee::Everyone => String::new(),
                Grantee::Member(member) => names.name(member),
            },
            access: share.access,
            by_name: names.name(share.by),
            at: share.at,
        });
        Ok(infos.collect())
    }
}

impl Change {
    /// Sharing with these grantees; duplicates are removed.
    pub fn share(to: &[Grantee], access: Access) -> Self {
        let to: BTreeSet<Grantee> = to.iter().copied().collect();
        Self::Share(to.into_iter().collect(), access)
    }

    fn kind(&self) -> ActionKind {
        match self {
            Self::Share(..) => ActionKind::Share,
            Self::Unshare(_) => ActionKind::Unshare,
            Self::HandOver { .. } => ActionKind::HandOver,
        }
    }

    /// The text of the audit entry.
    fn in_words(&self, tx: &mut Tx<'_>, actor: Actor) -> Result<String, Error> {
        let mut named = |to: &Grantee| match to {
            Grantee::Everyone => Ok("everyone".to_owned()),
            Grantee::Member(member) => name_of(tx, actor.workspace, *member),
        };
        Ok(match self {
            Self::Share(to, access) => {
                let names = to.iter().map(named).collect::<Result<Vec<String>, _>>()?;
                format!("with {}, to {}", names.join(", "), access.as_str())
            }
            Self::Unshare(None) => "with all".to_owned(),
            Self::Unshare(Some(to)) => format!("with {}", named(to)?),
            Self::HandOver { to, .. } => format!("to {}", named(&Grantee::Member(*to))?),
        })
    }

    /// Checks that the members who are to get contacts or shares exist and are active.
    fn check(&self, tx: &mut Tx<'_>, actor: Actor) -> Result<(), Error> {
        let given: Vec<Member> = match self {
            Self::Share(to, _) => to.iter().filter_map(|to| to.member()).collect(),
            Self::HandOver { to, .. } => vec![*to],
            Self::Unshare(_) => Vec::new(),
        };
        for member in given {
            match members::get(tx, actor.workspace, member)? {
                Some(member) if member.state == MemberState::Active => {}
                None => return Err(Error::NoMember),
                Some(_) => return Err(Error::Forbidden("this member is not active any more; choose another")),
            }
        }
        Ok(())
    }

    /// Applies the change to contacts in the order of their ids, and returns the previous state of the contacts that it
    /// changed.
    fn carry_out(
        &self,
        changes: &mut Changes<'_, '_>,
        actor: Actor,
        owned: Vec<Owns<ContactRow>>,
        now: i64,
    ) -> Result<Vec<Before>, Error> {
        let ids: Vec<ContactId> = owned.iter().map(|row| row.id).collect();
        let mut before: HashMap<ContactId, Vec<Share>> = HashMap::new();
        for share in shares::of_many(changes.tx, actor.workspace, &ids)? {
            before.entry(share.contact).or_default().push(share);
        }
        let (mut shares, mut touched, mut handed) = (ShareChanges::default(), Vec::new(), Vec::new());
        for row in owned {
            let before = before.remove(&row.id).unwrap_or_default();
            let share_with = |to, access| Share {
                contact: row.id,
                to,
                access,
                by: actor.member,
                at: now,
            };
            match self {
                Self::Share(to, access) => {
                    let has = |to| before.iter().any(|share| share.to == to && share.access == *access);
                    let lack = to.iter().filter(|to| to.member() != Some(row.owner) && !has(**to));
                    let lack: Vec<Grantee> = lack.copied().collect();
                    if lack.is_empty() {
                        continue;
                    }
                    shares.give(&row, lack.into_iter().map(|to| share_with(to, *access)));
                }
                Self::Unshare(to) => {
                    let some = before.iter().filter(|share| to.is_none_or(|to| share.to == to));
                    let some: Vec<Grantee> = some.map(|share| share.to).collect();
                    if some.is_empty() {
                        continue;
                    }
                    shares.take(&row, some);
                }
                Self::HandOver { to, keep } => {
                    if row.owner == *to {
                        continue;
                    }
                    // An owner needs no share.
                    shares.take(&row, [Grantee::Member(*to)]);
                    let kept = keep.map(|access| share_with(Grantee::Member(row.owner), access));
                    shares.give(&row, kept);
                }
            }
            touched.push(Before {
                after: Some(row.version),
                row: (*row).clone(),
                shares: Some(before),
            });
            handed.push(row);
        }
        if let Self::HandOver { to, .. } = self {
            changes.hand_over(handed, *to)?;
        }
        changes.share(&shares)?;
        Ok(touched)
    }
}

/// With whom the actor's own contacts among `seen` are shared; contacts without shares are left out.
pub(crate) fn shared_with(
    tx: &mut Tx<'_>,
    actor: Actor,
    seen: &[(Right, CanView<ContactRow>)],
) -> Result<HashMap<ContactId, SharedWith>, Error> {
    let own = seen.iter().filter(|(right, _)| *right == Right::Own);
    let ids: Vec<ContactId> = own.map(|(_, row)| row.id).collect();
    let mut found: HashMap<ContactId, SharedWith> = HashMap::new();
    for share in shares::of_many(tx, actor.workspace, &ids)? {
        let with = found.entry(share.contact).or_default();
        match share.to {
            Grantee::Everyone => with.everyone = true,
            Grantee::Member(_) => with.members += 1,
        }
    }
    Ok(found)
}

/// By whom the contacts of other members among `seen` are shared with the actor.
pub(crate) fn shared_by(
    tx: &mut Tx<'_>,
    actor: Actor,
    seen: &[(Right, CanView<ContactRow>)],
) -> Result<HashMap<ContactId, SharedBy>, Error> {
    let of_others = seen.iter().filter(|(right, _)| *right < Right::Own);
    let ids: Vec<ContactId> = of_others.map(|(_, row)| row.id).collect();
    let mut strongest: HashMap<ContactId, Share> = HashMap::new();
    for share in shares::of_many(tx, actor.workspace, &ids)? {
        let direct = share.to == Grantee::Member(actor.member);
        if !direct && share.to != Grantee::Everyone {
            continue;
        }
        // Of two shares with the same access, the one for the member alone wins.
        let known = strongest.entry(share.contact).or_insert(share);
        if (share.access, direct) >= (known.access, known.to != Grantee::Everyone) {
            *known = share;
        }
    }
    let names = Names::load(tx, actor.workspace, strongest.values().map(|share| share.by))?;
    let infos = strongest.into_values().map(|share| {
        let by_name = names.name(share.by);
        let (at, access) = (share.at, share.access);
        (share.contact, SharedBy { by_name, at, access })
    });
    Ok(infos.collect())
}
