//! HTTP requests over plain sockets, because attacks need control of every byte.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// The time limit of a request, after which the test fails.
pub const TIMEOUT: Duration = Duration::from_secs(60);

/// The separator of the parts of a multipart form.
const BOUNDARY: &str = "----hostile-boundary";

/// A signed-in browser.
#[derive(Clone)]
pub struct Session {
    pub address: String,
    pub cookie: String,
}

/// A complete response.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    /// # Panics
    ///
    /// If `bytes` do not begin with the head of an HTTP response.
    fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| unreachable!("no answer, but {:?}", String::from_utf8_lossy(bytes)));
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let body = match header(&head, "transfer-encoding") {
            Some(_) => without_chunks(&bytes[end + 4..]),
            None => bytes[end + 4..].to_vec(),
        };
        Self { status, head, body }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}\n{}", self.head, self.text());
        self
    }
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .find_map(|(at, value)| at.eq_ignore_ascii_case(name).then_some(value))
}

fn without_chunks(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        body.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 2 + size + 2..];
        if size == 0 {
            break;
        }
    }
    body
}

/// Opens a connection, sends `request`, and returns the connection.
pub fn open(address: &str, request: &[u8]) -> TcpStream {
    let mut connection = TcpStream::connect(address).unwrap();
    connection.set_read_timeout(Some(TIMEOUT)).unwrap();
    connection.write_all(request).unwrap();
    connection
}

/// Sends `request`, which must have `Connection: close`, and reads the whole response.
pub fn ask(address: &str, request: &[u8]) -> Answer {
    let mut bytes = Vec::new();
    open(address, request).read_to_end(&mut bytes).unwrap();
    Answer::parse(&bytes)
}

/// Sends a GET request without a session.
pub fn get(address: &str, path: &str) -> Answer {
    let head = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    ask(address, head.as_bytes())
}

/// Posts a form without a session.
pub fn post(address: &str, path: &str, form: &str) -> Answer {
    let session = Session {
        address: address.to_owned(),
        cookie: String::new(),
    };
    session.post(path, form)
}

impl Session {
    /// The head of a request with this session, as one of the program's pages sends it. `more` are complete header
    /// lines.
    pub fn head(&self, method: &str, path: &str, more: &str) -> String {
        let Self { address, cookie } = self;
        format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\nSec-Fetch-Site: same-origin\r\n{more}\r\n"
        )
    }

    pub fn get(&self, path: &str) -> Answer {
        ask(
            &self.address,
            self.head("GET", path, "Connection: close\r\n").as_bytes(),
        )
    }

    /// A complete request that posts a form.
    pub fn form_request(&self, path: &str, form: &str) -> String {
        let length = form.len();
        let more = format!(
            "Connection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n"
        );
        self.head("POST", path, &more) + form
    }

    pub fn post(&self, path: &str, form: &str) -> Answer {
        ask(&self.address, self.form_request(path, form).as_bytes())
    }

    /// The beginning of an upload request, up to the bytes of the file. `length` is the announced length of the whole
    /// body.
    pub fn upload_beginning(&self, name: &str, length: usize) -> String {
        let more = format!(
            "Connection: close\r\nContent-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {length}\r\n"
        );
        self.head("POST", "/import", &more) + &part(name)
    }

    /// Uploads a file as the first page of the wizard does.
    pub fn upload(&self, name: &str, content: &[u8]) -> Answer {
        let end = format!("\r\n--{BOUNDARY}--\r\n");
        let length = part(name).len() + content.len() + end.len();
        let request = [self.upload_beginning(name, length).as_bytes(), content, end.as_bytes()].concat();
        ask(&self.address, &request)
    }

    /// Uploads a file, which must be accepted, and returns the path of its draft, such as `/imports/3`.
    pub fn draft(&self, name: &str, content: &[u8]) -> String {
        let answer = self.upload(name, content).expect(303);
        let place = answer.header("location").unwrap();
        let number = place.split('/').nth(2).unwrap();
        format!("/imports/{number}")
    }
}

fn part(name: &str) -> String {
    format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n"
    )
}
