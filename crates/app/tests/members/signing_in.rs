//! Signing in: rate limits and their exceptions, sessions, and known browsers.

use crate::site::{DAY, PASSWORD, Team, caller};
use app::{Caller, Error, LinkKind, LinkSecret, Role, SecuritySettings, Token};

const HOUR: i64 = DAY / 24;
const ADA: &str = "ada@example.org";

/// A caller from another network, without any cookie.
fn stranger() -> Caller {
    Caller {
        address: "203.0.113.7".to_owned(),
        ..caller()
    }
}

/// The usual caller, in a browser that is known from `session`.
fn known(team: &Team, session: &Token) -> Caller {
    let device = team.app.know_browser(session, &caller()).unwrap();
    assert!(device.is_some());
    Caller { device, ..caller() }
}

fn fails(team: &Team, caller: &Caller) -> Error {
    team.app.sign_in(ADA, "wrong password", caller).unwrap_err()
}

fn must_wait(team: &Team, caller: &Caller) -> bool {
    match team.app.sign_in(ADA, PASSWORD, caller) {
        Ok(_) => false,
        Err(Error::TooManyTries { .. }) => true,
        Err(error) => unreachable!("{error}"),
    }
}

#[test]
fn unknown_links_count_for_nobody() {
    let team = Team::new();
    for n in 0..100 {
        let secret = LinkSecret::new(format!("{n:064}"));
        let asked = team.app.link(&secret, LinkKind::Invitation);
        assert!(matches!(asked, Err(Error::LinkGone)), "{asked:?}");
        let used = team.app.reset_password(&secret, "another password", &caller());
        assert!(matches!(used, Err(Error::LinkGone)), "{used:?}");
    }
    assert!(!must_wait(&team, &caller()));
}

#[test]
fn a_browser_that_was_signed_in_before_is_not_locked_out_by_others() {
    let team = Team::new();
    let session = team.app.sign_in(ADA, PASSWORD, &caller()).unwrap();
    let known = known(&team, &session);
    // An attacker exhausts the limit of the email and, from the same network, that of the address.
    for n in 0..30 {
        let caller = Caller {
            address: if n % 2 == 0 {
                stranger().address
            } else {
                caller().address
            },
            ..Caller::default()
        };
        fails(&team, &caller);
    }
    assert!(must_wait(&team, &stranger()) && must_wait(&team, &caller()));
    assert!(!must_wait(&team, &known));
    // The successful sign-in does not reset the limit for others.
    assert!(must_wait(&team, &stranger()));
    // Failures in a known browser count only against that browser.
    team.system.pass(2 * DAY);
    for _ in 0..5 {
        assert!(matches!(fails(&team, &known), Error::WrongPassword));
    }
    assert!(must_wait(&team, &known) && !must_wait(&team, &caller()));
}

#[test]
fn a_known_browser_is_worth_nothing_for_another_member_or_after_a_new_password() {
    let team = Team::new();
    let bob = team.join("bob", Role::Member);
    let session = team.app.sign_in("bob@example.org", PASSWORD, &caller()).unwrap();
    let of_bob = known(&team, &session);
    (0..5).for_each(|_| drop(fails(&team, &stranger())));
    assert!(must_wait(&team, &of_bob), "it is Bob's browser, not Ada's");
    // Two members use one browser: it becomes known to both, and its secret is replaced each time.
    team.system.pass(HOUR);
    let session = team.app.sign_in(ADA, PASSWORD, &of_bob).unwrap();
    let device = team.app.know_browser(&session, &of_bob).unwrap();
    assert_ne!(device, of_bob.device);
    let of_both = Caller { device, ..caller() };
    let lock_bob_out = |caller: &Caller| {
        (0..5).for_each(|_| drop(team.app.sign_in("bob@example.org", "wrong password", &stranger())));
        matches!(
            team.app.sign_in("bob@example.org", PASSWORD, caller),
            Err(Error::TooManyTries { .. })
        )
    };
    assert!(!lock_bob_out(&of_both));
    assert!(lock_bob_out(&of_bob), "the secret before is worth nothing");
    team.system.pass(2 * DAY);
    team.app
        .change_password(bob, PASSWORD, "four other words here", &of_both)
        .unwrap();
    (0..5).for_each(|_| drop(team.app.sign_in("bob@example.org", "wrong password", &stranger())));
    let locked = team.app.sign_in("bob@example.org", "four other words here", &of_both);
    assert!(matches!(locked, Err(Error::TooManyTries { .. })), "{locked:?}");
}

#[test]
fn a_clock_that_was_wrong_locks_nobody_out() {
    let team = Team::new();
    // The clock is a year ahead for a while.
    team.system.pass(365 * DAY);
    for _ in 0..30 {
        fails(&team, &caller());
        team.system.pass(HOUR);
    }
    assert!(matches!(fails(&team, &caller()), Error::WrongPassword));
    assert!(must_wait(&team, &caller()));
    team.system.pass(-365 * DAY - 30 * HOUR);
    assert!(!must_wait(&team, &caller()));
}

#[test]
fn a_session_of_a_clock_that_was_ahead_ends_and_one_can_sign_in() {
    let team = Team::new();
    team.system.pass(365 * DAY);
    let ahead = team.app.sign_in(ADA, PASSWORD, &caller()).unwrap();
    let link = team.app.invite(team.ada, "bob@example.org", Role::Member).unwrap();
    team.system.pass(-365 * DAY);
    assert!(team.app.signed_in(&ahead).unwrap().is_none());
    let offer = team.app.link(&link.secret, LinkKind::Invitation);
    assert!(
        matches!(offer, Err(Error::LinkGone)),
        "it would be worth something for a year"
    );
    assert!(!must_wait(&team, &caller()));
}

#[test]
fn signing_in_again_in_the_same_browser_ends_the_session_before() {
    let team = Team::new();
    let first = team.app.sign_in(ADA, PASSWORD, &caller()).unwrap();
    let elsewhere = team.app.sign_in(ADA, PASSWORD, &stranger()).unwrap();
    let here = Caller {
        session: Some(first.clone()),
        ..caller()
    };
    let second = team.app.sign_in(ADA, PASSWORD, &here).unwrap();
    let lasts = |token: &Token| team.app.signed_in(token).unwrap().is_some();
    assert!(!lasts(&first) && lasts(&second) && lasts(&elsewhere));
    // A new password replaces the token of this session and ends all other sessions.
    let third = team
        .app
        .change_password(team.ada, PASSWORD, "four other words here", &here)
        .unwrap();
    assert!(!lasts(&second) && !lasts(&elsewhere) && lasts(&third));
}

#[test]
fn a_session_ends_after_ninety_days_however_often_it_is_seen() {
    let team = Team::new();
    let token = team.app.sign_in(ADA, PASSWORD, &caller()).unwrap();
    for _ in 0..8 {
        team.system.pass(11 * DAY);
        assert!(team.app.signed_in(&token).unwrap().is_some());
        team.app.keep_signed_in(&token).unwrap();
    }
    team.system.pass(2 * DAY);
    assert!(team.app.signed_in(&token).unwrap().is_none());
    // Keeping an ended session alive does not revive it.
    team.app.keep_signed_in(&token).unwrap();
    assert!(team.app.signed_in(&token).unwrap().is_none());
}

#[test]
fn the_limits_of_sessions_are_settings_with_limits_and_hold_at_once() {
    let team = Team::new();
    let bob = team.join("bob", Role::Member);
    let token = team.app.sign_in(ADA, PASSWORD, &caller()).unwrap();
    let day = SecuritySettings {
        idle_hours: 1,
        session_hours: 12,
        admins_need_second_factor: false,
    };
    let refused = team.app.set_security_settings(bob, day);
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
    for (idle_hours, session_hours) in [(0, 12), (721, 12), (1, 0), (1, 8761)] {
        let wanted = SecuritySettings {
            idle_hours,
            session_hours,
            ..day
        };
        let refused = team.app.set_security_settings(team.ada, wanted);
        assert!(matches!(refused, Err(Error::Settings(_))), "{refused:?}");
    }
    team.app.set_security_settings(team.ada, day).unwrap();
    // Saving other settings does not change these.
    let mut others = team.app.settings(team.ada).unwrap();
    others.trash_days = 7;
    team.app.set_settings(team.ada, &others).unwrap();
    assert_eq!(team.app.security_settings(team.ada).unwrap(), day);
    for _ in 0..14 {
        team.system.pass(HOUR * 5 / 6);
        assert!(team.app.signed_in(&token).unwrap().is_some());
        team.app.keep_signed_in(&token).unwrap();
    }
    team.system.pass(HOUR / 2);
    assert!(team.app.signed_in(&token).unwrap().is_none(), "twelve hours are over");
    let token = team.app.sign_in(ADA, PASSWORD, &caller()).unwrap();
    team.system.pass(HOUR);
    assert!(team.app.signed_in(&token).unwrap().is_none(), "an hour without a visit");
}

#[test]
fn waits_are_ended_by_who_keeps_order() {
    let team = Team::new();
    let bob = team.join("bob", Role::Member);
    let session = team.app.sign_in(ADA, PASSWORD, &caller()).unwrap();
    let known = known(&team, &session);
    let lock = || {
        (0..5).for_each(|_| drop(fails(&team, &stranger())));
        (0..5).for_each(|_| drop(fails(&team, &known)));
        assert!(must_wait(&team, &stranger()) && must_wait(&team, &known));
    };
    lock();
    assert!(matches!(team.app.end_waits(bob, Some(ADA)), Err(Error::Forbidden(_))));
    let unknown = team.app.end_waits(team.ada, Some("nobody@example.org"));
    assert!(matches!(unknown, Err(Error::NoMember)));
    team.app.end_waits(team.ada, Some("ADA@example.org")).unwrap();
    assert!(!must_wait(&team, &stranger()) && !must_wait(&team, &known));
    lock();
    team.app.end_waits(team.ada, None).unwrap();
    assert!(!must_wait(&team, &stranger()) && !must_wait(&team, &known));
}

#[test]
fn every_way_to_a_password_has_the_same_rule() {
    let team = Team::new();
    let bob = team.join("bob", Role::Member);
    let change = |new: &str| team.app.change_password(bob, PASSWORD, new, &caller());
    let refused = change("bob@example.org");
    assert!(matches!(refused, Err(Error::AccountField { .. })), "{refused:?}");
    for bad in ["short", "123456789012", "EnginesEngines"] {
        let refused = change(bad);
        assert!(matches!(refused, Err(Error::AccountField { .. })), "{bad}: {refused:?}");
        let added = team.app.add_member(team.ada, "Cy", "cy@example.org", None, bad);
        assert!(matches!(added, Err(Error::AccountField { .. })), "{bad}: {added:?}");
    }
    let link = team.app.invite(team.ada, "cy@example.org", Role::Member).unwrap();
    let refused = team.app.join(&link.secret, "Cyrus Vance", "CyrusVance1", &caller());
    assert!(matches!(refused, Err(Error::AccountField { .. })), "{refused:?}");
    let refused = team.app.join(&link.secret, "Cyrus Vance", "cyrusvance99", &caller());
    assert!(matches!(refused, Err(Error::AccountField { .. })), "{refused:?}");
    assert!(
        team.app
            .join(&link.secret, "Cyrus Vance", "four other words here", &caller())
            .is_ok()
    );
}

#[test]
fn the_log_names_members_and_nobody_else() {
    let team = Team::new();
    let name = |email: &str| team.app.email_for_log(email).unwrap();
    assert_eq!(name(" ADA@example.org"), ADA);
    let other = name("hunter2 is my password");
    assert!(other.starts_with("sha256:") && other.len() == 23, "{other}");
}
