//! Errors of the store.
//!
//! One closed list. No error ever holds a value of a row, because messages end up in logs.

use std::path::PathBuf;

/// The reason why an operation of the store failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database refused a statement.
    #[error("the database failed while {doing}: {source_text}")]
    Sql {
        /// What the store was doing, such as "reading contacts".
        doing: &'static str,
        /// The message of the engine.
        source_text: String,
    },
    /// Another writer was still active when the time to wait was over, or no connection became free. Trying again may
    /// help.
    #[error("the database is busy: another import or another program is writing to it")]
    Busy,
    /// There is no room on the disk of the database.
    #[error("the disk of the database is full (while {doing})")]
    Full {
        /// What the store was doing.
        doing: &'static str,
    },
    /// A row with the same key exists already.
    #[error("a row with the same key exists already (while {doing})")]
    Conflict {
        /// What the store was doing.
        doing: &'static str,
    },
    /// The file cannot be opened or created.
    #[error(
        "cannot open the database {}: {source_text} (this program needs the right to read and write the file and its folder)",
        path.display()
    )]
    CannotOpen {
        /// The requested file.
        path: PathBuf,
        /// The message of the engine.
        source_text: String,
    },
    /// The file is empty: its database was lost, or another program created the file.
    #[error(
        "{} is empty (0 bytes), so it holds no database: put it back from a backup, or delete it to begin with an empty directory",
        path.display()
    )]
    EmptyFile {
        /// The requested file.
        path: PathBuf,
    },
    /// The file is not a SQLite database.
    #[error("{} is not a database", path.display())]
    NotADatabase {
        /// The requested file.
        path: PathBuf,
    },
    /// The file is a SQLite database of another program.
    #[error("{} is the database of another program", path.display())]
    Foreign {
        /// The requested file.
        path: PathBuf,
    },
    /// The address of a database server cannot be used. The text contains nothing of the address that may be secret.
    #[error("the address of the database is not understood: {0} (write postgres://USER:PASSWORD@HOST:PORT/DATABASE)")]
    BadAddress(String),
    /// The database server cannot be reached, or refuses the connection.
    #[error("cannot connect to the database at {server}: {source_text}")]
    Unreachable {
        /// Host, port and database.
        server: String,
        /// The message of the server or the network.
        source_text: String,
    },
    /// The database server is reachable, but not suitable.
    #[error("the database cannot be used: {0}")]
    Unsuitable(String),
    /// A copy into this database was begun and is not finished.
    #[error("a copy into this database from {from} is not finished; run that copy again, or empty the database")]
    HalfCopied {
        /// The source of the copy.
        from: String,
    },
    /// The target of a copy must be empty.
    #[error("the database to copy into is not empty")]
    NotEmpty,
    /// A table of a copy differs from its source.
    #[error("the copy of the table {table} is not good: {why}")]
    CopyDiffers { table: &'static str, why: &'static str },
    /// A backup of that name exists already, and the caller did not ask to replace it.
    #[error("{} exists already and is a backup; name another file, or ask for it to be replaced", path.display())]
    BackupExists { path: PathBuf },
    /// The target file of a backup exists and is not a backup.
    #[error("{} exists and is no backup; name another file", path.display())]
    NoBackup { path: PathBuf },
    /// A file could not be written.
    #[error("{} could not be written: {source}", path.display())]
    File {
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// Only a SQLite database is one file that can be backed up by itself.
    #[error(
        "a PostgreSQL database is backed up with its own tools (pg_dump), or copied with: crystalqore copy --from URL --to FILE"
    )]
    NotAFile,
    /// The operation was stopped on request.
    #[error("stopped on request")]
    Stopped,
    /// The connection was lost, or the server ended it.
    #[error("the connection to the database was lost (while {doing})")]
    Disconnected {
        /// What the store was doing.
        doing: &'static str,
    },
    /// A statement exceeded its time limit.
    #[error("the database took longer than it may (while {doing}); --database-timeout sets how long it may take")]
    TooSlow {
        /// What the store was doing.
        doing: &'static str,
    },
    /// A newer CrystalQore has written this database.
    #[error(
        "the database was written by a newer version of this program (its schema is {found}, this program knows {known})"
    )]
    NewerSchema {
        /// The schema's version in the database.
        found: i64,
        /// The newest version this program knows.
        known: i64,
    },
    /// The database holds something that this program cannot have written.
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    /// The schema could not be brought up to date.
    #[error("the database could not be brought up to date: {0}")]
    Migration(String),
    /// A statement of the transaction failed, but the caller continued and tried to commit. Nothing was committed.
    #[error("nothing was written, because a statement failed (while {doing})")]
    Aborted {
        /// What the store was doing.
        doing: &'static str,
    },
    /// A write was attempted in a read transaction.
    #[error("a read transaction was asked to write (while {doing})")]
    ReadOnly {
        /// What the store was doing.
        doing: &'static str,
    },
}

/// The result of every function of the store.
pub type Result<T, E = Error> = std::result::Result<T, E>;
