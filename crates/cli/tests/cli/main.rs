//! The real binary, run as a person runs it: arguments in, output, exit code and the state of the data folder out.
//!
//! One file for each command, because that is how the command line is divided; `any_engine/` has those that come to the same
//! on every engine. Every import of these tests goes through [`scratch::Scratch::import`], which previews it first: that
//! the preview equals the result is held everywhere, not in one test.

#![expect(clippy::unwrap_used, reason = "the shared runner belongs to the tests")]

mod any_engine;
mod api;
#[cfg(feature = "s3")]
mod bucket;
mod crash;
mod doctor;
mod duplicates;
mod member;
mod moving;
mod objects;
mod rejected;
mod resume;
mod scratch;
mod serve;
mod server;
mod together;
mod token;
mod undo;
mod watch;
