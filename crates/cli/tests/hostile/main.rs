//! A hostile member against a real server: nothing that a member or stranger does may keep the others from working.
//!
//! One file for each kind of attack. [`server`] starts the program with three members, [`http`] sends requests like a
//! browser or like an attacker, and [`watch`] is a member who works during the attack. `docs/security.md` summarises
//! the security review that these tests repeat.

#![expect(clippy::unwrap_used, reason = "the shared code of tests is test code")]

mod connections;
mod exports;
mod files;
mod http;
mod pages;
mod permissions;
mod previews;
mod rejected;
#[path = "../cli/scratch.rs"]
#[expect(dead_code, reason = "the tests of the command line use more of it")]
mod scratch;
mod server;
mod sign_in;
mod uploads;
mod watch;
