//! API tokens, and requests with an idempotency key.

use crate::site::{DAY, Team};
use app::{AuditAction, AuditRequest, Claim, Error, Keyed, NewToken, Role, TokenScope};

fn wanted(days: Option<u32>) -> NewToken {
    NewToken {
        name: " Sync ".to_owned(),
        scopes: vec![TokenScope::Imports, TokenScope::ContactsRead, TokenScope::Imports],
        days,
    }
}

#[test]
fn a_token_lets_its_member_in_within_its_scopes_until_it_expires() {
    let team = Team::new();
    let bob = team.join("bob", Role::Member);
    let created = team.app.create_token(bob, &wanted(Some(1))).unwrap();
    let found = team.app.authenticate(&created.secret).unwrap().unwrap();
    assert_eq!((found.actor, found.role), (bob, Role::Member));
    assert_eq!(found.scopes, [TokenScope::ContactsRead, TokenScope::Imports]);
    assert_eq!((created.info.name.as_str(), &created.info.id), ("Sync", &found.token));
    for other in ["", "cq_", &created.secret[1..], &created.info.id] {
        assert_eq!(team.app.authenticate(other).unwrap(), None, "{other}");
    }
    team.system.pass(DAY - 1);
    assert!(team.app.authenticate(&created.secret).unwrap().is_some());
    team.system.pass(1);
    assert!(team.app.authenticate(&created.secret).unwrap().is_none());
    assert_eq!(team.app.tokens(bob).unwrap(), [created.info]);
}

#[test]
fn a_token_ends_when_it_is_revoked_or_its_member_is_deactivated() {
    let team = Team::new();
    let bob = team.join("bob", Role::Member);
    let [first, second] = [(); 2].map(|()| team.app.create_token(bob, &wanted(None)).unwrap());
    let of_another = team.app.revoke_token(team.ada, &first.info.id);
    assert!(matches!(of_another, Err(Error::NoToken)));
    team.app.revoke_token(bob, &first.info.id).unwrap();
    assert!(team.app.authenticate(&first.secret).unwrap().is_none());
    assert!(matches!(
        team.app.revoke_token(bob, &first.info.id),
        Err(Error::NoToken)
    ));
    assert!(team.app.authenticate(&second.secret).unwrap().is_some());
    team.app.deactivate(team.ada, bob.member()).unwrap();
    assert!(team.app.authenticate(&second.secret).unwrap().is_none());
    assert!(matches!(
        team.app.create_token(bob, &wanted(None)),
        Err(Error::Forbidden(_))
    ));
    team.app.activate(team.ada, bob.member()).unwrap();
    assert!(
        team.app.authenticate(&second.secret).unwrap().is_none(),
        "it ended for good"
    );
}

#[test]
fn the_use_of_a_token_is_noted_once_a_minute() {
    let team = Team::new();
    let created = team.app.create_token(team.ada, &wanted(None)).unwrap();
    let due = || team.app.authenticate(&created.secret).unwrap().unwrap().note_due;
    assert!(due());
    team.app.note_token_use(&created.secret).unwrap();
    assert!(!due());
    assert!(team.app.tokens(team.ada).unwrap()[0].used_at.is_some());
    team.system.pass(60_000_000);
    assert!(due());
}

#[test]
fn what_is_no_token_is_refused_and_the_audit_log_tells_of_tokens() {
    let team = Team::new();
    let without = |change: fn(&mut NewToken)| {
        let mut wanted = wanted(None);
        change(&mut wanted);
        match team.app.create_token(team.ada, &wanted) {
            Err(Error::Settings(why)) => why,
            _ => unreachable!("it was made"),
        }
    };
    assert!(without(|wanted| wanted.name = " ".to_owned()).contains("name"));
    assert!(without(|wanted| wanted.scopes.clear()).contains("contacts:read"));
    assert!(without(|wanted| wanted.days = Some(0)).contains("days"));
    let created = team.app.create_token(team.ada, &wanted(None)).unwrap();
    team.app.revoke_token(team.ada, &created.info.id).unwrap();
    for action in [AuditAction::TokenCreated, AuditAction::TokenRevoked] {
        let request = AuditRequest {
            action: Some(action),
            ..AuditRequest::default()
        };
        let page = team.app.audit_page(team.ada, &request, None, 10).unwrap();
        assert_eq!(page.lines.len(), 1, "{action:?}");
        assert!(page.lines[0].about.starts_with("Sync") && !page.lines[0].about.contains("cq_"));
    }
    for _ in 0..50 {
        team.app.create_token(team.ada, &wanted(None)).unwrap();
    }
    assert!(without(|_| {}).contains("50"));
}

#[test]
fn a_member_who_must_set_up_a_second_factor_first_uses_no_token() {
    let team = Team::new();
    let created = team.app.create_token(team.ada, &wanted(None)).unwrap();
    let mut security = team.app.security_settings(team.ada).unwrap();
    security.admins_need_second_factor = true;
    team.app.set_security_settings(team.ada, security).unwrap();
    let refused = team.app.authenticate(&created.secret);
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
}

fn new(claim: Claim) -> Keyed {
    match claim {
        Claim::New(keyed) => keyed,
        Claim::Answered(text) => unreachable!("answered with {text}"),
    }
}

#[test]
fn a_key_is_one_request_for_a_day() {
    let team = Team::new();
    let bob = team.join("bob", Role::Member);
    let claim = |hash: &[u8]| team.app.claim_key(bob, "k", hash);
    let keyed = new(claim(b"one").unwrap());
    assert!(matches!(claim(b"one"), Err(Error::KeyRunning)));
    assert!(matches!(claim(b"two"), Err(Error::KeyReused)));
    new(team.app.claim_key(team.ada, "k", b"two").unwrap());
    team.app.answer_key(&keyed, "said").unwrap();
    assert_eq!(claim(b"one").unwrap(), Claim::Answered("said".to_owned()));
    assert!(matches!(claim(b"two"), Err(Error::KeyReused)));
    team.system.pass(DAY + 1);
    new(claim(b"two").unwrap());
}

#[test]
fn a_key_is_free_again_when_its_request_failed() {
    let team = Team::new();
    let claim = || team.app.claim_key(team.ada, "k", b"one").unwrap();
    let first = new(claim());
    team.app.release_key(&first).unwrap();
    let second = new(claim());
    assert!(
        matches!(team.app.answer_key(&first, "late"), Err(Error::KeyRunning)),
        "the claim was lost"
    );
    team.app.answer_key(&second, "said").unwrap();
    team.app.release_key(&second).unwrap();
    assert_eq!(claim(), Claim::Answered("said".to_owned()));
}
