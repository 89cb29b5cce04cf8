//! Notifications: members read what others did with contacts for them, and that it was undone.

use crate::site::{DAY, Team};
use app::{Access, Actor, Grantee, NotificationKind, Role};

/// A member's notifications, latest first: by whom, kind, number of contacts, whether it is new.
fn read(team: &Team, who: Actor) -> Vec<(String, NotificationKind, u64, bool)> {
    let found = team.app.notifications(who).unwrap();
    found
        .into_iter()
        .map(|one| (one.by_name, one.kind, one.contacts, one.is_new))
        .collect()
}

#[test]
fn members_are_notified_of_what_others_share_transfer_and_undo() {
    use NotificationKind::{SharedToEdit, SharedToView, TakenBack, Transferred, Unshared};
    let team = Team::new();
    let (app, second) = (&team.app, 1_000_000);
    let ids = ["Zoe", "Yan"].map(|name| team.contact(team.ada, name));
    team.system.pass(second);
    app.share(team.ada, &ids, &[Grantee::Everyone], Access::View).unwrap();
    team.system.pass(second);
    let (bob, cy) = (team.join("bob", Role::Member), team.join("cy", Role::Member));
    assert_eq!(read(&team, bob), [], "what came before a member is no news for them");
    let bobs = Grantee::Member(bob.member());
    team.system.pass(second);
    let shared = app.share(team.ada, &ids, &[bobs], Access::View).unwrap();
    team.system.pass(second);
    app.share(team.ada, &ids[..1], &[bobs], Access::Edit).unwrap();
    assert_eq!(app.unread_notifications(bob).unwrap(), 2);
    assert_eq!(app.unread_notifications(team.ada).unwrap(), 0, "one's own deeds");
    let ada = || "Ada".to_owned();
    let expected = [(ada(), SharedToEdit, 1, true), (ada(), SharedToView, 2, true)];
    assert_eq!(read(&team, bob), expected);
    let found = app.notifications(bob).unwrap();
    assert_eq!(
        found[0].contact.as_ref().map(|(id, name)| (*id, name.as_str())),
        Some((ids[0], "Zoe"))
    );
    app.note_notifications_read(bob, found[0].at).unwrap();
    app.note_notifications_read(bob, 1).unwrap();
    assert_eq!(app.unread_notifications(bob).unwrap(), 0);

    team.system.pass(second);
    app.undo_action(team.ada, shared.action.unwrap()).unwrap();
    assert_eq!(
        read(&team, bob)[0],
        (ada(), Unshared, 1, true),
        "of the other the access was changed since"
    );
    team.system.pass(second);
    let given = app.hand_over(team.ada, &ids, cy.member(), Some(Access::View)).unwrap();
    team.system.pass(second);
    assert_eq!(read(&team, cy), [(ada(), Transferred, 2, true)]);
    app.undo_action(team.ada, given.action.unwrap()).unwrap();
    assert_eq!(read(&team, cy)[0], (ada(), TakenBack, 2, true));
    team.system.pass(second);
    app.unshare(team.ada, &ids, None).unwrap();
    let expected = [(ada(), Unshared, 2, true)];
    assert_eq!(read(&team, cy)[..1], expected, "everyone has lost them");
    let taken = app.notifications(bob).unwrap().swap_remove(1);
    assert_eq!(
        (taken.kind, taken.contact),
        (Unshared, None),
        "its name is none of theirs any more"
    );

    team.system.pass(second);
    team.contact(bob, "Xi");
    app.remove_member(team.ada, bob.member(), cy.member()).unwrap();
    assert_eq!(read(&team, cy)[0], (ada(), Transferred, 1, true));
    team.system.pass(91 * DAY);
    app.forget_old_notifications(team.ada).unwrap();
    assert_eq!(read(&team, cy), []);
}
