//! Databases that the tests of one binary reuse in turn, emptied in between.
//!
//! Owns which database is free (its advisory lock is not held; the server releases the lock however a test ends) and
//! that no row of the previous test remains. Leaves out the schema: the first user of a database migrates it, and it
//! stays.

use crate::{make, must, run};
use postgres::{Client, Config, NoTls};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, SystemTime};

/// How long the sessions of the previous test may take to end, in hundredths of a second.
const PATIENCE: u32 = 1_000;

/// Deletes all rows except the record of migrations. Truncating is faster for a large table, deleting for a small one.
const EMPTY: &str = "
    DO $$
    DECLARE found regclass;
    BEGIN
        FOR found IN SELECT oid FROM pg_class
            WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'refinery_schema_history'
        LOOP
            IF pg_relation_size(found) > 1000000 THEN
                EXECUTE 'TRUNCATE ' || found;
            ELSE
                EXECUTE 'DELETE FROM ' || found;
            END IF;
        END LOOP;
    END $$";

/// Returns the name of an empty database that belongs to the caller until this client disconnects. The numbers are
/// those of the test binary.
pub fn take(client: &mut Client, server: &Config, [binary, build]: [i32; 2]) -> String {
    // The number of the lock and of the database.
    let number = (0..).find(|number| locked(client, build, *number)).unwrap_or_default();
    let name = format!("test_{binary:08x}_{build:08x}_{number}");
    if exists(client, &name) {
        empty(server, &name);
    } else {
        if number == 0 {
            forget_earlier_builds(client, binary);
        }
        make(client, &name);
    }
    name
}

fn locked(client: &mut Client, build: i32, number: i32) -> bool {
    let question = "SELECT pg_try_advisory_lock($1, $2)";
    must(client.query_one(question, &[&build, &number]), question).get(0)
}

fn exists(client: &mut Client, name: &str) -> bool {
    let question = "SELECT FROM pg_database WHERE datname = $1";
    must(client.query_opt(question, &[&name]), question).is_some()
}

fn empty(server: &Config, name: &str) {
    let mut config = server.clone();
    let mut client = must(
        config.dbname(name).connect(NoTls),
        "connecting to the database of a test before",
    );
    be_alone(&mut client, name);
    run(&mut client, EMPTY);
}

/// Ends the other sessions: a session of a killed test may still have something to commit.
fn be_alone(client: &mut Client, name: &str) {
    let others = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE datname = $1 AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
    for _ in 0..PATIENCE {
        if must(client.query_one(others, &[&name]), others).get::<_, i64>(0) == 0 {
            return;
        }
        sleep(Duration::from_millis(10));
    }
}

/// Removes databases of earlier builds; a server that outlives its tests would otherwise collect them.
fn forget_earlier_builds(client: &mut Client, binary: i32) {
    let question = "SELECT datname FROM pg_database WHERE starts_with(datname, $1)";
    let start = format!("test_{binary:08x}_");
    for row in must(client.query(question, &[&start]), question) {
        // A database that is in use is kept for now.
        let _ = client.batch_execute(&format!("DROP DATABASE {}", row.get::<_, &str>(0)));
    }
}

/// Two numbers that identify this binary. The second also changes when it is rebuilt, because its schema may have
/// changed.
pub fn this_binary() -> [i32; 2] {
    let path = std::env::current_exe().unwrap_or_default();
    let changed = std::fs::metadata(&path).and_then(|about| about.modified()).ok();
    numbers_of(&path, changed)
}

fn numbers_of(binary: &Path, changed: Option<SystemTime>) -> [i32; 2] {
    [number_of(&binary), number_of(&(binary, changed))]
}

fn number_of(what: &impl Hash) -> i32 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    let [.., a, b, c, d] = hasher.finish().to_be_bytes();
    i32::from_be_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(server: &Config, name: &str) -> i64 {
        let mut client = server.clone().dbname(name).connect(NoTls).unwrap();
        let counted = client.query_one("SELECT count(*) FROM things", &[]);
        counted.unwrap().get(0)
    }

    #[test]
    fn another_binary_has_other_numbers_and_so_has_one_built_again() {
        let numbers = |path: &str, seconds| {
            let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            numbers_of(Path::new(path), Some(changed))
        };
        let one = numbers("target/cli", 1);
        assert_eq!(one, numbers("target/cli", 1));
        assert!(
            one.iter()
                .zip(numbers("target/app", 1))
                .all(|(one, other)| *one != other)
        );
        let again = numbers("target/cli", 2);
        assert_eq!((one[0], one[1] == again[1]), (again[0], false));
    }

    #[test]
    fn a_database_is_used_again_without_its_rows_and_never_by_two() {
        let Some(server_url) = crate::server() else { return };
        let server: Config = server_url.parse().unwrap();
        let client = || server.connect(NoTls).unwrap();
        // Numbers that no other test binary has.
        let numbers = [0, i32::try_from(std::process::id()).unwrap()];
        let mut first = client();
        let name = take(&mut first, &server, numbers);
        let mut killed = server.clone().dbname(&name).connect(NoTls).unwrap();
        killed
            .batch_execute("CREATE TABLE things AS SELECT generate_series(1, 3) AS thing")
            .unwrap();
        let mut second = client();
        let other = take(&mut second, &server, numbers);
        assert_ne!(name, other);
        assert_eq!(rows(&server, &name), 3);
        // Uncommitted work is discarded too: this session is still open when the next test gets the database.
        killed.batch_execute("BEGIN; INSERT INTO things VALUES (4)").unwrap();
        drop(first);
        let mut third = client();
        while take(&mut third, &server, numbers) != name {
            // The server has not yet noticed that the first client has disconnected.
            third = client();
        }
        assert!(killed.batch_execute("COMMIT").is_err());
        assert_eq!(rows(&server, &name), 0);
        forget_earlier_builds(&mut third, numbers[0]);
        assert!(!exists(&mut third, &name) && !exists(&mut third, &other));
    }
}
