//! The trash.

use crate::{ELSEWHERE, HERE, id, imported, on_every_engine, typed};
use model::ContactId;
use store::contacts::ContactRow;
use store::contacts::trash::{self, Trashed};
use store::{Member, Store};

const ME: Member = Member(1);

fn deleted(contact: ContactRow, at: i64) -> Trashed {
    Trashed {
        contact,
        at,
        by: Member(7),
        shares: format!("[{at}]"),
    }
}

fn put(store: &Store, all: &[Trashed]) {
    store
        .write(|tx| {
            all.iter()
                .try_for_each(|trashed| trash::put_many(tx, HERE, std::slice::from_ref(trashed)))
        })
        .unwrap();
}

fn there(store: &Store) -> Vec<Trashed> {
    store.read(|tx| trash::page(tx, HERE, ME, None, 100)).unwrap()
}

#[test]
fn what_is_thrown_away_can_be_taken_out_as_it_was() {
    on_every_engine(|store, _| {
        let odd = ContactRow {
            version: i64::MIN,
            created_at: i64::MAX,
            body: format!("{{\"é🦀'; --\": \"%_\\\\ $1\"}}{}", "x".repeat(3_000_000)),
            ..typed(2)
        };
        let all = [deleted(imported(1), 5), deleted(odd, i64::MIN)];
        put(store, &all);
        assert_eq!(there(store), all);
        let get = |n| store.read(|tx| trash::get(tx, HERE, id(n))).unwrap();
        assert_eq!((get(2).as_ref(), get(3)), (Some(&all[1]), None));
        let take = |n| store.write(|tx| trash::take(tx, HERE, id(n))).unwrap();
        assert_eq!((take(2).as_ref(), take(2), take(3)), (Some(&all[1]), None, None));
        assert_eq!(there(store), all[..1]);
        store.write(|tx| trash::put_many(tx, HERE, &all)).unwrap();
        assert_eq!(there(store), all);
        let remove = |ids: &[ContactId]| store.write(|tx| trash::remove_many(tx, HERE, ids)).unwrap();
        assert_eq!(remove(&[id(1), id(2), id(3)]), 2);
        assert_eq!(there(store), []);
    });
}

#[test]
fn a_contact_thrown_away_again_takes_the_place_of_the_first() {
    on_every_engine(|store, _| {
        put(store, &[deleted(imported(1), 5), deleted(typed(1), 6)]);
        assert_eq!(there(store), [deleted(typed(1), 6)]);
    });
}

#[test]
fn the_trash_of_a_member_comes_in_pages() {
    on_every_engine(|store, _| {
        let of = |n, owner| ContactRow {
            owner: Member(owner),
            ..typed(n)
        };
        put(
            store,
            &[of(1, 1), of(2, 2), of(3, 1), of(4, 1)].map(|row| deleted(row, 5)),
        );
        let page = |owner, after: Option<u64>| {
            let read = store.read(|tx| trash::page(tx, HERE, Member(owner), after.map(id), 2));
            let ids = read.unwrap().into_iter().map(|t| t.contact.id);
            ids.collect::<Vec<_>>()
        };
        assert_eq!(page(1, None), [id(1), id(3)]);
        assert_eq!(page(1, Some(3)), [id(4)]);
        assert!(page(1, Some(4)).is_empty());
        assert_eq!(page(2, None), [id(2)]);
        assert!(page(3, None).is_empty());
        let owners = |ids: &[ContactId]| store.read(|tx| trash::owners(tx, HERE, ids)).unwrap();
        let asked = [id(1), id(2), id(9)];
        assert_eq!(owners(&asked), [(id(1), Member(1)), (id(2), Member(2))]);
        assert!(owners(&[]).is_empty());
        assert!(
            store
                .read(|tx| trash::owners(tx, ELSEWHERE, &asked))
                .unwrap()
                .is_empty()
        );
    });
}

#[test]
fn what_was_thrown_away_long_ago_is_forgotten() {
    on_every_engine(|store, _| {
        let all: Vec<_> = (1..=4).map(|n| deleted(typed(n), 10 * n.cast_signed())).collect();
        put(store, &all);
        let forget = |before, limit| store.write(|tx| trash::forget(tx, HERE, before, limit)).unwrap();
        assert_eq!(forget(10, 9), 0);
        assert_eq!(forget(40, 2), 2);
        assert_eq!(there(store), all[2..]);
        assert_eq!(forget(40, 9), 1);
        assert_eq!(there(store), all[3..]);
    });
}

#[test]
fn workspaces_have_a_trash_each() {
    on_every_engine(|store, _| {
        put(store, &[deleted(typed(1), 5)]);
        let theirs = deleted(typed(1), 6);
        store
            .write(|tx| trash::put_many(tx, ELSEWHERE, std::slice::from_ref(&theirs)))
            .unwrap();
        assert_eq!(there(store), [deleted(typed(1), 5)]);
        assert_eq!(store.write(|tx| trash::forget(tx, HERE, 100, 100)).unwrap(), 1);
        assert_eq!(store.read(|tx| trash::get(tx, HERE, id(1))).unwrap(), None);
        assert_eq!(store.write(|tx| trash::take(tx, HERE, id(1))).unwrap(), None);
        let page = store.read(|tx| trash::page(tx, ELSEWHERE, ME, None, 9)).unwrap();
        assert_eq!(page, [theirs]);
    });
}

#[test]
fn what_was_deleted_at_one_moment_is_found_again() {
    on_every_engine(|store, _| {
        let all = [
            deleted(typed(1), 5),
            deleted(typed(2), 6),
            deleted(typed(3), 5),
            deleted(typed(4), 5),
        ];
        put(store, &all);
        let at = |after, limit| {
            store
                .read(|tx| trash::page_at(tx, HERE, ME, 5, after, limit))
                .unwrap()
                .into_iter()
                .map(|trashed| trashed.contact.id)
                .collect::<Vec<_>>()
        };
        assert_eq!(at(None, 2), [id(1), id(3)]);
        assert_eq!(at(Some(id(3)), 9), [id(4)]);
        let of_another = store
            .read(|tx| trash::page_at(tx, HERE, Member(2), 5, None, 9))
            .unwrap();
        assert_eq!(of_another, []);
    });
}
