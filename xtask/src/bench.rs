//! Speed, measured against peers in the same run: `cargo xtask bench`.
//!
//! Owns the order of the runs and the ratios. Leaves out what a figure should be: machines are noisy, so nothing here
//! passes or fails.

use crate::run;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// The table that `sqlite3 .import` fills, and the indexes that make it comparable: email, two phones, name.
const TABLE: &str = "create table c(\"First Name\" TEXT,\"Last Name\" TEXT,\"Email\" TEXT,\"Phone (Work)\" TEXT,\"Phone (Mobile)\" TEXT,\"Company\" TEXT,\"Title\" TEXT,\"Address\" TEXT,\"City\" TEXT,\"State\" TEXT,\"Zip Code\" TEXT,\"Country\" TEXT,\"Tag\" TEXT,\"Notes\" TEXT);";
const INDEXES: &str = "create unique index c_e on c(\"Email\" collate nocase) where \"Email\"<>''; create index c_w on c(\"Phone (Work)\"); create index c_m on c(\"Phone (Mobile)\"); create index c_n on c(\"Last Name\" collate nocase,\"First Name\" collate nocase);";

/// One of the programs that are compared.
struct Runner {
    name: &'static str,
    run: fn(&Path, &Path, &Path) -> Option<f64>,
}

const RUNNERS: [Runner; 3] = [
    Runner {
        name: "sqlite3 .import, four indexes, no checks",
        run: |_, csv, work| sqlite(csv, work, true),
    },
    Runner {
        name: "sqlite3 .import, no index, no checks",
        run: |_, csv, work| sqlite(csv, work, false),
    },
    Runner {
        name: "crystalqore import",
        run: ours,
    },
];

/// Imports `csv` with every program in turn, `rounds` times, and prints medians and ratios to the first.
pub fn import(root: &Path, csv: &Path, rounds: usize) -> u8 {
    if Command::new("sqlite3")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_err()
    {
        eprintln!("bench: sqlite3 is missing (Debian: apt-get install sqlite3)");
        return 1;
    }
    let built = run::release(root);
    if built != 0 {
        return built;
    }
    let work = std::env::temp_dir().join(format!("crystalqore-bench-{}", std::process::id()));
    let mut seconds = vec![Vec::new(); RUNNERS.len()];
    for round in 1..=rounds {
        for (runner, seconds) in RUNNERS.iter().zip(&mut seconds) {
            let _ = fs::remove_dir_all(&work);
            let Some(took) = fs::create_dir_all(&work)
                .ok()
                .and_then(|()| (runner.run)(root, csv, &work))
            else {
                eprintln!("bench: {} failed", runner.name);
                return 1;
            };
            println!("round {round}  {took:8.2} s  {}", runner.name);
            seconds.push(took);
        }
    }
    let _ = fs::remove_dir_all(&work);
    println!("\n  median s   of the first   ");
    for (runner, taken) in RUNNERS.iter().zip(&seconds) {
        let ratios: Vec<f64> = taken
            .iter()
            .zip(&seconds[0])
            .map(|(ours, first)| ours / first)
            .collect();
        println!(
            "{:>10.2}   {:>12.2}   {}",
            median(taken.clone()),
            median(ratios),
            runner.name
        );
    }
    0
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

#[expect(clippy::disallowed_methods, reason = "measuring time is what this is for")]
fn timed(command: &mut Command) -> Option<f64> {
    let began = Instant::now();
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().ok()?;
    Some(began.elapsed().as_secs_f64())
}

fn sqlite(csv: &Path, work: &Path, indexes: bool) -> Option<f64> {
    let database = work.join("peer.db");
    let schema = if indexes {
        format!("{TABLE}{INDEXES}")
    } else {
        TABLE.to_owned()
    };
    Command::new("sqlite3")
        .arg(&database)
        .arg(schema)
        .status()
        .ok()
        .filter(|s| s.success())?;
    let import = format!(".import --skip 1 {} c", csv.display());
    // It complains of every repeated email and goes on, so its exit code says nothing.
    timed(Command::new("sqlite3").arg(&database).args([".mode csv", &import]))
}

fn ours(root: &Path, csv: &Path, work: &Path) -> Option<f64> {
    let binary: PathBuf = root.join("target/release/crystalqore");
    timed(
        Command::new(binary)
            .arg("--data")
            .arg(work)
            .args(["import", "--region", "US", "--json"])
            .arg(csv),
    )
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
}
