//! The import wizard over HTTP: its steps in order and out of order.

use crate::site::{Answer, Browser, Site};
use app::{ImportId, Watch};
use axum::http::{StatusCode, header};
use http_body_util::BodyExt;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

const BOUNDARY: &str = "a-line-between";

/// Sends a form with a file, as a browser does.
pub async fn upload(browser: &mut Browser, name: &str, content: impl AsRef<[u8]>, accept: &str) -> Answer {
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: text/csv\r\n\r\n"
    );
    let end = format!(
        "\r\n--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"rows\"\r\n\r\n\
         \r\n--{BOUNDARY}--\r\n"
    );
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    browser.extra.insert(header::CONTENT_TYPE, kind.parse().unwrap());
    browser.extra.insert(header::ACCEPT, accept.parse().unwrap());
    let body = [head.as_bytes(), content.as_ref(), end.as_bytes()].concat();
    let answer = browser.ask_with("POST", "/import", body).await;
    browser.extra.clear();
    answer
}

const PEOPLE: &str =
    "Name,Email,Shoe size\nAnn Lee,ann@example.org,38\nBob Ray,bob@example.org,43\nCy,cy(at)example.org,40\n";

/// A browser at the preview of a file.
async fn at_preview(content: &str) -> (Site, Browser, Answer) {
    let (site, mut browser) = Site::set_up().await;
    let answer = upload(&mut browser, "people.csv", content, "text/html").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert_eq!(answer.header("location"), "/imports/1/map");
    let preview = counted(&mut browser).await;
    (site, browser, preview)
}

/// The preview, once every row is counted.
pub async fn counted(browser: &mut Browser) -> Answer {
    counted_at(browser, "/imports/1/preview").await
}

async fn counted_at(browser: &mut Browser, path: &str) -> Answer {
    for _ in 0..300 {
        let preview = browser.get(path).await;
        assert_eq!(preview.status, StatusCode::OK, "{}", preview.body);
        if !preview.body.contains("data-poll") {
            return preview;
        }
    }
    unreachable!("a preview of three rows does not end");
}

/// Starts the first import and runs it; no background worker runs in these tests.
pub async fn run(site: &Site, browser: &mut Browser) {
    browser.post("/imports/1/start", "").await;
    let app = site.app.clone();
    tokio::task::spawn_blocking(move || {
        let watch = Watch {
            progress: &mut |_| {},
            stop: &AtomicBool::new(false),
        };
        let owner = app.actor_of("ada@example.org").unwrap();
        app.resume(owner, ImportId(1), watch).unwrap();
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_file_leads_from_step_to_step() {
    let (_site, mut browser, preview) = at_preview(PEOPLE).await;
    assert!(preview.body.contains("Import 2 contacts"), "{}", preview.body);
    let map = browser.get("/imports/1/map").await;
    for said in [
        "Field for Email",
        "value=\"email\" selected",
        "Not imported: ",
        "Shoe size",
    ] {
        assert!(map.body.contains(said), "{said}");
    }
    let list = browser.get("/imports").await;
    assert!(list.body.contains("people.csv") && list.body.contains("Draft"));
    let step = browser.get("/imports/1").await;
    assert_eq!(step.header("location"), "/imports/1/preview");
}

#[tokio::test]
async fn the_script_is_given_the_address_of_the_next_step() {
    let (_site, mut browser) = Site::set_up().await;
    let answer = upload(&mut browser, "people.csv", PEOPLE, "application/json").await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::CREATED, "/imports/1/map")
    );
}

#[tokio::test]
async fn what_is_no_table_is_refused_on_the_same_page() {
    let (_site, mut browser) = Site::set_up().await;
    let pdf = format!("%PDF-1.7\n{}", " ".repeat(500));
    let answer = upload(&mut browser, "people.csv", &pdf, "text/html").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.body.contains("PDF") && answer.body.contains("CSV file"),
        "{}",
        answer.body
    );
    let nothing = upload(&mut browser, "", "", "text/html").await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nothing.body.contains("Choose a file or paste rows first"));
    let list = browser.get("/imports").await;
    assert!(list.body.contains("No imports yet"));
}

#[tokio::test]
async fn too_large_a_file_is_rejected_with_the_limit() {
    let (_site, mut browser) = Site::set_up().await;
    // Test sites have an upload limit of 1 MiB.
    let large = format!("Name,Email\n{}", "Ann Lee,ann@example.org\n".repeat(60_000));
    let answer = upload(&mut browser, "large.csv", &large, "text/html").await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.body.contains("larger than 1 MB"), "{}", answer.body);
    let twice = large.repeat(2);
    let answer = upload(&mut browser, "larger.csv", &twice, "text/html").await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.body.contains("larger than 1 MB"), "{}", answer.body);
}

#[tokio::test]
async fn rows_can_be_pasted() {
    let (_site, mut browser) = Site::set_up().await;
    let body = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\n\r\n--{BOUNDARY}\r\n\
         Content-Disposition: form-data; name=\"rows\"\r\n\r\n{PEOPLE}\r\n--{BOUNDARY}--\r\n"
    );
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    browser.extra.insert(header::CONTENT_TYPE, kind.parse().unwrap());
    let answer = browser.ask("POST", "/import", &body).await;
    assert_eq!(answer.header("location"), "/imports/1/map", "{}", answer.body);
}

#[tokio::test]
async fn every_suggestion_for_a_column_is_accepted_at_once_and_undone_at_once() {
    let rows = "First Name,Email\nAnn,ann@example.con\nBob,bob@@example.org\nCy,cy@example.net\nDan,nobody\n";
    let (_site, mut browser, preview) = at_preview(rows).await;
    assert!(preview.body.contains("Import 1 contact<"), "{}", preview.body);
    let invalid = browser.get("/imports/1/preview?class=invalid").await;
    for shown in [
        "Accept all 2 suggestions",
        "<del>ann@example.con</del> → <ins>ann@example.com</ins>",
        "name=\"value\" value=\"bob@example.org\"",
    ] {
        assert!(invalid.body.contains(shown), "{shown}: {}", invalid.body);
    }
    let accept = "column=1&accept=email";
    let accepted = browser.post("/imports/1/fix?class=invalid&page=1", accept).await;
    assert_eq!(accepted.header("location"), "/imports/1/preview?class=invalid&page=1");
    let preview = counted(&mut browser).await;
    assert!(preview.body.contains("Import 3 contacts"), "{}", preview.body);
    browser.post("/imports/1/unfix?class=invalid&page=1", "").await;
    let preview = counted(&mut browser).await;
    assert!(preview.body.contains("Import 1 contact<"), "{}", preview.body);
    let unknown = "column=1&accept=nonsense";
    let refused = browser.post("/imports/1/fix?class=invalid&page=1", unknown).await;
    assert!(refused.status.is_client_error(), "{}", refused.status);
}

#[tokio::test]
async fn invalid_rows_of_a_result_are_fixed_in_a_new_import_with_the_same_mapping() {
    let rows = "Vorname,Kundennummer,E-Mail\nAnn,7,ann@example.com\nBob,8,bob\nCy,9,cy@example.org\n";
    let (site, mut browser, _) = at_preview(rows).await;
    let form = "do=continue&column-0=nickname&column-1=company&column-2=email";
    browser.post("/imports/1/map", form).await;
    counted(&mut browser).await;
    run(&site, &mut browser).await;
    let result = browser.get("/imports/1/result").await;
    assert!(result.body.contains("Fix 1 row now"), "{}", result.body);
    let fixed = browser.post("/imports/1/fix-rejected", "").await;
    assert_eq!(fixed.header("location"), "/imports/2/preview?class=invalid");
    let map = browser.get("/imports/2/map").await;
    for mapped in [
        "value=\"nickname\" selected",
        "value=\"company\" selected",
        "value=\"email\" selected",
    ] {
        assert!(map.body.contains(mapped), "{mapped}: {}", map.body);
    }
    let invalid = counted_at(&mut browser, "/imports/2/preview?class=invalid").await;
    assert!(invalid.body.contains("E-Mail in line"), "{}", invalid.body);
    assert!(invalid.body.contains("Invalid rows of people.csv"), "{}", invalid.body);
}

#[tokio::test]
async fn two_columns_for_one_field_are_marked_at_the_columns() {
    let (_site, mut browser, _) = at_preview("Name,City,Town\nAnn Lee,Bonn,Bonn\n").await;
    let form = "do=&encoding=&delimiter=&header=auto&column-0=full_name&column-1=company&column-2=company";
    let answer = browser.post("/imports/1/map", form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("is mapped to the same field"), "{}", answer.body);
    let none = browser
        .post("/imports/1/map", "do=continue&column-0=&column-1=&column-2=")
        .await;
    assert!(none.body.contains("No column is mapped yet"));
    let chosen = browser
        .post("/imports/1/map", "do=&column-0=full_name&column-1=company&column-2=")
        .await;
    assert_eq!(chosen.header("location"), "/imports/1/map");
    let map = browser.get("/imports/1/map").await;
    assert!(map.body.contains(">Chosen<"), "{}", map.body);
}

#[tokio::test]
async fn a_row_is_corrected_and_the_correction_undone() {
    let (_site, mut browser, preview) = at_preview(PEOPLE).await;
    assert!(preview.body.contains("Email in line 4"), "{}", preview.body);
    let fixed = browser
        .post(
            "/imports/1/fix?class=invalid&page=1",
            "row=3&column=1&value=cy%40example.org",
        )
        .await;
    assert_eq!(fixed.header("location"), "/imports/1/preview?class=invalid&page=1");
    assert!(counted(&mut browser).await.body.contains("Import 3 contacts"));
    browser.post("/imports/1/unfix", "").await;
    assert!(counted(&mut browser).await.body.contains("Import 2 contacts"));
    browser
        .post("/imports/1/fix", "column=1&find=(at)&with=%40&part=yes")
        .await;
    assert!(counted(&mut browser).await.body.contains("Import 3 contacts"));
}

#[tokio::test]
async fn an_import_that_was_started_leads_away_from_its_first_steps() {
    let (_site, mut browser, _) = at_preview(PEOPLE).await;
    let started = browser.post("/imports/1/start", "").await;
    assert_eq!(started.header("location"), "/imports/1/running");
    // No background worker runs here, so the import stays at its start.
    let running = browser.get("/imports/1/running").await;
    assert!(
        running.body.contains("You can close this page. The import continues."),
        "{}",
        running.body
    );
    for step in ["map", "preview"] {
        let answer = browser.get(&format!("/imports/1/{step}")).await;
        assert_eq!(answer.header("location"), "/imports/1", "{step}");
    }
    assert_eq!(
        browser.get("/imports/1/result").await.header("location"),
        "/imports/1/running"
    );
    assert_eq!(
        browser.post("/imports/1/start", "").await.header("location"),
        "/imports/1"
    );
}

#[tokio::test]
async fn what_is_discarded_is_gone() {
    let (_site, mut browser, _) = at_preview(PEOPLE).await;
    let gone = browser.post("/imports/1/discard", "").await;
    assert_eq!(gone.header("location"), "/imports");
    assert_eq!(browser.get("/imports/1/preview").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/imports/2/map").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_sample_is_a_file() {
    let (_site, mut browser) = Site::set_up().await;
    let sample = browser.get("/import/sample.csv").await;
    assert!(sample.header("content-disposition").starts_with("attachment"));
    assert!(sample.body.contains("First"), "{}", sample.body);
}

#[tokio::test]
async fn an_import_that_was_not_started_has_rejected_nothing_yet() {
    let (_site, mut browser, _) = at_preview(PEOPLE).await;
    let answer = browser.get("/imports/1/rejected.csv").await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::SEE_OTHER, "/imports/1/preview")
    );
}

#[tokio::test]
async fn live_progress_ends_when_its_watcher_is_signed_out() {
    let (_site, mut browser, _) = at_preview(PEOPLE).await;
    browser.post("/imports/1/start", "").await;
    // No background worker runs here, so the stream would never end by itself.
    let request = axum::http::Request::get("/imports/1/events")
        .header(header::HOST, "localhost:8080")
        .header(header::COOKIE, browser.cookie.as_ref().unwrap())
        .body(axum::body::Body::empty())
        .unwrap();
    let events = browser.send(request).await;
    assert_eq!(events.status(), StatusCode::OK);
    let stream = tokio::spawn(events.into_body().collect());
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!stream.is_finished());
    browser.post("/sign-out", "").await;
    let stream = tokio::time::timeout(Duration::from_secs(20), stream).await;
    let stream = stream.expect("the stream goes on").unwrap().unwrap().to_bytes();
    assert!(stream.starts_with(b"event: progress"));
}

#[tokio::test]
async fn lists_are_added_to_or_replaced_when_updating() {
    let (_site, mut browser, preview) = at_preview(PEOPLE).await;
    assert!(!preview.body.contains("name=\"lists\""), "skipped rows change no lists");
    browser.post("/imports/1/options", "duplicates=update").await;
    let preview = counted(&mut browser).await;
    assert!(
        preview.body.contains("<option value=\"add\" selected>"),
        "{}",
        preview.body
    );
    browser.post("/imports/1/options", "lists=replace").await;
    let preview = counted(&mut browser).await;
    assert!(
        preview.body.contains("<option value=\"replace\" selected>"),
        "{}",
        preview.body
    );
}
