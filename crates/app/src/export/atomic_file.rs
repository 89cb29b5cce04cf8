//! Files that people get: written under another name until they are whole, so that a broken one never looks like one, nor
//! destroys the last.

use crate::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Writes a file. If that fails, what was there before stays.
///
/// # Errors
/// What `write` returns, and when the file cannot be made.
pub fn write_whole<T, E: From<Error>>(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<T, E>) -> Result<T, E> {
    let is_special = fs::metadata(path).is_ok_and(|meta| !meta.is_file());
    if is_special {
        // A device or a pipe is written to; moving a file over it would take it away.
        return write_to(path, path, write);
    }
    let unfinished = beside(path);
    let written = write_to(&unfinished, path, write).and_then(|written| {
        fs::rename(&unfinished, path).map_err(|e| Error::io("writing", path, e))?;
        Ok(written)
    });
    written.inspect_err(|_| {
        // What is broken is of no use; if it was never made, there is nothing to remove.
        let _ = fs::remove_file(&unfinished);
    })
}

fn write_to<T, E: From<Error>>(
    file: &Path,
    shown: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<T, E>,
) -> Result<T, E> {
    let failed = |e| Error::io("writing", shown, e);
    let mut out = BufWriter::with_capacity(256 * 1024, File::create(file).map_err(failed)?);
    let written = write(&mut out)?;
    out.flush().map_err(failed)?;
    Ok(written)
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".unfinished");
    path.with_file_name(name)
}
