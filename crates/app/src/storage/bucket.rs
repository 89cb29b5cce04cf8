//! Object storage in a bucket with the S3 protocol.
//!
//! The only module that uses the S3 library, and the only one with async code: each call blocks on a small runtime of
//! its own. Objects are transferred in parts, so that memory does not grow with their size and every request is short
//! enough to be retried.

use crate::storage::ObjectsError;
use crate::storage::error::BackendError;
use crate::storage::listed::{Listed, is_word};
use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey};
use object_store::client::{HttpError, HttpErrorKind};
use object_store::path::Path as Key;
use object_store::{
    BackoffConfig, ClientConfigKey, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig, WriteMultipart,
};
use std::error::Error;
use std::fmt;
use std::fs::File;
use std::future::Future;
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// Size of the parts in which larger objects are transferred.
const PART: u64 = 8 * 1024 * 1024;
/// S3 allows ten thousand parts.
const MOST_PARTS: u64 = 9_000;
/// Maximum number of parts in transfer at once.
const PARTS_AT_ONCE: usize = 4;
/// Size of the reads from a file.
const READ: usize = 256 * 1024;

const REACH: &str =
    "check AWS_ENDPOINT, AWS_REGION, the credentials and the network; what was committed stays and can be gone on with";
const ALLOW: &str = "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and what they are allowed to do in this bucket";

/// The settings of a bucket: those of the S3 library.
pub(crate) type Settings = AmazonS3Builder;

/// The settings in the environment variables that all S3 programs read.
pub(crate) fn settings_of_the_machine() -> Settings {
    AmazonS3Builder::from_env()
        .with_config(AmazonS3ConfigKey::Client(ClientConfigKey::Timeout), "120 seconds")
        .with_retry(RetryConfig {
            backoff: BackoffConfig::default(),
            max_retries: 8,
            retry_timeout: Duration::from_secs(60),
        })
}

/// The address of the server, empty for Amazon's own.
fn endpoint_of(settings: &Settings) -> String {
    // The variable for S3 alone takes precedence, as in the library.
    [AmazonS3ConfigKey::S3Endpoint, AmazonS3ConfigKey::Endpoint]
        .iter()
        .find_map(|key| settings.get_config_value(key))
        .unwrap_or_default()
}

/// Describes what is wrong with settings for which the library would panic only when it sends a request. The values are
/// not repeated in the message.
fn check(settings: &Settings) -> Result<(), String> {
    let value = |key| settings.get_config_value(&key).unwrap_or_default();
    let endpoint = endpoint_of(settings);
    if !endpoint.is_empty() && !is_address(&endpoint) {
        return Err("AWS_ENDPOINT must be http:// or https:// with a host, and without credentials".to_owned());
    }
    let region = value(AmazonS3ConfigKey::Region);
    if !region.is_empty() && !is_word(&region) {
        return Err("AWS_REGION is no name of a region".to_owned());
    }
    let keys = [
        (AmazonS3ConfigKey::AccessKeyId, "AWS_ACCESS_KEY_ID"),
        (AmazonS3ConfigKey::Token, "AWS_SESSION_TOKEN"),
    ];
    match keys
        .into_iter()
        .find(|(key, _)| !value(*key).chars().all(|c| c.is_ascii_graphic()))
    {
        Some((_, variable)) => Err(format!(
            "{variable} holds a blank, a line break or another sign that no key has"
        )),
        None => Ok(()),
    }
}

fn is_address(endpoint: &str) -> bool {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || "-._~:/[]".contains(c);
    endpoint.chars().all(is_safe)
        && reqwest::Url::parse(endpoint)
            .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|h| !h.is_empty()))
}

/// A bucket, and the prefix of our object names in it.
pub(crate) struct BucketName {
    bucket: String,
    prefix: Vec<String>,
}

impl BucketName {
    /// Parses `BUCKET/PREFIX`.
    pub fn parse(text: &str) -> Result<Self, ObjectsError> {
        let mut words = text.trim_end_matches('/').split('/').map(str::to_owned);
        let name = Self {
            bucket: words.next().unwrap_or_default(),
            prefix: words.collect(),
        };
        if !is_word(&name.bucket) || !name.prefix.iter().all(|word| is_word(word)) {
            return Err(ObjectsError::Location(
                "the names of a bucket and its prefix are made of letters, digits, dots, dashes and low lines",
            ));
        }
        Ok(name)
    }

    fn key(&self, name: &str) -> Key {
        let words = self.prefix.iter().map(String::as_str).chain(name.split('/'));
        words
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join("/")
            .into()
    }
}

impl fmt::Display for BucketName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}", self.bucket)?;
        self.prefix.iter().try_for_each(|word| write!(f, "/{word}"))
    }
}

/// A bucket that can be accessed.
pub(crate) struct Bucket {
    name: BucketName,
    store: AmazonS3,
    runtime: Runtime,
}

impl Bucket {
    /// Prepares access to the bucket; returns a message if the settings are not valid.
    pub fn open(name: BucketName, settings: Settings) -> Result<Self, String> {
        check(&settings)?;
        let is_plain = endpoint_of(&settings).starts_with("http://");
        // The program uses a single cryptography library. It may already be installed as the default, which is not an
        // error.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let store = settings
            .with_bucket_name(&name.bucket)
            // Unencrypted only if the endpoint begins with `http://`.
            .with_allow_http(is_plain)
            // Every server supports one request per deleted object; not every server supports one for many objects.
            .with_disable_bulk_delete(true)
            .build()
            .map_err(|error| innermost(&error))?;
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self { name, store, runtime })
    }

    pub fn put(&self, name: &str, file: &Path, size: u64) -> Result<(), BackendError> {
        let key = self.name.key(name);
        let mut file = File::open(file)?;
        if size <= PART {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            self.ask(async { self.store.put(&key, PutPayload::from(bytes)).await.map(drop) })
        } else {
            self.ask(self.put_parts(&key, file, size.div_ceil(MOST_PARTS).max(PART)))
        }
    }

    async fn put_parts(&self, key: &Key, mut file: File, part: u64) -> Result<(), object_store::Error> {
        let upload = self.store.put_multipart(key).await?;
        let mut parts = WriteMultipart::new_with_chunk_size(upload, usize::try_from(part).unwrap_or(usize::MAX));
        let mut read = vec![0; READ];
        loop {
            let sent = parts.wait_for_capacity(PARTS_AT_ONCE).await;
            let step = match sent {
                Ok(()) => file.read(&mut read).map_err(of_the_file),
                Err(error) => Err(error),
            };
            match step {
                Ok(0) => return parts.finish().await.map(drop),
                Ok(n) => parts.write(&read[..n]),
                Err(error) => {
                    // Without this the server would keep invisible parts.
                    let _ = parts.abort().await;
                    return Err(error);
                }
            }
        }
    }

    /// Copies an object into a file, and returns its size.
    pub fn copy(&self, name: &str, into: &mut File) -> Result<u64, BackendError> {
        let key = self.name.key(name);
        let size = self.ask(async { Ok(self.store.head(&key).await?.size) })?;
        let mut done = 0;
        while done < size {
            let until = size.min(done + PART);
            let bytes = self.ask(self.store.get_range(&key, done..until))?;
            into.write_all(&bytes)?;
            done = until;
        }
        Ok(size)
    }

    pub fn delete(&self, name: &str) -> Result<(), BackendError> {
        let key = self.name.key(name);
        self.ask(self.store.delete(&key))
    }

    pub fn list(&self, prefix: &str) -> Result<Vec<Listed>, BackendError> {
        let key = self.name.key(prefix);
        let objects = self.ask(self.store.list_with_delimiter(Some(&key)))?.objects;
        let listed = objects.into_iter().filter_map(|object| {
            Some(Listed {
                name: format!("{prefix}{}", object.location.filename()?),
                size: object.size,
                modified: object.last_modified.timestamp_micros(),
            })
        });
        Ok(listed.collect())
    }

    fn ask<T>(&self, request: impl Future<Output = Result<T, object_store::Error>>) -> Result<T, BackendError> {
        self.runtime.block_on(request).map_err(trouble)
    }
}

fn of_the_file(error: io::Error) -> object_store::Error {
    object_store::Error::Generic {
        store: "S3",
        source: Box::new(error),
    }
}

fn trouble(error: object_store::Error) -> BackendError {
    let message = innermost(&error);
    if message.contains("<Code>NoSuchBucket") {
        return BackendError::NoBucket;
    }
    let advice = match &error {
        object_store::Error::NotFound { .. } => return BackendError::Missing,
        object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. } => ALLOW,
        _ => REACH,
    };
    let why = match unanswered(&error) {
        Some(HttpErrorKind::Connect) => format!("the server cannot be reached ({message})"),
        Some(HttpErrorKind::Timeout) => "the server does not answer in time".to_owned(),
        _ => answered(&message),
    };
    BackendError::Failed { why, advice }
}

/// The kind of failure of a request without an answer.
fn unanswered(error: &object_store::Error) -> Option<HttpErrorKind> {
    causes(error).find_map(|cause| Some(cause.downcast_ref::<HttpError>()?.kind()))
}

/// Iterates over an error and its chain of causes.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}

/// The message of the innermost cause; the outer ones only name places in the library.
fn innermost(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}

/// The message in an answer of S3, without its XML, which repeats the request.
fn answered(answer: &str) -> String {
    let part = |name: &str| {
        let (_, behind) = answer.split_once(&format!("<{name}>"))?;
        Some(behind.split_once("</")?.0)
    };
    match (part("Code"), part("Message")) {
        (Some(code), Some(message)) => format!("the server says {code}: {message}"),
        (Some(code), None) => format!("the server says {code}"),
        _ => answer.chars().take(200).collect(),
    }
}
