//! Notifications of members.

use crate::{ELSEWHERE, HERE, id, on_every_engine};
use store::members::notifications::{self, Notification};
use store::{Member, Store, members};

const ADA: Member = Member(1);
const BOB: Member = Member(2);

pub fn notification(to: Option<Member>, at: i64, contacts: u64) -> Notification {
    Notification {
        to,
        at,
        by: ADA,
        kind: "shared_view".to_owned(),
        contacts,
        contact: (contacts == 1).then(|| id(at.unsigned_abs())),
    }
}

fn latest(store: &Store, member: Member, after: i64) -> Vec<Notification> {
    let read = store.read(|tx| notifications::latest(tx, HERE, member, after, 2));
    let count = store.read(|tx| notifications::count(tx, HERE, member, after));
    let read = read.unwrap();
    assert!(count.unwrap() >= read.len() as u64);
    read
}

#[test]
fn a_member_reads_what_others_did_for_them_and_for_everyone() {
    on_every_engine(|store, _| {
        let (one, all, more) = (
            notification(Some(BOB), 5, 1),
            notification(None, 6, 3),
            notification(Some(BOB), 7, 2),
        );
        store
            .write(|tx| {
                for some in [&one, &all, &more] {
                    notifications::add(tx, HERE, some)?;
                }
                notifications::add(tx, ELSEWHERE, &notification(None, 8, 1))?;
                notifications::add(tx, HERE, &notification(Some(Member(3)), 9, 1))
            })
            .unwrap();
        assert_eq!(latest(store, BOB, 0), [more.clone(), all.clone()], "at most two");
        assert_eq!(latest(store, BOB, 6), std::slice::from_ref(&more));
        assert_eq!(latest(store, ADA, 0), [], "what they did themselves is none");
        store.write(|tx| notifications::add(tx, HERE, &one)).unwrap();
        let again = Notification {
            contacts: 2,
            contact: None,
            ..one
        };
        let counted = store.read(|tx| notifications::latest(tx, HERE, BOB, 0, 9)).unwrap();
        assert_eq!(counted, [more, all.clone(), again], "another step is counted on");
        assert_eq!(store.write(|tx| notifications::forget(tx, HERE, 6)).unwrap(), 1);
        assert_eq!(store.read(|tx| notifications::count(tx, HERE, BOB, 0)).unwrap(), 2);
        store.write(|tx| members::hand_over_rest(tx, HERE, BOB, ADA)).unwrap();
        assert_eq!(latest(store, BOB, 0), [all], "those of a member go with them");
    });
}
