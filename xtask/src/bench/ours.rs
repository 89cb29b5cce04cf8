//! Our own program in a bench, as it is now or as it was.
//!
//! Owns the command that is measured. Leaves out preparing a database for it.

use super::absolute;
use super::timing::{Took, timed_with_peak};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// An import is done with 0, or with 4 if it rejected rows.
const DONE: [i32; 2] = [0, 4];

/// Where the program is told of a server. Arguments are seen by everybody on the machine, and this holds a password.
const DATABASE: &str = "CRYSTALQORE_DATABASE";

/// A build of the program.
pub struct Program {
    /// How it is called in the table.
    pub name: String,
    /// Where it is.
    pub binary: PathBuf,
}

impl Program {
    /// The program at a path.
    pub fn at(binary: &Path) -> io::Result<Self> {
        let binary = absolute(binary)?;
        Ok(Self {
            name: format!("the program at {}", binary.display()),
            binary,
        })
    }

    /// Imports the file, into a server's database if there is one, and else into a file in `folder`.
    pub fn import(&self, csv: &Path, folder: &Path, url: Option<&str>) -> io::Result<Took> {
        let mut import = Command::new(&self.binary);
        import.arg("--data").arg(folder.join("data"));
        import.args(["import", "--region", "US", "--json"]).arg(csv);
        match url {
            Some(url) => import.env(DATABASE, url),
            None => import.env_remove(DATABASE),
        };
        timed_with_peak(&mut import, &DONE, folder)
    }
}
