//! Backups of a database that is in use.

use crate::{ENGINES, HERE, SMALL_IMPORT, id, typed};
use rusqlite::Connection;
use std::fs;
use std::path::Path;
use store::imports::leases;
use store::workspace::workspaces;
use store::{Error, ExistingBackup, ImportId, Store, contacts, imports};

fn count(store: &Store) -> u64 {
    store.read(|tx| contacts::count(tx, HERE)).unwrap()
}

fn add(store: &Store, n: u64) {
    store.write(|tx| contacts::insert_many(tx, HERE, &[typed(n)])).unwrap();
}

fn opened(folder: &Path) -> Store {
    Store::open(&folder.join("contacts.db")).unwrap()
}

#[test]
fn going_back_while_others_have_the_database_open() {
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("backup.db");
    let (store, other) = (opened(folder.path()), opened(folder.path()));
    (0..300).for_each(|n| add(&store, n));
    store
        .write(|tx| {
            add_import(tx)?;
            // A backup may be written while another connection writes.
            other.backup(&backup, ExistingBackup::Keep)
        })
        .unwrap();
    assert_eq!(store.read(|tx| imports::list(tx, HERE)).unwrap().len(), 1);
    (300..600).for_each(|n| add(&other, n));
    let seen = other.read(|tx| {
        let before = contacts::count(tx, HERE)?;
        store.restore(&backup)?;
        assert_eq!(
            contacts::count(tx, HERE)?,
            before,
            "who reads keeps the moment that it reads"
        );
        Ok::<_, Error>(before)
    });
    assert_eq!(seen.unwrap(), 600);
    for store in [&store, &other, &opened(folder.path())] {
        assert_eq!(count(store), 300);
        assert_eq!(store.read(|tx| imports::list(tx, HERE)).unwrap().len(), 0);
    }
    add(&other, 700);
    assert_eq!(count(&store), 301);
    // The database is still in WAL mode, and no other file is left beside it.
    let files: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert!(
        files.iter().all(|name| !name.to_string_lossy().ends_with("restored")),
        "{files:?}"
    );
}

fn add_import(tx: &mut store::Tx<'_>) -> Result<ImportId, Error> {
    workspaces::ensure_local(tx, 1)?;
    imports::create(tx, HERE, &SMALL_IMPORT, 1)
}

#[test]
fn nobody_runs_an_import_after_going_back() {
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("backup.db");
    let store = opened(folder.path());
    let import = store.write(add_import).unwrap();
    assert!(store.write(|tx| leases::take(tx, HERE, import, "a", None)).unwrap());
    store.backup(&backup, ExistingBackup::Keep).unwrap();
    store.restore(&backup).unwrap();
    assert!(!store.write(|tx| leases::fence(tx, HERE, import, "a")).unwrap());
    assert!(store.read(|tx| leases::list(tx, HERE)).unwrap().is_empty());
}

#[test]
fn a_backup_replaces_a_backup_only_when_asked_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(folder.path());
    let backup = folder.path().join("backup.db");
    add(&store, 0);
    store.backup(&backup, ExistingBackup::Keep).unwrap();
    let first = fs::read(&backup).unwrap();
    add(&store, 1);
    let refused = store.backup(&backup, ExistingBackup::Keep);
    assert!(matches!(refused, Err(Error::BackupExists { .. })), "{refused:?}");
    assert_eq!(fs::read(&backup).unwrap(), first);
    store.backup(&backup, ExistingBackup::Replace).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let other = opened(elsewhere.path());
    other.restore(&backup).unwrap();
    assert_eq!(other.read(|tx| contacts::get(tx, HERE, id(1))).unwrap(), Some(typed(1)));
    let table = folder.path().join("contacts.csv");
    fs::write(&table, "First Name\n").unwrap();
    assert!(matches!(
        store.backup(&table, ExistingBackup::Keep),
        Err(Error::NoBackup { .. })
    ));
    assert_eq!(fs::read_to_string(&table).unwrap(), "First Name\n");
    let nowhere = folder.path().join("missing").join("backup.db");
    assert!(store.backup(&nowhere, ExistingBackup::Keep).is_err());
}

#[test]
fn a_backup_removes_what_a_killed_one_left() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(folder.path());
    let backup = folder.path().join("backup.db");
    let left = ["backup.db.part", "backup.db.part-journal"].map(|name| folder.path().join(name));
    left.iter().for_each(|file| fs::write(file, "half").unwrap());
    store.backup(&backup, ExistingBackup::Keep).unwrap();
    left.iter()
        .for_each(|file| assert!(!file.exists(), "{}", file.display()));
}

#[test]
fn what_is_no_backup_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(folder.path());
    add(&store, 1);
    let text = folder.path().join("contacts.csv");
    fs::write(&text, "First Name\n".repeat(200)).unwrap();
    assert!(matches!(store.restore(&text), Err(Error::NotADatabase { .. })));
    let foreign = folder.path().join("bookmarks.db");
    Connection::open(&foreign)
        .unwrap()
        .execute_batch("CREATE TABLE bookmarks (url)")
        .unwrap();
    assert!(matches!(store.restore(&foreign), Err(Error::Foreign { .. })));
    let missing = folder.path().join("missing.db");
    assert!(matches!(store.restore(&missing), Err(Error::CannotOpen { .. })));
    let newer = folder.path().join("newer.db");
    store.backup(&newer, ExistingBackup::Keep).unwrap();
    let later = "INSERT INTO refinery_schema_history SELECT 999, 'later', applied_on, checksum
                 FROM refinery_schema_history WHERE version = 1";
    Connection::open(&newer).unwrap().execute_batch(later).unwrap();
    assert!(matches!(store.restore(&newer), Err(Error::NewerSchema { .. })));
    assert_eq!(count(&store), 1);
}

#[test]
fn a_server_backs_itself_up() {
    let postgres = ENGINES.iter().find(|engine| engine.name == "PostgreSQL").unwrap();
    let Some(opened) = (postgres.open)() else { return };
    let file = Path::new("backup.db");
    assert!(matches!(
        opened.store.backup(file, ExistingBackup::Keep),
        Err(Error::NotAFile)
    ));
    assert!(matches!(opened.store.restore(file), Err(Error::NotAFile)));
}
