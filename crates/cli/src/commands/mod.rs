//! One command, one file.

mod backup;
mod copy;
mod doctor;
mod export;
mod import;
mod imports;
mod inspect;
mod member;
mod rejected;
mod resume;
mod sample;
mod serve;
mod undo;
mod watch;

use crate::args::{Command, OpeningArgs, PlaceArgs};
use crate::exit::Failure;
use crate::member_args::ActingArgs;
use crate::world::Machine;
use app::{Actor, App, DatabaseServer, Opening, Place, Spooled, spool};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// Runs a command and tells how it ended.
pub fn run(place: &PlaceArgs, command: &Command) -> ExitCode {
    let (json, result) = match command {
        Command::Serve(args) => (false, serve::run(place, args)),
        Command::Inspect(args) => (args.json, inspect::run(args)),
        Command::Import(args) => (args.json, import::run(place, args)),
        Command::Imports(args) => (args.json, imports::run(place, args)),
        Command::Resume(args) if args.watch => (args.json, watch::run(place, args)),
        Command::Resume(args) => (args.json, resume::run(place, args)),
        Command::Rejected(args) => (false, rejected::run(place, args)),
        Command::Undo(args) => (args.json, undo::run(place, args)),
        Command::Export(args) => (false, export::run(place, args)),
        Command::Member(args) => (args.action.json(), member::run(place, args)),
        Command::Sample => (false, sample::run()),
        Command::Backup(args) => (false, backup::backup(place, args)),
        Command::Restore(args) => (false, backup::restore(place, args)),
        Command::Copy(args) => (args.json, copy::run(place, args)),
        Command::Doctor(args) => (args.json, doctor::run(place, args)),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(failure) => failure.tell(json),
    }
}

/// Opens the installation and lets the local owner in.
fn open(place: &PlaceArgs) -> Result<(App, Actor), Failure> {
    let data = data_folder(place)?;
    let app = App::open(&whole_place(place, &data), Arc::new(Machine))?;
    let actor = app.local_actor()?;
    Ok((app, actor))
}

/// Opens the installation and lets the member in who is named, or the local owner.
fn open_as(place: &PlaceArgs, acting: &ActingArgs) -> Result<(App, Actor), Failure> {
    let (app, local) = open(place)?;
    let actor = match &acting.acting {
        Some(email) => app.actor_of(email)?,
        None => local,
    };
    Ok((app, actor))
}

/// Where the installation is.
fn whole_place<'a>(place: &'a PlaceArgs, data: &'a Path) -> Place<'a> {
    Place {
        data,
        objects: place.objects.as_deref(),
        database: place.database.as_deref().map(|url| server(place, url)),
    }
}

fn data_folder(place: &PlaceArgs) -> Result<PathBuf, Failure> {
    match &place.data {
        Some(folder) => Ok(folder.clone()),
        None => directories::ProjectDirs::from("", "", "crystalqore")
            .map(|dirs| dirs.data_dir().to_owned())
            .ok_or_else(|| {
                Failure::Usage("no data folder is known for this user; name one with --data DIR".to_owned())
            }),
    }
}

/// A server, and how it is spoken to.
fn server<'a>(place: &PlaceArgs, url: &'a str) -> DatabaseServer<'a> {
    let seconds = u64::from(place.database_timeout);
    DatabaseServer {
        url,
        pool: place.database_pool,
        timeout: (seconds > 0).then(|| Duration::from_secs(seconds)),
    }
}

/// A file to read: the one that was named, or standard input copied aside, because it is read more than once.
enum Input {
    File(PathBuf),
    Standard(Spooled),
}

impl Input {
    fn open(file: &Path) -> Result<Self, Failure> {
        if file.as_os_str() == "-" {
            return Ok(Self::Standard(spool(&mut std::io::stdin().lock())?));
        }
        match std::fs::metadata(file) {
            Ok(meta) if meta.is_dir() => Err(unreadable(file, "it is a folder")),
            Ok(meta) if meta.is_file() => Ok(Self::File(file.to_owned())),
            // A pipe or the like can be read once only.
            Ok(_) => {
                let mut pipe = std::fs::File::open(file).map_err(|e| unreadable(file, e))?;
                Ok(Self::Standard(spool(&mut pipe)?))
            }
            Err(error) => Err(unreadable(file, error)),
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::File(path) => path,
            Self::Standard(spooled) => spooled.path(),
        }
    }

    fn name(&self) -> String {
        match self {
            Self::File(path) => path
                .file_name()
                .map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
            Self::Standard(_) => "(standard input)".to_owned(),
        }
    }
}

fn unreadable(file: &Path, why: impl std::fmt::Display) -> Failure {
    Failure::App(app::Error::Read(std::io::Error::other(format!(
        "{}: {why}",
        file.display()
    ))))
}

/// The opening that the arguments ask for, with the mapping file's choices.
fn opening(args: &OpeningArgs) -> Result<Opening, Failure> {
    let choices = match &args.mapping {
        Some(file) => read_mapping(file)?,
        None => Vec::new(),
    };
    Ok(args.opening(choices))
}

/// Reads `{"COLUMN": "FIELD" or null}` or the output of `inspect --json`.
fn read_mapping(file: &Path) -> Result<Vec<(String, String)>, Failure> {
    let wrong = |what: String| Failure::Usage(format!("the mapping file {}: {what}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|e| wrong(e.to_string()))?;
    let json: serde_json::Value = serde_json::from_str(&text).map_err(|e| wrong(format!("is not JSON: {e}")))?;
    let field = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    if let Some(columns) = json.get("columns").and_then(|c| c.as_array()) {
        // By number, because names may repeat; label columns keep their meaning.
        return Ok(columns
            .iter()
            .enumerate()
            .filter(|(_, column)| column["field"] != "label")
            .map(|(at, column)| (format!("#{}", at + 1), field(&column["field"])))
            .collect());
    }
    let columns = json
        .as_object()
        .ok_or_else(|| wrong("must be {\"COLUMN\": \"FIELD\", ...}".to_owned()))?;
    Ok(columns
        .iter()
        .map(|(column, value)| (column.clone(), field(value)))
        .collect())
}
