//! The change log of imports.

use crate::{ELSEWHERE, HERE, id, on_every_engine};
use store::imports::change_log::{self, Before, Change};
use store::{Error, ImportId, Member, RunId, imports};

const IMPORT: ImportId = ImportId(1);

fn updated(n: u64, body: &str) -> Change {
    let written_by = n.is_multiple_of(2).then_some(RunId::Import(ImportId(4)));
    Change {
        contact: id(n),
        line: n,
        before: Some(Before {
            version: 7,
            written_by,
            edited_by: written_by.is_none().then_some(Member(6)),
            body: body.to_owned(),
        }),
    }
}

fn created(n: u64) -> Change {
    Change {
        contact: id(n),
        line: n,
        before: None,
    }
}

#[test]
fn the_first_note_of_a_contact_stays() {
    on_every_engine(|store, _| {
        store
            .write(|tx| {
                change_log::record(
                    tx,
                    HERE,
                    IMPORT,
                    &[updated(1, "first"), created(2), updated(1, "second")],
                )?;
                change_log::record(tx, HERE, IMPORT, &[updated(1, "third"), updated(2, "now there")])
            })
            .unwrap();
        let page = store.read(|tx| change_log::page(tx, HERE, IMPORT, None, 10)).unwrap();
        assert_eq!(page, [updated(1, "first"), created(2)]);
        let of = |workspace, n| store.read(|tx| change_log::get(tx, workspace, IMPORT, id(n))).unwrap();
        assert_eq!(of(HERE, 1), Some(updated(1, "first")));
        assert_eq!((of(HERE, 3), of(ELSEWHERE, 1)), (None, None));
    });
}

#[test]
fn the_changes_of_a_contact_are_found_while_their_log_is_kept() {
    on_every_engine(|store, _| {
        let new = imports::NewImport {
            owner: Member(1),
            file_name: "people.csv",
            file_size: 1,
            plan: "{}",
            counts: "{}",
            state: imports::ImportState::Done,
        };
        let made: Vec<ImportId> = (0..3)
            .map(|_| store.write(|tx| imports::create(tx, HERE, &new, 5)).unwrap())
            .collect();
        store
            .write(|tx| {
                change_log::record(tx, HERE, made[0], &[updated(1, "first"), updated(2, "")])?;
                change_log::record(tx, HERE, made[1], &[updated(1, "second")])?;
                change_log::record(tx, HERE, made[2], &[created(1)])
            })
            .unwrap();
        let of = |workspace| {
            store
                .read(|tx| change_log::of_contact(tx, workspace, id(1), 9))
                .unwrap()
        };
        assert_eq!(
            of(HERE),
            [(made[1], updated(1, "second")), (made[0], updated(1, "first"))]
        );
        assert!(of(ELSEWHERE).is_empty());
        store.write(|tx| imports::set_forgotten(tx, HERE, made[1], 9)).unwrap();
        assert_eq!(of(HERE), [(made[0], updated(1, "first"))]);
    });
}

#[test]
fn changes_come_in_pages() {
    on_every_engine(|store, _| {
        let all: Vec<_> = (1..=5)
            .map(|n| if n == 3 { created(n) } else { updated(n, "") })
            .collect();
        store.write(|tx| change_log::record(tx, HERE, IMPORT, &all)).unwrap();
        let page = |after: Option<u64>| {
            store
                .read(|tx| change_log::page(tx, HERE, IMPORT, after.map(id), 2))
                .unwrap()
        };
        assert_eq!(page(None), all[..2]);
        assert_eq!(page(Some(2)), all[2..4]);
        assert_eq!(page(Some(4)), all[4..]);
        assert!(page(Some(5)).is_empty());
    });
}

#[test]
fn an_import_is_forgotten_alone() {
    on_every_engine(|store, _| {
        store
            .write(|tx| {
                change_log::record(tx, HERE, IMPORT, &[updated(1, "a"), updated(2, "b")])?;
                change_log::record(tx, HERE, ImportId(2), &[updated(1, "c")])?;
                change_log::record(tx, ELSEWHERE, IMPORT, &[updated(1, "d")])
            })
            .unwrap();
        assert_eq!(store.write(|tx| change_log::forget(tx, HERE, IMPORT)).unwrap(), 2);
        store
            .read(|tx| {
                assert!(change_log::page(tx, HERE, IMPORT, None, 9)?.is_empty());
                assert_eq!(change_log::page(tx, HERE, ImportId(2), None, 9)?, [updated(1, "c")]);
                assert_eq!(change_log::page(tx, ELSEWHERE, IMPORT, None, 9)?, [updated(1, "d")]);
                Ok::<_, Error>(())
            })
            .unwrap();
    });
}

#[test]
fn deleted_logs_go_in_steps() {
    on_every_engine(|store, _| {
        let import = store
            .write(|tx| imports::create(tx, HERE, &crate::SMALL_IMPORT, 5))
            .unwrap();
        let other = store
            .write(|tx| imports::create(tx, HERE, &crate::SMALL_IMPORT, 5))
            .unwrap();
        let all: Vec<_> = (1..=5).map(|n| updated(n, "")).collect();
        store
            .write(|tx| {
                change_log::record(tx, HERE, import, &all)?;
                change_log::record(tx, HERE, other, &all)
            })
            .unwrap();
        let forget = || store.write(|tx| change_log::forget_marked(tx, HERE, 3)).unwrap();
        assert_eq!(forget(), 0);
        assert!(store.write(|tx| imports::set_forgotten(tx, HERE, import, 8)).unwrap());
        assert!(
            !store
                .write(|tx| imports::set_forgotten(tx, HERE, ImportId(9), 8))
                .unwrap()
        );
        assert_eq!([forget(), forget(), forget()], [3, 2, 0]);
        let left = |import| {
            store
                .read(|tx| change_log::page(tx, HERE, import, None, 9))
                .unwrap()
                .len()
        };
        assert_eq!([left(import), left(other)], [0, 5]);
        let stored = store.read(|tx| imports::get(tx, HERE, import)).unwrap().unwrap();
        assert_eq!(stored.forgotten_at, Some(8));
    });
}
