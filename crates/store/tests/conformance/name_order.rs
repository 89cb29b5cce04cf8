//! The name order. Tests of reading it are in `contacts.rs`.

use crate::{HERE, id, on_every_engine, typed};
use store::contacts;
use store::contacts::name_order;

#[test]
fn names_are_added_once_and_deleted() {
    on_every_engine(|store, _| {
        let all = vec![("b".to_owned(), id(1)), ("a".to_owned(), id(2))];
        store
            .write(|tx| contacts::insert_many(tx, HERE, &[typed(1), typed(2)]))
            .unwrap();
        store
            .write(|tx| name_order::insert_many(tx, HERE, all.clone()))
            .unwrap();
        store.write(|tx| name_order::insert_many(tx, HERE, all)).unwrap();
        let order = || {
            let page = store.read(|tx| contacts::page_by_name(tx, HERE, None, 10)).unwrap();
            page.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        };
        assert_eq!(order(), ["a", "b"]);
        let some = vec![("a".to_owned(), id(2)), ("b".to_owned(), id(2))];
        assert_eq!(store.write(|tx| name_order::delete_many(tx, HERE, some)).unwrap(), 1);
        assert_eq!(order(), ["b"]);
    });
}

/// Returns the names of many contacts: some are equal and fill several blocks, one is empty, one is too long for a
/// block.
fn names(contacts: std::ops::Range<u64>) -> Vec<(String, model::ContactId)> {
    let name = |n: u64| match n % 7 {
        0 => "miller, anna".to_owned(),
        1 if n == 8 => "x".repeat(5_000),
        1 if n == 15 => String::new(),
        _ => format!("name {} é", n * 7_919 % 1_000),
    };
    contacts.map(|n| (name(n), id(n))).collect()
}

fn all_by_name(store: &store::Store, page: u64) -> Vec<(String, model::ContactId)> {
    let mut read: Vec<(String, model::ContactId)> = Vec::new();
    loop {
        let after = read.last().cloned();
        let page = store
            .read(|tx| contacts::page_by_name(tx, HERE, after.as_ref(), page))
            .unwrap();
        if page.is_empty() {
            return read;
        }
        read.extend(page.into_iter().map(|(name, row)| (name, row.id)));
    }
}

#[test]
fn names_of_runs_are_read_deleted_and_merged_as_others_are() {
    on_every_engine(|store, _| {
        let rows: Vec<_> = (1..=6_000).map(typed).collect();
        store.write(|tx| contacts::insert_many(tx, HERE, &rows)).unwrap();
        store
            .write(|tx| name_order::insert_many(tx, HERE, names(1..500)))
            .unwrap();
        for run in [500..1_500, 1_500..3_000, 3_000..4_500] {
            store.write(|tx| name_order::insert_run(tx, HERE, names(run))).unwrap();
        }
        let mut expected = names(1..4_500);
        expected.sort();
        assert_eq!(all_by_name(store, 700), expected);
        assert_eq!(all_by_name(store, 4_499), expected);

        let is_some = |entry: &(String, model::ContactId)| entry.1.as_u128().is_multiple_of(13);
        let (some, left): (Vec<_>, Vec<_>) = expected.into_iter().partition(is_some);
        let deleted = store
            .write(|tx| name_order::delete_many(tx, HERE, some.clone()))
            .unwrap();
        assert_eq!(deleted, some.len() as u64);
        assert_eq!(all_by_name(store, 700), left);

        store
            .write(|tx| name_order::insert_last(tx, HERE, names(4_500..6_000)))
            .unwrap();
        let mut expected = [left, names(4_500..6_000)].concat();
        expected.sort();
        assert_eq!(all_by_name(store, 700), expected);
    });
}

#[test]
fn names_of_one_batch_need_no_run() {
    on_every_engine(|store, _| {
        store
            .write(|tx| contacts::insert_many(tx, HERE, &[typed(1), typed(2)]))
            .unwrap();
        let both = vec![("b".to_owned(), id(1)), ("a".to_owned(), id(2))];
        store.write(|tx| name_order::insert_last(tx, HERE, both)).unwrap();
        let order: Vec<_> = all_by_name(store, 1).into_iter().map(|(name, _)| name).collect();
        assert_eq!(order, ["a", "b"]);
    });
}
