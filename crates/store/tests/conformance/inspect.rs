//! Facts about a database.

use crate::{HERE, options, typed};
use store::admin::inspect;
use store::{Error, Store, contacts};
use testbed::Database;

#[test]
fn a_file_says_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.db");
    assert!(inspect::file(&path).unwrap().is_none());
    assert!(!path.exists());
    let store = Store::open(&path).unwrap();
    store.write(|tx| contacts::insert_many(tx, HERE, &[typed(1)])).unwrap();
    let facts = inspect::file(&path).unwrap().unwrap();
    assert_eq!(facts.schema, Some(facts.newest_schema));
    assert_eq!(facts.damage, None);
    assert!(facts.size > 16 * 1024 && facts.version.starts_with('3'), "{facts:?}");
    let text = folder.path().join("contacts.csv");
    std::fs::write(&text, "First Name\n".repeat(200)).unwrap();
    assert!(matches!(inspect::file(&text), Err(Error::NotADatabase { .. })));
}

#[test]
fn a_server_says_what_it_is() {
    let nobody = inspect::server("postgres://ann@127.0.0.1:1/crm", &options());
    assert!(matches!(nobody, Err(Error::Unreachable { .. })));
    let name = inspect::name_of_server("postgres://ann:secret@db.example/crm?sslmode=disable");
    assert_eq!(name.unwrap(), "db.example:5432/crm");
    let Some(database) = Database::create() else { return };
    let empty = inspect::server(database.url(), &options()).unwrap();
    assert_eq!(empty.schema, None, "looking makes no tables");
    assert!(empty.extensions.iter().all(|(_, there, possible)| !there && *possible));
    drop(Store::connect(database.url(), &options()).unwrap());
    let facts = inspect::server(database.url(), &options()).unwrap();
    assert_eq!(facts.schema, Some(facts.newest_schema));
    assert!(facts.extensions.iter().all(|(_, there, _)| *there));
    assert!(facts.major >= 13 && facts.version.starts_with(&facts.major.to_string()));
    assert!((facts.encoding.as_str(), facts.encrypted) == ("UTF8", false));
    assert!(facts.size > 1_000_000 && facts.connections.0 > facts.connections.1);
    assert!(facts.clock > 1_700_000_000_000_000);
}
