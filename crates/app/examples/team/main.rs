//! How long things take in the workspace of a large team: 200 members, 1,000,000 contacts and 5,000,000 shares.
//!
//! `cargo xtask bench server` runs it: it makes the database (`workspace`, in an `installation`) and prints what things take
//! over HTTP from the real program (`server`). Nothing passes or fails, because machines are noisy.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement that cannot go on ends, and speaks to the developer"
)]

mod beside;
mod http;
mod installation;
mod random;
mod server;
mod workspace;

use std::time::Duration;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match &words[..] {
        [contacts, programs @ ..] if !programs.is_empty() => {
            let contacts = contacts.parse().expect("the number of contacts is a whole number");
            server::measure(contacts, programs);
        }
        _ => println!("cargo xtask bench server"),
    }
}

/// The median, the 99th percentile and the longest, in milliseconds.
fn of_hundred(mut taken: Vec<Duration>) -> [f64; 3] {
    taken.sort_unstable();
    [50, 99, 100].map(|percent| {
        let at = (taken.len() * percent / 100).min(taken.len().saturating_sub(1));
        taken.get(at).map_or(0.0, |taken| taken.as_secs_f64() * 1000.0)
    })
}

fn told(what: &str, took: Duration) {
    println!("{what}: {:.2} s", took.as_secs_f64());
}

/// The memory of a process in MiB, where the system tells.
struct Memory {
    now: u64,
    most: u64,
}

fn memory(process: u32) -> Memory {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let mebibytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kibibytes = line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse::<u64>().ok());
        kibibytes.unwrap_or_default() / 1024
    };
    Memory {
        now: mebibytes("VmRSS:"),
        most: mebibytes("VmHWM:"),
    }
}
