//! Exit codes, and errors as they are told: the one place where the cases of `app::Error` become numbers.

use app::{Error, ObjectsError};
use std::io::{self, Write};
use std::process::ExitCode;

/// All went well.
pub const GOOD: u8 = 0;
/// Anything that has no code of its own.
pub const OTHER: u8 = 1;
/// The arguments do not fit.
pub const USAGE: u8 = 2;
/// The file cannot be read.
pub const UNREADABLE: u8 = 3;
/// Imported, but some rows were rejected.
pub const REJECTED_ROWS: u8 = 4;

/// The member may not do this.
pub const NOT_ALLOWED: u8 = 5;

/// What can end a command.
#[derive(Debug)]
pub enum Failure {
    /// The engine says why.
    App(Error),
    /// The arguments do not fit.
    Usage(String),
    /// A file or the terminal failed.
    Io(String),
    /// Whoever read our output has gone; there is nobody to tell.
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
            Self::App(error) => (error.code(), error.to_string()),
            Self::Usage(message) => ("usage", message.clone()),
            Self::Io(message) => ("io", message.clone()),
            Self::OutputClosed => ("output_closed", String::new()),
        }
    }

    /// Tells the failure: as JSON on standard output where JSON was asked for, else in words on standard error.
    pub fn tell(&self, json: bool) -> ExitCode {
        let (code, message) = self.parts();
        // If even this cannot be written, the exit code still tells.
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
