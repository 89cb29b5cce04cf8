//! The feed of changes.

use crate::{ELSEWHERE, HERE, id, on_every_engine};
use store::contacts::change_feed::{self, Entry, Touched};
use store::contacts::shares::Grantee;
use store::contacts::tombstones;
use store::workspace::workspaces;
use store::{Member, Store, Workspace};

fn change(store: &Store, workspace: Workspace, touched: &[Touched]) -> i64 {
    store
        .write(|tx| {
            let change = workspaces::begin_change(tx, workspace)?;
            change_feed::note(tx, workspace, touched)?;
            Ok::<_, store::Error>(change)
        })
        .unwrap()
}

fn since(store: &Store, after: i64, limit: u64) -> Vec<Entry> {
    store.read(|tx| change_feed::since(tx, HERE, after, limit)).unwrap()
}

#[test]
fn what_a_change_touched_is_read_in_order() {
    on_every_engine(|store, _| {
        store.write(|tx| workspaces::ensure_local(tx, 1)).unwrap();
        let some = Touched::Contacts(vec![id(3), id(1)]);
        let range = Touched::Range(id(5), id(9));
        assert_eq!(change(store, HERE, &[some.clone(), range.clone()]), 1);
        assert_eq!(change(store, HERE, &[]), 2);
        assert_eq!(change(store, HERE, &[Touched::Everything]), 3);
        change(store, ELSEWHERE, &[Touched::Everything]);
        assert_eq!(change(store, HERE, &[Touched::Shares(vec![id(2)])]), 4);
        let entry = |change, touched| Entry { change, touched };
        let all = [
            entry(1, some),
            entry(1, range),
            entry(2, Touched::Contacts(Vec::new())),
            entry(3, Touched::Everything),
            entry(4, Touched::Shares(vec![id(2)])),
        ];
        assert_eq!(since(store, 0, 10), all);
        assert_eq!(since(store, 1, 10), all[2..]);
        assert_eq!(since(store, 0, 2), all[..2]);
    });
}

#[test]
fn long_lists_are_whole_and_endless_ones_are_everything() {
    on_every_engine(|store, _| {
        store.write(|tx| workspaces::ensure_local(tx, 1)).unwrap();
        let many: Vec<_> = (0..10_000).map(id).collect();
        change(store, HERE, &[Touched::Contacts(many.clone())]);
        let read: Vec<_> = since(store, 0, 100)
            .into_iter()
            .flat_map(|entry| match entry.touched {
                Touched::Contacts(ids) => ids,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(read, many);
        change(store, HERE, &[Touched::Contacts(vec![id(1); 200_001])]);
        assert_eq!(since(store, 1, 100)[0].touched, Touched::Everything);
    });
}

#[test]
fn old_changes_are_forgotten() {
    on_every_engine(|store, _| {
        store.write(|tx| workspaces::ensure_local(tx, 1)).unwrap();
        store
            .write(|tx| {
                for day in 1..=4 {
                    for _ in 0..3 {
                        workspaces::begin_change(tx, HERE)?;
                        change_feed::note(tx, HERE, &[])?;
                        // Only the first call on a day has an effect.
                        change_feed::note_day(tx, HERE, day)?;
                    }
                    tombstones::put_many(tx, HERE, 3 * day, &[(id(1), Grantee::Everyone)])?;
                }
                Ok::<_, store::Error>(())
            })
            .unwrap();
        let kept = || {
            let tombstones = store
                .read(|tx| tombstones::of_member(tx, HERE, Member(1), (0, 99)))
                .unwrap();
            (since(store, 0, 2_000)[0].change, tombstones.len())
        };
        let forget = |day| store.write(|tx| change_feed::forget(tx, HERE, day)).unwrap();
        forget(0);
        assert_eq!(kept(), (1, 4));
        forget(2);
        assert_eq!(kept(), (5, 3));
        forget(2);
        assert_eq!(kept(), (5, 3));
    });
}
