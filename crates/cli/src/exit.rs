//! Exit codes and error messages: the one place where the cases of `app::Error` become exit codes.

use app::{Error, MappingError, ObjectsError};
use std::io::{self, Write};
use std::process::ExitCode;

/// Success.
pub const GOOD: u8 = 0;
/// Any failure without a code of its own.
pub const OTHER: u8 = 1;
/// The arguments are not valid.
pub const USAGE: u8 = 2;
/// The file cannot be read.
pub const UNREADABLE: u8 = 3;
/// Imported, but some rows were rejected.
pub const REJECTED_ROWS: u8 = 4;

/// The member is not allowed to do this.
pub const NOT_ALLOWED: u8 = 5;

/// A failure that ends a command.
#[derive(Debug)]
pub enum Failure {
    /// An error of `app`.
    App(Error),
    /// The arguments are not valid.
    Usage(String),
    /// A file or the terminal failed.
    Io(String),
    /// The reader of the output has closed it, so nothing more can be written.
    OutputClosed,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match &error {
            Error::Io { source, .. } if source.kind() == io::ErrorKind::BrokenPipe => Self::OutputClosed,
            _ => Self::App(error),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::OutputClosed
        } else {
            Self::Io(error.to_string())
        }
    }
}

/// The error message, with the options and commands that help.
fn in_words(error: &Error) -> String {
    match error {
        Error::NoImport(_) => format!("{error}; `crystalqore imports` lists them"),
        Error::UploadMissing { import, location } => format!(
            "the file of import {import} is not in {location}; processes that share a database must share their uploads \
             (--objects). If it is lost, take back what was imported: crystalqore undo {import}"
        ),
        Error::RejectedRowsMissing { .. } => format!("{error} (--objects)"),
        Error::NotSetUp => "there is no account yet: create the first one in the browser (crystalqore serve), or with \
                            crystalqore member add EMAIL --name NAME --password-stdin"
            .to_owned(),
        Error::NothingMapped(columns) => format!(
            "no column of the file was recognised, so there is nothing to import; say which column is what with --map \
             'COLUMN=FIELD' (the file has: {})",
            columns.join(", ")
        ),
        Error::Mapping(MappingError::Twice { second, .. }) => format!("{error} (--map '{second}=')"),
        Error::Objects(ObjectsError::Location(why)) => format!(
            "{why}; write --objects FOLDER, or --objects s3://BUCKET/PREFIX with the credentials in AWS_* variables"
        ),
        Error::Objects(ObjectsError::Missing { name, location }) => {
            format!("{name} is not in {location}; was it removed, or does --objects name another place?")
        }
        Error::Objects(ObjectsError::NoS3) => "this program was built without S3; take a release, or build it with \
                                               `cargo build --release --features s3`, or write --objects FOLDER"
            .to_owned(),
        Error::Objects(ObjectsError::NoBucket { .. }) => format!("{error} with --objects"),
        _ => error.to_string(),
    }
}

impl Failure {
    fn exit_code(&self) -> u8 {
        match self {
            Self::OutputClosed => GOOD,
            Self::Io(_) => OTHER,
            Self::Usage(_) => USAGE,
            Self::App(Error::Open(_) | Error::Read(_) | Error::NothingMapped(_)) => UNREADABLE,
            Self::App(
                Error::Mapping(_)
                | Error::Filter(_)
                | Error::Field(_)
                | Error::Settings(_)
                | Error::RejectedOverInput(_)
                | Error::Objects(ObjectsError::Location(_) | ObjectsError::NoS3 | ObjectsError::Settings { .. }),
            ) => USAGE,
            Self::App(Error::Forbidden(_) | Error::UnknownField(_)) => NOT_ALLOWED,
            Self::App(_) => OTHER,
        }
    }

    fn parts(&self) -> (&str, String) {
        match self {
            Self::App(error) => (error.code(), in_words(error)),
            Self::Usage(message) => ("usage", message.clone()),
            Self::Io(message) => ("io", message.clone()),
            Self::OutputClosed => ("output_closed", String::new()),
        }
    }

    /// Reports the failure: as JSON on standard output if JSON was requested, else as text on standard error.
    pub fn tell(&self, json: bool) -> ExitCode {
        let (code, message) = self.parts();
        // If this fails too, the exit code still reports the failure.
        let _ = match self {
            Self::OutputClosed => Ok(()),
            _ if json => writeln!(
                io::stdout(),
                "{}",
                serde_json::json!({"error": {"code": code, "message": message}})
            ),
            _ => writeln!(io::stderr(), "crystalqore: {message}"),
        };
        ExitCode::from(self.exit_code())
    }
}
