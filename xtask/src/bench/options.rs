//! The arguments of a bench: which one, of what size, how often, and against what.
//!
//! Owns reading them.

use std::path::PathBuf;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bench {
    /// Every work below, and a table of all.
    All,
    /// Imports of a generated file, compared with the database's own tool.
    Import,
    /// The same on a private PostgreSQL.
    Postgres,
    /// Previews, compared with what DuckDB takes to load the file.
    Preview,
    /// `inspect`, compared with the same.
    Inspect,
    /// Exports, compared with those of `sqlite3`.
    Export,
    /// Imports into a directory that knows half of the rows.
    Known,
    /// Imports that change every contact.
    Update,
    /// A small file, previewed and imported, compared with django-import-export.
    Small,
    /// Time and memory from 10,000 rows to as many as are asked for, in powers of ten.
    Growth,
    /// The instructions of a small import, counted by callgrind.
    Instructions,
    /// The pages of a large team's workspace.
    Server,
}

/// The works that a table has, in its order.
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

/// A bench and its size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub bench: Bench,
    /// Rows of the file, or contacts of the workspace.
    pub rows: u64,
    /// How often every program does the work.
    pub rounds: usize,
    /// Whether the pages are measured on a private PostgreSQL.
    pub postgres: bool,
    /// An earlier build, to be measured in the same run.
    pub against: Option<PathBuf>,
    /// Whether `docs/performance.md` gets the figures.
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
    /// Reads `[NAME] [--rows N] [--rounds N] [--postgres] [--against PATH] [--write]`; none if there is anything else.
    pub fn parse(arguments: &[&str]) -> Option<Self> {
        let (bench, mut rest) = match arguments {
            [name, rest @ ..] if !name.starts_with("--") => (NAMES.iter().find(|(known, _)| known == name)?.1, rest),
            rest => (Bench::All, rest),
        };
        let mut options = bench.options();
        while !rest.is_empty() {
            rest = match rest {
                // Fewer rows make no team.
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
