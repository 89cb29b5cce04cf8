//! Guarantees of transactions.

use crate::{HERE, on_every_engine, typed};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::channel;
use std::sync::{Barrier, Mutex};
use std::thread;
use store::{Error, contacts};

/// An error of the caller, as `app` has one, which a transaction passes through.
#[derive(Debug)]
enum AppError {
    Refused,
    Store,
}

impl From<Error> for AppError {
    fn from(_: Error) -> Self {
        Self::Store
    }
}

#[test]
fn a_failure_leaves_nothing_behind() {
    on_every_engine(|store, _| {
        store.write(|tx| contacts::insert_many(tx, HERE, &[typed(1)])).unwrap();
        let failed = store.write(|tx| {
            contacts::insert_many(tx, HERE, &[typed(2)])?;
            Err::<(), _>(AppError::Refused)
        });
        assert!(matches!(failed, Err(AppError::Refused)));
        assert_eq!(store.read(|tx| contacts::count(tx, HERE)).unwrap(), 1);
        store.write(|tx| contacts::insert_many(tx, HERE, &[typed(2)])).unwrap();
    });
}

#[test]
fn nothing_is_committed_after_a_statement_that_failed() {
    on_every_engine(|store, _| {
        store.write(|tx| contacts::insert_many(tx, HERE, &[typed(1)])).unwrap();
        let went_on = store.write(|tx| {
            let both = [typed(2), typed(1)];
            assert!(contacts::insert_many(tx, HERE, &both).is_err());
            Ok::<_, Error>(())
        });
        assert!(matches!(went_on, Err(Error::Aborted { .. })), "{went_on:?}");
        assert_eq!(store.read(|tx| contacts::count(tx, HERE)).unwrap(), 1);
    });
}

#[test]
fn a_panic_leaves_nothing_behind() {
    on_every_engine(|store, _| {
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            store.write(|tx| {
                contacts::insert_many(tx, HERE, &[typed(1)])?;
                if true {
                    panic!("on purpose");
                }
                Ok::<_, Error>(())
            })
        }));
        assert!(panicked.is_err());
        assert_eq!(store.read(|tx| contacts::count(tx, HERE)).unwrap(), 0);
    });
}

#[test]
fn a_writer_sees_what_it_wrote() {
    on_every_engine(|store, _| {
        let count = store.write(|tx| {
            contacts::insert_many(tx, HERE, &[typed(1)])?;
            contacts::count(tx, HERE)
        });
        assert_eq!(count.unwrap(), 1);
    });
}

#[test]
fn a_reader_sees_one_moment() {
    on_every_engine(|store, _| {
        let count = || store.read(|tx| contacts::count(tx, HERE)).unwrap();
        store
            .write(|tx| {
                contacts::insert_many(tx, HERE, &[typed(1)])?;
                assert_eq!(count(), 0, "seen before the commit");
                Ok::<_, Error>(())
            })
            .unwrap();
        store
            .read(|tx| {
                assert_eq!(contacts::count(tx, HERE)?, 1);
                store.write(|tx| contacts::insert_many(tx, HERE, &[typed(2)]))?;
                assert_eq!(contacts::count(tx, HERE)?, 1, "the snapshot moved");
                Ok::<_, Error>(())
            })
            .unwrap();
        assert_eq!(count(), 2);
    });
}

#[test]
fn writers_of_many_threads_queue() {
    on_every_engine(|store, _| {
        std::thread::scope(|scope| {
            for thread in 0..4 {
                scope.spawn(move || {
                    for n in 0..25 {
                        let row = typed(thread * 25 + n);
                        store.write(|tx| contacts::insert_many(tx, HERE, &[row])).unwrap();
                    }
                });
            }
        });
        assert_eq!(store.read(|tx| contacts::count(tx, HERE)).unwrap(), 100);
    });
}

#[test]
fn a_read_transaction_cannot_write() {
    on_every_engine(|store, _| {
        let written = store.read(|tx| contacts::insert_many(tx, HERE, &[typed(1)]));
        assert!(matches!(written, Err(Error::ReadOnly { .. })));
        let deleted = store.read(|tx| contacts::delete_many(tx, HERE, &[typed(1).id]));
        assert!(matches!(deleted, Err(Error::ReadOnly { .. })));
        let updated = store.read(|tx| contacts::update_many(tx, HERE, &[typed(1)]));
        assert!(matches!(updated, Err(Error::ReadOnly { .. })));
    });
}

#[test]
fn stores_are_shared_by_threads() {
    fn shared<T: Clone + Send + Sync + 'static>(_: &T) {}
    on_every_engine(|store, _| shared(store));
}

#[test]
fn reserved_connections_are_free_while_all_others_are_held() {
    on_every_engine(|store, _| {
        let others = store.readers();
        let held = Barrier::new(others as usize + 1);
        let (release, released) = channel::<()>();
        let released = Mutex::new(released);
        let hold = || {
            store.read(|tx| {
                contacts::count(tx, HERE)?;
                held.wait();
                // Blocks until the sender is dropped.
                let _ = released.lock().unwrap().recv();
                Ok::<_, Error>(())
            })
        };
        thread::scope(|scope| {
            for _ in 0..others {
                scope.spawn(hold);
            }
            held.wait();
            let one_more = scope.spawn(|| store.read(|tx| contacts::count(tx, HERE)));
            let reserved = store.reserved();
            let written = reserved.write(|tx| contacts::insert_many(tx, HERE, &[typed(1)]));
            assert!(written.is_ok());
            assert_eq!(reserved.read(|tx| contacts::count(tx, HERE)).unwrap(), 1);
            assert!(!one_more.is_finished(), "not all connections were held");
            drop(release);
        });
    });
}

#[test]
fn transactions_that_read_are_counted() {
    on_every_engine(|store, _| {
        let before = store.reads();
        store.read(|tx| contacts::count(tx, HERE)).unwrap();
        store.clone().read(|tx| contacts::count(tx, HERE)).unwrap();
        store.write(|tx| contacts::count(tx, HERE)).unwrap();
        store.reserved().read(|tx| contacts::count(tx, HERE)).unwrap();
        assert_eq!(store.reads() - before, 2);
    });
}
