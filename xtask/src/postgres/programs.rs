//! The programs of PostgreSQL: found, or installed where that needs no confirmation.
//!
//! Owns the folders that are searched and the installation on Debian.

use crate::debian;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The programs that a private server needs, all in one folder.
const NEEDED: [&str; 3] = ["initdb", "postgres", "psql"];

/// The folder in which Debian has a folder for each version, outside PATH.
const VERSIONS: &str = "/usr/lib/postgresql";

/// The settings that Debian reads before it creates and starts a system-wide server.
const CLUSTERS: &str = "/etc/postgresql-common/createcluster.conf";

/// The folder of the programs.
#[derive(Debug)]
pub struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// Finds the programs; installs them if they are missing and the current user is root on Debian or a derivative.
    pub fn find_or_install() -> io::Result<Self> {
        if let Some(found) = Self::find() {
            return Ok(found);
        }
        if !debian::may_install() {
            return Err(io::Error::other(missing()));
        }
        install()?;
        Self::find().ok_or_else(|| io::Error::other(missing()))
    }

    /// Finds the programs in PATH, or else the newest version that Debian has installed.
    pub fn find() -> Option<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
        folders.extend(newest_first(Path::new(VERSIONS)));
        let folder = folders.into_iter().find(|folder| is_complete(folder))?;
        Some(Self { folder })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns a command for a program, without the user's settings, and with messages in a known language.
    pub fn command(&self, name: &str) -> Command {
        self.below(name, None)
    }

    /// Like `command`, started through another program that replaces itself with it.
    pub fn below(&self, name: &str, starter: Option<(PathBuf, &[&str])>) -> Command {
        let program = self.folder.join(name);
        let mut command = match starter {
            None => Command::new(program),
            Some((starter, arguments)) => {
                let mut command = Command::new(starter);
                command.args(arguments).arg(program);
                command
            }
        };
        let settings = std::env::vars_os().map(|(name, _)| name);
        for name in settings.filter(|name| name.to_string_lossy().starts_with("PG")) {
            command.env_remove(name);
        }
        command.env("LC_ALL", "C");
        command
    }
}

fn missing() -> String {
    let needed = NEEDED.join(", ");
    format!("PostgreSQL is missing: no {needed} in PATH or below {VERSIONS} (Debian: apt-get install postgresql)")
}

fn is_complete(folder: &Path) -> bool {
    NEEDED.iter().all(|name| folder.join(name).is_file())
}

/// Returns the program folders of all versions, the newest first.
fn newest_first(versions: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(versions).into_iter().flatten().flatten();
    let mut found: Vec<(Vec<u32>, PathBuf)> = entries
        .filter_map(|entry| Some((version(entry.file_name().to_str()?)?, entry.path().join("bin"))))
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, folder)| folder).collect()
}

/// Parses a version into its numbers, so that 9.6 sorts before 15.
fn version(name: &str) -> Option<Vec<u32>> {
    name.split('.').map(|number| number.parse().ok()).collect()
}

/// Installs Debian's package.
fn install() -> io::Result<()> {
    want_no_cluster();
    debian::install("PostgreSQL", &["postgresql"])
}

/// Keeps Debian from starting a system-wide server. If that fails, there is an additional server, which does no harm.
fn want_no_cluster() {
    let file = Path::new(CLUSTERS);
    let folder = file.parent().map(fs::create_dir_all);
    if folder.is_some_and(|made| made.is_ok()) && !file.exists() {
        let _ = fs::write(file, "create_main_cluster = false\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(version("15") > version("9.6"));
        assert!(version("17") > version("16"));
        assert_eq!(version("common"), None);
    }

    #[test]
    fn the_newest_version_comes_first() {
        let versions = std::env::temp_dir().join(format!("crystalqore-versions-{}", std::process::id()));
        for name in ["9.6", "15", "16", "not-a-version"] {
            fs::create_dir_all(versions.join(name)).unwrap();
        }
        let found = newest_first(&versions);
        fs::remove_dir_all(&versions).unwrap();
        let expected = ["16/bin", "15/bin", "9.6/bin"].map(|name| versions.join(name));
        assert_eq!(found, expected);
        assert_eq!(newest_first(&versions), Vec::<PathBuf>::new());
    }

    #[test]
    fn what_is_missing_is_said_in_one_line() {
        assert_eq!(missing().lines().count(), 1);
    }
}
