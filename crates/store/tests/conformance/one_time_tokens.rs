//! One-time tokens: invitations and password resets.

use crate::{ELSEWHERE, HERE, on_every_engine};
use store::members::accounts::Role;
use store::members::one_time_tokens::{self, Link, Purpose};
use store::{Member, Store};

pub fn link(hash: u8, purpose: Purpose, at: i64) -> Link {
    Link {
        token_hash: vec![hash; 32],
        purpose,
        email: "bob@example.org".to_owned(),
        made_by: Member(1),
        made_at: at,
        expires_at: at + 100,
    }
}

fn some(store: &Store) -> [Link; 3] {
    let all = [
        link(1, Purpose::Invitation(Role::Admin), 10),
        link(2, Purpose::Invitation(Role::Member), 20),
        link(3, Purpose::Password(Member(7)), 30),
    ];
    store
        .write(|tx| {
            all.iter().try_for_each(|one| one_time_tokens::add(tx, HERE, one))?;
            one_time_tokens::add(tx, ELSEWHERE, &link(4, Purpose::Invitation(Role::Owner), 10))
        })
        .unwrap();
    all
}

fn find(store: &Store, hash: u8, now: i64) -> Option<Link> {
    store
        .read(|tx| one_time_tokens::find(tx, HERE, &[hash; 32], now))
        .unwrap()
}

#[test]
fn a_link_is_worth_something_once_and_until_its_time() {
    on_every_engine(|store, _| {
        let [first, second, third] = some(store);
        assert_eq!(find(store, 1, 50), Some(first.clone()));
        assert_eq!(find(store, 3, 50), Some(third));
        assert_eq!(find(store, 4, 50), None, "it is of another workspace");
        assert_eq!((find(store, 1, 109), find(store, 1, 110)), (Some(first.clone()), None));
        let pending = |now| store.read(|tx| one_time_tokens::invitations(tx, HERE, now)).unwrap();
        assert_eq!(pending(50), [second, first]);
        let use_up = |hash: u8, now| {
            store
                .write(|tx| one_time_tokens::use_up(tx, HERE, &[hash; 32], now))
                .unwrap()
        };
        assert!(!use_up(1, 110), "too late");
        assert!(use_up(1, 109));
        assert!(!use_up(1, 109), "once");
        assert!(!use_up(4, 50) && !use_up(9, 50));
        assert_eq!((find(store, 1, 50), pending(50).len()), (None, 1));
    });
}

#[test]
fn links_are_revoked_and_forgotten() {
    on_every_engine(|store, _| {
        some(store);
        let gone = store.write(|tx| one_time_tokens::forget_invitations(tx, HERE, "ann@example.org"));
        assert_eq!(gone.unwrap(), 0);
        store
            .write(|tx| one_time_tokens::forget_passwords(tx, HERE, Member(1)))
            .unwrap();
        assert!(find(store, 3, 50).is_some());
        store
            .write(|tx| one_time_tokens::forget_passwords(tx, HERE, Member(7)))
            .unwrap();
        assert!(find(store, 3, 50).is_none() && find(store, 2, 50).is_some());
        store.write(|tx| one_time_tokens::forget(tx, HERE, 115)).unwrap();
        assert!(find(store, 1, 50).is_none() && find(store, 2, 50).is_some());
        let gone = store.write(|tx| one_time_tokens::forget_invitations(tx, HERE, "bob@example.org"));
        assert_eq!(gone.unwrap(), 1);
        let elsewhere = store
            .read(|tx| one_time_tokens::invitations(tx, ELSEWHERE, 50))
            .unwrap();
        assert_eq!(elsewhere.len(), 1);
    });
}

/// If two requests use one link at the same moment, one of them succeeds.
#[test]
fn of_two_at_once_one_wins() {
    on_every_engine(|store, _| {
        some(store);
        let won: usize = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        store
                            .write(|tx| one_time_tokens::use_up(tx, HERE, &[1; 32], 50))
                            .unwrap()
                    })
                })
                .collect();
            tries.into_iter().map(|one| usize::from(one.join().unwrap())).sum()
        });
        assert_eq!(won, 1);
    });
}
