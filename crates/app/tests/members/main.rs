//! Members: how they join, what they may do to each other, and what happens to their data when one leaves.

#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests too")]

mod answers;
mod changes;
mod fields;
mod kept_out;
mod leaving;
mod notifications;
mod second_factor;
mod settings;
mod signing_in;
mod site;
mod tokens;

use app::{AccountField, AuditAction, AuditRequest, Caller, Error, LinkKind, LinkSecret, MemberState, Role};
use site::{DAY, PASSWORD, Team, caller};

#[test]
fn an_invitation_makes_one_member() {
    let team = Team::new();
    let link = team.app.invite(team.ada, "Bob@Example.org", Role::Member).unwrap();
    let offer = team.app.link(&link.secret, LinkKind::Invitation).unwrap();
    assert_eq!(
        (offer.email.as_str(), offer.by.as_str(), offer.workspace_name.as_str()),
        ("bob@example.org", "Ada", "Engines")
    );
    let join = || team.app.join(&link.secret, "Bob", PASSWORD, &caller());
    let token = join().unwrap();
    let bob = team.app.signed_in(&token).unwrap().unwrap();
    assert_eq!((bob.email.as_str(), bob.role), ("bob@example.org", Role::Member));
    assert!(matches!(join(), Err(Error::LinkGone)));
    let gone = team.app.link(&link.secret, LinkKind::Invitation);
    assert!(matches!(gone, Err(Error::LinkGone)));
    assert!(team.app.sign_in("bob@example.org", PASSWORD, &caller()).is_ok());
    let names: Vec<String> = team
        .app
        .members(bob.actor)
        .unwrap()
        .into_iter()
        .map(|m| m.name)
        .collect();
    assert_eq!(names, ["Ada", "Bob"]);
    assert!(team.app.members(bob.actor).unwrap().iter().all(|m| m.more.is_none()));
}

#[test]
fn a_password_set_by_a_link_is_not_overtaken_by_a_change_that_knew_the_old_one() {
    let team = Team::new();
    let bob = team.join("bob", Role::Member);
    let stolen = team.app.sign_in("bob@example.org", PASSWORD, &caller()).unwrap();
    let link = team.app.reset_link(team.ada, bob.member()).unwrap();
    let app = std::sync::Arc::clone(&team.app);
    // Runs between the check of the old password and the change to the new one.
    team.system.before_next_secret(move || {
        app.reset_password(&link.secret, "what bob chose", &caller()).unwrap();
    });
    let changed = team
        .app
        .change_password(bob, PASSWORD, "what the thief chose", &caller());
    assert!(matches!(changed, Err(Error::WrongPassword)), "{changed:?}");
    assert!(team.app.signed_in(&stolen).unwrap().is_none());
    assert!(team.app.sign_in("bob@example.org", "what bob chose", &caller()).is_ok());
}

#[test]
fn what_is_no_email_has_no_account() {
    let team = Team::new();
    for email in ["", "ada", "ada\0", "\0", &"x".repeat(100_000)] {
        let refused = team.app.sign_in(email, PASSWORD, &caller());
        assert!(matches!(refused, Err(Error::WrongPassword)), "{email:?} {refused:?}");
        team.app.revoke_invitation(team.ada, email).unwrap();
    }
}

#[test]
fn of_two_who_use_one_invitation_at_once_one_joins() {
    let team = Team::new();
    let link = team.app.invite(team.ada, "bob@example.org", Role::Member).unwrap();
    let joined: usize = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..4)
            .map(|n| {
                let (app, secret) = (&team.app, &link.secret);
                scope.spawn(move || app.join(secret, &format!("Bob {n}"), PASSWORD, &caller()).is_ok())
            })
            .collect();
        tries.into_iter().map(|one| usize::from(one.join().unwrap())).sum()
    });
    assert_eq!((joined, team.app.members(team.ada).unwrap().len()), (1, 2));
}

#[test]
fn an_invitation_ends_by_time_by_revoking_and_with_the_right_of_who_made_it() {
    let team = Team::new();
    let bob = team.join("bob", Role::Admin);
    let standing = |secret: &LinkSecret| match team.app.link(secret, LinkKind::Invitation) {
        Ok(_) => true,
        Err(Error::LinkGone) => false,
        Err(error) => unreachable!("{error}"),
    };
    let first = team.app.invite(bob, "cy@example.org", Role::Member).unwrap().secret;
    let second = team.app.invite(bob, "cy@example.org", Role::Admin).unwrap().secret;
    assert!(
        !standing(&first) && standing(&second),
        "the newer one replaces the older"
    );
    team.app.set_role(team.ada, bob.member(), Role::Member).unwrap();
    assert!(!standing(&second), "who made it may not any more");
    team.app.set_role(team.ada, bob.member(), Role::Admin).unwrap();
    assert!(standing(&second));
    team.app.revoke_invitation(team.ada, "cy@example.org").unwrap();
    assert!(!standing(&second));
    let third = team.app.invite(bob, "cy@example.org", Role::Member).unwrap().secret;
    team.system.pass(7 * DAY - 1);
    assert!(standing(&third) && team.app.invitations(team.ada).unwrap().len() == 1);
    team.system.pass(1);
    assert!(!standing(&third) && team.app.invitations(team.ada).unwrap().is_empty());
    let password = team.app.reset_link(team.ada, bob.member()).unwrap().secret;
    assert!(!standing(&password), "it is for something else");
}

#[test]
fn an_email_is_that_of_one_member() {
    let team = Team::new();
    let bob = team.join("bob", Role::Member);
    let invite = || match team.app.invite(team.ada, "BOB@example.org", Role::Member) {
        Err(Error::AccountField { field, message }) => (field, message),
        other => unreachable!("{other:?}"),
    };
    assert_eq!(invite().0, AccountField::Email);
    team.app.deactivate(team.ada, bob.member()).unwrap();
    assert!(invite().1.contains("activate"));
    team.app
        .remove_member(team.ada, bob.member(), team.ada.member())
        .unwrap();
    assert!(team.app.invite(team.ada, "bob@example.org", Role::Member).is_ok());
}

#[test]
fn roles_hold_for_what_one_does_to_another() {
    let team = Team::new();
    let (bob, cy, dee) = (
        team.join("bob", Role::Admin),
        team.join("cy", Role::Member),
        team.join("dee", Role::Admin),
    );
    let app = &team.app;
    let forbidden = |done: Result<(), Error>| assert!(matches!(done, Err(Error::Forbidden(_))), "{done:?}");
    // A member may not manage others.
    forbidden(app.invite(cy, "x@example.org", Role::Member).map(drop));
    forbidden(app.invitations(cy).map(drop));
    forbidden(app.revoke_invitation(cy, "x@example.org"));
    forbidden(app.set_role(cy, cy.member(), Role::Admin));
    forbidden(app.deactivate(cy, bob.member()));
    forbidden(app.activate(cy, bob.member()));
    forbidden(app.reset_link(cy, bob.member()).map(drop));
    forbidden(app.end_sign_in_of(cy, bob.member(), "x"));
    forbidden(app.belongings(cy, bob.member()).map(drop));
    forbidden(app.remove_member(cy, bob.member(), cy.member()).map(drop));
    // An admin may not change or create owners, nor set the password of another admin.
    forbidden(app.invite(bob, "x@example.org", Role::Owner).map(drop));
    forbidden(app.set_role(bob, team.ada.member(), Role::Member));
    forbidden(app.set_role(bob, cy.member(), Role::Owner));
    forbidden(app.deactivate(bob, team.ada.member()));
    forbidden(app.reset_link(bob, team.ada.member()).map(drop));
    forbidden(app.reset_link(bob, dee.member()).map(drop));
    forbidden(app.remove_member(bob, team.ada.member(), bob.member()).map(drop));
    // No member can deactivate or remove themselves.
    forbidden(app.deactivate(bob, bob.member()));
    forbidden(app.remove_member(team.ada, team.ada.member(), bob.member()).map(drop));
    // What is allowed.
    app.set_role(bob, cy.member(), Role::Admin).unwrap();
    app.set_role(bob, dee.member(), Role::Member).unwrap();
    forbidden(app.deactivate(dee, cy.member()));
    app.set_role(team.ada, bob.member(), Role::Owner).unwrap();
    app.set_role(bob, team.ada.member(), Role::Member).unwrap();
    assert!(matches!(
        app.set_role(bob, bob.member(), Role::Admin),
        Err(Error::LastOwner)
    ));
    let unknown = app.set_role(bob, app::Member(99), Role::Admin);
    assert!(matches!(unknown, Err(Error::NoMember)));
}

/// Two owners who demote each other at the same moment: one remains an owner.
#[test]
fn one_owner_stays_whatever_happens_at_once() {
    let team = Team::new();
    let bob = team.join("bob", Role::Owner);
    let done: usize = std::thread::scope(|scope| {
        let tries = [(team.ada, bob), (bob, team.ada)].map(|(by, whom)| {
            let app = &team.app;
            scope.spawn(move || app.set_role(by, whom.member(), Role::Member).is_ok())
        });
        tries.into_iter().map(|one| usize::from(one.join().unwrap())).sum()
    });
    assert_eq!(done, 1);
}

#[test]
fn who_is_deactivated_is_out_at_once_and_comes_back_whole() {
    let team = Team::new();
    let bob = team.join("bob", Role::Member);
    let token = team.app.sign_in("bob@example.org", PASSWORD, &caller()).unwrap();
    let contact = team.contact(bob, "Zoe");
    let reset = team.app.reset_link(team.ada, bob.member()).unwrap().secret;
    team.app.deactivate(team.ada, bob.member()).unwrap();
    assert!(team.app.signed_in(&token).unwrap().is_none());
    let out = team.app.sign_in("bob@example.org", PASSWORD, &caller());
    assert!(matches!(out, Err(Error::WrongPassword)));
    assert!(matches!(team.app.actor_of("bob@example.org"), Err(Error::NoMember)));
    assert!(matches!(
        team.app.reset_link(team.ada, bob.member()),
        Err(Error::NoMember)
    ));
    let gone = team.app.reset_password(&reset, "another password", &caller());
    assert!(matches!(gone, Err(Error::LinkGone)));
    let states: Vec<_> = team
        .app
        .members(team.ada)
        .unwrap()
        .into_iter()
        .map(|m| m.state)
        .collect();
    assert_eq!(states, [MemberState::Active, MemberState::Deactivated]);
    team.app.activate(team.ada, bob.member()).unwrap();
    assert!(
        team.app.signed_in(&token).unwrap().is_none(),
        "that sign-in has ended for good"
    );
    assert!(team.app.sign_in("bob@example.org", PASSWORD, &caller()).is_ok());
    assert_eq!(team.app.contact(bob, contact).unwrap().id, contact);
}

#[test]
fn a_link_sets_a_new_password_once_and_ends_what_was() {
    let team = Team::new();
    let bob = team.join("bob", Role::Member);
    let old = team.app.sign_in("bob@example.org", PASSWORD, &caller()).unwrap();
    let first = team.app.reset_link(team.ada, bob.member()).unwrap().secret;
    let second = team.app.reset_link(team.ada, bob.member()).unwrap().secret;
    let reset = |secret: &LinkSecret| team.app.reset_password(secret, "a new password", &caller());
    assert!(matches!(reset(&first), Err(Error::LinkGone)));
    let short = team.app.reset_password(&second, "short", &caller());
    assert!(
        matches!(short, Err(Error::AccountField { .. })),
        "nothing is used up by it"
    );
    let token = reset(&second).unwrap();
    assert!(team.app.signed_in(&old).unwrap().is_none());
    assert!(team.app.signed_in(&token).unwrap().is_some());
    assert!(matches!(reset(&second), Err(Error::LinkGone)));
    assert!(team.app.sign_in("bob@example.org", "a new password", &caller()).is_ok());
    let third = team.app.reset_link(team.ada, bob.member()).unwrap().secret;
    team.system.pass(DAY);
    assert!(matches!(reset(&third), Err(Error::LinkGone)));
    // A changed password invalidates the link.
    let fourth = team.app.reset_link(team.ada, bob.member()).unwrap().secret;
    team.app
        .change_password(bob, "a new password", "a third password", &caller())
        .unwrap();
    assert!(matches!(reset(&fourth), Err(Error::LinkGone)));
}

/// The audit log's entries about failed sign-ins, latest first.
fn slowed(team: &Team) -> Vec<(String, String)> {
    let request = AuditRequest {
        action: Some(AuditAction::SlowedDown),
        ..AuditRequest::default()
    };
    let page = team.app.audit_page(team.ada, &request, None, 100).unwrap();
    page.lines.into_iter().map(|line| (line.by, line.about)).collect()
}

#[test]
fn the_audit_log_tells_once_of_a_burst_of_failures() {
    let team = Team::new();
    let fail = |email: &str, address: &str| {
        let caller = Caller {
            address: address.to_owned(),
            ..caller()
        };
        let failed = team.app.sign_in(email, "wrong password", &caller);
        assert!(
            matches!(failed, Err(Error::WrongPassword | Error::TooManyTries { .. })),
            "{failed:?}"
        );
    };
    for n in 0..4 {
        fail("ada@example.org", &format!("192.0.2.{n}"));
    }
    assert_eq!(slowed(&team), []);
    for n in 4..12 {
        fail("ada@example.org", &format!("192.0.2.{n}"));
        team.system.pass(DAY / 24);
    }
    let ada = |text: &str| ("Ada".to_owned(), text.to_owned());
    let first = ada("ada@example.org: 5 failed tries, the last from 192.0.2.4");
    assert_eq!(slowed(&team), std::slice::from_ref(&first));
    // After a day without failures a new burst begins.
    team.system.pass(2 * DAY);
    (0..5).for_each(|_| fail("ada@example.org", "192.0.2.4"));
    assert_eq!(slowed(&team), [first.clone(), first]);
}

#[test]
fn nobody_fills_the_audit_log_by_failing() {
    let team = Team::new();
    let burst = |address: &str| {
        for n in 0..25 {
            let email = format!("guess{n}@example.org");
            let caller = Caller {
                address: address.to_owned(),
                ..caller()
            };
            assert!(team.app.sign_in(&email, "wrong password", &caller).is_err());
        }
    };
    for n in 0..3 {
        burst(&format!("198.51.100.{n}"));
    }
    let nobody = |text: &str| (String::new(), text.to_owned());
    assert_eq!(slowed(&team), [nobody("198.51.100.0: 25 failed tries")]);
    team.system.pass(DAY / 24);
    burst("198.51.100.9");
    assert_eq!(slowed(&team).len(), 2);
    // Failures with an email that no member has are not recorded.
    for _ in 0..6 {
        assert!(
            team.app
                .sign_in("nobody@example.org", "wrong password", &Caller::default())
                .is_err()
        );
    }
    assert_eq!(slowed(&team).len(), 2);
}
