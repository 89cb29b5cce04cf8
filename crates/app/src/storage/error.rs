//! Errors of the object store. Their messages say what to do, and never contain a secret.

use std::io;

/// An error of the object store.
#[derive(Debug, thiserror::Error)]
pub enum ObjectsError {
    /// The location cannot be parsed. It is not repeated in the message, because it may hold a password.
    #[error("{0}; name a folder, or s3://BUCKET/PREFIX with the credentials in AWS_* variables")]
    Location(&'static str),
    /// The location is in S3, but the program was built without S3.
    #[error("this program was built without S3; take a release, build it with the feature s3, or name a folder")]
    NoS3,
    /// The location was parsed, but its settings are not valid.
    #[error(
        "{location} cannot be used: {why}; the settings are the AWS_* variables, such as AWS_ENDPOINT and AWS_REGION"
    )]
    Settings {
        location: String,
        /// What is wrong.
        why: String,
    },
    /// The name is not one that this program creates.
    #[error("{0:?} is no name of an object of this program; the database was changed by something else")]
    Name(String),
    /// The object does not exist.
    #[error("{name} is not in {location}; was it removed, or is another place named for the objects?")]
    Missing {
        name: String,
        /// Where the object was expected.
        location: String,
    },
    /// There is no space left.
    #[error("there is no room left in {location}; make room there and try again")]
    Full { location: String },
    /// The bucket does not exist.
    #[error("{doing} {name} in {location} failed: there is no such bucket; make the bucket, or name another one")]
    NoBucket {
        /// What was attempted.
        doing: &'static str,
        /// The object.
        name: String,
        location: String,
    },
    /// The store failed.
    #[error("{doing} {name} in {location} failed: {why}; {advice}")]
    Failed {
        /// What was attempted.
        doing: &'static str,
        /// The object.
        name: String,
        location: String,
        /// The reason that the store gives.
        why: String,
        /// What to do.
        advice: &'static str,
    },
}

/// A failure of a folder or a bucket; the caller adds the object and the location.
#[derive(Debug)]
pub(crate) enum BackendError {
    /// The object does not exist.
    Missing,
    /// The bucket does not exist.
    #[cfg(feature = "s3")]
    NoBucket,
    /// There is no space left.
    Full,
    Failed {
        why: String,
        advice: &'static str,
    },
}

impl BackendError {
    /// Classifies an error in finding a file.
    pub fn finding(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            _ => error.into(),
        }
    }
}

impl From<io::Error> for BackendError {
    fn from(error: io::Error) -> Self {
        let advice = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => return Self::Full,
            io::ErrorKind::PermissionDenied => "whoever runs this program must be able to write there",
            _ => "is it a folder, and can it be reached?",
        };
        Self::Failed {
            why: error.to_string(),
            advice,
        }
    }
}
