//! Runs the program in a temporary folder, which is deleted after the test.

use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use tempfile::TempDir;
use testbed::Database;

/// A temporary folder for files, with the data folder `data` in it.
pub struct Scratch {
    /// The database, if the tests run on PostgreSQL.
    database: Option<Arc<Database>>,
    folder: TempDir,
    settings: Vec<(&'static str, String)>,
}

/// The result of a run of the program.
pub struct Run {
    what: String,
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Scratch {
    pub fn new() -> Self {
        Self {
            database: testbed::wants_postgres().then(|| Arc::new(Database::without_rows().unwrap())),
            ..Self::without_database()
        }
    }

    /// Sets environment variables for every run of the program.
    pub fn with_settings(settings: &[(&'static str, String)]) -> Self {
        Self {
            settings: settings.to_vec(),
            ..Self::new()
        }
    }

    /// A database in which the program has never run, so that it has no tables.
    pub fn untouched() -> Self {
        Self {
            database: testbed::wants_postgres().then(|| Arc::new(Database::create().unwrap())),
            ..Self::without_database()
        }
    }

    /// An empty PostgreSQL database, whichever engine the other tests use; `None` if there is no server.
    pub fn on_server() -> Option<Self> {
        Some(Self {
            database: Some(Arc::new(Database::create()?)),
            ..Self::without_database()
        })
    }

    fn without_database() -> Self {
        Self {
            database: None,
            folder: tempfile::tempdir().unwrap(),
            settings: Vec::new(),
        }
    }

    /// Another machine: its own folders, and the same database. An SQLite database is copied.
    pub fn another_machine(&self) -> Self {
        let other = Self {
            database: self.database.clone(),
            folder: tempfile::tempdir().unwrap(),
            settings: self.settings.clone(),
        };
        std::fs::create_dir(other.path("data")).unwrap();
        for file in ["crystalqore.db", "crystalqore.db-wal", "crystalqore.db-shm"] {
            let from = self.path("data").join(file);
            if from.exists() {
                std::fs::copy(from, other.path("data").join(file)).unwrap();
            }
        }
        other
    }

    /// Adds an environment variable for every run of the program.
    pub fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.settings.push((name, value.into()));
    }

    /// The URL of the database, if it is PostgreSQL.
    pub fn url(&self) -> Option<&str> {
        self.database.as_deref().map(Database::url)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file. The program runs in this folder, so `name` can be passed to it.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crystalqore"));
        for (name, _) in std::env::vars_os() {
            // Settings in the environment of the test run must not reach the program.
            let name_text = name.to_string_lossy();
            if ["CRYSTALQORE_", "AWS_"].iter().any(|of| name_text.starts_with(of)) {
                command.env_remove(&name);
            }
        }
        // The locale determines the country of numbers without country code; this one has none.
        command.env("LC_ALL", "C");
        // A command without `--data` must use this folder, never the data of the person who runs the tests.
        let home = self.path("home");
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("CRYSTALQORE_DATA", self.path("data"))
            .env("HOME", &home)
            .env("XDG_DATA_HOME", home.join("data"))
            .envs(
                self.database
                    .iter()
                    .map(|database| ("CRYSTALQORE_DATABASE", database.url())),
            )
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        Run::new(arguments, &self.command(arguments).output().unwrap())
    }

    pub fn run_with_input(&self, arguments: &[&str], input: impl AsRef<[u8]>) -> Run {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input.as_ref()).unwrap();
        drop(stdin);
        Run::new(arguments, &child.wait_with_output().unwrap())
    }

    /// Imports a file and returns its counts. The preview must have the same counts and change nothing.
    pub fn import(&self, file: &str, options: &[&str]) -> String {
        let arguments = [&["import", file, "--json"], options].concat();
        let before = self.state();
        let dry = self.run(&[&arguments[..], &["--dry-run"]].concat());
        let previewed = dry.expect(0).json();
        assert_eq!(previewed.get("import"), None, "a preview has no import");
        assert_eq!(self.state(), before, "a preview changes nothing");
        let run = self.run(&arguments);
        let document = run.json();
        assert!(document["import"].is_string(), "{}", run.out);
        assert_eq!(document["finished"], true);
        assert_eq!(
            document["counts"], previewed["counts"],
            "{arguments:?}: preview and result"
        );
        let rejected = document["counts"]["invalid"] != 0;
        run.expect(if rejected { 4 } else { 0 });
        counts_of(&document)
    }

    /// Contacts and imports, in full detail, for comparing states.
    pub fn state(&self) -> (String, String) {
        (self.export(&[]), self.run(&["imports", "--json"]).expect(0).out.clone())
    }

    pub fn export(&self, options: &[&str]) -> String {
        self.run(&[&["export"], options].concat()).expect(0).out.clone()
    }

    /// All contacts, without ids and versions, which differ from run to run.
    pub fn contacts(&self) -> Vec<Value> {
        let lines = self.export(&["--format", "jsonl"]);
        let contact = |line: &str| {
            let mut contact: Value = serde_json::from_str(line).unwrap();
            let fields = contact.as_object_mut().unwrap();
            fields.remove("id").unwrap();
            fields.remove("version").unwrap();
            contact
        };
        lines.lines().map(contact).collect()
    }

    /// The imports, newest first, as `imports --json` lists them.
    pub fn imports(&self) -> Vec<Value> {
        let document = self.run(&["imports", "--json"]).expect(0).json();
        document["imports"].as_array().unwrap().clone()
    }
}

impl Run {
    pub fn new(arguments: &[&str], output: &Output) -> Self {
        Self {
            what: arguments.join(" "),
            code: output.status.code(),
            out: String::from_utf8(output.stdout.clone()).unwrap(),
            err: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }

    pub fn expect(&self, code: i32) -> &Self {
        let Self { what, out, err, .. } = self;
        assert_eq!(
            self.code,
            Some(code),
            "crystalqore {what}\nstdout: {out}\nstderr: {err}"
        );
        self
    }

    /// Asserts that the output, including standard error, contains all of these words.
    pub fn says(&self, words: &[&str]) -> &Self {
        let said = format!("{}{}", self.out, self.err);
        for word in words {
            assert!(
                said.contains(word),
                "crystalqore {} does not say {word:?}:\n{said}",
                self.what
            );
        }
        self
    }

    /// The JSON document that was printed.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|e| unreachable!("crystalqore {}: {e}:\n{}\n{}", self.what, self.out, self.err))
    }

    /// The code of the error in the JSON output.
    pub fn error_code(&self) -> String {
        let document = self.json();
        let message = document["error"]["message"].as_str().unwrap();
        assert!(!message.is_empty());
        document["error"]["code"].as_str().unwrap().to_owned()
    }
}

/// The non-empty classes, in the order of the design: `rows 3, new 2, invalid 1`. They must add up to the rows.
pub fn counts_of(document: &Value) -> String {
    let classes = [
        "new",
        "update",
        "unchanged",
        "duplicate",
        "ambiguous",
        "conflict",
        "invalid",
    ];
    let count = |class: &str| document["counts"][class].as_u64().unwrap();
    assert_eq!(
        count("rows"),
        classes.iter().map(|c| count(c)).sum::<u64>(),
        "every row is in one class"
    );
    let filled = classes.iter().filter(|c| count(c) > 0);
    let mut text = format!("rows {}", count("rows"));
    filled.for_each(|class| text.push_str(&format!(", {class} {}", count(class))));
    text
}

/// Every file and folder below a folder.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|e| e.unwrap().path()).collect();
    let folders: Vec<PathBuf> = paths.iter().filter(|p| p.is_dir()).cloned().collect();
    paths.extend(folders.iter().flat_map(|f| files_below(f)));
    paths.sort();
    paths
}
