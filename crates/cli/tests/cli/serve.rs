//! `crystalqore serve`: it prints where it listens, answers there, and shuts down cleanly.

use crate::scratch::Scratch;
use crate::server::Server;
use std::io::{Read, Write};
use std::net::TcpStream;

fn get(address: &str, path: &str) -> String {
    let mut connection = TcpStream::connect(address).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn it_answers_until_it_is_stopped() {
    let scratch = Scratch::new();
    let server = Server::start(&scratch, &["serve", "--log", "json"]);
    let address = server.address.clone();
    let health = get(&address, "/healthz");
    assert!(
        health.starts_with("HTTP/1.1 200 OK") && health.ends_with(r#"{"status":"ok"}"#),
        "{health}"
    );
    let first = get(&address, "/contacts?q=secret");
    assert!(
        first.starts_with("HTTP/1.1 303") && first.contains("location: /setup"),
        "{first}"
    );
    // A browser that keeps its connection open does not delay the shutdown.
    let idle = TcpStream::connect(&address).unwrap();
    let log = server.end();
    drop(idle);
    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let answered = lines
        .iter()
        .find(|line| line["status"] == 303)
        .expect("the request is in the log");
    assert_eq!(answered["span"]["route"], "/contacts");
    assert!(!log.contains("secret"), "{log}");
}

#[test]
fn without_a_command_the_pages_are_served() {
    let scratch = Scratch::new();
    let server = Server::start(&scratch, &[]);
    let address = server.address.clone();
    assert!(get(&address, "/healthz").starts_with("HTTP/1.1 200 OK"));
    server.end();
}

#[test]
fn a_port_in_use_is_reported_in_one_line() {
    let scratch = Scratch::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let run = scratch.run(&["serve", "--listen", &address]);
    run.expect(1);
    assert_eq!(run.err.lines().count(), 1, "{}", run.err);
    assert!(
        run.err.contains(&format!(
            "cannot listen on {address}: another program listens there already"
        )),
        "{}",
        run.err
    );
}
