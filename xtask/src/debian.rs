//! Installing what Debian has, where that can be done without asking.
//!
//! Owns when it may be done and how apt-get is called.

use crate::postgres::is_root;
use crate::run::{in_path, printed};
use std::io;
use std::process::{Command, Stdio};

/// Whether this is run by root on Debian or a relative of it.
pub fn may_install() -> bool {
    is_root() && in_path("apt-get").is_some()
}

/// Installs packages. The lists of packages are renewed only if they cannot be had without.
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

/// apt-get asks nothing, keeps settings that it finds, and waits for another one to end: two tests may install at once.
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
