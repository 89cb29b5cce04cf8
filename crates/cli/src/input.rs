//! The input file of a command: a path, a pipe or standard input.

use crate::exit::Failure;
use app::{Spooled, spool};
use std::path::{Path, PathBuf};

/// The input file: a named file, or a copy of standard input or of a pipe, because the input is read more than once.
pub enum Input {
    File(PathBuf),
    Standard(Spooled),
}

impl Input {
    pub fn open(file: &Path) -> Result<Self, Failure> {
        if file.as_os_str() == "-" {
            return Ok(Self::Standard(spool(&mut std::io::stdin().lock())?));
        }
        match std::fs::metadata(file) {
            Ok(meta) if meta.is_dir() => Err(unreadable(file, "it is a folder")),
            Ok(meta) if meta.is_file() => Ok(Self::File(file.to_owned())),
            // A pipe or similar can be read only once.
            Ok(_) => {
                let mut pipe = std::fs::File::open(file).map_err(|e| unreadable(file, e))?;
                Ok(Self::Standard(spool(&mut pipe)?))
            }
            Err(error) => Err(unreadable(file, error)),
        }
    }

    pub fn path(&self) -> &Path {
        match self {
            Self::File(path) => path,
            Self::Standard(spooled) => spooled.path(),
        }
    }

    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path
                .file_name()
                .map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
            Self::Standard(_) => "(standard input)".to_owned(),
        }
    }
}

fn unreadable(file: &Path, why: impl std::fmt::Display) -> Failure {
    Failure::App(app::Error::Read(std::io::Error::other(format!(
        "{}: {why}",
        file.display()
    ))))
}
