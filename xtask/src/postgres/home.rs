//! The folder of a private server, and its removal.
//!
//! Owns creating the folder, filling it, starting the server in it, and removing both however the run ends.
//!
//! A killed process cannot clean up. So a guard always does it: a shell that waits until the pipe from this process to
//! it closes, which happens on drop and on kill. On Linux, the kernel also signals the server when its parent dies.

use super::account::Account;
use super::programs::Programs;
use super::{Purpose, random};
use crate::run::in_path;
use crate::run::printed;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The script of the guard. `$1` is the folder; a line of input is the id of a process whose end it must wait for
/// first.
///
/// The server removes `postmaster.pid` as its last action. Files may still be created while an incomplete cluster is
/// removed, so the removal is tried twice.
const GUARD: &str = r#"
trap '' HUP INT TERM
while read -r line; do awaited=$line; done
held=$1/data/postmaster.pid
while [ -n "$awaited" ] && [ -e "$held" ] && kill -0 "$awaited"; do sleep 0.1; done
server=$(head -n 1 "$held")
[ -n "$server" ] && kill -QUIT "$server"
tenths=0
while [ -e "$held" ] && [ "$tenths" -lt 100 ]; do sleep 0.1; tenths=$((tenths + 1)); done
[ -e "$held" ] && kill -KILL "$server"
rm -rf -- "$1" || { sleep 1; rm -rf -- "$1"; }
"#;

/// Makes the server receive the signal to stop at once when its parent dies.
const WITH_ITS_PARENT: [&str; 3] = ["--pdeathsig", "QUIT", "--"];

/// Locales in order of preference. All of them distinguish letters beyond ASCII, except the last, which every system
/// has.
const LOCALES: [&str; 3] = ["C.UTF-8", "en_US.UTF-8", "C"];

/// A folder, its owner and its guard.
pub struct Home {
    folder: PathBuf,
    account: Option<Account>,
    guard: Child,
}

impl Home {
    /// Creates a folder that only `account` may access, and starts the guard.
    pub fn new(account: Option<Account>) -> io::Result<Self> {
        let folder = std::env::temp_dir().join(format!("crystalqore-postgres-{}", random()?));
        fs::DirBuilder::new().mode(0o700).create(&folder)?;
        let home = Self {
            guard: guard(&folder)?,
            folder,
            account,
        };
        home.give(&home.folder)?;
        Ok(home)
    }

    /// Creates the cluster.
    pub fn initialise(&self, programs: &Programs, user: &str, password: &str, purpose: Purpose) -> io::Result<()> {
        let secret = self.folder.join("password");
        let mut options = fs::OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(&secret)?;
        writeln!(file, "{password}")?;
        self.give(&secret)?;
        let mut made = Err(io::Error::other("no locale"));
        for locale in LOCALES {
            made = printed(&mut self.initdb(programs, user, locale, purpose));
            if made.is_ok() {
                break;
            }
        }
        fs::remove_file(secret)?;
        made.map(drop)
    }

    fn initdb(&self, programs: &Programs, user: &str, locale: &str, purpose: Purpose) -> Command {
        let mut initdb = self.command(programs, "initdb");
        initdb
            .args(["--pgdata=data", "--pwfile=password", "--auth=scram-sha-256"])
            .args(["--encoding=UTF8", &format!("--locale={locale}"), "-U", user]);
        if purpose == Purpose::Tests {
            initdb.arg("--no-sync");
        }
        initdb
    }

    /// Starts the server. It ends when the guard stops it, or when this process dies.
    pub fn serve(&self, programs: &Programs, port: u16, purpose: Purpose) -> io::Result<Child> {
        let log = fs::File::create(self.log_file())?;
        let mut server = self.command(programs, "postgres");
        server.args(["-D", "data", "-p", &port.to_string()]);
        for setting in purpose.settings() {
            server.args(["-c", setting]);
        }
        server.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()
    }

    /// Returns a command that runs in the folder, as its owner, and does not receive Ctrl-C from the terminal.
    fn command(&self, programs: &Programs, name: &str) -> Command {
        let starter = in_path("setpriv").map(|setpriv| (setpriv, &WITH_ITS_PARENT[..]));
        let mut command = programs.below(name, starter);
        command.current_dir(&self.folder).process_group(0);
        if let Some(account) = self.account {
            command.uid(account.user).gid(account.group);
        }
        command
    }

    fn give(&self, path: &Path) -> io::Result<()> {
        match self.account {
            None => Ok(()),
            Some(account) => chown(path, Some(account.user), Some(account.group)),
        }
    }

    fn log_file(&self) -> PathBuf {
        self.folder.join("server.log")
    }

    /// Returns the log of the server.
    pub fn log(&self) -> String {
        let bytes = fs::read(self.log_file()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Makes the guard wait for the end of this process, even if another program replaces it with `exec`.
    pub fn wait_for_this_process(&mut self) -> io::Result<()> {
        self.tell(&std::process::id().to_string())
    }

    fn tell(&mut self, line: &str) -> io::Result<()> {
        match &mut self.guard.stdin {
            None => Ok(()),
            Some(pipe) => writeln!(pipe, "{line}"),
        }
    }

    /// Stops the server if it is running, removes the folder, and returns when both are gone.
    pub fn end(&mut self) {
        // The guard must not wait for any process, not even this one.
        let _ = self.tell("");
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        self.end();
    }
}

/// Starts the guard, which does not receive Ctrl-C from the terminal.
fn guard(folder: &Path) -> io::Result<Child> {
    let mut guard = Command::new("sh");
    guard.args(["-c", GUARD, "guard"]).arg(folder);
    guard.process_group(0).current_dir("/");
    guard.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    guard.spawn()
}
