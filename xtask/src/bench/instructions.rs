//! Counts instructions instead of seconds: they do not depend on the load of the machine.
//!
//! Owns how callgrind is run and its result parsed.

use super::contacts::Contacts;
use super::ours::Program;
use super::timing::{become_like, timed};
use crate::run::in_path;
use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

/// Counts the instructions of an import into an empty directory.
pub fn of_import(program: &Program, contacts: &Contacts, folder: &Path) -> io::Result<u64> {
    if in_path("valgrind").is_none() {
        return Err(io::Error::other(
            "valgrind is missing (Debian: apt-get install valgrind)",
        ));
    }
    let log = folder.join("callgrind.log");
    let mut import = program.command(folder, None);
    import.args(["import", "--region", "US"]).arg(&contacts.csv);
    let mut counted = Command::new("valgrind");
    counted.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    counted.arg(format!("--log-file={}", log.display()));
    become_like(&mut counted, &import);
    timed(&mut counted, &[0, 4], folder)?;
    collected(&fs::read_to_string(&log)?).ok_or_else(|| io::Error::other("callgrind counted nothing"))
}

/// Parses the total that callgrind prints at the end: `==1234== Collected : 5678`.
fn collected(log: &str) -> Option<u64> {
    let (_, count) = log.lines().find_map(|line| line.split_once("Collected :"))?;
    count.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_read_from_the_log() {
        assert_eq!(collected("==7== Events    : Ir\n==7== Collected : 5678\n"), Some(5678));
        assert_eq!(collected("==7== Events    : Ir\n"), None);
    }
}
