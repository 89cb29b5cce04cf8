//! Idle or very slow connections: the server closes them, and others can connect while they last.

use crate::http;
use crate::server::{MALLORY, Server, with_members};
use crate::watch::Watch;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

/// The server's time limits in percent, so that no test waits long.
const QUICK: [(&str, &str); 1] = [("CRYSTALQORE_TIME_LIMITS", "5")];

/// Reads until the server closes the connection; fails if it does not.
fn rest(mut connection: TcpStream) -> String {
    connection.set_read_timeout(Some(http::TIMEOUT)).unwrap();
    let mut read = Vec::new();
    match connection.read_to_end(&mut read) {
        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => unreachable!("the connection was left open"),
        // The connection may be reset if the server did not read the whole request.
        _ => String::from_utf8_lossy(&read).into_owned(),
    }
}

#[test]
fn idle_connections_make_room_for_others() {
    let server = Server::serve(with_members(), &["prlimit", "--nofile=300"], &[]);
    let idle: Vec<TcpStream> = (0..500).map(|_| TcpStream::connect(&server.address).unwrap()).collect();
    let watch = Watch::begin(&server);
    thread::sleep(Duration::from_secs(2));
    let longest = watch.end("500 idle connections, 172 places");
    assert!(longest.rounds > 3);
    assert!(
        server.log().contains("ulimit -n"),
        "the limit is in the log: {}",
        server.log()
    );
    drop(idle);
}

#[test]
fn the_soft_limit_of_open_files_is_raised() {
    let server = Server::serve(with_members(), &["prlimit", "--nofile=200:4096"], &[]);
    let idle: Vec<TcpStream> = (0..500).map(|_| TcpStream::connect(&server.address).unwrap()).collect();
    let watch = Watch::begin(&server);
    let longest = watch.end("500 idle connections, soft limit 200");
    assert!(longest.rounds > 0 && !server.log().contains("ulimit -n"));
    for connection in &idle {
        connection.set_nonblocking(true).unwrap();
        let open = (&*connection).read(&mut [0]).unwrap_err();
        assert_eq!(open.kind(), std::io::ErrorKind::WouldBlock, "it was closed for another");
    }
}

#[test]
fn heads_and_bodies_that_never_end_are_ended() {
    let server = Server::start_with(&QUICK);
    let watch = Watch::begin(&server);
    let head = format!("GET /sign-in HTTP/1.1\r\nHost: {}\r\n", server.address);
    let heads: Vec<TcpStream> = (0..100).map(|_| http::open(&server.address, head.as_bytes())).collect();
    let body = format!(
        "POST /sign-in HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nemail=",
        server.address
    );
    let bodies: Vec<TcpStream> = (0..100).map(|_| http::open(&server.address, body.as_bytes())).collect();
    let used = http::open(&server.address, (head.clone() + "\r\n").as_bytes());
    assert!(
        rest(used).starts_with("HTTP/1.1 200"),
        "an idle connection is ended after its answer"
    );
    for connection in heads {
        assert_eq!(rest(connection), "");
    }
    for connection in bodies {
        let answer = rest(connection);
        assert!(
            answer.starts_with("HTTP/1.1 408") && answer.contains("connection: close"),
            "{answer}"
        );
    }
    watch.end("100 heads and 100 bodies that never end");
}

#[test]
fn an_answer_that_nobody_reads_is_broken_off() {
    let server = Server::start_with(&QUICK);
    let mallory = server.sign_in(MALLORY);
    // The stylesheet is a large response that costs the server nothing, so that the sockets are soon full.
    let page = mallory.get("/contacts").text();
    let mut links = page.split('"').filter(|text| text.starts_with("/assets/"));
    let style = links.find(|link| link.ends_with(".css")).unwrap();
    let request = mallory.head("GET", style, "");
    let mut connection = TcpStream::connect(&server.address).unwrap();
    connection.set_write_timeout(Some(Duration::from_secs(1))).unwrap();
    // As many requests as the sockets accept; the responses are many times as long.
    let mut sent = 0;
    while connection.write_all(request.as_bytes()).is_ok() {
        sent += 1;
    }
    assert!(sent > 100, "{sent}");
    // Longer than the limit: three seconds in which no byte is read, checked once per second.
    thread::sleep(Duration::from_secs(6));
    let answers = rest(connection).matches("HTTP/1.1 200").count();
    assert!(answers < sent, "{answers} of {sent} answers were sent");
}
