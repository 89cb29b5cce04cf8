//! Imports through the API: upload, columns, rows, corrections, start, cancel, resume, undo.

use super::{Program, Reply, joined, with_program};
use crate::site::Site;
use app::{Error, ImportId, ImportSummary, Role, Worker, WorkerObserver};
use serde_json::{Value, json};
use std::sync::Arc;

const FILE: &str = "First Name,Mail,Nummer\nAnn,ann@acme.example,1\nBen,ben@gmial.com.,2\nCy,nothing,3\n";

/// An observer that ignores everything.
struct Quiet;

impl WorkerObserver for Quiet {
    fn ended(&mut self, _: &ImportSummary, _: &str) {}

    fn failed(&mut self, _: Option<ImportId>, _: &Error) {}
}

fn worker(site: &Site) -> Worker {
    Worker::start(Arc::clone(&site.app), Quiet)
}

async fn upload(program: &Program, query: &str, file: &str) -> Reply {
    let headers = [("content-type", "text/csv")];
    program
        .ask("POST", &format!("/api/v1/imports{query}"), &headers, file)
        .await
}

/// The import, once its state no longer changes by itself.
async fn settled(program: &Program, place: &str) -> Value {
    let reply = program
        .ask("GET", place, &[("prefer", "wait=30")], "")
        .await
        .expect(200);
    assert_eq!(reply.header("preference-applied"), "wait=30");
    reply.json()
}

async fn rows(program: &Program, place: &str, class: &str) -> Vec<Value> {
    let page = program
        .get(&format!("{place}/rows?class={class}"))
        .await
        .expect(200)
        .json();
    page["rows"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_previewed_corrected_imported_and_undone() {
    let (site, program) = with_program().await;
    let made = upload(&program, "?name=a%2Fpeople.csv&duplicates=update", FILE)
        .await
        .expect(201);
    let place = made.header("location").to_owned();
    assert_eq!(
        (&made.json()["file"], &made.json()["settings"]["options"]["duplicates"]),
        (&json!("people.csv"), &json!("update"))
    );
    let draft = settled(&program, &place).await;
    assert_eq!(
        (draft["state"].as_str(), draft["counts"]["rows"].as_u64()),
        (Some("previewed"), Some(3))
    );
    assert_eq!(
        program.get("/api/v1/contacts").await.json()["total"],
        0,
        "nothing is written"
    );

    let columns = program.get(&format!("{place}/columns")).await.expect(200).json();
    assert_eq!(columns["columns"][1]["field"], "email");
    assert_eq!(columns["columns"][0]["samples"], json!(["Ann", "Ben", "Cy"]));
    let patch = r#"{"mapping": {"Nummer": "custom:Number"}, "options": {"region": "DE"}}"#;
    let patched = program.ask("PATCH", &place, &[], patch).await.expect(200).json();
    assert_eq!(
        (
            &patched["settings"]["mapping"],
            &patched["settings"]["options"]["region"]
        ),
        (&json!({"#3": "custom:Number"}), &json!("DE"))
    );
    settled(&program, &place).await;

    let invalid = rows(&program, &place, "invalid").await;
    let last = invalid.last().unwrap();
    assert_eq!(
        (last["line"].as_u64(), &last["cells"]),
        (Some(4), &json!(["Cy", "nothing", "3"]))
    );
    assert_eq!(
        (&last["reasons"][0]["code"], &last["reasons"][0]["column"]),
        (&json!("email"), &json!("Mail"))
    );
    let fix = r#"{"cells": {"Mail": "cy@acme.example"}}"#;
    let fixed = program
        .ask("PATCH", &format!("{place}/rows/4"), &[], fix)
        .await
        .expect(200)
        .json();
    assert_eq!((&fixed["class"], &fixed["corrected"]), (&json!("new"), &json!([1])));
    let accepted = program
        .post_nothing(&format!("{place}:accept-suggestions"))
        .await
        .expect(200)
        .json();
    assert_eq!(
        accepted["import"]["corrections"].as_u64().unwrap(),
        1 + accepted["values"].as_u64().unwrap()
    );

    let expected = settled(&program, &place).await["counts"].clone();
    let started = program.post_nothing(&format!("{place}:start")).await.expect(202).json();
    assert_eq!(
        (&started["state"], &started["expected"]),
        (&json!("running"), &expected)
    );
    let running = worker(&site);
    let done = settled(&program, &place).await;
    assert_eq!((&done["state"], &done["counts"]), (&json!("done"), &expected));
    let total = program.get("/api/v1/contacts").await.json()["total"].clone();
    assert_eq!(total, expected["new"]);
    assert_eq!(
        rows(&program, &place, "new").await.len() as u64,
        expected["new"].as_u64().unwrap()
    );
    let rejected = program.get(&format!("{place}/rejected.csv")).await.expect(200);
    assert_eq!(rejected.header("content-type"), "text/csv; charset=utf-8");

    let dry = program
        .post_nothing(&format!("{place}:undo?dry_run=true"))
        .await
        .expect(200)
        .json();
    assert_eq!((&dry["removed"], &dry["dry_run"]), (&total, &json!(true)));
    let undone = program.post_nothing(&format!("{place}:undo")).await.expect(200).json();
    assert_eq!(undone["removed"], total);
    assert_eq!(program.get("/api/v1/contacts").await.json()["total"], 0);
    let again = program.post_nothing(&format!("{place}:undo")).await.expect(409);
    assert_eq!(again.code(), "already_undone");
    running.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_call_uploads_and_starts() {
    let (site, program) = with_program().await;
    let running = worker(&site);
    let made = upload(&program, "?start=true&unmapped=custom", FILE).await.expect(201);
    let done = settled(&program, made.header("location")).await;
    assert_eq!(done["state"], "done");
    let ann = program.get("/api/v1/contacts?filter=Ann").await.json();
    assert_eq!(ann["contacts"][0]["contact"]["custom"], json!({"Nummer": "1"}));
    assert_eq!(
        ann["contacts"][0].get("created_by_import"),
        None,
        "a list does not tell"
    );
    let place = format!("/api/v1/contacts/{}", ann["contacts"][0]["id"].as_str().unwrap());
    let ann = program.get(&place).await.json();
    assert_eq!(
        (&ann["created_by_import"], &ann["created_by_line"]),
        (&done["import"], &json!(2))
    );
    running.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_sent_as_json_too() {
    let (_site, program) = with_program().await;
    let rows =
        json!({"rows": [{"First Name": "Ann", "Email": "ann@acme.example"}, {"First Name": "Ben", "Company": "Acme"}]});
    let made = program.post("/api/v1/imports?name=rows.csv", &rows).await.expect(201);
    let draft = settled(&program, made.header("location")).await;
    assert_eq!(
        (&draft["state"], &draft["counts"]["new"]),
        (&json!("previewed"), &json!(2))
    );
    let unknown = program.post("/api/v1/imports", &json!({"row": []})).await.expect(422);
    assert_eq!(unknown.code(), "invalid_body");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_with_a_key_makes_one_import() {
    let (_site, program) = with_program().await;
    let send = async |file: &str, key: &str| {
        let headers = [("content-type", "text/csv"), ("idempotency-key", key)];
        program
            .ask("POST", "/api/v1/imports?name=people.csv", &headers, file)
            .await
    };
    let first = send(FILE, "a").await.expect(201);
    let again = send(FILE, "a").await.expect(201);
    assert_eq!(first.header("location"), again.header("location"));
    assert_eq!(again.header("idempotency-replayed"), "true");
    send("First Name\nZoe\n", "a").await.expect(422);
    let list = program.get("/api/v1/imports").await.expect(200).json();
    assert_eq!(list["imports"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn suggestions_that_are_accepted_with_a_key_are_accepted_once() {
    let (_site, program) = with_program().await;
    let file = "First Name,Email,Compny\nAnn,ann@@acme.example,Acme\nBen,ben@acme.example,Acme\n";
    let place = upload(&program, "", file)
        .await
        .expect(201)
        .header("location")
        .to_owned();
    let accept = async || {
        let path = format!("{place}:accept-suggestions");
        let headers = [("idempotency-key", "accept")];
        program.ask("POST", &path, &headers, "").await.expect(200)
    };
    let first = accept().await.json();
    assert_eq!((&first["columns"], &first["values"]), (&json!(1), &json!(1)));
    assert_eq!(first["import"]["corrections"], 1);
    settled(&program, &place).await;
    let replayed = accept().await;
    assert_eq!(replayed.header("idempotency-replayed"), "true");
    let again = replayed.json();
    assert_eq!((&again["columns"], &again["values"]), (&json!(1), &json!(1)));
    assert_eq!(
        (&again["import"]["corrections"], &again["import"]["state"]),
        (&json!(1), &json!("previewed")),
        "how the import stands now"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn imports_are_listed_page_by_page() {
    let (site, program) = with_program().await;
    for name in ["a", "b", "c"] {
        upload(&program, &format!("?name={name}.csv"), FILE).await.expect(201);
    }
    let bob = Program::new(&site, joined(&site, "bob", Role::Member));
    upload(&bob, "?name=of-bob.csv", FILE).await.expect(201);
    let page = async |query: &str| {
        let page = program.get(&format!("/api/v1/imports{query}")).await.expect(200).json();
        let imports = page["imports"].as_array().unwrap().iter();
        let files = imports.map(|import| import["file"].as_str().unwrap().to_owned());
        (files.collect::<Vec<_>>(), page["next"].clone())
    };
    assert_eq!(
        page("").await,
        (
            vec!["c.csv".to_owned(), "b.csv".to_owned(), "a.csv".to_owned()],
            Value::Null
        )
    );
    assert_eq!(page("?limit=3").await.1, Value::Null);
    let (first, next) = page("?limit=2").await;
    assert_eq!(first, ["c.csv", "b.csv"]);
    // An import added in between does not move the next page.
    upload(&program, "?name=d.csv", FILE).await.expect(201);
    let rest = page(&format!("?limit=2&cursor={}", next.as_str().unwrap())).await;
    assert_eq!(rest, (vec!["a.csv".to_owned()], Value::Null));
    for query in ["?limit=0", "?limit=1001", "?limit=", "?cursor=x", "?page=2"] {
        let refused = program.get(&format!("/api/v1/imports{query}")).await.expect(400);
        assert_eq!(refused.code(), "bad_parameter", "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_cancelled_and_resumed() {
    let (site, program) = with_program().await;
    let file: String = (0..3_000).map(|n| format!("P{n},p{n}@acme.example\n")).collect();
    let made = upload(&program, "?start=true", &format!("First Name,Email\n{file}"))
        .await
        .expect(201);
    let place = made.header("location").to_owned();
    let cancelled = program
        .post_nothing(&format!("{place}:cancel"))
        .await
        .expect(202)
        .json();
    assert_eq!(cancelled["state"], "cancelling");
    let running = worker(&site);
    let stopped = settled(&program, &place).await;
    assert_eq!(stopped["state"], "cancelled");
    program.post_nothing(&format!("{place}:resume")).await.expect(202);
    let done = settled(&program, &place).await;
    assert_eq!(
        (done["state"].as_str(), done["counts"]["new"].as_u64()),
        (Some("done"), Some(3_000))
    );
    let again = program.post_nothing(&format!("{place}:resume")).await.expect(409);
    assert_eq!(again.code(), "not_resumable");
    running.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_comes_as_events_that_end() {
    let (site, program) = with_program().await;
    let running = worker(&site);
    let made = upload(&program, "?start=true", FILE).await.expect(201);
    let events = program
        .get(&format!("{}/events", made.header("location")))
        .await
        .expect(200);
    assert_eq!(events.header("content-type"), "text/event-stream");
    let (_, last) = events.text.rsplit_once("event: end\ndata: ").unwrap();
    let last: Value = serde_json::from_str(last.trim()).unwrap();
    assert_eq!((&last["state"], &last["counts"]["rows"]), (&json!("done"), &json!(3)));
    running.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_an_import_is_told() {
    let (_site, program) = with_program().await;
    let place = upload(&program, "", FILE)
        .await
        .expect(201)
        .header("location")
        .to_owned();
    settled(&program, &place).await;
    for (method, path, body, status, code) in [
        (
            "POST",
            "/api/v1/imports?region=XX".to_owned(),
            FILE,
            400,
            "bad_parameter",
        ),
        (
            "POST",
            "/api/v1/imports?duplicates=maybe".to_owned(),
            FILE,
            400,
            "bad_parameter",
        ),
        ("POST", "/api/v1/imports?match=".to_owned(), FILE, 400, "bad_parameter"),
        (
            "POST",
            "/api/v1/imports?replace_lists=".to_owned(),
            FILE,
            400,
            "bad_parameter",
        ),
        ("POST", "/api/v1/imports".to_owned(), "", 400, "no_file"),
        ("GET", "/api/v1/imports/999".to_owned(), "", 404, "no_such_import"),
        ("GET", "/api/v1/imports/x".to_owned(), "", 404, "no_such_import"),
        ("GET", format!("{place}/rows"), "", 400, "bad_parameter"),
        ("GET", format!("{place}/rows?class=odd"), "", 400, "bad_parameter"),
        (
            "GET",
            format!("{place}/rows?class=new&cursor=1.9999"),
            "",
            400,
            "bad_parameter",
        ),
        ("PATCH", format!("{place}/rows/99"), "{}", 404, "no_such_row"),
        (
            "PATCH",
            format!("{place}/rows/2"),
            r#"{"cells": {"Nose": "x"}}"#,
            422,
            "invalid_values",
        ),
        (
            "PATCH",
            format!("{place}/rows/2"),
            r#"{"cell": {}}"#,
            422,
            "invalid_body",
        ),
        (
            "PATCH",
            place.clone(),
            r#"{"options": {"region": "XX"}}"#,
            422,
            "invalid_values",
        ),
        (
            "PATCH",
            place.clone(),
            r#"{"mapping": {"Nose": "email"}}"#,
            422,
            "mapping",
        ),
        (
            "PATCH",
            place.clone(),
            r#"{"mapping": {"Mail": "nose"}}"#,
            422,
            "mapping",
        ),
        ("POST", format!("{place}:undo"), "", 409, "still_a_draft"),
        ("POST", format!("{place}:cancel"), "", 409, "still_a_draft"),
        ("POST", format!("{place}:resume"), "", 409, "not_resumable"),
        ("GET", format!("{place}/rejected.csv"), "", 409, "still_a_draft"),
    ] {
        let headers: &[(&str, &str)] = if body == FILE {
            &[("content-type", "text/csv")]
        } else {
            &[]
        };
        let reply = program.ask(method, &path, headers, body).await;
        assert_eq!(
            (reply.status.as_u16(), reply.code().as_str()),
            (status, code),
            "{method} {path}: {}",
            reply.text
        );
    }
    let pdf = upload(&program, "", "%PDF-1.7 and so on").await.expect(422);
    assert!(pdf.code().len() > 2, "{}", pdf.text);
    program.ask("DELETE", &place, &[], "").await.expect(204);
    program.get(&place).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_are_exported_as_a_file() {
    let (site, program) = with_program().await;
    for name in ["Ann", "Ben"] {
        let body = json!({"contact": {"first_name": name, "tags": [name]}});
        program.post("/api/v1/contacts", &body).await.expect(201);
    }
    let csv = program.get("/api/v1/exports").await.expect(200);
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(csv.text.lines().count(), 3, "{}", csv.text);
    let lines = program
        .get("/api/v1/exports?format=jsonl&filter=tag:ann")
        .await
        .expect(200);
    let one: Value = serde_json::from_str(lines.text.trim()).unwrap();
    assert_eq!(one["first_name"], "Ann");
    let some = program.get("/api/v1/exports?columns=first_name").await.expect(200);
    assert!(
        some.text.contains("Ann") && !some.text.contains("Tags"),
        "{}",
        some.text
    );
    for query in ["format=pdf", "columns=nose", "filter=import:x", "size=1"] {
        let refused = program.get(&format!("/api/v1/exports?{query}")).await;
        assert!(
            [400, 422].contains(&refused.status.as_u16()),
            "{query}: {}",
            refused.text
        );
    }
    let bob = Program::new(&site, joined(&site, "bob", Role::Owner));
    let of_another = bob.get("/api/v1/exports").await.expect(200);
    assert!(!of_another.text.contains("Ann"), "{}", of_another.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_somebody_has_changed_is_not_changed_over() {
    let (_site, program) = with_program().await;
    let made = upload(&program, "", FILE).await.expect(201);
    let place = made.header("location").to_owned();
    let patch = async |tag: &str, body: &str| program.ask("PATCH", &place, &[("if-match", tag)], body).await;
    let first = program.get(&place).await.expect(200).header("etag").to_owned();
    assert!(first.starts_with('"'), "{first}");
    settled(&program, &place).await;
    assert_eq!(
        program.get(&place).await.header("etag"),
        first,
        "a preview is no change"
    );
    let changed = patch(&first, r#"{"options": {"duplicates": "update"}}"#)
        .await
        .expect(200);
    let second = changed.header("etag").to_owned();
    assert_ne!(first, second);
    for old in [first.as_str(), "W/\"x\"", "x"] {
        let refused = patch(old, r#"{"options": {"duplicates": "fill"}}"#).await.expect(412);
        assert_eq!(refused.code(), "draft_changed");
        assert_eq!(refused.header("etag"), second);
        assert_eq!(refused.json()["current"]["settings"]["options"]["duplicates"], "update");
    }
    patch("*", r#"{"options": {"duplicates": "fill"}}"#).await.expect(200);
    // Corrections are changes too.
    let before = program.get(&place).await.header("etag").to_owned();
    let cells = r#"{"cells": {"Mail": "cy@acme.example"}}"#;
    program
        .ask("PATCH", &format!("{place}/rows/4"), &[], cells)
        .await
        .expect(200);
    patch(&before, "{}").await.expect(412);
}
