//! Notifications: what other members did with contacts that a member should know of, and how many of them are unread.
//!
//! [`News`] writes them in the transaction of the change. What a member has read is stored as the moment of the latest
//! notification shown to them.

use crate::App;
use crate::access::{self, Actor};
use crate::contacts::stored::read;
use crate::error::Error;
use crate::workspace::member_names::Names;
use model::ContactId;
use std::collections::{BTreeMap, HashMap, HashSet};
use store::Tx;
use store::contacts;
use store::contacts::shares::{Access, Grantee, Share};
use store::members::notifications::{self, Notification};
use store::members::{self, preferences};

/// The preference that stores up to which moment a member has read their notifications.
const READ: &str = "notifications_read";
/// How long notifications are kept, in microseconds.
const KEPT_FOR: i64 = 90 * 24 * 3_600 * 1_000_000;
/// The maximum number of notifications shown.
const SHOWN: u64 = 200;

/// What a notification is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotificationKind {
    /// Contacts were shared, to be viewed.
    SharedToView,
    /// Contacts were shared, to be edited.
    SharedToEdit,
    /// Contacts are not shared any more.
    Unshared,
    /// Contacts were transferred to the member, who owns them now.
    Transferred,
    /// A transfer was undone: the contacts belong to their previous owner again.
    TakenBack,
}

impl NotificationKind {
    const ALL: [Self; 5] = [
        Self::SharedToView,
        Self::SharedToEdit,
        Self::Unshared,
        Self::Transferred,
        Self::TakenBack,
    ];

    /// The stored name.
    fn as_str(self) -> &'static str {
        match self {
            Self::SharedToView => "shared_view",
            Self::SharedToEdit => "shared_edit",
            Self::Unshared => "unshared",
            Self::Transferred => "transferred",
            Self::TakenBack => "taken_back",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    fn of_share(access: Access) -> Self {
        match access {
            Access::View => Self::SharedToView,
            Access::Edit => Self::SharedToEdit,
        }
    }
}

/// A notification, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotificationInfo {
    /// When, in UTC microseconds.
    pub at: i64,
    /// The name of the member who did it.
    pub by_name: String,
    pub kind: NotificationKind,
    /// How many contacts it is about.
    pub contacts: u64,
    /// The contact and its name, if the notification is about a single contact that the member may still see.
    pub contact: Option<(ContactId, String)>,
    /// Whether it is for all members.
    pub is_for_everyone: bool,
    /// Whether the member has not read it yet.
    pub is_new: bool,
}

/// The notifications of a change of contacts: for each recipient and kind, the number of contacts and the first of
/// them.
#[derive(Default)]
pub(crate) struct News(BTreeMap<(Grantee, NotificationKind), (u64, ContactId)>);

impl News {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Counts a contact.
    pub fn add(&mut self, to: Grantee, kind: NotificationKind, contact: ContactId) {
        self.0.entry((to, kind)).or_insert((0, contact)).0 += 1;
    }

    /// Counts granted shares, and shares revoked without a replacement. A revoked share is not counted for a member to
    /// whom contacts were transferred.
    pub fn add_shares(&mut self, taken: &[(ContactId, Grantee)], given: &[Share]) {
        let kept: HashSet<(ContactId, Grantee)> = given.iter().map(|share| (share.contact, share.to)).collect();
        for share in given {
            self.add(share.to, NotificationKind::of_share(share.access), share.contact);
        }
        for (contact, from) in taken.iter().filter(|taken| !kept.contains(taken)) {
            if !self.0.contains_key(&(*from, NotificationKind::Transferred)) {
                self.add(*from, NotificationKind::Unshared, *contact);
            }
        }
    }

    /// Writes the notifications, except to the actor.
    pub fn write(self, tx: &mut Tx<'_>, actor: Actor, at: i64) -> Result<(), store::Error> {
        let others = self
            .0
            .into_iter()
            .filter(|((to, _), _)| to.member() != Some(actor.member));
        for ((to, kind), (contacts, first)) in others {
            let notification = Notification {
                to: to.member(),
                at,
                by: actor.member,
                kind: kind.as_str().to_owned(),
                contacts,
                contact: (contacts == 1).then_some(first),
            };
            notifications::add(tx, actor.workspace, &notification)?;
        }
        Ok(())
    }
}

impl App {
    /// Returns the member's notifications, latest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn notifications(&self, actor: Actor) -> Result<Vec<NotificationInfo>, Error> {
        self.store.read(|tx| {
            let since = joined(tx, actor)?;
            let seen = read_until(tx, actor)?;
            let found = notifications::latest(tx, actor.workspace, actor.member, since, SHOWN)?;
            let names = Names::load(tx, actor.workspace, found.iter().map(|one| one.by))?;
            let contacts = visible(tx, actor, &found)?;
            let shown = found.into_iter().filter_map(|one| {
                Some(NotificationInfo {
                    at: one.at,
                    by_name: names.name(one.by),
                    // A kind that only a newer version of the program knows is left out.
                    kind: NotificationKind::named(&one.kind)?,
                    contacts: one.contacts,
                    contact: one.contact.and_then(|id| Some((id, contacts.get(&id)?.clone()))),
                    is_for_everyone: one.to.is_none(),
                    is_new: one.at > seen,
                })
            });
            Ok(shown.collect())
        })
    }

    /// How many notifications the member has not read.
    ///
    /// # Errors
    /// When the database fails.
    pub fn unread_notifications(&self, actor: Actor) -> Result<u64, Error> {
        self.store.read(|tx| {
            let since = joined(tx, actor)?.max(read_until(tx, actor)?);
            Ok(notifications::count(tx, actor.workspace, actor.member, since)?)
        })
    }

    /// Records that the member has read their notifications up to a moment.
    ///
    /// # Errors
    /// When the database fails.
    pub fn note_notifications_read(&self, actor: Actor, until: i64) -> Result<(), Error> {
        self.store.write(|tx| {
            if until > read_until(tx, actor)? {
                preferences::put(tx, actor.workspace, actor.member, READ, &until.to_string())?;
            }
            Ok(())
        })
    }

    /// Deletes the workspace's notifications older than 90 days.
    pub fn forget_old_notifications(&self, actor: Actor) -> Result<(), Error> {
        let before = self.system.now() - KEPT_FOR;
        self.store
            .write(|tx| notifications::forget(tx, actor.workspace, before))?;
        Ok(())
    }
}

/// When the member joined: earlier notifications to everyone are not shown to them.
fn joined(tx: &mut Tx<'_>, actor: Actor) -> Result<i64, store::Error> {
    let member = members::get(tx, actor.workspace, actor.member)?;
    Ok(member.map_or(0, |member| member.created_at))
}

fn read_until(tx: &mut Tx<'_>, actor: Actor) -> Result<i64, store::Error> {
    let read = preferences::get(tx, actor.workspace, actor.member, READ)?;
    Ok(read.and_then(|read| read.parse().ok()).unwrap_or_default())
}

/// The names of those single contacts of notifications that the member may see.
fn visible(tx: &mut Tx<'_>, actor: Actor, found: &[Notification]) -> Result<HashMap<ContactId, String>, Error> {
    let mut ids: Vec<ContactId> = found.iter().filter_map(|one| one.contact).collect();
    ids.sort_unstable();
    ids.dedup();
    let rows = contacts::get_many(tx, actor.workspace, &ids)?;
    let seen = access::seen(tx, actor, rows)?;
    seen.iter()
        .map(|(_, row)| Ok((row.id, read(row)?.display_name())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::Member;

    fn id(n: u128) -> ContactId {
        ContactId::from_u128(n)
    }

    fn counts(news: &News) -> Vec<(Grantee, NotificationKind, u64)> {
        news.0
            .iter()
            .map(|((to, kind), (count, _))| (*to, *kind, *count))
            .collect()
    }

    #[test]
    fn a_share_that_is_replaced_is_none_that_was_taken() {
        let (bob, eve) = (Grantee::Member(Member(2)), Grantee::Member(Member(3)));
        let given = [1, 2].map(|n| Share {
            contact: id(n),
            to: bob,
            access: Access::Edit,
            by: Member(1),
            at: 1,
        });
        let mut news = News::default();
        news.add_shares(&[(id(1), bob), (id(1), eve), (id(3), Grantee::Everyone)], &given);
        let expected = [
            (Grantee::Everyone, NotificationKind::Unshared, 1),
            (bob, NotificationKind::SharedToEdit, 2),
            (eve, NotificationKind::Unshared, 1),
        ];
        assert_eq!(counts(&news), expected);
    }

    #[test]
    fn a_new_owner_has_lost_no_share() {
        let bob = Grantee::Member(Member(2));
        let mut news = News::default();
        news.add(bob, NotificationKind::Transferred, id(1));
        news.add_shares(&[(id(1), bob)], &[]);
        assert_eq!(counts(&news), [(bob, NotificationKind::Transferred, 1)]);
    }

    #[test]
    fn kinds_are_known_by_their_names() {
        for kind in NotificationKind::ALL {
            assert_eq!(NotificationKind::named(kind.as_str()), Some(kind));
        }
    }
}
