//! Contacts through the API.

use super::{Program, joined, with_program};
use app::{Access, Grantee, Role};
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use tower::ServiceExt;

async fn created(program: &Program, contact: Value) -> Value {
    let reply = program.post("/api/v1/contacts", &json!({ "contact": contact })).await;
    reply.expect(201).json()
}

fn at(contact: &Value) -> String {
    format!("/api/v1/contacts/{}", contact["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_contact_is_created_read_changed_deleted_and_restored() {
    let (_site, program) = with_program().await;
    let body = json!({"contact": {"first_name": "Ann", "phones": [{"label": "Cell", "value": "(202) 555-0101"}]}});
    let made = program.post("/api/v1/contacts", &body).await.expect(201);
    let contact = made.json();
    assert_eq!(made.header("location"), at(&contact));
    assert_eq!(
        contact["contact"]["phones"][0],
        json!({"label": "mobile", "value": "+12025550101", "raw": "(202) 555-0101"})
    );
    let read = program.get(&at(&contact)).await.expect(200);
    assert_eq!(
        (read.json(), read.header("etag")),
        (contact.clone(), made.header("etag"))
    );
    let tag = read.header("etag").to_owned();

    let patch = r#"{"contact": {"title": "Engineer", "first_name": null, "last_name": "Miller"}}"#;
    program.ask("PATCH", &at(&contact), &[], patch).await.expect(428);
    let patched = program
        .ask("PATCH", &at(&contact), &[("if-match", &tag)], patch)
        .await
        .expect(200);
    let after = patched.json()["contact"].clone();
    assert_eq!(
        (after["title"].as_str(), after.get("first_name")),
        (Some("Engineer"), None)
    );
    assert_eq!(after["phones"], contact["contact"]["phones"]);

    let late = program
        .ask("PATCH", &at(&contact), &[("if-match", &tag)], patch)
        .await
        .expect(412);
    assert_eq!(late.json()["current"]["contact"], after);
    assert_eq!(late.header("etag"), patched.header("etag"));
    for other in ["*", "W/\"1\"", "none"] {
        program
            .ask("DELETE", &at(&contact), &[("if-match", other)], "")
            .await
            .expect(412);
    }
    let now = patched.header("etag").to_owned();
    let whole = json!({"contact": {"company": "Acme"}}).to_string();
    let replaced = program
        .ask("PUT", &at(&contact), &[("if-match", &now)], &whole)
        .await
        .expect(200);
    assert_eq!(replaced.json()["contact"], json!({"company": "Acme"}));
    let same = program
        .ask("PUT", &at(&contact), &[("if-match", replaced.header("etag"))], &whole)
        .await
        .expect(200);
    assert_eq!(same.header("etag"), replaced.header("etag"), "nothing was changed");

    program
        .ask("DELETE", &at(&contact), &[("if-match", same.header("etag"))], "")
        .await
        .expect(204);
    program.get(&at(&contact)).await.expect(404);
    let restored = program
        .post_nothing(&format!("{}:restore", at(&contact)))
        .await
        .expect(200);
    assert_eq!(restored.json()["contact"], json!({"company": "Acme"}));
    program
        .post_nothing(&format!("{}:restore", at(&contact)))
        .await
        .expect(404);
    let history = program
        .get(&format!("{}/history", at(&contact)))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&history["creator"], &history["created_from"]),
        (&json!("Ada"), &Value::Null)
    );
}

#[tokio::test]
async fn everything_wrong_with_a_contact_is_named_with_its_place() {
    let (_site, program) = with_program().await;
    let body = json!({"contact": {"emails": [{"value": "a@b.example"}, {"value": "nothing"}], "birthday": "soon"}});
    let problem = program.post("/api/v1/contacts", &body).await.expect(422).json();
    let pointers: Vec<&str> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(pointers, ["/contact/emails/1/value", "/contact/birthday"]);
}

#[tokio::test]
async fn a_list_is_read_page_by_page_without_loss() {
    let (site, program) = with_program().await;
    for n in 0..25 {
        created(
            &program,
            json!({"first_name": format!("P{n:02}"), "tags": [if n % 5 == 0 { "five" } else { "other" }]}),
        )
        .await;
    }
    for (query, expected) in [
        ("", 25),
        ("&filter=tag:five", 5),
        ("&sort=-name", 25),
        ("&sort=newest&scope=mine", 25),
        ("&scope=shared", 0),
    ] {
        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = program
                .get(&format!("/api/v1/contacts?limit=4{query}{cursor}"))
                .await
                .expect(200)
                .json();
            assert_eq!(page["total"], expected, "{query}");
            let contacts = page["contacts"].as_array().unwrap();
            seen.extend(
                contacts
                    .iter()
                    .map(|contact| contact["contact"]["first_name"].as_str().unwrap().to_owned()),
            );
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let distinct: BTreeSet<&String> = seen.iter().collect();
        assert_eq!((seen.len(), distinct.len()), (expected, expected), "{query}");
        if query == "&sort=-name" {
            assert!(seen.is_sorted_by(|a, b| a > b), "{seen:?}");
        }
    }
    // Contacts that are added or deleted before the cursor do not move the contacts after it.
    let page = program.get("/api/v1/contacts?limit=10").await.json();
    let next = page["next"].as_str().unwrap().to_owned();
    let ada = site.app.actor_of("ada@example.org").unwrap();
    let gone = page["contacts"][3]["id"].as_str().unwrap().parse().unwrap();
    site.app.delete_contact(ada, gone).unwrap();
    let rest = program
        .get(&format!("/api/v1/contacts?limit=1&cursor={next}"))
        .await
        .json();
    assert_eq!(rest["contacts"][0]["contact"]["first_name"], "P10");
    for name in ["A1", "A2", "A3"] {
        created(&program, json!({"first_name": name})).await;
    }
    let rest = program
        .get(&format!("/api/v1/contacts?limit=1&cursor={next}"))
        .await
        .json();
    assert_eq!(rest["contacts"][0]["contact"]["first_name"], "P10");
}

#[tokio::test]
async fn a_batch_tells_what_became_of_each_operation() {
    let (_site, program) = with_program().await;
    let ann = created(
        &program,
        json!({"first_name": "Ann", "emails": [{"value": "ann@a.example"}]}),
    )
    .await;
    let ben = created(&program, json!({"first_name": "Ben"})).await;
    let operations = json!({"operations": [
        {"op": "create", "contact": {"first_name": "New", "emails": [{"value": "new@a.example"}]}},
        {"op": "upsert", "email": "ANN@a.example", "contact": {"title": "Boss"}},
        {"op": "upsert", "email": "new@a.example", "contact": {"title": "Found"}},
        {"op": "upsert", "email": "cy@a.example", "contact": {"first_name": "Cy", "emails": [{"value": "cy@a.example"}]}},
        {"op": "update", "id": ben["id"], "version": "1", "contact": {"title": "Late"}},
        {"op": "update", "id": ben["id"], "version": ben["version"], "contact": {"title": "Good"}},
        {"op": "delete", "id": ben["id"]},
        {"op": "delete", "id": ben["id"]},
        {"op": "create", "contact": {"first_name": "Bad", "emails": [{"value": "nothing"}]}},
        {"op": "create", "contact": {"nose": "long"}},
        {"op": "destroy"},
        {"op": "create", "id": ben["id"], "contact": {"first_name": "X"}},
    ]});
    let results = program
        .post("/api/v1/contacts:batch", &operations)
        .await
        .expect(200)
        .json();
    let results = results["results"].as_array().unwrap();
    let statuses: Vec<u64> = results
        .iter()
        .map(|result| result["status"].as_u64().unwrap())
        .collect();
    assert_eq!(statuses, [201, 200, 200, 201, 409, 200, 204, 404, 422, 422, 422, 422]);
    assert_eq!(results[1]["id"], ann["id"]);
    assert_eq!(results[2]["id"], results[0]["id"], "an operation sees those before it");
    assert_eq!(results[4]["problem"]["code"], "changed_meanwhile");
    assert_eq!(results[8]["problem"]["errors"][0]["pointer"], "/contact/emails/0/value");
    assert_eq!(results[9]["problem"]["errors"][0]["pointer"], "/contact/nose");
    let list = program.get("/api/v1/contacts").await.json();
    assert_eq!(list["total"], 3);
    let found = program
        .get(results[0]["location"].as_str().unwrap())
        .await
        .expect(200)
        .json();
    assert_eq!(found["contact"]["title"], "Found");
}

#[tokio::test]
async fn an_atomic_batch_does_all_or_nothing() {
    let (_site, program) = with_program().await;
    let operations = json!({"operations": [
        {"op": "create", "contact": {"first_name": "Ann"}},
        {"op": "create", "contact": {"emails": [{"value": "nothing"}]}},
        {"op": "delete", "id": "0192d3a4-0000-7000-8000-000000000000"},
    ]});
    let refused = program
        .post("/api/v1/contacts:batch?atomic=true", &operations)
        .await
        .expect(422)
        .json();
    let pointers: Vec<&str> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(pointers, ["/operations/1/contact/emails/0/value", "/operations/2"]);
    assert_eq!(program.get("/api/v1/contacts").await.json()["total"], 0);
    let many: Vec<Value> = (0..1_001)
        .map(|n| json!({"op": "create", "contact": {"first_name": n.to_string()}}))
        .collect();
    let all = json!({ "operations": many });
    let too_many = program.post("/api/v1/contacts:batch", &all).await.expect(422);
    assert_eq!(too_many.code(), "too_many");
    let most = json!({ "operations": many[..1_000] });
    program
        .post("/api/v1/contacts:batch?atomic=true", &most)
        .await
        .expect(200);
    assert_eq!(program.get("/api/v1/contacts?limit=1").await.json()["total"], 1_000);
}

#[tokio::test]
async fn two_contacts_with_one_email_are_not_guessed_between() {
    let (_site, program) = with_program().await;
    for name in ["Ann", "Ben"] {
        created(
            &program,
            json!({"first_name": name, "emails": [{"value": "both@a.example"}]}),
        )
        .await;
    }
    let operations = json!({"operations": [{"op": "upsert", "email": "both@a.example", "contact": {"title": "X"}}]});
    let results = program
        .post("/api/v1/contacts:batch", &operations)
        .await
        .expect(200)
        .json();
    assert_eq!(results["results"][0]["problem"]["code"], "several_contacts");
}

#[tokio::test]
async fn contacts_are_merged() {
    let (_site, program) = with_program().await;
    let ann = created(
        &program,
        json!({"first_name": "Ann", "emails": [{"value": "ann@a.example"}]}),
    )
    .await;
    let other = created(
        &program,
        json!({"first_name": "Anna", "company": "Acme", "tags": ["x"]}),
    )
    .await;
    let body = json!({
        "keep": ann["id"], "merge": [other["id"]], "versions": {ann["id"].as_str().unwrap(): ann["version"]},
        "choose": {"first_name": other["id"]},
    });
    let merged = program.post("/api/v1/contacts:merge", &body).await.expect(200).json();
    assert_eq!((&merged["id"], &merged["merged"]), (&ann["id"], &json!(2)));
    assert_eq!(
        merged["contact"],
        json!({"first_name": "Anna", "company": "Acme", "emails": [{"value": "ann@a.example"}], "tags": ["x"]})
    );
    program.get(&at(&other)).await.expect(404);
    let again = program.post("/api/v1/contacts:merge", &body).await;
    assert!([404, 409].contains(&again.status.as_u16()), "{}", again.text);
    let unknown = json!({"keep": ann["id"], "merge": ["x"]});
    program.post("/api/v1/contacts:merge", &unknown).await.expect(422);
}

#[tokio::test]
async fn a_request_with_a_key_has_one_effect() {
    let (site, program) = with_program().await;
    let ann = json!({"contact": {"first_name": "Ann"}}).to_string();
    let key: &[(&str, &str)] = &[("idempotency-key", "7f9a")];
    let first = program.ask("POST", "/api/v1/contacts", key, &ann).await.expect(201);
    let again = program.ask("POST", "/api/v1/contacts", key, &ann).await.expect(201);
    assert_eq!(
        (again.text.as_str(), again.header("etag")),
        (first.text.as_str(), first.header("etag"))
    );
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(
        (
            first.header("idempotency-replayed"),
            again.header("idempotency-replayed")
        ),
        ("", "true")
    );
    let ben = json!({"contact": {"first_name": "Ben"}}).to_string();
    let other = program.ask("POST", "/api/v1/contacts", key, &ben).await.expect(422);
    assert_eq!(other.code(), "idempotency_key_reused");
    assert_eq!(program.get("/api/v1/contacts").await.json()["total"], 1);
    // A request that failed has had no effect, so its key is free.
    let bad = json!({"contact": {}}).to_string();
    let key: &[(&str, &str)] = &[("idempotency-key", "bad")];
    program.ask("POST", "/api/v1/contacts", key, &bad).await.expect(422);
    program.ask("POST", "/api/v1/contacts", key, &ann).await.expect(201);
    // Keys are separate for each member.
    let bob = Program::new(&site, joined(&site, "bob", Role::Member));
    bob.ask("POST", "/api/v1/contacts", key, &ann).await.expect(201);
    let batch =
        json!({"operations": [{"op": "create", "contact": {"first_name": "Cy"}}, {"op": "destroy"}]}).to_string();
    let key: &[(&str, &str)] = &[("idempotency-key", "batch")];
    let first = program
        .ask("POST", "/api/v1/contacts:batch", key, &batch)
        .await
        .expect(200);
    let again = program
        .ask("POST", "/api/v1/contacts:batch", key, &batch)
        .await
        .expect(200);
    let replayed = again.header("idempotency-replayed");
    assert_eq!((again.text.as_str(), replayed), (first.text.as_str(), "true"));
    assert_eq!(program.get("/api/v1/contacts?filter=Cy").await.json()["total"], 1);
    program
        .ask("POST", "/api/v1/contacts", &[("idempotency-key", "")], &ann)
        .await
        .expect(400);
}

#[tokio::test]
async fn what_a_member_may_not_is_refused_as_on_the_pages() {
    let (site, ada) = with_program().await;
    let [viewer, editor, stranger] = ["viewer", "editor", "none"].map(|name| joined(&site, name, Role::Admin));
    let contact = created(&ada, json!({"first_name": "Ann"})).await;
    let id = contact["id"].as_str().unwrap().parse().unwrap();
    let owner = site.app.actor_of("ada@example.org").unwrap();
    for (to, access) in [(viewer, Access::View), (editor, Access::Edit)] {
        site.app
            .share(owner, &[id], &[Grantee::Member(to.member())], access)
            .unwrap();
    }
    let tag = format!("\"{}\"", contact["version"].as_str().unwrap());
    let patch = r#"{"contact": {"title": "x"}}"#;
    for (actor, read, change, delete) in [
        (stranger, 404, 404, 404),
        (viewer, 200, 403, 403),
        (editor, 200, 200, 403),
    ] {
        let program = Program::new(&site, actor);
        program.get(&at(&contact)).await.expect(read);
        program
            .ask("DELETE", &at(&contact), &[("if-match", &tag)], "")
            .await
            .expect(delete);
        program
            .ask("PATCH", &at(&contact), &[("if-match", &tag)], patch)
            .await
            .expect(change);
    }
}

#[tokio::test]
async fn a_contact_is_kept_in_step_by_its_id_in_another_system() {
    let (site, program) = with_program().await;
    let upsert = async |program: &Program, operation: Value| {
        let body = json!({ "operations": [operation] });
        let done = program.post("/api/v1/contacts:batch", &body).await.expect(200).json();
        done["results"][0].clone()
    };
    let named = |name: &str| json!({"op": "upsert", "external_id": "shop:1", "contact": {"first_name": name}});
    let made = upsert(&program, named("Ann")).await;
    assert_eq!(made["status"], 201, "{made}");
    let again = upsert(&program, named("Anna")).await;
    assert_eq!((&again["status"], &again["id"]), (&json!(200), &made["id"]));
    // If no contact has this external id, the email is matched, and the contact found gets the id.
    let ben = json!({"contact": {"emails": [{"value": "ben@acme.example"}]}});
    let ben = program.post("/api/v1/contacts", &ben).await.expect(201).json()["id"].clone();
    let linked = upsert(
        &program,
        json!({"op": "upsert", "external_id": "shop:2", "email": "ben@acme.example", "contact": {"title": "x"}}),
    )
    .await;
    assert_eq!((&linked["status"], &linked["id"]), (&json!(200), &ben));
    let linked = upsert(
        &program,
        json!({"op": "upsert", "external_id": "shop:2", "contact": {"title": "y"}}),
    )
    .await;
    assert_eq!(linked["id"], ben);
    // After a merge the external id belongs to the contact that stayed; after a deletion it is free.
    let merge = json!({"keep": made["id"], "merge": [ben]});
    program.post("/api/v1/contacts:merge", &merge).await.expect(200);
    let kept = upsert(
        &program,
        json!({"op": "upsert", "external_id": "shop:2", "contact": {"title": "z"}}),
    )
    .await;
    assert_eq!(kept["id"], made["id"]);
    upsert(&program, json!({"op": "delete", "id": made["id"]})).await;
    let new = upsert(&program, named("Ann")).await;
    assert!(new["status"] == 201 && new["id"] != made["id"], "{new}");
    // External ids are separate for each member. A contact that the member no longer sees does not count.
    let bob = joined(&site, "bob", Role::Member);
    let of_bob = upsert(&Program::new(&site, bob), named("Bob")).await;
    assert_eq!(of_bob["status"], 201);
    for (wrong, pointer) in [
        (json!({"op": "upsert", "contact": {}}), "/email"),
        (
            json!({"op": "upsert", "external_id": "", "contact": {}}),
            "/external_id",
        ),
        (
            json!({"op": "upsert", "external_id": "a\u{0}b", "contact": {}}),
            "/external_id",
        ),
        (
            json!({"op": "create", "external_id": "shop:3", "contact": {}}),
            "/external_id",
        ),
    ] {
        let refused = upsert(&program, wrong).await;
        assert_eq!(refused["problem"]["errors"][0]["pointer"], pointer, "{refused}");
    }
}

#[tokio::test]
async fn every_keyed_change_is_answered_again_as_the_first_time() {
    let (_site, program) = with_program().await;
    let mut ids = Vec::new();
    for name in ["Ann", "Ben", "Cy"] {
        let made = program
            .post("/api/v1/contacts", &json!({"contact": {"first_name": name}}))
            .await;
        ids.push(made.expect(201).json()["id"].as_str().unwrap().to_owned());
    }
    let contact = format!("/api/v1/contacts/{}", ids[2]);
    let tag = program.get(&contact).await.header("etag").to_owned();
    program
        .ask("DELETE", &contact, &[("if-match", &tag)], "")
        .await
        .expect(204);
    let both = json!(ids[..2]);
    let restore = format!("{contact}:restore");
    let all = [
        ("/api/v1/contacts:tag", json!({"contacts": both, "tag": "x"})),
        ("/api/v1/contacts:untag", json!({"contacts": both, "tag": "x"})),
        ("/api/v1/contacts:tag", json!({"contacts": [], "tag": "x"})),
        (
            "/api/v1/contacts:share",
            json!({"contacts": both, "to": ["everyone"], "access": "view"}),
        ),
        ("/api/v1/contacts:unshare", json!({"contacts": both})),
        ("/api/v1/duplicates:dismiss", json!({"contacts": both})),
        ("/api/v1/contacts:merge", json!({"keep": ids[0], "merge": [ids[1]]})),
        ("/api/v1/fields", json!({"name": "Shoe"})),
        ("/api/v1/views", json!({"name": "Mine", "query": "q=ann"})),
        (restore.as_str(), Value::Null),
    ];
    for (at, (path, body)) in all.into_iter().enumerate() {
        let text = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let key = format!("key-{at}");
        let key = [("idempotency-key", key.as_str())];
        let first = program.ask("POST", path, &key, &text).await;
        assert!(first.status.is_success(), "{path}: {}", first.text);
        let again = program.ask("POST", path, &key, &text).await;
        assert_eq!((again.status, &again.text), (first.status, &first.text), "{path}");
        assert_eq!(again.header("etag"), first.header("etag"), "{path}");
        assert_eq!(again.header("idempotency-replayed"), "true");
    }
}

#[tokio::test]
async fn an_export_ends_with_its_count_and_its_digest() {
    let (_site, program) = with_program().await;
    program
        .post("/api/v1/contacts", &json!({"contact": {"first_name": "Ann"}}))
        .await
        .expect(201);
    let from: SocketAddr = "127.0.0.1:5000".parse().unwrap();
    let request = Request::builder()
        .uri("/api/v1/exports?format=jsonl")
        .header("host", "localhost:8080")
        .header("authorization", format!("Bearer {}", program.token))
        .header("te", "trailers")
        .extension(ConnectInfo(from))
        .body(Body::empty())
        .unwrap();
    let response = program.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.headers()["trailer"], "crystalqore-contacts, unencoded-digest");
    let whole = response.into_body().collect().await.unwrap();
    let trailers = whole.trailers().unwrap().clone();
    let digest = BASE64_STANDARD.encode(Sha256::digest(whole.to_bytes()));
    assert_eq!(trailers["crystalqore-contacts"], "1");
    assert_eq!(trailers["unencoded-digest"], format!("sha-256=:{digest}:"));
}
