//! Leases: which process runs an import.

use crate::{ELSEWHERE, Engine, HERE, SMALL_IMPORT, on_every_engine};
use std::time::{Duration, Instant};
use store::imports::leases::{self, Lease};
use store::{Error, ImportId, Store, Workspace, imports};

const IMPORT: ImportId = ImportId(1);

/// The clock of SQLite counts milliseconds.
const CLOCK_STEP: Duration = Duration::from_millis(2);

#[expect(
    clippy::disallowed_methods,
    reason = "the clock of a database is compared with that of the machine"
)]
fn now() -> Instant {
    Instant::now()
}

fn begin(store: &Store, workspace: Workspace) {
    store
        .write(|tx| imports::create(tx, workspace, &SMALL_IMPORT, 1))
        .unwrap();
}

fn take(store: &Store, holder: &str, from: Option<&str>) -> bool {
    store.write(|tx| leases::take(tx, HERE, IMPORT, holder, from)).unwrap()
}

fn fence(store: &Store, holder: &str) -> bool {
    store.write(|tx| leases::fence(tx, HERE, IMPORT, holder)).unwrap()
}

fn renew(store: &Store, holder: &str) -> bool {
    store.write(|tx| leases::renew(tx, HERE, IMPORT, holder)).unwrap()
}

fn held(store: &Store) -> Vec<Lease> {
    store.read(|tx| leases::list(tx, HERE)).unwrap()
}

#[test]
fn one_holder_at_a_time() {
    on_every_engine(|store, _| {
        for workspace in [HERE, ELSEWHERE] {
            begin(store, workspace);
        }
        assert_eq!(held(store), []);
        assert!(!renew(store, "a") && !fence(store, "a"));
        assert!(take(store, "a", None));
        assert!(!take(store, "b", None), "held by somebody else");
        assert!(renew(store, "a") && fence(store, "a"));
        assert!(!renew(store, "b") && !fence(store, "b"));
        assert!(take(store, "b", Some("a")));
        assert!(!take(store, "c", Some("a")), "somebody was quicker");
        assert!(!renew(store, "a") && !fence(store, "a"));
        assert!(renew(store, "b") && fence(store, "b"));
        assert!(store.read(|tx| leases::list(tx, ELSEWHERE)).unwrap().is_empty());
    });
}

#[test]
fn what_is_given_back_is_free() {
    on_every_engine(|store, _| {
        begin(store, HERE);
        assert!(take(store, "a", None));
        store.write(|tx| leases::release(tx, HERE, IMPORT, "b")).unwrap();
        assert!(fence(store, "a"), "only its holder gives an import back");
        store.write(|tx| leases::release(tx, HERE, IMPORT, "a")).unwrap();
        assert!(!fence(store, "a"));
        assert_eq!(held(store), []);
        assert!(take(store, "b", None));
    });
}

#[test]
fn silence_is_measured_by_the_databases_clock() {
    on_every_engine(|store, _| {
        begin(store, HERE);
        assert!(take(store, "a", None));
        std::thread::sleep(Duration::from_millis(30));
        let silent = held(store)[0].silent_for.unwrap();
        assert!((20_000..10_000_000).contains(&silent), "{silent}");
        // A busy machine may take long from here on, but never less than the time since the renewal.
        let renewed = now();
        assert!(renew(store, "a"));
        let silent = held(store)[0].silent_for.unwrap();
        let most = renewed.elapsed() + CLOCK_STEP;
        assert!(u128::try_from(silent).unwrap() <= most.as_micros(), "{silent}");
        assert_eq!((held(store)[0].holder.as_str(), held(store)[0].import), ("a", IMPORT));
    });
}

/// While a holder writes, no other process can take the import; one that tries gets it when the write is over, or gives
/// up.
#[test]
fn nobody_takes_an_import_in_the_middle_of_a_write() {
    on_every_engine(|store, _| {
        begin(store, HERE);
        assert!(take(store, "a", None));
        let fenced = std::sync::Barrier::new(2);
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                store.write(|tx| {
                    assert!(leases::fence(tx, HERE, IMPORT, "a")?);
                    fenced.wait();
                    std::thread::sleep(Duration::from_millis(200));
                    // Still held by "a" at the very end.
                    leases::fence(tx, HERE, IMPORT, "a")
                })
            });
            fenced.wait();
            assert!(take(store, "b", Some("a")));
            assert!(writer.join().unwrap().unwrap());
        });
        assert!(!fence(store, "a") && fence(store, "b"));
    });
}

/// A process that was stopped in the middle of a write still holds its locks; ending its sessions releases them.
#[test]
fn the_sessions_of_a_process_can_be_ended() {
    on_every_engine(|store, engine: &Engine| {
        begin(store, HERE);
        assert_eq!(store.is_shared(), engine.name == "PostgreSQL");
        if !store.is_shared() {
            return store.disconnect("of a test").unwrap();
        }
        let broken = store.write(|tx| {
            assert!(leases::take(tx, HERE, IMPORT, "a", None)?);
            store.disconnect("of a test")?;
            leases::fence(tx, HERE, IMPORT, "a")
        });
        assert!(matches!(broken, Err(Error::Disconnected { .. })), "{broken:?}");
        assert!(take(store, "b", None), "what it had begun is gone");
    });
}
