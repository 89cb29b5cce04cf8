//! Output files for users: written under a temporary name until they are complete, so that an incomplete file never
//! looks complete and never replaces a good one.

use crate::error::Error;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use tempfile::{Builder, NamedTempFile};

/// Writes a file. If that fails, an existing file is left unchanged.
///
/// # Errors
/// If `write` fails, or the file cannot be created.
pub fn write_whole<T, E: From<Error>>(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<T, E>) -> Result<T, E> {
    let failed = |error| Error::io("writing", path, error);
    let is_special = fs::metadata(path).is_ok_and(|meta| !meta.is_file());
    if is_special {
        // A device or a pipe is written directly; moving a file over it would remove it.
        return write_to(&File::create(path).map_err(failed)?, path, write);
    }
    let draft = draft_beside(path).map_err(failed)?;
    let written = write_to(draft.as_file(), path, write)?;
    draft.persist(path).map_err(|error| failed(error.error))?;
    Ok(written)
}

fn write_to<T, E: From<Error>>(
    file: &File,
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<T, E>,
) -> Result<T, E> {
    let mut out = BufWriter::with_capacity(256 * 1024, file);
    let written = write(&mut out)?;
    out.flush().map_err(|error| Error::io("writing", path, error))?;
    Ok(written)
}

/// Creates a temporary file in the same folder, with the permissions of any new file. It is deleted unless it is
/// persisted.
fn draft_beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    let mut builder = Builder::new();
    builder.prefix(&name).suffix(".unfinished");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder.unwrap_or(Path::new(".")))
}
