//! Files that people get: written under another name until they are whole, so that a broken one never looks like one, nor
//! destroys the last.

use crate::error::Error;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use tempfile::{Builder, NamedTempFile};

/// Writes a file. If that fails, what was there before stays.
///
/// # Errors
/// What `write` returns, and when the file cannot be made.
pub fn write_whole<T, E: From<Error>>(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<T, E>) -> Result<T, E> {
    let failed = |error| Error::io("writing", path, error);
    let is_special = fs::metadata(path).is_ok_and(|meta| !meta.is_file());
    if is_special {
        // A device or a pipe is written to; moving a file over it would take it away.
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

/// A file in the same folder, with the rights of any new file, that vanishes unless it gets its name.
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
