//! Browsers in which a member has signed in before.

use crate::{ELSEWHERE, HERE, on_every_engine};
use store::members::devices;
use store::{Member, Store};

const ADA: Member = Member(1);
const BOB: Member = Member(2);

fn is_known(store: &Store, token: u8, member: Member, since: i64) -> bool {
    let asked = store.read(|tx| devices::is_known(tx, HERE, &[token; 32], member, since));
    asked.unwrap()
}

fn three(store: &Store) {
    store
        .write(|tx| {
            devices::put(tx, HERE, &[1; 32], ADA, 10)?;
            devices::put(tx, HERE, &[1; 32], BOB, 20)?;
            devices::put(tx, HERE, &[2; 32], ADA, 30)?;
            devices::put(tx, ELSEWHERE, &[3; 32], ADA, 40)
        })
        .unwrap();
}

#[test]
fn a_browser_is_known_to_its_members_for_a_time() {
    on_every_engine(|store, _| {
        three(store);
        assert!(is_known(store, 1, ADA, 10) && is_known(store, 1, BOB, 10));
        assert!(!is_known(store, 1, ADA, 11) && !is_known(store, 2, BOB, 0) && !is_known(store, 3, ADA, 0));
        store.write(|tx| devices::put(tx, HERE, &[1; 32], ADA, 50)).unwrap();
        assert!(is_known(store, 1, ADA, 50));
        let of_ada = store.read(|tx| devices::of_member(tx, HERE, ADA)).unwrap();
        assert_eq!(of_ada, [vec![1; 32], vec![2; 32]]);
    });
}

#[test]
fn a_browser_gets_another_secret_and_is_forgotten() {
    on_every_engine(|store, _| {
        three(store);
        store.write(|tx| devices::renew(tx, HERE, &[1; 32], &[9; 32])).unwrap();
        assert!(is_known(store, 9, ADA, 0) && is_known(store, 9, BOB, 0) && !is_known(store, 1, ADA, 0));
        store.write(|tx| devices::remove(tx, HERE, &[9; 32], ADA)).unwrap();
        assert!(!is_known(store, 9, ADA, 0) && is_known(store, 9, BOB, 0));
        store.write(|tx| devices::forget(tx, HERE, 30)).unwrap();
        assert!(!is_known(store, 9, BOB, 0) && is_known(store, 2, ADA, 0));
        store.write(|tx| devices::remove_all(tx, HERE, ADA)).unwrap();
        assert!(!is_known(store, 2, ADA, 0));
        let elsewhere = store.read(|tx| devices::of_member(tx, ELSEWHERE, ADA));
        assert_eq!(elsewhere.unwrap().len(), 1);
    });
}
