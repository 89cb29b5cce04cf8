//! The second factor: setting it up, single use of codes, recovery codes, and who may reset it.

use crate::site::{DAY, PASSWORD, Team, caller};
use app::{Actor, Error, Role, SecondFactorState, SecuritySettings, System, Token};
use totp_rs::{Builder, Secret};

const ADA: &str = "ada@example.org";
const STEP: i64 = 30_000_000;

/// An authenticator app.
struct Authenticator {
    secret: Vec<u8>,
}

impl Authenticator {
    /// Sets it up with the secret as a person types it.
    fn from(secret: &str) -> Self {
        let secret = Secret::try_from_base32(secret.replace('-', "")).unwrap();
        Self {
            secret: secret.as_ref().to_vec(),
        }
    }

    fn code(&self, team: &Team) -> String {
        self.code_at(team.system.now())
    }

    fn code_at(&self, at: i64) -> String {
        let totp = Builder::new().with_secret(self.secret.clone()).build().unwrap();
        totp.generate(u64::try_from(at / 1_000_000).unwrap()).to_string()
    }
}

fn sign_in(team: &Team) -> Token {
    team.app.sign_in(ADA, PASSWORD, &caller()).unwrap()
}

fn enrol(team: &Team, actor: Actor, here: &Token) -> (Authenticator, Vec<String>) {
    team.app.begin_second_factor(actor).unwrap();
    let SecondFactorState::Enrolling(enrolment) = team.app.second_factor(actor).unwrap() else {
        unreachable!("it was begun");
    };
    assert!(
        enrolment.url.starts_with("otpauth://totp/CrystalQore"),
        "{}",
        enrolment.url
    );
    let phone = Authenticator::from(&enrolment.secret);
    let confirmed = team
        .app
        .confirm_second_factor(actor, here, &phone.code(team), &caller());
    (phone, confirmed.unwrap())
}

fn is_in(team: &Team, token: &Token) -> bool {
    team.app.signed_in(token).unwrap().is_some()
}

#[test]
fn with_a_second_factor_the_password_alone_lets_nobody_in() {
    let team = Team::new();
    let (here, elsewhere) = (sign_in(&team), sign_in(&team));
    let (phone, codes) = enrol(&team, team.ada, &here);
    assert_eq!(codes.len(), 10);
    assert!(is_in(&team, &here) && !is_in(&team, &elsewhere));
    let pending = sign_in(&team);
    assert!(!is_in(&team, &pending) && team.app.awaits_code(&pending).unwrap());
    assert_eq!(team.app.know_browser(&pending, &caller()).unwrap(), None);
    assert_eq!(team.app.sign_ins(team.ada).unwrap().len(), 1, "it is no sign-in yet");
    // The code that confirmed the enrolment cannot be used again.
    let again = team.app.enter_code(&pending, &phone.code(&team), &caller());
    assert!(matches!(again, Err(Error::WrongCode)), "{again:?}");
    team.system.pass(STEP);
    let code = phone.code(&team);
    let token = team.app.enter_code(&pending, &code, &caller()).unwrap();
    assert!(is_in(&team, &token) && token != pending);
    // Both the code and the session that waited for it are used up.
    let gone = team.app.enter_code(&pending, &code, &caller());
    assert!(matches!(gone, Err(Error::SignInAgain)), "{gone:?}");
    let again = team.app.enter_code(&sign_in(&team), &code, &caller());
    assert!(matches!(again, Err(Error::WrongCode)), "{again:?}");
    // Codes older than the last one used, and codes from far in the past or future, are rejected.
    team.system.pass(20 * STEP);
    for wrong in [
        phone.code_at(team.system.now() - 3 * STEP),
        phone.code_at(team.system.now() + 3 * STEP),
        String::new(),
    ] {
        let refused = team.app.enter_code(&sign_in(&team), &wrong, &caller());
        assert!(matches!(refused, Err(Error::WrongCode)), "{refused:?}");
    }
    // A clock that is 30 seconds off is tolerated.
    let late = phone.code_at(team.system.now() - STEP);
    assert!(team.app.enter_code(&sign_in(&team), &late, &caller()).is_ok());
}

#[test]
fn a_session_awaits_its_code_for_ten_minutes() {
    let team = Team::new();
    let here = sign_in(&team);
    let (phone, _) = enrol(&team, team.ada, &here);
    let pending = sign_in(&team);
    team.system.pass(10 * 2 * STEP);
    let late = team.app.enter_code(&pending, &phone.code(&team), &caller());
    assert!(matches!(late, Err(Error::SignInAgain)), "{late:?}");
}

#[test]
fn recovery_codes_replace_the_phone_once_each() {
    let team = Team::new();
    let here = sign_in(&team);
    let (_, codes) = enrol(&team, team.ada, &here);
    let enter = |code: &str| team.app.enter_code(&sign_in(&team), code, &caller());
    assert!(enter(&codes[3].to_lowercase().replace('-', " ")).is_ok());
    assert!(matches!(enter(&codes[3]), Err(Error::WrongCode)));
    let SecondFactorState::On { codes_left, .. } = team.app.second_factor(team.ada).unwrap() else {
        unreachable!("it is on");
    };
    assert_eq!(codes_left, 9);
    let newer = team.app.renew_recovery_codes(team.ada).unwrap();
    assert!(matches!(enter(&codes[4]), Err(Error::WrongCode)));
    assert!(enter(&newer[4]).is_ok());
}

/// An attacker who knows the password must not be able to guess the code.
#[test]
fn guesses_of_codes_must_wait() {
    let team = Team::new();
    let here = sign_in(&team);
    let (phone, _) = enrol(&team, team.ada, &here);
    team.system.pass(STEP);
    let mut guesses = 0;
    for n in 0..100 {
        let Ok(pending) = team.app.sign_in(ADA, PASSWORD, &caller()) else {
            team.system.pass(60_000_000);
            continue;
        };
        // Ensures that the guess is wrong.
        let right = phone.code(&team);
        let guess = if right == format!("{n:06}") {
            "999999".to_owned()
        } else {
            format!("{n:06}")
        };
        match team.app.enter_code(&pending, &guess, &caller()) {
            Err(Error::WrongCode) => guesses += 1,
            Err(Error::TooManyTries { .. }) => {}
            other => unreachable!("{other:?}"),
        }
    }
    assert!((5..=15).contains(&guesses), "{guesses} guesses in an hour and a half");
}

#[test]
fn a_clock_that_was_ahead_does_not_use_up_the_codes_of_a_year() {
    let team = Team::new();
    team.system.pass(365 * DAY);
    let here = sign_in(&team);
    let (phone, _) = enrol(&team, team.ada, &here);
    team.system.pass(-365 * DAY);
    assert!(
        team.app
            .enter_code(&sign_in(&team), &phone.code(&team), &caller())
            .is_ok()
    );
}

#[test]
fn a_reset_link_does_not_get_around_the_second_factor() {
    let team = Team::new();
    let bob = team.join("bob", Role::Member);
    let here = team.app.sign_in("bob@example.org", PASSWORD, &caller()).unwrap();
    enrol(&team, bob, &here);
    let link = team.app.reset_link(team.ada, bob.member()).unwrap();
    let token = team
        .app
        .reset_password(&link.secret, "four other words here", &caller())
        .unwrap();
    assert!(!is_in(&team, &token) && team.app.awaits_code(&token).unwrap());
}

#[test]
fn a_second_factor_is_taken_away_by_who_may_set_the_password() {
    let team = Team::new();
    let (bob, cy) = (team.join("bob", Role::Admin), team.join("cy", Role::Admin));
    let dee = team.join("dee", Role::Member);
    let here = team.app.sign_in("cy@example.org", PASSWORD, &caller()).unwrap();
    enrol(&team, cy, &here);
    let shown = team.app.members(team.ada).unwrap();
    let with: Vec<bool> = shown.iter().map(|m| m.more.as_ref().unwrap().second_factor).collect();
    assert_eq!(with, [false, false, true, false]);
    for by in [bob, dee] {
        let refused = team.app.reset_second_factor(by, cy.member());
        assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
    }
    assert!(team.app.reset_second_factor(team.ada, cy.member()).unwrap());
    assert!(!is_in(&team, &here), "whoever has that session has to sign in again");
    assert!(!team.app.reset_second_factor(team.ada, cy.member()).unwrap());
    let token = team.app.sign_in("cy@example.org", PASSWORD, &caller()).unwrap();
    assert!(is_in(&team, &token));
}

#[test]
fn a_workspace_can_ask_its_admins_for_one() {
    let team = Team::new();
    let bob = team.join("bob", Role::Member);
    let needed = SecuritySettings {
        admins_need_second_factor: true,
        ..SecuritySettings::default()
    };
    team.app.set_security_settings(team.ada, needed).unwrap();
    let (here, of_bob) = (
        sign_in(&team),
        team.app.sign_in("bob@example.org", PASSWORD, &caller()).unwrap(),
    );
    let must_enrol = |token: &Token| team.app.signed_in(token).unwrap().unwrap().must_enrol;
    assert!(must_enrol(&here) && !must_enrol(&of_bob));
    enrol(&team, team.ada, &here);
    assert!(!must_enrol(&here));
    let refused = team.app.end_second_factor(team.ada);
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
    team.app.end_second_factor(bob).unwrap();
    team.app.set_role(team.ada, bob.member(), Role::Admin).unwrap();
    assert!(must_enrol(&of_bob), "from the next click on");
}

#[test]
fn a_proof_is_recent_for_ten_minutes_and_needs_both_factors() {
    let team = Team::new();
    let here = sign_in(&team);
    let recently = || team.app.signed_in(&here).unwrap().unwrap().proved_recently;
    assert!(recently());
    team.system.pass(10 * 2 * STEP);
    assert!(!recently());
    let prove = |password: &str, code: &str| team.app.prove(team.ada, &here, password, code, &caller());
    assert!(matches!(prove("wrong password", ""), Err(Error::WrongPassword)));
    assert!(!recently());
    prove(PASSWORD, "").unwrap();
    assert!(recently());
    let (phone, _) = enrol(&team, team.ada, &here);
    team.system.pass(10 * 2 * STEP);
    assert!(matches!(prove(PASSWORD, ""), Err(Error::WrongCode)));
    assert!(!recently());
    prove(PASSWORD, &phone.code(&team)).unwrap();
    assert!(recently());
    // Setting the clock back does not extend the proof.
    team.system.pass(-DAY);
    assert!(
        team.app
            .signed_in(&here)
            .unwrap()
            .is_none_or(|signed| !signed.proved_recently)
    );
}
