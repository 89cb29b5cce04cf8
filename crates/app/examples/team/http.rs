//! A browser of one member: requests over HTTP, one after the other, as browsers send them.
//!
//! Owns the cookie of a sign-in and how long an answer takes, until its last byte is here.

use reqwest::header::{ACCEPT_ENCODING, CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Client, RequestBuilder, redirect};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// What browsers say that they can unpack, so that the server packs as it does for them.
const PACKED: &str = "gzip, deflate, br";
const BETWEEN: &str = "a-line-between-the-parts";

/// A connection to the server.
pub struct Browser {
    runtime: Runtime,
    client: Client,
    address: String,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub location: String,
    pub cookie: String,
    pub body: String,
    pub took: Duration,
}

impl Browser {
    pub fn new(address: &str) -> Self {
        // Anyone who comes second finds it done.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().redirect(redirect::Policy::none()).no_proxy();
        Self {
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap(),
            client: client.build().unwrap(),
            address: address.to_owned(),
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// A page, packed as a browser gets it: its text is not to be read.
    pub fn get(&self, cookie: &str, path: &str) -> Answer {
        let request = self.client.get(self.url(path)).header(ACCEPT_ENCODING, PACKED);
        let answer = self.send(cookie, request);
        assert_eq!(answer.status, 200, "{path}");
        answer
    }

    /// A page as text.
    pub fn read(&self, cookie: &str, path: &str) -> Answer {
        self.send(cookie, self.client.get(self.url(path)))
    }

    /// Sends a form, whose answer leads on.
    pub fn post(&self, cookie: &str, path: &str, form: &str) -> Answer {
        let request = self.client.post(self.url(path)).body(form.to_owned());
        let answer = self.send(
            cookie,
            request.header(CONTENT_TYPE, "application/x-www-form-urlencoded"),
        );
        assert_eq!(answer.status, 303, "{path}: {}", answer.body);
        answer
    }

    /// Sends a file to be imported.
    pub fn upload(&self, cookie: &str, path: &str, content: &str) -> Answer {
        let body = format!(
            "--{BETWEEN}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"more.csv\"\r\nContent-Type: \
             text/csv\r\n\r\n{content}\r\n--{BETWEEN}--\r\n"
        );
        let kind = format!("multipart/form-data; boundary={BETWEEN}");
        let request = self.client.post(self.url(path)).header(CONTENT_TYPE, kind).body(body);
        let answer = self.send(cookie, request);
        assert_eq!(answer.status, 303, "{path}: {}", answer.body);
        answer
    }

    fn send(&self, cookie: &str, request: RequestBuilder) -> Answer {
        let request = request.header(COOKIE, cookie).header(ORIGIN, &self.address);
        let start = Instant::now();
        self.runtime.block_on(async {
            let answer = request.send().await.unwrap();
            let header = |name| {
                let value = answer.headers().get(name).and_then(|value| value.to_str().ok());
                value.unwrap_or_default().to_owned()
            };
            let (status, location, cookie) = (answer.status().as_u16(), header(LOCATION), header(SET_COOKIE));
            let body = answer.bytes().await.unwrap();
            Answer {
                took: start.elapsed(),
                status,
                location,
                cookie: cookie.split(';').next().unwrap_or_default().to_owned(),
                body: String::from_utf8_lossy(&body).into_owned(),
            }
        })
    }
}
