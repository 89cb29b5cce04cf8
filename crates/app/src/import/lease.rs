//! Leases on imports: at most one process runs an import at a time, and another one takes over when that process has
//! died.
//!
//! Decides when a holder is dead, sends this process's heartbeats, and takes leases over. A holder is dead if its lock
//! file in the local data folder is free (the operating system frees it when the process ends, however it ends) or, on
//! a database that several machines share, if it has sent no heartbeat for too long by the database's clock. On SQLite
//! only the lock counts, because a batch that is being written blocks heartbeats. Exclusive writing is enforced in the
//! database: every transaction that writes for an import checks the lease first ([`Lease::fence`]), so a process that
//! was wrongly taken for dead fails before it writes anything.

use crate::App;
use crate::error::Error;
use crate::storage::private_folder::create_private_folder;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use store::imports::leases::{self, Lease as Stored};
use store::imports::{self, ImportState};
use store::{ImportId, Store, Tx, Workspace};

/// The interval between heartbeats of a holder.
const RENEWAL: Duration = Duration::from_secs(2);
/// How long a holder may send no heartbeat, in microseconds: three missed heartbeats. With the background worker's
/// polling interval of one second, an import is taken over within 10 s.
const SILENCE: i64 = 8 * 1_000_000;

/// This process's name and the lock that shows that it is alive.
pub(crate) struct Process {
    name: String,
    locks: PathBuf,
    lock: Mutex<Option<File>>,
    /// The number of the next lease, which makes holder names unique.
    leases: AtomicU64,
}

/// The state of a process's lock.
#[derive(PartialEq)]
enum Lock {
    Held,
    Free,
    Unknown,
}

impl Process {
    /// Creates a process without a lock. The lock is taken with the first lease.
    pub fn new(name: String, data: &Path) -> Self {
        Self {
            name,
            locks: data.join("locks"),
            lock: Mutex::new(None),
            leases: AtomicU64::new(0),
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns a new holder name in this process. Takes the process's lock if it is not held yet.
    fn new_holder(&self) -> Result<String, Error> {
        let mut lock = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        if lock.is_none() {
            let path = self.locks.join(&self.name);
            let failed = |e| Error::io("making the lock of this process at", &path, e);
            create_private_folder(&self.locks).map_err(failed)?;
            let file = File::create(&path).map_err(failed)?;
            file.lock().map_err(failed)?;
            *lock = Some(file);
        }
        let number = self.leases.fetch_add(1, Ordering::Relaxed);
        Ok(format!("{}/{number}", self.name))
    }

    /// Removes the lock file of a process that has died. Its other leases count as dead without the file, too.
    fn forget(&self, process: &str) {
        if self.lock_of(process) == Lock::Free {
            let _ = fs::remove_file(self.locks.join(process));
        }
    }

    fn lock_of(&self, process: &str) -> Lock {
        let Ok(file) = OpenOptions::new().append(true).open(self.locks.join(process)) else {
            return Lock::Unknown;
        };
        match file.try_lock() {
            Ok(()) => Lock::Free,
            Err(TryLockError::WouldBlock) => Lock::Held,
            Err(TryLockError::Error(_)) => Lock::Unknown,
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let lock = self.lock.get_mut().unwrap_or_else(PoisonError::into_inner);
        if lock.take().is_some() {
            // An empty file that stays does no harm.
            let _ = fs::remove_file(self.locks.join(&self.name));
        }
    }
}

/// Returns the process of a holder.
fn process_of(holder: &str) -> &str {
    holder.split_once('/').map_or(holder, |(process, _)| process)
}

/// The right to run an import, until this is dropped or another process takes the import over.
#[must_use]
pub(crate) struct Lease {
    store: Store,
    workspace: Workspace,
    import: ImportId,
    holder: String,
    renewing: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Lease {
    /// Returns the import that the lease is for.
    pub fn import(&self) -> ImportId {
        self.import
    }

    /// Makes sure that this lease is valid until the transaction ends.
    ///
    /// # Errors
    /// [`Error::TakenOver`] if it is not: then nothing may be written for the import.
    pub fn fence(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        if leases::fence(tx, self.workspace, self.import, &self.holder)? {
            Ok(())
        } else {
            Err(Error::TakenOver(self.import))
        }
    }

    /// Changes the state of the import if the lease is still valid. With `finished`, `now` is stored as the time of its
    /// end.
    ///
    /// # Errors
    /// [`Error::TakenOver`].
    pub fn set_state(&self, tx: &mut Tx<'_>, state: ImportState, now: i64, finished: bool) -> Result<(), Error> {
        self.fence(tx)?;
        imports::set_state(tx, self.workspace, self.import, state, now, finished)?;
        Ok(())
    }

    /// Replaces a lost connection by [`Error::TakenOver`] if that is its cause: a process that takes an import over
    /// ends the database sessions of the former holder.
    pub fn explain(&self, error: Error) -> Error {
        match error {
            Error::Store(store::Error::Disconnected { .. }) => {
                self.store.write(|tx| self.fence(tx)).err().unwrap_or(error)
            }
            error => error,
        }
    }

    /// Starts the thread that sends heartbeats until the lease is dropped.
    fn keep_renewing(&mut self) {
        let (store, workspace, import, holder) = (self.store.clone(), self.workspace, self.import, self.holder.clone());
        let (stop, stopped) = channel();
        let renew = move || {
            while stopped.recv_timeout(RENEWAL) == Err(RecvTimeoutError::Timeout) {
                // A failed heartbeat is retried at the next interval. If it is too late by then, the next fence fails.
                let _ = store.write(|tx| leases::renew(tx, workspace, import, &holder));
            }
        };
        self.renewing = Some((stop, thread::spawn(renew)));
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.renewing.take() {
            drop(stop);
            let _ = thread.join();
        }
        // If the lease cannot be released, it expires because no more heartbeats are sent.
        let _ = self
            .store
            .write(|tx| leases::release(tx, self.workspace, self.import, &self.holder));
    }
}

impl App {
    /// Creates an import and takes its lease in the same transaction, before other processes can see it.
    pub(crate) fn create_held(
        &self,
        workspace: Workspace,
        create: impl Fn(&mut Tx<'_>) -> Result<ImportId, Error>,
    ) -> Result<Lease, Error> {
        let holder = self.process.new_holder()?;
        let import = self.numbered(|tx| {
            let import = create(tx)?;
            leases::take(tx, workspace, import, &holder, None)?;
            Ok(import)
        })?;
        Ok(self.lease(workspace, import, holder))
    }

    /// Creates an import with a unique number. Tries again if a concurrent transaction takes the same number.
    pub(crate) fn numbered(&self, make: impl Fn(&mut Tx<'_>) -> Result<ImportId, Error>) -> Result<ImportId, Error> {
        loop {
            match self.store.write(&make) {
                Err(Error::Store(store::Error::Conflict { .. })) => {}
                made => return made,
            }
        }
    }

    /// Takes the lease of an import that has no holder or whose holder has died; `None` if the holder is alive or
    /// another process takes the lease first.
    ///
    /// # Errors
    /// The database fails, or the data folder cannot be written.
    pub(crate) fn hold(&self, workspace: Workspace, import: ImportId) -> Result<Option<Lease>, Error> {
        let held = self.store.read(|tx| leases::list(tx, workspace))?;
        let from = held.iter().find(|lease| lease.import == import);
        if from.is_some_and(|lease| self.lives(lease)) {
            return Ok(None);
        }
        let from = from.map(|lease| lease.holder.as_str());
        if let Some(process) = from.map(process_of).filter(|process| *process != self.process.name) {
            // The process may be suspended in the middle of a write, with database locks held.
            self.store.disconnect(process)?;
        }
        let holder = self.process.new_holder()?;
        let taken = self
            .store
            .write(|tx| leases::take(tx, workspace, import, &holder, from))?;
        if let Some(process) = from.map(process_of) {
            self.process.forget(process);
        }
        Ok(taken.then(|| self.lease(workspace, import, holder)))
    }

    /// Returns the imports of a workspace that are held by a living process.
    pub(crate) fn held(&self, workspace: Workspace) -> Result<Vec<ImportId>, Error> {
        let mut held = self.store.read(|tx| leases::list(tx, workspace))?;
        held.retain(|lease| self.lives(lease));
        Ok(held.into_iter().map(|lease| lease.import).collect())
    }

    fn lives(&self, lease: &Stored) -> bool {
        let speaks = lease.silent_for.is_some_and(|silent| silent < SILENCE);
        match (self.process.lock_of(process_of(&lease.holder)), self.store.is_shared()) {
            (Lock::Free, _) | (Lock::Unknown, false) => false,
            (Lock::Held, false) => true,
            (Lock::Held | Lock::Unknown, true) => speaks,
        }
    }

    fn lease(&self, workspace: Workspace, import: ImportId, holder: String) -> Lease {
        let mut lease = Lease {
            store: self.store.clone(),
            workspace,
            import,
            holder,
            renewing: None,
        };
        if self.store.is_shared() {
            lease.keep_renewing();
        }
        lease
    }
}
