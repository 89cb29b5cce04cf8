//! Contacts: they are read as they were written, in pages, with edge cases of their values.

use crate::{ELSEWHERE, HERE, Opened, id, imported, on_every_engine, typed};
use proptest::prelude::*;
use store::contacts::name_order;
use store::contacts::shares::{self, Access, Grantee, Share};
use store::contacts::{self, ContactRow, Origin};
use store::{Error, ImportId, Member, RunId};

#[test]
fn contacts_come_back_as_they_went_in() {
    on_every_engine(|store, _| {
        // More rows than fit into one bulk statement, with a remainder.
        let rows: Vec<_> = (1..=250)
            .map(|n| if n % 2 == 0 { imported(n) } else { typed(n) })
            .collect();
        store.write(|tx| contacts::insert_many(tx, HERE, &rows)).unwrap();
        assert_eq!(store.read(|tx| contacts::count(tx, HERE)).unwrap(), 250);
        assert_eq!(store.read(|tx| contacts::page(tx, HERE, None, 1000)).unwrap(), rows);
        assert_eq!(
            store.read(|tx| contacts::get(tx, HERE, id(7))).unwrap().as_ref(),
            Some(&rows[6])
        );
        assert_eq!(store.read(|tx| contacts::get(tx, HERE, id(0))).unwrap(), None);
        let some = store
            .read(|tx| contacts::get_many(tx, HERE, &[id(9), id(0), id(3)]))
            .unwrap();
        assert_eq!(some, [rows[8].clone(), rows[2].clone()]);
        let owners = store
            .read(|tx| contacts::owners(tx, HERE, &[id(9), id(0), id(3)]))
            .unwrap();
        assert_eq!(owners, [(id(9), rows[8].owner), (id(3), rows[2].owner)]);
    });
}

#[test]
fn a_member_sees_their_own_and_what_is_shared() {
    on_every_engine(|store, _| {
        let rows: Vec<ContactRow> = (1..=6)
            .map(|n| ContactRow {
                owner: Member(if n > 4 { 2 } else { 1 }),
                ..typed(n)
            })
            .collect();
        let share = |n, to| Share {
            contact: id(n),
            to,
            access: Access::View,
            by: Member(1),
            at: 1,
        };
        let shares = [
            share(1, Grantee::Member(Member(2))),
            share(2, Grantee::Member(Member(3))),
            share(3, Grantee::Everyone),
            share(3, Grantee::Member(Member(2))),
        ];
        store
            .write(|tx| {
                contacts::insert_many(tx, HERE, &rows)?;
                shares::put_many(tx, HERE, &shares)?;
                shares::put_many(tx, ELSEWHERE, &[share(4, Grantee::Everyone)])
            })
            .unwrap();
        let seen = |after, limit| {
            let page = store.read(|tx| contacts::page_seen(tx, HERE, Member(2), after, limit));
            page.unwrap().into_iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(seen(None, 10), [id(1), id(3), id(5), id(6)]);
        assert_eq!(seen(Some(id(1)), 2), [id(3), id(5)]);
        let elsewhere = store.read(|tx| contacts::page_seen(tx, ELSEWHERE, Member(2), None, 10));
        assert_eq!(elsewhere.unwrap(), []);
    });
}

#[test]
fn an_id_can_be_given_once() {
    on_every_engine(|store, _| {
        store.write(|tx| contacts::insert_many(tx, HERE, &[typed(1)])).unwrap();
        let again = store.write(|tx| contacts::insert_many(tx, HERE, &[typed(1)]));
        assert!(matches!(again, Err(Error::Conflict { .. })), "{again:?}");
    });
}

#[test]
fn no_rows_are_no_problem() {
    on_every_engine(|store, _| {
        store.write(|tx| contacts::insert_many(tx, HERE, &[])).unwrap();
        assert_eq!(store.write(|tx| contacts::delete_many(tx, HERE, &[])).unwrap(), 0);
        assert!(store.read(|tx| contacts::get_many(tx, HERE, &[])).unwrap().is_empty());
        assert!(store.read(|tx| contacts::page(tx, HERE, None, 10)).unwrap().is_empty());
        assert_eq!(store.read(|tx| contacts::count(tx, HERE)).unwrap(), 0);
    });
}

#[test]
fn what_a_preview_writes_reads_back_as_its_own() {
    on_every_engine(|store, _| {
        let previewed = ContactRow {
            created_by: Some(Origin {
                run: RunId::Preview,
                line: 7,
            }),
            written_by: Some(RunId::Preview),
            ..imported(1)
        };
        store
            .write(|tx| contacts::insert_many(tx, HERE, std::slice::from_ref(&previewed)))
            .unwrap();
        let stored = store.read(|tx| contacts::get(tx, HERE, id(1))).unwrap();
        assert_eq!(stored, Some(previewed));
    });
}

#[test]
fn an_update_keeps_how_the_contact_came_to_be() {
    on_every_engine(|store, _| {
        store
            .write(|tx| contacts::insert_many(tx, HERE, &[imported(1)]))
            .unwrap();
        let changed = ContactRow {
            owner: Member(2),
            version: 200,
            created_at: 999,
            created_by: None,
            made_by: None,
            written_by: None,
            edited_by: None,
            body: "{}".to_owned(),
            ..imported(1)
        };
        let update =
            |workspace, rows: &[ContactRow]| store.write(|tx| contacts::update_many(tx, workspace, rows)).unwrap();
        assert_eq!(update(HERE, &[]), 0);
        assert_eq!(update(HERE, &[changed.clone(), typed(2)]), 1);
        assert_eq!(update(ELSEWHERE, std::slice::from_ref(&changed)), 0);
        let stored = store.read(|tx| contacts::get(tx, HERE, id(1))).unwrap().unwrap();
        let expected = ContactRow {
            created_at: 100,
            created_by: imported(1).created_by,
            ..changed
        };
        assert_eq!(stored, expected);
    });
}

#[test]
fn contacts_are_replaced_where_they_are_and_added_where_they_are_not() {
    on_every_engine(|store, _| {
        let (was, stays) = (typed(1), typed(2));
        let becomes = ContactRow {
            owner: Member(9),
            ..was.clone()
        };
        let new = typed(3);
        store
            .write(|tx| {
                contacts::insert_many(tx, HERE, &[was, stays.clone()])?;
                contacts::insert_many(tx, ELSEWHERE, std::slice::from_ref(&stays))?;
                contacts::replace_many(tx, HERE, &[])?;
                contacts::replace_many(tx, HERE, &[becomes.clone(), new.clone()])
            })
            .unwrap();
        let all = |workspace| store.read(|tx| contacts::page(tx, workspace, None, 9)).unwrap();
        assert_eq!(all(HERE), [becomes, stays.clone(), new]);
        assert_eq!(all(ELSEWHERE), [stays]);
    });
}

#[test]
fn deleted_contacts_are_gone() {
    on_every_engine(|store, _| {
        let rows: Vec<_> = (1..=3).map(typed).collect();
        store.write(|tx| contacts::insert_many(tx, HERE, &rows)).unwrap();
        assert_eq!(
            store
                .write(|tx| contacts::delete_many(tx, HERE, &[id(1), id(3), id(9)]))
                .unwrap(),
            2
        );
        assert_eq!(ids(&store.read(|tx| contacts::page(tx, HERE, None, 10)).unwrap()), [2]);
    });
}

#[test]
fn pages_go_on_where_the_last_one_ended() {
    on_every_engine(|store, _| {
        let rows: Vec<_> = (1..=5).map(typed).collect();
        store.write(|tx| contacts::insert_many(tx, HERE, &rows)).unwrap();
        let page = |after: Option<u64>| ids(&store.read(|tx| contacts::page(tx, HERE, after.map(id), 2)).unwrap());
        assert_eq!(page(None), [1, 2]);
        assert_eq!(page(Some(2)), [3, 4]);
        assert_eq!(page(Some(4)), [5]);
        assert!(page(Some(5)).is_empty());
    });
}

#[test]
fn pages_by_name_follow_the_names() {
    on_every_engine(|store, _| {
        let rows: Vec<_> = (1..=5).map(typed).collect();
        let names = vec![("b", 1), ("", 2), ("a", 3), ("b", 4), ("é", 5)];
        let names = names.into_iter().map(|(name, n)| (name.to_owned(), id(n))).collect();
        store
            .write(|tx| {
                contacts::insert_many(tx, HERE, &rows)?;
                name_order::insert_many(tx, HERE, names)
            })
            .unwrap();
        let mut after = None;
        let mut order = Vec::new();
        for size in [2, 2, 1] {
            let page = store
                .read(|tx| contacts::page_by_name(tx, HERE, after.as_ref(), 2))
                .unwrap();
            assert_eq!(page.len(), size);
            order.extend(page.iter().map(|(name, row)| (name.clone(), row.id.as_u128() & 0xf)));
            after = page.last().map(|(name, row)| (name.clone(), row.id));
        }
        let order: Vec<_> = order.iter().map(|(name, n)| (name.as_str(), *n)).collect();
        assert_eq!(order, [("", 2), ("a", 3), ("b", 1), ("b", 4), ("é", 5)]);
        assert!(
            store
                .read(|tx| contacts::page_by_name(tx, HERE, after.as_ref(), 2))
                .unwrap()
                .is_empty()
        );
        assert!(
            store
                .read(|tx| contacts::page_by_name(tx, ELSEWHERE, None, 2))
                .unwrap()
                .is_empty()
        );
    });
}

#[test]
fn contacts_of_an_import_are_distinguished_from_others_between_them() {
    on_every_engine(|store, _| {
        let other = |n| ContactRow {
            created_by: Some(Origin {
                run: RunId::Import(ImportId(2)),
                line: 1,
            }),
            ..imported(n)
        };
        let rows = [
            imported(1),
            imported(2),
            typed(3),
            imported(4),
            other(5),
            imported(6),
            imported(7),
        ];
        store.write(|tx| contacts::insert_many(tx, HERE, &rows)).unwrap();
        let page = |after: Option<u64>| {
            let range = (id(2), id(6));
            let read = store.read(|tx| contacts::page_created_by(tx, HERE, ImportId(1), range, after.map(id), 2));
            ids(&read.unwrap())
        };
        assert_eq!(page(None), [2, 4]);
        assert_eq!(page(Some(4)), [6]);
        assert!(page(Some(6)).is_empty());
    });
}

#[test]
fn workspaces_do_not_see_each_other() {
    on_every_engine(|store, _| {
        let theirs = ContactRow {
            body: "theirs".to_owned(),
            ..typed(1)
        };
        store.write(|tx| contacts::insert_many(tx, HERE, &[typed(1)])).unwrap();
        // The same id may exist in both workspaces.
        store
            .write(|tx| contacts::insert_many(tx, ELSEWHERE, std::slice::from_ref(&theirs)))
            .unwrap();
        assert_eq!(store.write(|tx| contacts::delete_many(tx, HERE, &[id(1)])).unwrap(), 1);
        assert_eq!(
            store.read(|tx| contacts::page(tx, ELSEWHERE, None, 10)).unwrap(),
            [theirs]
        );
        assert_eq!(store.read(|tx| contacts::count(tx, HERE)).unwrap(), 0);
    });
}

#[test]
fn edges_of_values_are_kept() {
    on_every_engine(|store, _| {
        let edge = |n, owner, version, line, body: String| ContactRow {
            owner: Member(owner),
            version,
            created_at: version,
            created_by: Some(Origin {
                run: RunId::Import(ImportId(i64::MAX)),
                line,
            }),
            body,
            ..imported(n)
        };
        let rows = [
            edge(1, 0, i64::MIN, 0, String::new()),
            edge(2, i64::MAX, i64::MAX, i64::MAX.unsigned_abs(), "x".repeat(3_000_000)),
            edge(
                3,
                -1,
                0,
                1,
                "'; DROP TABLE contacts; -- \"$1\" ? \\ \u{feff}\u{202e}é🦀\r\n\t".to_owned(),
            ),
        ];
        store.write(|tx| contacts::insert_many(tx, HERE, &rows)).unwrap();
        assert_eq!(store.read(|tx| contacts::page(tx, HERE, None, 10)).unwrap(), rows);
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    // PostgreSQL cannot store NUL in a text; `model` rejects it, so no body here contains it.
    #[test]
    fn any_body_comes_back(body in "[^\0]{0,40}", bytes in any::<[u8; 16]>(), version in any::<i64>()) {
        let opened = Opened::sqlite();
        let store = &opened.store;
        let row = ContactRow { id: uuid::Uuid::from_bytes(bytes), version, body, ..imported(1) };
        store.write(|tx| contacts::insert_many(tx, HERE, std::slice::from_ref(&row))).unwrap();
        prop_assert_eq!(store.read(|tx| contacts::get(tx, HERE, row.id)).unwrap(), Some(row));
    }
}

fn ids(rows: &[ContactRow]) -> Vec<u128> {
    rows.iter().map(|row| row.id.as_u128() - id(0).as_u128()).collect()
}

#[test]
fn ids_between_two_come_in_order() {
    on_every_engine(|store, _| {
        let rows: Vec<_> = (1..=5).map(typed).collect();
        store.write(|tx| contacts::insert_many(tx, HERE, &rows)).unwrap();
        store.write(|tx| contacts::insert_many(tx, ELSEWHERE, &rows)).unwrap();
        let between = |first, last, limit| {
            store
                .read(|tx| contacts::ids_between(tx, HERE, (id(first), id(last)), limit))
                .unwrap()
        };
        assert_eq!(between(2, 4, 10), [id(2), id(3), id(4)]);
        assert_eq!(between(2, 9, 2), [id(2), id(3)]);
        assert_eq!(between(6, 9, 2), Vec::<model::ContactId>::new());
    });
}
