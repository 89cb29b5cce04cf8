//! Installs Debian packages, where that needs no confirmation.
//!
//! Owns when this is allowed and how apt-get is run.

use crate::postgres::is_root;
use crate::run::{in_path, printed};
use std::io;
use std::process::{Command, Stdio};

/// Whether the current user is root on Debian or a derivative.
pub fn may_install() -> bool {
    is_root() && in_path("apt-get").is_some()
}

/// Installs packages. Updates the package lists only if the installation fails without that.
pub fn install(what: &str, packages: &[&str]) -> io::Result<()> {
    let names = packages.join(" ");
    eprintln!("{what} is missing: installing from Debian: {names}");
    let mut install = vec!["install", "--yes", "--no-install-recommends"];
    install.extend(packages);
    if printed(&mut apt(&install)).is_ok() {
        return Ok(());
    }
    let renewed = printed(&mut apt(&["update"])).and_then(|_| printed(&mut apt(&install)));
    renewed.map(drop).map_err(|error| {
        io::Error::other(format!(
            "{what} is missing and cannot be installed (apt-get install {names}): {error}"
        ))
    })
}

/// Returns a command for apt-get that asks no questions, keeps existing settings, and waits for other runs to end: two
/// tests may install at once.
fn apt(arguments: &[&str]) -> Command {
    let mut apt = Command::new("apt-get");
    apt.args(["-qq", "-o", "DPkg::Lock::Timeout=300"])
        .args(["-o", "Dpkg::Options::=--force-confold"])
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .env("UCF_FORCE_CONFFOLD", "1")
        .stdin(Stdio::null());
    apt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installation_asks_nothing() {
        let apt = apt(&["update"]);
        let frontend = apt.get_envs().find(|(name, _)| *name == "DEBIAN_FRONTEND");
        assert_eq!(frontend.and_then(|(_, value)| value), Some("noninteractive".as_ref()));
    }
}
