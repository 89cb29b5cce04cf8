//! Imports and their batches.

use crate::{ELSEWHERE, HERE, id, on_every_engine};
use store::imports::{self, Batch, Checkpoint, Import, ImportState, NewImport};
use store::{Error, ImportId, Member, Tx};

const NEW: NewImport<'_> = NewImport {
    owner: Member(1),
    file_name: "a,\"b\".csv",
    file_size: 12,
    plan: "{\"p\":1}",
    counts: "{}",
    state: ImportState::Running,
};

#[test]
fn imports_are_numbered_within_their_workspace() {
    on_every_engine(|store, _| {
        let create = |workspace| store.write(|tx| imports::create(tx, workspace, &NEW, 5)).unwrap();
        assert_eq!(
            [create(HERE), create(HERE), create(ELSEWHERE)],
            [ImportId(1), ImportId(2), ImportId(1)]
        );
        let listed = store.read(|tx| imports::list(tx, HERE)).unwrap();
        assert_eq!(listed.iter().map(|i| i.id.to_string()).collect::<Vec<_>>(), ["2", "1"]);
        let done = |tx: &mut Tx<'_>| imports::set_state(tx, HERE, ImportId(1), ImportState::Done, 6, true);
        assert!(store.write(done).unwrap());
        let unfinished = store.read(|tx| imports::unfinished(tx, HERE)).unwrap();
        assert_eq!(unfinished.iter().map(|i| i.id).collect::<Vec<_>>(), [ImportId(2)]);
        assert_eq!(store.read(|tx| imports::get(tx, ELSEWHERE, ImportId(2))).unwrap(), None);
    });
}

#[test]
fn the_imports_of_a_member_come_in_pages() {
    on_every_engine(|store, _| {
        let create = |workspace, owner| {
            let new = NewImport { owner, ..NEW };
            store.write(|tx| imports::create(tx, workspace, &new, 5)).unwrap()
        };
        for owner in [1, 2, 1, 1, 2] {
            create(HERE, Member(owner));
        }
        create(ELSEWHERE, Member(1));
        let page = |owner, before: Option<i64>, limit| {
            let read = |tx: &mut Tx<'_>| imports::page(tx, HERE, Member(owner), before.map(ImportId), limit);
            let found = store.read(read).unwrap();
            found.iter().map(|import| import.id.0).collect::<Vec<_>>()
        };
        assert_eq!(page(1, None, 2), [4, 3]);
        assert_eq!(page(1, Some(3), 2), [1]);
        assert_eq!(page(1, Some(1), 2), [0; 0]);
        assert_eq!(page(2, Some(5), 9), [2]);
        assert_eq!(page(3, None, 9), [0; 0]);
        let first = store.read(|tx| imports::page(tx, HERE, Member(1), Some(ImportId(2)), 1));
        let same = store.read(|tx| imports::get(tx, HERE, ImportId(1)));
        assert_eq!(first.unwrap().pop(), same.unwrap());
    });
}

#[test]
fn an_import_goes_on_and_ends() {
    on_every_engine(|store, _| {
        let import = store.write(|tx| imports::create(tx, HERE, &NEW, 5)).unwrap();
        let get = || store.read(|tx| imports::get(tx, HERE, import)).unwrap().unwrap();
        let begun = Import {
            id: import,
            owner: Member(1),
            file_name: NEW.file_name.to_owned(),
            file_size: 12,
            state: ImportState::Running,
            plan: NEW.plan.to_owned(),
            rows_done: 0,
            counts: NEW.counts.to_owned(),
            rejected_bytes: 0,
            created_at: 5,
            updated_at: 5,
            finished_at: None,
            forgotten_at: None,
        };
        assert_eq!(get(), begun);

        let at = Checkpoint {
            rows_done: 9,
            counts: "{\"new\":9}",
            rejected_bytes: 3,
        };
        assert!(store.write(|tx| imports::checkpoint(tx, HERE, import, &at, 6)).unwrap());
        assert!(
            !store
                .write(|tx| imports::checkpoint(tx, ELSEWHERE, import, &at, 6))
                .unwrap()
        );
        let gone_on = Import {
            rows_done: 9,
            counts: at.counts.to_owned(),
            rejected_bytes: 3,
            updated_at: 6,
            ..begun
        };
        assert_eq!(get(), gone_on);

        let set = |state, now, finished| {
            store
                .write(|tx| imports::set_state(tx, HERE, import, state, now, finished))
                .unwrap()
        };
        assert!(set(ImportState::Done, 7, true));
        assert_eq!(
            get(),
            Import {
                state: ImportState::Done,
                updated_at: 7,
                finished_at: Some(7),
                ..gone_on.clone()
            }
        );
        assert!(set(ImportState::Undoing, 8, false));
        assert_eq!(
            get(),
            Import {
                state: ImportState::Undoing,
                updated_at: 8,
                finished_at: Some(7),
                ..gone_on.clone()
            }
        );
        let nowhere = store.write(|tx| imports::set_state(tx, HERE, ImportId(9), ImportState::Done, 7, true));
        assert!(!nowhere.unwrap());
    });
}

#[test]
fn a_draft_is_changed_begun_or_deleted_and_nothing_else_is() {
    on_every_engine(|store, _| {
        use ImportState::{Cancelling, Draft, Running};
        let new = NewImport { state: Draft, ..NEW };
        let create = || store.write(|tx| imports::create(tx, HERE, &new, 5)).unwrap();
        let (begun, dropped) = (create(), create());
        let get = |import| store.read(|tx| imports::get(tx, HERE, import)).unwrap();
        let plan = |import, plan| store.write(|tx| imports::set_plan(tx, HERE, import, plan, 6)).unwrap();
        assert!(plan(begun, "{\"p\":2}") && !plan(ImportId(9), "{}"));
        let change = |from, to| {
            store
                .write(|tx| imports::change_state(tx, HERE, begun, from, to, 7))
                .unwrap()
        };
        assert!(!change(Running, Cancelling) && change(Draft, Running) && !change(Draft, Running));
        let running = get(begun).unwrap();
        assert_eq!(
            (running.state, running.plan.as_str(), running.updated_at),
            (Running, "{\"p\":2}", 7)
        );
        assert!(!plan(begun, "{}"), "what runs keeps its plan");
        let delete = |workspace, import| store.write(|tx| imports::delete_draft(tx, workspace, import)).unwrap();
        assert!(!delete(HERE, begun) && !delete(ELSEWHERE, dropped) && delete(HERE, dropped));
        assert_eq!((get(begun).is_some(), get(dropped)), (true, None));
    });
}

#[test]
fn every_state_has_its_word() {
    use ImportState::{Cancelled, Cancelling, Done, Draft, Running, Undoing, Undone};
    for state in [Draft, Running, Cancelling, Cancelled, Done, Undoing, Undone] {
        assert_eq!(ImportState::parse(state.as_str()), Some(state));
    }
    assert_eq!(ImportState::parse("RUNNING"), None);
}

#[test]
fn batches_come_back_by_number() {
    on_every_engine(|store, _| {
        let batch = |number| Batch {
            number,
            first: id(number * 10),
            last: id(number * 10 + 9),
            created: 10,
        };
        for number in [2, 1] {
            store
                .write(|tx| imports::add_batch(tx, HERE, ImportId(1), &batch(number)))
                .unwrap();
        }
        store
            .write(|tx| imports::add_batch(tx, HERE, ImportId(2), &batch(7)))
            .unwrap();
        let read = |workspace| store.read(|tx| imports::batches(tx, workspace, ImportId(1))).unwrap();
        assert_eq!(read(HERE), [batch(1), batch(2)]);
        assert!(read(ELSEWHERE).is_empty());
        let again = store.write(|tx| imports::add_batch(tx, HERE, ImportId(1), &batch(1)));
        assert!(matches!(again, Err(Error::Conflict { .. })), "{again:?}");
    });
}
