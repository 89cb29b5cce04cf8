//! PostgreSQL servers: reachable or not, suitable or not, and brought up to date once. Nothing is tested without a
//! server.

use crate::{HERE, options, typed};
use store::{Error, Store, contacts};
use testbed::Database;

fn count(store: &Store) -> u64 {
    store.read(|tx| contacts::count(tx, HERE)).unwrap()
}

#[test]
fn a_database_keeps_what_was_written() {
    let Some(database) = Database::create() else { return };
    for n in 0..3 {
        let store = Store::connect(database.url(), &options()).unwrap();
        assert_eq!(count(&store), n);
        store.write(|tx| contacts::insert_many(tx, HERE, &[typed(n)])).unwrap();
    }
}

/// Other tests reuse databases after deleting their rows, so they would not notice a migration that leaves rows behind.
#[test]
fn a_new_database_has_no_rows() {
    let Some(database) = Database::create() else { return };
    drop(Store::connect(database.url(), &options()).unwrap());
    database.execute(
        "DO $$
         DECLARE found regclass; has_rows boolean;
         BEGIN
             FOR found IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
                 EXECUTE 'SELECT EXISTS (SELECT FROM ' || found || ')' INTO has_rows;
                 ASSERT has_rows = (found::text = 'refinery_schema_history'), found::text;
             END LOOP;
         END $$",
    );
}

#[test]
fn many_processes_may_start_at_once() {
    let Some(database) = Database::create() else { return };
    let url = database.url();
    std::thread::scope(|scope| {
        let starting: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| count(&Store::connect(url, &options()).unwrap())))
            .collect();
        assert!(starting.into_iter().all(|thread| thread.join().unwrap() == 0));
    });
}

#[test]
fn a_process_that_hangs_while_it_starts_keeps_nobody_from_starting() {
    let Some(database) = Database::create() else { return };
    drop(Store::connect(database.url(), &options()).unwrap());
    // The lock under which the schema is brought up to date.
    database.while_locked(0x4372_516F, || {
        assert_eq!(count(&Store::connect(database.url(), &options()).unwrap()), 0);
    });
}

#[test]
fn a_newer_schema_is_refused() {
    let Some(database) = Database::create() else { return };
    drop(Store::connect(database.url(), &options()).unwrap());
    database.execute(
        "INSERT INTO refinery_schema_history SELECT 999, 'later', applied_on, checksum
         FROM refinery_schema_history WHERE version = 1",
    );
    let opened = Store::connect(database.url(), &options()).err();
    assert!(
        matches!(opened, Some(Error::NewerSchema { found: 999, .. })),
        "{opened:?}"
    );
}

#[test]
fn a_user_without_the_right_to_make_tables_may_use_what_is_up_to_date() {
    let Some(database) = Database::create() else { return };
    drop(Store::connect(database.url(), &options()).unwrap());
    let role = database.url().rsplit('/').next().unwrap().replace("test", "reader");
    database.execute(&format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'x'; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"
    ));
    let (_, server) = database.url().split_once('@').unwrap();
    let store = Store::connect(&format!("postgres://{role}:x@{server}"), &options()).unwrap();
    let many: Vec<_> = (0..500).map(typed).collect();
    store.write(|tx| contacts::insert_many(tx, HERE, &many)).unwrap();
    assert_eq!(count(&store), 500);
    drop(store);
    database.execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

#[test]
fn an_unreachable_server_is_reported_without_the_password() {
    let told = |address: &str| {
        let error = Store::connect(address, &options()).err().unwrap();
        let said = format!("{error} {error:?}");
        assert!(!said.contains("secret"), "{said}");
        error
    };
    // No server listens on port 1.
    let error = told("postgres://ann:secret@127.0.0.1:1/crm");
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().contains("127.0.0.1:1/crm"), "{error}");
    let Some(database) = Database::create() else { return };
    let missing = format!("{}_missing", database.url());
    assert!(told(&missing).to_string().contains("does not exist"));
    // The test server does not support encryption, so requiring it fails.
    let encrypted = format!("{}?sslmode=require", database.url());
    assert!(matches!(told(&encrypted), Error::Unreachable { .. }));
}

#[test]
fn a_database_of_another_encoding_is_refused() {
    let Some(database) = Database::create() else { return };
    let name = database.url().rsplit('/').next().unwrap();
    database.execute(&format!(
        "CREATE DATABASE {name}_latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    ));
    let opened = Store::connect(&format!("{}_latin", database.url()), &options()).err();
    assert!(matches!(opened, Some(Error::Unsuitable(_))), "{opened:?}");
    database.execute(&format!("DROP DATABASE {name}_latin"));
}

#[test]
fn a_connection_that_was_lost_is_made_again() {
    let Some(database) = Database::create() else { return };
    let store = Store::connect(database.url(), &options()).unwrap();
    assert_eq!(count(&store), 0);
    database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
    assert_eq!(count(&store), 0);
}

#[test]
fn messages_hold_no_values_of_rows() {
    let Some(database) = Database::create() else { return };
    let store = Store::connect(database.url(), &options()).unwrap();
    let secret = contacts::ContactRow {
        body: "secret".to_owned(),
        ..typed(1)
    };
    database.execute("ALTER TABLE contacts ADD CHECK (body <> 'secret')");
    for rows in [vec![secret.clone()], vec![secret; 300]] {
        let error = store.write(|tx| contacts::insert_many(tx, HERE, &rows)).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
    }
}

#[test]
fn a_statement_may_not_take_for_ever() {
    let Some(database) = Database::create() else { return };
    let hurried = store::PostgresOptions {
        statement_timeout: Some(std::time::Duration::from_millis(1)),
        ..options()
    };
    drop(Store::connect(database.url(), &options()).unwrap());
    let store = Store::connect(database.url(), &hurried);
    let many: Vec<_> = (0..50_000).map(typed).collect();
    let outcome = store.and_then(|store| store.write(|tx| contacts::insert_many(tx, HERE, &many)));
    assert!(matches!(outcome, Err(Error::TooSlow { .. })), "{outcome:?}");
}
