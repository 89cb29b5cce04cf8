//! Attackers who try to keep others from signing in, and members who were locked out or deactivated.

use crate::http::{self, Answer};
use crate::server::{MALLORY, OWNER, PASSWORD, Server, encoded};

fn form(email: &str, password: &str) -> String {
    format!("email={}&password={}", encoded(email), encoded(password))
}

/// The target of a redirect.
fn place(answer: &Answer) -> &str {
    answer.header("location").unwrap_or_default()
}

#[test]
fn a_stranger_who_asks_for_unknown_links_keeps_nobody_from_signing_in() {
    let server = Server::start();
    for n in 0..30 {
        http::get(&server.address, &format!("/join/{n:064}")).expect(404);
        http::get(&server.address, &format!("/reset/{n:064}")).expect(404);
    }
    // From the same address, in a browser without cookies.
    server.sign_in(OWNER);
}

#[test]
fn failures_with_an_email_lock_nobody_out_of_a_known_browser() {
    let server = Server::start();
    let owner = server.sign_in(OWNER);
    owner.post("/sign-out", "").expect(303);
    for _ in 0..5 {
        http::post(&server.address, "/sign-in", &form(OWNER, "a wrong password")).expect(401);
    }
    let refused = http::post(&server.address, "/sign-in", &form(OWNER, PASSWORD)).expect(429);
    assert!(
        refused
            .text()
            .contains("In a browser in which you have signed in before")
    );
    let entered = owner.post("/sign-in", &form(OWNER, PASSWORD)).expect(303);
    assert_eq!(place(&entered), "/contacts");
    // The log has the email and the address of the failures; the owner can lift the block.
    let log = server.log();
    let logged = log.lines().find(|line| line.contains("a sign-in failed"));
    let logged = logged.unwrap_or_else(|| unreachable!("{log}"));
    assert!(logged.contains("127.0.0.1") && logged.contains(OWNER), "{logged}");
    server.scratch.run(&["member", "unlock", OWNER]).expect(0);
    http::post(&server.address, "/sign-in", &form(OWNER, PASSWORD)).expect(303);
}

/// The state that a clock leaves behind if it was a year ahead for a moment. A moving clock is tested in `app`; here
/// the rows are changed in the SQLite file.
#[test]
fn a_clock_that_was_a_year_ahead_locks_nobody_out() {
    if testbed::wants_postgres() {
        return;
    }
    let server = Server::start();
    for _ in 0..5 {
        http::post(&server.address, "/sign-in", &form(OWNER, "a wrong password")).expect(401);
    }
    http::post(&server.address, "/sign-in", &form(OWNER, PASSWORD)).expect(429);
    let year: i64 = 365 * 24 * 3_600 * 1_000_000;
    let ahead = format!(
        "UPDATE sign_in_failures SET last_at = last_at + {year}, blocked_until = blocked_until + {year}
         WHERE blocked_until > 0"
    );
    testbed::execute_in_file(&server.scratch.path("data").join("crystalqore.db"), &ahead);
    server.sign_in(OWNER);
}

/// Only for SQLite, because backups are SQLite files.
#[test]
fn going_back_to_a_backup_lets_nobody_in_again() {
    if testbed::wants_postgres() {
        return;
    }
    let server = Server::start();
    let (owner, mallory) = (server.sign_in(OWNER), server.sign_in(MALLORY));
    let made = owner.post("/members/invite", "email=new%40example.org&role=member");
    let page = made.expect(200).text();
    let (_, link) = page.split_once("/join/").unwrap();
    let link = format!("/join/{}", link.split_once('"').unwrap().0);
    http::get(&server.address, &link).expect(200);
    server.scratch.run(&["backup", "before.db"]).expect(0);
    owner.post("/members/2/deactivate", "").expect(303);
    assert_eq!(
        place(&mallory.get("/contacts").expect(303)),
        "/sign-in?next=%2Fcontacts"
    );
    let restored = server.scratch.run(&["restore", "before.db"]);
    restored.expect(0).says(&["Everybody was signed out", "invitations"]);
    for session in [&mallory, &owner] {
        assert_eq!(
            place(&session.get("/contacts").expect(303)),
            "/sign-in?next=%2Fcontacts"
        );
    }
    http::get(&server.address, &link).expect(404);
    // The browsers are no longer known.
    for _ in 0..5 {
        http::post(&server.address, "/sign-in", &form(OWNER, "a wrong password")).expect(401);
    }
    owner.post("/sign-in", &form(OWNER, PASSWORD)).expect(429);
}
