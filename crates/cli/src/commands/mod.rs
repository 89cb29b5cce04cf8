//! The commands of the program, one file for each.

mod backup;
mod copy;
mod doctor;
mod duplicates;
mod export;
mod import;
mod imports;
mod inspect;
mod member;
mod rejected;
mod resume;
mod sample;
mod serve;
mod token;
mod undo;
mod watch;

use crate::args::{Command, PlaceArgs};
use std::process::ExitCode;

/// Runs a command and returns its exit code.
pub fn run(place: &PlaceArgs, command: &Command) -> ExitCode {
    let (json, result) = match command {
        Command::Serve(args) => (false, serve::run(place, args)),
        Command::Inspect(args) => (args.json, inspect::run(args)),
        Command::Import(args) => (args.json, import::run(place, args)),
        Command::Imports(args) => (args.json, imports::run(place, args)),
        Command::Resume(args) if args.watch => (args.json, watch::run(place, args)),
        Command::Resume(args) => (args.json, resume::run(place, args)),
        Command::Rejected(args) => (false, rejected::run(place, args)),
        Command::Undo(args) => (args.json, undo::run(place, args)),
        Command::Export(args) => (false, export::run(place, args)),
        Command::Duplicates(args) => (args.json, duplicates::run(place, args)),
        Command::Member(args) => (args.action.json(), member::run(place, args)),
        Command::Token(args) => (args.action.json(), token::run(place, args)),
        Command::Sample => (false, sample::run()),
        Command::Backup(args) => (false, backup::backup(place, args)),
        Command::Restore(args) => (false, backup::restore(place, args)),
        Command::Copy(args) => (args.json, copy::run(place, args)),
        Command::Doctor(args) => (args.json, doctor::run(place, args)),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(failure) => failure.tell(json),
    }
}
