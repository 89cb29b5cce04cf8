//! A whole installation, taken elsewhere: copied to another engine, backed up, restored.
//!
//! Owns what a place that a copy comes from or goes to may be, and that going back can be gone back on. The files of
//! imports are not in a database: they stay where `--objects` says.

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

/// A database that a copy comes from or goes to.
enum Stand {
    Server(String),
    File(PathBuf),
}

impl Stand {
    /// Reads `postgres://...`, a file, or a data folder.
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

    /// How people know it, without anything secret.
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
                    // Reading and writing whole tables takes as long as it takes.
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

/// What is to be copied.
#[derive(Clone, Copy, Debug)]
pub struct CopyRequest<'a> {
    /// Where from: `postgres://...`, a database file, or a data folder.
    pub from: &'a str,
    /// Where to: the same.
    pub to: &'a str,
    /// Connections of this process to each server at the same time.
    pub pool: u32,
    /// What this process calls itself.
    pub process: &'a str,
}

/// Copies a whole database, makes sure that every row arrived, and says what was copied; none if it was stopped, and then
/// the same request goes on. `progress` is called with the table and its rows so far.
///
/// # Errors
/// When the source has no database, the target is not empty, either is written to in the meantime, or one of them fails.
pub fn copy_database(
    request: &CopyRequest<'_>,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(&'static str, u64),
) -> Result<Option<Vec<CopiedTable>>, Error> {
    let (from, to) = (Stand::parse(request.from), Stand::parse(request.to));
    let name = from.name()?;
    if let Stand::File(path) = &from
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

/// Refuses a database that a copy was begun into and not finished.
pub(crate) fn refuse_unfinished(store: &Store) -> Result<(), Error> {
    match store.read(copy::unfinished)? {
        Some(from) => Err(store::Error::HalfCopied { from }.into()),
        None => Ok(()),
    }
}

impl App {
    /// Writes a backup of the database, while others use it. Only the owner of the file may read it.
    ///
    /// # Errors
    /// When the file exists and is no backup or one that is to be kept, cannot be written, or the database is on a server.
    pub fn backup(&self, file: &Path, existing: ExistingBackup) -> Result<(), Error> {
        Ok(self.store.backup(file, existing)?)
    }

    /// Goes back to a backup, while others use the database. All sessions end and open links are revoked: the backup may
    /// be older than the moment in which somebody was shut out. What was there is kept in a backup of its own, whose path is
    /// returned.
    ///
    /// # Errors
    /// When the file is no sound backup of ours, somebody writes for too long, or the database is on a server.
    pub fn restore(&self, file: &Path) -> Result<PathBuf, Error> {
        let kept = self
            .data
            .join(format!("before-restore-{}.db", self.world.unique_name()));
        self.store.backup(&kept, ExistingBackup::Keep)?;
        let restored = self.store.restore(file);
        if restored.is_err() {
            // Nothing was changed, so nothing needs keeping.
            let _ = std::fs::remove_file(&kept);
        }
        restored?;
        Ok(kept)
    }
}
