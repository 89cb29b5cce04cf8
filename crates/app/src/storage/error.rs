//! Errors of the object storage, worded so that a person knows what to do. They never contain a secret.

use std::io;

/// What can go wrong with objects.
#[derive(Debug, thiserror::Error)]
pub enum ObjectsError {
    /// The location cannot be understood. It is not repeated, because it may hold a password.
    #[error("{0}; name a folder, or s3://BUCKET/PREFIX with the credentials in AWS_* variables")]
    Location(&'static str),
    /// The location is in S3, and the program was built without it.
    #[error("this program was built without S3; take a release, build it with the feature s3, or name a folder")]
    NoS3,
    /// The location is understood, and the settings for it are not.
    #[error(
        "{location} cannot be used: {why}; the settings are the AWS_* variables, such as AWS_ENDPOINT and AWS_REGION"
    )]
    Settings {
        location: String,
        /// What is wrong.
        why: String,
    },
    /// A name that is not one of ours.
    #[error("{0:?} is no name of an object of this program; the database was changed by something else")]
    Name(String),
    /// There is no such object.
    #[error("{name} is not in {location}; was it removed, or is another place named for the objects?")]
    Missing {
        name: String,
        /// Where it was looked for.
        location: String,
    },
    /// There is no room.
    #[error("there is no room left in {location}; make room there and try again")]
    Full { location: String },
    /// There is no such bucket.
    #[error("{doing} {name} in {location} failed: there is no such bucket; make the bucket, or name another one")]
    NoBucket {
        /// What was being done.
        doing: &'static str,
        /// With which object.
        name: String,
        location: String,
    },
    /// The store did not do it.
    #[error("{doing} {name} in {location} failed: {why}; {advice}")]
    Failed {
        /// What was being done.
        doing: &'static str,
        /// With which object.
        name: String,
        location: String,
        /// What the store says.
        why: String,
        /// What to do.
        advice: &'static str,
    },
}

/// What a folder or a bucket says when something does not go; which object and where is added by who asked.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// There is no such object.
    Missing,
    /// There is no such bucket.
    #[cfg(feature = "s3")]
    NoBucket,
    /// There is no room.
    Full,
    Failed {
        why: String,
        advice: &'static str,
    },
}

impl Trouble {
    /// What an error in finding a file means.
    pub fn finding(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            _ => error.into(),
        }
    }
}

impl From<io::Error> for Trouble {
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
