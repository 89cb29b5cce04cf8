//! Creation of database files: they are complete before they get their name, and only their owner can read them.

use super::header::{APPLICATION_ID, PAGE_SIZE};
use crate::error::{Error, Result};
use rusqlite::Connection;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Creates an empty database if there is no file at `path`, and refuses a file without content. A new database gets its
/// name only after its header is on the disk, so a file of 0 bytes is never an unfinished creation: something has
/// destroyed its content.
///
/// # Errors
/// [`Error::EmptyFile`], [`Error::CannotOpen`].
pub(super) fn if_missing(path: &Path) -> Result<()> {
    let made = match fs::metadata(path) {
        Ok(meta) if meta.is_file() && meta.len() == 0 => return Err(Error::EmptyFile { path: path.to_owned() }),
        // SQLite itself refuses a path that is not a file, with its reason.
        Ok(_) => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(path),
        Err(error) => Err(error),
    };
    made.map_err(|error| Error::CannotOpen {
        path: path.to_owned(),
        source_text: error.to_string(),
    })
}

fn make(path: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    let file = tempfile::Builder::new().prefix(".new-database-").tempfile_in(folder)?;
    write_header(file.path()).map_err(io::Error::other)?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        // Another process was faster, and its file is equivalent.
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error.error),
        Ok(_) => Ok(()),
    }
}

fn write_header(path: &Path) -> rusqlite::Result<()> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "page_size", PAGE_SIZE)?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)
}

/// Creates an empty file that only its owner can read. SQLite gives the files that it creates beside a database the
/// same permissions.
pub(super) fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Returns the path of a file in the same folder whose name is extended by `ending`, so that it can be renamed.
pub(super) fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
