//! Custom fields, and the migration that made fields of names that contacts already used.

use crate::{ELSEWHERE, HERE, on_every_engine, options, typed};
use rusqlite::Connection;
use store::contacts::ContactRow;
use store::contacts::trash::{self, Trashed};
use store::workspace::custom_fields::{self, FieldId, NewField};
use store::workspace::workspaces;
use store::{Member, Store, contacts};
use testbed::Database;

pub const SHOE: NewField<'_> = NewField {
    name: "Shoe size",
    kind: "number",
    choices: "{}",
};

#[test]
fn fields_stand_in_order_and_archived_ones_last() {
    on_every_engine(|store, _| {
        let add = |workspace, name| {
            let field = NewField { name, ..SHOE };
            store.write(|tx| custom_fields::add(tx, workspace, &field, 5)).unwrap()
        };
        assert_eq!(
            [add(HERE, "a"), add(HERE, "b"), add(HERE, "c")].map(|id| id.0),
            [1, 2, 3]
        );
        assert_eq!(add(ELSEWHERE, "z"), FieldId(1));
        let names = || -> Vec<String> {
            let list = store.read(|tx| custom_fields::list(tx, HERE)).unwrap();
            list.into_iter().map(|field| field.name).collect()
        };
        assert_eq!(names(), ["a", "b", "c"]);
        store
            .write(|tx| {
                assert!(custom_fields::set_position(tx, HERE, FieldId(3), 0)?);
                assert!(custom_fields::set_archived(tx, HERE, FieldId(1), Some(9))?);
                assert!(custom_fields::set_choices(tx, HERE, FieldId(2), "[1]")?);
                assert!(!custom_fields::set_archived(tx, HERE, FieldId(7), Some(9))?);
                assert!(!custom_fields::set_position(tx, HERE, FieldId(7), 1)?);
                assert!(!custom_fields::set_choices(tx, HERE, FieldId(7), "")?);
                Ok::<_, store::Error>(())
            })
            .unwrap();
        assert_eq!(names(), ["c", "b", "a"]);
        let list = store.read(|tx| custom_fields::list(tx, HERE)).unwrap();
        assert_eq!((list[1].choices.as_str(), list[1].kind.as_str()), ("[1]", "number"));
        assert_eq!((list[2].archived_at, list[2].created_at), (Some(9), 5));
        store
            .write(|tx| custom_fields::set_archived(tx, HERE, FieldId(1), None))
            .unwrap();
        assert_eq!(names(), ["c", "a", "b"]);
    });
}

fn fill(store: &Store) {
    let with = |n, custom: &str| ContactRow {
        body: format!(r#"{{"first_name":"A","custom":{{{custom}}}}}"#),
        ..typed(n)
    };
    store.write(|tx| workspaces::ensure_local(tx, 5)).unwrap();
    store
        .write(|tx| {
            contacts::insert_many(
                tx,
                HERE,
                &[
                    with(1, r#""Shoe \"size\"":"42","Größe":"1""#),
                    with(2, r#""Größe":"2""#),
                    typed(3),
                ],
            )?;
            let trashed = Trashed {
                contact: with(4, r#""Only in the trash":"1""#),
                at: 7,
                by: Member(1),
                shares: String::new(),
            };
            trash::put_many(tx, HERE, std::slice::from_ref(&trashed))
        })
        .unwrap();
}

fn is_filled(store: &Store) {
    let list = store.read(|tx| custom_fields::list(tx, HERE)).unwrap();
    let names: Vec<(i64, &str, &str)> = list
        .iter()
        .map(|f| (f.id.0, f.name.as_str(), f.kind.as_str()))
        .collect();
    assert_eq!(
        names,
        [
            (1, "Größe", "text"),
            (2, "Only in the trash", "text"),
            (3, "Shoe \"size\"", "text")
        ]
    );
}

/// Returns the statement of a migration that makes fields of names.
fn statement(migration: &str) -> &str {
    &migration[migration.find("INSERT INTO").unwrap()..]
}

#[test]
fn names_that_contacts_use_become_fields() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.db");
    let store = Store::open(&path).unwrap();
    fill(&store);
    let sql = statement(include_str!("../../migrations/sqlite/V10__fields_and_settings.sql"));
    Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    is_filled(&store);

    let Some(database) = Database::create() else { return };
    let store = Store::connect(database.url(), &options()).unwrap();
    fill(&store);
    database.execute(statement(include_str!(
        "../../migrations/postgres/V10__fields_and_settings.sql"
    )));
    is_filled(&store);
}
