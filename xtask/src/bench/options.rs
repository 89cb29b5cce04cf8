//! The arguments of a benchmark: which one, its size, the number of rounds, and what to compare with.
//!
//! Owns parsing them.

use std::path::PathBuf;

/// A benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bench {
    /// All tasks in one table.
    All,
    /// Imports of a generated file, compared with the database's own tool.
    Import,
    /// Like `Import`, on a private PostgreSQL.
    Postgres,
    /// Previews, compared with loading the file into DuckDB.
    Preview,
    /// `inspect`, compared with loading the file into DuckDB.
    Inspect,
    /// Exports, compared with `sqlite3`.
    Export,
    /// Imports into a directory that already contains half of the rows.
    Known,
    /// Imports that change every contact.
    Update,
    /// A small file, previewed and imported, compared with django-import-export.
    Small,
    /// Time and memory from 10,000 rows to `--rows`, in powers of ten.
    Growth,
    /// The instructions of a small import, counted by callgrind.
    Instructions,
    /// The pages of a large team's workspace.
    Server,
}

/// The tasks of the table, in its order.
pub const WORKS: [Bench; 8] = [
    Bench::Import,
    Bench::Known,
    Bench::Update,
    Bench::Preview,
    Bench::Inspect,
    Bench::Export,
    Bench::Small,
    Bench::Postgres,
];

const NAMES: [(&str, Bench); 12] = [
    ("all", Bench::All),
    ("import", Bench::Import),
    ("postgres", Bench::Postgres),
    ("preview", Bench::Preview),
    ("inspect", Bench::Inspect),
    ("export", Bench::Export),
    ("known", Bench::Known),
    ("update", Bench::Update),
    ("small", Bench::Small),
    ("growth", Bench::Growth),
    ("instructions", Bench::Instructions),
    ("server", Bench::Server),
];

/// A benchmark and its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub bench: Bench,
    /// The number of rows of the file, or of contacts of the workspace.
    pub rows: u64,
    /// How many times every program runs the task.
    pub rounds: usize,
    /// Whether the pages are measured on a private PostgreSQL.
    pub postgres: bool,
    /// An earlier build to measure in the same run.
    pub against: Option<PathBuf>,
    /// Whether the results are written to `docs/performance.md`.
    pub write: bool,
}

impl Bench {
    fn options(self) -> Options {
        Options {
            bench: self,
            rows: match self {
                Self::Server | Self::Growth => 1_000_000,
                Self::Small => 10_000,
                Self::Instructions => 5_000,
                _ => 300_000,
            },
            rounds: 3,
            postgres: false,
            against: None,
            write: false,
        }
    }
}

impl Options {
    /// Parses `[NAME] [--rows N] [--rounds N] [--postgres] [--against PATH] [--write]`; `None` if there is anything
    /// else.
    pub fn parse(arguments: &[&str]) -> Option<Self> {
        let (bench, mut rest) = match arguments {
            [name, rest @ ..] if !name.starts_with("--") => (NAMES.iter().find(|(known, _)| known == name)?.1, rest),
            rest => (Bench::All, rest),
        };
        let mut options = bench.options();
        while !rest.is_empty() {
            rest = match rest {
                // Fewer rows are not enough for a team.
                ["--rows", number, rest @ ..] => {
                    options.rows = number.parse().ok().filter(|rows| *rows >= 1_000)?;
                    rest
                }
                ["--rounds", number, rest @ ..] => {
                    options.rounds = number.parse().ok().filter(|rounds| *rounds > 0)?;
                    rest
                }
                ["--postgres", rest @ ..] => {
                    options.postgres = true;
                    rest
                }
                ["--against", path, rest @ ..] => {
                    options.against = Some(path.into());
                    rest
                }
                ["--write", rest @ ..] => {
                    options.write = true;
                    rest
                }
                _ => return None,
            };
        }
        Some(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_in_any_order() {
        assert_eq!(Options::parse(&[]), Some(Bench::All.options()));
        assert_eq!(Options::parse(&["server"]), Some(Bench::Server.options()));
        let all = Options {
            bench: Bench::Server,
            rows: 5_000,
            rounds: 2,
            postgres: true,
            against: Some("old".into()),
            write: true,
        };
        for arguments in [
            "server --rows 5000 --rounds 2 --postgres --against old --write",
            "server --write --against old --postgres --rounds 2 --rows 5000",
        ] {
            assert_eq!(
                Options::parse(&arguments.split(' ').collect::<Vec<_>>()),
                Some(all.clone())
            );
        }
        let rows = Options {
            rows: 5_000,
            ..Bench::All.options()
        };
        assert_eq!(Options::parse(&["--rows", "5000"]), Some(rows));
    }

    #[test]
    fn other_arguments_are_refused() {
        for wrong in [
            "team",
            "import --rows",
            "import --rows x",
            "--rows 999",
            "--rounds 0",
            "import server",
            "--fast",
        ] {
            let arguments: Vec<&str> = wrong.split(' ').collect();
            assert_eq!(Options::parse(&arguments), None, "{wrong}");
        }
    }
}
