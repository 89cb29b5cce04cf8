//! Copying, backing up and restoring a whole installation.
//!
//! Owns which sources and targets a copy may have, and that a restore can be undone. Files of imports are not in the
//! database: they stay where `--objects` points.

use crate::admin::database::DatabaseServer;
use crate::admin::database::is_server;
use crate::error::Error;
use crate::storage::private_folder::create_private_folder;
use crate::{App, DATABASE_FILE};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use store::admin::copy::{CopiedTable, CopyWatch};
use store::admin::{copy, inspect};
use store::{ExistingBackup, Store};

/// The source or target of a copy.
enum CopyEndpoint {
    Server(String),
    File(PathBuf),
}

impl CopyEndpoint {
    /// Parses `postgres://...`, a database file, or a data folder.
    fn parse(text: &str) -> Self {
        if is_server(text) {
            return Self::Server(text.to_owned());
        }
        let path = Path::new(text);
        let is_file = path.is_file() || path.extension().is_some_and(|ending| ending == "db");
        Self::File(if is_file {
            path.to_owned()
        } else {
            path.join(DATABASE_FILE)
        })
    }

    /// The name shown to users, without secrets.
    fn name(&self) -> Result<String, Error> {
        Ok(match self {
            Self::Server(url) => inspect::name_of_server(url)?,
            Self::File(path) => std::path::absolute(path)
                .unwrap_or_else(|_| path.clone())
                .display()
                .to_string(),
        })
    }

    fn open(&self, request: &CopyRequest<'_>) -> Result<Store, Error> {
        match self {
            Self::Server(url) => {
                let server = DatabaseServer {
                    url,
                    pool: request.pool,
                    // Reading and writing whole tables may take any time.
                    timeout: None,
                };
                Ok(Store::connect(url, &server.options(request.process))?)
            }
            Self::File(path) => {
                if let Some(folder) = path.parent() {
                    create_private_folder(folder).map_err(|e| Error::io("creating the folder", folder, e))?;
                }
                Ok(Store::open(path)?)
            }
        }
    }
}

/// A request to copy a database.
#[derive(Clone, Copy, Debug)]
pub struct CopyRequest<'a> {
    /// The source: `postgres://...`, a database file, or a data folder.
    pub from: &'a str,
    /// The target, in the same forms.
    pub to: &'a str,
    /// Maximum number of connections of this process to each server.
    pub pool: u32,
    /// The name of this process.
    pub process: &'a str,
}

/// Copies a whole database, verifies that every row arrived, and returns what was copied; `None` if it was stopped, and
/// then the same request continues the copy. `progress` is called with the current table and the rows copied so far.
///
/// # Errors
/// If the source has no database, the target is not empty, either is modified during the copy, or one of them fails.
pub fn copy_database(
    request: &CopyRequest<'_>,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(&'static str, u64),
) -> Result<Option<Vec<CopiedTable>>, Error> {
    let (from, to) = (CopyEndpoint::parse(request.from), CopyEndpoint::parse(request.to));
    let name = from.name()?;
    if let CopyEndpoint::File(path) = &from
        && !path.is_file()
    {
        return Err(Error::NoDatabase(path.clone()));
    }
    if name == to.name()? {
        return Err(Error::CopyToItself(name));
    }
    let from = from.open(request)?;
    refuse_unfinished(&from)?;
    let to = to.open(request)?;
    Ok(copy::copy(&from, &to, &name, CopyWatch { progress, stop })?)
}

/// Rejects a database that holds an unfinished copy.
pub(crate) fn refuse_unfinished(store: &Store) -> Result<(), Error> {
    match store.read(copy::unfinished)? {
        Some(from) => Err(store::Error::HalfCopied { from }.into()),
        None => Ok(()),
    }
}

impl App {
    /// Writes a backup of the database while others use it. Only the owner of the file may read it.
    ///
    /// # Errors
    /// If the file exists and is not a backup or must be kept, the file cannot be written, or the database is on a
    /// server.
    pub fn backup(&self, file: &Path, existing: ExistingBackup) -> Result<(), Error> {
        Ok(self.store.backup(file, existing)?)
    }

    /// Restores a backup while others use the database. All sessions end and open links are revoked, because the backup
    /// may be older than the deactivation of a member. The previous database is kept in a backup of its own, whose path
    /// is returned.
    ///
    /// # Errors
    /// If the file is not an intact backup of this program, other writers hold the database for too long, or the
    /// database is on a server.
    pub fn restore(&self, file: &Path) -> Result<PathBuf, Error> {
        let kept = self
            .data
            .join(format!("before-restore-{}.db", self.system.unique_name()));
        self.store.backup(&kept, ExistingBackup::Keep)?;
        let restored = self.store.restore(file);
        if restored.is_err() {
            // Nothing was changed, so the extra backup is not needed.
            let _ = std::fs::remove_file(&kept);
        }
        restored?;
        Ok(kept)
    }
}
