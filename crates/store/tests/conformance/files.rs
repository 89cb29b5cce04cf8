//! Database files: opened again, refused, or private.

use crate::{HERE, typed};
use rusqlite::Connection;
use std::fs;
use store::{Error, Store, contacts};

fn count(store: &Store) -> u64 {
    store.read(|tx| contacts::count(tx, HERE)).unwrap()
}

#[test]
fn a_file_keeps_what_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file:odd name?mode=memory.db");
    for n in 0..3 {
        let store = Store::open(&path).unwrap();
        assert_eq!(count(&store), n);
        store.write(|tx| contacts::insert_many(tx, HERE, &[typed(n)])).unwrap();
    }
    assert!(path.exists());
}

#[test]
fn two_stores_may_share_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.db");
    let stores: Vec<Store> = std::thread::scope(|scope| {
        let opening: Vec<_> = (0..4).map(|_| scope.spawn(|| Store::open(&path).unwrap())).collect();
        opening.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    std::thread::scope(|scope| {
        for (store, n) in stores.iter().zip(0..) {
            scope.spawn(move || {
                for m in 0..10 {
                    store
                        .write(|tx| contacts::insert_many(tx, HERE, &[typed(n * 10 + m)]))
                        .unwrap();
                }
            });
        }
    });
    assert_eq!(count(&stores[0]), 40);
}

#[test]
fn a_file_opens_while_somebody_writes_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.db");
    let store = Store::open(&path).unwrap();
    let seen = store.write(|tx| {
        contacts::insert_many(tx, HERE, &[typed(1)])?;
        Ok::<_, Error>(count(&Store::open(&path)?))
    });
    assert_eq!(seen.unwrap(), 0);
}

#[test]
fn damage_of_a_file_in_use_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.db");
    let store = Store::open(&path).unwrap();
    let many: Vec<_> = (0..2_000).map(typed).collect();
    store.write(|tx| contacts::insert_many(tx, HERE, &many)).unwrap();
    assert_eq!(store.damage().unwrap(), None);
    drop(store);
    // The log is not beside the file any more, so the file holds the whole database.
    let store = Store::open(&path).unwrap();
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 40_000].fill(0x5a);
    fs::write(&path, bytes).unwrap();
    assert!(store.damage().map_or(true, |damage| damage.is_some()));
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.csv");
    let text = "first_name,last_name\n".repeat(200);
    fs::write(&path, &text).unwrap();
    let opened = Store::open(&path);
    assert!(matches!(opened.err(), Some(Error::NotADatabase { .. })));
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn an_empty_file_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.db");
    drop(Store::open(&path).unwrap());
    fs::write(&path, "").unwrap();
    assert!(matches!(Store::open(&path).err(), Some(Error::EmptyFile { .. })));
    assert!(matches!(
        store::admin::inspect::file(&path).err(),
        Some(Error::EmptyFile { .. })
    ));
    assert_eq!(fs::metadata(&path).unwrap().len(), 0);
}

#[test]
fn an_empty_database_of_another_program_is_not_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    Connection::open(&path)
        .unwrap()
        .execute_batch("VACUUM; PRAGMA user_version = 3")
        .unwrap();
    let before = fs::read(&path).unwrap();
    assert!(matches!(Store::open(&path).err(), Some(Error::Foreign { .. })));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_a_database_or_its_log_or_its_backup() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.db");
    let store = Store::open(&path).unwrap();
    store.write(|tx| contacts::insert_many(tx, HERE, &[typed(1)])).unwrap();
    let backup = folder.path().join("backup.db");
    store.backup(&backup, store::ExistingBackup::Keep).unwrap();
    let files = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap());
    let files: Vec<_> = files
        .map(|file| (file.file_name(), file.metadata().unwrap().permissions().mode() & 0o777))
        .collect();
    assert!(
        files.len() >= 4,
        "database, log, index of the log and backup: {files:?}"
    );
    files
        .iter()
        .for_each(|(name, mode)| assert_eq!(*mode, 0o600, "{name:?}"));
}

#[test]
fn the_log_does_not_stay_as_large_as_a_long_read_made_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.db");
    let store = Store::open(&path).unwrap();
    let large = |n| store::contacts::ContactRow {
        body: "x".repeat(1 << 20),
        ..typed(n)
    };
    let write = |n| store.write(|tx| contacts::insert_many(tx, HERE, &[large(n)])).unwrap();
    let log = || fs::metadata(folder.path().join("contacts.db-wal")).unwrap().len();
    let grown = store.read(|tx| {
        contacts::count(tx, HERE)?;
        (0..40).for_each(write);
        Ok::<_, Error>(log())
    });
    assert!(grown.unwrap() > 40 << 20);
    // The next writers find the log copied into the database, and restart it.
    (40..60).for_each(write);
    assert!(log() <= 24 << 20, "{}", log());
}

#[test]
fn another_programs_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bookmarks.db");
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE bookmarks (url)")
        .unwrap();
    let before = fs::read(&path).unwrap();
    assert!(matches!(Store::open(&path).err(), Some(Error::Foreign { .. })));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_newer_schema_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.db");
    drop(Store::open(&path).unwrap());
    let newer = "INSERT INTO refinery_schema_history SELECT 999, 'later', applied_on, checksum
                 FROM refinery_schema_history WHERE version = 1";
    Connection::open(&path).unwrap().execute_batch(newer).unwrap();
    assert!(matches!(
        Store::open(&path).err(),
        Some(Error::NewerSchema { found: 999, .. })
    ));
}

#[test]
fn a_folder_or_a_missing_folder_is_no_database() {
    let folder = tempfile::tempdir().unwrap();
    for path in [
        folder.path().to_owned(),
        folder.path().join("missing/contacts.db"),
        "".into(),
    ] {
        let opened = Store::open(&path).err();
        assert!(matches!(opened, Some(Error::CannotOpen { .. })), "{opened:?}");
    }
}

#[test]
fn messages_hold_no_values_of_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.db");
    let store = Store::open(&path).unwrap();
    Connection::open(&path)
        .unwrap()
        .execute_batch("DROP TABLE contacts")
        .unwrap();
    let secret = store::contacts::ContactRow {
        body: "secret".to_owned(),
        ..typed(1)
    };
    let error = store
        .write(|tx| contacts::insert_many(tx, HERE, &[secret]))
        .unwrap_err();
    assert!(matches!(&error, Error::Sql { .. }), "{error}");
    assert!(!format!("{error} {error:?}").contains("secret"));
}
