//! Following the changes of contacts: a program that applies all answers in order has exactly the stored contacts.

use crate::site::{DAY, Team, named};
use app::{Access, Actor, ChangePosition, Error, Grantee, ListRequest, Right, Role};
use model::{ContactId, Version};
use std::collections::BTreeMap;

/// A copy of the contacts that a member sees, updated only by following the changes.
struct Copy {
    who: Actor,
    next: ChangePosition,
    contacts: BTreeMap<ContactId, (Version, Right)>,
}

impl Copy {
    fn begin(team: &Team, who: Actor) -> Self {
        let next = team.app.contact_changes(who, None, 1).unwrap().next;
        let contacts = seen(team, who);
        Self { who, next, contacts }
    }

    /// Applies all pending changes, two contacts at a time.
    fn follow(&mut self, team: &Team) {
        loop {
            let text = self.next.to_string();
            let since = text.parse().unwrap();
            let changes = team.app.contact_changes(self.who, Some(since), 2).unwrap();
            for stored in changes.changed {
                self.contacts.insert(stored.id, (stored.version, stored.right));
            }
            for id in changes.removed {
                self.contacts.remove(&id);
            }
            self.next = changes.next;
            if !changes.more {
                return;
            }
        }
    }
}

fn seen(team: &Team, who: Actor) -> BTreeMap<ContactId, (Version, Right)> {
    let request = ListRequest {
        size: 1_000,
        ..ListRequest::default()
    };
    let page = team.app.list(who, &request).unwrap();
    let contacts = page.contacts.into_iter();
    contacts
        .map(|listed| (listed.id, (listed.version, listed.right)))
        .collect()
}

#[test]
fn copies_that_follow_are_what_each_member_sees() {
    let team = Team::new();
    let app = &team.app;
    let (bob, cy) = (team.join("bob", Role::Member), team.join("cy", Role::Admin));
    let early = team.contact(bob, "Early");
    let mut copies = [bob, cy, team.ada].map(|who| Copy::begin(&team, who));
    let mut check = |what: &str| {
        for copy in &mut copies {
            copy.follow(&team);
            assert_eq!(copy.contacts, seen(&team, copy.who), "{what}");
        }
    };
    check("at first");
    let ids: Vec<ContactId> = ["Zoe", "Yan", "Xi", "Wu", "Vi"]
        .map(|name| team.contact(bob, name))
        .to_vec();
    check("created");
    app.share(bob, &ids[..3], &[Grantee::Member(cy.member())], Access::View)
        .unwrap();
    app.share(bob, &[early], &[Grantee::Everyone], Access::Edit).unwrap();
    check("shared");
    app.tag_contacts(bob, &ids, "vip").unwrap();
    check("tagged");
    app.unshare(bob, &ids[..1], None).unwrap();
    app.unshare(bob, &[early], None).unwrap();
    check("not shared any more");
    app.delete_contacts(bob, &ids[1..3]).unwrap();
    check("deleted");
    app.restore_contact(bob, ids[1]).unwrap();
    check("restored");
    let given = app.hand_over(bob, &ids[3..], cy.member(), None).unwrap();
    check("handed over");
    app.undo_action(bob, given.action.unwrap()).unwrap();
    check("given back");
    let version = app.contact(bob, ids[0]).unwrap().version;
    app.edit_contact(bob, ids[0], version, named("Zora")).unwrap();
    check("edited");
}

#[test]
fn nobody_is_told_of_contacts_that_they_never_saw() {
    let team = Team::new();
    let (bob, cy) = (team.join("bob", Role::Member), team.join("cy", Role::Owner));
    let begin = team.app.contact_changes(cy, None, 1).unwrap().next;
    let id = team.contact(bob, "Zoe");
    team.app
        .share(bob, &[id], &[Grantee::Member(team.ada.member())], Access::Edit)
        .unwrap();
    team.app.unshare(bob, &[id], None).unwrap();
    team.app.delete_contact(bob, id).unwrap();
    let told = team.app.contact_changes(cy, Some(begin), 100).unwrap();
    assert!(
        told.changed.is_empty() && told.removed.is_empty() && !told.more,
        "{told:?}"
    );
}

#[test]
fn a_position_that_is_none_or_too_old_is_refused() {
    let team = Team::new();
    for text in ["", "x", "-1", "1.2.3.4", "1.x", "1.0.zz"] {
        assert!(
            matches!(text.parse::<ChangePosition>(), Err(Error::ChangesGone)),
            "{text}"
        );
    }
    team.contact(team.ada, "Zoe");
    let ahead = "99".parse().unwrap();
    assert!(matches!(
        team.app.contact_changes(team.ada, Some(ahead), 10),
        Err(Error::ChangesGone)
    ));
    let begin = "0".parse().unwrap();
    let all = team.app.contact_changes(team.ada, Some(begin), 10).unwrap();
    assert_eq!(all.changed.len(), 1);
    team.system.pass(91 * DAY);
    assert!(
        team.app.contact_changes(team.ada, Some(all.next), 10).is_ok(),
        "nothing has happened since"
    );
}
