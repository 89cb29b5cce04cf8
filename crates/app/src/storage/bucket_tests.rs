use super::bucket::Settings;
use super::folder_tests::{keeps_its_promises, put, read};
use super::*;
use object_store::{ClientConfigKey, RetryConfig, aws::AmazonS3ConfigKey};
use server::{BUCKET, BucketServer, KEY, SECRET};
use std::net::TcpListener;
use std::time::Duration;

#[path = "../../tests/bucket/server.rs"]
mod server;

/// The settings for a test server, with one retry and short timeouts.
fn settings(endpoint: &str, secret: &str) -> Settings {
    Settings::new()
        .with_endpoint(endpoint)
        .with_access_key_id(KEY)
        .with_secret_access_key(secret)
        .with_config(AmazonS3ConfigKey::Client(ClientConfigKey::Timeout), "2 seconds")
        .with_retry(RetryConfig {
            max_retries: 1,
            retry_timeout: Duration::from_secs(5),
            ..RetryConfig::default()
        })
}

fn opened(place: &str, settings: Settings) -> Objects {
    Objects::in_bucket(BucketName::parse(place).unwrap(), settings).unwrap()
}

/// Returns the error of the first use of a bucket, and checks that it does not contain the secret.
fn refusal(objects: &Objects) -> String {
    let error = objects.probe("0190-a").unwrap_err();
    let (said, debug) = (error.to_string(), format!("{error:?}"));
    assert!(!said.contains(SECRET) && !debug.contains(SECRET), "{said} {debug}");
    assert!(said.contains(objects.location()), "{said}");
    said
}

#[test]
fn a_bucket_keeps_its_promises() {
    let server = BucketServer::start();
    for place in [BUCKET.to_owned(), format!("{BUCKET}/team/one/")] {
        let objects = opened(&place, settings(&server.endpoint, SECRET));
        keeps_its_promises(&objects);
    }
    assert_eq!(
        server.objects(),
        ["rejected/1-22/00.csv", "team/one/rejected/1-22/00.csv"]
    );
}

#[test]
fn large_objects_go_in_parts() {
    let server = BucketServer::start();
    let objects = opened(BUCKET, settings(&server.endpoint, SECRET));
    let large: Vec<u8> = (0..21 * 1024 * 1024_u32).map(|i| (i % 251) as u8).collect();
    put(&objects, "uploads/large.csv", &large);
    put(&objects, "uploads/one-part.csv", &large[..8 * 1024 * 1024]);
    assert_eq!(objects.list("uploads/").unwrap()[0].size, large.len() as u64);
    assert_eq!(server.objects().len(), 2, "no parts are left over");
}

#[test]
fn a_fetched_copy_goes_with_its_guard() {
    let server = BucketServer::start();
    let objects = opened(BUCKET, settings(&server.endpoint, SECRET));
    put(&objects, "uploads/a.csv", b"a");
    let fetched = objects.fetch("uploads/a.csv").unwrap();
    let path = fetched.path.clone();
    assert!(path.exists());
    drop(fetched);
    assert!(!path.exists());
    assert_eq!(read(&objects, "uploads/a.csv"), b"a");
}

#[test]
fn wrong_credentials_are_reported() {
    let server = BucketServer::start();
    let said = refusal(&opened(BUCKET, settings(&server.endpoint, &format!("{SECRET}-not"))));
    assert!(said.contains("AWS_SECRET_ACCESS_KEY"), "{said}");
    assert!(said.contains("SignatureDoesNotMatch"), "{said}");
    assert!(!said.contains('<'), "{said}");
}

#[test]
fn a_missing_bucket_is_reported() {
    let server = BucketServer::start();
    let objects = opened("nobody", settings(&server.endpoint, SECRET));
    // Only listing is tested: this server creates a bucket when an object is put into it.
    let said = objects.list("uploads/").unwrap_err().to_string();
    assert!(said.contains("there is no such bucket"), "{said}");
    assert!(
        said.contains("s3://nobody") && said.contains("name another one"),
        "{said}"
    );
}

#[test]
fn an_unreachable_server_is_reported() {
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let said = refusal(&opened(BUCKET, settings(&format!("http://{port}"), SECRET)));
    assert!(said.contains("cannot be reached") && said.contains("refused"), "{said}");
    assert!(said.contains("AWS_ENDPOINT"), "{said}");
}

#[test]
fn a_server_that_does_not_answer_is_reported() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    let said = refusal(&opened(BUCKET, settings(&endpoint, SECRET)));
    assert!(said.contains("does not answer in time"), "{said}");
}

#[test]
fn unusable_settings_are_reported() {
    let whole = || settings("http://127.0.0.1:1", SECRET);
    let wrong = [
        Settings::new().with_secret_access_key(SECRET),
        whole().with_endpoint(format!("https://{KEY}:{SECRET}@127.0.0.1")),
        whole().with_endpoint("localhost:9000"),
        whole().with_endpoint("http://localhost:99999"),
        whole().with_endpoint("http://"),
        whole().with_endpoint("http://my host"),
        whole().with_region("eu west"),
        whole().with_access_key_id(format!("{SECRET}\n")),
        whole().with_token(format!("{SECRET} ")),
    ];
    for settings in wrong {
        let error = Objects::in_bucket(BucketName::parse(BUCKET).unwrap(), settings)
            .err()
            .unwrap();
        let said = format!("{error} {error:?}");
        assert!(matches!(error, ObjectsError::Settings { .. }), "{said}");
        assert!(said.contains("s3://contacts") && !said.contains(SECRET), "{said}");
    }
}
