//! A real server on a free port, for tests that send requests.

use crate::scratch::Scratch;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

/// A running server. It is killed when dropped.
pub struct Server {
    child: Child,
    /// The address on which it listens.
    pub address: String,
}

impl Server {
    pub fn start(scratch: &Scratch, arguments: &[&str]) -> Self {
        let mut command = scratch.command(arguments);
        command.env("CRYSTALQORE_LISTEN", "127.0.0.1:0");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut greeting = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut greeting)
            .unwrap();
        let (_, rest) = greeting.split_once("open http://").unwrap();
        let (address, _) = rest.split_once("/ in a browser").unwrap();
        let address = address.to_owned();
        Self { child, address }
    }

    /// Kills it at once, like a crash.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Terminates it as an administrator would, and returns its log.
    pub fn end(mut self) -> String {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(0), "{log}");
        log
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The process may already have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
