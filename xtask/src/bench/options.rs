//! What a bench is told: the file, how often, and against what.
//!
//! Owns reading the arguments. Leaves out the bench.

use std::path::PathBuf;

/// How often every program imports the file, if nothing is said.
const ROUNDS: usize = 3;

/// What is imported, how often, and by which other program of ours.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    pub csv: PathBuf,
    pub rounds: usize,
    /// An earlier build, to be measured in the same run.
    pub against: Option<PathBuf>,
}

impl Options {
    /// Reads `FILE [ROUNDS] [--against PATH]`; none if there is anything else.
    pub fn parse(arguments: &[&str]) -> Option<Self> {
        let (arguments, against) = match arguments {
            [rest @ .., "--against", path] => (rest, Some(path.into())),
            rest => (rest, None),
        };
        let (csv, rounds) = match arguments {
            [csv] => (csv, ROUNDS),
            [csv, rounds] => (csv, rounds.parse().ok().filter(|&rounds| rounds > 0)?),
            _ => return None,
        };
        (!csv.starts_with("--")).then(|| Self {
            csv: csv.into(),
            rounds,
            against,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read() {
        let options = |rounds, against: Option<&str>| {
            Some(Options {
                csv: "a.csv".into(),
                rounds,
                against: against.map(PathBuf::from),
            })
        };
        assert_eq!(Options::parse(&["a.csv"]), options(ROUNDS, None));
        assert_eq!(Options::parse(&["a.csv", "5"]), options(5, None));
        assert_eq!(Options::parse(&["a.csv", "--against", "b"]), options(ROUNDS, Some("b")));
        assert_eq!(Options::parse(&["a.csv", "2", "--against", "b"]), options(2, Some("b")));
        for wrong in [
            &[][..],
            &["a.csv", "0"],
            &["a.csv", "x"],
            &["--against", "b"],
            &["a.csv", "--against"],
        ] {
            assert_eq!(Options::parse(wrong), None, "{wrong:?}");
        }
    }
}
