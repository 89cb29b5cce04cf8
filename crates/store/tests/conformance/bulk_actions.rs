//! Actions that can be undone.

use crate::{ELSEWHERE, HERE, id, on_every_engine};
use store::contacts::Origin;
use store::contacts::bulk_actions::{self, Touched};
use store::{Error, ImportId, Member, RunId, Store};

const ME: Member = Member(1);

pub fn touched(n: u64) -> Touched {
    Touched {
        contact: id(n),
        after_version: Some(200),
        after_owner: ME,
        owner: Member(2),
        version: 100,
        created_at: 50,
        created_by: Some(Origin {
            run: RunId::Import(ImportId(3)),
            line: n,
        }),
        made_by: None,
        written_by: Some(RunId::Import(ImportId(4))),
        edited_by: None,
        shares: Some("[]".to_owned()),
        body: Some(format!("{{\"n\":{n}}}")),
    }
}

fn begin(store: &Store, now: i64) -> i64 {
    store.write(|tx| bulk_actions::begin(tx, HERE, ME, "tag", now)).unwrap()
}

#[test]
fn earlier_states_are_read_in_pages_until_they_expire() {
    on_every_engine(|store, _| {
        let action = begin(store, 10);
        let removed = Touched {
            after_version: None,
            created_by: None,
            made_by: Some(Member(7)),
            written_by: None,
            edited_by: Some(Member(8)),
            shares: None,
            body: None,
            ..touched(2)
        };
        let all = [touched(1), removed, touched(3)];
        let again = Touched {
            version: 7,
            ..touched(1)
        };
        store
            .write(|tx| {
                bulk_actions::note(tx, HERE, action, &all)?;
                bulk_actions::note(tx, HERE, action, &[again])?;
                bulk_actions::note(tx, ELSEWHERE, action, &[touched(9)])
            })
            .unwrap();
        let page = |after, limit| {
            store
                .read(|tx| bulk_actions::page(tx, HERE, action, after, limit))
                .unwrap()
        };
        assert_eq!(page(None, 2), all[..2]);
        assert_eq!(page(Some(id(2)), 2), all[2..]);
        let forget = |ids: &[_]| {
            store
                .write(|tx| bulk_actions::forget_contacts(tx, HERE, action, ids))
                .unwrap()
        };
        assert_eq!(forget(&[id(1), id(9)]), 1);
        assert_eq!(page(None, 9), all[1..]);
    });
}

#[test]
fn the_actions_of_a_contact_are_found_the_latest_first() {
    on_every_engine(|store, _| {
        let (first, second, other) = (begin(store, 10), begin(store, 20), begin(store, 30));
        let later = Touched {
            version: 200,
            ..touched(1)
        };
        store
            .write(|tx| {
                bulk_actions::note(tx, HERE, first, &[touched(1), touched(2)])?;
                bulk_actions::note(tx, HERE, second, std::slice::from_ref(&later))?;
                bulk_actions::note(tx, HERE, other, &[touched(2)])?;
                bulk_actions::note(tx, ELSEWHERE, second, &[touched(1)])
            })
            .unwrap();
        let of = |workspace, limit| {
            store
                .read(|tx| bulk_actions::of_contact(tx, workspace, id(1), limit))
                .unwrap()
        };
        let found: Vec<_> = of(HERE, 9)
            .into_iter()
            .map(|(action, touched)| (action.id, touched))
            .collect();
        assert_eq!(found, [(second, later), (first, touched(1))]);
        assert_eq!(of(HERE, 1).len(), 1);
        assert_eq!(of(HERE, 9)[0].0.kind, "tag");
        assert!(of(ELSEWHERE, 9).is_empty());
    });
}

#[test]
fn an_action_is_known_by_a_number_that_comes_once() {
    on_every_engine(|store, _| {
        let (first, second, third) = (begin(store, 10), begin(store, 10), begin(store, 30));
        assert_eq!((first, second, third), (10, 11, 30));
        let get = |action| store.read(|tx| bulk_actions::get(tx, HERE, action)).unwrap();
        let found = get(second).unwrap();
        assert_eq!(
            (found.member, found.kind.as_str(), found.at, found.undone_at),
            (ME, "tag", 10, None)
        );
        store
            .write(|tx| bulk_actions::set_undone(tx, HERE, second, 40))
            .unwrap();
        assert_eq!(get(second).unwrap().undone_at, Some(40));
        assert_eq!(get(first).unwrap().undone_at, None);
        assert_eq!(get(12), None);
        assert_eq!(store.read(|tx| bulk_actions::get(tx, ELSEWHERE, first)).unwrap(), None);
    });
}

#[test]
fn old_actions_are_forgotten_step_by_step() {
    on_every_engine(|store, _| {
        let (old, young) = (begin(store, 10), begin(store, 30));
        store
            .write(|tx| {
                for action in [old, young] {
                    bulk_actions::note(tx, HERE, action, &[touched(1), touched(2), touched(3)])?;
                }
                Ok::<_, Error>(())
            })
            .unwrap();
        let forget = || store.write(|tx| bulk_actions::forget(tx, HERE, 30, 2)).unwrap();
        let left = |action| {
            let (page, found) = store
                .read(|tx| {
                    let page = bulk_actions::page(tx, HERE, action, None, 9)?;
                    Ok::<_, Error>((page, bulk_actions::get(tx, HERE, action)?))
                })
                .unwrap();
            (page.len(), found.is_some())
        };
        assert!(forget());
        assert_eq!(left(old), (1, true));
        assert!(forget());
        assert_eq!(left(old), (0, false));
        assert!(!forget());
        assert_eq!(left(young), (3, true));
    });
}

#[test]
fn an_action_whose_time_is_over_was_interrupted_until_it_ends_or_is_undone() {
    on_every_engine(|store, _| {
        let interrupted = |member, since, now| {
            let found = store
                .read(|tx| bulk_actions::interrupted(tx, HERE, member, since, now))
                .unwrap();
            found.map(|(action, contacts)| (action.id, contacts))
        };
        let set_open = |action, until| {
            store
                .write(|tx| bulk_actions::set_open(tx, HERE, action, until))
                .unwrap()
        };
        let first = begin(store, 10);
        let action = begin(store, 20);
        store
            .write(|tx| bulk_actions::note(tx, HERE, action, &[touched(1), touched(2)]))
            .unwrap();
        assert_eq!(interrupted(ME, 0, 1_000), None, "both have ended");
        set_open(first, Some(500));
        set_open(action, Some(500));
        assert_eq!(interrupted(ME, 0, 500), None, "both go on");
        assert_eq!(interrupted(ME, 0, 501), Some((action, 2)), "the latest");
        assert_eq!(interrupted(Member(9), 0, 501), None);
        assert_eq!(interrupted(ME, action, 501), None, "too long ago");
        assert!(
            store
                .read(|tx| bulk_actions::interrupted(tx, ELSEWHERE, ME, 0, 501))
                .unwrap()
                .is_none()
        );
        store
            .write(|tx| bulk_actions::set_undone(tx, HERE, action, 600))
            .unwrap();
        assert_eq!(interrupted(ME, 0, 700), Some((first, 0)));
        set_open(first, None);
        assert_eq!(interrupted(ME, 0, 700), None);
    });
}
