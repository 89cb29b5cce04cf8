//! Idempotency keys.

use crate::{ELSEWHERE, HERE, on_every_engine};
use store::members::request_keys::{self, KeyedRequest};
use store::{Member, Store};

const ADA: Member = Member(1);
const BOB: Member = Member(2);

pub fn request(claim: &str, claimed_at: i64) -> KeyedRequest {
    KeyedRequest {
        request_hash: vec![7; 32],
        claim: claim.to_owned(),
        holder: "p1".to_owned(),
        claimed_at,
        answer: None,
    }
}

fn claimed(store: &Store, member: Member, key: &str, request: &KeyedRequest) -> bool {
    let claimed = store.write(|tx| request_keys::claim(tx, HERE, member, key, request));
    claimed.unwrap()
}

fn found(store: &Store, key: &str) -> Option<KeyedRequest> {
    store.read(|tx| request_keys::get(tx, HERE, ADA, key)).unwrap()
}

#[test]
fn a_key_is_claimed_once_for_each_member() {
    on_every_engine(|store, _| {
        assert!(claimed(store, ADA, "k", &request("c1", 10)));
        assert!(!claimed(store, ADA, "k", &request("c2", 11)));
        assert!(claimed(store, BOB, "k", &request("c3", 12)));
        assert_eq!(found(store, "k"), Some(request("c1", 10)));
        assert_eq!(found(store, "other"), None);
    });
}

#[test]
fn only_the_claim_that_holds_answers_and_only_once() {
    on_every_engine(|store, _| {
        claimed(store, ADA, "k", &request("c1", 10));
        let answered = |claim: &str, text: &str| {
            let answered = store.write(|tx| request_keys::answer(tx, HERE, ADA, ("k", claim), text));
            answered.unwrap()
        };
        assert!(!answered("c2", "{}"));
        assert!(answered("c1", "{\"status\":201}"));
        assert!(!answered("c1", "{}"));
        assert_eq!(found(store, "k").unwrap().answer.as_deref(), Some("{\"status\":201}"));
        let released = store.write(|tx| request_keys::release(tx, HERE, ADA, ("k", "c1")));
        assert!(!released.unwrap(), "what was answered stays");
    });
}

#[test]
fn a_claim_is_released_and_old_keys_are_forgotten() {
    on_every_engine(|store, _| {
        claimed(store, ADA, "k", &request("c1", 10));
        let release = |claim: &str| store.write(|tx| request_keys::release(tx, HERE, ADA, ("k", claim)));
        assert!(!release("c2").unwrap());
        assert!(release("c1").unwrap());
        assert!(claimed(store, ADA, "k", &request("c2", 20)));
        claimed(store, ADA, "old", &request("c3", 5));
        let elsewhere = store.write(|tx| request_keys::claim(tx, ELSEWHERE, ADA, "old", &request("c4", 5)));
        assert!(elsewhere.unwrap());
        store.write(|tx| request_keys::forget(tx, HERE, 20)).unwrap();
        assert!(found(store, "k").is_some() && found(store, "old").is_none());
        let kept = store.read(|tx| request_keys::get(tx, ELSEWHERE, ADA, "old"));
        assert!(kept.unwrap().is_some());
    });
}
