//! Programs from PyPI, each set in its own virtual environment.
//!
//! Owns where they are installed.

use crate::run::printed;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Installs packages, named with their versions, in the target folder unless they are installed. Returns the folder of
/// the environment's programs.
pub fn installed(root: &Path, name: &str, packages: &[&str]) -> io::Result<PathBuf> {
    let folder = root.join("target/python").join(name);
    let programs = folder.join("bin");
    let note = folder.join("installed");
    let wanted = packages.join(" ");
    if fs::read_to_string(&note).is_ok_and(|installed| installed == wanted) {
        return Ok(programs);
    }
    eprintln!("xtask: installing {wanted}");
    let missing = |error: io::Error| io::Error::other(format!("{error} (Debian: apt-get install python3-venv)"));
    printed(Command::new("python3").args(["-m", "venv"]).arg(&folder)).map_err(missing)?;
    let mut pip = Command::new(programs.join("python"));
    printed(pip.args(["-m", "pip", "install", "--quiet"]).args(packages))?;
    fs::write(note, wanted)?;
    Ok(programs)
}
