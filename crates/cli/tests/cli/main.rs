//! Tests of the real binary, run as a person runs it: they check output, exit code and the state of the data folder.
//!
//! One file for each command; `any_engine/` contains the tests that have the same result on every engine. Every
//! import of these tests uses [`scratch::Scratch::import`], which previews it first, so that all of them check that
//! the preview equals the result.

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
