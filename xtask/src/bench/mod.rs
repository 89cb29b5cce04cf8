//! `cargo xtask bench`: speed, measured against peers in the same run.
//!
//! Owns which tasks are measured, and where the results go.

mod chart;
mod compare;
mod contacts;
mod growth;
mod instructions;
mod options;
mod ours;
mod postgres;
mod python;
mod report;
mod server;
mod sqlite;
mod timing;
mod works;

pub use options::Options;

use compare::TABLE_HEAD;
use contacts::Contacts;
use options::{Bench, WORKS};
use ours::Program;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Runs the benchmark; returns 0 if it succeeded.
pub fn bench(root: &Path, options: &Options) -> u8 {
    let measured = match options.bench {
        Bench::Server => server::measure(root, options),
        Bench::Growth => growth(root, options),
        Bench::Instructions => instructions(root, options),
        Bench::All => works(root, &WORKS, options),
        one => works(root, &[one], options),
    };
    match measured {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("bench: {error}");
            1
        }
    }
}

/// Measures tasks and prints their table.
fn works(root: &Path, works: &[Bench], options: &Options) -> io::Result<()> {
    let programs = programs(root, options)?;
    let mut lines = String::new();
    for work in works {
        lines.push_str(&works::measure(root, &programs, *work, options)?.lines());
    }
    let table = format!("{TABLE_HEAD}{lines}");
    println!("\n{table}");
    if options.write {
        report::write(root, "works", &table)?;
    }
    Ok(())
}

/// Measures each size and prints the table.
fn growth(root: &Path, options: &Options) -> io::Result<()> {
    let program = now(root)?;
    let sizes = growth::measure(&program, options.rows, options.rounds)?;
    let table = growth::table(&sizes);
    println!("\n{table}");
    if options.write {
        report::write(root, "growth", &table)?;
        fs::write(root.join(report::CHART), growth::chart(&sizes))?;
    }
    Ok(())
}

/// Counts the instructions of every program.
fn instructions(root: &Path, options: &Options) -> io::Result<()> {
    let folder = Folder::new("instructions");
    for program in programs(root, options)? {
        folder.empty()?;
        let contacts = Contacts::generate(folder.path.join("contacts.csv"), options.rows)?;
        let count = instructions::of_import(&program, &contacts, &folder.path)?;
        println!("{count} instructions, {} a row: {}", count / options.rows, program.name);
    }
    Ok(())
}

fn programs(root: &Path, options: &Options) -> io::Result<Vec<Program>> {
    ours::programs(root, options.against.as_deref())
}

/// Our program, built from the current sources.
fn now(root: &Path) -> io::Result<Program> {
    let program = ours::programs(root, None)?.pop();
    program.ok_or_else(|| io::Error::other("no program is measured"))
}

/// Returns the path of a file independent of the current folder.
fn absolute(path: &Path) -> io::Result<PathBuf> {
    fs::canonicalize(path).map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

/// A temporary folder, removed on drop.
struct Folder {
    path: PathBuf,
}

impl Folder {
    fn new(purpose: &str) -> Self {
        Self {
            path: std::env::temp_dir().join(format!("crystalqore-bench-{purpose}-{}", std::process::id())),
        }
    }

    fn empty(&self) -> io::Result<()> {
        let _ = fs::remove_dir_all(&self.path);
        fs::create_dir_all(&self.path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}
