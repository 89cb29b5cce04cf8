//! Each benchmark task, with the programs that perform it and our goal.
//!
//! Owns the goals: elapsed time as a fraction of the peer's, as the median over alternating runs.

use super::Folder;
use super::compare::{Outcome, Peer, Runner, Work, compare};
use super::contacts::{Contacts, Filled};
use super::options::{Bench, Options};
use super::ours::Program;
use super::python::Python;
use super::sqlite::{self, Indexes};
use super::timing::Took;
use super::{growth::thousands, postgres};
use crate::postgres::{Postgres, Purpose};
use std::io;
use std::path::Path;

/// Maximum number of rows of the small file.
const SMALL: u64 = 10_000;

/// Measures one task.
pub fn measure(root: &Path, programs: &[Program], bench: Bench, options: &Options) -> io::Result<Outcome> {
    let folder = Folder::new("files");
    folder.empty()?;
    let rows = if bench == Bench::Small {
        options.rows.min(SMALL)
    } else {
        options.rows
    };
    let contacts = Contacts::generate(folder.path.join("contacts.csv"), rows)?;
    let files = Files {
        root,
        programs,
        contacts: &contacts,
        folder: &folder.path,
        rounds: options.rounds,
    };
    match bench {
        Bench::Known => files.known(),
        Bench::Update => files.update(),
        Bench::Preview => files.preview(),
        Bench::Inspect => files.inspect(),
        Bench::Export => files.export(),
        Bench::Small => files.small(),
        Bench::Postgres => files.postgres(),
        _ => files.import(),
    }
}

/// The data that all tasks of one size share.
struct Files<'a> {
    root: &'a Path,
    programs: &'a [Program],
    contacts: &'a Contacts,
    folder: &'a Path,
    rounds: usize,
}

impl<'a> Files<'a> {
    fn compare(&self, name: &str, peers: Vec<Peer>, ours: Vec<Runner>) -> io::Result<Outcome> {
        let name = format!("{name}, {} rows", thousands(self.contacts.rows));
        compare(&Work { name, peers, ours }, self.rounds)
    }

    /// Returns a runner for each of our builds.
    fn ours<'r>(&self, run: impl Fn(&Program, &Path) -> io::Result<Took> + Copy + 'r) -> Vec<Runner<'r>>
    where
        'a: 'r,
    {
        let runner = |program: &'a Program| Runner::new(&program.name, move |folder| run(program, folder));
        self.programs.iter().map(runner).collect()
    }

    /// Returns our current build.
    fn newest(&self) -> io::Result<&'a Program> {
        let newest = self.programs.last();
        newest.ok_or_else(|| io::Error::other("no program is measured"))
    }

    /// Creates a directory that contains the rows of the file.
    fn filled(&self) -> io::Result<Filled> {
        Filled::new(self.newest()?, self.contacts, self.folder.join("filled"))
    }

    fn import(&self) -> io::Result<Outcome> {
        sqlite::installed()?;
        let contacts = self.contacts;
        let peer = |name, indexes, goal| Peer {
            runner: Runner::new(name, move |folder| sqlite::import(contacts, folder, indexes)),
            goal,
        };
        let peers = vec![
            peer("`sqlite3 .import`, no index, no checks", Indexes::None, 1.0),
            peer("`sqlite3 .import`, four indexes, no checks", Indexes::Four, 0.25),
        ];
        self.compare(
            "import",
            peers,
            self.ours(|program, folder| program.import(contacts, folder, None)),
        )
    }

    fn postgres(&self) -> io::Result<Outcome> {
        let server = &Postgres::start(Purpose::Measuring)?;
        let contacts = self.contacts;
        let name = "`\\copy`, insert of what is new, four indexes";
        let peers = vec![Peer {
            runner: Runner::new(name, move |folder| postgres::import(server, contacts, folder)),
            goal: 0.6,
        }];
        let ours = self.ours(|program, folder| postgres::ours(server, program, contacts, folder));
        self.compare("import on PostgreSQL", peers, ours)
    }

    /// Returns our own import of the same number of rows into an empty directory, as a peer.
    fn empty(&self, goal: f64) -> io::Result<Peer<'a>> {
        let (program, contacts) = (self.newest()?, self.contacts);
        let runner = Runner::new("import into an empty directory", move |folder| {
            program.import(contacts, folder, None)
        });
        Ok(Peer { runner, goal })
    }

    fn known(&self) -> io::Result<Outcome> {
        let filled = &self.filled()?;
        let half = &Contacts::half_known(self.folder.join("half.csv"), self.contacts.rows)?;
        let ours = self.ours(|program, folder| {
            filled.copy_to(folder)?;
            program.import(half, folder, None)
        });
        let name = "import into as many contacts, half of the rows known";
        self.compare(name, vec![self.empty(1.2)?], ours)
    }

    fn update(&self) -> io::Result<Outcome> {
        let filled = &self.filled()?;
        let edited = &self.folder.join("edited.csv");
        filled.edited_export(self.newest()?, edited)?;
        let ours = self.ours(|program, folder| {
            filled.copy_to(folder)?;
            program.update(edited, filled.contacts, folder)
        });
        let name = "update of every contact by an edited export";
        self.compare(name, vec![self.empty(2.0)?], ours)
    }

    fn duckdb(&self) -> io::Result<Peer<'a>> {
        let python = Python::installed(self.root)?;
        let contacts = self.contacts;
        let name = "DuckDB `read_csv` and `create table`, no checks";
        let runner = Runner::new(name, move |folder| python.duckdb(contacts, folder));
        Ok(Peer { runner, goal: 0.6 })
    }

    fn preview(&self) -> io::Result<Outcome> {
        let contacts = self.contacts;
        let ours = self.ours(|program, folder| program.preview(contacts, folder));
        self.compare("preview", vec![self.duckdb()?], ours)
    }

    fn inspect(&self) -> io::Result<Outcome> {
        let contacts = self.contacts;
        let ours = self.ours(|program, folder| program.inspect(contacts, folder));
        self.compare("`inspect --limit 10`", vec![self.duckdb()?], ours)
    }

    fn export(&self) -> io::Result<Outcome> {
        sqlite::installed()?;
        let filled = &self.filled()?;
        let contacts = self.contacts;
        let peer = Peer {
            runner: Runner::new("`sqlite3 -csv -header`", move |folder| sqlite::export(contacts, folder)),
            goal: 0.35,
        };
        let ours = self.ours(|program, folder| {
            filled.copy_to(folder)?;
            program.export(filled.contacts, folder)
        });
        self.compare("export", vec![peer], ours)
    }

    fn small(&self) -> io::Result<Outcome> {
        let python = Python::installed(self.root)?;
        let contacts = self.contacts;
        let peer = Peer {
            runner: Runner::new("django-import-export", move |folder| python.django(contacts, folder)),
            goal: 0.003,
        };
        let ours = self.ours(|program, folder| {
            let preview = program.preview(contacts, folder)?;
            Ok(preview.and(program.import(contacts, folder, None)?))
        });
        self.compare("preview and import", vec![peer], ours)
    }
}
