//! A file that only reserves disk space, so that members can sign in while the disk is full: it is deleted when the
//! database has no room for a session, and created again when there is room.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Size of the file in bytes: enough for some hundred transactions as small as a sign-in.
const SIZE: usize = 4 << 20;
/// With less free space than this, in bytes, the file is not created: it must not be what fills the disk.
const ROOM: u64 = 64 << 20;

/// The reserve of an installation whose database is in the data folder. An installation with a database server has
/// none.
pub(crate) struct DiskReserve {
    path: Option<PathBuf>,
}

impl DiskReserve {
    /// The reserve in this folder; does not create the file yet.
    pub fn new(folder: Option<&Path>) -> Self {
        Self {
            path: folder.map(|folder| folder.join("disk-reserve")),
        }
    }

    /// Creates the file if it is missing and there is room for it.
    ///
    /// # Errors
    /// Errors of the operating system.
    pub fn fill(&self) -> io::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        let folder = path.parent().unwrap_or(path);
        if path.exists() || fs4::available_space(folder)? < ROOM {
            return Ok(());
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // Not zeros, which some file systems do not store.
        options.open(path)?.write_all(&vec![0x5a; SIZE])
    }

    /// Deletes the file. Returns whether that has freed space.
    pub fn release(&self) -> bool {
        self.path.as_ref().is_some_and(|path| fs::remove_file(path).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_made_once_until_the_reserve_is_filled_again() {
        let folder = tempfile::tempdir().unwrap();
        let reserve = DiskReserve::new(Some(folder.path()));
        assert!(!reserve.release(), "there is none yet");
        reserve.fill().unwrap();
        reserve.fill().unwrap();
        assert_eq!(
            fs::metadata(folder.path().join("disk-reserve")).unwrap().len(),
            SIZE as u64
        );
        assert!(reserve.release());
        assert!(!reserve.release());
        reserve.fill().unwrap();
        assert!(reserve.release());
        let server = DiskReserve::new(None);
        server.fill().unwrap();
        assert!(!server.release());
    }
}
