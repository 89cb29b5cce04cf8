//! Who runs an import: at most one process at a time, and another one when that process has died.
//!
//! Owns when a holder counts as dead, the signs of life that this process gives, and taking over. What keeps two from
//! writing is not here but in the database: anyone who writes for an import makes sure of it in the same transaction
//! ([`Lease::fence`]), so a process that was taken for dead and was not finds out before it writes anything. A holder is
//! dead if its lock file in our data folder is free (the system frees it when its process ends, however it ends), or, on a
//! database that several machines share, if it is silent for too long by the database's clock. On SQLite the lock alone
//! counts: a batch that is being written keeps signs of life out.

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

/// How often a holder gives a sign of life.
const RENEWAL: Duration = Duration::from_secs(2);
/// How long a holder may be silent, in microseconds: three signs missed. With the second in which a watcher looks, an
/// import is taken over within 10 s.
const SILENCE: i64 = 8 * 1_000_000;

/// What this process calls itself, and the lock that shows that it lives.
pub(crate) struct Process {
    name: String,
    locks: PathBuf,
    lock: Mutex<Option<File>>,
    /// Tells its leases apart.
    leases: AtomicU64,
}

/// Where the lock of a process stands.
#[derive(PartialEq)]
enum Lock {
    Held,
    Free,
    Unknown,
}

impl Process {
    /// A process that has no lock yet. It takes one with its first lease.
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

    /// A name for a holder in this process; from now on its lock shows that it lives.
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

    /// Removes what another process has left behind when it died. Whatever else it held is dead without it too.
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
            // That an empty file stays would harm nobody.
            let _ = fs::remove_file(self.locks.join(&self.name));
        }
    }
}

/// The process of a holder.
fn process_of(holder: &str) -> &str {
    holder.split_once('/').map_or(holder, |(process, _)| process)
}

/// The right to run an import, until this goes or somebody takes it.
#[must_use]
pub(crate) struct Lease {
    store: Store,
    workspace: Workspace,
    import: ImportId,
    holder: String,
    renewing: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Lease {
    /// What it is the right to.
    pub fn import(&self) -> ImportId {
        self.import
    }

    /// Makes sure that the import is ours until the transaction ends.
    ///
    /// # Errors
    /// [`Error::TakenOver`] if it is not: then nothing may be written for it.
    pub fn fence(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        if leases::fence(tx, self.workspace, self.import, &self.holder)? {
            Ok(())
        } else {
            Err(Error::TakenOver(self.import))
        }
    }

    /// Gives the import, if it is ours, another state; `finished` makes `now` the moment of its end.
    ///
    /// # Errors
    /// [`Error::TakenOver`].
    pub fn set_state(&self, tx: &mut Tx<'_>, state: ImportState, now: i64, finished: bool) -> Result<(), Error> {
        self.fence(tx)?;
        imports::set_state(tx, self.workspace, self.import, state, now, finished)?;
        Ok(())
    }

    /// Who ends the sessions of another process has taken its imports over: then that is the news, not the connection.
    pub fn explain(&self, error: Error) -> Error {
        match error {
            Error::Store(store::Error::Disconnected { .. }) => {
                self.store.write(|tx| self.fence(tx)).err().unwrap_or(error)
            }
            error => error,
        }
    }

    /// Gives signs of life until the lease goes.
    fn keep_renewing(&mut self) {
        let (store, workspace, import, holder) = (self.store.clone(), self.workspace, self.import, self.holder.clone());
        let (stop, stopped) = channel();
        let renew = move || {
            while stopped.recv_timeout(RENEWAL) == Err(RecvTimeoutError::Timeout) {
                // A sign that cannot be given is given the next time; one that comes too late fails at the next fence.
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
        // Who cannot give it back is silent from now on.
        let _ = self
            .store
            .write(|tx| leases::release(tx, self.workspace, self.import, &self.holder));
    }
}

impl App {
    /// Makes an import, and holds it before anybody else can see it.
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

    /// Makes an import under a number of its own, also where somebody else takes the same number in the same moment.
    pub(crate) fn numbered(&self, make: impl Fn(&mut Tx<'_>) -> Result<ImportId, Error>) -> Result<ImportId, Error> {
        loop {
            match self.store.write(&make) {
                Err(Error::Store(store::Error::Conflict { .. })) => {}
                made => return made,
            }
        }
    }

    /// Takes hold of an import that nobody holds, or whose holder has died; none if it lives.
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
            // It may be stopped in the middle of a write, with its locks.
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

    /// The imports of a workspace that a living process holds.
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
