//! A member who starts downloads and does not read them, or disconnects during a download.

use crate::http::{self, Session};
use crate::server::{MALLORY, Server, with_members};
use crate::watch::Watch;
use std::io::Read;
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

/// Enough contacts for an export that is larger than the socket buffers.
const CONTACTS: usize = 8_000;
/// How long the downloads stay unread. A database connection held by them would be noticed in less time.
const UNREAD: Duration = Duration::from_secs(5);

fn server() -> Server {
    let scratch = with_members();
    let notes = "n".repeat(1_500);
    let rows: String = (0..CONTACTS).map(|n| format!("Ann {n},{notes}\n")).collect();
    scratch.write("people.csv", format!("First Name,Notes\n{rows}"));
    scratch.run(&["import", "people.csv", "--as", MALLORY]).expect(0);
    Server::serve(scratch, &[], &[])
}

fn unread(mallory: &Session) -> TcpStream {
    let request = mallory.form_request("/export/file", "which=all&format=csv");
    http::open(&mallory.address, request.as_bytes())
}

/// The status of a response whose body is not read.
fn status_of(mut connection: &TcpStream) -> u16 {
    let mut first = [0; 12];
    connection.read_exact(&mut first).unwrap();
    std::str::from_utf8(&first[9..]).unwrap().parse().unwrap()
}

#[test]
fn downloads_that_nobody_reads_keep_nobody_from_working() {
    let server = server();
    let mallory = server.sign_in(MALLORY);
    let watch = Watch::begin(&server);
    let mut connections: Vec<TcpStream> = (0..4).map(|_| unread(&mallory)).collect();
    thread::sleep(UNREAD);
    connections.extend((0..5).map(|_| unread(&mallory)));
    thread::sleep(UNREAD / 2);
    let mut statuses: Vec<u16> = connections.iter().map(status_of).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 200, 429, 429, 429, 429, 429, 429]);
    watch.end("nine unread downloads");
    assert!(server.peak_memory() < 400, "{} MiB", server.peak_memory());
    drop(connections);
    // A client that disconnects frees a place for the next one, which receives the whole file.
    let whole = (0..50).find_map(|_| {
        thread::sleep(Duration::from_millis(100));
        Some(mallory.post("/export/file", "which=all&format=csv")).filter(|answer| answer.status == 200)
    });
    let text = whole.unwrap().text();
    assert_eq!(text.matches("Ann ").count(), CONTACTS);
}
