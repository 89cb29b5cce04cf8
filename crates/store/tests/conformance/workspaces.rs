//! The local workspace, and the count of its changes.

use crate::{ELSEWHERE, HERE, on_every_engine};
use store::workspace::workspaces;
use store::{Member, Store, Workspace};

#[test]
fn the_local_workspace_is_made_once() {
    on_every_engine(|store, _| {
        let known = || {
            store
                .read(|tx| workspaces::local(tx).map(|l| l.map(|(w, m)| (w.0, m.0))))
                .unwrap()
        };
        assert_eq!(known(), None);
        for now in [5, 6] {
            let local = store.write(|tx| workspaces::ensure_local(tx, now)).unwrap();
            assert_eq!(local, (Workspace(1), Member(1)));
            assert_eq!(known(), Some((1, 1)));
        }
    });
}

#[test]
fn a_member_has_a_name() {
    on_every_engine(|store, _| {
        store.write(|tx| workspaces::ensure_local(tx, 5)).unwrap();
        let name = |member| {
            store
                .read(|tx| workspaces::member_name(tx, Workspace(1), Member(member)))
                .unwrap()
        };
        assert!(name(1).is_some());
        let members = |workspace| store.read(|tx| workspaces::members(tx, workspace)).unwrap();
        assert_eq!((members(Workspace(1)), members(ELSEWHERE)), (1, 0));
        assert_eq!(name(2), None);
        let names = |workspace, asked: &[i64]| {
            let asked: Vec<Member> = asked.iter().copied().map(Member).collect();
            store
                .read(|tx| workspaces::member_names(tx, workspace, &asked))
                .unwrap()
        };
        let there = vec![(Member(1), name(1).unwrap())];
        assert_eq!((names(HERE, &[2, 1, 3]), names(HERE, &[])), (there, Vec::new()));
        assert_eq!(names(ELSEWHERE, &[1]), Vec::new());
        let of = |workspace| store.read(|tx| workspaces::name(tx, workspace)).unwrap();
        assert_eq!((of(HERE).as_str(), of(ELSEWHERE).as_str()), ("local", ""));
    });
}

fn changes(store: &Store) -> (i64, i64) {
    store.read(|tx| workspaces::changes(tx, HERE)).unwrap()
}

#[test]
fn changes_are_counted() {
    on_every_engine(|store, _| {
        store.write(|tx| workspaces::ensure_local(tx, 5)).unwrap();
        assert_eq!(changes(store), (0, -1));
        for count in 1..4 {
            assert_eq!(store.write(|tx| workspaces::begin_change(tx, HERE)).unwrap(), count);
            assert_eq!(changes(store), (count, -1));
        }
        store.write(|tx| workspaces::set_texts_at(tx, HERE, 3)).unwrap();
        // Queueing changes no count.
        store.write(|tx| workspaces::queue(tx, HERE)).unwrap();
        assert_eq!(changes(store), (3, 3));
        // The workspace exists already, and keeps its counts.
        store.write(|tx| workspaces::ensure_local(tx, 6)).unwrap();
        assert_eq!(changes(store), (3, 3));
    });
}

#[test]
fn a_workspace_that_is_not_there_counts_nothing() {
    on_every_engine(|store, _| {
        store.write(|tx| workspaces::ensure_local(tx, 5)).unwrap();
        store
            .write(|tx| {
                workspaces::queue(tx, ELSEWHERE)?;
                workspaces::set_texts_at(tx, ELSEWHERE, 9)?;
                assert_eq!(workspaces::begin_change(tx, ELSEWHERE)?, 0);
                assert_eq!(workspaces::changes(tx, ELSEWHERE)?, (0, -1));
                Ok::<_, store::Error>(())
            })
            .unwrap();
        assert_eq!(changes(store), (0, -1));
    });
}

#[test]
fn a_change_that_fails_is_not_counted() {
    on_every_engine(|store, _| {
        store.write(|tx| workspaces::ensure_local(tx, 5)).unwrap();
        let failed = store.write(|tx| {
            workspaces::begin_change(tx, HERE)?;
            Err::<(), _>(store::Error::Busy)
        });
        assert!(failed.is_err());
        assert_eq!(changes(store), (0, -1));
    });
}
