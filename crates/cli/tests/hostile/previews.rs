//! A member who uploads several files at once that are expensive to preview.

use crate::server::{MALLORY, Server};
use crate::watch::Watch;
use std::thread;
use std::time::Duration;

/// Equal rows per file. When each row was compared with all earlier ones, four such files took minutes.
const ROWS: usize = 20_000;

#[test]
fn previews_of_equal_rows_end_and_keep_nobody_from_working() {
    let server = Server::start();
    let mallory = server.sign_in(MALLORY);
    let watch = Watch::begin(&server);
    let file = format!("first_name,last_name,company\n{}", "John,Smith,Acme\n".repeat(ROWS));
    let drafts: Vec<String> = (1..=5)
        .map(|n| mallory.draft(&format!("{n}.csv"), file.as_bytes()))
        .collect();
    let is_complete = |draft: &String| {
        let page = mallory.get(&format!("{draft}/preview")).expect(200).text();
        page.contains("20,000 rows. Nothing has been imported yet.")
    };
    let all_end = (0..100).any(|_| {
        thread::sleep(Duration::from_millis(100));
        drafts.iter().all(is_complete)
    });
    assert!(all_end, "{}", mallory.get(&format!("{}/preview", drafts[0])).text());
    watch.end("five previews of equal rows");
    assert!(server.peak_memory() < 400, "{} MiB", server.peak_memory());
}
