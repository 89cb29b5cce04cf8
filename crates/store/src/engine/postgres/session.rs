//! A transaction's access to its connection, and its bulk writes in flight to the server.
//!
//! Keeps the order of what is sent: a bulk write is sent by a thread of its own while its caller prepares the next
//! rows, and every other statement waits until all bulk writes are done. So server and importer work at the same time,
//! which reduces the time of an import by a fifth. The failure of a bulk write is returned by the next statement, at
//! the latest by the commit.

use super::connection::Connection;
use super::copy::CopyBatch;
use crate::error::{Error, Result};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// The most bulk writes that wait for the server. This limits the memory of an import.
const MAX_IN_FLIGHT: usize = 2;

/// The access of a transaction to its connection.
pub(crate) struct Session<'c> {
    connection: &'c Mutex<&'c mut Connection>,
    in_flight: &'c InFlight,
    /// `None` in a read transaction.
    batches: Option<SyncSender<CopyBatch>>,
}

/// The state of the bulk writes in flight.
#[derive(Default)]
struct InFlight {
    state: Mutex<State>,
    arrived: Condvar,
}

#[derive(Default)]
struct State {
    batches: usize,
    failed: Option<Error>,
}

impl InFlight {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs `work`, which returns whether to commit, over a connection. When this returns, no bulk write is in flight any
/// more. If `work` wants to commit, the failure of a bulk write is returned instead.
pub(super) fn with_session(
    connection: &mut Connection,
    writes: bool,
    work: impl FnOnce(Session<'_>) -> Result<bool>,
) -> Result<bool> {
    let connection = Mutex::new(connection);
    let in_flight = InFlight::default();
    let session = |batches| Session {
        connection: &connection,
        in_flight: &in_flight,
        batches,
    };
    if !writes {
        return work(session(None));
    }
    let is_done = thread::scope(|scope| {
        let (batches, queue) = sync_channel(MAX_IN_FLIGHT);
        scope.spawn(|| deliver(&connection, &in_flight, queue));
        work(session(Some(batches)))
    })?;
    match in_flight.lock().failed.take() {
        Some(error) if is_done => Err(error),
        _ => Ok(is_done),
    }
}

/// Wakes all threads that wait for deliveries, however delivering ends, so that none waits forever.
struct WakeOnDrop<'w>(&'w InFlight);

impl Drop for WakeOnDrop<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        if state.batches > 0 {
            state.batches = 0;
            state.failed.get_or_insert(Error::Disconnected {
                doing: "writing many rows",
            });
        }
        self.0.arrived.notify_all();
    }
}

fn deliver(connection: &Mutex<&mut Connection>, in_flight: &InFlight, queue: Receiver<CopyBatch>) {
    let _wake_on_drop = WakeOnDrop(in_flight);
    for batch in queue {
        // After a failure the server accepts nothing until the rollback.
        let delivered = if in_flight.lock().failed.is_some() {
            Ok(())
        } else {
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            batch.deliver(&mut connection)
        };
        let mut state = in_flight.lock();
        state.batches -= 1;
        if let Err(error) = delivered {
            state.failed.get_or_insert(error);
        }
        drop(state);
        in_flight.arrived.notify_all();
    }
}

impl<'c> Session<'c> {
    /// Returns the connection, once all bulk writes in flight are done.
    pub fn connection(&self) -> Result<MutexGuard<'c, &'c mut Connection>> {
        let mut state = self.in_flight.lock();
        while state.batches > 0 {
            state = self
                .in_flight
                .arrived
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        match state.failed.take() {
            Some(error) => Err(error),
            None => Ok(self.connection.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }

    /// Sends rows; blocks only while too many bulk writes are in flight.
    pub fn send(&self, batch: CopyBatch) -> Result<()> {
        let Some(batches) = &self.batches else {
            let mut connection = self.connection()?;
            return batch.deliver(&mut connection);
        };
        let mut state = self.in_flight.lock();
        if let Some(error) = state.failed.take() {
            return Err(error);
        }
        state.batches += 1;
        drop(state);
        let doing = batch.doing;
        batches.send(batch).map_err(|_| {
            // The delivering thread is gone, so nothing else would decrement the count.
            self.in_flight.lock().batches = 0;
            Error::Disconnected { doing }
        })
    }
}
