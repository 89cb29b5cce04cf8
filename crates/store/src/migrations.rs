//! Brings a database's schema up to date: the list of migrations of each engine, and the check that the database is not
//! newer than the program.
//!
//! The list is written out because `embed_migrations!` generates `unwrap` calls and a public module; a test compares
//! the list with the folder.

use crate::error::{Error, Result};
use refinery::{Migration, Runner};

/// Name and SQL of every migration for SQLite, oldest first.
pub(crate) const SQLITE: &[(&str, &str)] = &[
    ("V1__contacts", include_str!("../migrations/sqlite/V1__contacts.sql")),
    (
        "V2__leases_trash_texts",
        include_str!("../migrations/sqlite/V2__leases_trash_texts.sql"),
    ),
    ("V3__sign_ins", include_str!("../migrations/sqlite/V3__sign_ins.sql")),
    (
        "V4__contact_feed",
        include_str!("../migrations/sqlite/V4__contact_feed.sql"),
    ),
    ("V5__mappings", include_str!("../migrations/sqlite/V5__mappings.sql")),
    ("V6__shares", include_str!("../migrations/sqlite/V6__shares.sql")),
    ("V7__audit", include_str!("../migrations/sqlite/V7__audit.sql")),
    ("V8__members", include_str!("../migrations/sqlite/V8__members.sql")),
    (
        "V9__actions_and_views",
        include_str!("../migrations/sqlite/V9__actions_and_views.sql"),
    ),
    (
        "V10__fields_and_settings",
        include_str!("../migrations/sqlite/V10__fields_and_settings.sql"),
    ),
    (
        "V11__not_duplicates",
        include_str!("../migrations/sqlite/V11__not_duplicates.sql"),
    ),
    (
        "V12__trash_shares",
        include_str!("../migrations/sqlite/V12__trash_shares.sql"),
    ),
    (
        "V13__member_choices",
        include_str!("../migrations/sqlite/V13__member_choices.sql"),
    ),
    ("V14__persons", include_str!("../migrations/sqlite/V14__persons.sql")),
    ("V15__devices", include_str!("../migrations/sqlite/V15__devices.sql")),
    (
        "V16__second_factors",
        include_str!("../migrations/sqlite/V16__second_factors.sql"),
    ),
    (
        "V17__open_actions",
        include_str!("../migrations/sqlite/V17__open_actions.sql"),
    ),
    ("V18__key_runs", include_str!("../migrations/sqlite/V18__key_runs.sql")),
    ("V19__api", include_str!("../migrations/sqlite/V19__api.sql")),
    ("V20__changes", include_str!("../migrations/sqlite/V20__changes.sql")),
    (
        "V21__actions_of_contacts",
        include_str!("../migrations/sqlite/V21__actions_of_contacts.sql"),
    ),
    (
        "V22__notifications",
        include_str!("../migrations/sqlite/V22__notifications.sql"),
    ),
    (
        "V23__webhooks_external_ids",
        include_str!("../migrations/sqlite/V23__webhooks_external_ids.sql"),
    ),
    (
        "V24__index_blocks",
        include_str!("../migrations/sqlite/V24__index_blocks.sql"),
    ),
];

/// Name and SQL of every migration for PostgreSQL; the numbers and names equal those for SQLite.
pub(crate) const POSTGRES: &[(&str, &str)] = &[
    ("V1__contacts", include_str!("../migrations/postgres/V1__contacts.sql")),
    (
        "V2__leases_trash_texts",
        include_str!("../migrations/postgres/V2__leases_trash_texts.sql"),
    ),
    ("V3__sign_ins", include_str!("../migrations/postgres/V3__sign_ins.sql")),
    (
        "V4__contact_feed",
        include_str!("../migrations/postgres/V4__contact_feed.sql"),
    ),
    ("V5__mappings", include_str!("../migrations/postgres/V5__mappings.sql")),
    ("V6__shares", include_str!("../migrations/postgres/V6__shares.sql")),
    ("V7__audit", include_str!("../migrations/postgres/V7__audit.sql")),
    ("V8__members", include_str!("../migrations/postgres/V8__members.sql")),
    (
        "V9__actions_and_views",
        include_str!("../migrations/postgres/V9__actions_and_views.sql"),
    ),
    (
        "V10__fields_and_settings",
        include_str!("../migrations/postgres/V10__fields_and_settings.sql"),
    ),
    (
        "V11__not_duplicates",
        include_str!("../migrations/postgres/V11__not_duplicates.sql"),
    ),
    (
        "V12__trash_shares",
        include_str!("../migrations/postgres/V12__trash_shares.sql"),
    ),
    (
        "V13__member_choices",
        include_str!("../migrations/postgres/V13__member_choices.sql"),
    ),
    ("V14__persons", include_str!("../migrations/postgres/V14__persons.sql")),
    ("V15__devices", include_str!("../migrations/postgres/V15__devices.sql")),
    (
        "V16__second_factors",
        include_str!("../migrations/postgres/V16__second_factors.sql"),
    ),
    (
        "V17__open_actions",
        include_str!("../migrations/postgres/V17__open_actions.sql"),
    ),
    (
        "V18__key_runs",
        include_str!("../migrations/postgres/V18__key_runs.sql"),
    ),
    ("V19__api", include_str!("../migrations/postgres/V19__api.sql")),
    ("V20__changes", include_str!("../migrations/postgres/V20__changes.sql")),
    (
        "V21__actions_of_contacts",
        include_str!("../migrations/postgres/V21__actions_of_contacts.sql"),
    ),
    (
        "V22__notifications",
        include_str!("../migrations/postgres/V22__notifications.sql"),
    ),
    (
        "V23__webhooks_external_ids",
        include_str!("../migrations/postgres/V23__webhooks_external_ids.sql"),
    ),
    (
        "V24__index_blocks",
        include_str!("../migrations/postgres/V24__index_blocks.sql"),
    ),
];

/// The table in which refinery records the applied migrations.
pub(crate) const HISTORY: &str = "refinery_schema_history";

/// How often to try, because another process may bring the same database up to date at the same moment.
const ATTEMPTS: usize = 5;

/// Applies the migrations that the database does not have yet, all in one transaction.
pub(crate) fn run<C: refinery::Migrate>(migrations: &[(&str, &str)], connection: &mut C) -> Result<()> {
    let runner = runner(migrations)?;
    let mut outcome = runner.run(connection);
    for _ in 1..ATTEMPTS {
        if outcome.is_ok() {
            break;
        }
        outcome = runner.run(connection);
    }
    outcome.map(drop).map_err(|e| failed(&e))
}

/// Refuses a database whose last migration is newer than this program's.
pub(crate) fn refuse_newer(migrations: &[(&str, &str)], found: i64) -> Result<()> {
    let known = newest(migrations)?;
    if found > known {
        Err(Error::NewerSchema { found, known })
    } else {
        Ok(())
    }
}

/// Returns the number of the last migration.
pub(crate) fn newest(migrations: &[(&str, &str)]) -> Result<i64> {
    let runner = runner(migrations)?;
    let versions = runner.get_migrations().iter().map(|m| i64::from(m.version()));
    Ok(versions.max().unwrap_or(0))
}

fn runner(migrations: &[(&str, &str)]) -> Result<Runner> {
    let migrations: Result<Vec<_>, _> = migrations
        .iter()
        .map(|(name, sql)| Migration::unapplied(name, sql))
        .collect();
    Ok(Runner::new(&migrations.map_err(|e| failed(&e))?).set_grouped(true))
}

fn failed(error: &refinery::Error) -> Error {
    // Refinery's own message is "error applying migrations"; the engine's message is its source.
    let reason = std::error::Error::source(error)
        .map(|source| format!(": {source}"))
        .unwrap_or_default();
    Error::Migration(format!("{error}{reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_in_the_list() {
        for (engine, list) in [("sqlite", SQLITE), ("postgres", POSTGRES)] {
            let folder = format!("{}/migrations/{engine}", env!("CARGO_MANIFEST_DIR"));
            let mut files: Vec<String> = std::fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
                .collect();
            let number = |name: &str| -> u32 { name[1..name.find("__").unwrap()].parse().unwrap() };
            files.sort_by_key(|name| number(name));
            let listed: Vec<&str> = list.iter().map(|(name, _)| *name).collect();
            assert_eq!(files, listed);
        }
    }

    #[test]
    fn both_engines_have_the_same_migrations() {
        let names = |list: &[(&'static str, _)]| list.iter().map(|(name, _)| *name).collect::<Vec<_>>();
        assert_eq!(names(SQLITE), names(POSTGRES));
    }
}
