//! Second factors and recovery codes.

use crate::{ELSEWHERE, HERE, on_every_engine};
use store::members::second_factors;
use store::{Member, Store};

const ADA: Member = Member(1);

/// Returns when the second factor was confirmed, and the first byte of the secret.
fn factor(store: &Store) -> Option<(Option<i64>, u8)> {
    let found = store.read(|tx| second_factors::get(tx, HERE, ADA)).unwrap();
    found.map(|factor| (factor.confirmed_at, factor.secret[0]))
}

#[test]
fn a_secret_is_replaced_until_it_is_confirmed() {
    on_every_engine(|store, _| {
        assert_eq!(factor(store), None);
        let propose = |secret: u8| {
            store
                .write(|tx| second_factors::propose(tx, HERE, ADA, &[secret; 20]))
                .unwrap()
        };
        propose(1);
        propose(2);
        assert_eq!(factor(store), Some((None, 2)));
        assert!(store.read(|tx| second_factors::members(tx, HERE)).unwrap().is_empty());
        store.write(|tx| second_factors::confirm(tx, HERE, ADA, 7)).unwrap();
        propose(3);
        assert_eq!(factor(store), Some((Some(7), 2)));
        assert_eq!(store.read(|tx| second_factors::members(tx, HERE)).unwrap(), [ADA]);
        assert!(
            store
                .read(|tx| second_factors::members(tx, ELSEWHERE))
                .unwrap()
                .is_empty()
        );
    });
}

#[test]
fn a_step_is_used_once_and_none_before_it() {
    on_every_engine(|store, _| {
        let step = |step, newest| {
            store
                .write(|tx| second_factors::use_step(tx, HERE, ADA, step, newest))
                .unwrap()
        };
        assert!(!step(5, 9), "there is no second factor");
        store
            .write(|tx| second_factors::propose(tx, HERE, ADA, &[1; 20]))
            .unwrap();
        assert!(step(5, 6) && !step(5, 6) && !step(4, 6) && step(6, 6));
        // A recorded step that no clock can have reached is ignored.
        assert!(step(900, 900) && !step(7, 900) && step(7, 8) && !step(7, 8));
    });
}

#[test]
fn recovery_codes_are_used_once_each() {
    on_every_engine(|store, _| {
        let hashes = |first: u8| -> Vec<Vec<u8>> { (first..first + 3).map(|n| vec![n; 32]).collect() };
        let set = |first| {
            store
                .write(|tx| second_factors::set_codes(tx, HERE, ADA, &hashes(first)))
                .unwrap()
        };
        let use_code = |n: u8| {
            store
                .write(|tx| second_factors::use_code(tx, HERE, ADA, &[n; 32]))
                .unwrap()
        };
        let left = || store.read(|tx| second_factors::codes_left(tx, HERE, ADA)).unwrap();
        set(1);
        assert!(use_code(2) && !use_code(2) && !use_code(9));
        assert_eq!(left(), 2);
        set(4);
        assert!(!use_code(1) && use_code(4));
        assert_eq!(left(), 2);
        let remove = || store.write(|tx| second_factors::remove(tx, HERE, ADA)).unwrap();
        assert!(!remove(), "it was not confirmed");
        assert_eq!((left(), factor(store)), (0, None));
        store
            .write(|tx| second_factors::propose(tx, HERE, ADA, &[1; 20]))
            .unwrap();
        store.write(|tx| second_factors::confirm(tx, HERE, ADA, 7)).unwrap();
        assert!(remove() && !remove());
    });
}
