//! Match keys.

use crate::{ELSEWHERE, HERE, id, imported, key, on_every_engine, typed};
use store::contacts::match_keys;
use store::{ImportId, RunId, contacts};

#[test]
fn keys_lead_to_their_contacts() {
    on_every_engine(|store, _| {
        assert!(store.readers() >= 1);
        let all = vec![
            (key("eb"), id(2)),
            (key("ea"), id(1)),
            (key("eb"), id(1)),
            (key("p+1"), id(3)),
        ];
        store
            .write(|tx| match_keys::insert_many(tx, HERE, all.clone()))
            .unwrap();
        // Adding existing keys again is no error.
        store.write(|tx| match_keys::insert_many(tx, HERE, all)).unwrap();
        let asked = [key("p+1"), key("ea"), key("none"), key("eb"), key("EA")];
        let found = store.read(|tx| match_keys::find_many(tx, HERE, &asked)).unwrap();
        assert_eq!(found, [vec![id(3)], vec![id(1)], vec![], vec![id(1), id(2)], vec![]]);
        let found = store.read(|tx| match_keys::find_many(tx, ELSEWHERE, &asked)).unwrap();
        assert!(found.iter().all(Vec::is_empty));
        assert!(
            store
                .read(|tx| match_keys::find_many(tx, HERE, &[]))
                .unwrap()
                .is_empty()
        );
    });
}

#[test]
fn contacts_of_one_run_can_be_left_out() {
    on_every_engine(|store, _| {
        let (of_the_import, by_hand) = (imported(1), typed(2));
        let run = of_the_import.created_by.unwrap().run;
        let all = vec![(key("ea"), of_the_import.id), (key("ea"), by_hand.id)];
        let rows = [of_the_import.clone(), by_hand.clone()];
        store.write(|tx| contacts::insert_many(tx, HERE, &rows)).unwrap();
        store.write(|tx| match_keys::insert_many(tx, HERE, all)).unwrap();
        let without = |run| {
            let asked = [key("none"), key("ea")];
            store
                .read(|tx| match_keys::find_many_not_of(tx, HERE, run, &asked, &|_, _| true))
                .unwrap()
        };
        assert_eq!(without(run), [vec![], vec![by_hand.id]]);
        for another in [RunId::Import(ImportId(77)), RunId::Preview] {
            assert_eq!(without(another), [vec![], vec![of_the_import.id, by_hand.id]]);
        }
    });
}

#[test]
fn deleted_keys_lead_nowhere() {
    on_every_engine(|store, _| {
        let all = vec![(key("ea"), id(1)), (key("ea"), id(2)), (key("eb"), id(1))];
        store.write(|tx| match_keys::insert_many(tx, HERE, all)).unwrap();
        let some = vec![(key("eb"), id(1)), (key("ea"), id(1)), (key("eb"), id(9))];
        assert_eq!(store.write(|tx| match_keys::delete_many(tx, HERE, some)).unwrap(), 2);
        let found = store
            .read(|tx| match_keys::find_many(tx, HERE, &[key("ea"), key("eb")]))
            .unwrap();
        assert_eq!(found, [vec![id(2)], vec![]]);
    });
}

#[test]
fn every_key_is_handed_over_in_order() {
    on_every_engine(|store, _| {
        let many: Vec<_> = (0..1234)
            .map(|n| (key(&format!("e{:04}", (n * 7) % 1234)), id(n)))
            .collect();
        store.write(|tx| match_keys::insert_many(tx, HERE, many)).unwrap();
        store
            .write(|tx| match_keys::insert_many(tx, ELSEWHERE, vec![(key("other"), id(1))]))
            .unwrap();
        let mut seen = Vec::new();
        store
            .read(|tx| match_keys::for_each_key(tx, HERE, |key| seen.push(key.to_owned())))
            .unwrap();
        let expected: Vec<_> = (0..1234).map(|n| format!("e{n:04}")).collect();
        assert_eq!(seen, expected);
    });
}

#[test]
fn many_keys_of_which_some_exist() {
    on_every_engine(|store, _| {
        let some = |range: std::ops::Range<u64>| range.map(|n| (key(&format!("e{n}@example.com")), id(n))).collect();
        store
            .write(|tx| match_keys::insert_many(tx, HERE, some(0..700)))
            .unwrap();
        store
            .write(|tx| match_keys::insert_many(tx, HERE, some(300..1_500)))
            .unwrap();
        let mut count = 0;
        store
            .read(|tx| match_keys::for_each_key(tx, HERE, |_| count += 1))
            .unwrap();
        assert_eq!(count, 1_500);
        assert_eq!(
            store
                .write(|tx| match_keys::delete_many(tx, HERE, some(0..1_500)))
                .unwrap(),
            1_500
        );
    });
}

#[test]
fn keys_of_runs_are_found_deleted_and_merged_as_others_are() {
    on_every_engine(|store, _| {
        let keys = |n: std::ops::Range<u64>| n.map(|n| (key(&format!("e{}", n * 7 % 50)), id(n))).collect::<Vec<_>>();
        let asked: Vec<_> = (0..52).map(|n| key(&format!("e{n}"))).collect();
        let found = || store.read(|tx| match_keys::find_many(tx, HERE, &asked)).unwrap();
        let count = || {
            let mut count = 0;
            store
                .read(|tx| match_keys::for_each_key(tx, HERE, |_| count += 1))
                .unwrap();
            count
        };
        assert!(!store.read(|tx| match_keys::exist(tx, HERE)).unwrap());
        store
            .write(|tx| match_keys::insert_run(tx, ELSEWHERE, vec![(key("e1"), id(9))]))
            .unwrap();
        // Two runs are stored last, and those before them were merged when there were 64.
        for run in 0..66 {
            store
                .write(|tx| match_keys::insert_run(tx, HERE, keys(run * 10..run * 10 + 10)))
                .unwrap();
            assert!(store.read(|tx| match_keys::exist(tx, HERE)).unwrap());
        }
        let holders = |n: u64| (0..660).filter(|at| at * 7 % 50 == n).map(id).collect::<Vec<_>>();
        let expected: Vec<_> = (0..52).map(holders).collect();
        assert_eq!((found(), count()), (expected.clone(), 660));
        // One key of each of two runs, and one that does not exist.
        let some = vec![(key("e43"), id(399)), (key("e0"), id(0)), (key("e0"), id(399))];
        assert_eq!(store.write(|tx| match_keys::delete_many(tx, HERE, some)).unwrap(), 2);
        assert_eq!(count(), 658);
        store
            .write(|tx| match_keys::insert_last(tx, HERE, vec![(key("e43"), id(399)), (key("e0"), id(0))]))
            .unwrap();
        assert_eq!((found(), count()), (expected, 660));
        let elsewhere = store.read(|tx| match_keys::find_many(tx, ELSEWHERE, &asked)).unwrap();
        assert_eq!(elsewhere[1], [id(9)]);
    });
}

#[test]
fn contacts_of_one_run_can_be_left_out_of_runs_of_keys() {
    on_every_engine(|store, _| {
        let (of_the_import, by_hand) = (imported(1), typed(2));
        let run = of_the_import.created_by.unwrap().run;
        let rows = [of_the_import.clone(), by_hand.clone()];
        store.write(|tx| contacts::insert_many(tx, HERE, &rows)).unwrap();
        let all = vec![(key("ea"), of_the_import.id), (key("ea"), by_hand.id)];
        store.write(|tx| match_keys::insert_run(tx, HERE, all)).unwrap();
        let found = store
            .read(|tx| match_keys::find_many_not_of(tx, HERE, run, &[key("ea")], &|_, _| true))
            .unwrap();
        assert_eq!(found, [vec![by_hand.id]]);
    });
}

#[test]
fn many_keys_are_deleted_from_runs_too() {
    on_every_engine(|store, _| {
        let some = |range: std::ops::Range<u64>| -> Vec<_> {
            range.map(|n| (key(&format!("e{n}@example.com")), id(n))).collect()
        };
        for from in [0, 1_000, 2_000] {
            store
                .write(|tx| match_keys::insert_run(tx, HERE, some(from..from + 1_000)))
                .unwrap();
        }
        let deleted = store
            .write(|tx| match_keys::delete_many(tx, HERE, some(500..2_500)))
            .unwrap();
        assert_eq!(deleted, 2_000);
        let left = store
            .read(|tx| match_keys::find_many(tx, HERE, &[key("e499@example.com"), key("e500@example.com")]))
            .unwrap();
        assert_eq!(left, [vec![id(499)], vec![]]);
    });
}

#[test]
fn runs_with_emptied_blocks_are_read_and_merged_whole() {
    on_every_engine(|store, _| {
        let some = |range: std::ops::Range<u64>| -> Vec<_> {
            range.map(|n| (key(&format!("e{n:05}@example.com")), id(n))).collect()
        };
        // Runs of many blocks. Whole blocks of the first are emptied: some in the middle, and the last ones.
        for run in [0..4_000, 4_000..6_000] {
            store.write(|tx| match_keys::insert_run(tx, HERE, some(run))).unwrap();
        }
        for gone in [1_000..2_000, 2_000..2_600, 3_400..4_000] {
            let count = gone.end - gone.start;
            let deleted = store.write(|tx| match_keys::delete_many(tx, HERE, some(gone))).unwrap();
            assert_eq!(deleted, count);
        }
        let all = || {
            let mut all = Vec::new();
            store
                .read(|tx| match_keys::for_each_key(tx, HERE, |key| all.push(key.to_owned())))
                .unwrap();
            all
        };
        let left = [0..1_000, 2_600..3_400, 4_000..6_000].into_iter().flat_map(some);
        let mut left: Vec<String> = left.map(|(key, _)| key.as_stored().to_owned()).collect();
        assert_eq!(all(), left);
        store
            .write(|tx| match_keys::insert_last(tx, HERE, some(6_000..6_001)))
            .unwrap();
        left.push("e06000@example.com".to_owned());
        assert_eq!(all(), left);
    });
}

#[test]
fn a_run_that_surely_lacks_a_key_is_not_looked_into() {
    on_every_engine(|store, _| {
        let add = |id_of| {
            store
                .write(|tx| match_keys::insert_run(tx, HERE, vec![(key("ea"), id(id_of))]))
                .unwrap()
        };
        let (first, second) = (add(1).unwrap(), add(2).unwrap());
        assert_ne!(first, second);
        let found = |left_out| {
            let may_hold = move |run, _: &model::MatchKey| run != left_out;
            store
                .read(|tx| match_keys::find_many_where(tx, HERE, &[key("eb"), key("ea")], &may_hold))
                .unwrap()
        };
        assert_eq!(found(first), [vec![], vec![id(2)]]);
        assert_eq!(found(second), [vec![], vec![id(1)]]);
    });
}

#[test]
fn a_key_of_many_contacts_is_found_in_all_blocks_of_its_runs() {
    on_every_engine(|store, _| {
        // Keys before and after the one key that fills several blocks, and in the middle of each run.
        let keys = |from: u64| -> Vec<_> {
            let shared = (from..from + 900).map(|n| (key("p+12025550100"), id(n)));
            let own = (from..from + 900).map(|n| (key(&format!("p+1{n:09}0")), id(n)));
            let long = (from..from + 3).map(|n| (key(&format!("e{}", "x".repeat(3_000))), id(n)));
            shared.chain(own).chain(long).collect()
        };
        for from in [1, 901] {
            store.write(|tx| match_keys::insert_run(tx, HERE, keys(from))).unwrap();
        }
        let asked = [
            key("p+12025550100"),
            key("p+10000009010"),
            key("p+0"),
            key(&format!("e{}", "x".repeat(3_000))),
            key("p+9"),
        ];
        let found = store.read(|tx| match_keys::find_many(tx, HERE, &asked)).unwrap();
        assert_eq!(found[0], (1..=1_800).map(id).collect::<Vec<_>>());
        assert_eq!(found[1..3], [vec![id(901)], vec![]]);
        assert_eq!(found[3..], [[1, 2, 3, 901, 902, 903].map(id).to_vec(), vec![]]);
    });
}
