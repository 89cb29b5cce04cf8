//! `crystalqore backup` and `crystalqore restore`: the whole database in one file, and restoring it.

use crate::args::{BackupArgs, PlaceArgs, RestoreArgs};
use crate::exit::{Failure, GOOD};
use crate::installation::open;
use app::{Error, ExistingBackup};
use std::io::Write;

pub fn backup(place: &PlaceArgs, args: &BackupArgs) -> Result<u8, Failure> {
    let (app, _) = open(place)?;
    let existing = if args.force {
        ExistingBackup::Replace
    } else {
        ExistingBackup::Keep
    };
    app.backup(&args.file, existing).map_err(with_option)?;
    writeln!(
        std::io::stdout(),
        "The database is in {}. Going back to it: crystalqore restore {}",
        args.file.display(),
        args.file.display()
    )?;
    Ok(GOOD)
}

/// Adds the option that helps to the message.
fn with_option(error: Error) -> Failure {
    match error.code() {
        "backup_exists" => Failure::Usage(format!("{error} (--force)")),
        _ => error.into(),
    }
}

/// Restores a backup.
pub fn restore(place: &PlaceArgs, args: &RestoreArgs) -> Result<u8, Failure> {
    let (app, _) = open(place)?;
    let kept = app.restore(&args.file)?;
    writeln!(
        std::io::stdout(),
        "The database is what it was in {}. Everybody was signed out, and all invitations and links to a new password were \
         revoked. Passwords, roles and who is deactivated are those of the backup; look at them now: crystalqore member list\n\
         What was there before is kept; to have it back: crystalqore restore {}",
        args.file.display(),
        kept.display()
    )?;
    Ok(GOOD)
}
