//! Time and memory as functions of the number of rows.
//!
//! Owns the sizes that are measured, and the table and chart of the results.

use super::Folder;
use super::chart::{self, Series};
use super::compare::{Outcome, Runner, Work, compare};
use super::contacts::{Contacts, Filled};
use super::ours::Program;
use std::fmt::Write as _;
use std::io;

/// The smallest file.
const LEAST: u64 = 10_000;

/// The tasks that are measured at every size.
const WORKS: [&str; 4] = ["import", "preview", "inspect", "export"];

/// The measurements at one size: an outcome for each of the tasks.
pub struct Size {
    rows: u64,
    outcomes: Vec<Outcome>,
}

/// Measures powers of ten up to `most` rows.
pub fn measure(program: &Program, most: u64, rounds: usize) -> io::Result<Vec<Size>> {
    sizes(most).map(|rows| at(program, rows, rounds)).collect()
}

/// Returns 10,000, 100,000, and so on, and finally `most`.
fn sizes(most: u64) -> impl Iterator<Item = u64> {
    let powers = std::iter::successors(Some(LEAST), |rows| rows.checked_mul(10));
    powers.take_while(move |rows| *rows < most).chain([most])
}

fn at(program: &Program, rows: u64, rounds: usize) -> io::Result<Size> {
    let folder = Folder::new("growth");
    folder.empty()?;
    let contacts = Contacts::generate(folder.path.join("contacts.csv"), rows)?;
    let filled = Filled::new(program, &contacts, folder.path.join("filled"))?;
    let outcomes = WORKS.map(|name| {
        let (contacts, filled) = (&contacts, &filled);
        let run = Runner::new(&program.name, move |folder| match name {
            "import" => program.import(contacts, folder, None),
            "preview" => program.preview(contacts, folder),
            "inspect" => program.inspect(contacts, folder),
            _ => {
                filled.copy_to(folder)?;
                program.export(filled.contacts, folder)
            }
        });
        let work = Work {
            name: format!("{name} of {rows} rows"),
            peers: Vec::new(),
            ours: vec![run],
        };
        compare(&work, rounds)
    });
    let outcomes = outcomes.into_iter().collect::<io::Result<_>>()?;
    Ok(Size { rows, outcomes })
}

/// Returns the Markdown table: seconds, CPU seconds and MiB of every task at every size.
pub fn table(sizes: &[Size]) -> String {
    let mut table = format!(
        "| rows | {} |\n|---|{}\n",
        WORKS.join(" | "),
        "---|".repeat(WORKS.len())
    );
    for size in sizes {
        let cells: Vec<String> = size.outcomes.iter().map(cell).collect();
        let _ = writeln!(table, "| {} | {} |", thousands(size.rows), cells.join(" | "));
    }
    table
}

fn cell(outcome: &Outcome) -> String {
    let ours = outcome.ours.iter().map(super::compare::figures);
    ours.collect::<Vec<_>>().join("; ")
}

/// Returns two charts, one below the other: time and memory.
pub fn chart(sizes: &[Size]) -> String {
    let series = |value: fn(&super::compare::Summary) -> Option<f64>| {
        WORKS.iter().enumerate().map(move |(at, name)| Series {
            name,
            points: sizes
                .iter()
                .filter_map(|size| Some((size.rows, value(size.outcomes[at].ours.first()?)?)))
                .collect(),
        })
    };
    let time = chart::Chart {
        title: "Time, seconds",
        series: series(|ours| Some(ours.wall())).collect(),
        logarithmic: true,
    };
    let memory = chart::Chart {
        title: "Peak memory, MiB",
        series: series(|ours| ours.peak().map(|peak| peak as f64)).collect(),
        logarithmic: false,
    };
    chart::svg(&[time, memory])
}

/// Formats a number with a comma before every three digits.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_powers_of_ten_and_the_largest() {
        assert_eq!(sizes(1_000_000).collect::<Vec<_>>(), [10_000, 100_000, 1_000_000]);
        assert_eq!(sizes(300_000).collect::<Vec<_>>(), [10_000, 100_000, 300_000]);
        assert_eq!(sizes(5_000).collect::<Vec<_>>(), [5_000]);
    }

    #[test]
    fn numbers_have_commas() {
        assert_eq!([1, 1_000, 10_000_000].map(thousands), ["1", "1,000", "10,000,000"]);
    }
}
