//! Sessions, and failed attempts to sign in.

use crate::{ELSEWHERE, HERE, on_every_engine};
use store::members::sessions::{self, Failures, SignIn};
use store::{Member, Store};

pub fn sign_in(token: u8, member: i64, at: i64) -> SignIn {
    SignIn {
        token_hash: vec![token; 32],
        member: Member(member),
        created_at: at,
        seen_at: at,
        expires_at: at + 100,
        proved_at: at,
        awaits_code: false,
        agent: "Browser é".to_owned(),
    }
}

fn sessions_of(store: &Store, member: i64) -> Vec<u8> {
    let all = store.read(|tx| sessions::of_member(tx, HERE, Member(member))).unwrap();
    all.iter().map(|sign_in| sign_in.token_hash[0]).collect()
}

fn three(store: &Store) {
    store
        .write(|tx| {
            for one in [sign_in(1, 1, 10), sign_in(2, 1, 20), sign_in(3, 2, 30)] {
                sessions::add(tx, HERE, &one)?;
            }
            sessions::add(tx, ELSEWHERE, &sign_in(4, 1, 10))
        })
        .unwrap();
}

#[test]
fn a_sign_in_is_found_by_its_hash_and_kept_alive() {
    on_every_engine(|store, _| {
        three(store);
        let find = |token: u8| store.read(|tx| sessions::find(tx, HERE, &[token; 32])).unwrap();
        assert_eq!(find(1), Some(sign_in(1, 1, 10)));
        assert_eq!(find(4), None, "it is of another workspace");
        assert_eq!((sessions_of(store, 1), sessions_of(store, 2)), (vec![2, 1], vec![3]));
        store.write(|tx| sessions::seen(tx, HERE, &[1; 32], 50, 500)).unwrap();
        let (seen, expires) = find(1).map(|one| (one.seen_at, one.expires_at)).unwrap();
        assert_eq!((seen, expires, sessions_of(store, 1)), (50, 500, vec![1, 2]));
    });
}

#[test]
fn sign_ins_end_alone_together_or_by_age() {
    on_every_engine(|store, _| {
        three(store);
        let lasting = |now| store.read(|tx| sessions::lasting(tx, HERE, now)).unwrap();
        let all: Vec<u8> = lasting(119).iter().map(|one| one.token_hash[0]).collect();
        assert_eq!((all, lasting(120).len()), (vec![3, 2], 1));
        store.write(|tx| sessions::remove(tx, HERE, &[4; 32])).unwrap();
        let others = store
            .write(|tx| sessions::remove_others(tx, HERE, Member(1), &[2; 32]))
            .unwrap();
        assert_eq!(
            (others, sessions_of(store, 1), sessions_of(store, 2)),
            (1, vec![2], vec![3])
        );
        store.write(|tx| sessions::forget(tx, HERE, 120, 0)).unwrap();
        assert_eq!((sessions_of(store, 1), sessions_of(store, 2)), (vec![], vec![3]));
        let ended = store.write(|tx| sessions::remove_all(tx, HERE, Member(2))).unwrap();
        assert_eq!(ended, 1);
        store.write(|tx| sessions::remove(tx, HERE, &[3; 32])).unwrap();
        assert!(sessions_of(store, 2).is_empty());
        let elsewhere = store.read(|tx| sessions::find(tx, ELSEWHERE, &[4; 32])).unwrap();
        assert!(elsewhere.is_some());
    });
}

#[test]
fn failures_are_counted_until_they_are_forgotten() {
    on_every_engine(|store, _| {
        let lock = |now| store.write(|tx| sessions::lock_failures(tx, HERE, "a", now)).unwrap();
        let none = Failures {
            last_at: 7,
            ..Failures::default()
        };
        assert_eq!((lock(7), lock(8)), (none, none));
        let some = Failures {
            count: 5,
            last_at: 9,
            blocked_until: 60,
        };
        store
            .write(|tx| {
                sessions::set_failures(tx, HERE, "a", &some)?;
                sessions::set_failures(tx, ELSEWHERE, "a", &Failures::default())
            })
            .unwrap();
        assert_eq!(lock(10), some);
        store.write(|tx| sessions::forget(tx, HERE, 0, 9)).unwrap();
        assert_eq!(lock(11), some, "not before that time");
        store.write(|tx| sessions::forget(tx, HERE, 0, 10)).unwrap();
        assert_eq!(lock(12).count, 0);
    });
}

#[test]
fn a_session_that_awaits_its_code_is_found_but_not_listed() {
    on_every_engine(|store, _| {
        three(store);
        let awaiting = SignIn {
            awaits_code: true,
            ..sign_in(5, 1, 40)
        };
        store.write(|tx| sessions::add(tx, HERE, &awaiting)).unwrap();
        let find = |token: u8| store.read(|tx| sessions::find(tx, HERE, &[token; 32])).unwrap();
        assert_eq!(find(5), Some(awaiting));
        assert_eq!(sessions_of(store, 1), vec![2, 1]);
        let lasting = store.read(|tx| sessions::lasting(tx, HERE, 0)).unwrap();
        assert_eq!(lasting.len(), 3);
        store.write(|tx| sessions::proved(tx, HERE, &[1; 32], 77)).unwrap();
        let proved = [1, 2].map(|token| find(token).unwrap().proved_at);
        assert_eq!(proved, [77, 20]);
    });
}

#[test]
fn failures_are_cleared_for_one_or_all() {
    on_every_engine(|store, _| {
        let count = |name: &str| {
            store
                .write(|tx| sessions::lock_failures(tx, HERE, name, 1))
                .unwrap()
                .count
        };
        let some = Failures {
            count: 3,
            last_at: 1,
            blocked_until: 9,
        };
        let set = |name: &str| {
            count(name);
            store.write(|tx| sessions::set_failures(tx, HERE, name, &some)).unwrap();
        };
        ["a", "b", "c"].into_iter().for_each(set);
        assert_eq!(store.write(|tx| sessions::clear_failures(tx, HERE, "a")).unwrap(), 1);
        assert_eq!((count("a"), count("b")), (0, 3));
        assert_eq!(
            store.write(|tx| sessions::clear_all_failures(tx, ELSEWHERE)).unwrap(),
            0
        );
        assert_eq!(store.write(|tx| sessions::clear_all_failures(tx, HERE)).unwrap(), 3);
        assert_eq!((count("b"), count("c")), (0, 0));
    });
}

/// Two concurrent attempts must not both read the same count.
#[test]
fn tries_at_the_same_moment_are_counted_one_by_one() {
    on_every_engine(|store, _| {
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    store
                        .write(|tx| {
                            let mut failures = sessions::lock_failures(tx, HERE, "a", 1)?;
                            failures.count += 1;
                            sessions::set_failures(tx, HERE, "a", &failures)
                        })
                        .unwrap();
                });
            }
        });
        let count = store
            .write(|tx| sessions::lock_failures(tx, HERE, "a", 1))
            .unwrap()
            .count;
        assert_eq!(count, 8);
    });
}
