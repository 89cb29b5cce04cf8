//! Uploads: copies of imported files in the object store, so that an import can be resumed exactly, here or on another
//! machine, whatever happens to the original.

use crate::App;
use crate::access::Actor;
use crate::error::Error;
use crate::import::conversion::TableOut;
use crate::storage::listed::UNFINISHED;
use crate::storage::{Draft, Fetched, ObjectsError};
use exchange::convert::TableSource;
use exchange::open::Source;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use store::{ImportId, Workspace};

/// The prefix of the names of uploads.
const UPLOADS: &str = "uploads/";
/// The age in microseconds after which an upload that no import needs is abandoned: 24 hours. No upload takes that long
/// to write, and clocks do not differ by that much.
const ABANDONED_AFTER: i64 = 24 * 60 * 60 * 1_000_000;

/// An upload that is available for reading.
pub(crate) struct Upload {
    /// The name of the upload, which the import stores.
    pub name: String,
    pub file: Fetched,
    /// Where the table comes from, if the uploaded file was converted.
    pub source: Option<TableSource>,
}

impl App {
    /// Copies a file into the object store. A file of another format is converted to its table.
    pub(crate) fn take_upload(&self, actor: Actor, path: &Path, sheet: Option<&str>) -> Result<Upload, Error> {
        let mut copy = self.objects.draft()?;
        let location = Path::new(self.objects.location());
        let source = TableOut::new(&mut copy, location).take_table(path, sheet, || Error::DiskFull)?;
        if source.is_none() {
            let mut input = File::open(path).map_err(Error::Read)?;
            copy.append(&mut input)
                .map_err(|e| Error::io("copying the file to", location, e))?;
        }
        let upload = self.put_upload(actor, copy)?;
        Ok(Upload { source, ..upload })
    }

    /// Stores a written draft as an upload.
    pub(crate) fn put_upload(&self, actor: Actor, copy: Draft) -> Result<Upload, Error> {
        let name = format!("{}{}.csv", of_workspace(actor.workspace), self.system.unique_name());
        let file = self.objects.put(&object_of(&name), copy)?;
        Ok(Upload {
            name,
            file,
            source: None,
        })
    }

    /// Fetches the upload of an import.
    ///
    /// # Errors
    /// [`Error::UploadMissing`] if it is not in this object store.
    pub(crate) fn fetch_upload(&self, import: ImportId, name: &str) -> Result<Upload, Error> {
        match self.objects.fetch(&object_of(name)) {
            Ok(file) => Ok(Upload {
                name: name.to_owned(),
                file,
                source: None,
            }),
            Err(ObjectsError::Missing { location, .. }) => Err(Error::UploadMissing { import, location }),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes an upload that no import needs any more. Errors are ignored: a leftover upload does no harm and is
    /// deleted by `sweep_uploads`.
    pub(crate) fn drop_upload(&self, name: &str) {
        let _ = self.objects.delete(&object_of(name));
    }

    /// Deletes uploads that no import needs, such as the one of a process that died while copying. Recent uploads are
    /// kept, because another process may still be writing them.
    pub(crate) fn sweep_uploads(&self, actor: Actor, needed: &[String]) {
        let ours = object_of(&of_workspace(actor.workspace));
        let needed: Vec<String> = needed.iter().map(|name| object_of(name)).collect();
        let abandoned_before = self.system.now() - ABANDONED_AFTER;
        let listed = [UPLOADS, UNFINISHED].map(|prefix| self.objects.list(prefix).unwrap_or_default());
        for object in listed.into_iter().flatten() {
            let is_ours = object.name.starts_with(&ours) || object.name.starts_with(UNFINISHED);
            if is_ours && object.modified < abandoned_before && !needed.contains(&object.name) {
                // A failed deletion is retried by the next sweep.
                let _ = self.objects.delete(&object.name);
            }
        }
    }
}

/// Returns the prefix of the names of a workspace's uploads. Only that workspace's imports show which of them are
/// needed.
fn of_workspace(workspace: Workspace) -> String {
    format!("{}-", workspace.0)
}

fn object_of(name: &str) -> String {
    format!("{UPLOADS}{name}")
}

/// A temporary copy of input that can be read only once. The copy is deleted when this is dropped.
#[derive(Debug)]
pub struct Spooled {
    file: tempfile::NamedTempFile,
}

impl Spooled {
    /// Returns the path of the copy.
    pub fn path(&self) -> &Path {
        self.file.path()
    }
}

/// Copies input to a temporary file.
///
/// # Errors
/// When it cannot be read, or there is no room for it.
pub fn spool(input: &mut dyn Read) -> Result<Spooled, Error> {
    let mut file = tempfile::NamedTempFile::new().map_err(Error::Read)?;
    io::copy(input, &mut file).map_err(Error::reading)?;
    file.flush().map_err(Error::reading)?;
    Ok(Spooled { file })
}

/// A file that counts the bytes read from it, for progress.
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

    /// Returns the bytes read since the file was last opened.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Place, System};
    use model::ContactId;
    use std::fs;
    use std::time::{Duration, UNIX_EPOCH};

    /// A system in which no time passes.
    struct Still;

    const NOW: u64 = 2_000_000_000;
    const HOUR: u64 = 3600;

    impl System for Still {
        fn now(&self) -> i64 {
            NOW as i64 * 1_000_000
        }

        fn contact_id(&self) -> ContactId {
            ContactId::nil()
        }

        fn unique_name(&self) -> String {
            "unique".to_owned()
        }

        fn secret(&self) -> [u8; 32] {
            [7; 32]
        }
    }

    #[test]
    fn what_is_young_needed_or_of_others_is_not_swept() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place {
            data: folder.path(),
            objects: None,
            database: None,
        };
        let app = App::open(&place, Arc::new(Still)).unwrap();
        let actor = app.local_actor().unwrap();
        let old = NOW - 25 * HOUR;
        let written = [
            ("uploads/1-abandoned.csv", old),
            ("uploads/1-needed.csv", old),
            ("uploads/1-young.csv", NOW - 23 * HOUR),
            ("uploads/1-ahead.csv", NOW + HOUR),
            ("uploads/11-of-another-workspace.csv", old),
            ("unfinished/draft-old", old),
            ("unfinished/draft-young", NOW),
        ];
        for (name, at) in written {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let file = File::create(path).unwrap();
            file.set_modified(UNIX_EPOCH + Duration::from_secs(at)).unwrap();
        }
        app.sweep_uploads(actor, &["1-needed.csv".to_owned()]);
        let left: Vec<_> = written
            .iter()
            .map(|(name, _)| *name)
            .filter(|name| folder.path().join(name).exists())
            .collect();
        let kept: Vec<_> = written
            .iter()
            .map(|(name, _)| *name)
            .filter(|n| ![written[0].0, written[5].0].contains(n))
            .collect();
        assert_eq!(left, kept);
    }
}
