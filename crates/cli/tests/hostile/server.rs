//! `crystalqore serve` with an owner and two members, in a folder of its own.

use crate::http::{self, Session};
use crate::scratch::{Run, Scratch};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

pub const OWNER: &str = "olga@example.org";
/// The attacking member.
pub const MALLORY: &str = "mallory@example.org";
/// The member who must be able to work.
pub const WANDA: &str = "wanda@example.org";
/// The password of all three.
pub const PASSWORD: &str = "seven lamps over the quiet harbour";

/// A running server. It is killed when dropped.
pub struct Server {
    pub scratch: Scratch,
    pub address: String,
    process: Child,
}

impl Server {
    /// Starts a server for a new installation with three members.
    pub fn start() -> Self {
        Self::start_under(&[])
    }

    /// Starts a server through another program, such as `["prlimit", "--nofile=1024"]`.
    pub fn start_under(wrapper: &[&str]) -> Self {
        Self::serve(with_members(), wrapper, &[])
    }

    /// Starts a server with additional settings, as environment variables.
    pub fn start_with(settings: &[(&'static str, &str)]) -> Self {
        Self::serve(with_members(), &[], settings)
    }

    /// Starts a server for an existing installation.
    pub fn serve(scratch: Scratch, wrapper: &[&str], settings: &[(&'static str, &str)]) -> Self {
        let mut command = wrapped(&scratch.command(&["serve"]), wrapper);
        let log = File::create(scratch.path("log")).unwrap();
        let mut process = command
            .env("CRYSTALQORE_LISTEN", "127.0.0.1:0")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut greeting = String::new();
        let mut out = BufReader::new(process.stdout.take().unwrap());
        out.read_line(&mut greeting).unwrap();
        let address = greeting
            .split_once("open http://")
            .and_then(|(_, rest)| rest.split_once('/'));
        let (address, _) = address.unwrap_or_else(|| unreachable!("{greeting}\n{}", scratch.read("log")));
        Self {
            address: address.to_owned(),
            scratch,
            process,
        }
    }

    /// Signs in as one of the members, in a new browser.
    pub fn sign_in(&self, email: &str) -> Session {
        let form = format!("email={}&password={}", encoded(email), encoded(PASSWORD));
        let answer = http::post(&self.address, "/sign-in", &form).expect(303);
        let cookies = answer.head.lines().filter_map(|line| line.strip_prefix("set-cookie: "));
        let cookies = cookies.map(|cookie| cookie.split(';').next().unwrap());
        Session {
            address: self.address.clone(),
            cookie: cookies.collect::<Vec<_>>().join("; "),
        }
    }

    /// The peak memory of the process, in MiB.
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let kib: u64 = line.trim().strip_suffix(" kB").unwrap().trim().parse().unwrap();
        kib / 1024
    }

    /// What the server has logged so far.
    pub fn log(&self) -> String {
        self.scratch.read("log")
    }

    /// Terminates it as an administrator would, and returns its exit code and the installation.
    pub fn end(mut self) -> (Option<i32>, Scratch) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let code = self.process.wait().unwrap().code();
        let empty = Scratch::new();
        (code, std::mem::replace(&mut self.scratch, empty))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The process may already have ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A new installation with an owner and two members.
pub fn with_members() -> Scratch {
    let scratch = Scratch::new();
    for (email, name) in [(OWNER, "Olga"), (MALLORY, "Mallory"), (WANDA, "Wanda")] {
        add_member(&scratch, email, name).expect(0);
    }
    scratch
}

fn add_member(scratch: &Scratch, email: &str, name: &str) -> Run {
    let arguments = ["member", "add", email, "--name", name, "--password-stdin"];
    scratch.run_with_input(&arguments, format!("{PASSWORD}\n"))
}

/// A command that starts `command` through another program.
fn wrapped(command: &Command, wrapper: &[&str]) -> Command {
    let mut words = wrapper.iter().map(|word| (*word).as_ref());
    let program = words.next().unwrap_or(command.get_program());
    let mut outer = Command::new(program);
    outer.args(words);
    if !wrapper.is_empty() {
        outer.arg(command.get_program());
    }
    outer.args(command.get_args());
    outer.current_dir(command.get_current_dir().unwrap());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    outer.stdin(Stdio::null());
    outer
}

/// A form value, percent-encoded.
pub fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}
