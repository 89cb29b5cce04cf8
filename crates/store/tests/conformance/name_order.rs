//! The name order. How it is read is in `contacts.rs`.

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
