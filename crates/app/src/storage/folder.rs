//! Objects as files in a folder, with their names as relative paths.

use crate::storage::listed::{Listed, UNFINISHED};
use crate::storage::private_folder::create_private_folder;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;
use tempfile::NamedTempFile;

/// A folder of objects. It is created when the first object is written.
pub(crate) struct Folder {
    root: PathBuf,
}

impl Folder {
    pub fn at(root: PathBuf) -> Self {
        Self { root }
    }

    /// Creates a file on the same file system as the objects, so that renaming it makes it an object.
    pub fn draft(&self) -> io::Result<NamedTempFile> {
        let folder = self.root.join(UNFINISHED);
        create_private_folder(&folder)?;
        tempfile::Builder::new().prefix("draft-").tempfile_in(folder)
    }

    pub fn put(&self, name: &str, draft: NamedTempFile) -> io::Result<PathBuf> {
        let path = self.root.join(name);
        create_private_folder(path.parent().unwrap_or(&self.root))?;
        // The database will record that the object exists, so it must survive a power failure.
        draft.as_file().sync_all()?;
        draft.persist(&path).map_err(|e| e.error)?;
        Ok(path)
    }

    pub fn find(&self, name: &str) -> io::Result<(PathBuf, u64)> {
        let path = self.root.join(name);
        let size = fs::metadata(&path)?.len();
        Ok((path, size))
    }

    pub fn delete(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.root.join(name))
    }

    pub fn list(&self, prefix: &str) -> io::Result<Vec<Listed>> {
        let entries = match fs::read_dir(self.root.join(prefix)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut listed = Vec::new();
        for entry in entries {
            let entry = entry?;
            // The file may have been deleted since the folder was read.
            if let (Some(word), Ok(meta)) = (entry.file_name().to_str(), entry.metadata())
                && meta.is_file()
            {
                listed.push(Listed {
                    name: format!("{prefix}{word}"),
                    size: meta.len(),
                    modified: modified(&meta)?,
                });
            }
        }
        Ok(listed)
    }

    /// Removes the folder of a prefix that has no objects any more. A failure is ignored: an empty folder does no harm.
    pub fn forget(&self, prefix: &str) {
        let _ = fs::remove_dir(self.root.join(Path::new(prefix)));
    }
}

fn modified(meta: &Metadata) -> io::Result<i64> {
    let since = meta.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}
