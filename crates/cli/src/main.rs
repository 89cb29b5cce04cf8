//! The program `crystalqore`.
//!
//! Owns the command line: arguments, output, exit codes. Each command is a file in `commands`.

mod arg_values;
mod args;
mod commands;
mod exit;
mod input;
mod installation;
mod mapping_file;
mod member_args;
mod output;
mod progress;
mod serve_args;
mod show;
mod system;
mod token_args;

use std::process::ExitCode;

// Import threads exchange many small strings; mimalloc makes imports up to a tenth faster than the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let (place, command) = args::Args::of_process();
    commands::run(&place, &command)
}
