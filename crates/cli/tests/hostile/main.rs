//! A hostile member against the real server: what one member or stranger does must not keep the others from working.
//!
//! One file for each kind of attack. [`server`] starts the program with three members, [`http`] sends requests as a
//! browser or as an attacker does, and [`watch`] is the other member who works all the time. The security review that
//! these tests repeat is summarised in `docs/security.md`.

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
