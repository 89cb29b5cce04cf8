//! Speed, measured against peers in the same run: `cargo xtask bench`.
//!
//! Owns the file that is imported, the order of the runs and the ratios.

mod options;
mod ours;
mod postgres;
mod server;
mod sqlite;
mod timing;

pub use options::Options;

use crate::run;
use generator::Expected;
use options::Bench;
use ours::Program;
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use timing::Took;

/// Imports the file in an empty folder.
type Run<'a> = Box<dyn Fn(&Path) -> io::Result<Took> + 'a>;

/// One of the programs that are compared.
struct Runner<'a> {
    name: String,
    run: Run<'a>,
}

impl<'a> Runner<'a> {
    fn new(name: impl Into<String>, run: impl Fn(&Path) -> io::Result<Took> + 'a) -> Self {
        Self {
            name: name.into(),
            run: Box::new(run),
        }
    }
}

/// A generated file, and what an import of it must count.
struct Contacts {
    csv: PathBuf,
    expected: Expected,
}

impl Contacts {
    fn generate(csv: PathBuf, rows: u64) -> io::Result<Self> {
        let request = generator::Request {
            rows,
            seed: 1,
            ..generator::Request::default()
        };
        let expected = generator::write(BufWriter::new(File::create(&csv)?), &request)?;
        Ok(Self { csv, expected })
    }
}

/// Runs the bench; 0 if it could be measured.
pub fn bench(root: &Path, options: &Options) -> u8 {
    let measured = match options.bench {
        Bench::Import => import(root, options),
        Bench::Server => server::measure(root, options),
    };
    match measured {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("bench: {error}");
            1
        }
    }
}

/// Imports a file with every program in turn, and prints medians and ratios to the first.
fn import(root: &Path, options: &Options) -> io::Result<()> {
    let folder = Folder::new("file");
    folder.empty()?;
    let contacts = Contacts::generate(folder.path.join("contacts.csv"), options.rows)?;
    if options.postgres {
        postgres::import(root, &contacts, options)
    } else {
        sqlite::import(root, &contacts, options)
    }
}

/// Where a file is, whatever folder a program is run in.
fn absolute(path: &Path) -> io::Result<PathBuf> {
    fs::canonicalize(path).map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

/// Our program as it is now, after the one that it is to be compared with.
fn programs(root: &Path, options: &Options) -> io::Result<Vec<Program>> {
    let now = Program {
        name: "crystalqore import".to_owned(),
        binary: run::release(root)?,
    };
    let before = options.against.as_ref().map(|binary| Program::at(binary)).transpose()?;
    Ok(before.into_iter().chain([now]).collect())
}

/// Runs all of them in turn, `rounds` times, and prints what they took.
fn compare(runners: &[Runner], rounds: usize) -> io::Result<()> {
    let folder = Folder::new("run");
    let mut taken = vec![Vec::new(); runners.len()];
    for round in 1..=rounds {
        for (runner, taken) in runners.iter().zip(&mut taken) {
            let took = measure(runner, &folder)?;
            println!("round {round}  {took}  {}", runner.name);
            taken.push(took);
        }
    }
    print_medians(runners, &taken);
    Ok(())
}

fn measure(runner: &Runner, folder: &Folder) -> io::Result<Took> {
    let took = folder.empty().and_then(|()| (runner.run)(&folder.path));
    took.map_err(|error| io::Error::new(error.kind(), format!("{} failed: {error}", runner.name)))
}

fn print_medians(runners: &[Runner], taken: &[Vec<Took>]) {
    let seconds = |taken: &[Took]| taken.iter().map(|took| took.seconds).collect::<Vec<_>>();
    let first = taken.first().map(|taken| seconds(taken)).unwrap_or_default();
    println!("\n  median s   of the first   most MiB   ");
    for (runner, taken) in runners.iter().zip(taken) {
        let own = seconds(taken);
        let ratios = own.iter().zip(&first).map(|(own, first)| own / first);
        println!(
            "{:>10.2}   {:>12.2}   {:>8}   {}",
            median(own.clone()),
            median(ratios.collect()),
            timing::mebibytes(taken.iter().filter_map(|took| took.peak).max()),
            runner.name
        );
    }
}

/// The middle value; of an even number of values the mean of the two in the middle.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        n if n % 2 == 0 => f64::midpoint(values[middle - 1], values[middle]),
        _ => values[middle],
    }
}

/// A folder that is removed at the end.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0]), 2.5);
        assert_eq!(median(Vec::new()), 0.0);
    }

    #[test]
    fn runners_take_turns_in_an_empty_folder() {
        let order = std::cell::RefCell::new(String::new());
        let runner = |name: &'static str| {
            let order = &order;
            Runner::new(name, move |folder| {
                assert_eq!(fs::read_dir(folder)?.count(), 0);
                fs::write(folder.join(name), name)?;
                order.borrow_mut().push_str(name);
                Ok(Took {
                    seconds: 1.0,
                    peak: None,
                })
            })
        };
        compare(&[runner("a"), runner("b")], 2).unwrap();
        assert_eq!(*order.borrow(), "abab");
        assert!(!Folder::new("run").path.exists());
    }

    #[test]
    fn a_runner_that_fails_is_named() {
        let runner = Runner::new("a", |_| Err(io::Error::other("no disk")));
        let folder = Folder::new("failing");
        let error = measure(&runner, &folder).unwrap_err();
        assert_eq!(error.to_string(), "a failed: no disk");
    }
}
