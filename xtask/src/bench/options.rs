//! What a bench is told: which one, of what size, how often, on which engine and against what.
//!
//! Owns reading the arguments.

use std::path::PathBuf;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bench {
    /// Imports of a generated file, compared with the database's own tool.
    Import,
    /// The pages of a large team's workspace.
    Server,
}

/// A bench and its size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub bench: Bench,
    /// Rows of the file, or contacts of the workspace.
    pub rows: u64,
    /// How often every program imports the file.
    pub rounds: usize,
    pub postgres: bool,
    /// An earlier build, to be measured in the same run.
    pub against: Option<PathBuf>,
}

impl Bench {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "import" => Some(Self::Import),
            "server" => Some(Self::Server),
            _ => None,
        }
    }

    fn options(self) -> Options {
        Options {
            bench: self,
            rows: match self {
                Self::Import => 300_000,
                Self::Server => 1_000_000,
            },
            rounds: 3,
            postgres: false,
            against: None,
        }
    }
}

impl Options {
    /// Reads `[NAME] [--rows N] [--rounds N] [--postgres] [--against PATH]`; none if there is anything else.
    pub fn parse(arguments: &[&str]) -> Option<Self> {
        let (bench, mut rest) = match arguments {
            [name, rest @ ..] if !name.starts_with("--") => (Bench::parse(name)?, rest),
            rest => (Bench::Import, rest),
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
        assert_eq!(Options::parse(&[]), Some(Bench::Import.options()));
        assert_eq!(Options::parse(&["server"]), Some(Bench::Server.options()));
        let all = Options {
            bench: Bench::Server,
            rows: 5_000,
            rounds: 2,
            postgres: true,
            against: Some("old".into()),
        };
        for arguments in [
            "server --rows 5000 --rounds 2 --postgres --against old",
            "server --against old --postgres --rounds 2 --rows 5000",
        ] {
            assert_eq!(
                Options::parse(&arguments.split(' ').collect::<Vec<_>>()),
                Some(all.clone())
            );
        }
        let rows = Options {
            rows: 5_000,
            ..Bench::Import.options()
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
