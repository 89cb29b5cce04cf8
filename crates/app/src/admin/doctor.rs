//! `doctor`: what is wrong with an installation, and how to fix it.
//!
//! Owns the evaluation of what database, data folder, object store and clocks report. Changes nothing except a small
//! test file and a small test object, which it removes again; creates no database and no table.

use crate::admin::database::DatabaseServer;
use crate::clock::System;
use crate::error::Error;
use crate::storage::Objects;
use crate::storage::private_folder::{create_private_folder, open_to_others};
use crate::{DATABASE_FILE, Place};
use std::path::Path;
use store::admin::inspect::{self, FileFacts, ServerFacts};

/// Less free space than this, in bytes, results in a warning.
const LITTLE_SPACE: u64 = 1024 * 1024 * 1024;
/// Clocks that differ by more than this, in microseconds, result in a warning.
const CLOCKS_DIFFER: i64 = 5 * 1_000_000;

/// The severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// No action needed.
    Good,
    /// It works, but something should be done.
    Warning,
    /// It does not work.
    Bad,
}

/// The result of one check.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What was checked, in a word or two.
    pub about: &'static str,
    /// The severity.
    pub health: Health,
    /// What was found.
    pub found: String,
    /// What to do; `None` if no action is needed.
    pub advice: Option<Advice>,
}

/// What to do about a finding. Advice that involves settings of the program is worded by the interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advice {
    Text(String),
    /// Choose another data folder, or make this one writable.
    AnotherDataFolder,
    /// Restore a backup, or choose another data folder.
    RestoreOrAnotherDataFolder,
    /// Export what can be read, then restore a backup.
    ExportAndRestore,
    /// Allow more connections on the server, or use fewer.
    FewerConnections,
    /// Give all machines the same object store.
    SharedObjects,
    /// Check the settings of the object store.
    ObjectsSettings,
}

impl From<&str> for Advice {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Advice {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl Finding {
    fn new(about: &'static str, health: Health, found: impl Into<String>, advice: impl Into<Advice>) -> Self {
        Self {
            about,
            health,
            found: found.into(),
            advice: Some(advice.into()),
        }
    }

    fn good(about: &'static str, found: impl Into<String>) -> Self {
        Self {
            about,
            health: Health::Good,
            found: found.into(),
            advice: None,
        }
    }
}

/// Runs all checks. A failed check is a finding too, so this function never fails.
pub fn doctor(place: &Place<'_>, system: &dyn System) -> Vec<Finding> {
    let mut findings = vec![data_folder(place.data, system)];
    findings.extend(free_space(place.data));
    findings.extend(permissions(place));
    match &place.database {
        Some(server) => findings.extend(of_server(server, system)),
        None => findings.extend(of_file(place.data)),
    }
    findings.push(objects(place, system));
    findings
}

fn data_folder(data: &Path, system: &dyn System) -> Finding {
    let about = "data folder";
    let probe = data.join(system.unique_name());
    let tried = create_private_folder(data)
        .and_then(|()| std::fs::write(&probe, "x"))
        .and_then(|()| std::fs::remove_file(&probe));
    match tried {
        Ok(()) => Finding::good(about, data.display().to_string()),
        Err(e) => Finding::new(
            about,
            Health::Bad,
            format!("{} cannot be written: {e}", data.display()),
            Advice::AnotherDataFolder,
        ),
    }
}

fn free_space(data: &Path) -> Option<Finding> {
    let about = "free space";
    let free = fs4::available_space(data).ok()?;
    let found = format!("{} in the data folder", bytes(free));
    Some(if free < LITTLE_SPACE {
        let advice = "make room: an import needs about four times the size of its file";
        Finding::new(about, Health::Warning, found, advice)
    } else {
        Finding::good(about, found)
    })
}

/// Whether other users of this machine may read the contacts. `None` if the operating system has no file modes.
fn permissions(place: &Place<'_>) -> Option<Finding> {
    let about = "permissions";
    if !cfg!(unix) {
        return None;
    }
    let mut folders = vec![place.data];
    folders.extend(place.objects.map(Path::new).filter(|folder| folder.is_dir()));
    let open: Vec<String> = folders
        .iter()
        .filter_map(|folder| Some(format!("{} ({})", folder.display(), open_to_others(folder)?)))
        .collect();
    Some(if open.is_empty() {
        Finding::good(about, "only this user may read the data")
    } else {
        Finding::new(
            about,
            Health::Warning,
            format!("other users of this machine may look into {}", open.join(" and ")),
            "chmod -R go= these folders; they hold all contacts, the hashes of the passwords and the imported files",
        )
    })
}

/// What to do about an unusable database file.
fn advice_for(error: &store::Error) -> Advice {
    match error {
        store::Error::CannotOpen { .. } => {
            "give the user that runs this program the right to read and write the file and its folder".into()
        }
        _ => Advice::RestoreOrAnotherDataFolder,
    }
}

fn of_file(data: &Path) -> Vec<Finding> {
    let path = data.join(DATABASE_FILE);
    match inspect::file(&path) {
        Ok(None) => vec![Finding::good("database", "SQLite; the file is made at the first use")],
        Ok(Some(facts)) => vec![
            Finding::good(
                "database",
                format!("SQLite {}, {}, {}", facts.version, path.display(), bytes(facts.size)),
            ),
            schema(facts.schema, facts.newest_schema),
            soundness(&facts),
        ],
        Err(error) => vec![Finding::new(
            "database",
            Health::Bad,
            error.to_string(),
            advice_for(&error),
        )],
    }
}

fn soundness(facts: &FileFacts) -> Finding {
    match &facts.damage {
        None => Finding::good("soundness", "every page can be read"),
        Some(damage) => Finding::new(
            "soundness",
            Health::Bad,
            format!("the file is damaged: {damage}"),
            Advice::ExportAndRestore,
        ),
    }
}

fn of_server(server: &DatabaseServer<'_>, system: &dyn System) -> Vec<Finding> {
    match inspect::server(server.url, &server.options(&system.unique_name())) {
        Ok(facts) => vec![
            version(&facts),
            connections(&facts, server),
            encoding(&facts),
            extensions(&facts),
            schema(facts.schema, facts.newest_schema),
            clock(&facts, system.now()),
        ],
        Err(error) => vec![Finding::new(
            "database",
            Health::Bad,
            error.to_string(),
            "look whether the server runs, whether this machine may reach it (listen_addresses, pg_hba.conf, firewall), \
             and whether user, password and database are right",
        )],
    }
}

fn version(facts: &ServerFacts) -> Finding {
    let found = format!(
        "PostgreSQL {}, the database has {}; its free space is known to the server alone",
        facts.version,
        bytes(facts.size.unsigned_abs())
    );
    if facts.major < inspect::OLDEST_SERVER {
        let advice = format!("update the server to PostgreSQL {} or newer", inspect::OLDEST_SERVER);
        return Finding::new("database", Health::Bad, found, advice);
    }
    Finding::good("database", found)
}

fn connections(facts: &ServerFacts, server: &DatabaseServer<'_>) -> Finding {
    let about = "connections";
    let (allowed, open) = facts.connections;
    let how = if facts.encrypted { "encrypted" } else { "not encrypted" };
    let found = format!(
        "{how}; {open} of {allowed} are open, this process would use up to {}",
        server.pool
    );
    if allowed - open < i64::from(server.pool) {
        return Finding::new(about, Health::Warning, found, Advice::FewerConnections);
    }
    Finding::good(about, found)
}

fn encoding(facts: &ServerFacts) -> Finding {
    match facts.encoding.as_str() {
        "UTF8" => Finding::good("encoding", "UTF8"),
        other => Finding::new(
            "encoding",
            Health::Bad,
            other,
            "make a database with: CREATE DATABASE crystalqore ENCODING 'UTF8' TEMPLATE template0",
        ),
    }
}

fn extensions(facts: &ServerFacts) -> Finding {
    let about = "extensions";
    let named = |wanted: &dyn Fn(bool, bool) -> bool| {
        let all = facts.extensions.iter();
        let names = all.filter(|(_, there, possible)| wanted(*there, *possible));
        names.map(|(name, ..)| name.as_str()).collect::<Vec<_>>().join(", ")
    };
    let impossible = named(&|there, possible| !there && !possible);
    if !impossible.is_empty() {
        let advice =
            "install PostgreSQL's contrib modules on the server (on Debian they come with the package postgresql)";
        return Finding::new(
            about,
            Health::Bad,
            format!("the server does not know {impossible}"),
            advice,
        );
    }
    let missing = named(&|there, _| !there);
    if missing.is_empty() {
        Finding::good(about, named(&|_, _| true))
    } else {
        Finding::good(about, format!("{missing} will be added at the first use"))
    }
}

fn schema(found: Option<i64>, newest: i64) -> Finding {
    let about = "schema";
    match found {
        None => Finding::good(about, "none yet; it is made at the first use"),
        Some(version) if version == newest => Finding::good(about, format!("version {version}, the newest")),
        Some(version) if version < newest => Finding::new(
            about,
            Health::Warning,
            format!("version {version}; this program knows {newest}"),
            "it is brought up to date at the next use; make a backup first",
        ),
        Some(version) => Finding::new(
            about,
            Health::Bad,
            format!("version {version}; this program knows only {newest}"),
            "update this program",
        ),
    }
}

fn clock(facts: &ServerFacts, now: i64) -> Finding {
    let about = "clock";
    let ahead = now - facts.clock;
    if ahead.abs() <= CLOCKS_DIFFER {
        return Finding::good(about, "this machine and the server agree");
    }
    let seconds = ahead.abs() / 1_000_000;
    let where_to = if ahead > 0 { "ahead of" } else { "behind" };
    Finding::new(
        about,
        Health::Warning,
        format!("this machine is {seconds} s {where_to} the server"),
        "set both by a time server (NTP); imports are safe, but times are shown wrong",
    )
}

fn objects(place: &Place<'_>, system: &dyn System) -> Finding {
    let about = "files";
    let tried = Objects::open(place.data, place.objects).and_then(|objects| {
        let location = objects.location().to_owned();
        objects.probe(&system.unique_name()).map(|()| location)
    });
    match tried {
        Ok(location) if place.database.is_some() && place.objects.is_none() => Finding::new(
            about,
            Health::Warning,
            format!("{location}, in the data folder of this machine"),
            Advice::SharedObjects,
        ),
        Ok(location) => Finding::good(about, location),
        Err(error) => Finding::new(
            about,
            Health::Bad,
            Error::from(error).to_string(),
            Advice::ObjectsSettings,
        ),
    }
}

fn bytes(count: u64) -> String {
    if count < 1024 {
        return format!("{count} bytes");
    }
    let mut size = count as f64 / 1024.0;
    for unit in ["KiB", "MiB", "GiB"] {
        if size < 1024.0 {
            return format!("{size:.1} {unit}");
        }
        size /= 1024.0;
    }
    format!("{size:.1} TiB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_for_people() {
        assert_eq!(bytes(0), "0 bytes");
        assert_eq!(bytes(1536), "1.5 KiB");
        assert_eq!(bytes(3 << 40), "3.0 TiB");
    }

    #[test]
    fn a_newer_schema_is_bad_and_an_older_one_is_not() {
        let health = |found| schema(found, 2).health;
        assert_eq!((health(None), health(Some(2))), (Health::Good, Health::Good));
        assert_eq!((health(Some(1)), health(Some(3))), (Health::Warning, Health::Bad));
    }
}
