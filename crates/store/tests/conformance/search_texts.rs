//! Search texts.

use crate::{ELSEWHERE, HERE, Opened, id, on_every_engine, typed};
use proptest::prelude::*;
use store::contacts::search_texts::{self, SearchText, Word};
use store::contacts::{self, ContactRow};
use store::{Error, Store, Workspace};

/// Returns the search text of the `n`th contact, with the version that [`typed`] gives it.
fn text(n: u64, text: &str) -> SearchText {
    SearchText {
        contact: id(n),
        version: typed(n).version,
        text: text.to_owned(),
    }
}

/// Adds the contacts 1, 2, ... with these texts.
fn fill(store: &Store, workspace: Workspace, all: &[&str]) {
    let texts: Vec<_> = all.iter().zip(1..).map(|(words, n)| text(n, words)).collect();
    let rows: Vec<_> = (1..=all.len() as u64).map(typed).collect();
    store
        .write(|tx| {
            contacts::insert_many(tx, workspace, &rows)?;
            search_texts::set_many(tx, workspace, &texts)
        })
        .unwrap();
}

fn word(text: &str) -> Word {
    Word {
        text: text.to_owned(),
        digits: None,
    }
}

fn numbers(rows: &[ContactRow]) -> Vec<u128> {
    rows.iter().map(|row| row.id.as_u128() - id(0).as_u128()).collect()
}

fn found(store: &Store, words: &[Word]) -> Vec<u128> {
    numbers(
        &store
            .read(|tx| search_texts::search(tx, HERE, words, None, 100))
            .unwrap(),
    )
}

fn stale(store: &Store) -> Vec<u128> {
    numbers(&store.read(|tx| search_texts::page_stale(tx, HERE, None, 100)).unwrap())
}

#[test]
fn every_word_must_occur() {
    on_every_engine(|store, _| {
        fill(
            store,
            HERE,
            &["ann ivers\nacme", "ann oduya", "zoe ångström\n王小明", ""],
        );
        assert_eq!(found(store, &[word("ann")]), [1, 2]);
        assert_eq!(found(store, &[word("acme"), word("nn iv")]), [1]);
        assert_eq!(found(store, &[word("oduya"), word("acme")]), []);
        assert_eq!(found(store, &[word("ngström"), word("小")]), [3]);
        assert_eq!(found(store, &[word("ivers acme")]), []);
        assert_eq!(found(store, &[]), [1, 2, 3, 4]);
        assert_eq!(found(store, &[word("")]), [1, 2, 3, 4]);
        let row = store
            .read(|tx| search_texts::search(tx, HERE, &[word("oduya")], None, 9))
            .unwrap();
        assert_eq!(row, [typed(2)]);
    });
}

#[test]
fn a_number_may_occur_as_its_digits() {
    on_every_engine(|store, _| {
        fill(store, HERE, &["+12025550101;ext=5", "202 555 0101", "202 555"]);
        let number = Word {
            text: "202 555 0101".to_owned(),
            digits: Some("2025550101".to_owned()),
        };
        assert_eq!(found(store, std::slice::from_ref(&number)), [1, 2]);
        assert_eq!(found(store, &[number.clone(), word("ext=5")]), [1]);
        assert_eq!(found(store, &[word("555"), number]), [1, 2]);
    });
}

#[test]
fn wildcards_stand_for_themselves() {
    on_every_engine(|store, _| {
        fill(
            store,
            HERE,
            &["100% wool", "100 wool", "a_b", "axb", r"c:\temp", "c:temp", "'\"$1?"],
        );
        for (text, expected) in [
            ("%", &[1][..]),
            ("0% w", &[1]),
            ("_", &[3]),
            ("a_b", &[3]),
            (r"\", &[5]),
            (r"\t", &[5]),
            (r"\%", &[]),
            ("'", &[7]),
            ("$1?", &[7]),
        ] {
            assert_eq!(found(store, &[word(text)]), expected, "{text}");
        }
    });
}

#[test]
fn long_texts_and_words_are_found() {
    on_every_engine(|store, _| {
        let long = "wörd ".repeat(200_000) + "needle";
        fill(store, HERE, &[&long, "needle"]);
        assert_eq!(found(store, &[word(&"wörd ".repeat(1000))]), [1]);
        assert_eq!(found(store, &[word("needle")]), [1, 2]);
        let many = vec![word("needle"); 100];
        assert_eq!(found(store, &many), [1, 2]);
    });
}

#[test]
fn searching_goes_on_where_the_last_page_ended() {
    on_every_engine(|store, _| {
        fill(store, HERE, &["a", "b", "a", "a"]);
        let page = |after: Option<u64>| {
            let read = store.read(|tx| search_texts::search(tx, HERE, &[word("a")], after.map(id), 2));
            numbers(&read.unwrap())
        };
        assert_eq!(page(None), [1, 3]);
        assert_eq!(page(Some(3)), [4]);
        assert!(page(Some(4)).is_empty());
    });
}

#[test]
fn a_text_of_another_version_does_not_count() {
    on_every_engine(|store, _| {
        fill(store, HERE, &["a", "a", "a"]);
        assert!(stale(store).is_empty());
        let newer = ContactRow {
            version: 101,
            ..typed(2)
        };
        store
            .write(|tx| {
                contacts::insert_many(tx, HERE, &[typed(4)])?;
                contacts::update_many(tx, HERE, std::slice::from_ref(&newer))
            })
            .unwrap();
        assert_eq!((stale(store), found(store, &[word("a")])), (vec![2, 4], vec![1, 3]));
        let page = |after: Option<u64>| {
            let read = store.read(|tx| search_texts::page_stale(tx, HERE, after.map(id), 1));
            read.unwrap()
        };
        assert_eq!((page(None), page(Some(2))), (vec![newer.clone()], vec![typed(4)]));
        assert!(page(Some(4)).is_empty());
        let current = SearchText {
            version: 101,
            ..text(2, "b")
        };
        store
            .write(|tx| search_texts::set_many(tx, HERE, &[current, text(4, "b")]))
            .unwrap();
        assert!(stale(store).is_empty());
        assert_eq!(
            (found(store, &[word("a")]), found(store, &[word("b")])),
            (vec![1, 3], vec![2, 4])
        );
    });
}

#[test]
fn deleted_texts_are_missing_and_those_of_nobody_are_not_found() {
    on_every_engine(|store, _| {
        fill(store, HERE, &["a", "a", "a"]);
        let deleted = store
            .write(|tx| search_texts::delete_many(tx, HERE, &[id(1), id(9)]))
            .unwrap();
        assert_eq!((deleted, stale(store)), (1, vec![1]));
        store.write(|tx| contacts::delete_many(tx, HERE, &[id(2)])).unwrap();
        assert_eq!((found(store, &[word("a")]), stale(store)), (vec![3], vec![1]));
    });
}

#[test]
fn a_contact_has_one_text() {
    on_every_engine(|store, _| {
        let twice = store.write(|tx| search_texts::set_many(tx, HERE, &[text(1, "a"), text(1, "b")]));
        assert!(matches!(twice, Err(Error::Conflict { .. })), "{twice:?}");
    });
    on_every_engine(|store, _| {
        store.write(|tx| search_texts::set_many(tx, HERE, &[])).unwrap();
        assert!(stale(store).is_empty());
    });
}

#[test]
fn workspaces_do_not_find_each_other() {
    on_every_engine(|store, _| {
        fill(store, HERE, &["a"]);
        fill(store, ELSEWHERE, &["b", "a"]);
        assert_eq!(
            (found(store, &[word("a")]), found(store, &[word("b")])),
            (vec![1], vec![])
        );
        // A text in another workspace makes no contact of this one current.
        store.write(|tx| search_texts::delete_many(tx, HERE, &[id(1)])).unwrap();
        assert_eq!((stale(store), found(store, &[])), (vec![1], vec![]));
        let theirs = store
            .read(|tx| search_texts::search(tx, ELSEWHERE, &[], None, 9))
            .unwrap();
        assert_eq!(numbers(&theirs), [1, 2]);
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    // In lower case, because texts and words are.
    #[test]
    fn what_occurs_is_found(texts in prop::collection::vec("[ab%_\\\\é]{0,6}", 1..6), words in prop::collection::vec("[ab%_\\\\é]{0,2}", 0..3)) {
        let opened = Opened::sqlite();
        let store = &opened.store;
        fill(store, HERE, &texts.iter().map(String::as_str).collect::<Vec<_>>());
        let occur = |text: &String| words.iter().all(|word| text.contains(word));
        let expected: Vec<u128> = texts.iter().zip(1..).filter(|(text, _)| occur(text)).map(|(_, n)| n).collect();
        prop_assert_eq!(found(store, &words.iter().map(|text| word(text)).collect::<Vec<_>>()), expected);
    }
}
