//! The tests of the pages in a real browser: `tests/browser/`.
//!
//! Owns finding and installing their requirements (Chromium, Node.js, the npm packages of the lock file) and running
//! them on the same build of the program as the other tests.

use crate::debian;
use crate::run::{debug, in_path, printed, shown};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the tests.
const FOLDER: &str = "tests/browser";

/// The environment variables with the paths of the program and the browser.
const PROGRAM: &str = "CRYSTALQORE_PROGRAM";
const BROWSER: &str = "CRYSTALQORE_BROWSER";

/// The names of Chromium.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Keeps packages from downloading a browser: the tests use the system's.
const NO_DOWNLOADS: [(&str, &str); 2] = [
    ("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"),
    ("PUPPETEER_SKIP_DOWNLOAD", "1"),
];

/// Runs the tests of the pages; prints a line if a requirement is missing.
pub fn test(root: &Path, arguments: &[&str]) -> u8 {
    eprintln!("test: the pages, in a browser");
    match ready(root) {
        Ok(command) => shown(command.into_command(root).args(arguments)),
        Err(error) => {
            eprintln!("test: no page was tested in a browser: {error}");
            1
        }
    }
}

/// The requirements of the tests.
struct Ready {
    browser: PathBuf,
    program: PathBuf,
}

impl Ready {
    fn into_command(self, root: &Path) -> Command {
        let mut command = Command::new("node");
        command
            .current_dir(root.join(FOLDER))
            .args(["node_modules/@playwright/test/cli.js", "test"])
            .env(BROWSER, self.browser)
            .env(PROGRAM, self.program);
        command
    }
}

fn ready(root: &Path) -> io::Result<Ready> {
    let browser = find_or_install("Chromium", &["chromium", "fonts-dejavu-core"], find_browser)?;
    find_or_install("Node.js", &["nodejs", "npm"], find_node)?;
    install_packages(&root.join(FOLDER))?;
    let program = debug(root)?;
    Ok(Ready { browser, program })
}

fn find_browser() -> Option<PathBuf> {
    BROWSERS.iter().find_map(in_path)
}

fn find_node() -> Option<PathBuf> {
    in_path("npm").and(in_path("node"))
}

fn find_or_install(what: &str, packages: &[&str], find: impl Fn() -> Option<PathBuf>) -> io::Result<PathBuf> {
    let missing = || {
        let names = packages.join(" ");
        io::Error::other(format!("{what} is missing (Debian: apt-get install {names})"))
    };
    if let Some(found) = find() {
        return Ok(found);
    }
    if !debian::may_install() {
        return Err(missing());
    }
    debian::install(what, packages)?;
    find().ok_or_else(missing)
}

/// Installs exactly the packages of the lock file, unless they are installed.
fn install_packages(folder: &Path) -> io::Result<()> {
    if installed(folder) {
        return Ok(());
    }
    eprintln!("test: npm ci in {FOLDER}");
    let mut npm = Command::new("npm");
    npm.arg("ci").current_dir(folder).envs(NO_DOWNLOADS);
    printed(&mut npm).map(drop)
}

/// Whether npm has installed the packages of the current lock file, and not of an older one, according to npm's own
/// record.
fn installed(folder: &Path) -> bool {
    let changed = |file: &str| fs::metadata(folder.join(file)).and_then(|file| file.modified()).ok();
    let (wanted, there) = (changed("package-lock.json"), changed("node_modules/.package-lock.json"));
    there.is_some() && there >= wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_installed_again_when_the_lock_file_is_newer() {
        let folder = std::env::temp_dir().join(format!("crystalqore-packages-{}", std::process::id()));
        let note = folder.join("node_modules/.package-lock.json");
        fs::create_dir_all(note.parent().unwrap()).unwrap();
        fs::write(folder.join("package-lock.json"), "{}").unwrap();
        assert!(!installed(&folder));
        fs::write(&note, "{}").unwrap();
        assert!(installed(&folder));
        let before = fs::metadata(&note).unwrap().modified().unwrap() - std::time::Duration::from_secs(60);
        let opened = fs::File::options().write(true).open(&note).unwrap();
        opened.set_modified(before).unwrap();
        assert!(!installed(&folder));
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_cannot_be_found_is_named() {
        let found = find_or_install("A shell", &["dash"], || in_path("sh")).unwrap();
        assert!(found.ends_with("sh"));
        if !debian::may_install() {
            let error = find_or_install("A dream", &["dream"], || None).unwrap_err();
            assert_eq!(error.to_string(), "A dream is missing (Debian: apt-get install dream)");
        }
    }
}
