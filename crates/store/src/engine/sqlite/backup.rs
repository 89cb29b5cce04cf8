//! Backups of a SQLite database that is in use, and restoring from one.
//!
//! Checks both files. A backup is compacted (`VACUUM INTO`), of one moment, and does not block writers. A restore is
//! one transaction of SQLite's own backup interface, so that processes that have the database open see either the old
//! or the new one.

use super::cell::error;
use super::create::{self, beside};
use super::examine::{check_ownership, damage, to_read};
use super::open::{Sqlite, bring_up_to_date};
use crate::ExistingBackup;
use crate::error::{Error, Result};
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use std::fs::{self, File};
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

/// How often to try to write to a database that others write to, and the pause between attempts.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(100);

/// Run on the restored database. No process holds an import any more: the holders at the time of the backup are gone,
/// and the present ones have lost their imports. The counts of changes jump ahead of every count that was ever reached,
/// so that programs that have followed the changes notice that they cannot continue. All sessions, known browsers,
/// tokens and links end: the backup may be older than the moment in which a person was locked out. Webhooks are
/// disabled, because the installation may be a second one.
const BEGIN_ANEW: &str = "UPDATE imports SET holder = NULL; DELETE FROM import_leases;
    DELETE FROM sign_ins; DELETE FROM devices; DELETE FROM api_tokens; DELETE FROM request_keys;
    DELETE FROM webhook_deliveries;
    UPDATE webhooks SET state = 'disabled', reason = 'this installation was restored from a backup';
    DELETE FROM links;
    UPDATE workspaces SET changes = changes + 1000000,
        texts_at = CASE WHEN texts_at = changes THEN texts_at + 1000000 ELSE texts_at END;";

impl Sqlite {
    pub(crate) fn backup(&self, file: &Path, existing: ExistingBackup) -> Result<()> {
        may_be_written(file, existing)?;
        let part = beside(file, ".part");
        remove_with_journal(&part)?;
        let written = self.write_to(&part).and_then(|()| {
            let done = || File::open(&part)?.sync_all().and_then(|()| fs::rename(&part, file));
            done().map_err(|e| failed(file, e))
        });
        if written.is_err() {
            let _ = remove_with_journal(&part);
        }
        written
    }

    fn write_to(&self, part: &Path) -> Result<()> {
        let doing = "writing the backup";
        let connection = self.reader()?;
        // VACUUM treats an empty file like a missing one, and keeps its permissions.
        create::private_file(part).map_err(|e| failed(part, e))?;
        connection
            .execute("VACUUM INTO ?1", [part.to_string_lossy()])
            .map_err(|e| error(doing, &e))?;
        check_integrity(&to_read(part)?)
    }

    pub(crate) fn restore(&self, file: &Path) -> Result<()> {
        let doing = "reading the backup";
        let backup = to_read(file)?;
        check_ownership(&backup, file)?;
        check_integrity(&backup)?;
        // Brought up to date in a file beside the database, because the database itself must change in a single step.
        let staged = beside(self.path(), ".restored");
        remove_with_journal(&staged)?;
        let restored = create::private_file(&staged)
            .map_err(|e| failed(&staged, e))
            .and_then(|_| Connection::open(&staged).map_err(|e| error(doing, &e)))
            .and_then(|mut staged| {
                all_pages(&backup, &mut staged)?;
                bring_up_to_date(&mut staged)?;
                staged.execute_batch(BEGIN_ANEW).map_err(|e| error(doing, &e))?;
                all_pages(&staged, &mut *self.writer()?)
            });
        remove_with_journal(&staged)?;
        restored
    }
}

/// Refuses to replace a file that is not a backup, or a backup that is to be kept.
fn may_be_written(file: &Path, existing: ExistingBackup) -> Result<()> {
    if !file.exists() {
        return Ok(());
    }
    let path = file.to_owned();
    match to_read(file).and_then(|found| check_ownership(&found, file)) {
        Err(_) => Err(Error::NoBackup { path }),
        Ok(()) if existing == ExistingBackup::Keep => Err(Error::BackupExists { path }),
        Ok(()) => Ok(()),
    }
}

/// Copies a database into another one in a single transaction.
fn all_pages(from: &Connection, to: &mut Connection) -> Result<()> {
    let doing = "going back to the backup";
    let copy = Backup::new(from, to).map_err(|e| error(doing, &e))?;
    for _ in 0..TRIES {
        match copy.step(-1).map_err(|e| error(doing, &e))? {
            StepResult::Done => return Ok(()),
            _ => sleep(PAUSE),
        }
    }
    Err(Error::Busy)
}

fn remove(file: &Path) -> Result<()> {
    match fs::remove_file(file) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(failed(file, e)),
        _ => Ok(()),
    }
}

/// Removes an unfinished file, and the journal that SQLite leaves beside it when the process is killed.
fn remove_with_journal(file: &Path) -> Result<()> {
    remove(file)?;
    remove(&beside(file, "-journal"))
}

fn failed(path: &Path, source: std::io::Error) -> Error {
    Error::File {
        path: path.to_owned(),
        source,
    }
}

fn check_integrity(connection: &Connection) -> Result<()> {
    damage(connection)?.map_or(Ok(()), |damage| Err(Error::Corrupt(damage)))
}
