//! Files that once led to pages of a hundred megabytes, and pages that are requested but not read.

use crate::http;
use crate::server::{MALLORY, Server};
use crate::watch::Watch;
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

/// The most memory that the server may use at its peak, in MiB.
const MEMORY: u64 = 400;

fn columns(count: usize, name: &str) -> String {
    (0..count).map(|at| format!("{name}{at}")).collect::<Vec<_>>().join(",")
}

#[test]
fn pages_that_nobody_reads_take_little_memory() {
    let server = Server::start();
    let mallory = server.sign_in(MALLORY);
    let widest = format!("{}\n{}\n", columns(100_000, "c"), columns(100_000, "v"));
    let refused = mallory.upload("widest.csv", widest.as_bytes()).expect(422);
    assert!(refused.body.len() < 1_000_000 && refused.text().contains("columns"));
    let wide = format!("Name,{}\nAnn,{}\n", columns(1_000, "c"), columns(1_000, "v"));
    let draft = mallory.draft("wide.csv", wide.as_bytes());
    let page = mallory.get(&format!("{draft}/map")).expect(200);
    assert!(page.body.len() < 1_000_000, "{}", page.body.len());
    let watch = Watch::begin(&server);
    let request = mallory.head("GET", &format!("{draft}/map"), "");
    let unread: Vec<TcpStream> = (0..60)
        .map(|_| http::open(&server.address, request.as_bytes()))
        .collect();
    thread::sleep(Duration::from_secs(2));
    watch.end("60 pages of 1,001 columns that nobody reads");
    drop(unread);
    let peak = server.peak_memory();
    assert!(peak < MEMORY, "{peak} MiB");
}
