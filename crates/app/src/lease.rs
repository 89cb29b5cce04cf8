//! Who runs an import: at most one process at a time, and nobody when that process has died.
//!
//! A lease is a lock on a file in the data folder; the system gives it back when its process ends, however it ends. The
//! files stay, empty: one that is removed while another process opens it would let two hold it.

use crate::{App, Error};
use std::fs::{self, File, OpenOptions, TryLockError};
use store::{ImportId, Workspace};

/// The right to run an import, until this goes.
#[must_use]
pub(crate) struct Lease {
    _lock: File,
}

impl App {
    /// Takes hold of an import; none if a process holds it.
    ///
    /// # Errors
    /// When the data folder cannot be written.
    pub(crate) fn hold(&self, workspace: Workspace, import: ImportId) -> Result<Option<Lease>, Error> {
        let folder = self.data.join("locks");
        let path = folder.join(format!("import-{}-{import}", workspace.0));
        let failed = |e| Error::io("locking the import with", &path, e);
        fs::create_dir_all(&folder).map_err(failed)?;
        let open = OpenOptions::new().create(true).append(true).open(&path);
        let file = open.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lease { _lock: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(e)) => Err(failed(e)),
        }
    }
}
