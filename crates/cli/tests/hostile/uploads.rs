//! Uploads that never finish.

use crate::http::{self, Session};
use crate::scratch::{Scratch, files_below};
use crate::server::{MALLORY, Server};
use crate::watch::Watch;
use std::io::Read;
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

/// Starts an upload of 100 MB and sends 440 bytes of it.
fn begin(session: &Session) -> TcpStream {
    let beginning = session.upload_beginning("slow.csv", 100_000_000);
    http::open(&session.address, (beginning + &"Name,Email\n".repeat(40)).as_bytes())
}

fn unfinished(scratch: &Scratch) -> usize {
    let all = files_below(&scratch.path("data"));
    all.iter()
        .filter(|path| path.parent().is_some_and(|folder| folder.ends_with("unfinished")))
        .count()
}

#[test]
fn slow_uploads_hold_nobody_up_and_are_ended() {
    let server = Server::start_with(&[("CRYSTALQORE_TIME_LIMITS", "10")]);
    let mallory = server.sign_in(MALLORY);
    let watch = Watch::begin(&server);
    let slow: Vec<TcpStream> = (0..64).map(|_| begin(&mallory)).collect();
    thread::sleep(Duration::from_millis(500));
    mallory.get("/contacts").expect(200);
    server.sign_in(MALLORY);
    let refused = mallory
        .upload("one more.csv", b"Name,Email\nAnn,ann@example.org\n")
        .expect(429);
    assert!(
        refused.text().contains("already uploading 4 files"),
        "{}",
        refused.text()
    );
    for mut connection in slow {
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    }
    watch.end("64 slow uploads of one member");
    mallory.draft("at last.csv", b"Name,Email\nAnn,ann@example.org\n");
    assert_eq!(unfinished(&server.scratch), 0);
}

#[test]
fn the_server_ends_in_time_with_uploads_under_way_and_leaves_nothing_of_them() {
    let server = Server::start();
    let mallory = server.sign_in(MALLORY);
    let slow: Vec<TcpStream> = (0..4).map(|_| begin(&mallory)).collect();
    for _ in 0..50 {
        if unfinished(&server.scratch) == 4 {
            break;
        }
        thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(unfinished(&server.scratch), 4);
    #[expect(clippy::disallowed_methods, reason = "the test measures how long the end takes")]
    let began = Instant::now();
    let (code, scratch) = server.end();
    assert!(began.elapsed() < Duration::from_secs(9), "{:?}", began.elapsed());
    assert_eq!(code, Some(0));
    assert_eq!(unfinished(&scratch), 0);
    drop(slow);
}
