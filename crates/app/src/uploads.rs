//! The files that are being imported: copies in the data folder, so that an import can go on exactly whatever happens to
//! the original. The lock on a copy says whether a process runs its import; it goes with the process.

use crate::{App, Error};
use exchange::open::Source;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::UNIX_EPOCH;

/// A file untouched for so long, in microseconds, is no longer being copied.
const SETTLED_AFTER: i64 = 10 * 60 * 1_000_000;

/// A copy that this process holds.
pub(crate) struct Upload {
    pub name: String,
    pub path: PathBuf,
    pub size: u64,
    /// Holds the lock.
    _lock: File,
}

impl App {
    /// Copies a file into the data folder.
    pub(crate) fn take_upload(&self, source: &dyn Source) -> Result<Upload, Error> {
        let name = self.world.file_name();
        let path = self.uploads.join(&name);
        let failed = |e| Error::io("copying the file to", &path, e);
        let mut copy = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .map_err(failed)?;
        copy.lock().map_err(failed)?;
        let mut input = source.open().map_err(Error::Read)?;
        let size = io::copy(&mut input, &mut copy).map_err(failed)?;
        copy.flush().map_err(failed)?;
        Ok(Upload {
            name,
            path,
            size,
            _lock: copy,
        })
    }

    /// Takes hold of a copy that another process left; none if a process holds it.
    pub(crate) fn hold_upload(&self, name: &str) -> Result<Option<Upload>, Error> {
        let path = self.uploads.join(name);
        let failed = |e| Error::io("opening the copy of the file at", &path, e);
        let file = File::open(&path).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        match file.try_lock() {
            Ok(()) => Ok(Some(Upload {
                name: name.to_owned(),
                path,
                size,
                _lock: file,
            })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(e)) => Err(failed(e)),
        }
    }

    /// Removes the copy of a finished import. That it stays would harm nobody, so failing is no error.
    pub(crate) fn drop_upload(upload: Upload) {
        let _ = std::fs::remove_file(&upload.path);
    }

    /// Removes copies that no import needs: a process that dies while copying leaves one.
    pub(crate) fn sweep_uploads(&self, needed: &[String]) {
        let Ok(entries) = std::fs::read_dir(&self.uploads) else {
            return;
        };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            // A copy that has only just been made may not have its lock yet.
            let modified = entry
                .metadata()
                .and_then(|m| m.modified())
                .ok()
                .and_then(|t| t.duration_since(UNIX_EPOCH).ok());
            let settled = modified.is_some_and(|t| self.world.now() - (t.as_micros() as i64) > SETTLED_AFTER);
            if settled
                && !needed.contains(&name)
                && let Ok(Some(abandoned)) = self.hold_upload(&name)
            {
                Self::drop_upload(abandoned);
            }
        }
    }
}

/// Input that can be read only once, copied aside. The copy goes when this does.
#[derive(Debug)]
pub struct Spooled {
    file: tempfile::NamedTempFile,
}

impl Spooled {
    /// Where the copy is.
    pub fn path(&self) -> &Path {
        self.file.path()
    }
}

/// Copies input aside.
///
/// # Errors
/// When it cannot be read, or there is no room for it.
pub fn spool(input: &mut dyn Read) -> Result<Spooled, Error> {
    let mut file = tempfile::NamedTempFile::new().map_err(Error::Read)?;
    io::copy(input, &mut file).map_err(Error::Read)?;
    file.flush().map_err(Error::Read)?;
    Ok(Spooled { file })
}

/// A file that counts what is read of it, for progress.
pub(crate) struct Counted {
    path: PathBuf,
    read: Arc<AtomicU64>,
}

impl Counted {
    pub fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            read: Arc::default(),
        }
    }

    /// Bytes read since it was last opened.
    pub fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }
}

impl Source for Counted {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        self.read.store(0, Ordering::Relaxed);
        Ok(Box::new(CountedReader {
            file: File::open(&self.path)?,
            read: Arc::clone(&self.read),
        }))
    }
}

struct CountedReader {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for CountedReader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buf)?;
        self.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}
