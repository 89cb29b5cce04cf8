//! The object store: files that outlive the process and, in a bucket, the machine.
//!
//! Owns where objects are kept (a folder, or with the feature `s3` a bucket with the S3 protocol), which names are
//! valid, and how failures are reported. All functions are synchronous for their callers: only `bucket` has the async
//! runtime that the S3 library needs.

#[cfg(feature = "s3")]
pub(crate) mod bucket;
pub(crate) mod disk_reserve;
pub(crate) mod error;
pub(crate) mod folder;
pub(crate) mod listed;
pub(crate) mod private_folder;

pub use crate::storage::error::ObjectsError;

#[cfg(feature = "s3")]
use crate::storage::bucket::{Bucket, BucketName, Settings, settings_of_the_machine};
use crate::storage::error::BackendError;
use crate::storage::folder::Folder;
use crate::storage::listed::{Listed, is_word};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// The object store.
pub(crate) struct Objects {
    /// The location shown to users, without secrets.
    location: String,
    backend: Backend,
}

enum Backend {
    Folder(Folder),
    #[cfg(feature = "s3")]
    Bucket(Bucket),
}

/// A file that is to become an object. It is invisible until it is complete, and deleted on drop unless it is put.
pub(crate) struct Draft(NamedTempFile);

/// An object as a local file, valid for the lifetime of this value.
pub(crate) struct Fetched {
    /// Where the file is.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// Deletes the local copy of an object in a bucket on drop.
    _guard: Option<NamedTempFile>,
}

impl Objects {
    /// Opens the object store at a location: a folder or `s3://BUCKET/PREFIX`, or the folder `default` if there is
    /// none. A bucket is not contacted yet. Its region, endpoint and credentials come from the usual `AWS_*` variables.
    ///
    /// # Errors
    /// [`ObjectsError::Location`] and [`ObjectsError::Settings`].
    pub fn open(default: &Path, location: Option<&str>) -> Result<Self, ObjectsError> {
        let Some(location) = location else {
            return Ok(Self::in_folder(default));
        };
        match location.split_once("://") {
            #[cfg(feature = "s3")]
            Some(("s3", place)) => Self::in_bucket(BucketName::parse(place)?, settings_of_the_machine()),
            #[cfg(not(feature = "s3"))]
            Some(("s3", _)) => Err(ObjectsError::NoS3),
            Some(_) => Err(ObjectsError::Location(
                "of addresses, only those that begin with s3:// are known",
            )),
            None if location.is_empty() => Err(ObjectsError::Location("an empty name is no folder")),
            None => Ok(Self::in_folder(Path::new(location))),
        }
    }

    fn in_folder(folder: &Path) -> Self {
        let root = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        Self {
            location: root.display().to_string(),
            backend: Backend::Folder(Folder::at(root)),
        }
    }

    #[cfg(feature = "s3")]
    fn in_bucket(name: BucketName, settings: Settings) -> Result<Self, ObjectsError> {
        let location = name.to_string();
        let backend = Bucket::open(name, settings).map_err(|why| ObjectsError::Settings {
            location: location.clone(),
            why,
        })?;
        Ok(Self {
            location,
            backend: Backend::Bucket(backend),
        })
    }

    /// The location shown to users.
    pub fn location(&self) -> &str {
        &self.location
    }

    /// Creates a draft for a new object.
    pub fn draft(&self) -> Result<Draft, ObjectsError> {
        let file = match &self.backend {
            Backend::Folder(folder) => folder.draft(),
            // With the other temporary files; it is uploaded from there.
            #[cfg(feature = "s3")]
            Backend::Bucket(_) => NamedTempFile::new(),
        };
        let failed = |e: io::Error| self.failed("beginning an object", "", e.into());
        Ok(Draft(file.map_err(failed)?))
    }

    /// Makes a draft the object of that name, atomically; replaces an existing one.
    pub fn put(&self, name: &str, draft: Draft) -> Result<Fetched, ObjectsError> {
        let failed = |trouble| self.failed("writing", name, trouble);
        checked(name)?;
        let size = draft.0.as_file().metadata().map_err(|e| failed(e.into()))?.len();
        let (path, guard) = match &self.backend {
            Backend::Folder(folder) => (folder.put(name, draft.0).map_err(|e| failed(e.into()))?, None),
            #[cfg(feature = "s3")]
            Backend::Bucket(bucket) => {
                bucket.put(name, draft.0.path(), size).map_err(failed)?;
                (draft.0.path().to_owned(), Some(draft.0))
            }
        };
        Ok(Fetched {
            path,
            size,
            _guard: guard,
        })
    }

    /// Returns an object as a local file: in a folder the file itself, from a bucket a copy.
    ///
    /// # Errors
    /// [`ObjectsError::Missing`] if it does not exist.
    pub fn fetch(&self, name: &str) -> Result<Fetched, ObjectsError> {
        let failed = |trouble| self.failed("reading", name, trouble);
        checked(name)?;
        match &self.backend {
            Backend::Folder(folder) => {
                let (path, size) = folder.find(name).map_err(|e| failed(BackendError::finding(e)))?;
                Ok(Fetched {
                    path,
                    size,
                    _guard: None,
                })
            }
            #[cfg(feature = "s3")]
            Backend::Bucket(bucket) => {
                let mut copy = NamedTempFile::new().map_err(|e| failed(e.into()))?;
                let size = bucket.copy(name, copy.as_file_mut()).map_err(failed)?;
                Ok(Fetched {
                    path: copy.path().to_owned(),
                    size,
                    _guard: Some(copy),
                })
            }
        }
    }

    /// Removes an object; a missing object is not an error.
    pub fn delete(&self, name: &str) -> Result<(), ObjectsError> {
        checked(name)?;
        let deleted = match &self.backend {
            Backend::Folder(folder) => folder.delete(name).map_err(BackendError::finding),
            #[cfg(feature = "s3")]
            Backend::Bucket(bucket) => bucket.delete(name),
        };
        match deleted {
            Err(BackendError::Missing) => Ok(()),
            deleted => deleted.map_err(|trouble| self.failed("removing", name, trouble)),
        }
    }

    /// Returns the objects whose names are `prefix`, which ends with a slash, followed by one more part; sorted by
    /// name.
    pub fn list(&self, prefix: &str) -> Result<Vec<Listed>, ObjectsError> {
        checked(prefix.trim_end_matches('/'))?;
        let listed = match &self.backend {
            Backend::Folder(folder) => folder.list(prefix).map_err(BackendError::from),
            #[cfg(feature = "s3")]
            Backend::Bucket(bucket) => bucket.list(prefix),
        };
        let mut listed = listed.map_err(|trouble| self.failed("listing", prefix, trouble))?;
        listed.retain(|object| checked(&object.name).is_ok());
        listed.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(listed)
    }

    /// Removes all objects that [`Objects::list`] returns for a prefix.
    pub fn delete_all(&self, prefix: &str) -> Result<(), ObjectsError> {
        for object in self.list(prefix)? {
            self.delete(&object.name)?;
        }
        match &self.backend {
            Backend::Folder(folder) => folder.forget(prefix),
            #[cfg(feature = "s3")]
            Backend::Bucket(_) => {}
        }
        Ok(())
    }

    /// Writes, reads and removes a small object under a unique name, so that problems with the store are reported
    /// before anything depends on it.
    pub fn probe(&self, unique_name: &str) -> Result<(), ObjectsError> {
        let name = format!("probes/{unique_name}");
        let failed = |e: io::Error| self.failed("trying out", &name, e.into());
        let mut draft = self.draft()?;
        draft.write_all(unique_name.as_bytes()).map_err(failed)?;
        self.put(&name, draft)?;
        let mut read = String::new();
        let fetched = self.fetch(&name)?;
        File::open(&fetched.path)
            .and_then(|mut file| file.read_to_string(&mut read))
            .map_err(failed)?;
        self.delete(&name)?;
        if read != unique_name {
            return Err(failed(io::Error::other("what is read is not what was written")));
        }
        Ok(())
    }

    fn failed(&self, doing: &'static str, name: &str, trouble: BackendError) -> ObjectsError {
        let (name, location) = (name.to_owned(), self.location.clone());
        match trouble {
            BackendError::Missing => ObjectsError::Missing { name, location },
            #[cfg(feature = "s3")]
            BackendError::NoBucket => ObjectsError::NoBucket { doing, name, location },
            BackendError::Full => ObjectsError::Full { location },
            BackendError::Failed { why, advice } => ObjectsError::Failed {
                doing,
                name,
                location,
                why,
                advice,
            },
        }
    }
}

impl Draft {
    /// Appends the rest of a file. The operating system copies it where it can.
    pub fn append(&mut self, file: &mut File) -> io::Result<()> {
        io::copy(file, self.0.as_file_mut())?;
        Ok(())
    }
}

impl Write for Draft {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Checks a name. The program creates names only from parts that are safe on every file system and cannot leave the
/// folder; a name read from a database is checked like any other.
fn checked(name: &str) -> Result<(), ObjectsError> {
    let fits = name.len() <= 200 && name.split('/').all(is_word);
    fits.then_some(())
        .ok_or_else(|| ObjectsError::Name(name.chars().take(100).collect()))
}

#[cfg(test)]
#[cfg(feature = "s3")]
mod bucket_tests;
#[cfg(test)]
mod folder_tests;
