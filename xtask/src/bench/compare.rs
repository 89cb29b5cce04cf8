//! Runs programs that do the same work in turn, and compares the results.
//!
//! Owns the order of the runs, the medians and the ratios.

use super::Folder;
use super::timing::Took;
use std::fmt::Write as _;
use std::io;
use std::path::Path;

/// Runs the program in an empty folder.
type Run<'a> = Box<dyn Fn(&Path) -> io::Result<Took> + 'a>;

/// A program in a comparison.
pub struct Runner<'a> {
    name: String,
    run: Run<'a>,
}

impl<'a> Runner<'a> {
    pub fn new(name: impl Into<String>, run: impl Fn(&Path) -> io::Result<Took> + 'a) -> Self {
        Self {
            name: name.into(),
            run: Box::new(run),
        }
    }
}

/// A program that ours is compared with.
pub struct Peer<'a> {
    pub runner: Runner<'a>,
    /// The maximum time of ours, as a fraction of the peer's.
    pub goal: f64,
}

/// A task that several programs perform.
pub struct Work<'a> {
    pub name: String,
    pub peers: Vec<Peer<'a>>,
    /// Our program, preceded by an earlier build if there is one to compare with.
    pub ours: Vec<Runner<'a>>,
}

/// The measurements of a program over all rounds.
pub struct Summary {
    pub name: String,
    taken: Vec<Took>,
}

impl Summary {
    /// The median elapsed time in seconds.
    pub fn wall(&self) -> f64 {
        median(self.taken.iter().map(|took| took.wall).collect())
    }

    /// The median CPU time in seconds, if it was measured.
    pub fn cpu(&self) -> Option<f64> {
        let cpu: Option<Vec<f64>> = self.taken.iter().map(|took| Some(took.used?.cpu)).collect();
        cpu.map(median)
    }

    /// The highest peak memory of any round in MiB, if it was measured.
    pub fn peak(&self) -> Option<u64> {
        let peaks = self.taken.iter().filter_map(|took| took.used);
        peaks.map(|used| used.peak.div_ceil(1024)).max()
    }

    /// The median of the ratios of elapsed times, round by round.
    fn ratio_to(&self, other: &Self) -> f64 {
        let pairs = self.taken.iter().zip(&other.taken);
        median(pairs.map(|(own, other)| own.wall / other.wall).collect())
    }
}

/// The measurements of a task.
pub struct Outcome {
    pub work: String,
    peers: Vec<(Summary, f64)>,
    pub ours: Vec<Summary>,
}

/// The header of the Markdown table that [`Outcome::lines`] fills.
pub const TABLE_HEAD: &str = "\
| work | against | ratio | goal | ours: s, CPU s, MiB | the peer: s, CPU s, MiB |
|---|---|---|---|---|---|
";

impl Outcome {
    /// Returns a line of the Markdown table for each of our builds and each peer.
    pub fn lines(&self) -> String {
        let mut lines = String::new();
        for ours in &self.ours {
            for (peer, goal) in &self.peers {
                let (own, other) = (figures(ours), figures(peer));
                let ratio = rounded(ours.ratio_to(peer));
                let _ = writeln!(
                    lines,
                    "| {}: {} | {} | {ratio} | {goal} | {own} | {other} |",
                    self.work, ours.name, peer.name
                );
            }
        }
        lines
    }
}

/// Formats seconds, CPU seconds and MiB.
pub fn figures(summary: &Summary) -> String {
    let cpu = summary.cpu().map_or_else(|| "-".to_owned(), rounded);
    let peak = summary.peak().map_or_else(|| "-".to_owned(), |peak| peak.to_string());
    format!("{}, {cpu}, {peak}", rounded(summary.wall()))
}

/// Rounds to two decimals, or to four if the number is small.
fn rounded(number: f64) -> String {
    if number >= 0.1 {
        format!("{number:.2}")
    } else {
        format!("{number:.4}")
    }
}

/// Runs all programs of a task in turn, `rounds` times.
pub fn compare(work: &Work, rounds: usize) -> io::Result<Outcome> {
    let folder = Folder::new("run");
    let runners: Vec<&Runner> = work.peers.iter().map(|peer| &peer.runner).chain(&work.ours).collect();
    let mut summaries: Vec<Summary> = runners.iter().map(|runner| Summary::new(runner)).collect();
    for round in 1..=rounds {
        for (runner, summary) in runners.iter().zip(&mut summaries) {
            let took = measure(runner, &folder)?;
            println!("{}, round {round}  {took}  {}", work.name, runner.name);
            summary.taken.push(took);
        }
    }
    let ours = summaries.split_off(work.peers.len());
    let goals = work.peers.iter().map(|peer| peer.goal);
    Ok(Outcome {
        work: work.name.clone(),
        peers: summaries.into_iter().zip(goals).collect(),
        ours,
    })
}

impl Summary {
    fn new(runner: &Runner) -> Self {
        Self {
            name: runner.name.clone(),
            taken: Vec::new(),
        }
    }
}

fn measure(runner: &Runner, folder: &Folder) -> io::Result<Took> {
    let took = folder.empty().and_then(|()| (runner.run)(&folder.path));
    took.map_err(|error| io::Error::new(error.kind(), format!("{} failed: {error}", runner.name)))
}

/// Returns the median; for an even number of values the mean of the two in the middle.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        n if n % 2 == 0 => f64::midpoint(values[middle - 1], values[middle]),
        _ => values[middle],
    }
}

#[cfg(test)]
mod tests {
    use super::super::timing::Used;
    use super::*;
    use std::cell::RefCell;
    use std::fs;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0]), 2.5);
        assert_eq!(median(Vec::new()), 0.0);
    }

    #[test]
    fn programs_take_turns_in_an_empty_folder() {
        let order = RefCell::new(String::new());
        let runner = |name: &'static str, wall: f64| {
            let order = &order;
            Runner::new(name, move |folder| {
                assert_eq!(fs::read_dir(folder)?.count(), 0);
                fs::write(folder.join(name), name)?;
                order.borrow_mut().push_str(name);
                let used = Some(Used {
                    cpu: 2.0 * wall,
                    peak: 1025,
                });
                Ok(Took { wall, used })
            })
        };
        let work = Work {
            name: "import".to_owned(),
            peers: vec![Peer {
                runner: runner("a", 2.0),
                goal: 0.5,
            }],
            ours: vec![runner("b", 1.0)],
        };
        let outcome = compare(&work, 2).unwrap();
        assert_eq!(*order.borrow(), "abab");
        assert_eq!(
            outcome.lines(),
            "| import: b | a | 0.50 | 0.5 | 1.00, 2.00, 2 | 2.00, 4.00, 2 |\n"
        );
        assert!(!Folder::new("run").path.exists());
    }

    #[test]
    fn a_program_that_fails_is_named() {
        let runner = Runner::new("a", |_| Err(io::Error::other("no disk")));
        let error = measure(&runner, &Folder::new("failing")).unwrap_err();
        assert_eq!(error.to_string(), "a failed: no disk");
    }
}
